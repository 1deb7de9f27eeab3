"""Signing in with ORCID and with an OpenID Connect provider, against a real one on loopback."""

from __future__ import annotations

import logging
import urllib.request
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import oidc_provider_mock
import pytest
from allauth.account.models import EmailAddress
from allauth.socialaccount.models import SocialAccount
from axe_playwright_python.sync_playwright import Axe
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from oidc_provider_mock import User as Claims
from playwright.sync_api import Page

from aidahub.accounts.models import ProviderLink, User
from aidahub.accounts.sign_in import Service, services_in
from aidahub.environment import Environment, WrongSetting
from aidahub.outbox.models import Mail
from datasets.models import Provider
from tests.cast import PASSWORD, act_for, fresh, make_user
from tests.support.accounts import OUTBOX, code_for, newest_mail, sign_in, signed_in, without_tokens
from tests.support.locks import app_code, give_factor
from tests.support.processes import Server

pytestmark = pytest.mark.django_db
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
ORCID_ID = "0000-0002-1825-0097"
PEOPLE = (
    Claims(sub="verified", claims={"name": "Vera  Verified", "email": "Vera@lsl.example", "email_verified": True}),
    Claims(sub="unverified", claims={"name": "Una", "email": "una@lsl.example", "email_verified": False}),
    Claims(sub="silent", claims={"given_name": "Siri", "family_name": "Silent", "email": "siri@lsl.example"}),
    Claims(sub="text-false", claims={"email": "tove@lsl.example", "email_verified": "false"}),
    Claims(sub="text-true", claims={"email": "tyra@lsl.example", "email_verified": "true"}),
    Claims(sub="as-ada", claims={"name": "Ada", "email": "ada.berg@uu.example", "email_verified": True}),
    Claims(sub="as-ada-unproven", claims={"name": "Not Ada", "email": "ada.berg@uu.example"}),
    Claims(sub=ORCID_ID),
)


@pytest.fixture(scope="module")
def openid_provider() -> Iterator[str]:
    """A real OpenID provider that knows these people; its address."""
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    with oidc_provider_mock.run_server_in_thread(user_claims=PEOPLE) as server:
        yield f"http://localhost:{server.server_port}"


@pytest.fixture(autouse=True)
def _services(db: None, settings: Any, openid_provider: str) -> None:
    """The site with ORCID and Life Science Login set up, both at that address."""
    settings.EMAIL_BACKEND = OUTBOX
    services = [
        Service("orcid", "ORCID", "APP-AIDA", "s3cret", openid_provider, ("openid",)),
        Service("lsl", "Life Science Login", "aida", "s3cret", openid_provider + "/"),
    ]
    settings.SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"APPS": [service.app for service in services]}}
    cache.clear()


class NoRedirect(urllib.request.HTTPRedirectHandler):
    """Shows where one would be sent, and stays."""

    def redirect_request(self, *_args: Any) -> None:
        """Do not go there."""


def at_the_provider(address: str, **form: str) -> str:
    """Do at the provider what a person does there; returns where that sends their browser."""
    opener = urllib.request.build_opener(NoRedirect)
    try:
        opener.open(address, urlencode(form).encode(), timeout=10)
    except urllib.error.HTTPError as answer:
        return str(answer.headers["Location"])
    raise AssertionError("the provider sent nobody back")


def come_in(client: Client, service: str, sub: str, *, process: str = "login", next_path: str = "") -> str:
    """Press the service's button, sign in there as `sub`, come back; returns where that leads."""
    query = {"process": process} | ({"next": next_path} if next_path else {})
    button = f"{reverse('openid_connect_login', args=[service])}?{urlencode(query)}"
    there = client.post(button)["Location"]
    back = at_the_provider(there, sub=sub)
    assert urlsplit(back).path == reverse("openid_connect_callback", args=[service])
    return str(client.get(urlsplit(back)._replace(scheme="", netloc="").geturl()).headers.get("Location", ""))


def connect(client: Client, service: str, sub: str) -> None:
    """Connect a service from within the account, with the password once more."""
    assert come_in(client, service, sub, process="connect") == reverse("account_reauthenticate")
    assert not SocialAccount.objects.filter(uid=sub).exclude(user__email="vera@lsl.example").exists()
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})


# A new account


def test_a_verified_address_makes_the_account_at_once(client: Client) -> None:
    assert come_in(client, "lsl", "verified", next_path="/datasets/") == "/datasets/"
    assert signed_in(client)
    user = User.objects.get()
    assert (user.email, user.name, user.has_usable_password()) == ("vera@lsl.example", "Vera Verified", False)
    assert user.verified_emails == {"vera@lsl.example"}
    assert not Mail.objects.exists()

    again = Client()
    assert come_in(again, "lsl", "verified") == "/"
    assert User.objects.count() == 1


