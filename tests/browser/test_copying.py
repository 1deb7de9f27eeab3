"""The copy buttons of a dataset's page: with the clipboard, without it, and without JavaScript."""

from __future__ import annotations

import os
from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from datasets.models import Dataset
from tests.support.pages import PAGE
from tests.support.processes import Server

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]

SENTENCE = (
    "Akbar, M. U., & Eklund, A. (2023). Synthetic brain tumor images from GANs and diffusion models (Version 1.0.0) "
    "[Data set]. AIDA. https://doi.org/10.23698/aida/synthetic/brgandi"
)
SHOTS = os.environ.get("SHOTS", "")
PASTE = """() => { const box = document.createElement("textarea"); document.body.prepend(box); box.focus(); }"""


@pytest.fixture
def url(run_server: Callable[..., Server], brgandi: Dataset) -> str:
    """A server with BRGANDI's page."""
    return run_server().url + PAGE


def pasted(page: Page) -> str:
    """What the clipboard holds, as somebody finds out who pastes it."""
    page.evaluate(PASTE)
    page.keyboard.press("Control+v")
    return page.locator("textarea").first.input_value()


def test_it_copies_and_says_so(url: str, page: Page) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.goto(url)
    page.get_by_role("button", name="Copy the citation").click()
    expect(page.get_by_text("Copied.", exact=True)).to_be_visible()
    assert pasted(page) == SENTENCE
    page.get_by_text("BibTeX", exact=True).first.click()
    page.get_by_role("button", name="Copy BibTeX").press("Enter")
    expect(page.locator("[data-copy=cite-bib] + [role=status]")).to_have_text("Copied.")
    assert pasted(page).startswith("@misc{akbar_2023_brgandi,\n  author = {")


def test_it_copies_where_the_browser_has_no_clipboard_for_it(url: str, page: Page) -> None:
    page.add_init_script("Object.defineProperty(navigator, 'clipboard', {value: undefined})")
    page.goto(url)
    page.get_by_role("button", name="Copy the citation").click()
    expect(page.get_by_text("Copied.", exact=True)).to_be_visible()
    assert pasted(page) == SENTENCE


def test_where_nothing_helps_it_selects_the_text_and_says_what_to_press(url: str, page: Page) -> None:
    page.add_init_script(
        "Object.defineProperty(navigator, 'clipboard', {value: undefined}); document.execCommand = () => false;"
    )
    page.goto(url)
    page.get_by_role("button", name="Copy the citation").click()
    expect(page.get_by_text("press Ctrl and C")).to_be_visible()
    assert page.evaluate("window.getSelection().toString().trim()") == SENTENCE


def test_without_javascript_there_is_no_button(url: str, new_page: Callable[..., Page]) -> None:
    page = new_page(javascript=False)
    page.goto(url)
    expect(page.get_by_role("button", name="Copy the citation")).to_have_count(0)
    page.get_by_text("RIS", exact=True).click()
    expect(page.get_by_role("link", name="Download RIS")).to_be_visible()
    expect(page.get_by_text("TY - DATA")).to_be_visible()


@pytest.mark.parametrize("look", [{"width": 1280}, {"width": 360, "height": 740, "dark": True}], ids=["light", "dark"])
def test_axe_finds_nothing_in_what_is_folded_away(
    url: str, new_page: Callable[..., Page], look: dict[str, int]
) -> None:
    page = new_page(**look)
    page.goto(url)
    page.evaluate("document.querySelectorAll('details').forEach((each) => { each.open = true; })")
    assert Axe().run(page).response["violations"] == []
    assert not page.evaluate("document.documentElement.scrollWidth > window.innerWidth + 1")
    if SHOTS:
        page.locator("section[aria-labelledby=about-citing]").screenshot(path=f"{SHOTS}/cite-{look['width']}.png")
        page.locator("section[aria-labelledby=about-machines]").screenshot(path=f"{SHOTS}/machines-{look['width']}.png")
