"""A question for files from the builder to the provider's disk, in a real browser: narrow, without JavaScript."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path

import pytest
from django.test import Client
from playwright.sync_api import Page, expect

from access_requests.events import verify
from access_requests.models import AccessRequest
from access_requests.workflow import Status
from aidahub.accounts.models import User
from datasets.models import Dataset
from tests.browser.test_admin_pages import Visit, enter, faults, site  # noqa: F401 - two of them are fixtures
from tests.cast import license_of, set_policy
from tests.support.asking import START
from tests.support.builder import Builder
from tests.support.files import pdf

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def asking(hedda: User, brgandi: Dataset) -> None:
    """A form that hub staff built, in use: it asks for a name, which the account knows, and for papers."""
    client = Client()
    client.force_login(hedda)
    builder = Builder(client)
    builder.new("papers")
    builder.add("papers", "short-text", "you", key="applicant_name", label_en="Your name", max="200", required="on")
    builder.add("papers", "file", key="papers", label_en="Ethical approval", max="2", required="on")
    builder.publish("papers")
    set_policy(license_of(brgandi), form="papers")


def looks_good(page: Page) -> None:
    """Nothing for axe to find, and nothing to scroll sideways."""
    assert faults(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= page.viewport_size["width"]  # type: ignore[index]


@pytest.mark.usefixtures("asking")
def test_a_pdf_goes_from_the_applicant_to_the_provider_without_javascript(
    ada: User, per: User, site: str, enter: Visit, new_page: Callable[..., Page], tmp_path: Path  # noqa: F811
) -> None:  # fmt: skip
    approval, wrong = tmp_path / "Ethical approval.pdf", tmp_path / "page.pdf"
    approval.write_bytes(pdf(b"Approved"))
    wrong.write_text("<html><p>No</p></html>")
    page = new_page(javascript=False, width=360, height=740)
    enter(page, ada)
    page.goto(f"{site}{START}?license=controlled-access")
    page.locator("main").get_by_role("button", name="Start").first.click()
    page.get_by_label("Ethical approval").set_input_files([approval, wrong])
    page.get_by_role("button", name="Save and continue").click()
    expect(page.locator(".error-summary")).to_contain_text("“page.pdf”: This is a web page")
    expect(page.locator(".attached-files")).to_contain_text("Ethical approval.pdf")
    page.get_by_role("button", name="Save and continue").click()
    page.get_by_label("I have read the licence and accept it.").check()
    page.get_by_role("button", name="Save and continue").click()
    expect(page.get_by_role("link", name="Ethical approval.pdf")).to_be_visible()
    page.get_by_role("button", name="Send the request").click()
    expect(page.locator("main")).to_contain_text("Your request is sent")

    request = AccessRequest.objects.get()
    assert request.status == Status.IN_REVIEW
    reader = new_page(javascript=False, width=360, height=740)
    enter(reader, per)
    reader.goto(f"{site}/admin/access_requests/accessrequest/{request.reference}/change/")
    with reader.expect_download() as started:
        reader.locator("#answers ~ dl").get_by_role("link", name="Ethical approval.pdf").click()
    assert started.value.suggested_filename == "Ethical approval.pdf"
    got = Path(started.value.path()).read_bytes()
    assert got == approval.read_bytes()
    assert hashlib.sha256(got).hexdigest() == request.attachments.get().sha256
    assert [str(fault) for fault in verify()] == []


@pytest.mark.usefixtures("asking")
@pytest.mark.parametrize(("width", "dark"), [(360, False), (1280, True)])
def test_the_step_with_files_is_for_everybody(
    ada: User, site: str, enter: Visit, new_page: Callable[..., Page], tmp_path: Path, width: int, dark: bool  # noqa: F811
) -> None:  # fmt: skip
    long = tmp_path / f"{'A very long name of a file ' * 5}.pdf"
    long.write_bytes(pdf())
    page = new_page(width=width, dark=dark)
    enter(page, ada)
    page.goto(f"{site}{START}?license=controlled-access")
    page.locator("main").get_by_role("button", name="Start").first.click()
    looks_good(page)
    page.get_by_label("Ethical approval").set_input_files(long)
    page.get_by_role("link", name="Review").click()
    expect(page.get_by_role("link", name="A very long name")).to_be_visible()
    looks_good(page)
    page.get_by_role("link", name="Project").first.click()
    page.get_by_label("Remove: A very long name").check()
    page.get_by_role("button", name="Save and continue").click()
    expect(page.locator(".error-summary")).to_contain_text("Please attach a file.")
    expect(page.locator(".attached-files")).to_have_count(0)
    looks_good(page)
