"""Many people at once, on PostgreSQL: the end equals some serial order of the tables, and nothing is done twice.

SQLite lets one transaction write at a time (IMMEDIATE), so there the order is serial by itself; what is shown here
is that row locks do the same.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable

import pytest
from django.db import close_old_connections, connection, transaction

from access_requests import actions
from access_requests.events import verify
from access_requests.models import AccessRequest, Decision, Event, Grant, Submission
from access_requests.rules import Denied
from access_requests.workflow import Answer, Needed, Status
from aidahub.accounts.models import User
from aidahub.outbox.models import Mail
from datasets.models import Dataset
from tests.cast import draft_of, fresh, license_of, sent, set_policy

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]

THREADS = 20


def at_once(*acts: Callable[[], object]) -> list[str]:
    """Run each act in a thread of its own, all let go at one moment; "done", or the sentence of the refusal."""
    results = [""] * len(acts)
    barrier = threading.Barrier(len(acts))

    def run(place: int, act: Callable[[], object]) -> None:
        try:
            connection.ensure_connection()
            barrier.wait(30)
            act()
            results[place] = "done"
        except Denied as denied:
            results[place] = str(denied)
        except Exception as error:
            results[place] = f"CRASH {error!r}"
        finally:
            close_old_connections()
            connection.close()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return results


def check_whole(request: AccessRequest, results: list[str]) -> AccessRequest:
    """No crash, every refusal a sentence, the chain whole, each mail once."""
    assert not [result for result in results if result.startswith("CRASH") or not result]
    assert [str(fault) for fault in verify()] == []
    keys = Counter(Mail.objects.values_list("about", "recipient", "kind"))
    assert [key for key, count in keys.items() if count > 1] == []
    return AccessRequest.objects.get(pk=request.pk)


def alternating(*acts: Callable[[], object]) -> list[Callable[[], object]]:
    return [acts[place % len(acts)] for place in range(THREADS)]


def test_two_providers_decide_at_once(ada: User, per: User, petra: User, brgandi: Dataset) -> None:
    set_policy(license_of(brgandi), needed=Needed.APPLICANT)
    request = sent(ada, brgandi)
    results = at_once(
        *alternating(
            lambda: actions.decide(request=request, by=fresh(per), answer=Answer.APPROVE),
            lambda: actions.decide(request=request, by=fresh(petra), answer=Answer.REJECT, reason="No."),
        )
    )
    after = check_whole(request, results)
    assert results.count("done") == 1
    winner = Answer.APPROVE if results.index("done") % 2 == 0 else Answer.REJECT
    assert after.outcome == winner
    assert after.status == (Status.GRANTED if winner == Answer.APPROVE else Status.REJECTED)
    assert Decision.objects.count() == 1
    assert Event.objects.filter(verb="decide").count() == 1
    assert Grant.objects.count() == (1 if winner == Answer.APPROVE else 0)


def test_every_vote_counts_once_where_all_must_vote(ada: User, per: User, petra: User, brgandi: Dataset) -> None:
    set_policy(license_of(brgandi), quorum="all", needed=Needed.APPLICANT)
    request = sent(ada, brgandi)
    results = at_once(
        *alternating(
            lambda: actions.decide(request=request, by=fresh(per), answer=Answer.APPROVE),
            lambda: actions.decide(request=request, by=fresh(petra), answer=Answer.APPROVE),
        )
    )
    after = check_whole(request, results)
    assert after.status == Status.GRANTED
    assert Decision.objects.count() == 2
    assert results.count("done") == Event.objects.filter(verb="decide").count()


def test_the_applicant_withdraws_while_a_provider_approves(ada: User, per: User, petra: User, brgandi: Dataset) -> None:
    set_policy(license_of(brgandi), needed=Needed.APPLICANT)
    request = sent(ada, brgandi)
    results = at_once(
        *alternating(
            lambda: actions.withdraw(request=request, by=fresh(ada)),
            lambda: actions.decide(request=request, by=fresh(per), answer=Answer.APPROVE),
        )
    )
    after = check_whole(request, results)
    assert results.count("done") == 1
    withdrawn = results.index("done") % 2 == 0
    assert after.status == (Status.WITHDRAWN if withdrawn else Status.GRANTED)
    verbs = list(after.events.order_by("number").values_list("verb", flat=True))
    assert verbs == (["submit", "withdraw"] if withdrawn else ["submit", "decide", "grant"])


def test_a_double_click_on_send_sends_once(ada: User, per: User, brgandi: Dataset) -> None:
    request = draft_of(ada, brgandi)
    results = at_once(*[lambda: actions.submit(request=request, by=fresh(ada))] * THREADS)
    after = check_whole(request, results)
    assert results.count("done") == 1
    assert set(results) == {"done", "This request has been sent already."}
    assert (after.status, Submission.objects.count(), after.event_count) == (Status.IN_REVIEW, 1, 1)


def test_a_double_click_on_start_makes_one_draft(ada: User, brgandi: Dataset) -> None:
    license_ = license_of(brgandi)
    results = at_once(*[lambda: actions.start(license=license_, by=fresh(ada))] * THREADS)
    assert set(results) == {"done"}
    assert AccessRequest.objects.count() == 1


def test_two_drafts_of_the_same_are_not_both_sent(ada: User, brgandi: Dataset) -> None:
    """Two drafts for one recipient scientist cannot be begun; one left from before the other was sent can."""
    first = draft_of(ada, brgandi)
    second = AccessRequest.objects.create(
        reference="AIDA-2026-99999", dataset=first.dataset, license=first.license, applicant=ada, draft=first.draft,
        form_version=first.form_version, draft_license_text=first.draft_license_text,
    )  # fmt: skip
    results = at_once(
        *alternating(
            lambda: actions.submit(request=first, by=fresh(ada)), lambda: actions.submit(request=second, by=fresh(ada))
        )
    )
    check_whole(first, results)
    assert results.count("done") == 1
    assert Submission.objects.count() == 1


def test_references_are_given_once(ada: User, brgandi: Dataset) -> None:
    users = [User.objects.create_user(f"u{number}@uu.example") for number in range(THREADS)]
    license_ = license_of(brgandi)
    results = at_once(*[lambda user=user: actions.start(license=license_, by=user) for user in users])
    assert set(results) == {"done"}
    assert AccessRequest.objects.values("reference").distinct().count() == THREADS


def test_another_request_is_not_held_up(ada: User, alva: User, per: User, brgandi: Dataset) -> None:
    """While one transaction holds request A, a verb on request B commits within a second."""
    held, free = sent(ada, brgandi), draft_of(alva, brgandi)
    holding, done = threading.Event(), threading.Event()

    def hold() -> None:
        with transaction.atomic():
            AccessRequest.objects.locked(held)
            holding.set()
            done.wait(30)
        connection.close()

    thread = threading.Thread(target=hold)
    thread.start()
    try:
        assert holding.wait(10)
        with connection.cursor() as cursor:
            cursor.execute("SET lock_timeout = '1s'")
        assert actions.submit(request=free, by=alva).status == Status.IN_REVIEW
    finally:
        done.set()
        thread.join(10)
        connection.close()
