"""The pages of hub staff in a real browser: axe finds nothing, light and dark, wide and narrow; no script is needed."""

# ruff: noqa: F811 - arguments named like the fixtures that are imported

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from access_requests import actions
from access_requests.models import AccessRequest, Policy
from access_requests.workflow import Answer, Status
from aidahub.accounts.models import User
from datasets.models import Dataset
from tests.browser.test_admin_pages import LIST, Visit, enter, look, site  # noqa: F401 - two of them are fixtures
from tests.cast import AIDA_PRESET, confirm, fresh, license_of, provider_of, sent, set_policy

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def busy(
    brgandi: Dataset,
    other: Dataset,
    ada: User,
    alva: User,
    rut: User,
    per: User,
    petra: User,
    hedda: User,
    sigrid: User,
) -> dict[str, AccessRequest]:
    """Requests that show every part of the pages of hub staff."""
    license_ = license_of(brgandi)
    set_policy(license_, **AIDA_PRESET)
    votes = actions.forward(request=confirm(sent(ada, brgandi), rut), by=hedda)
    actions.decide(request=votes, by=per, answer=Answer.REJECT, reason="The plan is too vague to judge.")
    votes = actions.decide(request=votes, by=petra, answer=Answer.APPROVE, reason="A fine plan.")
    actions.register(request=votes, by=hedda, number="LIU-2026-04711")
    actions.assign(request=votes, by=hedda, to=hedda)
    people = sent(alva, brgandi)
    actions.decline_part(request=people, by=fresh(rut), reason="I know nothing of this.")
    set_policy(license_, triage=False, confirm=False, needed_before="grant")
    asked = sent(alva, other)
    over = sent(ada, other)
    actions.withdraw(request=over, by=ada)
    split = sent(ada, brgandi, "AIDA BY license")
    silent = actions.send_back(request=split, by=hedda, reason="Which partner?")
    AccessRequest.objects.filter(pk=silent.pk).update(changed_at=timezone.now() - timedelta(days=70))
    return {"votes": votes, "people": people, "asked": asked, "over": over, "silent": silent}


def pages_of(busy: dict[str, AccessRequest], per: User, ada: User) -> dict[str, str]:
    """The addresses to look at."""
    votes, asked, over = (busy[name].reference for name in ("votes", "asked", "over"))
    return {
        "hub-desk": "/admin/",
        "waiting": f"{LIST}waiting/",
        "waiting-mine": f"{LIST}waiting/?whose=mine",
        "waiting-none": f"{LIST}waiting/?whose=nobody&page=1",
        "hub-list": LIST,
        "hub-list-answer": f"{LIST}?question=applicant_country",
        "hub-list-words": f"{LIST}?question=planned_use&answer=segmentation&assigned=nobody",
        "hub-decided": f"{LIST}{votes}/change/",
        "hub-confirm": f"{LIST}{votes}/confirm-rejection/",
        "hub-excuse": f"{LIST}{asked}/excuse/",
        "hub-reopen": f"{LIST}{over}/reopen/",
        "hub-register": f"{LIST}{votes}/register/",
        "hub-person": f"/admin/accounts/user/{per.pk}/change/",
        "hub-acts": f"{LIST}people/{per.public_id}/acts/",
        "hub-suspend": f"{LIST}people/{per.public_id}/suspend/",
        "hub-erase": f"{LIST}people/{per.public_id}/erase/",
        "hub-erase-refused": f"{LIST}people/{ada.public_id}/erase/",
        "hub-policies": "/admin/access_requests/policy/",
        "hub-policy": f"/admin/access_requests/policy/{busy['votes'].license.policy.pk}/change/",
    }


@pytest.mark.slow
@pytest.mark.parametrize(("width", "dark"), [(1280, False), (1280, True), (360, False), (360, True)])
def test_axe_finds_nothing(
    dark: bool, width: int, busy: dict[str, AccessRequest], per: User, ada: User, hedda: User,
    site: str, enter: Visit, new_page: Callable[..., Page],
) -> None:  # fmt: skip
    found: list[str] = []
    for name, path in pages_of(busy, per, ada).items():
        page = new_page(width=width, dark=dark)
        enter(page, hedda)
        found += look(page, site + path, f"{name}-{width}-{'dark' if dark else 'light'}")
        page.close()
    assert not found, "\n".join(found)


@pytest.mark.slow
def test_a_preset_is_tried_previewed_and_saved_without_javascript(
    busy: dict[str, AccessRequest],
    hedda: User,
    site: str,
    enter: Visit,
    new_page: Callable[..., Page],
) -> None:
    page = new_page(javascript=False)
    enter(page, hedda)
    policy = busy["votes"].license.policy
    page.goto(f"{site}/admin/access_requests/policy/{policy.pk}/change/")
    page.get_by_role("button", name="Use: AIDA").click()
    expect(page.locator("#content-main")).to_contain_text("Nothing is saved yet.")
    expect(page.locator("#content-main")).to_contain_text("every decider votes, and one rejection rejects it")
    page.get_by_label("days of access").fill("365")
    page.get_by_role("button", name="Preview").click()
    expect(page.locator("#content-main")).to_contain_text("Access ends after 365 days.")
    assert Policy.objects.get(pk=policy.pk).days is None
    page.get_by_role("button", name="Save", exact=True).click()
    saved = Policy.objects.get(pk=policy.pk)
    assert (saved.triage, saved.confirm, saved.quorum, saved.days) == (True, True, "all", 365)


@pytest.mark.slow
def test_hub_staff_take_excuse_and_decide_without_javascript(
    busy: dict[str, AccessRequest], other: Dataset, hedda: User, site: str, enter: Visit,
    new_page: Callable[..., Page],
) -> None:  # fmt: skip
    page = new_page(javascript=False)
    enter(page, hedda)
    request = busy["asked"]
    page.goto(f"{site}/admin/")
    page.get_by_role("link", name="What waits for whom").click()
    row = page.locator("tr", has_text=request.reference)
    expect(row).to_contain_text(provider_of(other, 1).name)
    row.get_by_role("button", name="Take").click()
    expect(page.locator("tr", has_text=request.reference)).to_contain_text("Hedda Hub")
    page.get_by_role("link", name=request.reference).click()
    page.get_by_role("link", name="Excuse a decider").click()
    page.get_by_label("Reason").fill("Left the university.")
    page.get_by_role("button", name="Excuse a decider").click()
    expect(page.locator("main")).to_contain_text("Waiting for AIDA Data Hub to decide")
    page.get_by_role("link", name="Reject", exact=True).click()
    page.get_by_label("Reason").fill("Please describe the scanner.")
    page.get_by_role("button", name="Reject").click()
    assert AccessRequest.objects.get(pk=request.pk).status == Status.REJECTED
