"""The conversation in a real browser: axe finds nothing, light or dark, wide or narrow; no JavaScript is needed."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from access_requests import actions
from access_requests.models import AccessRequest, CannedText, Message
from access_requests.workflow import Status
from aidahub.accounts.models import User
from tests.browser.test_admin_pages import LIST, Visit, enter, look, site  # noqa: F401 - two of them are fixtures
from tests.cast import RequestAt, change_license, fill

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

LONG = "We use the scanner in room 7, as before.\n\nIts name is " + "averylongnamewithoutanyspaceinit" * 6 + "."


@pytest.fixture(autouse=True)
def _texts() -> None:
    """The text that the tests use; a flush before has taken those away that a migration made."""
    words = {"title_en": "Wrong person", "text_en": "The person whom you name cannot be that."}
    CannedText.objects.update_or_create(slug="wrong-person", defaults=words)


@pytest.fixture
def talked(request_at: RequestAt, ada: User, rut: User, per: User, petra: User, hedda: User) -> AccessRequest:
    """Sent back with comments, sent again, discussed; a note and a message were removed."""
    request = request_at(Status.IN_REVIEW)
    for number in range(31):
        actions.write(request=request, by=(ada, per, hedda, rut)[number % 4], text=f"Message {number}: {LONG}")
    actions.comment(request=request, by=per, question="planned_use", text=f"Which networks? {LONG}")
    actions.comment(request=request, by=petra, question="recipient_profile", text="This page names somebody else.")
    request = actions.send_back(request=request, by=per, reason="Please see the comments.")
    change_license(request.dataset)
    plan = "We compare segmentation networks trained on real and on synthetic images from a Siemens scanner."
    request = actions.submit(request=fill(AccessRequest.objects.get(pk=request.pk), planned_use=plan), by=ada)
    actions.note(request=request, by=hedda, text=f"I called the university. {LONG}")
    removed = actions.write(request=request, by=ada, text="My number is 19121212-1212.")
    actions.redact_text(request=request, by=hedda, text=removed.text, reason="A personal number.")
    actions.comment(request=request, by=per, question="planned_use", text="Better. Which Siemens scanner?")
    return request


@pytest.mark.slow
@pytest.mark.parametrize(("width", "dark"), [(1280, False), (1280, True), (360, False), (360, True)])
def test_axe_finds_nothing(
    width: int, dark: bool, talked: AccessRequest, ada: User, per: User, hedda: User, site: str, enter: Visit,  # noqa: F811
    new_page: Callable[..., Page],
) -> None:  # fmt: skip
    own, admin = talked.get_absolute_url(), f"{LIST}{talked.reference}/"
    pages = {
        "own": (ada, own),
        "older": (ada, f"{own}?messages=1"),
        "decision": (per, f"{admin}change/"),
        "hub": (hedda, f"{admin}change/?before=1&after=2"),
        "comment": (per, f"{admin}comments/planned_use/"),
        "send-back": (per, f"{admin}send-back/"),
        "texts": (hedda, "/admin/access_requests/cannedtext/"),
        "text": (hedda, "/admin/access_requests/cannedtext/add/"),
    }
    found = looked_at(pages, width, dark, site, enter, new_page)
    actions.send_back(request=talked, by=per, reason="Please see the comment.")
    returned = {"returned": (ada, own), "step": (ada, f"{own}edit/project/"), "review": (ada, f"{own}edit/review/")}
    found += looked_at(returned, width, dark, site, enter, new_page)
    assert not found, "\n".join(found)


def looked_at(
    pages: dict[str, tuple[User, str]], width: int, dark: bool, url: str, sign_in: Visit, new_page: Callable[..., Page]
) -> list[str]:
    """What is wrong with these pages, each as its reader sees it."""
    found: list[str] = []
    for name, (user, path) in pages.items():
        page = new_page(width=width, dark=dark)
        sign_in(page, user)
        found += look(page, url + path, f"talk-{name}-{width}-{'dark' if dark else 'light'}")
        page.close()
    return found


def test_a_provider_uses_a_text_and_the_applicant_answers_without_javascript(
    request_at: RequestAt,
    ada: User,
    per: User,
    site: str,  # noqa: F811
    enter: Visit,  # noqa: F811
    new_page: Callable[..., Page],
) -> None:
    request = request_at(Status.IN_REVIEW)
    page = new_page(javascript=False)
    enter(page, per)
    page.goto(f"{site}{LIST}{request.reference}/change/")
    page.get_by_label("Write a message").fill("Dear Ada,")
    page.get_by_label("Use a text").select_option(label="Wrong person")
    page.get_by_role("button", name="Insert").click()
    words = page.get_by_label("Write a message").input_value()
    assert words.startswith("Dear Ada,\n\nThe person whom you name")
    assert not Message.objects.exists()
    page.get_by_role("button", name="Send the message").click()
    expect(page.locator("#message-1")).to_contain_text("The person whom you name")
    page.get_by_label("Write an internal note").fill("I asked her.")
    page.get_by_role("button", name="Keep the note").click()
    expect(page.locator("#message-2")).to_contain_text("I asked her.")
    page.get_by_role("link", name=re.compile(r"^Comment ?: Planned use$")).click()
    page.get_by_label("Your comment").fill("Which networks?")
    page.get_by_role("button", name="Keep the comment").click()
    expect(page.locator("#message-3")).to_contain_text("The applicant does not see it yet")
    page.context.clear_cookies()
    enter(page, ada)
    page.goto(site + request.get_absolute_url())
    expect(page.locator("#message-1")).to_contain_text("The dataset's providers")
    assert page.locator("#message-2, #message-3").count() == 0
    page.get_by_label("Write a message").fill("It is Rut.")
    page.get_by_role("button", name="Send the message").click()
    expect(page.locator("#message-4")).to_contain_text("It is Rut.")
