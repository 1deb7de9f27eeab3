"""Example images in a real browser: a viewer with keys, zoom and fingers, and plain links without JavaScript."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.core.management import call_command
from playwright.sync_api import Page, expect

from datasets.fragments import render_stale
from datasets.models import SampleImage
from tests.cast import make_dataset
from tests.support.pictures import copies
from tests.support.processes import Server

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

ADDRESSES = [f"/assets/images/{name}.png" for name in ("one", "two", "three")]
TITLES = ["A slice of a brain", "", 'With "quotes" & <marks>']


@pytest.fixture
def pictures(run_server: Callable[..., Server]) -> Iterator[str]:
    """The address of a page with three local images, the second without a title, and one on the register's site."""
    with copies(*ADDRESSES):
        call_command("createcachetable", verbosity=0)
        dataset = make_dataset("10.23698/aida/pictures")
        for order, (title, url) in enumerate(
            zip([*TITLES, "Elsewhere"], [*ADDRESSES, "/assets/four.png"], strict=True)
        ):
            SampleImage.objects.create(dataset=dataset, order=order, title=title, url=url)
        render_stale()
        yield f"{run_server().url}/{dataset.doi}"


def part(page: Page, name: str) -> str:
    """The words of a part of the open viewer."""
    return page.locator(f'#viewer [data-part="{name}"]').text_content() or ""


def transform(page: Page) -> str:
    """How the image is moved and zoomed."""
    return str(page.locator('#viewer [data-part="image"]').evaluate("image => image.style.transform"))


def violations(page: Page) -> list[str]:
    """What axe finds."""
    found = Axe().run(page, options={"runOnly": ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa", "best-practice"]})
    return [f"{each['id']}: {each['nodes'][0]['html'][:200]}" for each in found.response["violations"]]


def test_without_javascript_the_image_opens(pictures: str, new_page: Callable[..., Page]) -> None:
    page = new_page(javascript=False, width=360)
    page.goto(pictures)
    expect(page.locator("#viewer")).to_be_hidden()
    expect(page.get_by_role("img", name=TITLES[0])).to_be_visible()
    page.get_by_role("link", name=TITLES[0]).click()
    assert page.url.endswith("/static/register/assets/images/one.png")


def test_keys_lead_through_the_images(pictures: str, new_page: Callable[..., Page]) -> None:
    page = new_page()
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.goto(pictures)
    page.get_by_role("link", name=TITLES[0]).focus()
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog", name=TITLES[0])
    expect(dialog).to_be_visible()
    assert (part(page, "counter"), part(page, "title")) == ("1 of 3", TITLES[0])
    shown = []
    for key in ("ArrowRight", "ArrowRight", "ArrowRight", "ArrowLeft", "Home", "End"):
        page.keyboard.press(key)
        shown.append(part(page, "counter").split()[0])
    assert shown == ["2", "3", "1", "3", "1", "3"]
    assert part(page, "title") == TITLES[2]
    page.keyboard.press("+")
    page.keyboard.press("+")
    assert part(page, "zoom") == "Zoom 225 %"
    page.keyboard.press("-")
    assert part(page, "zoom") == "Zoom 150 %"
    page.keyboard.press("0")
    assert part(page, "zoom") == "Zoom 100 %"
    page.keyboard.press("Escape")
    expect(page.locator("#viewer")).to_be_hidden()
    expect(page.get_by_role("link", name=TITLES[2])).to_be_focused()
    assert said == []


@pytest.mark.slow
def test_the_mouse_zooms_and_moves(pictures: str, new_page: Callable[..., Page]) -> None:
    page = new_page()
    page.goto(pictures)
    page.get_by_role("link", name="Example image 2").click()
    assert (part(page, "counter"), part(page, "title")) == ("2 of 3", "Example image 2")
    page.mouse.move(640, 400)
    page.mouse.wheel(0, -600)
    expect(page.locator("#viewer.viewer-zoomed")).to_be_visible()
    for _ in range(6):
        page.get_by_role("button", name="Zoom in").click(force=True)
    assert part(page, "zoom") == "Zoom 800 %"
    expect(page.get_by_role("button", name="Zoom in")).to_be_disabled()
    before = transform(page)
    page.mouse.move(640, 400)
    page.mouse.down()
    page.mouse.move(500, 300, steps=4)
    page.mouse.up()
    assert transform(page) != before
    page.get_by_role("button", name="Fit to the window").click()
    assert part(page, "zoom") == "Zoom 100 %"
    page.get_by_role("button", name="Next image").click()
    assert part(page, "counter") == "3 of 3"
    page.get_by_role("button", name="Close").click()
    expect(page.locator("#viewer")).to_be_hidden()


@pytest.mark.slow
def test_a_swipe_turns_over_and_a_lost_image_says_so(pictures: str, new_page: Callable[..., Page]) -> None:
    page = new_page(width=360, height=740)
    page.route("**/three.png", lambda route: route.abort())
    page.goto(pictures)
    page.get_by_role("link", name=TITLES[0]).click()
    page.mouse.move(250, 400)
    page.mouse.down()
    page.mouse.move(100, 400, steps=4)
    page.mouse.up()
    assert part(page, "counter") == "2 of 3"
    page.keyboard.press("ArrowRight")
    expect(page.locator("#viewer").get_by_text("The image could not be loaded.").first).to_be_visible()


@pytest.mark.slow
@pytest.mark.parametrize(("width", "dark"), [(1280, False), (360, True)])
def test_axe_finds_nothing_with_the_viewer_closed_and_open(
    pictures: str, new_page: Callable[..., Page], width: int, dark: bool
) -> None:
    page = new_page(width=width, height=740, dark=dark)
    page.goto(pictures)
    assert violations(page) == []
    page.get_by_role("link", name=TITLES[0]).click()
    expect(page.locator("#viewer")).to_be_visible()
    assert violations(page) == []
    box = page.locator("#viewer").evaluate("box => [box.scrollLeft, box.scrollWidth - box.clientWidth]")
    assert box == [0, 0]
    close = page.get_by_role("button", name="Close").bounding_box()
    assert close is not None
    assert close["x"] + close["width"] <= width
