"""From the home page to the mail that says yes: four people, a real worker, a real SMTP server, a real browser."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from access_requests.events import verify
from access_requests.models import AccessRequest, Grant
from access_requests.workflow import Status
from datasets.models import Dataset
from tests.cast import BRGANDI_DOI, make_user
from tests.support.mail import MailServer
from tests.support.processes import Server, Worker
from tests.support.visitor import ADA, Visitor

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

FIRST_PROVIDER = "muhammad.usman@liu.se"  # goes to the SMTP server of the test on loopback, and nowhere else
EVERYBODY = {FIRST_PROVIDER, "anders.eklund@liu.se", "aida-data@nbis.se"}


@pytest.fixture
def people(
    brgandi: Dataset,
    run_server: Callable[..., Server],
    celery_worker: Callable[..., Worker],
    smtp_server: MailServer,
    new_page: Callable[..., Page],
) -> Callable[..., tuple[Visitor, Visitor, Visitor, Visitor]]:
    """`people(width=, javascript=)`: researcher, recipient scientist, provider, outsider, before a running site."""
    server = run_server()
    celery_worker()

    def meet(**window: Any) -> tuple[Visitor, Visitor, Visitor, Visitor]:
        emails = ("ada.berg@uu.example", "rut.ek@uu.example", FIRST_PROVIDER, "otto@elsewhere.example")
        return tuple(Visitor(new_page(**window), server.url, smtp_server, email) for email in emails)  # type: ignore[return-value]

    return meet


@pytest.mark.parametrize(
    "window",
    [
        {"width": 1280},
        pytest.param({"width": 1280, "javascript": False}, marks=pytest.mark.slow),
        pytest.param({"width": 360, "height": 740}, marks=pytest.mark.slow),
    ],
    ids=["wide", "without JavaScript", "360 px"],
)
def test_from_the_home_page_to_the_approval(
    window: dict[str, Any], people: Callable[..., tuple[Visitor, Visitor, Visitor, Visitor]], smtp_server: MailServer
) -> None:
    ada, rut, per, otto = people(**window)
    reference = ask_as_newcomer(ada)
    ada.sees("Waiting for the dataset")

    for address in EVERYBODY:
        Visitor(ada.page, ada.url, smtp_server, address).waits_for_mail(reference)
    receipt = ada.waits_for_mail(reference)
    assert "compare segmentation networks" in receipt.text

    decide_as_newcomer(per, reference)
    ada.waits_for_mail("others must still do their part")
    assert not Grant.objects.exists()
    confirm_as_newcomer(rut, reference)
    approved = ada.waits_for_mail("granted")
    assert reference in approved.subject
    ada.go(ada.link_in(approved))
    ada.sees("Access")
    row = AccessRequest.objects.get(reference=reference)
    assert (row.status, Grant.objects.count()) == (Status.GRANTED, 2)  # Ada and Rut
    assert [str(fault) for fault in verify()] == []

    stranger_sees_nothing(otto, reference)


def ask_as_newcomer(ada: Visitor) -> str:
    """Find BRGANDI from the home page, sign up on the way, ask."""
    ada.go("/")
    ada.page.get_by_role("searchbox").first.fill("brain tumor")
    ada.press("Search")
    ada.page.get_by_role("link", name="Synthetic brain tumor images").first.click()
    expect(ada.page).to_have_url(f"{ada.url}/{BRGANDI_DOI}")
    ada.follow("Request access")
    if not ada.page.url.startswith(f"{ada.url}/accounts/"):
        ada.page.locator("main form button[type=submit], main a.btn-primary").first.click()
    ada.follow("Create one")
    ada.sign_up()
    ada.page.wait_for_url(lambda url: BRGANDI_DOI in url or "/edit/" in url)
    if "/edit/" not in ada.page.url:
        ada.page.locator("main form button[type=submit]").first.click()
    ada.write()
    ada.sees("Muhammad Usman Akbar")  # who will receive it
    ada.press("Send")
    return ada.reference()


def decide_as_newcomer(per: Visitor, reference: str) -> None:
    """Follow the mail's link, become a user, read, approve."""
    mail = per.waits_for_mail(reference)
    assert "Ada Berg" in mail.subject
    assert "compare segmentation networks" in mail.text
    per.go(per.link_in(mail))
    per.follow("Create an account")
    per.sign_up()
    if "/invitations/" in per.page.url:
        per.page.locator("main form button[type=submit]").first.click()
    if reference not in per.page.url:
        per.go(f"/admin/access_requests/accessrequest/{reference}/change/")
    per.sees("Ada Berg")
    per.sees("compare segmentation networks")
    per.page.get_by_role("link", name="Approve").first.click()
    per.press("Approve")
    per.sees("your approval is recorded")


