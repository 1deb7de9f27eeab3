"""A browser without pictures: sessions, cookies, forms as the pages have them, and a note of every answer."""

from __future__ import annotations

import re
import threading
import time
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any
from urllib.parse import urljoin, urlsplit

import lxml.html
import requests
from requests.adapters import HTTPAdapter

PATIENCE = 85  # seconds for an answer: more than the site's proxy waits for a web process (`proxy_read_timeout`)
# The site's own pages for 500 and 503, and that of its proxy.
OWN_WORDS = ("Something went wrong here", "The site is resting for a moment")
TRACES = ("Traceback (most recent call last)", "django.db", "psycopg", 'File "/')


class Trouble(Exception):
    """No answer, or one of 500 or more: nobody knows what was done."""


@dataclass(frozen=True)
class Exchange:
    """One question and its answer: when, what, the status (0: none), seconds, and what was wrong with the page."""

    at: float
    method: str
    path: str
    status: int
    seconds: float
    wrong: str = ""


@dataclass
class Traffic:
    """Everything that was asked and answered, by all people."""

    exchanges: list[Exchange] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def note(self, exchange: Exchange) -> None:
        """One more."""
        with self.lock:
            self.exchanges.append(exchange)

    @property
    def wrong(self) -> list[str]:
        """What no person should have seen."""
        return [f"{each.method} {each.path} {each.status}: {each.wrong}" for each in self.exchanges if each.wrong]

    def longest_silence(self) -> float:
        """The longest time in seconds in which nobody got an answer below 500."""
        times = sorted(each.at for each in self.exchanges if 0 < each.status < 500)
        return max((after - before for before, after in pairwise(times)), default=0.0)


@dataclass(frozen=True)
class Page:
    """An answer below 500."""

    url: str
    status: int
    text: str
    location: str = ""

    @property
    def path(self) -> str:
        """Where it is."""
        return urlsplit(self.url).path

    def forms(self) -> list[Any]:
        """Its forms that post."""
        tree: Any = lxml.html.fromstring(self.text, base_url=self.url)
        return [form for form in tree.forms if form.method == "POST" and "logout" not in (form.get("action") or "")]

    def form(self, *, having: str = "", action: str = "", button: str = "") -> Any:
        """The first form with this field, this end of its address, and a button that says this; or none."""
        for form in self.forms():
            buttons = " ".join(each.text_content() for each in form.iter("button"))
            fits = having in ("", *form.fields.keys()) and button in buttons
            if fits and (form.get("action") or "").endswith(action):
                return form
        return None

    def links(self, pattern: str) -> list[str]:
        """What a pattern finds in the addresses of its links, each once."""
        found = re.findall(rf'href="{pattern}', self.text)
        return list(dict.fromkeys(found))


class FromAddress(HTTPAdapter):
    """Connections from an address of one's own, as people have: the site limits attempts by address."""

    def __init__(self, address: str) -> None:
        """Args: address: one of loopback."""
        self.address = address
        super().__init__(max_retries=0)

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        """As usual, from that address."""
        super().init_poolmanager(*args, source_address=(self.address, 0), **kwargs)


class Browser:
    """One person's browser. It follows no redirect by itself, and repeats nothing."""

    def __init__(self, base_url: str, address: str, traffic: Traffic) -> None:
        """Open it, without cookies."""
        self.base_url, self.traffic = base_url, traffic
        self.last: deque[str] = deque(maxlen=8)  # what was asked and answered last, for a complaint
        self.session = requests.Session()
        self.session.trust_env = False
        self.session.mount("http://", FromAddress(address))

    def get(self, path: str) -> Page:
        """A page, after at most five redirects.

        Raises:
            Trouble: without an answer below 500.
        """
        page = self._ask("GET", path)
        for _hop in range(5):
            if not page.location:
                return page
            page = self._ask("GET", page.location)
        return page

    def post(self, page: Page, form: Any, answers: Mapping[str, Any] | None = None, **options: Any) -> Page:
        """Send a form of a page with what stands in it and `answers`; the answer itself, not where it leads.

        Args:
            answers: by the name of the field; a field with the value None is left out.
            options: `files`, as `requests` takes them.

        Raises:
            Trouble: without an answer below 500.
        """
        fields = {name: value for name, value in form.form_values() if name not in (answers or {})}
        fields |= {name: value for name, value in (answers or {}).items() if value is not None}
        return self._ask("POST", urljoin(page.url, form.get("action") or page.url), data=fields, **options)

    def _ask(self, method: str, path: str, **options: Any) -> Page:
        url = urljoin(self.base_url, path)
        headers = {"Referer": url, "Accept-Language": "en"}
        started = time.monotonic()
        try:
            answer = self.session.request(
                method, url, headers=headers, timeout=PATIENCE, allow_redirects=False, **options
            )
        except requests.RequestException as problem:
            self._note(started, method, url, 0)
            self.last.append(f"{method} {url} {problem}")
            raise Trouble(type(problem).__name__) from problem
        text = answer.text if "text/" in answer.headers.get("Content-Type", "") else ""
        self._note(started, method, url, answer.status_code, what_is_wrong(answer.status_code, text))
        session = (answer.cookies.get("session") or "-")[:4]
        self.last.append(f"{method} {url} {answer.status_code} {answer.headers.get('Location', '')} {session}")
        if answer.status_code >= 500:
            raise Trouble(str(answer.status_code))
        return Page(url, answer.status_code, text, answer.headers.get("Location", ""))

    def _note(self, started: float, method: str, url: str, status: int, wrong: str = "") -> None:
        path = re.sub(r"AIDA-[\d-]+|[0-9a-f-]{36}|(?<=parts/)[^/]+", "*", urlsplit(url).path)
        now = time.monotonic()
        if not wrong and now - started >= PATIENCE:
            wrong = f"no answer for {now - started:.0f} s"
        self.traffic.note(Exchange(now, method, path, status, now - started, wrong))


def what_is_wrong(status: int, text: str) -> str:
    """What a person should not have read on this page; empty when all is well."""
    for trace in TRACES:
        if trace in text:
            return f"it shows {trace!r}"
    if status >= 500 and not any(words in text for words in OWN_WORDS):
        return f"it is not the site's own page: {' '.join(text.split())[:200]!r}"
    return ""
