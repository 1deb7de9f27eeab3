"""What two texts have in common and what not, word by word, for people to read."""

from __future__ import annotations

from difflib import SequenceMatcher

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

AROUND = 12  # words shown before and after a change


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
