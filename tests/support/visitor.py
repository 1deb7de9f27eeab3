"""A person in front of a browser: signs up, signs in, asks, decides, by what the pages say."""

from __future__ import annotations

import re
from dataclasses import dataclass

from playwright.sync_api import Page, expect

from tests.cast import BRGANDI_DOI, PASSWORD
from tests.support.mail import MailServer, Received
from tests.support.processes import wait_until

STEPS = ("you", "project", "people", "terms", "review")
ADA = {
    "Your name": "Ada Berg",
    "Your institution": "Uppsala University",
    "Your department": "Surgical Sciences",
    "Your postal address at work": "Akademiska sjukhuset, 751 85 Uppsala",
    "Title of your project": "Segmenting brain tumours with less data",
    "What will you use the data for?": "We compare segmentation networks trained on real and on synthetic images.",
    "Name of the recipient scientist": "Rut Ek",
    "Title or position of the recipient scientist": "Professor",
    "Institutional e-mail address of the recipient scientist": "rut.ek@uu.example",
    "Institution of the recipient scientist": "Uppsala University",
    "Department of the recipient scientist": "Surgical Sciences",
    "Postal address of the recipient scientist": "Akademiska sjukhuset, 751 85 Uppsala",
    "Profile page or ORCID of the recipient scientist": "https://orcid.org/0000-0002-1825-0097",
}
CHOICES = {
    "Country of your institution": "SE",
    "Country of the recipient scientist": "SE",
}
RADIOS = (
    ("May your name stand in the public record of data sharing?", "yes"),
    ("Who is the recipient scientist?", "no"),
    ("Who signs for the institution?", "yes"),
)


def _whole(label: str) -> re.Pattern[str]:
    """This label and no longer one; a star marks what must be answered."""
    return re.compile(rf"^\s*{re.escape(label)}\s*\*?\s*$")


@dataclass
class Visitor:
    """One person with a browser of their own and a mailbox."""

    page: Page
    url: str
    mail: MailServer
    email: str

    def go(self, path: str) -> None:
        """Open an address of the site."""
        self.page.goto(self.url + path)

    def press(self, name: str) -> None:
        """Press the button with this name."""
        self.page.get_by_role("button", name=name).first.click()

    def follow(self, name: str) -> None:
        """Follow the link with this name."""
        self.page.get_by_role("link", name=name).first.click()

    def waits_for_mail(self, subject: str, count: int = 1) -> Received:
        """The latest of at least `count` mails to this person whose subject holds these words."""

        def found() -> list[Received]:
            mails = [mail for mail in self.mail.to(self.email) if subject in mail.subject]
            return mails if len(mails) >= count else []

        mails: list[Received] = wait_until(found, seconds=20, what=f"{subject!r} for {self.email}")
        return mails[-1]

    def enter_code(self, subject: str = "code") -> None:
        """Type the code that came by mail."""
        mail = self.waits_for_mail(subject)
        code = re.search(r"^\s*([A-Z0-9]{3,4}-?[A-Z0-9]{3,4})\s*$", mail.text, re.MULTILINE)
        assert code, mail.text
        self.page.locator("input[name=code]").fill(code[1])
        self.page.locator("main form button[type=submit]").first.click()

    def sign_up(self) -> None:
        """Make an account on the page that is open, and prove the address by the code; ends on the page it was for."""
        self.page.locator("input[name=email]").fill(self.email)
        self.page.locator("input[name=password1]").fill(PASSWORD)
        self.page.locator("main form button[type=submit]").first.click()
        self.enter_code()
        self.page.wait_for_url(lambda url: "/accounts/" not in url)

    def sign_in(self) -> None:
        """Sign in with the password on the page that is open."""
        self.page.locator("input[name=login]").fill(self.email)
        self.page.locator("input[name=password]").fill(PASSWORD)
        self.page.locator("main form button[type=submit]").first.click()

    def fill_in(self) -> None:
        """Answer every question that the step shows and is not answered yet."""
        main = self.page.locator("main")
        for label, answer in ADA.items():
            field = main.get_by_label(_whole(label)).first
            if field.count() and field.is_visible() and field.is_editable() and not field.input_value():
                field.fill(answer)
        for label, answer in CHOICES.items():
            field = main.get_by_label(_whole(label)).first
            if field.count() and field.is_visible():
                field.select_option(answer)
        for legend, answer in RADIOS:
            group = main.get_by_role("group", name=re.compile(re.escape(legend)))
            if group.count():
                group.locator(f"input[value={answer}]").check()
        for box in main.locator("input[type=checkbox]").all():
            if box.is_visible():
                box.check()

    def ask(self, *, press: str = "Request access") -> str:
        """From the landing page through the five steps to the sent request; its reference."""
        self.go(f"/{BRGANDI_DOI}")
        self.page.get_by_role("link", name=press).or_(self.page.get_by_role("button", name=press)).first.click()
        self.page.locator("main form button[type=submit]").first.click()
        self.write()
        self.press("Send")
        return self.reference()

    def write(self) -> None:
        """Fill in one step after the other until the review is there."""
        for _step in range(2 * len(STEPS)):
            if self.page.url.rstrip("/").endswith("/review"):
                return
            self.fill_in()
            if self.page.locator("text=Name of the recipient scientist").count():
                self.fill_in()  # without JavaScript these are there from the start, with it after the choice
            self.press("Save and continue")
        raise AssertionError(f"The review was not reached:\n{self.page.locator('main').inner_text()}")

    def reference(self) -> str:
        """The reference of the request whose page is open."""
        expect(self.page.locator("main")).to_contain_text(re.compile(r"AIDA-\d{4}-\d{5}"))
        found = re.search(r"AIDA-\d{4}-\d{5}", self.page.url)
        assert found, self.page.url
        return found[0]

    def link_in(self, mail: Received) -> str:
        """The one link of a mail, without the site's address."""
        links: set[str] = set(re.findall(re.escape(self.url) + r"(/\S+)", mail.text))
        assert len(links) == 1, mail.text
        return links.pop()

    def sees(self, words: str) -> None:
        """Fail unless the page's main part says this."""
        expect(self.page.locator("main")).to_contain_text(words)
