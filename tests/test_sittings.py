"""Whoever acts for a provider confirms each sitting: by a code to its address, by a service, by its invitation."""

from __future__ import annotations

import re
import time
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import time_machine
from allauth.account.models import EmailAddress
from django.conf import settings as site
from django.test import Client
from django.urls import reverse

from access_requests.models import AccessRequest
from access_requests.workflow import Status
from aidahub.accounts import sittings
from aidahub.accounts.invitations import invite
from aidahub.accounts.models import ProviderLink, User
from aidahub.outbox.models import Mail
from datasets.models import Dataset, Provider
from tests.cast import RequestAt, act_for, fresh, make_dataset, provider_of
from tests.support.accounts import (
    ORCID_ID,
    add_address,
    code_for,
    connect_orcid,
    newest_mail,
    path_of,
    post_code,
    sign_in,
    text_of,
)  # fmt: skip
from tests.support.locks import enter, led_to, record

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("locked")]
DESK = "/admin/"
PAGE = "/accounts/confirm/"
MY_DATA = "/accounts/my-data/"


@pytest.fixture
def asked(request_at: RequestAt) -> AccessRequest:
    """Ada's request for BRGANDI, in review."""
    return request_at(Status.IN_REVIEW)


def decision_page(request: AccessRequest) -> str:
    """Where a request is decided."""
    return f"/admin/access_requests/accessrequest/{request.reference}/change/"


def ask_for_code(client: Client, address: str, next_path: str = DESK) -> str:
    """Press the button of this address; the code that was mailed."""
    before = Mail.objects.filter(recipient=address).count()
    way = next(way for way in client.get(PAGE).context["ways"] if way.address == address)
    client.post(f"{PAGE}?next={next_path}", {"way": way.key, "next": next_path})
    assert Mail.objects.filter(recipient=address).count() == before + 1
    return code_for(address)


def confirm(client: Client, address: str, next_path: str = DESK) -> Any:
    """Confirm by a code to this address."""
    return client.post(PAGE, {"code": ask_for_code(client, address, next_path), "next": next_path})


def test_the_desk_asks_first_then_a_code_to_the_registers_address_opens_it(
    asked: AccessRequest, per: User, client: Client, brgandi: Dataset
) -> None:
    register = provider_of(brgandi, 1).email
    client.force_login(per)
    page = decision_page(asked)
    answer = client.get(page)
    assert led_to(answer) == PAGE
    assert parse_qs(urlsplit(answer["Location"]).query)["next"] == [page]
    shown = text_of(client.get(PAGE))
    assert sittings.masked(register) in shown
    assert register not in shown
    assert asked.reference not in shown
    assert confirm(client, register, page)["Location"] == page
    mail = newest_mail(register)
    assert mail.secret
    assert per.email in mail.text
    assert provider_of(brgandi, 1).name in mail.subject
    assert client.get(page).status_code == 200
    assert asked.reference in text_of(client.get(DESK))
    assert led_to(client.get(PAGE)) == "/", "it is asked once"
    again = Client()
    again.force_login(per)
    assert led_to(again.get(DESK)) == PAGE, "each sitting"


def test_nothing_of_the_provider_is_shown_or_done_before(asked: AccessRequest, per: User, client: Client) -> None:
    client.force_login(per)
    for path in (f"/requests/{asked.reference}/", f"/requests/{asked.reference}/copy.pdf", DESK,
                 "/admin/access_requests/accessrequest/", "/admin/access_requests/accessrequest/export/"):  # fmt: skip
        assert led_to(client.get(path)) == PAGE, path
    assert asked.reference not in text_of(client.get("/requests/"))
    reason = "We need to know which of the images you are going to use."
    step = f"/admin/access_requests/accessrequest/{asked.reference}/reject/"
    answer = client.post(step, {"reason": reason})
    assert answer.status_code == 403
    assert reason in text_of(answer), "what was written is shown, to be copied"
    asked.refresh_from_db()
    assert asked.status == Status.IN_REVIEW
    assert not asked.rounds.get().decisions.exists()