def test_text_true_is_true(client: Client) -> None:
    come_in(client, "lsl", "text-true")
    assert signed_in(client)


@pytest.mark.parametrize(
    ("sub", "email"),
    [("unverified", "una@lsl.example"), ("silent", "siri@lsl.example"), ("text-false", "tove@lsl.example")],
)
def test_any_other_address_takes_a_code(client: Client, sub: str, email: str) -> None:
    assert come_in(client, "lsl", sub, next_path="/datasets/") == reverse("account_email_verification_sent")
    assert not signed_in(client)
    assert not EmailAddress.objects.filter(verified=True).exists()
    answer = client.post(reverse("account_email_verification_sent"), {"code": code_for(email)})
    assert answer["Location"] == "/datasets/"
    assert signed_in(client)


def test_orcid_gives_an_id_and_we_ask_for_the_address(client: Client) -> None:
    assert come_in(client, "orcid", ORCID_ID, next_path="/datasets/") == reverse("socialaccount_signup")
    assert "ORCID" in client.get(reverse("socialaccount_signup")).content.decode()
    client.post(reverse("socialaccount_signup"), {"email": "josiah@brown.example"})
    code = code_for("josiah@brown.example")
    assert client.post(reverse("account_email_verification_sent"), {"code": code})["Location"] == "/datasets/"
    user = User.objects.get()
    assert (user.orcid, user.email) == (ORCID_ID, "josiah@brown.example")


def test_a_name_in_two_parts_is_put_together(client: Client) -> None:
    come_in(client, "lsl", "silent")
    assert User.objects.get().name == "Siri Silent"


# An account that exists


@pytest.mark.parametrize("sub", ["as-ada", "as-ada-unproven"])
def test_nobody_comes_into_an_account_because_the_address_is_the_same(ada: User, client: Client, sub: str) -> None:
    assert come_in(client, "lsl", sub) == reverse("account_email_verification_sent")
    assert not signed_in(client)
    assert not SocialAccount.objects.exists()
    assert User.objects.count() == 1
    mail = newest_mail(ada.email)
    assert "already" in mail.subject
    assert reverse("socialaccount_connections") in mail.text


def test_a_service_is_connected_from_within_the_account(ada: User, client: Client) -> None:
    sign_in(client, ada.email)
    connect(client, "lsl", "as-ada-unproven")
    assert SocialAccount.objects.get().user == ada
    assert "Life Science Login" in newest_mail(ada.email).subject
    other = Client()
    assert come_in(other, "lsl", "as-ada-unproven") == "/"
    assert signed_in(other)
    assert User.objects.count() == 1


def test_an_address_that_a_connected_service_names_is_not_taken_over(ada: User, client: Client) -> None:
    sign_in(client, ada.email)
    connect(client, "lsl", "verified")
    assert fresh(ada).verified_emails == {ada.email}


def test_a_service_of_somebody_else_is_not_connected_again(ada: User, client: Client) -> None:
    come_in(Client(), "lsl", "verified")
    sign_in(client, ada.email)
    connect(client, "lsl", "verified")
    assert SocialAccount.objects.get().user.pk != ada.pk


def test_the_last_way_in_is_not_disconnected(client: Client) -> None:
    come_in(client, "lsl", "verified")
    account = SocialAccount.objects.get()
    answer = client.post(reverse("socialaccount_connections"), {"account": account.pk})
    assert "alert-danger" in answer.content.decode()
    assert SocialAccount.objects.exists()


# Rights


def test_signing_in_with_the_registers_orcid_gives_the_right(client: Client) -> None:
    provider = Provider.objects.create(name="Josiah", identifier=f"https://orcid.org/{ORCID_ID}")
    come_in(client, "orcid", ORCID_ID)
    client.post(reverse("socialaccount_signup"), {"email": "josiah@brown.example"})
    assert not ProviderLink.objects.exists()
    client.post(reverse("account_email_verification_sent"), {"code": code_for("josiah@brown.example")})
    assert User.objects.get().provider_ids == {provider.pk}
    assert ProviderLink.objects.get().evidence == ORCID_ID
    assert client.get(reverse("admin:index")).status_code == 200


def test_connecting_the_registers_orcid_gives_the_right_at_once(ada: User, client: Client) -> None:
    provider = Provider.objects.create(name="Josiah", identifier=f"https://orcid.org/{ORCID_ID}")
    sign_in(client, ada.email)
    connect(client, "orcid", ORCID_ID)
    assert fresh(ada).provider_ids == {provider.pk}


