"""Which passwords are too easy to guess here beside those that Django knows."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from aidahub.accounts.models import User

# What stands in the name of every site of this kind, whatever its own name is; `words_of_this_site` adds that.
WORDS = frozenset({"aida", "data", "hub", "datahub", "dataset", "password", "admin", "provider", "scilifelab"})
LEAST = 6  # characters that must be left of a password without those words


def words_of_this_site() -> list[str]:
    """The words that people meet on every page: of the site's name and address, the longest first."""
    found = re.findall(r"\w{3,}", f"{settings.HUB_NAME} {urlsplit(settings.BASE_URL).hostname}".casefold())
    return sorted(WORDS | set(found), key=len, reverse=True)


class NotOfThisSite:
    """Refuses a password that is little more than the names of the site: "AIDA-Data-Hub-2026"."""

    def validate(self, password: str, user: User | None = None) -> None:
        """Look at one.

        Args:
            password: as it was typed.
            user: whose it is to be; it makes no difference.

        Raises:
            ValidationError: when fewer than `LEAST` letters and digits are left without the site's words.
        """
        rest = re.sub(r"[\W_]", "", password.casefold())
        for word in words_of_this_site():
            rest = rest.replace(word, "")
        if len(rest) < LEAST and len(rest) < len(re.sub(r"[\W_]", "", password)):
            raise ValidationError(_("This password is little more than the name of this site."), code="of_this_site")

    def get_help_text(self) -> str:
        """What to know before one is chosen."""
        return _("Not a password that is little more than the name of this site.")