def confirm_as_newcomer(rut: Visitor, reference: str) -> None:
    """Follow the link of the mail that says that access waits for her, become a user, confirm and accept."""
    mail = rut.waits_for_mail("Approved, and waiting for you")
    assert reference in mail.subject
    rut.go(rut.link_in(mail))
    rut.follow("Create an account")
    rut.sign_up()
    if "/parts/" in rut.page.url:
        rut.press("This is me: go on")
    rut.sees("Confirm your part")
    for box in rut.page.locator("main form.part-form input[type=checkbox]").all():
        box.check()
    rut.press("Confirm and accept")
    rut.sees("You now have access.")


def stranger_sees_nothing(otto: Visitor, reference: str) -> None:
    """A signed-in outsider gets the same 404 as for an invented reference."""
    make_user(otto.email, "Otto")
    otto.go("/accounts/login/")
    otto.sign_in()
    for path in (f"/requests/{reference}/", f"/admin/access_requests/accessrequest/{reference}/change/", "/admin/"):
        response = otto.page.goto(otto.url + path)
        assert response
        assert response.status == 404, path
        assert reference not in otto.page.locator("main").inner_text().replace(path, "")
    otto.go("/requests/")
    assert reference not in otto.page.content()


@pytest.mark.slow
def test_the_form_by_keyboard_only(
    people: Callable[..., tuple[Visitor, Visitor, Visitor, Visitor]], tmp_path: Path
) -> None:
    """Tab, space, arrows and Enter are enough from the first question to sending."""
    ada, _rut, _per, _otto = people(width=1280)
    make_user(ada.email, "")
    ada.go(f"/{BRGANDI_DOI}")
    ada.follow("Request access")
    if not ada.page.url.startswith(f"{ada.url}/accounts/"):
        ada.page.locator("main form button[type=submit], main a.btn-primary").first.click()
    ada.sign_in()
    if "/edit/" not in ada.page.url:
        ada.page.locator("main form button[type=submit]").first.click()
    for _step in range(8):
        if ada.page.url.rstrip("/").endswith("/review"):
            break
        by_keyboard(ada.page)
    else:
        pytest.fail(ada.page.locator("main").inner_text())
    tab_to(ada.page, lambda page: "Send" in focused(page)["text"])
    ada.page.keyboard.press("Enter")
    ada.reference()
    ada.sees("Waiting for the dataset")


def focused(page: Page) -> dict[str, str]:
    """What has the focus: tag, type, label or text, value."""
    found: dict[str, str] = page.evaluate(
        """() => { const e = document.activeElement; const style = getComputedStyle(e);
        return {tag: e.tagName, type: e.type || '', name: e.name || '', value: e.value || '', text: e.innerText || '',
                label: e.labels && e.labels.length ? e.labels[0].innerText : '', checked: String(!!e.checked),
                inMain: String(!!e.closest('main')), ring: style.outlineStyle + ' ' + style.boxShadow}; }"""
    )
    return found


def tab_to(page: Page, there: Callable[[Page], bool]) -> None:
    """Press Tab until the focus is where it should be; each stop must show where it is."""
    for _press in range(120):
        page.keyboard.press("Tab")
        assert focused(page)["ring"] != "none none", f"no visible focus on {focused(page)}"
        if there(page):
            return
    pytest.fail("The keyboard does not get there.")


def by_keyboard(page: Page) -> None:
    """Answer one step with keys alone and go on."""
    radios = {"list_publicly": "yes", "recipient_same": "yes", "signatory_same": "yes"}
    done: set[str] = set()
    for _press in range(120):
        page.keyboard.press("Tab")
        here = focused(page)
        if here["inMain"] != "true":
            continue
        if here["type"] == "submit" and here["text"].strip().lower().startswith(("save and continue", "continue")):
            with page.expect_navigation():
                page.keyboard.press("Enter")
            return
        if here["type"] == "radio" and here["name"] in radios and here["name"] not in done:
            done.add(here["name"])
            page.keyboard.press("Space")
            for _arrow in range(4):
                if focused(page)["value"] == radios[here["name"]]:
                    break
                page.keyboard.press("ArrowDown")
        elif here["type"] == "checkbox" and here["checked"] == "false":
            page.keyboard.press("Space")
        elif here["tag"] == "SELECT" and not here["value"]:
            page.keyboard.type("Sweden")
        elif here["tag"] in {"INPUT", "TEXTAREA"} and not here["value"]:
            answer = next((text for label, text in ADA.items() if label in here["label"]), "")
            page.keyboard.type(answer)
    pytest.fail("There is no way on by keyboard.")
