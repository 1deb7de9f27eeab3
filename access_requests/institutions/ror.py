"""Reads the data dump of the Research Organization Registry, schema 2 (https://ror.readme.io/docs/ror-data-structure).

The dump is one JSON list of about 250 MB, published in a zip file; it is read record by record.
"""

from __future__ import annotations

import io
import json
import re
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import astuple, dataclass
from hashlib import blake2b
from pathlib import Path
from typing import Any, TextIO
from urllib.parse import urlsplit

from access_requests.addresses import FREE_MAIL, is_shared, registered_domain
from access_requests.plain import plain

CHUNK = 1 << 20
LONGEST_RECORD = 4 * CHUNK
MOST_NAMES = 100
ROR_ID = re.compile(r"https://ror\.org/0[a-hj-km-np-tv-z0-9]{6}[0-9]{2}")
HOST = re.compile(r"(?!-)[\w-]{1,63}(?:\.[\w-]{1,63})+")
WHITE = re.compile(r"[ \t\r\n]*")
RELEASE = re.compile(r"v\d+(?:\.\d+)+(?:-\d{4}-\d{2}-\d{2})?")
# Where others put their pages: the domain of such a website says nothing about who writes from it.
HOSTS_OF_OTHERS = FREE_MAIL | frozenset(
    "blogspot.com facebook.com github.io google.com instagram.com linkedin.com squarespace.com tumblr.com twitter.com "
    "webs.com weebly.com wikipedia.org wix.com wixsite.com wordpress.com x.com youtube.com".split()
)


class UnreadableFile(Exception):
    """The file is not what it should be; the text is one sentence that says how."""


@dataclass(frozen=True)
class Record:
    """What is kept of one record.

    `own` says whether the domains are the institution's own; a website's that only stands below a domain is not.
    """

    ror_id: str
    name: str
    other_names: tuple[str, ...]
    country: str
    domains: tuple[str, ...]
    own: bool
    active: bool

    @property
    def fingerprint(self) -> str:
        """32 hexadecimal digits that differ whenever anything that is kept does."""
        return blake2b(json.dumps(astuple(self)).encode(), digest_size=16).hexdigest()


def version_of(path: Path) -> str:
    """The release that a file's name tells, `v1.74-2025-11-24`; else the name itself."""
    found = RELEASE.search(path.name)
    return found[0] if found else path.name[:60]


def read(path: Path) -> Iterator[Record]:
    """The records of a dump, or of the zip file that holds it.

    Raises:
        UnreadableFile: as soon as something is wrong, which may be after many records.
    """
    number = 0
    try:
        with _opened(path) as stream:
            for number, element in enumerate(_Elements(stream), 1):
                yield _record(element, number)
    except (ValueError, RecursionError) as problem:
        raise UnreadableFile(f"{path} is broken after {number} records: {_first_line(problem)}.") from problem
    except (OSError, EOFError, RuntimeError, zipfile.BadZipFile, zlib.error) as problem:
        raise UnreadableFile(f"{path} cannot be read: {_first_line(problem)}.") from problem
    if not number:
        raise UnreadableFile(f"{path} holds no records.")


def _first_line(problem: BaseException) -> str:
    return (str(problem).strip().splitlines() or [type(problem).__name__])[0].rstrip(".")


@contextmanager
def _opened(path: Path) -> Iterator[TextIO]:
    """The file, or the one that matters in a zip file, as text."""
    with path.open("rb") as file:
        if not zipfile.is_zipfile(file):
            file.seek(0)
            yield io.TextIOWrapper(file, encoding="utf-8-sig")
            return
        with zipfile.ZipFile(file) as archive, archive.open(_member(path, archive)) as member:
            yield io.TextIOWrapper(member, encoding="utf-8-sig")


def _member(path: Path, archive: zipfile.ZipFile) -> str:
    names = [name for name in archive.namelist() if name.endswith(".json") and not name.startswith("__MACOSX/")]
    newest = [name for name in names if "schema_v2" in name] or names
    if len(newest) != 1:
        raise UnreadableFile(f"{path} should hold one JSON file of schema 2; it holds {len(newest)}.")
    return newest[0]


