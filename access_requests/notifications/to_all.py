"""What hub staff write to everybody who has access to a dataset."""

from __future__ import annotations

from collections.abc import Iterable

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import override

from aidahub.outbox.queue import queue
from aidahub.outbox.wording import one_line
from datasets.models import Dataset

from .letter import Letter, Section, as_html, as_text
from .readers import languages_of


def write_to_all(dataset: Dataset, addresses: Iterable[str], *, subject: str, text: str, key: str) -> None:
    """Write a mail to each of these addresses, in the caller's transaction; with one key each gets one."""
    languages = languages_of(addresses)
    for address, language in languages.items():
        with override(language):
            letter = to_holder(dataset, subject, text)
            queue(
                about=f"holders/{key}",
                kind="to-holders",
                recipient=address,
                subject=letter.subject,
                text=as_text(letter),
                html=as_html(letter),
                language=language,
                thread=f"holders-{key}",
            )


def to_holder(dataset: Dataset, subject: str, text: str) -> Letter:
    """The mail: as it was written, with why its reader gets it."""
    names = {"dataset": one_line(dataset.display_name, 80), "hub": settings.HUB_NAME}
    return Letter(
        f"{names['dataset']}: {subject}",
        _("%(hub)s writes to everybody who has access to %(dataset)s.") % names,
        [(_("Dataset"), one_line(dataset.name, 300)), (_("DOI"), f"https://doi.org/{dataset.doi}")],
        [Section(subject, words=text)],
        _("See your requests and your access"),
        settings.BASE_URL + reverse("access_requests:mine"),
        [_("You get this mail because you have access to the dataset. Who else got it, nobody is told.")],
    )
