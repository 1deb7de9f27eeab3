"""Hub staff do nothing without a second step: they are led to set it up, and cannot take it out."""

from __future__ import annotations

import time
from io import StringIO
from urllib.parse import parse_qs, urlsplit

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse

from aidahub.accounts.models import User
from aidahub.outbox.models import Mail
from tests.cast import PASSWORD, fresh
from tests.support.accounts import code_for, newest_mail, post_code, sign_in, signed_in, text_of
from tests.support.locks import app_code, enter, give_factor, led_to, recovery_code

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("locked")]
DESK = "/admin/"


@pytest.mark.parametrize("name", ["hedda", "sigrid"])
def test_hub_staff_without_one_are_led_to_set_it_up(name: str, request: pytest.FixtureRequest) -> None:
    browser = enter(request.getfixturevalue(name))
    for path in (DESK, "/", "/datasets/", "/accounts/profile/", "/requests/", "/metrics/"):
        answer = browser.get(path)
        assert led_to(answer) == reverse("accounts:second_factor")
        assert parse_qs(urlsplit(answer["Location"]).query)["next"] == [path]


def test_others_are_not(ada: User, client: Client) -> None:
    client.force_login(ada)
    assert client.get("/accounts/profile/").status_code == 200
    assert led_to(client.get(reverse("accounts:second_factor"))) == "/"


@pytest.mark.django_db(transaction=True)
def test_from_the_desk_to_the_app_to_the_codes_and_back_to_the_desk(hedda: User, client: Client) -> None:
    elsewhere = Client()
    for browser in (elsewhere, client):
        sign_in(browser, hedda.email)
    page = client.get(f"{DESK}?x=1", follow=True)
    assert "must not be enough to come in" in text_of(page)
    assert led_to(client.get(reverse("mfa_activate_totp"))) == reverse("account_reauthenticate")
    again = f"{reverse('account_reauthenticate')}?next={reverse('mfa_activate_totp')}"
    assert led_to(client.post(again, {"password": PASSWORD})) == reverse("mfa_activate_totp")
    secret = client.get(reverse("mfa_activate_totp")).context["form"].secret
    codes = client.post(reverse("mfa_activate_totp"), {"code": app_code(secret)}, follow=True)
    assert recovery_code(hedda) in text_of(codes)
    assert reverse("accounts:second_factor") in text_of(codes)
    assert client.get(reverse("accounts:second_factor"))["Location"] == f"{DESK}?x=1"
    assert client.get(DESK).status_code == 200
    assert "now takes a second step" in newest_mail(hedda.email).subject
    assert led_to(elsewhere.get(DESK)) == reverse("account_login"), "a sign-in without the second step went on"


@pytest.mark.django_db(transaction=True)
def test_each_way_to_sign_in_asks_for_it(hedda: User) -> None:
    give_factor(hedda)
    by_password, by_code, by_reset = Client(), Client(), Client()
    assert sign_in(by_password, hedda.email) == reverse("mfa_authenticate")
    by_code.post(reverse("account_request_login_code"), {"email": hedda.email})
    assert led_to(post_code(by_code, "account_confirm_login_code", code_for(hedda.email))) == reverse(
        "mfa_authenticate"
    )
    by_reset.post(reverse("account_reset_password"), {"email": hedda.email})
    answer = post_code(by_reset, "account_confirm_password_reset_code", code_for(hedda.email))
    new = "another horse battery staple"
    answer = by_reset.post(answer["Location"], {"password1": new, "password2": new})
    assert led_to(answer) == reverse("mfa_authenticate")
    for steps, browser in enumerate((by_password, by_code, by_reset)):
        assert not signed_in(browser)
        with time_machine.travel(time.time() + 90 * steps, tick=True):  # each code of an app works once
            post_code(browser, "mfa_authenticate", app_code())
        assert signed_in(browser)
        assert browser.get(DESK).status_code == 200


def test_who_becomes_hub_staff_is_stopped_at_the_next_click_and_nothing_is_done(ada: User, client: Client) -> None:
    client.force_login(ada)
    profile = reverse("accounts:profile")
    assert client.get(profile).status_code == 200
    User.objects.filter(pk=ada.pk).update(is_hub_staff=True)
    words = "Department of things that take more than forty letters to be said"
    answer = client.post(profile, {"name": "Changed", "department": words})
    assert answer.status_code == 403
    assert words in text_of(answer)
    assert reverse("accounts:second_factor") in text_of(answer)
    assert "Your account has none yet, so nothing was done." in text_of(answer)
    assert fresh(ada).name == "Ada Berg"
    assert led_to(client.get(profile)) == reverse("accounts:second_factor")


