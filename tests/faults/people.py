"""People who go on as people do: after an error they look whether it is done, and do it again only if it is not."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random
from typing import TypeVar

from tests.support.mail import MailServer

from .browser import Browser, Page, Traffic, Trouble
from .ledger import DONE, LOST, REFUSED, Change, Ledger
from .scene import PASSWORD

Seen = TypeVar("Seen")
TRIES = 6
# What the history tells whoever did what takes no words of their own.
TOLD = {"withdraw": "You withdrew the request.", "forward": "You found the request complete; the deciders were asked."}
LONGEST = 120  # seconds that somebody waits for the site to come back


class GaveUp(Exception):
    """The site did not come back for longer than anybody waits."""


@dataclass
class World:
    """What all people share."""

    base_url: str
    mail: MailServer
    traffic: Traffic = field(default_factory=Traffic)
    ledger: Ledger = field(default_factory=Ledger)
    stop: threading.Event = field(default_factory=threading.Event)
    complaints: list[str] = field(default_factory=list)
    retries: int = 0

    def complain(self, sentence: str) -> None:
        """Something that no person should meet."""
        self.complaints.append(sentence)


class Person(threading.Thread):
    """One person with an account, who signs in and acts until the world stops."""

    def __init__(self, world: World, email: str, number: int, seed: int) -> None:
        """Args: number: makes their address on the net."""
        super().__init__(daemon=True, name=email)
        self.world, self.email, self.random = world, email, Random(f"{seed}/{email}")
        self.browser = Browser(world.base_url, f"127.0.0.{number + 10}", world.traffic)
        self.signed_in = False

    def run(self) -> None:
        """Act again and again; then look once more whether the session still works."""
        while not self.world.stop.is_set():
            self._once(self._act)
            self.world.stop.wait(self.random.uniform(0.2, 1.2))
        self._once(lambda: self.patiently(self.check_session))

    def _once(self, doing: Callable[[], object]) -> None:
        try:
            doing()
        except Trouble:
            time.sleep(0.5)
        except GaveUp as problem:
            self.world.complain(f"{self.email} gave up: {problem}")
        except Exception as problem:  # a page that is not as the person expects
            self.world.complain(f"{self.email}: {type(problem).__name__}: {problem}")
            time.sleep(1)

    def _act(self) -> None:
        if not self.signed_in:
            self.sign_in()
        if self.signed_in:
            self.act()
        else:
            self.world.stop.wait(5)

    def act(self) -> None:
        """One thing that this person does."""
        raise NotImplementedError

    # How they go about it

    def sign_in(self) -> None:
        """By the form, with the password. Whoever tried too often while the site was away must wait."""
        page = self.browser.get("/accounts/login/")
        form = page.form(having="login")
        if form is None:  # the last answer was lost, and the session is there
            self.signed_in = True
            return
        answer = self.browser.post(page, form, {"login": self.email, "password": PASSWORD})
        self.signed_in = answer.status == 302
        if not self.signed_in and answer.status != 429 and "Too many" not in answer.text:
            self.world.complain(f"{self.email} cannot sign in: {answer.status}")

    def sign_out(self) -> None:
        """And say so only when it is done."""
        page = self.browser.get("/accounts/logout/")
        form = page.form()
        if form is None:
            return
        self.signed_in = False  # whatever is answered; whoever still is finds no form to sign in
        self.browser.post(page, form)

    def check_session(self) -> None:
        """Whoever signed in still is."""
        if self.signed_in:
            self.get("/requests/")

    def get(self, path: str) -> Page:
        """A page for people who signed in; being sent to sign in again is a lost session."""
        page = self.browser.get(path)
        if page.path.startswith("/accounts/login/"):
            self.signed_in = False
            self.world.complain(f"{self.email} lost the session at {path}; before that: {list(self.browser.last)}")
            raise Trouble("session")
        return page

    def patiently(self, looking: Callable[[], Seen]) -> Seen:
        """Try to look until the site answers.

        Raises:
            GaveUp: when it does not for very long.
        """
        end = time.monotonic() + LONGEST
        while True:
            try:
                return looking()
            except Trouble as trouble:
                if time.monotonic() > end:
                    raise GaveUp(str(trouble)) from trouble
                time.sleep(self.random.uniform(0.5, 2))

    def do(self, change: Change, attempt: Callable[[], str], is_there: Callable[[], bool]) -> bool:
        """Ask for a change until it is done or refused; whether it is done.

        Args:
            attempt: one try; says `DONE` or `REFUSED`.
            is_there: looks whether it is done, after an answer was lost.
        """
        for _try in range(TRIES):
            try:
                outcome = attempt()
            except Trouble:
                outcome = LOST
            change.tries.append(outcome)
            if outcome != LOST:
                return outcome == DONE
            if self.patiently(is_there):
                change.seen = True
                return True
            self.world.retries += 1
        return False

    def confirm(self, path: str, verb: str, reference: str, word: str, **answers: str) -> bool:
        """Press a button that has a page of its own, which asks once more."""
        change = self.world.ledger.begin(self.email, verb, reference, word)

        def attempt() -> str:
            page = self.get(path)
            form = page.form(having="reason") if "reason" in answers else page.form()
            if page.status != 200 or form is None:
                return REFUSED
            answer = self.browser.post(page, form, answers)
            return DONE if answer.status == 302 and not answer.location.startswith("/accounts/") else REFUSED

        return self.do(change, attempt, lambda: self.is_done(path, verb, reference, word))

    def is_done(self, path: str, verb: str, reference: str, word: str) -> bool:
        """Whether the request's page tells of a change; without a word of one's own, by what it says to who did it.

        That the button is gone says little: somebody else may have moved the request meanwhile.
        """
        if not word and self.get(path).status != 403:
            return False
        return (word or TOLD[verb]) in self.get(self.page_of(reference)).text

    def page_of(self, reference: str) -> str:
        """Where this person reads a request."""
        return f"/requests/{reference}/"
