"""The only way in which a file leaves: as a download that no browser shows or runs."""

from __future__ import annotations

from typing import IO, Any, Protocol

from django.core.files.base import File
from django.http import FileResponse, HttpResponse, HttpResponseBase
from django.template.loader import render_to_string

from .filetypes import by_content_type
from .keeping import open_whole
from .names import clean_name
from .problems import NotReadable

HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "sandbox; default-src 'none'",
    "Cache-Control": "private, no-store",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Robots-Tag": "noindex",
}


class Kept(Protocol):
    """A row that names a kept file."""

    @property
    def key(self) -> str:
        """Where it is in the storage."""

    @property
    def name(self) -> str:
        """Its clean name."""

    @property
    def content_type(self) -> str:
        """Its media type, one of the table's."""

    @property
    def size(self) -> int:
        """Its bytes."""

    @property
    def sha256(self) -> str:
        """Its hash, in hexadecimal digits."""


def download(row: Kept) -> HttpResponseBase:
    """The file of a row, for somebody who was found to be allowed to have it.

    The media type is one of our table, whatever the row holds: never one that a browser would show as a page, and the
    name ends as the type does. The bytes are compared with the hash before the first one leaves; for a file that is
    missing or altered there is a page that says so (503), and an error in the log.
    """
    try:
        file = open_whole(row.key, row.sha256)
    except NotReadable as problem:
        context = {"name": row.name, "sentence": problem.sentence}
        return HttpResponse(render_to_string("access_requests/file_missing.html", context), status=503)
    kind = by_content_type(row.content_type)
    name = clean_name(row.name, kind.extension if kind else "bin")
    content_type = kind.content_type if kind else "application/octet-stream"
    if content_type.startswith("text/"):
        content_type += "; charset=utf-8"
    return as_download(file, name, content_type)


def as_download(file: IO[bytes] | File[Any], name: str, content_type: str) -> HttpResponseBase:
    """Bytes that no browser shows within the site, keeps or takes for something else. The response closes the file."""
    response = FileResponse(file, as_attachment=True, filename=name, content_type=content_type)
    for header, value in HEADERS.items():
        response[header] = value
    return response
