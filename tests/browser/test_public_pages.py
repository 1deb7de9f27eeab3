"""The public pages in a real browser: axe finds nothing, nothing is too wide, and they can be used."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.test import Client
from playwright.sync_api import Page, expect

from aidahub.accounts.models import User
from datasets import search
from datasets.models import Dataset
from tests.cast import BRGANDI_DOI, draft_of, make_dataset, sent
from tests.support.processes import Server

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
LONG = "Pneumonoultramicroscopicsilicovolcanoconiosis" * 3
ADDRESSES = (
    "/",
    "/datasets/",
    "/datasets/?q=brain+skin",
    "/datasets/?page=2",
    "/datasets/?q=set&license=Controlled+access&sort=name",
    "/datasets/?modality=MR&synthetic=yes",
    f"/{BRGANDI_DOI}",
    "/10.23698/aida/hidden",
    "/10.23698/aida/retired",
    "/10.23698/aida/asked-elsewhere",
    "/privacy/",
    "/accessibility/",
    "/nothing",
)


@pytest.fixture
def site(run_server: Callable[..., Server]) -> str:
    """The address of a running site."""
    return run_server().url


@pytest.fixture
def shelf(brgandi: Dataset) -> None:
    """BRGANDI, a hidden, a retired and an odd dataset, and enough others for a second page."""
    make_dataset("10.23698/aida/hidden", hidden=True)
    make_dataset("10.23698/aida/retired", retired_at=datetime(2026, 1, 1, tzinfo=UTC))
    odd = make_dataset("10.23698/aida/asked-elsewhere", name=LONG, keywords=[LONG], modality=[LONG])
    odd.dataset_providers.update(retired_at=datetime(2026, 1, 1, tzinfo=UTC))
    Dataset.objects.bulk_create(Dataset(doi=f"10.23698/{number}", name=f"Set {number}") for number in range(25))
    search.rebuild()


def enter(page: Page, user: User, site: str) -> None:
    """Let a page be that of somebody who has signed in."""
    client = Client()
    client.force_login(user)
    name = settings.SESSION_COOKIE_NAME
    page.context.add_cookies([{"name": name, "value": client.cookies[name].value, "url": site}])


def faults(page: Page, address: str) -> list[str]:
    """What is wrong with a page: axe's findings, the browser's complaints, a width that does not fit."""
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text) if message.type in {"error", "warning"} else None)
    page.goto(address)
    wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    found = [f"wider than the window by {wide}"] if wide > 0 else []
    found += [line for line in said if "404 (Not Found)" not in line]
    for violation in Axe().run(page, options=RULES).response["violations"]:
        found += [f"{violation['id']}: {node['html'][:200]}" for node in violation["nodes"][:3]]
    return [f"{address}: {fault}" for fault in found]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "width", "dark"), [("", 1280, False), ("ada", 1280, True), ("per", 360, False), ("", 360, True)]
)
def test_axe_finds_nothing(
    request: pytest.FixtureRequest,
    shelf: None,
    ada: User,
    brgandi: Dataset,
    site: str,
    new_page: Callable[..., Page],
    name: str,
    width: int,
    dark: bool,
) -> None:
    sent(ada, brgandi)
    draft_of(ada, brgandi, "AIDA BY license")
    page = new_page(width=width, dark=dark)
    if name:
        enter(page, request.getfixturevalue(name), site)
    found = [fault for address in ADDRESSES for fault in faults(page, site + address)]
    assert not found, "\n".join(found)


@pytest.mark.parametrize("javascript", [pytest.param(True, marks=pytest.mark.slow), False])
def test_from_the_search_to_the_terms(
    brgandi: Dataset, site: str, new_page: Callable[..., Page], javascript: bool
) -> None:
    page = new_page(javascript=javascript, width=360)
    page.goto(site)
    page.get_by_label("Search the datasets").fill("tumor gan")
    page.get_by_role("button", name="Search").click()
    page.get_by_role("link", name=brgandi.name).click()
    expect(page.get_by_role("heading", level=1)).to_have_text(brgandi.name)
    page.get_by_role("link", name="Read the terms of AIDA BY license").click()
    expect(page.get_by_role("heading", name="AIDA BY license").last).to_be_in_viewport()


@pytest.mark.slow
def test_the_access_box_stays_in_view(brgandi: Dataset, site: str, page: Page) -> None:
    page.goto(f"{site}/{BRGANDI_DOI}")
    button = page.get_by_role("link", name="Request access", exact=True)
    expect(button).to_be_in_viewport()
    page.get_by_role("heading", name="How to cite").scroll_into_view_if_needed()
    expect(button).to_be_in_viewport()


@pytest.mark.slow
def test_the_first_tab_leads_past_the_header(brgandi: Dataset, site: str, page: Page) -> None:
    page.goto(site)
    page.keyboard.press("Tab")
    link = page.get_by_role("link", name="Skip to the content")
    expect(link).to_be_focused()
    expect(link).to_be_in_viewport()
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()


@pytest.mark.slow
def test_the_account_menu_opens_without_javascript(ada: User, site: str, new_page: Callable[..., Page]) -> None:
    page = new_page(javascript=False, width=360)
    enter(page, ada, site)
    page.goto(site)
    expect(page.get_by_role("link", name="Your details")).to_be_hidden()
    page.get_by_text("Ada Berg").locator("..").click()
    expect(page.get_by_role("link", name="Your details")).to_be_visible()
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("link", name="Sign in")).to_be_visible()


def test_the_list_follows_as_one_types(shelf: None, site: str, new_page: Callable[..., Page]) -> None:
    page = new_page(width=360)
    page.goto(f"{site}/datasets/?sort=name&collection=synthetic")
    page.get_by_text("Narrow down", exact=True).first.click()
    box = page.get_by_label("Search the datasets")
    box.press_sequentially("modality:mr gan", delay=20)
    expect(page.locator("[data-search-status]")).to_have_text(re.compile(r"^1 dataset: 71\.92 GB"))
    expect(page.get_by_role("link", name="Synthetic brain tumor images")).to_be_visible()
    expect(box).to_be_focused()
    assert page.url.endswith("/datasets/?q=modality%3Amr+gan&collection=synthetic&sort=name")
    expect(page.get_by_role("heading", name="Modality")).to_be_visible()  # what was opened stays open
    box.press_sequentially("x", delay=20)
    expect(page.locator("[data-search-status]")).to_have_text("No dataset fits all of this.")
    box.fill("")
    expect(page.get_by_role("link", name="Synthetic brain tumor images")).to_be_visible()
    assert page.url.endswith("/datasets/?collection=synthetic&sort=name")
    page.reload()
    expect(page.get_by_role("link", name="Synthetic brain tumor images")).to_be_visible()


def test_facets_stand_open_beside_the_list_without_javascript(
    brgandi: Dataset, site: str, new_page: Callable[..., Page]
) -> None:
    page = new_page(javascript=False)
    page.goto(f"{site}/datasets/")
    expect(page.get_by_text("Narrow down", exact=True).first).to_be_hidden()
    page.get_by_role("region", name="Organ").get_by_role("link", name="Brain").click()
    assert page.url == f"{site}/datasets/?organ=Brain"
    page.get_by_role("list", name="Looking for").get_by_role("link").click()
    assert page.url == f"{site}/datasets/"