def test_own_data_hold_mails_about_requests_so_they_wait_for_every_provider(
    asked: AccessRequest, per: User, brgandi: Dataset, other: Dataset
) -> None:
    register = provider_of(brgandi, 1).email
    add_address(per, register)
    act_for(per, provider_of(other, 1))
    assert asked.reference in newest_mail(register).subject, "what a thief of the password is after"
    thief = enter(per, fresh=True)
    assert led_to(thief.get(MY_DATA)) == PAGE
    assert thief.post(MY_DATA).status_code == 403
    record(thief, per, sittings.CONFIRMED, email=register)
    assert led_to(thief.get(MY_DATA)) == PAGE, "one of two"
    record(thief, per, sittings.CONFIRMED, email=provider_of(other, 1).email)
    assert thief.post(MY_DATA)["Content-Type"] == "application/zip"


def test_own_pages_and_own_requests_are_not_asked_about(per: User, client: Client) -> None:
    client.force_login(per)
    for path in ("/", "/datasets/", "/requests/", "/accounts/profile/"):
        assert client.get(path).status_code == 200
    assert 'href="/admin/"' in text_of(client.get("/requests/")), "the way to the desk is offered"


def test_hub_staff_and_others_are_not_asked(hedda: User, brgandi: Dataset, ada: User, settings: Any) -> None:
    act_for(hedda, provider_of(brgandi, 1))
    assert fresh(hedda).closed_ids == frozenset()
    browser = Client()
    browser.force_login(ada)
    assert led_to(browser.get(PAGE)) == "/"
    assert browser.get(DESK).status_code == 404


# Proofs


def test_signing_in_by_a_code_to_the_registers_address_is_proof(asked: AccessRequest, brgandi: Dataset) -> None:
    provider = provider_of(brgandi, 1)
    user = User.objects.create_user(provider.email)
    EmailAddress.objects.create(user=user, email=provider.email, verified=True, primary=True)
    browser = Client()
    browser.post(reverse("account_request_login_code"), {"email": provider.email})
    post_code(browser, "account_confirm_login_code", code_for(provider.email))
    assert browser.get(decision_page(asked)).status_code == 200


def test_signing_in_by_a_password_or_by_a_code_to_another_address_is_none(per: User, brgandi: Dataset) -> None:
    add_address(per, provider_of(brgandi, 1).email)
    add_address(per, "second@provider.example")
    browser = Client()
    sign_in(browser, per.email)
    assert led_to(browser.get(DESK)) == PAGE
    browser = Client()
    browser.post(reverse("account_request_login_code"), {"email": "second@provider.example"})
    post_code(browser, "account_confirm_login_code", code_for("second@provider.example"))
    assert led_to(browser.get(DESK)) == PAGE


def test_proving_the_registers_address_by_a_new_account_is_proof(brgandi: Dataset, client: Client) -> None:
    address = provider_of(brgandi, 1).email
    client.post(reverse("account_signup"), {"email": address, "password1": ""})
    client.post(reverse("account_email_verification_sent"), {"code": code_for(address)})
    assert client.get(DESK).status_code == 200


def test_the_invitation_is_proof_in_the_session_that_opened_it(brgandi: Dataset, otto: User, client: Client) -> None:
    client.force_login(otto)
    path = path_of(invite(provider_of(brgandi, 1)))
    assert client.post(path)["Location"] == DESK
    assert client.get(DESK).status_code == 200
    later = Client()
    later.force_login(otto)
    later.get(path)
    assert led_to(later.get(DESK)) == PAGE, "one that was used up proves nothing any more"
    later.get(path_of(invite(provider_of(brgandi, 1))))
    assert later.get(DESK).status_code == 200


def test_where_hub_staff_invited_another_address_that_one_serves_too(per: User, brgandi: Dataset) -> None:
    provider = provider_of(brgandi, 1)
    Provider.objects.filter(pk=provider.pk).update(email="")
    browser = Client()
    browser.force_login(per)
    assert [way.address for way in browser.get(PAGE).context["ways"]] == [per.email]
    confirm(browser, per.email)
    assert browser.get(DESK).status_code == 200


def test_who_acts_by_an_orcid_gets_codes_at_the_registers_address_only(
    otto: User, brgandi: Dataset, client: Client
) -> None:
    provider = provider_of(brgandi, 1)
    Provider.objects.filter(pk=provider.pk).update(identifier=f"https://orcid.org/{ORCID_ID}")
    connect_orcid(otto)
    client.force_login(otto)
    assert led_to(client.get(DESK)) == PAGE
    assert [way.address for way in client.get(PAGE).context["ways"]] == [provider.email]


def test_a_service_proves_the_person(per: User) -> None:
    connect_orcid(per)
    browser = Client()
    browser.force_login(per)
    record(browser, per, "socialaccount", provider="orcid", uid="0000-0002-1825-0097")
    assert browser.get(DESK).status_code == 200


def test_nobody_connects_a_service_of_theirs_to_get_around_it(per: User, client: Client) -> None:
    client.force_login(per)
    record(client, per, "password", reauthenticated=True)
    assert led_to(client.get(reverse("socialaccount_connections"))) == PAGE
    address = reverse("openid_connect_login", args=["orcid"])
    assert client.post(f"{address}?process=connect").status_code == 403
    assert client.post(address, {"process": "connect"}).status_code == 403
    assert led_to(client.get(f"{address}?process=connect")) == PAGE


def test_a_proof_of_somebody_else_counts_for_nothing(per: User, ada: User, client: Client, brgandi: Dataset) -> None:
    client.force_login(per)
    record(client, ada, "sitting", email=provider_of(brgandi, 1).email)
    assert led_to(client.get(DESK)) == PAGE


# Two providers


@pytest.fixture
def both(per: User, other: Dataset) -> User:
    """Per, who also acts for the provider of another dataset, by the address of the register."""
    provider = provider_of(other, 1)
    add_address(per, provider.email)
    ProviderLink.objects.create(user=per, provider=provider, via=ProviderLink.Via.EMAIL, evidence=provider.email)
    return fresh(per)


def test_a_proof_for_one_never_opens_the_other(
    asked: AccessRequest, both: User, other: Dataset, brgandi: Dataset, client: Client
) -> None:
    client.force_login(both)
    other_address = provider_of(other, 1).email
    confirm(client, other_address)
    desk = text_of(client.get(DESK))
    assert asked.reference not in desk
    assert "one more provider" in desk
    page = decision_page(asked)
    assert led_to(client.get(page)) == PAGE
    approve = f"/admin/access_requests/accessrequest/{asked.reference}/approve/"
    assert client.post(approve, {"reason": ""}).status_code == 403
    asked.refresh_from_db()
    assert asked.status == Status.IN_REVIEW
    assert [way.address for way in client.get(PAGE).context["ways"]] == sorted(
        [provider_of(brgandi, 1).email, both.email]
    )
    confirm(client, provider_of(brgandi, 1).email)
    assert client.get(page).status_code == 200
    assert "one more provider" not in text_of(client.get(DESK))


def test_an_import_that_changes_the_address_asks_anew(per: User, brgandi: Dataset, client: Client) -> None:
    client.force_login(per)
    provider = provider_of(brgandi, 1)
    confirm(client, provider.email)
    assert client.get(DESK).status_code == 200
    Provider.objects.filter(pk=provider.pk).update(email="new@liu.example")
    assert led_to(client.get(DESK)) == PAGE


# The code


def wrong(client: Client, code: str) -> str:
    """The page's sentence about a code that opened nothing."""
    page = text_of(client.post(PAGE, {"code": code, "next": DESK}))
    assert led_to(client.get(DESK)) == PAGE
    found = re.search(r"<strong>(This code [^<]*)</strong>", page)
    assert found, page
    return found[1]


def test_a_code_is_hashed_in_the_session_and_works_once_here_for_half_an_hour(
    per: User, brgandi: Dataset, client: Client
) -> None:
    register = provider_of(brgandi, 1).email
    client.force_login(per)
    code = ask_for_code(client, register)
    assert re.fullmatch(r"[B-Z]{4}-[B-Z]{4}", code)
    assert code not in str(dict(client.session))
    assert code.replace("-", "") not in str(dict(client.session))
    elsewhere = Client()
    elsewhere.force_login(per)
    said = {text_of(elsewhere.post(PAGE, {"code": code})).count("This code is wrong")}
    with time_machine.travel(time.time() + site.CODE_MINUTES * 60 + 5, tick=True):
        said |= {text_of(client.post(PAGE, {"code": code})).count("This code is wrong")}
    assert led_to(client.get(DESK)) == PAGE
    assert client.post(PAGE, {"code": f" {code.lower().replace('-', ' ')} ", "next": DESK})["Location"] == DESK
    newest = Client()
    newest.force_login(per)
    newest.post(PAGE, {"code": code})
    assert led_to(newest.get(DESK)) == PAGE


def test_five_tries_and_no_more_also_from_a_new_session_and_the_answer_is_always_the_same(
    per: User, brgandi: Dataset, client: Client
) -> None:
    register = provider_of(brgandi, 1).email
    client.force_login(per)
    code = ask_for_code(client, register)
    said = {wrong(client, "BBBB-BBBB") for _try in range(5)}
    said.add(wrong(client, code))
    other = Client()
    other.force_login(per)
    said.add(wrong(other, ask_for_code(other, register)))
    assert said == {"This code is wrong, too old, or was tried too often. Use the newest one, or ask for a new one."}
    with time_machine.travel(time.time() + 31 * 60, tick=True):
        confirm(client, register)
        assert client.get(DESK).status_code == 200


def test_nobody_floods_the_registers_address_and_is_told_the_same(per: User, brgandi: Dataset, client: Client) -> None:
    register = provider_of(brgandi, 1).email
    client.force_login(per)
    key = client.get(PAGE).context["ways"][0].key
    said = set()
    for minute in range(15):
        with time_machine.travel(time.time() + minute * 60, tick=True):
            page = client.post(PAGE, {"way": key}, follow=True)
            said |= set(re.findall(r"A code is on its way[^<]*", text_of(page)))
    assert len(said) == 1
    assert Mail.objects.filter(kind="account").count() == 10
    assert Mail.objects.filter(recipient=register).count() in {0, 10}


def test_the_newest_code_only(per: User, brgandi: Dataset, client: Client) -> None:
    register = provider_of(brgandi, 1).email
    client.force_login(per)
    first = ask_for_code(client, register)
    second = ask_for_code(client, register)
    wrong(client, first)
    assert client.post(PAGE, {"code": second, "next": DESK})["Location"] == DESK


def test_an_address_that_is_not_offered_gets_no_code(per: User, client: Client) -> None:
    client.force_login(per)
    for way in ("", "x", "0" * 16, "per@provider.example"):
        client.post(PAGE, {"way": way})
    assert not Mail.objects.exists()


@pytest.mark.parametrize("next_path", ["https://evil.example/", "//evil.example/", "/\\evil.example"])
def test_next_never_leads_to_another_site(per: User, brgandi: Dataset, client: Client, next_path: str) -> None:
    client.force_login(per)
    code = ask_for_code(client, provider_of(brgandi, 1).email)
    assert "evil" not in client.post(PAGE, {"code": code, "next": next_path})["Location"]


def test_who_acts_outside_a_web_request_needs_no_sitting(per: User) -> None:
    assert fresh(per).provider_ids


def test_an_address_is_masked() -> None:
    assert sittings.masked("paula.prov@region.example") == "p•••@region.example"


def test_two_providers_who_were_invited_at_one_address_take_one_code(
    per: User, brgandi: Dataset, client: Client
) -> None:
    second = provider_of(make_dataset("10.23698/aida/second"), 1)
    Provider.objects.filter(pk__in=[second.pk, provider_of(brgandi, 1).pk]).update(email="")
    act_for(per, second)
    client.force_login(per)
    confirm(client, per.email)
    assert led_to(client.get(PAGE)) == "/"
