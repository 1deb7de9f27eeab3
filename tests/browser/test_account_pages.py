"""Every page of sign-in and account in a real browser: axe finds nothing, no policy is broken, nothing sticks out."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from allauth.account.models import EmailAddress
from allauth.socialaccount.models import SocialAccount
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.test import Client
from django.urls import reverse
from playwright.sync_api import ConsoleMessage, Page

from aidahub.accounts import invitations
from aidahub.accounts.models import User
from aidahub.accounts.sittings import masked
from datasets.models import Dataset
from tests.cast import PASSWORD, make_user, provider_of
from tests.support.accounts import code_for
from tests.support.locks import record
from tests.support.processes import Server
from tests.test_sign_in_second_step import totp

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]

RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
SERVICES = (
    '[{"id": "lsl", "name": "Life Science Login", "client_id": "a", "secret": "b", "server_url": "http://localhost:9"}]'
)
SHOTS = os.environ.get("SHOTS", "")
SHAPES = [(False, 1280), (True, 360)]


@dataclass
class Inspector:
    """Opens pages one after the other and collects what is wrong with them."""

    page: Page
    url: str
    shape: str
    wrong: list[str] = field(default_factory=list)
    seen: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        """Listen to what the browser complains about."""
        self.page.on("console", self.heard)

    def heard(self, message: ConsoleMessage) -> None:
        """A complaint of the browser's; that a page answers 404 on purpose is none."""
        if message.type == "error" and "status of 4" not in message.text and "status of 503" not in message.text:
            self.wrong.append(f"{self.page.url}: {message.text}")

    def go(self, name: str, **query: str) -> None:
        """Open a page by the name of its view, and look."""
        path = reverse(name)
        self.page.goto(self.url + path + ("?" + "&".join(f"{k}={v}" for k, v in query.items()) if query else ""))
        self.look(name)

    def press(self, button: str, name: str, **answers: str) -> None:
        """Fill in fields by their labels, press a button, and look at what comes."""
        for label, answer in answers.items():
            self.page.get_by_label(label.replace("_", " "), exact=False).first.fill(answer)
        self.page.get_by_role("button", name=button, exact=True).first.click()
        self.page.wait_for_load_state()
        self.look(name)

    def look(self, name: str) -> None:
        """Ask axe, measure, and take a picture where one is wanted."""
        page = self.page
        self.seen.add(urlsplit(page.url).path)
        for found in Axe().run(page, options=RULES).response["violations"]:
            nodes = "; ".join(node["html"][:150] for node in found["nodes"])
            self.wrong.append(f"{name} ({page.url}): {found['id']}: {nodes}")
        if page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"):
            self.wrong.append(f"{name}: wider than the window")
        if page.locator("h1").count() != 1 or settings.HUB_NAME not in page.title():
            self.wrong.append(f"{name}: {page.locator('h1').count()} h1, title {page.title()!r}")
        if SHOTS:
            page.screenshot(path=str(Path(SHOTS) / f"{name}-{self.shape}.png"), full_page=True)


@pytest.fixture(params=SHAPES, ids=lambda shape: f"{'dark' if shape[0] else 'light'}-{shape[1]}")
def inspector(
    request: pytest.FixtureRequest, run_server: Callable[..., Server], new_page: Callable[..., Page]
) -> Iterator[Inspector]:
    """An inspector; what they found wrong is said at the end."""
    dark, width = request.param
    services = {"ORCID_CLIENT_ID": "APP-1", "ORCID_CLIENT_SECRET": "x", "OIDC_PROVIDERS": SERVICES}
    server = run_server(SECOND_FACTOR="yes", **services)
    inspector = Inspector(new_page(dark=dark, width=width), server.url, f"{'dark' if dark else 'light'}-{width}")
    yield inspector
    assert not inspector.wrong, "\n".join(inspector.wrong)


def test_pages_before_signing_in(inspector: Inspector, ada: User, brgandi: Dataset) -> None:
    see = inspector
    see.go("account_login", next="/datasets/")
    see.press("Sign in", "login-wrong", **{"E-mail address": ada.email, "Password": "wrong"})
    see.go("account_signup")
    see.press("Create the account", "signup-wrong", **{"E-mail address": "n@uu.example", "Password": "short"})
    see.press("Create the account", "verify", **{"E-mail address": "n@uu.example", "Password": PASSWORD})
    see.press("Go on", "verify-wrong", Code="AAAA")
    see.page.context.clear_cookies()
    see.go("account_request_login_code")
    see.press("Send the code", "login-code", **{"E-mail address": ada.email})
    see.press("Go on", "login-code-wrong", Code="AAAA")
    see.page.context.clear_cookies()
    see.go("account_reset_password")
    see.press("Send the code", "reset-code", **{"E-mail address": ada.email})
    see.press("Go on", "reset-new", Code=code_for(ada.email))
    see.press("Save the new password", "reset-wrong", **{"New password": "short", "New password again": "shorter"})
    see.page.context.clear_cookies()
    for name in ("account_inactive", "socialaccount_login_cancelled", "socialaccount_login_error"):
        see.go(name)
    see.page.goto(f"{see.url}/accounts/oidc/lsl/login/")
    see.look("service")
    see.press("Go on", "service-away")
    see.page.goto(see.url + urlsplit(invitations.invite(provider_of(brgandi, 1))).path)
    see.look("invitation")
    see.page.goto(f"{see.url}/invitations/made-up/")
    see.look("invitation-closed")


