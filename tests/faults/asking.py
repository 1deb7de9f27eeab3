"""Applicants: they begin, fill in and send requests, write, attach files, withdraw."""

from __future__ import annotations

import re
from functools import partial
from typing import Any

from tests.cast import RESEARCH_ANSWERS

from .browser import Page
from .ledger import DONE, REFUSED, Change, token
from .people import Person
from .scene import DATASETS, SCIENTISTS

STEPS = 12  # pages of the form that somebody goes through before they give it up
ATTACHED = "” is attached"


class Applicant(Person):
    """Somebody who asks for data again and again."""

    def __init__(self, *args: Any) -> None:
        """Begin without requests."""
        super().__init__(*args)
        self.drafts: dict[str, str] = {}  # by reference the word that was saved, or is to be, and was not sent
        self.saved: set[str] = set()  # the words that are known to be in a draft
        self.sent: list[str] = []

    def act(self) -> None:
        """Ask for one more dataset, or do something about a request."""
        if not self.sent:
            self.sent = self.get("/requests/").links(r"/requests/(AIDA-\d{4}-\d{5,})/\"")
        chance = self.random.random()
        if not self.sent or chance < 0.35:
            self.ask(self.random.choice(DATASETS))
            return
        reference = self.random.choice(self.sent[-4:])
        if chance < 0.55:
            self.write(reference)
        elif chance < 0.72:
            self.attach(reference)
        elif chance < 0.80:
            self.confirm(f"{self.page_of(reference)}withdraw/", "withdraw", reference, "")
        elif chance < 0.84:
            self.sign_out()
        else:
            self.look(reference)

    def look(self, reference: str) -> None:
        """See how it stands; mend what was sent back, and send it again."""
        page = self.get(self.page_of(reference))
        if f"/requests/{reference}/edit/" in page.text:
            self.fill_in_and_send(reference)

    def ask(self, doi: str) -> None:
        """Begin a request (or find the draft that is there) and send it."""
        change = self.world.ledger.begin(self.email, "start", "")

        def attempt() -> str:
            page = self.get(f"/{doi}/request/")
            form = page.form(having="license")
            if form is None:
                return REFUSED
            answer = self.browser.post(page, form)
            found = re.search(r"/requests/([A-Z]+-\d+-\d+)/edit/", answer.location)
            change.reference = found[1] if found else ""
            return DONE if found else REFUSED

        if self.do(change, attempt, lambda: not self.get("/requests/")):  # beginning again finds the draft
            self.fill_in_and_send(change.reference)

    def fill_in_and_send(self, reference: str) -> None:
        """Through the steps of the form, then send."""
        word = self.drafts.setdefault(reference, token(self.random))
        answers = {**RESEARCH_ANSWERS, "applicant_email": self.email, "planned_use": f"To compare networks, {word}."}
        answers |= self.scientist()
        saved = self.world.ledger.begin(self.email, "save", reference, word)
        # Whatever is complete leads to its end at once, so a word that is not there yet is written first.
        begin = self.random.choice(("project/", "")) if word in self.saved else "project/"
        path = f"{self.page_of(reference)}edit/{begin}"
        for _page in range(STEPS):
            page = self.patiently(partial(self.get, path))
            if page.path.endswith("/review/"):
                self.send(reference, word, page)
                return
            path = self.step(saved, page, answers)
            if not path:
                return

    def scientist(self) -> dict[str, Any]:
        """Who is responsible for the data."""
        if self.random.random() < 0.3:
            profile = {key: RESEARCH_ANSWERS[key] for key in ("recipient_profile", "recipient_phd")}
            return {"recipient_same": "yes", **profile}
        return {"recipient_same": "no", "recipient_email": self.random.choice(SCIENTISTS).named}

    def step(self, saved: Change, page: Page, answers: dict[str, Any]) -> str:
        """Save one step; where it leads, empty when it is refused. Only the step with the word counts as a change."""
        counts = page.path.endswith("/project/")
        change = saved if counts else Change(self.email, "step", saved.reference)
        shown, after = [page], f"{self.page_of(saved.reference)}edit/"

        def attempt() -> str:
            nonlocal after
            here = shown.pop() if shown else self.get(page.path)
            form = here.form(button="Save and continue")
            if here.status != 200 or form is None:
                return REFUSED
            fields = {key: _posted(value) for key, value in answers.items() if key in form.fields}
            boxes = {name: "on" for name in ("accept_license", "coauthorship") if name in form.fields}
            answer = self.browser.post(here, form, {**fields, **boxes, "go": "next"})
            after = answer.location or after
            return DONE if answer.status in {200, 302} else REFUSED

        done = self.do(change, attempt, lambda: saved.token in self.get(page.path).text and counts)
        if done and counts:
            self.saved.add(saved.token)
        return after if done else ""

    def send(self, reference: str, word: str, page: Page) -> None:
        """Press the button at the end of the review, which is open."""
        change = self.world.ledger.begin(self.email, "submit", reference, word)
        shown = [page]

        def attempt() -> str:
            here = shown.pop() if shown else self.get(page.path)
            form = here.form() if here.path == page.path else None  # what was sent meanwhile leads to another page
            if here.status != 200 or form is None:
                return REFUSED
            answer = self.browser.post(here, form)
            return DONE if answer.location == self.page_of(reference) else REFUSED

        if self.do(change, attempt, lambda: word in self.get(self.page_of(reference)).text):
            self.drafts.pop(reference, None)
            if reference not in self.sent:
                self.sent.append(reference)

    def write(self, reference: str) -> None:
        """Write a message."""
        word = token(self.random)
        change = self.world.ledger.begin(self.email, "message", reference, word)

        def attempt() -> str:
            page = self.get(self.page_of(reference))
            form = page.form(action="/messages/")
            if form is None:
                return REFUSED
            answer = self.browser.post(page, form, {"text": f"When may I expect an answer? {word}"})
            return DONE if "#message-" in answer.location else REFUSED

        self.do(change, attempt, lambda: word in self.get(self.page_of(reference)).text)

    def attach(self, reference: str) -> None:
        """Attach a file; what the page says after tells whether it is there."""
        word = token(self.random)
        change = self.world.ledger.begin(self.email, "attach", reference, word)
        path, name = f"{self.page_of(reference)}files/", f"plan {word}.txt"
        content = (f"The plan {word}.\n" * self.random.randint(1, 20_000)).encode()

        def attempt() -> str:
            page = self.get(path)
            form = page.form(having="files")
            if form is None:
                return REFUSED
            answer = self.browser.post(page, form, {"files": None}, files={"files": (name, content, "text/plain")})
            if answer.status != 302:
                return REFUSED
            after = self.get(answer.location)
            return DONE if f"{name}{ATTACHED}" in after.text else REFUSED

        self.do(change, attempt, lambda: self.is_attached(path, name))

    def is_attached(self, path: str, name: str) -> bool:
        """Whether the list of files holds it."""
        page = self.get(path)
        return any(name in part for part in re.findall(r'href="[^"]*/files/[^"]*"[^>]*>([^<]*)', page.text))


def _posted(value: Any) -> str | None:
    """An answer as a browser posts it."""
    if isinstance(value, bool):
        return "on" if value else None
    return str(value)
