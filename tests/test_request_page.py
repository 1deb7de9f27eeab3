"""One request's own page: who sees it, what it shows, what can be done there."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.http import Http404, HttpResponse
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext

from access_requests import actions
from access_requests.models import AccessRequest
from access_requests.rules import may
from access_requests.views.shared import SignedIn, for_people
from access_requests.waiting import standing
from access_requests.workflow import FINISHED, Answer, Status, Verb
from aidahub.accounts.models import User
from datasets.models import Dataset
from tests.cast import (
    REACHED,
    RequestAt,
    change_license,
    draft_of,
    fill,
    fresh,
    license_of,
    sent,
    set_policy,
)
from tests.support.asking import read

pytestmark = pytest.mark.django_db


# Who sees it


def test_applicant_named_people_providers_and_the_hub_see_it(
    client: Client, request_at: RequestAt, ada: User, rut: User, per: User, petra: User, hedda: User
) -> None:
    request = request_at(Status.IN_REVIEW)
    for person in (ada, rut, per, petra, hedda):
        assert request.reference in read(client, person, request)


def test_nobody_else_does(client: Client, request_at: RequestAt, alva: User, otto: User, opal: User) -> None:
    request = request_at(Status.IN_REVIEW)
    for person in (alva, otto, opal):
        client.force_login(person)
        for path in ("", "withdraw/", "accept/", "discard/"):
            url = f"{request.get_absolute_url()}{path}"
            assert client.get(url).status_code == 404
            assert path == "" or client.post(url).status_code == 404


def test_a_draft_is_seen_by_its_applicant_only(
    client: Client, request_at: RequestAt, ada: User, rut: User, per: User, hedda: User
) -> None:
    request = request_at(Status.DRAFT)
    assert "Nobody but you sees it" in read(client, ada, request)
    for person in (rut, per, hedda):
        client.force_login(person)
        assert client.get(request.get_absolute_url()).status_code == 404


def test_anonymous_people_sign_in_first_whether_it_exists_or_not(client: Client, request_at: RequestAt) -> None:
    real = request_at(Status.IN_REVIEW).get_absolute_url()
    for url in (real, "/requests/AIDA-2026-99999/", "/requests/", f"{real}withdraw/", "/requests/x/withdraw/"):
        response = client.get(url)
        assert response.status_code == 302
        assert response["Location"] == f"/accounts/login/?next={url}"


def test_the_page_is_for_reading(client: Client, request_at: RequestAt, ada: User) -> None:
    request = request_at(Status.IN_REVIEW)
    client.force_login(ada)
    assert client.post(request.get_absolute_url()).status_code == 405
    assert client.get(request.get_absolute_url())["Cache-Control"].count("no-store") == 1


# People and access


def test_the_people_are_listed_with_their_parts(client: Client, request_at: RequestAt, ada: User) -> None:
    html = read(client, ada, request_at(Status.IN_REVIEW))
    for words in ("Ada Berg", "applicant", "Rut Ek", "recipient scientist", "Sune Holm", "signatory"):
        assert words in html


def test_who_has_access_reads_from_when_to_when(client: Client, ada: User, brgandi: Dataset, per: User) -> None:
    set_policy(license_of(brgandi), days=30, needed="applicant")
    request = actions.decide(request=sent(ada, brgandi), by=per, answer=Answer.APPROVE)
    html = read(client, ada, request)
    grant = request.grants.get()
    assert grant.ends is not None
    assert f"{grant.ends.day} {grant.ends:%B %Y}, that day included" in html
    assert "How to get the data" in html


# What can be done


def test_withdrawing_asks_once_more(client: Client, request_at: RequestAt, ada: User) -> None:
    request = request_at(Status.IN_REVIEW)
    client.force_login(ada)
    assert "Withdraw this request?" in client.get(f"{request.get_absolute_url()}withdraw/").content.decode()
    request.refresh_from_db()
    assert request.status == Status.IN_REVIEW, "looking changes nothing"
    response = client.post(f"{request.get_absolute_url()}withdraw/", follow=True)
    request.refresh_from_db()
    assert request.status == Status.WITHDRAWN
    assert "You have withdrawn the request" in response.content.decode()


def test_withdrawing_twice_is_refused_with_a_sentence(client: Client, request_at: RequestAt, ada: User) -> None:
    request = request_at(Status.WITHDRAWN)
    client.force_login(ada)
    for response in (
        client.get(f"{request.get_absolute_url()}withdraw/"),
        client.post(f"{request.get_absolute_url()}withdraw/"),
    ):
        assert response.status_code == 403
        assert "not possible now" in response.content.decode()


def test_only_the_applicant_withdraws(client: Client, request_at: RequestAt, rut: User, per: User, hedda: User) -> None:
    request = request_at(Status.IN_REVIEW)
    for person in (rut, per, hedda):
        client.force_login(person)
        assert client.post(f"{request.get_absolute_url()}withdraw/").status_code == 403
    request.refresh_from_db()
    assert request.status == Status.IN_REVIEW


def test_a_draft_can_be_thrown_away_after_asking(client: Client, request_at: RequestAt, ada: User) -> None:
    request = request_at(Status.DRAFT)
    client.force_login(ada)
    assert "Throw this draft away?" in client.get(f"{request.get_absolute_url()}discard/").content.decode()
    assert AccessRequest.objects.filter(pk=request.pk).exists()
    response = client.post(f"{request.get_absolute_url()}discard/")
    assert response["Location"] == "/requests/"
    assert not AccessRequest.objects.filter(pk=request.pk).exists()
    assert client.post(f"{request.get_absolute_url()}discard/").status_code == 404


def test_a_sent_request_cannot_be_thrown_away(client: Client, request_at: RequestAt, ada: User) -> None:
    request = request_at(Status.IN_REVIEW)
    client.force_login(ada)
    assert client.post(f"{request.get_absolute_url()}discard/").status_code == 403
    assert AccessRequest.objects.filter(pk=request.pk).exists()


def test_accepting_a_changed_licence_opens_access(
    client: Client, request_at: RequestAt, ada: User, brgandi: Dataset
) -> None:
    request = request_at(Status.APPROVED)
    url = f"{request.get_absolute_url()}accept/"
    client.force_login(ada)
    text = license_of(brgandi).text_in_force
    assert text is not None
    assert text.html in client.get(url).content.decode()
    for wrong in ({}, {"text": text.sha256}, {"accept_license": "on"}, {"accept_license": "on", "text": "0" * 64}):
        assert client.post(url, wrong)["Location"] == url
        request.refresh_from_db()
        assert request.status == Status.APPROVED
    assert (
        "You now have access"
        in client.post(url, {"text": text.sha256, "accept_license": "on"}, follow=True).content.decode()
    )
    request.refresh_from_db()
    assert request.status == Status.GRANTED


def test_an_old_text_is_not_accepted_any_more(
    client: Client, request_at: RequestAt, ada: User, brgandi: Dataset
) -> None:
    request = request_at(Status.APPROVED)
    shown = license_of(brgandi).text_in_force
    assert shown is not None
    change_license(brgandi)
    client.force_login(ada)
    response = client.post(f"{request.get_absolute_url()}accept/", {"text": shown.sha256, "accept_license": "on"})
    assert response.status_code == 403
    assert "The licence has changed" in response.content.decode()


def test_a_draft_s_licence_is_accepted_in_the_form(client: Client, request_at: RequestAt, ada: User) -> None:
    request = request_at(Status.DRAFT)
    client.force_login(ada)
    assert client.get(f"{request.get_absolute_url()}accept/")["Location"].endswith("/edit/terms/")


@pytest.mark.parametrize("status", REACHED)
def test_links_are_there_exactly_when_the_rules_allow_it(
    client: Client, request_at: RequestAt, ada: User, rut: User, status: Status
) -> None:
    request = request_at(status)
    people = (ada,) if status == Status.DRAFT else (ada, rut)
    for person in people:
        html = read(client, person, request)
        for verb in (Verb.WITHDRAW, Verb.DISCARD):
            assert (f"/{verb.value}/" in html) == may(fresh(person), verb, request).ok
        assert ("/edit/" in html) == may(fresh(person), Verb.SAVE, request).ok


# How many questions the database is asked


@pytest.mark.parametrize("status", REACHED)
@pytest.mark.parametrize("who", ["ada", "rut", "per", "hedda"])
def test_the_page_asks_the_database_at_most_twelve_times(
    client: Client, request_at: RequestAt, request: pytest.FixtureRequest, status: Status, who: str
) -> None:
    person: User = request.getfixturevalue(who)
    row = request_at(status)
    if status == Status.RETURNED:
        fill(row, planned_use="Again.")
        actions.submit(request=row, by=row.applicant)
        actions.send_back(request=row, by=request.getfixturevalue("per"), reason="Once more.")
    if status == Status.DRAFT and who != "ada":
        return
    client.force_login(person)
    client.get(row.get_absolute_url())
    with CaptureQueriesContext(
        connection,
    ) as queries:
        assert client.get(row.get_absolute_url()).status_code == 200
    assert len(queries) <= 12, "\n".join(query["sql"][:160] for query in queries)


def test_finished_requests_wait_for_nobody(request_at: RequestAt, ada: User) -> None:
    request = request_at(Status.WITHDRAWN)
    request.status_since -= timedelta(days=100)
    assert request.status in FINISHED
    assert standing(request, ada).days == 0
    assert not standing(request, ada).late


def test_draft_thrown_away_at_the_same_moment_is_not_found(brgandi: Dataset, ada: User, rf: RequestFactory) -> None:
    """Two windows: the one that comes second finds no draft any more, after the view has read it."""
    draft = draft_of(ada, brgandi)

    @for_people
    def save(request: SignedIn) -> HttpResponse:
        actions.discard(request=draft, by=request.user)
        actions.save_answers(request=draft, by=request.user, answers={})
        return HttpResponse()

    request = rf.get("/")
    request.user = ada
    with pytest.raises(Http404):
        save(request)
