"""Those who decide: providers and hub staff, in the admin; and the scientists whom requests name, who come by mail."""

from __future__ import annotations

import re
from typing import Any

from .ledger import DONE, REFUSED, token
from .people import Person
from .scene import Scientist

ADMIN = "/admin/access_requests/accessrequest"
REFERENCE = r"(AIDA-\d{4}-\d{5,})"
OF_PROVIDERS = ("approve", "approve", "approve", "reject", "send-back")
OF_HUB = (*OF_PROVIDERS, "forward", "forward", "confirm-approval", "confirm-approval", "confirm-rejection", "close")
VERBS = {"approve": "decide", "reject": "decide", "confirm-approval": "confirm", "confirm-rejection": "confirm"}


class Reviewer(Person):
    """Somebody who works off their desk."""

    steps: tuple[str, ...] = OF_PROVIDERS

    def page_of(self, reference: str) -> str:
        """The decision page."""
        return f"{ADMIN}/{reference}/change/"

    def act(self) -> None:
        """Open the desk, choose a request, do one of the things that its page offers."""
        desk = self.get("/admin/")
        waiting = desk.links(f"{ADMIN}/{REFERENCE}/change/")
        if not waiting:
            self.world.stop.wait(2)
            return
        reference = self.random.choice(waiting)
        page = self.get(self.page_of(reference))
        offered = page.links(rf"{ADMIN}/{reference}/([a-z-]+)/")
        steps = [step for step in self.steps if step in offered]
        if not steps or self.random.random() < 0.25:
            self.say(reference)
            return
        self.take(self.random.choice(steps), reference)

    def take(self, step: str, reference: str) -> None:
        """One step, with a reason where it takes one."""
        word = "" if step == "forward" else token(self.random)
        reason = {"reason": f"Seen and considered, {word}."} if word else {}
        self.confirm(f"{ADMIN}/{reference}/{step}/", VERBS.get(step, step), reference, word, **reason)

    def say(self, reference: str) -> None:
        """Write to the applicant, or a note to the others who decide."""
        verb, action = self.random.choice((("message", "/messages/"), ("note", "/notes/")))
        word = token(self.random)
        change = self.world.ledger.begin(self.email, verb, reference, word)

        def attempt() -> str:
            page = self.get(self.page_of(reference))
            form = page.form(action=action)
            if form is None:
                return REFUSED
            answer = self.browser.post(page, form, {"text": f"Looked into it, {word}."})
            return DONE if "#message-" in answer.location else REFUSED

        self.do(change, attempt, lambda: word in self.get(self.page_of(reference)).text)


class HubStaff(Reviewer):
    """A reviewer with the hub's steps."""

    steps = OF_HUB


class RecipientScientist(Person):
    """Somebody who is named, hears of it by mail, and confirms by the link in it."""

    def __init__(self, world: Any, scientist: Scientist, number: int, seed: int) -> None:
        """Args: scientist: whom requests name, and their account."""
        super().__init__(world, scientist.account, number, seed)
        self.scientist = scientist
        self.read: set[str] = set()

    def act(self) -> None:
        """Open the next mail and do what it asks for."""
        for mail in list(self.world.mail.to(self.scientist.named)):
            if mail.message_id not in self.read and (path := self.link(mail.text)):
                self.answer(path)
                self.read.add(mail.message_id)
                return

    def link(self, text: str) -> str:
        """The path of a mail's link to a part, if it has one."""
        found = re.search(re.escape(self.world.base_url) + rf"(/parts/\S+|/requests/{REFERENCE}/\S*)", text)
        return found[1] if found else ""

    def answer(self, path: str) -> None:
        """Open the link, say that it is for oneself, and confirm."""
        page = self.patiently(lambda: self.get(path))
        form = page.form(button="This is me")
        if form is not None:
            self.browser.post(page, form)
            page = self.patiently(lambda: self.get("/requests/"))
        for reference in dict.fromkeys(re.findall(REFERENCE, path) or page.links(rf"/requests/{REFERENCE}/")):
            self.confirm_part(reference)

    def confirm_part(self, reference: str) -> None:
        """Confirm, and accept the licence."""
        path = f"/requests/{reference}/part/"
        page = self.patiently(lambda: self.get(path))
        if "You have confirmed your part" in page.text or self.form_of(page) is None:
            return
        change = self.world.ledger.begin(self.email, "confirm-part", reference)

        def attempt() -> str:
            form = self.form_of(here := self.get(path))
            if form is None:
                return REFUSED
            boxes = {box.name: "on" for box in form.iter("input") if box.get("type") == "checkbox" and box.name}
            answer = self.browser.post(here, form, {**boxes, "answer": "confirm"})
            return DONE if answer.location == f"/requests/{reference}/" else REFUSED

        self.do(change, attempt, lambda: "You have confirmed your part" in self.get(path).text)

    @staticmethod
    def form_of(page: Any) -> Any:
        """The form by which one confirms."""
        return page.form(button="Confirm") if page.status == 200 else None
