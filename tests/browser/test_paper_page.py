"""The page of a request on paper in a real browser: axe finds nothing, and what is ticked is what is withheld."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.test import Client
from playwright.sync_api import Page, expect

from access_requests import actions
from access_requests.models import AccessRequest
from access_requests.workflow import Status
from aidahub.accounts.models import User
from tests.cast import RequestAt
from tests.support.processes import Server
from tests.support.read_pdf import squeezed

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
SHOTS = os.environ.get("SHOTS", "")


def enter(page: Page, url: str, user: User) -> None:
    """Let a page be that of somebody who has signed in."""
    client = Client()
    client.force_login(user)
    name = settings.SESSION_COOKIE_NAME
    page.context.add_cookies([{"name": name, "value": client.cookies[name].value, "url": url}])


def paper_of(request: AccessRequest) -> str:
    return f"/admin/access_requests/accessrequest/{request.reference}/paper/"


@pytest.mark.slow
@pytest.mark.parametrize(("width", "dark"), [(1280, False), (1280, True), (360, False)])
def test_axe_finds_nothing(
    width: int, dark: bool, request_at: RequestAt, ada: User, hedda: User, run_server: Callable[..., Server],
    new_page: Callable[..., Page],
) -> None:  # fmt: skip
    request = request_at(Status.RETURNED)
    said = actions.write(request=request, by=ada, text="When will you answer? " + "w" * 300)
    site = run_server().url
    page = new_page(width=width, dark=dark)
    enter(page, site, hedda)
    texts = f"/admin/access_requests/accessrequest/{request.reference}/texts/{said.text.digest}/redact/"
    for name, address in (("paper", paper_of(request)), ("text", texts)):
        page.goto(site + address)
        for details in page.locator("#content-main details summary").all():
            details.click()
        page.evaluate("window.scrollTo(0, 0)")
        if SHOTS:
            page.screenshot(path=Path(SHOTS) / f"{name}-{width}-{dark}.png", full_page=True)
        violations = Axe().run(page, options=RULES).response["violations"]
        assert [f"{each['id']}: {node['html'][:200]}" for each in violations for node in each["nodes"]] == []
        assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0


def test_what_is_ticked_is_withheld_without_javascript(
    request_at: RequestAt, hedda: User, run_server: Callable[..., Server], new_page: Callable[..., Page]
) -> None:
    request = request_at(Status.IN_REVIEW)
    site = run_server().url
    page = new_page(javascript=False)
    enter(page, site, hedda)
    page.goto(site + paper_of(request))
    button = page.get_by_role("button", name="To hand out, as a PDF")
    button.click()
    expect(page.locator("main, #content").first).to_contain_text("Say on which ground")
    expect(page.get_by_label("Internal notes and internal files")).to_be_checked()
    page.locator("summary", has_text="Single answers").click()
    page.get_by_label("Planned use").check()
    page.get_by_label("Ground").fill("OSL 21:3")
    with page.expect_download() as started:
        button.click()
    assert started.value.suggested_filename == f"request-{request.reference}-release.pdf"
    words = squeezed(Path(started.value.path()).read_bytes())
    assert "[withheld:OSL21:3]" in words
    assert "Wecomparesegmentation" not in words
    assert "Segmentingbraintumours" in words
