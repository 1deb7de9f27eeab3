"""Text from people, without what does not belong into text."""

from __future__ import annotations

import re
import unicodedata

from aidahub.outbox.wording import INVISIBLE

# Control characters but tab and line feed; marks that turn the direction of what follows (UAX #9), with which a
# text can be made to look like another; lone surrogates, which no database stores. And what nobody sees, but joiners,
# which Persian and Indian names need.
_UNWANTED = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\u200e\u200f\u061c\ud800-\udfff]")


def plain(text: str) -> str:
    """The text in Unicode's composed form, line ends as one character, without control and direction marks."""
    folded = text.replace("\r\n", "\n").replace("\r", "\n")
    return unicodedata.normalize("NFC", _UNWANTED.sub("", INVISIBLE.sub("", folded))).strip()
