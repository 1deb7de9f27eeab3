"""A dataset's example images as its landing page shows them."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _

from datasets.addresses import local_image, register_address
from datasets.landing import Landing


@dataclass(frozen=True, slots=True)
class Shown:
    """An example image: this site's copy of it and of its thumbnail, or its address on the register's site.

    `alt` is its title, or words that stand for a missing one.
    """

    title: str
    alt: str
    local: str
    thumbnail: str
    elsewhere: str


def pictures_of(page: Landing) -> list[Shown]:
    """The example images that lead somewhere, in the page's order."""
    found = []
    for number, picture in enumerate(page.pictures, start=1):
        title = " ".join(picture.title.split())
        local, elsewhere = local_image(picture.url), register_address(picture.url)
        if local or elsewhere:
            alt = title or _("Example image %(number)s") % {"number": number}
            found.append(Shown(title, alt, local, local_image(picture.thumbnail_url) or local, elsewhere))
    return found
