"""Somebody who walks through a whole journey: each page is watched, each mail is accounted for."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.sync_api import ConsoleMessage, Page, Request, Response, expect

from tests.support.mail import MailServer, Received
from tests.support.processes import wait_until
from tests.support.visitor import Visitor

SHOTS = os.environ.get("SHOTS", "")  # a folder for a picture of each page, as in the tests of the admin


@dataclass
class Walker(Visitor):
    """A visitor whose browser is watched, and who must never read some words.

    `hidden` are those words; `faults` is what went wrong on any page: another host, a refusal by the page's policy,
    an answer of 500 or more, a window that scrolls sideways.
    """

    name: str = ""
    hidden: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Watch the browser."""
        self.page.on("console", self._hear)
        self.page.on("request", self._ask)
        self.page.on("response", self._answer)

    def _hear(self, message: ConsoleMessage) -> None:
        if "Content Security Policy" in message.text or "Content-Security-Policy" in message.text:
            self.faults.append(f"{self.name}, {self.page.url}: {message.text}")

    def _ask(self, request: Request) -> None:
        if not request.url.startswith((f"{self.url}/", "data:")):
            self.faults.append(f"{self.name}, {self.page.url}: asks {request.url}")

    def _answer(self, response: Response) -> None:
        if response.status >= 500:
            self.faults.append(f"{self.name}, {response.url}: {response.status}")

    @property
    def words(self) -> str:
        """The page's main part as it is read."""
        return " ".join(self.page.locator("main").inner_text().split())

    def look(self, what: str, *words: str, without: tuple[str, ...] = ()) -> None:
        """Read the page that is open: it says `words`, and neither what is hidden from this person nor `without`."""
        for sentence in words:
            self.sees(sentence)
        if SHOTS:
            width = self.page.viewport_size["width"] if self.page.viewport_size else 0
            Path(SHOTS).mkdir(parents=True, exist_ok=True)
            self.page.screenshot(path=Path(SHOTS) / f"{what}-{width}.png", full_page=True)
        source = self.page.content()
        for word in (*self.hidden, *without):
            assert word not in source, f"{self.name} reads {word!r} on {self.page.url}"
        if self.page.evaluate("document.documentElement.scrollWidth > window.innerWidth + 1"):
            self.faults.append(f"{self.name}, {self.page.url} ({what}): scrolls sideways")

    def open(self, name: str, *, within: str = "main") -> None:
        """Follow the link in a part of the page that is called just so."""
        self.page.locator(within).get_by_role("link", name=name, exact=True).first.click()

    def do(self, name: str) -> None:
        """Press the button that is called just so, or begins so where hidden words say of what."""
        button = self.page.locator("main").get_by_role("button", name=re.compile(rf"^{re.escape(name)}(:|$)"))
        button.first.click()

    def write_in(self, label: str, words: str) -> None:
        """Write into the field with this label."""
        self.page.locator("main").get_by_label(re.compile(rf"^\s*{re.escape(label)}")).first.fill(words)

    def said(self, label: str) -> str:
        """What stands in the field with this label."""
        return self.page.locator("main").get_by_label(re.compile(rf"^\s*{re.escape(label)}")).first.input_value()

    def stands_at(self, path: str) -> None:
        """Fail unless this address is open, whatever of the page it asks for."""
        expect(self.page).to_have_url(re.compile(rf"^{re.escape(self.url + path)}([?#].*)?$"))


class Post:
    """All mailboxes: each mail that arrives is asked for once, by how its subject begins."""

    def __init__(self, server: MailServer) -> None:
        """Begin with empty mailboxes."""
        self.server = server
        self.reference = ""
        self.opened: dict[str, int] = {}

    def arrives(self, address: str, *beginnings: str) -> list[Received]:
        """The new mails to an address, in the order of `beginnings`; just these and no others.

        The subject of each ends with the request's reference.
        """
        before = self.opened.get(address, 0)

        def come() -> list[Received]:
            new = self.server.to(address)[before:]
            return new if len(new) >= len(beginnings) else []

        try:
            new: list[Received] = wait_until(come, seconds=20)
        except TimeoutError as late:
            raise AssertionError(f"{beginnings} for {address}; there are {self.unopened()}") from late
        self.opened[address] = before + len(new)
        mails = [next((mail for mail in new if mail.subject.startswith(one)), None) for one in beginnings]
        subjects = [mail.subject for mail in new]
        assert None not in mails, (address, beginnings, subjects)
        assert len(new) == len(beginnings), (address, beginnings, subjects)
        assert all(subject.endswith(f"[{self.reference}]") for subject in subjects), subjects
        return [mail for mail in mails if mail]

    def subjects(self, address: str) -> list[str]:
        """What came to an address and was not asked for yet."""
        return [mail.subject for mail in self.server.to(address)[self.opened.get(address, 0) :]]

    def opens_code(self, address: str) -> None:
        """The one new mail to an address is a code to sign up."""
        (subject,) = self.subjects(address)
        assert "code" in subject, subject
        self.opened[address] = self.opened.get(address, 0) + 1

    def unopened(self) -> list[tuple[str, str]]:
        """Every mail that nobody asked for."""
        addresses = {address for mail in self.server.messages for address in mail.recipients}
        return [(address, subject) for address in sorted(addresses) for subject in self.subjects(address)]

    def keep(self, folder: str) -> None:
        """Write every mail as text into a folder, to be read."""
        for number, mail in enumerate(self.server.messages, start=1):
            words = f"To: {', '.join(mail.recipients)}\nSubject: {mail.subject}\n\n{mail.text}"
            (Path(folder) / f"mail-{number:02}.txt").write_text(words)


def walkers(new_page: Callable[..., Page], url: str, server: MailServer, **window: Any) -> Callable[..., Walker]:
    """`walk(name, email)`: somebody with a browser of their own and a window like that of the others."""

    def walk(name: str, email: str) -> Walker:
        return Walker(new_page(**window), url, server, email, name=name)

    return walk
