"""What really happens around requests, and the hub has to deal with; named for what happened."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from access_requests import actions, tasks
from access_requests.events import verify
from access_requests.license_changes import catch_up_with_licenses
from access_requests.models import AccessRequest, Grant, Participant
from access_requests.rules import Denied, may
from access_requests.workflow import Answer, Status, Verb
from aidahub.accounts.models import User
from aidahub.outbox.models import Mail
from datasets.models import Dataset, LicenseText
from tests.cast import (
    BRGANDI_DOI,
    RequestAt,
    act_for,
    confirm,
    draft_of,
    fresh,
    license_of,
    make_dataset,
    make_user,
    provider_of,
    sent,
    set_policy,
)


def again(request: AccessRequest) -> AccessRequest:
    """The request as it is now."""
    return AccessRequest.objects.get(pk=request.pk)


def a_noon_after(days: int) -> time_machine.travel:
    """Noon of a day that many days from now."""
    at = timezone.localtime() + timedelta(days=days)
    return time_machine.travel(at.replace(hour=12, minute=5), tick=False)


@pytest.fixture(autouse=True)
def _the_record_is_whole_in_the_end(db: None) -> Iterator[None]:
    yield
    assert [str(fault) for fault in verify()] == []


def test_a_typo_is_corrected_in_a_licence_with_40_open_requests(
    brgandi: Dataset, per: User, rut: User, hedda: User
) -> None:
    """Nobody accepts again, each acceptance is carried over in the record once, and nobody gets a mail."""
    asked = [sent(make_user(f"asker{number}@uu.example", f"Asker {number}"), brgandi) for number in range(40)]
    confirm(asked[0], rut)
    mails = Mail.objects.count()
    license_ = license_of(brgandi)
    LicenseText.objects.create(
        license=license_, number=2, html="<p>Ask.</p>", text="Ask.", sha256="2" * 64, change="editorial"
    )
    with CaptureQueriesContext(connection) as queries:
        assert catch_up_with_licenses() == 40
    assert len(queries) <= 40 * 30
    assert catch_up_with_licenses() == 0
    assert Mail.objects.count() == mails
    assert again(asked[1]).events.filter(verb=Verb.CARRY_OVER).count() == 1
    assert again(asked[0]).events.filter(verb=Verb.CARRY_OVER).count() == 2
    request = actions.decide(request=asked[0], by=per, answer=Answer.APPROVE)
    assert request.status == Status.GRANTED
    assert {grant.acceptance.license_text.number for grant in request.grants.all()} == {1}


def test_the_applicant_falls_silent(request_at: RequestAt, hedda: User, ada: User) -> None:
    """Sent back, reminded, told to the hub, and after 60 days the hub is asked to close, which it does."""
    request = request_at(Status.RETURNED)
    for day in range(1, 75):
        with a_noon_after(day):
            tasks.remind()
    kinds = list(Mail.objects.filter(about__startswith=f"{request.reference}/").values_list("kind", flat=True))
    assert kinds.count("reminder") == 1
    assert kinds.count("escalation") == 1
    assert kinds.count("close-or-not") == 1
    assert again(request).status == Status.RETURNED
    request = actions.close(request=request, by=hedda, reason="No answer for two months.")
    assert request.status == Status.CLOSED


def test_the_dataset_is_retired_with_grants_open(
    brgandi: Dataset, ada: User, alva: User, rut: User, per: User, petra: User, hedda: User
) -> None:
    """Access stands; an open request goes to the hub; nobody can send a new one."""
    granted = actions.decide(request=confirm(sent(ada, brgandi), rut), by=per, answer=Answer.APPROVE)
    assert granted.status == Status.GRANTED
    set_policy(license_of(brgandi), quorum="all")
    open_ = sent(alva, brgandi)
    open_ = actions.decide(request=open_, by=fresh(per), answer=Answer.APPROVE)
    draft = draft_of(make_user("late@uu.example", "Late"), brgandi)
    Dataset.objects.filter(pk=brgandi.pk).update(retired_at=timezone.now())
    tasks.hand_over()
    assert again(open_).rounds.get().by_hub
    assert not may(fresh(petra), Verb.DECIDE, again(open_)).ok
    assert Mail.objects.filter(kind="of-retired").exists()
    assert actions.decide(request=open_, by=hedda, answer=Answer.APPROVE).status == Status.APPROVED
    assert Grant.objects.in_force().filter(request=granted).exists()
    with pytest.raises(Denied, match="takes no requests"):
        actions.submit(request=draft, by=draft.applicant)
    tasks.hand_over()
    assert again(open_).events.filter(verb=Verb.HAND_OVER).count() == 1


def test_the_dataset_gets_a_new_doi_with_grants_open(request_at: RequestAt, ada: User, client: Client) -> None:
    """A new DOI is a new dataset: the old page and the access stay, and access to the new one is asked for anew."""
    request_at(Status.GRANTED)
    Dataset.objects.filter(doi=BRGANDI_DOI).update(retired_at=timezone.now())
    new = make_dataset("10.23698/aida/synthetic/brgandi-2")
    assert client.get(f"/{BRGANDI_DOI}").status_code == 200
    assert {grant.request.dataset.doi for grant in Grant.objects.in_force()} == {BRGANDI_DOI}
    request = sent(ada, new)
    assert request.status == Status.IN_REVIEW


def test_a_person_asks_to_be_erased(request_at: RequestAt, brgandi: Dataset, ada: User, per: User, hedda: User) -> None:
    """Not while a request is open. Then drafts and account go, and what was sent stays as a public record."""
    request = request_at(Status.IN_REVIEW)
    draft = draft_of(ada, make_dataset("10.23698/aida/elsewhere"))
    with pytest.raises(Denied):
        actions.erase_account(user=ada, by=hedda)
    actions.withdraw(request=request, by=ada)
    actions.erase_account(user=fresh(ada), by=hedda)
    erased = User.objects.get(pk=ada.pk)
    assert not AccessRequest.objects.filter(pk=draft.pk).exists()
    assert "ada" not in f"{erased.name} {erased.email}".casefold()
    assert not erased.is_active
    assert again(request).submissions.get().answers["applicant_name"] == "Ada Berg"
    assert Participant.objects.filter(request=request, name="Ada Berg").exists()


def test_a_providers_account_was_stolen(
    request_at: RequestAt, brgandi: Dataset, per: User, petra: User, hedda: User, client: Client
) -> None:
    """The account is suspended: signed out, its vote set aside, its acts listed; a colleague votes in its place."""
    set_policy(license_of(brgandi), quorum="all")
    request = request_at(Status.IN_REVIEW)
    colleague = act_for(make_user("colleague@provider.example", "Col League"), provider_of(brgandi, 1))
    client.force_login(per)
    actions.decide(request=request, by=per, answer=Answer.APPROVE)
    actions.suspend_account(user=per, by=hedda, reason="Somebody else signed in with it.")
    assert client.get("/requests/").status_code == 302
    vote = request.rounds.get().decisions.get()
    assert vote.void_at is not None
    request = actions.decide(request=request, by=petra, answer=Answer.APPROVE)
    assert request.status == Status.IN_REVIEW
    with pytest.raises(Denied):
        actions.decide(request=request, by=fresh(per), answer=Answer.APPROVE)
    assert Mail.objects.filter(kind="decide-again", recipient=colleague.email).exists()
    request = actions.decide(request=request, by=colleague, answer=Answer.REJECT, reason="We never agreed.")
    assert request.status == Status.REJECTED
    hub = Client()
    hub.force_login(hedda)
    page = hub.get(reverse("admin:access_requests_account_acts", args=[per.public_id]))
    assert request.reference in page.content.decode()
