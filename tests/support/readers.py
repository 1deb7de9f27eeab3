"""Everything that one reader can get from the site: pages, files, headers, cookies, sessions and mails, as text.

A reader is a browser with somebody signed in, and a mailbox. What an answer holds is made into one searchable text:
the body as it is and unescaped, texts inside PDF files, headers and cookies.
"""

from __future__ import annotations

import html
import re
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, unquote, urljoin, urlsplit

from django.contrib.sessions.models import Session
from django.db import transaction
from django.test import Client

from aidahub.accounts.models import User
from aidahub.outbox.models import Mail

LINKS = re.compile(r'(?:href|src|action|content|data-[a-z-]+)="([^"]+)"|<loc>([^<]+)</loc>')
LEAVES = ("/accounts/logout/", "/static/", "/admin/logout/", "/admin/jsi18n/")
STREAM = re.compile(rb"stream\r?\n(.*?)\r?\nendstream", re.DOTALL)
MAPPED = re.compile(rb"<([0-9a-fA-F]{4})> ?<([0-9a-fA-F]+)>(?: ?<([0-9a-fA-F]+)>)?")
SHOWN = re.compile(rb"<([0-9a-fA-F]+)>|\(((?:\\.|[^()\\])*)\)")
SITE = "http://127.0.0.1:8000"


def _streams(data: bytes) -> Iterator[bytes]:
    for found in STREAM.findall(data):
        try:
            yield zlib.decompressobj().decompress(found)
        except zlib.error:
            yield found


def _letters(streams: Iterable[bytes]) -> dict[bytes, set[str]]:
    """Which letters a glyph's number may stand for: each font of a file has numbers of its own."""
    found: dict[bytes, set[str]] = {}
    for table in (part for part in streams if b"beginbfchar" in part or b"beginbfrange" in part):
        for first, second, third in MAPPED.findall(table):
            begin, end = int(first, 16), int(second, 16) if third else int(first, 16)
            start = int((third or second)[:4], 16)
            for step in range(min(end - begin, 0xFFFF) + 1):
                found.setdefault(b"%04x" % (begin + step), set()).add(chr(start + step))
    return found


def text_of_pdf(data: bytes) -> str:
    """All texts of a PDF file, run together; streams that are not packed as they are.

    Where two fonts use one number for different letters, each reading is given in turn, up to eight.
    """
    streams = list(_streams(data))
    letters = _letters(streams)
    raw = data.decode("latin-1") + "".join(part.decode("latin-1") for part in streams)
    shown = [found for part in streams if b"BT" in part for found in SHOWN.findall(part)]
    readings = [
        "".join(_reading(glyphs, plain, letters, which) for glyphs, plain in shown)
        for which in range(min(8, max(map(len, letters.values()), default=1)))
    ]
    return "\n".join([raw, *readings])


def _reading(glyphs: bytes, plain: bytes, letters: dict[bytes, set[str]], which: int) -> str:
    if not glyphs:
        return plain.decode("latin-1")
    numbers = (glyphs[place : place + 4].lower() for place in range(0, len(glyphs), 4))
    options = (sorted(letters.get(number, {""})) for number in numbers)
    return "".join(option[which % len(option)] for option in options)


def text_of(response: Any) -> str:
    """An answer as one searchable text: body, headers, cookies."""
    body = b"".join(response.streaming_content) if response.streaming else response.content
    text = text_of_pdf(body) if body.startswith(b"%PDF") else body.decode(errors="replace")
    plain = html.unescape(text)
    more = [f"{key}: {value}" for key, value in response.headers.items()]
    more += [f"{key}={unquote(morsel.value)}" for key, morsel in response.cookies.items()]
    return "\n".join([text, plain if plain != text else "", *more])


def _without(path: str, text: str) -> str:
    """A text without the address that was asked for, which its reader knew before."""
    return text.replace(path, "").replace(quote(path, safe=""), "").replace(quote(path), "")


@dataclass
class Reader:
    """One person in front of the site: who they are (nobody: not signed in), and the addresses of their mailboxes."""

    name: str
    user: User | None
    mailboxes: frozenset[str] = frozenset()
    client: Client = field(init=False)

    def __post_init__(self) -> None:
        self.client = Client(raise_request_exception=False)
        if self.user:
            self.client.force_login(self.user)

    def gets(self, path: str) -> tuple[int, str]:
        """The status and text that an address answers."""
        response = self.client.get(path)
        return response.status_code, _without(path, text_of(response))

    def posts(self, path: str, data: dict[str, str]) -> tuple[int, str]:
        """The status and text of what a form answers, with the mails that it sends the reader; all of it is undone."""
        cookies = {name: morsel.value for name, morsel in self.client.cookies.items()}
        with transaction.atomic():
            last = Mail.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
            response = self.client.post(path, data)
            text = text_of(response) + "".join(self.mails(after=last).values())
            transaction.set_rollback(True)
        self.client.cookies.clear()
        self.client.cookies.load(cookies)
        page = f"{path.rstrip('/').rpartition('/')[0]}/"  # where whoever must sign in first comes back to
        return response.status_code, _without(page, _without(path, text))

    def mails(self, after: int = 0) -> dict[str, str]:
        """Every mail to this person, by what it is about."""
        rows = Mail.objects.filter(recipient__in=self.mailboxes, pk__gt=after)
        return {
            f"mail {row.pk} ({row.kind}, {row.about})": f"{row.subject}\n{row.text}\n{row.html}\n{row.headers}"
            for row in rows
        }

    def sessions(self) -> dict[str, str]:
        """What the site remembers of this browser."""
        key = self.client.session.session_key or ""
        row = Session.objects.filter(session_key=key).first()
        return {"session": str(row.get_decoded())} if row else {}

    def everything(
        self, starts: Iterable[str], *, queries: bool = False, most: int = 4000
    ) -> Iterator[tuple[str, int, str]]:
        """All that can be read from these addresses on: where, the status, and the text.

        Links are followed breadth first.

        Args:
            starts: addresses without a host.
            queries: follow links with a query, too: filters, orders and pages of lists. An address with a query leads
                to no further ones, so that they do not multiply.
            most: after how many addresses to stop, which no test should reach.
        """
        waiting = list(dict.fromkeys(starts))
        seen = set(waiting)
        for path in waiting:
            status, text = self.gets(path)
            yield path, status, text
            for link in links(path, text):
                if link not in seen and ("?" not in link or (queries and "?" not in path)):
                    seen.add(link)
                    waiting.append(link)
            assert len(seen) < most, "the site is larger than this test can walk"
        yield from ((where, 200, text) for found in (self.mails(), self.sessions()) for where, text in found.items())


def links(path: str, text: str) -> Iterator[str]:
    """The addresses of this site to which a page leads."""
    for quoted, location in LINKS.findall(text):
        whole = urljoin(SITE + path, html.unescape(quoted or location))
        if whole.startswith(f"{SITE}/") and (quoted or location)[:1] in "/?h.":
            parts = urlsplit(whole)
            found = parts.path + (f"?{parts.query}" if parts.query else "")
            if not found.startswith(LEAVES):
                yield found
