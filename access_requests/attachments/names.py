"""A file's name as it may be shown, sent in a header, put into an archive and kept on any file system."""

from __future__ import annotations

import re
import unicodedata

from .filetypes import EXTENSIONS

LONGEST = 120  # characters, with the extension
LONGEST_BYTES = 200  # in UTF-8; file systems end at 255, and an archive may add to a name
WITHOUT_NAME = "file"

# Fraction, division and other slashes that look like the one between folders.
_SLASHES = re.compile(r"[\u2044\u2215\u29f5\u29f8\u29f9\ufe68\uff0f\uff3c]")
# What Windows refuses in names, and "%", which some browsers take for an escape in a header (RFC 6266, appendix D).
_REFUSED = re.compile(r'[<>:"|?*%]')
# Cc control, Cf invisible and direction marks (UAX #9), Cs half characters, Co private, Cn not assigned.
_DROPPED = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})
_SPACES = frozenset({"Zs", "Zl", "Zp"})
# Spaces by their look only: Hangul fillers, the empty Braille pattern.
_LOOK_EMPTY = frozenset("\u115f\u1160\u2800\u3164\uffa0")
_RESERVED = re.compile(r"(con|prn|aux|nul|conin\$|conout\$|com[0-9¹²³]|lpt[0-9¹²³])", re.IGNORECASE)


def clean_name(name: str, extension: str) -> str:
    """The name without what could mislead a person, a browser, an archive or a file system; never empty.

    Path parts go, and control, invisible and direction marks ("gpj.exe" written backwards). Unicode is composed (NFC),
    every kind of space becomes a plain one. Leading dots, hyphens and tildes go (hidden files, options of programs,
    lock files), and dots and spaces at the end (Windows drops them). Names of Windows devices get an underscore before
    them. A long name is cut before its extension. Cleaning a clean name changes nothing.

    Args:
        name: as the browser sent it, with whatever in it.
        extension: of the type that the file has, without a dot; the name ends with it afterwards.
    """
    last = re.split(r"[/\\]", name)[-1]
    stem = _trimmed(_without_extension(_trimmed(_plain(last)), extension)) or WITHOUT_NAME
    if _RESERVED.fullmatch(stem.split(".")[0].rstrip(" ")):
        stem = f"_{stem}"
    return f"{_cut(stem, len(extension) + 1)}.{extension}"


def _plain(text: str) -> str:
    """Composed text with plain spaces, without what has no place in a name."""
    text = "".join(_character(each) for each in text)
    text = unicodedata.normalize("NFC", text)
    return re.sub(r" {2,}", " ", _REFUSED.sub("_", _SLASHES.sub("-", text)))


def _character(character: str) -> str:
    category = unicodedata.category(character)
    if character in "\t\r\n" or category in _SPACES or character in _LOOK_EMPTY:
        return " "
    return "" if category in _DROPPED else character


def _trimmed(text: str) -> str:
    return text.lstrip(" .-~").rstrip(" .")


def _without_extension(name: str, extension: str) -> str:
    """The name without the extension it came with, if that is one of a known type, right or wrong."""
    stem, dot, end = name.rpartition(".")
    if dot and end.casefold() in EXTENSIONS | {extension}:
        return stem
    return name


def _cut(stem: str, room: int) -> str:
    """The beginning of a stem that leaves `room` for an extension, in characters and in bytes."""
    stem = stem[: LONGEST - room]
    stem = stem.encode()[: LONGEST_BYTES - room].decode(errors="ignore")
    return stem.rstrip(" .")