def test_another_service_that_calls_somebody_by_that_orcid_gives_nothing(ada: User, client: Client) -> None:
    Provider.objects.create(name="Josiah", identifier=f"https://orcid.org/{ORCID_ID}")
    sign_in(client, ada.email)
    connect(client, "lsl", ORCID_ID)
    assert SocialAccount.objects.get().uid == ORCID_ID
    assert fresh(ada).provider_ids == frozenset()
    assert fresh(ada).orcid == ""


# Confirming a sitting


@pytest.fixture
def josiah(db: None, settings: Any) -> User:
    """Acts for a provider by an invitation, in a site whose sittings are confirmed."""
    settings.SECOND_FACTOR = True
    provider = Provider.objects.create(name="Josiah", email="josiah@register.example")
    return act_for(make_user("josiah@brown.example", "Josiah"), provider)


def test_signing_in_with_a_connected_service_confirms_the_sitting(josiah: User, client: Client) -> None:
    SocialAccount.objects.create(user=josiah, provider="orcid", uid=ORCID_ID)
    sign_in(client, josiah.email)
    assert urlsplit(client.get("/admin/")["Location"]).path == reverse("accounts:sitting")
    assert "Go on with ORCID" in client.get(reverse("accounts:sitting")).content.decode()
    assert come_in(client, "orcid", ORCID_ID, next_path="/admin/") == "/admin/"
    assert client.get("/admin/").status_code == 200


def test_a_service_does_not_go_around_the_second_step(hedda: User, client: Client, settings: Any) -> None:
    settings.SECOND_FACTOR = True
    SocialAccount.objects.create(user=hedda, provider="orcid", uid=ORCID_ID)
    give_factor(hedda)
    assert come_in(client, "orcid", ORCID_ID, next_path="/admin/") == reverse("mfa_authenticate")
    assert not signed_in(client)
    assert client.post(reverse("mfa_authenticate"), {"code": app_code()})["Location"] == "/admin/"
    assert client.get("/admin/").status_code == 200


def test_a_service_that_is_connected_in_such_a_sitting_is_not(josiah: User, client: Client) -> None:
    """Also where the connecting began before, in a way that only the service's answer shows."""
    sign_in(client, josiah.email)
    ProviderLink.objects.update(ended_at=timezone.now())
    there = client.post(reverse("openid_connect_login", args=["orcid"]), {"process": "connect"})["Location"]
    ProviderLink.objects.update(ended_at=None)
    back = urlsplit(at_the_provider(there, sub=ORCID_ID))._replace(scheme="", netloc="").geturl()
    assert client.get(back)["Location"] == reverse("accounts:sitting")
    assert not SocialAccount.objects.exists()


def test_a_known_and_an_unknown_address_of_a_service_look_alike(ada: User) -> None:
    seen = []
    for sub, email in (("as-ada-unproven", ada.email), ("unverified", "una@lsl.example")):
        browser = Client()
        where = come_in(browser, "lsl", sub)
        page = browser.get(where)
        seen.append((where, page.status_code, sorted(page.headers), without_tokens(page).replace(email, "somebody")))
        assert Mail.objects.filter(recipient=email).count() == 1
    assert seen[0] == seen[1]


# What goes wrong


def test_saying_no_at_the_service_leads_to_a_page_that_says_so(client: Client) -> None:
    there = client.post(reverse("openid_connect_login", args=["lsl"]))["Location"]
    state = parse_qs(urlsplit(there).query)["state"][0]
    back = at_the_provider(there, action="deny")
    if "state" not in back:  # this provider forgets it, https://www.rfc-editor.org/rfc/rfc6749#section-4.1.2.1
        back += f"&state={state}"
    page = client.get(urlsplit(back)._replace(scheme="", netloc="").geturl(), follow=True)
    assert "You did not sign in" in page.content.decode()
    assert not signed_in(client)


def test_an_answer_that_nobody_asked_for_opens_nothing(client: Client) -> None:
    there = Client().post(reverse("openid_connect_login", args=["lsl"]))["Location"]
    back = at_the_provider(there, sub="verified")  # a stranger's answer, put under somebody else's hand
    client.get(urlsplit(back)._replace(scheme="", netloc="").geturl())
    assert not signed_in(client)
    assert not User.objects.exists()


def test_a_service_that_is_away_is_no_error_of_ours(client: Client, settings: Any) -> None:
    away = Service("lsl", "Life Science Login", "aida", "s3cret", "http://localhost:9")
    settings.SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"APPS": [away.app]}}
    answer = client.post(reverse("openid_connect_login", args=["lsl"]))
    assert answer.status_code == 503
    assert "That sign-in did not work" in answer.content.decode()


