"""Verbs around a decision at one moment, on PostgreSQL: an account is suspended while it votes, and others."""

from __future__ import annotations

from collections import Counter

import pytest

from access_requests import actions
from access_requests.models import AccessRequest, Decision, Event
from access_requests.rules import Denied
from access_requests.workflow import Answer, Status, Verb
from aidahub.accounts.models import User
from datasets.models import Dataset
from tests.cast import draft_of, fresh, license_of, make_user, provider_of, sent, set_policy
from tests.test_concurrency import at_once, check_whole

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


@pytest.mark.parametrize("_round", range(4))
def test_no_vote_of_an_account_outlives_its_suspension(
    _round: int, ada: User, alva: User, per: User, petra: User, hedda: User, brgandi: Dataset
) -> None:
    set_policy(license_of(brgandi), quorum="all")
    requests = [sent(ada, brgandi), sent(alva, brgandi)]
    voters = [fresh(per) for _request in requests for _time in range(4)]

    def vote(request: AccessRequest, by: User) -> None:
        actions.decide(request=request, by=by, answer=Answer.APPROVE)

    acts = [lambda place=place, by=by: vote(requests[place % 2], by) for place, by in enumerate(voters)]
    results = at_once(*acts, lambda: actions.suspend_account(user=per, by=hedda, reason="Stolen."))
    for request in requests:
        check_whole(request, results)
    assert not fresh(per).is_active
    assert not Decision.objects.filter(by=per, void_at=None).exists()


def test_the_last_two_deciders_are_excused_at_once(ada: User, per: User, petra: User, brgandi: Dataset) -> None:
    request = sent(ada, brgandi)
    results = at_once(
        *(
            lambda by=by, place=place: actions.excuse(
                request=request, by=fresh(by), provider=provider_of(brgandi, place), reason="Away."
            )
            for by, place in ((per, 1), (petra, 2))
            for _time in range(5)
        )
    )
    assert check_whole(request, results).open_round.by_hub  # type: ignore[union-attr]  # it is in review
    assert results.count("done") == 2
    assert Counter(Event.objects.values_list("verb", flat=True))[Verb.EXCUSE] == 2


def test_an_excuse_and_the_vote_of_the_same_decider(
    ada: User, per: User, petra: User, hedda: User, brgandi: Dataset
) -> None:
    set_policy(license_of(brgandi), quorum="all")
    request = sent(ada, brgandi)
    actions.decide(request=request, by=petra, answer=Answer.APPROVE)
    results = at_once(
        lambda: actions.excuse(request=request, by=hedda, provider=provider_of(brgandi, 1), reason="Left."),
        lambda: actions.decide(request=request, by=fresh(per), answer=Answer.REJECT, reason="No."),
    )
    request = check_whole(request, results)
    outcome = {Status.APPROVED: "done", Status.REJECTED: "refused"}[Status(request.status)]
    assert (results[0] == "done") == (outcome == "done")
    assert (results[1] == "done") == (outcome == "refused")


def test_reopened_while_the_same_is_sent_anew(ada: User, per: User, hedda: User, brgandi: Dataset) -> None:
    request = actions.decide(request=sent(ada, brgandi), by=per, answer=Answer.REJECT, reason="No.")
    draft = draft_of(ada, brgandi)
    results = at_once(
        lambda: actions.reopen(request=request, by=hedda, reason="A mistake."),
        lambda: actions.submit(request=draft, by=fresh(ada)),
    )
    check_whole(request, results)
    assert results.count("done") == 1
    assert AccessRequest.objects.filter(status=Status.IN_REVIEW).count() == 1


def test_two_take_a_request_at_once(ada: User, hedda: User, brgandi: Dataset) -> None:
    colleague = make_user("hans@hub.example", "Hans Hub", is_hub_staff=True)
    request = sent(ada, brgandi)
    results = at_once(
        *(lambda who=who: actions.assign(request=request, by=who, to=who) for who in (hedda, colleague) * 4)
    )
    request = check_whole(request, results)
    assert request.assigned_to in {hedda, colleague}
    assert set(results) == {"done"}


def test_a_draft_is_sent_while_its_owner_is_erased(ada: User, hedda: User, brgandi: Dataset) -> None:
    """Either it is sent, and then it stands in the way of erasing, or it is gone with the account."""
    draft = draft_of(ada, brgandi)

    def send() -> None:
        try:
            actions.submit(request=draft, by=fresh(ada))
        except AccessRequest.DoesNotExist as gone:
            raise Denied("It is gone.") from gone

    results = at_once(lambda: actions.erase_account(user=ada, by=hedda), send)
    assert not [result for result in results if result.startswith("CRASH")]
    there = AccessRequest.objects.filter(pk=draft.pk).first()
    erased = fresh(ada).erased_at is not None
    assert erased == (there is None)
