"""The admin in a real browser: axe finds nothing, light and dark, wide and narrow, and no policy is broken."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.core.management import call_command
from django.test import Client
from playwright.sync_api import Page, expect

from access_requests import actions, flags
from access_requests.models import AccessRequest, PersonFlag
from access_requests.workflow import Answer
from aidahub.accounts.models import User
from aidahub.outbox.models import Mail
from datasets.models import Dataset
from tests.cast import BRGANDI, fill, license_of, make_user, provider_of, sent, set_policy
from tests.support.processes import Server

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
FLAGS = "/admin/access_requests/personflag/"
LIST = "/admin/access_requests/accessrequest/"
SHOTS = os.environ.get("SHOTS", "")

Visit = Callable[[Page, User], None]


@pytest.fixture
def site(run_server: Callable[..., Server]) -> str:
    """The address of a running site."""
    return run_server().url


@pytest.fixture
def enter(site: str) -> Visit:
    """`enter(page, user)`: let a page be that of somebody who has signed in."""

    def sign_in(page: Page, user: User) -> None:
        client = Client()
        client.force_login(user)
        name = settings.SESSION_COOKIE_NAME
        page.context.add_cookies([{"name": name, "value": client.cookies[name].value, "url": site}])

    return sign_in


@pytest.fixture
def requests(
    brgandi: Dataset, ada: User, alva: User, per: User, petra: User, hedda: User, other: Dataset
) -> dict[str, AccessRequest]:
    """Requests that show every part of the pages: sent again, voted on, rejected, waiting."""
    first = sent(ada, brgandi)
    actions.decide(request=first, by=per, answer=Answer.REJECT, reason="The planned use is too vague to judge.")
    set_policy(license_of(brgandi), quorum="all")
    again = actions.send_back(request=sent(ada, brgandi), by=per, reason="Which scanner do you mean?")
    plan = "We compare segmentation networks trained on real and on synthetic images from a Siemens scanner."
    again = actions.submit(request=fill(again, planned_use=plan), by=ada)
    actions.decide(request=again, by=petra, answer=Answer.APPROVE, reason="Good plan.")
    waiting = sent(alva, brgandi)
    call_command("import_institutions", str(BRGANDI.with_name("institutions.json")), verbosity=0)
    flags.flag(by=hedda, email="rut.ek@uu.example", reason="Signed for two institutions at once in 2025; ask first.")
    members = sent(make_user("beda@liu.example", "Beda Falk"), brgandi, "AIDA BY license")
    sent(ada, other)
    Mail.objects.create(
        about="AIDA-2026-00001/1", kind="decide", recipient="gone@provider.example", subject="Decide: access to X",
        text="Text.", message_id="<1@test>", status=Mail.Status.FAILED, last_error="550 no such user",
    )  # fmt: skip
    return {"again": again, "waiting": waiting, "members": members, "rejected": first}


def pages_of(requests: dict[str, AccessRequest]) -> dict[str, dict[str, str]]:
    """The addresses to look at, by person."""
    again, waiting = requests["again"].reference, requests["waiting"].reference
    return {
        "per": {
            "desk": "/admin/",
            "list": LIST,
            "list-filtered": f"{LIST}?turn=me&status=in-review&q=ada&o=-6",
            "list-empty": f"{LIST}?q=zebra",
            "decision": f"{LIST}{again}/change/",
            "over": f"{LIST}{requests['rejected'].reference}/change/",
            "approve": f"{LIST}{waiting}/approve/",
            "reject": f"{LIST}{waiting}/reject/",
            "refused": f"{LIST}{requests['rejected'].reference}/approve/",
            "several": f"{LIST}several/reject/?reference={again}&reference={waiting}",
        },
        "hedda": {
            "hub-desk": "/admin/",
            "hub-list": LIST,
            "hub-decision": f"{LIST}{again}/change/",
            "record": f"{LIST}{waiting}/record/",
            "members": f"{LIST}{requests['members'].reference}/change/",
            "policies": "/admin/access_requests/policy/",
            "policy": "/admin/access_requests/policy/add/",
            "forms": "/admin/access_requests/formversion/",
            "flags": FLAGS,
            "flag": f"{FLAGS}add/?email=rut.ek%40uu.example",
            "flag-set": f"{FLAGS}{PersonFlag.objects.get().pk}/change/",
            "flag-lift": f"{FLAGS}{PersonFlag.objects.get().pk}/lift/",
            "person": f"/admin/accounts/user/{requests['again'].applicant_id}/change/",
            "institutions": "/admin/access_requests/institution/",
        },
    }


def faults(page: Page) -> list[str]:
    """What axe finds on the page."""
    results = Axe().run(page, options={**RULES, "resultTypes": ["violations"]}).response
    return [
        f"{violation['id']}: {node['html'][:160]} | {node['failureSummary'][:200]}"
        for violation in results["violations"]
        for node in violation["nodes"][:3]
    ]


def look(page: Page, address: str, name: str) -> list[str]:
    """Open a page; what axe finds there, what the browser complains of, and whether it is wider than the window."""
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text) if message.type in {"error", "warning"} else None)
    answer = page.goto(address)
    assert answer is not None
    assert answer.status in {200, 403}, (address, answer.status)
    if SHOTS:
        page.screenshot(path=Path(SHOTS) / f"{name}.png", full_page=True)
    wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    found = [f"wider than the window by {wide}"] if wide > 0 else []
    found += [line for line in said if "403" not in line]
    return [f"{name}: {fault}" for fault in [*found, *faults(page)]]


@pytest.mark.slow
@pytest.mark.parametrize(("width", "dark"), [(1280, False), (1280, True), (360, False)])
def test_axe_finds_nothing(
    dark: bool, width: int, requests: dict[str, AccessRequest], per: User, hedda: User, site: str, enter: Visit,
    new_page: Callable[..., Page],
) -> None:  # fmt: skip
    people = {"per": per, "hedda": hedda}
    found: list[str] = []
    for person, pages in pages_of(requests).items():
        for name, path in pages.items():
            page = new_page(width=width, dark=dark)
            enter(page, people[person])
            found += look(page, site + path, f"{name}-{width}-{'dark' if dark else 'light'}")
            page.close()
    assert not found, "\n".join(found)


def test_a_provider_decides_by_keyboard_without_javascript(
    requests: dict[str, AccessRequest], per: User, site: str, enter: Visit, new_page: Callable[..., Page]
) -> None:
    page = new_page(javascript=False)
    enter(page, per)
    page.goto(f"{site}/admin/")
    reference = requests["waiting"].reference
    page.locator("#desk-waiting ~ ul a").last.focus()
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_contain_text("asks for BRGANDI")
    page.get_by_role("link", name="Reject").focus()
    page.keyboard.press("Enter")
    page.get_by_label("Reason").focus()
    page.keyboard.type("Please describe the scanner.")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_contain_text("your rejection is recorded")
    assert AccessRequest.objects.get(reference=reference).rounds.get().decisions.get().answer == Answer.REJECT


@pytest.mark.slow
def test_several_at_once(requests: dict[str, AccessRequest], per: User, site: str, enter: Visit, page: Page) -> None:
    enter(page, per)
    page.goto(site + LIST)
    for name in ("again", "waiting", "rejected"):
        page.get_by_label(f"Choose {requests[name].reference}").check()
    page.get_by_role("button", name="Approve…").click()
    expect(page.locator("main")).to_contain_text("This concerns 3 requests.")
    expect(page.locator("main")).to_contain_text("This is not possible now.")
    page.get_by_role("button", name="Approve").click()
    expect(page.get_by_text("Done.", exact=False).first).to_be_visible()
    assert page.get_by_text("your approval is recorded").count() == 2
    assert page.get_by_text("Not done.").count() == 1
    page.screenshot(path=Path(SHOTS) / "several-done.png") if SHOTS else None


@pytest.mark.slow
def test_what_a_page_of_the_past_shows_is_not_the_browsers_to_keep(
    requests: dict[str, AccessRequest], per: User, site: str, enter: Visit, page: Page
) -> None:
    enter(page, per)
    answer: Any = page.goto(f"{site}{LIST}{requests['again'].reference}/change/")
    assert "no-store" in answer.headers["cache-control"]
    assert provider_of(requests["again"].dataset, 1).name in page.content()