def test_who_has_one_but_signed_in_without_shows_it_now(hedda: User, client: Client) -> None:
    client.force_login(hedda)
    give_factor(hedda)
    assert "before you had one" in text_of(client.get(DESK, follow=True))
    where = f"{reverse('mfa_reauthenticate')}?next={reverse('accounts:second_factor')}"
    client.post(where, {"code": "000000"})
    assert client.get(DESK).status_code == 302
    assert led_to(client.post(where, {"code": app_code()})) == reverse("accounts:second_factor")
    assert client.get(reverse("accounts:second_factor"))["Location"] == DESK
    assert client.get(DESK).status_code == 200


def test_a_password_once_more_is_no_second_step(hedda: User, client: Client) -> None:
    client.force_login(hedda)
    give_factor(hedda)
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    assert client.get(DESK).status_code == 302


def test_hub_staff_cannot_take_it_out(hedda: User) -> None:
    give_factor(hedda)
    browser = enter(hedda, fresh=True)
    page = browser.get(reverse("mfa_deactivate_totp"))
    assert "Hub staff need a second step" in text_of(page)
    browser.post(reverse("mfa_deactivate_totp"))
    assert Authenticator.objects.filter(user=hedda, type=Authenticator.Type.TOTP).exists()
    assert reverse("mfa_deactivate_totp") not in text_of(browser.get(reverse("mfa_index")))


def test_everybody_else_can(ada: User) -> None:
    give_factor(ada)
    browser = enter(ada, fresh=True)
    browser.post(reverse("mfa_deactivate_totp"))
    assert not Authenticator.objects.filter(user=ada).exists()


def test_the_next_click_stops_whose_second_step_is_gone(hedda: User) -> None:
    give_factor(hedda)
    browser = enter(hedda)
    assert browser.get(DESK).status_code == 200
    Authenticator.objects.all().delete()
    assert led_to(browser.get(DESK)) == reverse("accounts:second_factor")


def test_recovery_codes_that_are_left_alone_are_no_second_step(hedda: User) -> None:
    give_factor(hedda)
    browser = enter(hedda)
    Authenticator.objects.filter(type=Authenticator.Type.TOTP).delete()
    assert led_to(browser.get(DESK)) == reverse("accounts:second_factor")


def test_an_unverified_address_is_named_as_what_is_in_the_way(hedda: User) -> None:
    hedda.emailaddress_set.create(email="second@hub.example")  # type: ignore[attr-defined]  # allauth ships no types
    browser = enter(hedda, fresh=True)
    page = browser.get(reverse("mfa_activate_totp"), follow=True)
    assert "First verify or remove every address" in text_of(page)
    assert browser.get(reverse("account_email")).status_code == 200


def test_one_of_no_password_shows_a_code_by_mail_before_setting_it_up(hedda: User) -> None:
    hedda.set_unusable_password()
    hedda.save()
    browser = enter(hedda)
    assert led_to(browser.get(reverse("mfa_activate_totp"))) == reverse("accounts:again_by_mail")
    where = f"{reverse('accounts:again_by_mail')}?next={reverse('mfa_activate_totp')}"
    browser.post(where, {"action": "send"})
    assert led_to(browser.post(where, {"code": code_for(hedda.email)})) == reverse("mfa_activate_totp")
    assert browser.get(reverse("mfa_activate_totp")).status_code == 200


# The operator's command


def test_the_operator_resets_a_lost_one_and_the_person_is_told(hedda: User) -> None:
    give_factor(hedda)
    browser = enter(hedda)
    said = StringIO()
    call_command("reset_second_factor", "Hedda@Hub.example", stdout=said)
    assert not Authenticator.objects.exists()
    assert "The second step is taken out" in said.getvalue()
    mail = newest_mail(hedda.email)
    assert "was taken out" in mail.subject
    assert "write to" in mail.text
    page = browser.get(DESK, follow=True)
    assert "The operator took out your second step" in text_of(page)
    assert not signed_in(browser)


def test_the_command_says_what_it_cannot_do(hedda: User) -> None:
    with pytest.raises(CommandError, match="no account"):
        call_command("reset_second_factor", "nobody@hub.example")
    with pytest.raises(CommandError, match="no second step"):
        call_command("reset_second_factor", hedda.email)
    assert not Mail.objects.exists()
