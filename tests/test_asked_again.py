"""Before what cannot be undone, or takes many people's data out, somebody is asked again who they are."""

from __future__ import annotations

import time
from typing import Any
from urllib.parse import urlsplit

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from access_requests.models import AccessRequest, SealedText
from access_requests.workflow import Status
from aidahub.accounts.models import Invitation, ProviderLink, User
from datasets.models import Dataset
from tests.cast import PASSWORD, fresh, provider_of
from tests.support.accounts import code_for, text_of
from tests.support.locks import PASSWORD_PAGE, app_code, enter, give_factor, led_to, record, revoke_page

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("locked")]
REASON = "The data was published elsewhere, against the terms."


def test_revoking_waits_for_the_answer_and_then_is_done_with_what_was_written(
    granted: AccessRequest, hub: Client
) -> None:
    assert led_to(hub.get(revoke_page(granted))) == PASSWORD_PAGE
    answer = hub.post(revoke_page(granted), {"reason": REASON})
    assert led_to(answer) == PASSWORD_PAGE
    granted.refresh_from_db()
    assert granted.status == Status.GRANTED
    assert "Go on" in text_of(hub.get(answer["Location"]))
    hub.post(answer["Location"], {"password": "wrong"})
    granted.refresh_from_db()
    assert granted.status == Status.GRANTED
    hub.post(answer["Location"], {"password": PASSWORD})
    granted.refresh_from_db()
    assert granted.status == Status.REVOKED
    assert SealedText.objects.filter(text=REASON).exists()


def test_the_apps_code_does_as_well_as_the_password(granted: AccessRequest, hub: Client) -> None:
    where = hub.post(revoke_page(granted), {"reason": REASON})["Location"]
    hub.post(where.replace(PASSWORD_PAGE, reverse("mfa_reauthenticate")), {"code": app_code()})
    granted.refresh_from_db()
    assert granted.status == Status.REVOKED


def test_a_missing_reason_is_asked_for_after_the_answer(granted: AccessRequest, hub: Client) -> None:
    where = hub.post(revoke_page(granted), {"reason": ""})["Location"]
    page = hub.post(where, {"password": PASSWORD})
    assert page.status_code == 200
    assert 'name="reason"' in text_of(page)
    assert hub.post(revoke_page(granted), {"reason": REASON}).status_code == 302
    granted.refresh_from_db()
    assert granted.status == Status.REVOKED


def test_it_is_asked_once_in_a_quarter_of_an_hour(granted: AccessRequest, hub: Client) -> None:
    hub.post(hub.get(revoke_page(granted))["Location"], {"password": PASSWORD})
    with time_machine.travel(time.time() + 14 * 60, tick=True):
        assert hub.get(revoke_page(granted)).status_code == 200
    with time_machine.travel(time.time() + 16 * 60, tick=True):
        assert led_to(hub.get(revoke_page(granted))) == PASSWORD_PAGE


def test_other_buttons_are_not_asked_about(granted: AccessRequest, hub: Client) -> None:
    for slug in ("extend", "deliver", "leave"):
        assert hub.get(revoke_page(granted).replace("revoke", slug)).status_code in {200, 403}, slug


def test_who_has_no_password_enters_a_code_from_a_mail_and_gets_the_table(
    granted: AccessRequest, per: User, brgandi: Dataset
) -> None:
    per.set_unusable_password()
    per.save()
    browser = enter(per)
    record(browser, per, "sitting", email=provider_of(brgandi, 1).email)
    export = reverse("admin:access_requests_accessrequest_export")
    where = browser.get(export)["Location"]
    assert urlsplit(where).path == reverse("accounts:again_by_mail")
    assert per.email in text_of(browser.get(where))
    browser.post(where, {"action": "send", "next": export})
    assert "This code is wrong" in text_of(browser.post(where, {"code": "BBBB-BBBB", "next": export}))
    assert led_to(browser.get(export)) == reverse("accounts:again_by_mail")
    code = code_for(per.email)
    assert browser.post(where, {"code": code, "next": export})["Location"] == export
    assert browser.get(export)["Content-Type"].startswith("text/csv")
    revoke = browser.post(revoke_page(granted), {"reason": REASON})
    assert led_to(revoke) != reverse("accounts:again_by_mail")
    granted.refresh_from_db()
    assert granted.status == Status.REVOKED


def test_a_code_of_a_sitting_is_no_answer(per: User, brgandi: Dataset) -> None:
    per.set_unusable_password()
    per.save()
    browser = enter(per)
    way = browser.get("/accounts/confirm/").context["ways"][0]
    browser.post("/accounts/confirm/", {"way": way.key})
    browser.post(reverse("accounts:again_by_mail"), {"code": code_for(way.address)})
    record(browser, per, "sitting", email=provider_of(brgandi, 1).email)
    export = reverse("admin:access_requests_accessrequest_export")
    assert led_to(browser.get(export)) == reverse("accounts:again_by_mail")


def test_accounts_and_rights_change_only_after_the_answer(
    ada: User, per: User, brgandi: Dataset, sigrid: User, hub: Client
) -> None:
    give_factor(sigrid)
    operator = enter(sigrid)
    link = ProviderLink.objects.get(user=per)
    person = reverse("admin:accounts_user_change", args=[ada.pk])
    inlines = {f"{name}-{part}_FORMS": "0" for name in ("emailaddress_set", "socialaccount_set", "provider_links")
               for part in ("TOTAL", "INITIAL")}  # fmt: skip
    suspend = reverse("admin:access_requests_account_close", args=[ada.public_id, "suspend"])
    links = reverse("admin:accounts_providerlink_changelist")
    invitation = reverse("admin:accounts_invitation_add")
    asked = [
        (hub, suspend, {"reason": REASON}),
        (hub, links, {"action": "end", "_selected_action": [str(link.pk)]}),
        (hub, invitation, {"provider": str(provider_of(brgandi, 2).pk), "email": "new@provider.example"}),
        (operator, person, {"is_hub_staff": "on", **inlines}),
    ]

    def state() -> tuple[bool, bool, bool, bool]:
        link.refresh_from_db()
        user = fresh(ada)
        return user.is_active, user.is_hub_staff, link.ended_at is None, Invitation.objects.exists()

    assert hub.get(person).status_code == 200, "looking is free"
    for number, (browser, path, data) in enumerate(asked):
        before = state()
        with time_machine.travel(time.time() + number * 3600, tick=True):
            answer = browser.post(path, data)
            assert led_to(answer) == PASSWORD_PAGE, path
            assert state() == before
            browser.post(answer["Location"], {"password": PASSWORD})
        assert state() != before, path


def test_where_nothing_is_locked_nothing_is_asked(granted: AccessRequest, hedda: User, settings: Any) -> None:
    settings.SECOND_FACTOR = False
    browser = Client()
    browser.force_login(hedda)
    browser.post(revoke_page(granted), {"reason": REASON})
    granted.refresh_from_db()
    assert granted.status == Status.REVOKED
