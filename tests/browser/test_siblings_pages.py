"""Asking for more datasets in a real browser: axe finds nothing, and one form sends two requests."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page

from access_requests import actions
from access_requests.models import AccessRequest
from access_requests.workflow import Status
from aidahub.accounts.models import User
from datasets.models import Dataset
from tests.browser.test_every_page import enter, faults_of
from tests.cast import draft_of, license_of
from tests.support.processes import Server

pytestmark = [pytest.mark.slow, pytest.mark.browser, pytest.mark.django_db(transaction=True)]

LOOKS: list[dict[str, Any]] = [{"width": 1280}, {"width": 360, "height": 740, "dark": True}]


@pytest.mark.parametrize("look", LOOKS, ids=["light", "dark"])
def test_axe_finds_nothing(
    look: dict[str, Any],
    ada: User,
    hedda: User,
    brgandi: Dataset,
    other: Dataset,
    run_server: Callable[..., Server],
    new_page: Callable[..., Page],
) -> None:
    draft = draft_of(ada, brgandi)
    second = actions.add_sibling(request=draft, by=ada, license=license_of(other))
    url, page = run_server().url, new_page(**look)
    enter(page, url, ada)
    faults: list[str] = []
    own, theirs = f"/requests/{draft.reference}", f"/requests/{second.reference}"
    for path in (f"{own}/more/", f"{own}/more/?q=nothing-like-this", f"{own}/edit/review/", f"{theirs}/edit/review/"):
        page.goto(url + path)
        faults += faults_of(page, path)
    text = other.licenses.get().text_in_force
    assert text
    actions.accept_license(request=second, by=ada, text=text)
    actions.submit_together(request=AccessRequest.objects.get(pk=draft.pk), by=ada)
    page.goto(f"{url}{own}/")
    faults += faults_of(page, own)
    enter(page, url, hedda)
    page.goto(f"{url}/admin/access_requests/accessrequest/{draft.reference}/change/")
    faults += faults_of(page, "decision page")
    assert not faults, "\n".join(faults)


def test_one_form_sends_two_requests(
    ada: User, brgandi: Dataset, other: Dataset, run_server: Callable[..., Server], page: Page
) -> None:
    draft = draft_of(ada, brgandi)
    url = run_server().url
    enter(page, url, ada)
    page.goto(f"{url}{other.get_absolute_url()}/request/")
    page.get_by_role("button", name="Ask for both together").click()
    assert page.url.endswith(f"/requests/{draft.reference}/edit/review/")
    page.locator(".together").get_by_role("link", name="The licence").click()
    page.get_by_label("I have read").check()
    page.get_by_role("button", name="Save and continue").click()
    page.get_by_role("button", name="Send all 2 requests").click()
    page.get_by_text("2 requests are sent").wait_for()
    assert {row.status for row in AccessRequest.objects.all()} == {Status.IN_REVIEW}