class _Elements:
    """The elements of a JSON list, one after the other, without ever holding all of it."""

    def __init__(self, stream: TextIO) -> None:
        self.stream, self.text, self.place = stream, "", 0
        self.decoder = json.JSONDecoder()

    def __iter__(self) -> Iterator[Any]:
        if self._peek() != "[":
            raise ValueError("it is not a JSON list of records")
        self.place += 1
        if self._peek() == "]":
            return
        while True:
            yield self._element()
            after = self._peek()
            self.place += 1
            if after == "]":
                break
            if after != ",":
                raise ValueError("the list does not go on as JSON does" if after else "it ends in the middle")
        if self._peek():
            raise ValueError("something follows the end of the list")

    def _more(self) -> bool:
        chunk = self.stream.read(CHUNK)
        self.text, self.place = self.text[self.place :] + chunk, 0
        return bool(chunk)

    def _peek(self) -> str:
        """The next character that is no white space; empty at the end."""
        while True:
            white = WHITE.match(self.text, self.place)
            self.place = white.end() if white else self.place
            if self.place < len(self.text):
                return self.text[self.place]
            if not self._more():
                return ""

    def _element(self) -> Any:
        while True:
            try:
                self._peek()
                value, self.place = self.decoder.raw_decode(self.text, self.place)
            except json.JSONDecodeError:
                if len(self.text) - self.place > LONGEST_RECORD:
                    raise
                if not self._more():
                    raise ValueError("it ends in the middle, or is no JSON there") from None
            else:
                return value


def _record(element: Any, number: int) -> Record:
    """What is kept of one element of the list.

    Raises:
        UnreadableFile: when it is no record of schema 2.
    """
    if not isinstance(element, dict) or not ROR_ID.fullmatch(str(element.get("id"))):
        raise UnreadableFile(f"Record {number} has no ROR ID, so this is not the register's data dump.")
    if not isinstance(element.get("names"), list):
        sentence = "Record {} is not of schema 2: take the file whose name ends in _schema_v2.json, or a newer release."
        raise UnreadableFile(sentence.format(number))
    name, others = _names(element["names"])
    if not name:
        raise UnreadableFile(f"Record {number} ({element['id']}) has no name.")
    domains, own = _domains(element)
    active = str(element.get("status", "active")) == "active"
    return Record(str(element["id"]), name, others, _country(element), domains, own, active)


def _names(rows: list[Any]) -> tuple[str, tuple[str, ...]]:
    """The name that the register displays, and all others."""
    found: dict[str, bool] = {}
    for row in _dicts(rows):
        value = " ".join(plain(str(row.get("value") or "")).split())[:300]
        if value:
            found[value] = found.get(value, False) or "ror_display" in (row.get("types") or ())
    shown = next((value for value, is_shown in found.items() if is_shown), next(iter(found), ""))
    return shown, tuple(value for value in found if value != shown)[:MOST_NAMES]


def _country(element: dict[str, Any]) -> str:
    for place in _dicts(element.get("locations")):
        details = place.get("geonames_details")
        code = str(details.get("country_code") or "") if isinstance(details, dict) else ""
        if len(code) == 2 and code.isascii():
            return code.upper()
    return ""


def _domains(element: dict[str, Any]) -> tuple[tuple[str, ...], bool]:
    """The domains as the record states them, else that of its website; and whether they are its own."""
    given = element.get("domains")
    stated = [_host(str(each)) for each in given] if isinstance(given, list) else []
    known = tuple(sorted({each for each in stated if each and not is_shared(each)}))
    if known:
        return known, True
    sites = (link.get("value") for link in _dicts(element.get("links")) if link.get("type") == "website")
    host = next((host for site in sites if (host := _host(str(site)))), "").removeprefix("www.")
    domain = registered_domain(host) if host else ""
    if not domain or is_shared(domain) or domain in HOSTS_OF_OTHERS:
        return (), True
    return (domain,), host == domain


def _host(text: str) -> str:
    """The host of an address or the domain itself, in lower case; empty for what is neither."""
    try:
        host = urlsplit(text.strip() if "//" in text else f"//{text.strip()}").hostname or ""
    except ValueError:
        return ""
    host = host.rstrip(".").lower()
    return host if len(host) <= 253 and HOST.fullmatch(host) and not host.replace(".", "").isdigit() else ""


def _dicts(rows: Any) -> list[dict[str, Any]]:
    return [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []
