"""What hub staff and deciders do around a decision: excuse, set aside, reopen, assign, register; who hears of it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from access_requests import actions
from access_requests.desk import waiting_for
from access_requests.events import verify
from access_requests.models import AccessRequest, Decider, Event
from access_requests.rules import Denied
from access_requests.workflow import Answer, DecidedBy, Status, Verb
from aidahub.accounts.models import ProviderLink, User
from aidahub.outbox.models import Mail
from datasets.models import Dataset, Provider
from tests.cast import (
    AIDA_PRESET,
    RequestAt,
    act_for,
    confirm,
    draft_of,
    fresh,
    license_of,
    make_user,
    provider_of,
    sent,
    set_policy,
)
from tests.mails import ADA, HUB, PER, PETRA, RUT, SUNE
from tests.support.asking import told

pytestmark = pytest.mark.django_db
INSIDE = "Left the university in May."


def mails_of(request: AccessRequest) -> dict[str, str]:
    """The mails of the last event, as address and kind."""
    number = AccessRequest.objects.get(pk=request.pk).event_count
    return dict(Mail.objects.filter(about=f"{request.reference}/{number}").values_list("recipient", "kind"))


def waits(user: User) -> list[str]:
    return [row.reference for row in waiting_for(fresh(user))]


@pytest.fixture
def asked(brgandi: Dataset, ada: User, per: User, petra: User, hedda: User) -> AccessRequest:
    """In review; both deciders' votes are waited for."""
    set_policy(license_of(brgandi), quorum="all")
    return sent(ada, brgandi)


class TestExcuse:
    """A decider is not waited for."""

    def test_the_vote_of_the_rest_settles_it(
        self, asked: AccessRequest, brgandi: Dataset, per: User, petra: User, hedda: User
    ) -> None:
        actions.decide(request=asked, by=petra, answer=Answer.APPROVE)
        request = actions.excuse(request=asked, by=hedda, provider=provider_of(brgandi, 1), reason=INSIDE)
        assert request.status == Status.APPROVED
        told = {ADA: "approved", RUT: "waited-for", PER: "excused", PETRA: "outcome", HUB: "outcome"}
        assert mails_of(request) == told
        assert not list(verify())

    def test_one_who_voted_before_counts_no_more(self, asked: AccessRequest, brgandi: Dataset, per: User) -> None:
        actions.decide(request=asked, by=per, answer=Answer.REJECT, reason="My own student.")
        request = actions.excuse(request=asked, by=fresh(per), provider=provider_of(brgandi, 1), reason="Conflict.")
        assert request.status == Status.IN_REVIEW
        assert mails_of(request) == {HUB: "one-fewer"}
        assert waits(per) == []
        with pytest.raises(Denied):
            actions.decide(request=request, by=fresh(per), answer=Answer.APPROVE)

    def test_nobody_left_makes_it_the_hubs(
        self, asked: AccessRequest, brgandi: Dataset, per: User, hedda: User
    ) -> None:
        actions.excuse(request=asked, by=fresh(per), provider=provider_of(brgandi, 1), reason="Conflict.")
        request = actions.excuse(request=asked, by=hedda, provider=provider_of(brgandi, 2), reason=INSIDE)
        assert mails_of(request) == {PETRA: "excused", HUB: "passed-on"}
        letter = Mail.objects.get(kind="passed-on")
        assert letter.subject.startswith("Decide: access to BRGANDI for Ada Berg")
        assert waits(hedda) == [request.reference]
        request = actions.decide(request=request, by=hedda, answer=Answer.REJECT, reason="No.")
        assert request.status == Status.REJECTED

    def test_under_confirm_the_hub_is_asked_to_confirm(
        self, brgandi: Dataset, ada: User, rut: User, petra: User, hedda: User
    ) -> None:
        set_policy(license_of(brgandi), **AIDA_PRESET)
        request = actions.forward(request=confirm(sent(ada, brgandi), rut), by=hedda)
        actions.decide(request=request, by=petra, answer=Answer.REJECT, reason="A secret doubt.")
        request = actions.excuse(request=request, by=hedda, provider=provider_of(brgandi, 1), reason=INSIDE)
        assert request.status == Status.DECIDED
        assert mails_of(request) == {HUB: "confirm", PER: "excused", PETRA: "outcome"}
        assert "The dataset's providers have answered" in told(request, ada)

    def test_the_applicant_reads_the_outcome_with_the_reasons_that_count(
        self, asked: AccessRequest, brgandi: Dataset, ada: User, per: User, petra: User, hedda: User
    ) -> None:
        actions.decide(request=asked, by=per, answer=Answer.REJECT, reason="A grudge.")
        actions.decide(request=asked, by=per, answer=Answer.APPROVE)
        actions.excuse(request=asked, by=hedda, provider=provider_of(brgandi, 1), reason=INSIDE)
        request = actions.decide(request=asked, by=petra, answer=Answer.REJECT, reason="Too vague.")
        assert "The dataset's providers rejected the request. Too vague." in told(request, ada)
        mail = Mail.objects.get(kind="rejected").text
        assert "Too vague." in mail
        for secret in ("A grudge.", INSIDE, "excused"):
            assert secret not in mail
            assert secret not in told(request, ada)

    def test_an_approval_by_excuse_opens_access_at_once(
        self, asked: AccessRequest, brgandi: Dataset, rut: User, petra: User, hedda: User
    ) -> None:
        confirm(asked, rut)
        actions.decide(request=asked, by=petra, answer=Answer.APPROVE, reason="A fine plan.")
        request = actions.excuse(request=asked, by=hedda, provider=provider_of(brgandi, 1), reason=INSIDE)
        assert request.status == Status.GRANTED
        assert "A fine plan." in Mail.objects.get(kind="granted").text

    @pytest.mark.parametrize("reason", ["", "  ", "x" * 5001])
    def test_it_needs_a_reason(self, asked: AccessRequest, brgandi: Dataset, hedda: User, reason: str) -> None:
        with pytest.raises(Denied):
            actions.excuse(request=asked, by=hedda, provider=provider_of(brgandi, 1), reason=reason)
        assert not Decider.objects.exclude(excused_at=None).exists()

    def test_nobody_excuses_another_decider(self, asked: AccessRequest, brgandi: Dataset, per: User, ada: User) -> None:
        for person in (per, ada):
            with pytest.raises(Denied):
                actions.excuse(request=asked, by=fresh(person), provider=provider_of(brgandi, 2), reason="Away.")

    def test_twice_is_refused(self, asked: AccessRequest, brgandi: Dataset, hedda: User) -> None:
        actions.excuse(request=asked, by=hedda, provider=provider_of(brgandi, 1), reason=INSIDE)
        with pytest.raises(Denied):
            actions.excuse(request=asked, by=hedda, provider=provider_of(brgandi, 1), reason=INSIDE)

    def test_where_the_hub_decides_nobody_can_be_excused(self, brgandi: Dataset, ada: User, hedda: User) -> None:
        set_policy(license_of(brgandi), decided_by=DecidedBy.HUB)
        with pytest.raises(Denied, match="no decider to excuse"):
            actions.excuse(request=sent(ada, brgandi), by=hedda, provider=provider_of(brgandi, 1), reason=INSIDE)

    def test_who_was_excused_is_asked_again_in_the_next_round(
        self, asked: AccessRequest, brgandi: Dataset, ada: User, per: User, hedda: User
    ) -> None:
        actions.excuse(request=asked, by=hedda, provider=provider_of(brgandi, 1), reason="On holiday.")
        actions.send_back(request=asked, by=hedda, reason="Which scanner?")
        actions.submit(request=AccessRequest.objects.get(pk=asked.pk), by=ada)
        assert waits(per) == [asked.reference]


class TestVoidVotes:
    """The votes of one account count no more."""

    def test_the_round_waits_for_it_again(
        self, asked: AccessRequest, brgandi: Dataset, per: User, petra: User, hedda: User
    ) -> None:
        actions.decide(request=asked, by=per, answer=Answer.APPROVE)
        assert waits(per) == []
        request = actions.void_votes(request=asked, by=hedda, voter=per)
        assert waits(per) == [request.reference]
        actions.decide(request=request, by=petra, answer=Answer.APPROVE)
        assert AccessRequest.objects.get(pk=request.pk).status == Status.IN_REVIEW
        request = actions.decide(request=request, by=fresh(per), answer=Answer.APPROVE)
        assert request.status == Status.APPROVED
        assert not list(verify())

    def test_others_who_act_for_the_provider_are_asked_at_their_own_address(
        self, asked: AccessRequest, brgandi: Dataset, per: User, hedda: User
    ) -> None:
        pia = act_for(make_user("pia@provider.example", "Pia Provider"), provider_of(brgandi, 1))
        actions.decide(request=asked, by=per, answer=Answer.APPROVE)
        User.objects.filter(pk=per.pk).update(is_active=False)
        request = actions.void_votes(request=asked, by=hedda, voter=per)
        assert mails_of(request) == {pia.email: "decide-again", HUB: "set-aside"}

    def test_where_nobody_else_does_only_hub_staff_hear_of_it(
        self, asked: AccessRequest, per: User, hedda: User
    ) -> None:
        actions.decide(request=asked, by=per, answer=Answer.APPROVE)
        User.objects.filter(pk=per.pk).update(is_active=False)
        request = actions.void_votes(request=asked, by=hedda, voter=per)
        assert mails_of(request) == {HUB: "set-aside"}

    def test_who_cast_none_changes_nothing(self, asked: AccessRequest, per: User, petra: User, hedda: User) -> None:
        actions.decide(request=asked, by=per, answer=Answer.APPROVE)
        before = Event.objects.count()
        actions.void_votes(request=asked, by=hedda, voter=petra)
        assert Event.objects.count() == before

    def test_only_hub_staff_and_the_system(self, asked: AccessRequest, per: User, petra: User, ada: User) -> None:
        actions.decide(request=asked, by=per, answer=Answer.APPROVE)
        for person in (petra, ada, per):
            with pytest.raises(Denied):
                actions.void_votes(request=asked, by=fresh(person), voter=per)
        actions.void_votes(request=asked, by=None, voter=per)
        assert Event.objects.latest("pk").by is None

    def test_a_decision_that_was_made_stands(self, request_at: RequestAt, per: User, hedda: User) -> None:
        request = request_at(Status.APPROVED)
        for by in (hedda, None):
            with pytest.raises(Denied):
                actions.void_votes(request=request, by=by, voter=per)

    def test_the_applicant_hears_nothing(self, asked: AccessRequest, ada: User, per: User, hedda: User) -> None:
        actions.decide(request=asked, by=per, answer=Answer.APPROVE)
        before = told(asked, ada)
        actions.void_votes(request=asked, by=hedda, voter=per)
        assert told(asked, ada) == before
        assert ADA not in mails_of(asked)


class TestReopen:
    """A finished request is taken up again."""

    @pytest.mark.parametrize("status", [Status.REJECTED, Status.WITHDRAWN, Status.CLOSED, Status.REVOKED])
    def test_everybody_concerned_hears_of_it(
        self, request_at: RequestAt, status: Status, ada: User, per: User, hedda: User
    ) -> None:
        request = actions.reopen(request=request_at(status), by=hedda, reason="It was a mistake.")
        assert (request.status, request.outcome, request.ended_at) == (Status.IN_REVIEW, "", None)
        assert mails_of(request) == {
            ADA: "reopened", RUT: "reopened", SUNE: "reopened", PER: "decide", PETRA: "decide"
        }  # fmt: skip
        letter = Mail.objects.get(kind="reopened", recipient=ADA)
        assert letter.subject.startswith("Taken up again: your request for access to BRGANDI")
        assert "It was a mistake." in letter.text
        asks = Mail.objects.filter(kind="decide", recipient=PER).latest("pk")
        assert asks.subject.startswith("Decide again: access to BRGANDI")
        assert "took up again the request of Ada Berg" in " ".join(asks.text.split())
        assert "AIDA Data Hub took the request up again. It is decided on anew. It was a mistake." in told(request, ada)
        assert "Hedda Hub took the request up again" in told(request, per)
        assert not list(verify())

    def test_votes_of_before_are_history(self, request_at: RequestAt, per: User, hedda: User) -> None:
        request = actions.reopen(request=request_at(Status.REJECTED), by=hedda, reason="A mistake.")
        assert waits(per) == [request.reference]
        assert request.rounds.count() == 2
        assert actions.decide(request=request, by=fresh(per), answer=Answer.APPROVE).status == Status.APPROVED

    def test_deleted_copies_say_nothing_of_new_ones(self, request_at: RequestAt, rut: User, hedda: User) -> None:
        request = actions.confirm_deletion(request=request_at(Status.REVOKED), by=rut)
        assert actions.reopen(request=request, by=hedda, reason="A mistake.").copies_deleted_at is None

    def test_not_after_the_time_for_it(self, request_at: RequestAt, hedda: User) -> None:
        request = request_at(Status.REJECTED)
        AccessRequest.objects.filter(pk=request.pk).update(ended_at=timezone.now() - timedelta(days=31))
        with pytest.raises(Denied, match="within 30 days"):
            actions.reopen(request=request, by=hedda, reason="A mistake.")

    def test_not_beside_another_open_one(self, request_at: RequestAt, brgandi: Dataset, ada: User, hedda: User) -> None:
        request = request_at(Status.REJECTED)
        actions.submit(request=draft_of(ada, brgandi), by=ada)
        with pytest.raises(Denied, match="another open request"):
            actions.reopen(request=request, by=hedda, reason="A mistake.")
        assert AccessRequest.objects.get(pk=request.pk).status == Status.REJECTED

    def test_not_for_an_account_that_is_closed(self, request_at: RequestAt, ada: User, hedda: User) -> None:
        request = request_at(Status.REJECTED)
        User.objects.filter(pk=ada.pk).update(is_active=False)
        with pytest.raises(Denied, match="account is closed"):
            actions.reopen(request=AccessRequest.objects.get(pk=request.pk), by=hedda, reason="A mistake.")

    def test_hub_staff_only(self, request_at: RequestAt, per: User, ada: User) -> None:
        request = request_at(Status.REJECTED)
        for person in (per, ada):
            with pytest.raises(Denied):
                actions.reopen(request=request, by=fresh(person), reason="Please.")

    def test_one_that_left_its_deciders_goes_to_the_hub(
        self, request_at: RequestAt, brgandi: Dataset, hedda: User
    ) -> None:
        request = request_at(Status.REJECTED)
        set_policy(license_of(brgandi), decided_by=DecidedBy.HUB)
        request = actions.reopen(request=request, by=hedda, reason="A mistake.")
        assert mails_of(request)[HUB] == "decide"


class TestAssign:
    """Who takes care of a request."""

    def test_a_colleague_hears_of_it(self, request_at: RequestAt, ada: User, hedda: User, sigrid: User) -> None:
        request = actions.assign(request=request_at(Status.IN_REVIEW), by=hedda, to=sigrid)
        assert request.assigned_to == sigrid
        assert mails_of(request) == {sigrid.email: "assigned"}
        assert "Hedda Hub assigned to you" in " ".join(Mail.objects.get(kind="assigned").text.split())
        assert "Hedda Hub assigned the request to Sigrid Super." in told(request, sigrid)
        assert "Sigrid" not in told(request, ada)

    def test_who_takes_it_or_gives_it_back_is_not_told(self, request_at: RequestAt, hedda: User) -> None:
        request = actions.assign(request=request_at(Status.IN_REVIEW), by=hedda, to=hedda)
        assert mails_of(request) == {}
        request = actions.assign(request=request, by=hedda, to=None)
        assert mails_of(request) == {}
        assert told(request, hedda).endswith("You took the request.\nYou gave the request back: nobody in particular "
                                             "takes care of it.")  # fmt: skip

    def test_pressed_twice_it_happens_once(self, request_at: RequestAt, hedda: User, sigrid: User) -> None:
        request = actions.assign(request=request_at(Status.IN_REVIEW), by=hedda, to=sigrid)
        again = actions.assign(request=request, by=hedda, to=sigrid)
        assert again.event_count == request.event_count

    def test_only_to_hub_staff_who_are_not_named(
        self, request_at: RequestAt, per: User, rut: User, hedda: User
    ) -> None:
        request = request_at(Status.IN_REVIEW)
        User.objects.filter(pk=rut.pk).update(is_hub_staff=True)
        for person in (per, fresh(rut)):
            with pytest.raises(Denied, match="hub staff who are not named"):
                actions.assign(request=request, by=hedda, to=person)
        with pytest.raises(Denied):
            actions.assign(request=request, by=fresh(per), to=hedda)


class TestRegister:
    """The number under which the public register has it."""

    def test_it_is_kept_found_and_told_inside(self, request_at: RequestAt, ada: User, per: User, hedda: User) -> None:
        request = actions.register(request=request_at(Status.IN_REVIEW), by=hedda, number=" LIU-2026-04711 ")
        assert request.register_number == "LIU-2026-04711"
        assert "liu 2026 04711" in request.search_text
        assert mails_of(request) == {}
        assert "Hedda Hub gave the request the register number LIU-2026-04711." in told(request, per)
        assert "04711" not in told(request, ada)

    def test_it_can_be_taken_away(self, request_at: RequestAt, hedda: User, per: User) -> None:
        request = actions.register(request=request_at(Status.IN_REVIEW), by=hedda, number="LIU-2026-04711")
        request = actions.register(request=request, by=hedda, number="")
        assert "04711" not in request.search_text
        assert "Hedda Hub took the register number away." in told(request, per)

    def test_the_same_number_again_is_no_event(self, request_at: RequestAt, hedda: User) -> None:
        request = actions.register(request=request_at(Status.IN_REVIEW), by=hedda, number="7")
        assert actions.register(request=request, by=hedda, number="7").event_count == request.event_count

    def test_too_long_or_by_others_is_refused(self, request_at: RequestAt, hedda: User, per: User) -> None:
        request = request_at(Status.IN_REVIEW)
        for by, number in ((hedda, "9" * 101), (fresh(per), "7")):
            with pytest.raises(Denied):
                actions.register(request=request, by=by, number=number)


def test_every_letter_has_one_link_and_its_lines_fit(
    asked: AccessRequest, brgandi: Dataset, per: User, hedda: User, sigrid: User
) -> None:
    act_for(make_user("pia@provider.example", "Pia Provider"), provider_of(brgandi, 1))
    actions.decide(request=asked, by=per, answer=Answer.APPROVE)
    actions.void_votes(request=asked, by=hedda, voter=per)
    actions.assign(request=asked, by=hedda, to=sigrid)
    actions.excuse(request=asked, by=fresh(per), provider=provider_of(brgandi, 1), reason="Conflict.")
    actions.excuse(request=asked, by=hedda, provider=provider_of(brgandi, 2), reason=INSIDE)
    actions.decide(request=asked, by=hedda, answer=Answer.REJECT, reason="No.")
    actions.reopen(request=asked, by=hedda, reason="A mistake.")
    kinds = {"excused", "one-fewer", "passed-on", "decide-again", "set-aside", "assigned", "reopened"}
    letters = Mail.objects.filter(kind__in=kinds)
    assert set(letters.values_list("kind", flat=True)) == kinds
    for letter in letters:
        links = letter.text.count("http://127.0.0.1:8000/")
        assert links == (0 if letter.kind == "excused" and "invitation" not in letter.text and not links else 1)
        assert max(len(line) for line in letter.text.splitlines() if "http" not in line) <= 76


def test_no_invitation_goes_to_a_provider_whose_account_is_suspended(
    brgandi: Dataset, ada: User, per: User, hedda: User
) -> None:
    """The mailbox of the register may be in the same hands as the account."""
    provider = provider_of(brgandi, 1)
    ProviderLink.objects.filter(user=per).delete()
    act_for(per, provider)
    User.objects.filter(pk=per.pk).update(is_active=False)
    sent(ada, brgandi)
    asks = Mail.objects.get(kind="decide", recipient=PER)
    assert "/invitations/" not in asks.text
    assert "Nobody can decide for" in " ".join(Mail.objects.get(kind="asked-of-others", recipient=HUB).text.split())
    assert Provider.objects.get(pk=provider.pk).email == PER


def test_verbs_of_the_hub_have_sentences_for_who_sees_inside_only(
    asked: AccessRequest, brgandi: Dataset, ada: User, rut: User, per: User, hedda: User, sigrid: User
) -> None:
    """Unique words of what is internal, looked for in everything the applicant's side gets."""
    actions.decide(request=asked, by=per, answer=Answer.REJECT, reason="XVOTEREASONX")
    actions.void_votes(request=asked, by=hedda, voter=per)
    actions.assign(request=asked, by=hedda, to=sigrid)
    actions.register(request=asked, by=hedda, number="XREGISTERX")
    actions.excuse(request=asked, by=hedda, provider=provider_of(brgandi, 1), reason="XEXCUSEX")
    secrets = ("XVOTEREASONX", "XREGISTERX", "XEXCUSEX", "Sigrid", "Hedda", provider_of(brgandi, 1).name, "set aside")
    for person in (ada, rut):
        for secret in secrets:
            assert secret not in told(asked, person), secret
        for letter in Mail.objects.filter(recipient=person.email):
            assert not [secret for secret in secrets if secret in letter.text], letter.kind
    for word in ("XVOTEREASONX", "XREGISTERX", "XEXCUSEX", "Sigrid Super", "set the vote of"):
        assert word in told(asked, hedda), word
    assert set(Event.objects.values_list("verb", flat=True)) >= {Verb.EXCUSE, Verb.VOID_VOTE}
