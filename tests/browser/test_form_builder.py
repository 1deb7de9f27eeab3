"""The pages on which forms are built, in a real browser: axe finds nothing, and they need no script."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from playwright.sync_api import Page, expect

from access_requests.builtin import version_in_use
from aidahub.accounts.models import User
from datasets.models import Dataset
from tests.browser.test_admin_pages import Visit, enter, look, site  # noqa: F401 - two of them are fixtures
from tests.support.builder import FORMS, Builder

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def built(hedda: User, brgandi: Dataset) -> Builder:
    """A form of every kind that is published and changed since, and one that was just begun."""
    client = Client()
    client.force_login(hedda)
    builder = Builder(client)
    builder.build_every_kind("kinds")
    builder.add("kinds", "number", "project", key="cases", label_en="How many cases?", required="on",
                **{"show_if-q_one_of": ["yes"]})  # fmt: skip
    builder.edit("kinds", "q_url", help_en="The page of your group.")
    builder.remove("kinds", "q_phone")
    builder.new("empty")
    return builder


PAGES = {
    "forms": "", "new-form": "new/", "form": "kinds/change/", "form-empty": "empty/change/",
    "choose": "kinds/questions/new/", "question": "kinds/questions/cases/change/",
    "options": "kinds/questions/q_some_of/change/", "question-research": "research/questions/recipient_profile/change/",
    "remove": "kinds/questions/q_url/remove/", "publish": "kinds/publish/", "publish-not": "empty/publish/",
    "discard": "kinds/discard/", "preview": "kinds/preview/project/",
    "preview-sv": "research/preview/people/?language=sv",
    "preview-review": "research/preview/review/",
}  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize(("width", "dark"), [(1280, False), (1280, True), (360, False), (360, True)])
def test_axe_finds_nothing(
    dark: bool, width: int, built: Builder, hedda: User, site: str, enter: Visit,  # noqa: F811
    new_page: Callable[..., Page],
) -> None:  # fmt: skip
    found: list[str] = []
    for name, path in PAGES.items():
        page = new_page(width=width, dark=dark)
        enter(page, hedda)
        found += look(page, site + FORMS + path, f"{name}-{width}-{'dark' if dark else 'light'}")
        page.close()
    assert not found, "\n".join(found)


@pytest.mark.slow
def test_a_question_is_added_seen_and_published_without_javascript(
    hedda: User, brgandi: Dataset, site: str, enter: Visit, new_page: Callable[..., Page]  # noqa: F811
) -> None:  # fmt: skip
    page = new_page(javascript=False, width=360)
    enter(page, hedda)
    page.goto(f"{site}{FORMS}aida-member/change/")
    page.locator("section", has_text="Step 2: Project").get_by_role("link", name="Add a question").click()
    page.get_by_label("One of several answers").check()
    page.get_by_role("button", name="Go on").click()
    page.get_by_label("Question in English").fill("Which scanner?")
    page.get_by_label("Key", exact=True).fill("scanner")
    for place, words in enumerate(("Siemens", "Another one")):
        page.get_by_label("In English", exact=True).nth(place).fill(words)
    page.get_by_role("button", name="Save in the draft").click()
    expect(page.locator("#scanner")).to_contain_text("Which scanner?")
    page.get_by_role("link", name="See it as applicants do").click()
    page.get_by_role("link", name="Project").click()
    page.get_by_label("Another one").check()
    page.get_by_role("button", name="Save and continue").click()
    expect(page.locator(".error-summary")).to_contain_text("Please answer this question.")
    expect(page.get_by_label("Another one")).to_be_checked()
    page.get_by_role("link", name="Back to the form’s questions").click()
    page.get_by_role("link", name="Publish").click()
    expect(page.locator("main")).to_contain_text("Which scanner?")
    page.get_by_role("button", name="Publish version 2").click()
    expect(page.locator("main")).to_contain_text("is in use from now on")
    assert version_in_use("aida-member").questions[-2]["key"] == "scanner"
