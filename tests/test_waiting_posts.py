"""What was posted and waits until somebody has said again who they are: done then, for them, and not much later."""

from __future__ import annotations

import time
from urllib.parse import urlencode, urlsplit

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from access_requests.models import AccessRequest
from access_requests.workflow import Status
from aidahub.accounts.models import ProviderLink, User
from tests.cast import PASSWORD, fresh
from tests.support.accounts import sign_in
from tests.support.locks import PASSWORD_PAGE, enter, revoke_page

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("locked")]
REASON = "The data was published elsewhere, against the terms."
ERASE = "/accounts/erase/"


def status_of(request: AccessRequest) -> str:
    """Its status now."""
    return AccessRequest.objects.get(pk=request.pk).status


def asking(path: str) -> str:
    """The page that asks, as a link of anybody may have it."""
    return f"{PASSWORD_PAGE}?{urlencode({'next': path})}"


def test_whoever_came_back_only_to_look_does_not_do_what_they_had_left(granted: AccessRequest, hub: Client) -> None:
    hub.post(revoke_page(granted), {"reason": REASON})
    hub.get("/admin/")  # and they thought better of it
    where = hub.get(revoke_page(granted))["Location"]
    assert hub.post(where, {"password": PASSWORD})["Location"] == revoke_page(granted)
    assert status_of(granted) == Status.GRANTED
    assert hub.get(revoke_page(granted)).status_code == 200


def test_a_link_from_elsewhere_does_not_do_what_was_left_long_ago(ada: User) -> None:
    browser = enter(ada)
    browser.post(ERASE, {"email": ada.email})
    with time_machine.travel(time.time() + 16 * 60, tick=True):
        answer = browser.post(asking(ERASE), {"password": PASSWORD, "next": ERASE})
        assert answer["Location"] == ERASE
    assert fresh(ada).is_active


def test_what_was_posted_a_moment_ago_is_done(ada: User) -> None:
    browser = enter(ada)
    where = browser.post(ERASE, {"email": ada.email})["Location"]
    with time_machine.travel(time.time() + 14 * 60, tick=True):
        browser.get(where)
        browser.post(where, {"password": PASSWORD, "next": ERASE})
    assert not fresh(ada).is_active


def test_posted_once_more_it_waits_anew(ada: User) -> None:
    browser = enter(ada)
    browser.post(ERASE, {"email": ada.email})
    with time_machine.travel(time.time() + 10 * 60, tick=True):
        where = browser.post(ERASE, {"email": ada.email})["Location"]
    with time_machine.travel(time.time() + 20 * 60, tick=True):
        browser.post(where, {"password": PASSWORD, "next": ERASE})
    assert not fresh(ada).is_active


def test_it_is_not_done_for_the_next_person_in_the_same_browser(ada: User, otto: User) -> None:
    browser = enter(ada)
    browser.post(ERASE, {"email": ada.email})
    browser.post(reverse("account_logout"))
    sign_in(browser, otto.email)
    browser.post(asking(ERASE), {"password": PASSWORD, "next": ERASE})
    assert fresh(ada).is_active
    assert fresh(otto).is_active


def test_a_filter_in_the_address_loses_nothing_of_it(per: User, hub: Client) -> None:
    link = ProviderLink.objects.get(user=per)
    path = reverse("admin:accounts_providerlink_changelist")
    answer = hub.post(f"{path}?via__exact={link.via}", {"action": "end", "_selected_action": [str(link.pk)]})
    assert urlsplit(answer["Location"]).path == PASSWORD_PAGE
    link.refresh_from_db()
    assert link.ended_at is None
    hub.post(answer["Location"], {"password": PASSWORD})
    link.refresh_from_db()
    assert link.ended_at is not None


def test_who_has_a_password_is_not_asked_by_mail_instead(granted: AccessRequest, hub: Client, hedda: User) -> None:
    """A mailbox opens less than the app and the password of hub staff do."""
    by_mail = reverse("accounts:again_by_mail")
    answer = hub.get(f"{by_mail}?{urlencode({'next': revoke_page(granted)})}")
    assert urlsplit(answer["Location"]).path == PASSWORD_PAGE
    assert urlsplit(hub.post(by_mail, {"action": "send"})["Location"]).path == PASSWORD_PAGE
