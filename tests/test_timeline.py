"""What happened, told to each reader as they may know it."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.utils import translation

from access_requests import actions
from access_requests.models import AccessRequest
from access_requests.telling import Entry
from access_requests.timeline import SILENT, TALES, timeline
from access_requests.workflow import Answer, Status, Verb
from aidahub.accounts.models import User
from aidahub.outbox.models import Mail
from datasets.models import Dataset
from tests.cast import (
    AIDA_PRESET,
    REACHED,
    RequestAt,
    confirm,
    draft_of,
    fill,
    fresh,
    license_of,
    provider_of,
    sent,
    set_policy,
)
from tests.support.asking import read, told

pytestmark = pytest.mark.django_db


# The timeline


def test_every_verb_has_a_sentence_or_is_silent() -> None:
    assert set(TALES) | SILENT == set(Verb)
    assert not set(TALES) & SILENT


def test_the_applicant_reads_of_providers_and_the_hub_never_of_people(
    request_at: RequestAt, ada: User, rut: User
) -> None:
    granted = request_at(Status.GRANTED)
    assert told(granted, ada).splitlines()[:2] == [
        "You sent the request.",
        "The dataset's providers approved the request.",
    ]
    confirmed = "Rut Ek confirmed their part (recipient scientist) and accepted the licence."
    assert told(granted, ada).splitlines()[2] == confirmed
    assert told(granted, ada).splitlines()[3].startswith("Access opened from ")
    assert told(granted, rut).startswith("Ada Berg sent the request.")
    assert "Per" not in told(granted, rut)


def test_providers_and_the_hub_read_who_did_what(
    request_at: RequestAt, per: User, petra: User, hedda: User, brgandi: Dataset
) -> None:
    granted = request_at(Status.GRANTED)
    name = provider_of(brgandi, 1).name
    assert f"You approved as {name}." in told(granted, per)
    assert f"Per Provider approved as {name}." in told(granted, petra)
    assert f"Per Provider approved as {name}." in told(granted, hedda)


def test_a_rejection_says_why(request_at: RequestAt, ada: User) -> None:
    assert "The dataset's providers rejected the request. Too vague." in told(request_at(Status.REJECTED), ada)


def test_votes_and_their_reasons_stay_inside_until_the_hub_confirms(
    client: Client, ada: User, rut: User, brgandi: Dataset, per: User, petra: User, hedda: User
) -> None:
    set_policy(license_of(brgandi), **AIDA_PRESET)
    request = actions.forward(request=confirm(sent(ada, brgandi), rut), by=hedda)
    request = actions.decide(request=request, by=per, answer=Answer.REJECT, reason="A secret doubt.")
    for person in (ada, rut):
        html = read(client, person, request)
        assert "A secret doubt" not in html
        assert "reject" not in html.casefold()
    assert "A secret doubt" in read(client, hedda, request)
    request = actions.decide(request=request, by=petra, answer=Answer.APPROVE)
    for person in (ada, rut):
        html = read(client, person, request)
        assert "The dataset&#x27;s providers have answered; AIDA Data Hub confirms the answer." in html
        assert "A secret doubt" not in html
    request = actions.confirm(request=request, by=hedda, answer=Answer.REJECT, reason="The hub's own words.")
    html = read(client, ada, request)
    assert "AIDA Data Hub rejected the request." in html
    assert "The hub&#x27;s own words." in html
    assert "A secret doubt" not in html
    for name in ("Hedda", "Per Provider", "Petra", provider_of(brgandi, 1).name):
        assert name not in html


def test_without_confirmation_all_rejecting_reasons_are_told(
    ada: User, brgandi: Dataset, per: User, petra: User
) -> None:
    set_policy(license_of(brgandi), quorum="all")
    request = actions.decide(request=sent(ada, brgandi), by=per, answer=Answer.REJECT, reason="First thought.")
    assert "First thought" not in told(request, ada)
    actions.decide(request=request, by=per, answer=Answer.REJECT, reason="Too vague.")
    request = actions.decide(request=request, by=petra, answer=Answer.APPROVE)
    assert request.status == Status.REJECTED
    assert "The dataset's providers rejected the request. Too vague." in told(request, ada)
    assert "First thought" not in told(request, ada), "who changes their mind has said the last word only"


def test_an_answer_by_mail_is_told_as_such_inside(
    ada: User, brgandi: Dataset, per: User, petra: User, hedda: User
) -> None:
    provider = provider_of(brgandi, 1)
    request = actions.decide(
        request=sent(ada, brgandi), by=hedda, answer=Answer.APPROVE, provider=provider, evidence="From: Per\n\nYes."
    )
    assert f"Hedda Hub recorded an answer that came by mail: {provider.name} approves." in told(request, petra)
    assert "The dataset's providers approved the request." in told(request, ada)
    assert "mail" not in told(request, ada)


def test_the_hub_s_decision_is_signed_by_the_hub(ada: User, brgandi: Dataset, hedda: User) -> None:
    request = sent(ada, brgandi, "AIDA BY license")
    actions.decide(request=request, by=hedda, answer=Answer.APPROVE)
    assert "AIDA Data Hub approved the request." in told(request, ada)
    assert "You approved." in told(request, hedda)


@pytest.mark.parametrize(
    ("status", "sentence"),
    [
        (Status.RETURNED, "The request was sent back: something must be changed or explained. Which scanner"),
        (Status.WITHDRAWN, "You withdrew the request."),
        (Status.CLOSED, "AIDA Data Hub closed the request. Nobody answered."),
        (Status.DECIDED, "AIDA Data Hub passed the request on to the dataset's providers."),
    ],
)
def test_other_things_that_happen(request_at: RequestAt, ada: User, status: Status, sentence: str) -> None:
    assert sentence in told(request_at(status), ada)


@pytest.mark.parametrize("decided_by", ["deciders", "hub"])
def test_a_forward_by_itself_is_nobodys_doing(
    request_at: RequestAt, brgandi: Dataset, ada: User, per: User, rut: User, hedda: User, decided_by: str
) -> None:
    set_policy(license_of(brgandi), needed_before="review", decided_by=decided_by)
    request = confirm(request_at(Status.IN_REVIEW), rut)
    assert request.status == Status.IN_REVIEW
    what = "the deciders were asked." if decided_by == "deciders" else "AIDA Data Hub decides."
    for reader in (ada, per, hedda):
        line = timeline(AccessRequest.objects.get(pk=request.pk), fresh(reader))[0]
        assert (line.who, line.sentence) == ("", f"Everybody has confirmed; {what}")


def test_hub_staff_who_are_named_read_it_like_everybody_named(ada: User, brgandi: Dataset, hedda: User) -> None:
    request = fill(draft_of(ada, brgandi), recipient_email=hedda.email, recipient_name="Hedda Hub")
    request = actions.submit(request=request, by=ada)
    provider = provider_of(brgandi, 1)
    actions.send_back(request=request, by=_acting(provider), reason="Why?")
    assert "The request was sent back" in told(request, hedda)
    assert "Percy" not in told(request, hedda)


def _acting(provider: Any) -> User:
    from tests.cast import act_for, make_user

    return act_for(make_user("percy@provider.example", "Percy"), provider)


@pytest.mark.parametrize("status", REACHED)
def test_no_sentence_has_a_hole_in_either_language(
    request_at: RequestAt, ada: User, per: User, hedda: User, status: Status
) -> None:
    request = request_at(status)
    for language in ("en", "sv"):
        with translation.override(language):
            for person in (ada, per, hedda):
                entries: list[Entry] = timeline(request, fresh(person))
                assert all(entry.sentence.endswith(".") and "%" not in entry.sentence for entry in entries)
                assert all(entry.icon for entry in entries)


def test_names_with_percent_signs_are_only_names(request_at: RequestAt, ada: User, per: User, rut: User) -> None:
    User.objects.filter(pk=ada.pk).update(name="100 %(who)s %s Ada")
    assert "100 %(who)s %s Ada sent the request." in told(request_at(Status.IN_REVIEW), per)


def test_voter_keeps_their_name_when_the_page_names_others(
    request_at: RequestAt, petra: User, hedda: User, brgandi: Dataset
) -> None:
    """The record names a voter by their place in the round, which no edit of the dataset's page moves."""
    row = request_at(Status.IN_REVIEW)
    actions.decide(request=row, by=petra, answer=Answer.APPROVE)
    brgandi.dataset_providers.filter(provider=provider_of(brgandi, 1)).update(order=9, retired_at=row.submitted_at)
    row.refresh_from_db()
    sentences = [entry.sentence for entry in timeline(row, fresh(hedda))]
    assert "Petra Provider approved as Anders Eklund." in sentences


