"""The pages around access in a real browser: axe finds nothing, light and dark, wide and narrow; and a holder's way."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from access_requests import actions
from access_requests.models import AccessRequest
from access_requests.workflow import Answer, Status
from aidahub.accounts.models import User
from datasets.models import Dataset
from tests.browser import test_admin_pages as admin_pages
from tests.browser.test_admin_pages import LIST, SHOTS, Visit, faults, look
from tests.cast import RequestAt, confirm, draft_of, license_of, sent, set_policy
from tests.support.access import SECRET, hand_over

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


site, enter = admin_pages.site, admin_pages.enter


@pytest.fixture
def requests(
    request_at: RequestAt, other: Dataset, ada: User, rut: User, alva: User, opal: User, hedda: User
) -> dict[str, AccessRequest]:
    """Access that is open, half delivered, not delivered, and over."""
    over = actions.revoke(request=request_at(Status.GRANTED), by=hedda, reason="The images were copied on.")
    request = actions.submit(request=_renewed(over, ada), by=ada)
    request = actions.decide(request=request, by=_decider(request), answer=Answer.APPROVE)
    request = confirm(request, rut)
    today = timezone.localdate()
    request.grants.update(ends=today + timedelta(days=20))
    hand_over(request, hedda, to="Ada Berg", valid_until=today + timedelta(days=7))
    actions.show_secret(request=request, by=ada)
    set_policy(license_of(other), needed="applicant", agreement=True)
    signing = actions.decide(request=sent(alva, other), by=opal, answer=Answer.APPROVE)
    return {"open": request, "over": over, "signing": signing}


def _decider(request: AccessRequest) -> User:
    return User.objects.get(email="per@provider.example")


def _renewed(over: AccessRequest, ada: User) -> AccessRequest:
    return draft_of(ada, over.dataset)


def pages_of(requests: dict[str, AccessRequest]) -> dict[str, dict[str, str]]:
    """The addresses to look at, by person."""
    own, over = requests["open"].get_absolute_url(), requests["over"].get_absolute_url()
    step = f"{LIST}{requests['open'].reference}/"
    return {
        "ada": {
            "access-mine": "/requests/",
            "access-own": own,
            "access-secret": f"{own}secret/",
            "access-leave": f"{own}leave/",
            "access-renew": f"{own}renew/",
        },
        "rut": {"access-other": own, "access-over": over, "access-deletion": f"{over}deletion/"},
        "hedda": {
            "access-desk": "/admin/",
            "access-decision": f"{step}change/",
            "access-deliver": f"{step}deliver/",
            "access-extend": f"{step}extend/",
            "access-left": f"{step}leave/",
            "access-revoke": f"{step}revoke/",
            "access-agreement": f"{LIST}{requests['signing'].reference}/agreement/",
            "access-deleted": f"{LIST}{requests['over'].reference}/deletion/",
            "access-who": f"{LIST}who-has-access/",
            "access-who-wrong": f"{LIST}who-has-access/?day=2999-01-01",
            "access-write": f"{LIST}who-has-access/write/",
        },
    }


@pytest.mark.slow
@pytest.mark.parametrize(("width", "dark"), [(1280, False), (1280, True), (360, False), (360, True)])
def test_axe_finds_nothing(
    width: int, dark: bool, requests: dict[str, AccessRequest], ada: User, rut: User, hedda: User, site: str,
    enter: Visit, new_page: Callable[..., Page],
) -> None:  # fmt: skip
    people = {"ada": ada, "rut": rut, "hedda": hedda}
    found: list[str] = []
    for person, pages in pages_of(requests).items():
        for name, path in pages.items():
            page = new_page(width=width, dark=dark)
            enter(page, people[person])
            found += look(page, site + path, f"{name}-{width}-{'dark' if dark else 'light'}")
            page.close()
    assert not found, "\n".join(found)


def test_a_holder_sees_the_secret_by_keyboard_without_javascript(
    requests: dict[str, AccessRequest],
    ada: User,
    site: str,
    enter: Visit,
    new_page: Callable[..., Page],
) -> None:
    page = new_page(javascript=False)
    enter(page, ada)
    page.goto(site + requests["open"].get_absolute_url())
    assert SECRET not in page.content()
    page.get_by_role("button", name="Show the secret").focus()
    page.keyboard.press("Enter")
    expect(page.locator("code")).to_have_text(SECRET)
    assert SECRET not in page.url
    page.screenshot(path=Path(SHOTS) / "access-secret-shown.png") if SHOTS else None
    page.get_by_role("link", name="Back to the request").click()
    expect(page.locator("main")).to_contain_text("You looked at the secret for the data.")


def test_hub_staff_hand_over_again_with_one_click(
    requests: dict[str, AccessRequest],
    hedda: User,
    site: str,
    enter: Visit,
    new_page: Callable[..., Page],
) -> None:
    request = hand_over(requests["open"], hedda)
    page = new_page(javascript=False)
    enter(page, hedda)
    page.goto(f"{site}{LIST}{request.reference}/deliver/")
    page.get_by_role("button", name="Hand the data over").click()
    expect(page.locator("main")).to_contain_text("the data is handed over")
    assert set(request.grants.values_list("deliveries__secret", flat=True)) == {SECRET}
    assert sorted(request.grants.get(participant__name="Rut Ek").deliveries.values_list("number", flat=True)) == [1, 2]


@pytest.mark.slow
def test_a_letter_to_all_is_looked_at_once_more(
    requests: dict[str, AccessRequest],
    hedda: User,
    site: str,
    enter: Visit,
    page: Page,
) -> None:
    enter(page, hedda)
    page.goto(f"{site}{LIST}who-has-access/write/")
    page.get_by_label("Dataset").select_option(index=1)
    page.get_by_label("Subject").fill("A new DOI")
    page.get_by_label("Text").fill("Please cite the new one.")
    page.get_by_role("button", name="Look at it before sending").click()
    expect(page.locator("main")).to_contain_text("This goes to the 2 people who have access")
    assert not faults(page)
    page.screenshot(path=Path(SHOTS) / "access-write-again.png") if SHOTS else None
    page.get_by_role("button", name="Send it").click()
    expect(page.locator("main")).to_contain_text("Written to 2 people.")
