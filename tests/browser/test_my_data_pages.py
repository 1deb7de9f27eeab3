"""Privacy, accessibility, one's own data and erasing the account in a real browser, wide and light, narrow and dark."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import Page, expect

from access_requests.workflow import Status
from aidahub.accounts.models import User
from aidahub.outbox.models import Mail
from tests.browser.test_account_pages import Inspector, inspector  # noqa: F401 - a fixture
from tests.cast import PASSWORD, RequestAt, draft_of, fresh, make_dataset
from tests.support.accounts import code_for

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]


def sign_in(see: Inspector, user: User, where: str) -> None:
    """Sign in by the page and go on to another."""
    see.page.goto(f"{see.url}/accounts/login/?next={where}")
    see.page.get_by_label("E-mail address").first.fill(user.email)
    see.page.get_by_label("Password").first.fill(PASSWORD)
    see.page.get_by_role("button", name="Sign in", exact=True).click()
    see.page.wait_for_url(f"{see.url}{where}")


def test_the_pages_read_well(
    inspector: Inspector,  # noqa: F811
    request_at: RequestAt,
    ada: User,
    per: User,
) -> None:
    see = inspector
    see.go("pages:privacy")
    expect(see.page.get_by_role("heading", name="What is kept, and for how long")).to_be_visible()
    see.go("pages:accessibility")
    request_at(Status.IN_REVIEW)
    draft_of(ada, make_dataset())
    sign_in(see, ada, "/accounts/my-data/")
    see.look("my-data")
    see.go("pages:erase")
    expect(see.page.get_by_text("A request of yours is open")).to_be_visible()


def test_data_are_taken_out_and_the_account_is_erased_by_keyboard_alone(
    new_page: Callable[..., Page], run_server: Callable[..., Any], request_at: RequestAt, ada: User
) -> None:
    request = request_at(Status.REJECTED)
    page, url = new_page(width=360, height=740), run_server().url
    see = Inspector(page, url, "keyboard-360")
    sign_in(see, ada, "/accounts/my-data/")
    page.get_by_role("button", name="Download your data").focus()
    page.keyboard.press("Enter")
    page.get_by_label("Password").fill(PASSWORD)
    with page.expect_download() as coming:
        page.keyboard.press("Enter")
    with zipfile.ZipFile(coming.value.path()) as archive:
        assert json.loads(archive.read("requests.json"))[0]["reference"] == request.reference
    page.goto(f"{url}/accounts/erase/")
    page.get_by_label("Your main e-mail address").focus()
    page.keyboard.type("wrong@uu.example")
    page.keyboard.press("Enter")
    expect(page.get_by_text("This is not the main address of your account.")).to_be_visible()
    see.look("erase-wrong")
    page.get_by_label("Your main e-mail address").fill(ada.email)
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Your account is erased")).to_be_visible()
    see.look("erased")
    assert fresh(ada).erased_at
    assert Mail.objects.filter(kind=Mail.FAREWELL, recipient=ada.email).count() == 1
    page.goto(f"{url}/requests/")
    assert "/accounts/login/" in page.url
    assert not see.wrong, "\n".join(see.wrong)


def test_whoever_has_no_password_enters_a_code_and_gets_the_file(
    new_page: Callable[..., Page], run_server: Callable[..., Any], ada: User
) -> None:
    page, url = new_page(), run_server().url
    see = Inspector(page, url, "light-1280")
    User.objects.filter(pk=ada.pk).update(password="!")
    client = Client()
    client.force_login(fresh(ada))  # a session in which nothing was proven lately
    name = settings.SESSION_COOKIE_NAME
    page.context.add_cookies([{"name": name, "value": client.cookies[name].value, "url": url}])
    page.goto(f"{url}/accounts/my-data/")
    page.get_by_role("button", name="Download your data").click()
    see.look("code-asked-for")
    page.get_by_role("button", name="Send a code").click()
    page.get_by_label("Code").fill(code_for(ada.email))
    see.look("code-sent")
    with page.expect_download() as waited:
        page.get_by_role("button", name="Go on").click()
    assert waited.value.suggested_filename.endswith(".zip")
    assert not see.wrong, "\n".join(see.wrong)