def test_reason_of_an_approval_is_told(request_at: RequestAt, per: User, ada: User, rut: User) -> None:
    """Who approves is told that the applicant reads the reason: on the page and in the mail of the grant."""
    row = confirm(request_at(Status.IN_REVIEW), rut)
    row = actions.decide(request=row, by=per, answer=Answer.APPROVE, reason="Please send us your paper.")
    assert "Please send us your paper." in [entry.detail for entry in timeline(row, fresh(ada))]
    assert "Please send us your paper." in Mail.objects.get(kind="granted", recipient=ada.email).text


def test_votes_that_the_hub_confirms_keep_their_reasons_when_access_opens(
    request_at: RequestAt, hedda: User, ada: User, rut: User
) -> None:
    row = confirm(request_at(Status.IN_REVIEW), rut)
    set_policy(row.license, quorum="any", confirm=True)
    per = row.rounds.get().deciders.order_by("pk").first()
    assert per is not None
    row = actions.decide(request=row, by=hedda, provider=per.provider, answer=Answer.APPROVE, reason="A", evidence="B")
    actions.confirm(request=row, by=hedda, answer=Answer.APPROVE, reason="Welcome back.")
    text = Mail.objects.get(kind="granted", recipient=ada.email).text
    assert "Welcome back." in text
    assert "    A\n" not in text
