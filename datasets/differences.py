"""What two texts have in common and what not, word by word, for people to read."""

from __future__ import annotations

from difflib import SequenceMatcher

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

AROUND = 12  # words shown before and after a change
FEW = 4  # the same where there is no room for more


def difference(before: str, after: str) -> SafeString:
    """The later text with what was taken out in `<del>` and what came in in `<ins>`; long common parts are cut."""
    old, new = before.split(), after.split()
    parts: list[tuple[SafeString]] = []
    for kind, i, j, k, m in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if kind == "equal":
            parts.append((format_html("{}", _cut(new[k:m])),))
        if i < j and kind != "equal":
            parts.append((format_html("<del>{}</del>", " ".join(old[i:j])),))
        if k < m and kind != "equal":
            parts.append((format_html("<ins>{}</ins>", " ".join(new[k:m])),))
    return format_html_join(" ", "{}", parts)


def _cut(words: list[str]) -> str:
    if len(words) <= 2 * AROUND:
        return " ".join(words)
    return " ".join([*words[:AROUND], "…", *words[-AROUND:]])


def taken_out_and_put_in(before: str, after: str) -> tuple[str, str]:
    """What only the earlier text says, and what only the later one says, each passage on a line of its own.

    Passages are whole runs of words that differ; runs of the same words between them are left out.
    """
    old, new = before.split(), after.split()
    out, put_in = [], []
    for kind, i, j, k, m in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if kind != "equal" and i < j:
            out.append(_around(old, i, j))
        if kind != "equal" and k < m:
            put_in.append(_around(new, k, m))
    return "\n".join(out), "\n".join(put_in)


def _around(words: list[str], start: int, end: int) -> str:
    """A passage with the few words before and after it, by which it is found in the text."""
    first, last = max(start - FEW, 0), min(end + FEW, len(words))
    return " ".join([*(["…"] if first else []), *words[first:last], *(["…"] if last < len(words) else [])])
