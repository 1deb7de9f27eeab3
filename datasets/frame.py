"""The whole page around the parts that its dataset decides, for visitors who have not signed in."""

from __future__ import annotations

import re
from functools import lru_cache
from urllib.parse import quote_plus

from django.http import HttpRequest
from django.template.loader import get_template
from django.utils import translation
from django.utils.safestring import mark_safe

from datasets.fragments import SLOT, Parts
from datasets.stamp import stamp

TEMPLATE = "datasets/landing.html"
NAMES = ("head", "before", "panel", "after")
PATH = "xxPATHxx"


def context_of(parts: Parts) -> dict[str, str]:
    """The parts as the page's template takes them."""
    before, _slot, after = parts.article.partition(SLOT)
    texts = (parts.head, before, parts.panel, after)
    # Our templates made it.
    return {name: mark_safe(text) for name, text in zip(NAMES, texts, strict=True)}  # noqa: S308 # nosec B308 # rendered here


def whole_page(parts: Parts, doi: str, language: str) -> bytes:
    """The page at a DOI's address, as bytes. Nothing of it depends on the visitor but the language."""
    words = {**context_of(parts), "path": quote_plus(doi)}
    pieces = _pieces(stamp(), language)
    return "".join(words[piece] if number % 2 else piece for number, piece in enumerate(pieces)).encode()


@lru_cache(maxsize=16)
def _pieces(_stamp: str, language: str) -> tuple[str, ...]:
    """The page's template, rendered once: texts by turns with the names of what stands between them."""
    request = HttpRequest()
    request.method, request.path = "GET", f"/{PATH}"
    marks = {name: f"xx{name.upper()}xx" for name in (*NAMES, "path")}
    with translation.override(language):
        text = get_template(TEMPLATE).render({"request": request, **marks})
    names = {mark: name for name, mark in marks.items()}
    pieces = re.split(f"({'|'.join(names)})", text)
    return tuple(names[piece] if number % 2 else piece for number, piece in enumerate(pieces))