def test_pages_of_the_account(inspector: Inspector, ada: User, brgandi: Dataset) -> None:
    see = inspector
    EmailAddress.objects.create(user=ada, email="second@uu.example", verified=True)
    EmailAddress.objects.create(user=ada, email="third@uu.example")
    SocialAccount.objects.create(user=ada, provider="orcid", uid="0000-0002-1825-0097")
    see.page.goto(f"{see.url}/accounts/login/?next=/accounts/profile/")
    see.press("Sign in", "profile", **{"E-mail address": ada.email, "Password": PASSWORD})
    see.press("Save", "profile-saved", Name="Ada Berg")
    for name in ("account_email", "account_change_password", "usersessions_list", "socialaccount_connections"):
        see.go(name)
    see.go("account_logout")
    EmailAddress.objects.filter(verified=False).delete()  # a second step needs every address verified
    see.go("mfa_index")
    see.go("mfa_activate_totp")
    assert see.page.get_by_role("heading", name="Is it still you?").is_visible()
    see.press("Go on", "reauthenticate-wrong", Password="wrong")
    see.press("Go on", "app", Password=PASSWORD)
    see.press("Use this app", "app-wrong", **{"Code that the app shows": "1"})
    secret = see.page.locator("code").inner_text()
    see.press("Use this app", "recovery-codes", **{"Code that the app shows": totp(secret)})
    for name in ("mfa_index", "mfa_generate_recovery_codes", "mfa_deactivate_totp", "mfa_reauthenticate"):
        see.go(name)
    see.page.goto(see.url + urlsplit(invitations.invite(provider_of(brgandi, 1))).path)
    see.look("invitation-signed-in")
    see.go("account_logout")
    see.press("Sign out", "signed-out")
    see.page.goto(f"{see.url}/accounts/login/")
    see.press("Sign in", "second-step", **{"E-mail address": ada.email, "Password": PASSWORD})
    see.press("Sign in", "second-step-wrong", Code="1")


def test_pages_of_an_account_without_a_password(inspector: Inspector) -> None:
    see = inspector
    user = make_user("nils@uu.example", "Nils")
    user.set_unusable_password()
    user.save()
    see.page.goto(f"{see.url}/accounts/login/code/")
    see.press("Send the code", "code", **{"E-mail address": user.email})
    see.press("Go on", "home", Code=code_for(user.email))
    see.go("account_set_password")
    see.go("account_email")
    see.press("Add it and send a code", "add-address", **{"Another e-mail address": "more@uu.example"})


def test_hub_staff_set_up_a_second_step_on_the_way_to_their_desk(inspector: Inspector, ada: User, hedda: User) -> None:
    see, page = inspector, inspector.page
    page.goto(f"{see.url}/admin/")
    see.press("Sign in", "second-step-needed", **{"E-mail address": hedda.email, "Password": PASSWORD})
    page.get_by_role("link", name="Set up an app").click()
    see.press("Go on", "second-step-app", Password=PASSWORD)
    secret = page.locator("code").inner_text()
    see.press("Use this app", "second-step-codes", **{"Code that the app shows": totp(secret)})
    page.get_by_role("link", name="I have kept them: go on").click()
    page.wait_for_url(f"{see.url}/admin/")
    see.look("desk")
    for name in ("mfa_index", "mfa_deactivate_totp", "usersessions_list"):
        see.go(name)
    page.context.clear_cookies()
    page.goto(f"{see.url}/accounts/login/?next=/accounts/profile/")
    see.press("Sign in", "profile", **{"E-mail address": ada.email, "Password": PASSWORD})
    User.objects.filter(pk=ada.pk).update(is_hub_staff=True)
    see.press("Save", "stopped", Institution="An institution with a name of more than forty letters")
    assert User.objects.get(pk=ada.pk).institution == ""
    page.get_by_role("link", name="Go on").click()
    page.wait_for_url(f"{see.url}/accounts/second-step/**")


def test_a_provider_confirms_the_sitting_and_takes_a_table(inspector: Inspector, per: User, brgandi: Dataset) -> None:
    see, page, register = inspector, inspector.page, provider_of(brgandi, 1).email
    SocialAccount.objects.create(user=per, provider="orcid", uid="0000-0002-1825-0097")
    page.goto(f"{see.url}/admin/access_requests/accessrequest/")
    see.press("Sign in", "confirm", **{"E-mail address": per.email, "Password": PASSWORD})
    assert page.get_by_role("button", name="Go on with ORCID").is_visible()
    see.press(f"Send a code to {masked(register)}", "confirm-code")
    see.press("Go on", "confirm-wrong", Code="BBBB-BBBB")
    see.press("Go on", "list", Code=code_for(register))
    page.wait_for_url(f"{see.url}/admin/access_requests/accessrequest/")
    per.set_unusable_password()
    per.save()
    client = Client()
    client.force_login(per)
    record(client, per, "sitting", email=register)
    key = client.cookies[settings.SESSION_COOKIE_NAME].value
    page.context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": key, "url": see.url}])
    page.goto(f"{see.url}/admin/access_requests/accessrequest/export/")
    see.look("again-by-mail")
    see.press(f"Send a code to {per.email}", "again-by-mail-code")
    see.press("Go on", "again-by-mail-wrong", Code="BBBB-BBBB")
    page.get_by_label("Code").fill(code_for(per.email))
    with page.expect_download() as download:
        page.get_by_role("button", name="Go on", exact=True).click()
    assert download.value.suggested_filename.startswith("access-requests-")
