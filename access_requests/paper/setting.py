"""Sets a paper as a tagged PDF. Nothing is fetched: neither from the network nor from files."""

from __future__ import annotations

import hashlib
import logging
import threading
from pathlib import Path
from typing import Any, NoReturn

import structlog
from django.conf import settings
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from access_requests.plain import plain

from .shape import Item, Made, Paper, Row, Where

log = structlog.stdlib.get_logger("access_requests.paper")
LETTERS_MAX = 2_500_000  # about 700 pages; more would keep a process busy for minutes
LETTERS_OF_A_ROW = 100  # what the place that it takes comes to
WAIT_SECONDS = 30
_STYLE = Path(__file__).with_name("paper.css")
_NAMES = {Where.OWN: "", Where.COMPLETE: "-complete", Where.RELEASE: "-release"}
_press = threading.Lock()


class NotMade(Exception):
    """The paper could not be made; its sentence says why and what to do."""


def pdf_of(paper: Paper) -> Made:
    """The paper as a PDF/UA document with its title and language, one at a time in each process.

    Raises:
        NotMade: when it is too long, somebody else's takes too long, or setting it fails.
    """
    letters = sum(len(row.text) + LETTERS_OF_A_ROW for row in paper.rows())
    if letters > LETTERS_MAX:
        raise NotMade(
            _("This request is too long for one document. Ask whoever runs the system for the record itself.")
        )
    page = render_to_string("access_requests/paper/paper.html", {"paper": cleaned(paper), "hub": settings.HUB_NAME})
    if not _press.acquire(timeout=WAIT_SECONDS):
        raise NotMade(_("Other documents are being made at this moment. Try again in a minute."))
    try:
        content = _set(page)
    except Exception as problem:
        log.exception("paper_not_made", reference=paper.reference, letters=letters)
        raise NotMade(
            _("The document could not be made. Whoever runs the system finds the reason in its log.")
        ) from problem
    finally:
        _press.release()
    name = f"request-{paper.reference}{_NAMES[paper.kind]}.pdf"
    return Made(name, content, hashlib.sha256(content).hexdigest())


def _set(page: str) -> bytes:
    logging.getLogger("weasyprint.progress").setLevel(logging.CRITICAL)
    from weasyprint import CSS, HTML  # type: ignore[import-untyped]  # here, as no other page needs its 60 MB

    logging.getLogger("weasyprint").setLevel(logging.CRITICAL)  # it quotes the letters that no font has
    style = CSS(string=_STYLE.read_text("utf-8"), url_fetcher=refuse)
    document = HTML(string=page, url_fetcher=refuse)
    made: Any = document.write_pdf(stylesheets=[style], pdf_variant="pdf/ua-1")
    return bytes(made)


def refuse(url: str, *_args: object, **_more: object) -> NoReturn:
    """Fetch nothing.

    Raises:
        ValueError: always; the setter goes on without.
    """
    raise ValueError("A paper fetches nothing.")


def cleaned(paper: Paper) -> Paper:
    """The paper without characters that no document can hold or that turn others around."""

    def text_row(row: Row) -> Row:
        return Row(row.label, plain(row.text))

    sections = []
    for section in paper.sections:
        items = tuple(Item(plain(item.title), tuple(map(text_row, item.rows))) for item in section.items)
        sections.append(type(section)(section.slug, section.title, items, section.intro, section.table))
    return paper.with_sections(sections, register_number=plain(paper.register_number))