def test_a_look_at_the_address_starts_nothing(client: Client) -> None:
    page = client.get(reverse("openid_connect_login", args=["lsl"]))
    assert page.status_code == 200
    assert "Life Science Login" in page.content.decode()


@pytest.mark.parametrize("next_path", ["https://evil.example/", "//evil.example/"])
def test_next_never_leads_to_another_site(client: Client, next_path: str) -> None:
    assert "evil" not in come_in(client, "lsl", "verified", next_path=next_path)


# Setting it up


def test_buttons_show_only_what_is_set_up(client: Client, settings: Any) -> None:
    for page in ("account_login", "account_signup"):
        body = client.get(reverse(page)).content.decode()
        assert "Go on with ORCID" in body
        assert "Go on with Life Science Login" in body
    settings.SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"APPS": []}}
    body = client.get(reverse("account_login")).content.decode()
    assert "Go on with" not in body
    assert client.post(reverse("openid_connect_login", args=["lsl"])).status_code == 404


LSL = '{"id": "%s", "name": "Life Science Login", "client_id": "a", "secret": "b", "server_url": "https://lsl.example"}'


def test_services_are_read_from_the_environment() -> None:
    variables = {"ORCID_CLIENT_ID": "APP-1", "ORCID_CLIENT_SECRET": "x", "OIDC_PROVIDERS": f"[{LSL % 'lsl'}]"}
    orcid, lsl = services_in(Environment(variables))
    assert (orcid.id, orcid.scope, orcid.origin) == ("orcid", ("openid",), "https://orcid.org")
    assert (lsl.id, lsl.app["settings"]["server_url"]) == ("lsl", "https://lsl.example")
    assert services_in(Environment({})) == []


@pytest.mark.parametrize(
    ("variables", "complaint"),
    [
        ({"ORCID_CLIENT_ID": "APP-1"}, "ORCID_CLIENT_SECRET is missing"),
        ({"OIDC_PROVIDERS": f"[{LSL % 'orcid'}]"}, 'the id "orcid"'),
        ({"OIDC_PROVIDERS": f"[{LSL % 'lsl'}, {LSL % 'lsl'}]"}, "each once"),
        ({"OIDC_PROVIDERS": f"[{LSL % 'lsl'}, {LSL % 'lsl2'}]"}, "the client_id 'a' twice"),
        ({"OIDC_PROVIDERS": f"[{LSL % 'a/b'}]"}, "set ids of a-z"),
        ({"OIDC_PROVIDERS": '[{"id": "lsl"}]'}, "set it to a JSON list"),
    ],
)
def test_a_wrong_environment_is_named(variables: dict[str, str], complaint: str) -> None:
    with pytest.raises(WrongSetting, match=complaint):
        services_in(Environment(variables))


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_a_browser_comes_in_through_the_service(
    run_server: Callable[..., Server], page: Page, openid_provider: str
) -> None:
    """The policy of the pages lets the button lead there and back."""
    record = LSL.replace("https://lsl.example", openid_provider) % "lsl"
    server = run_server(OIDC_PROVIDERS=f"[{record}]")
    page.goto(f"{server.url}{reverse('account_login')}?next=/datasets/")
    page.get_by_role("button", name="Go on with Life Science Login").click()
    page.wait_for_url(f"{openid_provider}/**")
    page.get_by_role("button", name="verified", exact=True).click()
    page.wait_for_url(f"{server.url}/datasets/")
    assert User.objects.get().email == "vera@lsl.example"


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
@pytest.mark.slow
def test_a_browser_comes_in_through_orcid_and_is_asked_for_an_address(
    run_server: Callable[..., Server], new_page: Callable[..., Page], openid_provider: str
) -> None:
    variables = {"ORCID_CLIENT_ID": "APP-1", "ORCID_CLIENT_SECRET": "x", "ORCID_URL": openid_provider}
    server = run_server(**variables)
    for dark in (False, True):
        page = new_page(dark=dark)
        page.goto(f"{server.url}{reverse('account_signup')}")
        page.get_by_role("button", name="Go on with ORCID").click()
        page.get_by_role("button", name=ORCID_ID).click()
        page.wait_for_url(f"{server.url}{reverse('socialaccount_signup')}")
        assert Axe().run(page, options=RULES).response["violations"] == []
    page.get_by_label("E-mail address").fill("josiah@brown.example")
    page.get_by_role("button", name="Create the account").click()
    page.get_by_label("Code").fill(code_for("josiah@brown.example"))
    page.get_by_role("button", name="Go on").click()
    page.wait_for_url(f"{server.url}/")
    assert User.objects.get().orcid == ORCID_ID
