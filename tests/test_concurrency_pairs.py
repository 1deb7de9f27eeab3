"""Every two verbs that can collide, at the same moment, on PostgreSQL: the end is that of some serial order.

Pairs are generated from the tables: in each status, every verb that leads elsewhere beside every verb that is
possible there. Both orders are tried first, one after the other, and undone; then both verbs run at once.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from functools import partial
from itertools import combinations_with_replacement

import pytest
from django.db import transaction

from access_requests import further
from access_requests.events import verify
from access_requests.models import AccessRequest, Grant
from access_requests.policies import PRESETS
from access_requests.rules import Denied
from access_requests.workflow import MOVES, Status, Verb
from aidahub.accounts.models import User
from datasets.models import Dataset
from tests.cast import RequestAt, fresh
from tests.test_concurrency import at_once
from tests.test_matrix import ACTS, CAST, expected, prepared

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]

# What moves nothing collides with nothing but the counter of events.
LIGHT = {
    Verb.NOTE, Verb.COMMENT, Verb.MESSAGE, Verb.ATTACH, Verb.DETACH, Verb.REDACT, Verb.ASSIGN, Verb.REGISTER,
    Verb.RENEW, Verb.SAVE, Verb.VOID_VOTE, Verb.SHOW_SECRET,
}  # fmt: skip
STATUSES = tuple(
    status for status in Status if any(status in MOVES[verb].sources and MOVES[verb].targets for verb in ACTS)
)

Step = tuple[Verb, str]
End = tuple[str, tuple[str, ...], int]


def who_may(verb: Verb, status: Status) -> str | None:
    """The first of the cast who may, by the tables."""
    return next((name for name in CAST if expected(verb, status, name, PRESETS["direct"])), None)


def pairs_in(status: Status) -> list[tuple[Step, Step]]:
    """The pairs that can collide in a status."""
    steps = [(verb, name) for verb in ACTS if verb not in LIGHT and (name := who_may(verb, status))]
    moving = {verb for verb, _name in steps if MOVES[verb].targets or verb == Verb.DISCARD}
    return [pair for pair in combinations_with_replacement(steps, 2) if moving & {verb for verb, _name in pair}]


def test_pairs_are_found_in_every_status_that_can_be_left() -> None:
    # What ended with its last day, as it does here, is taken up again by nobody.
    found = {status: len(pairs_in(status)) > 0 for status in STATUSES}
    assert found == {status: status != Status.EXPIRED for status in STATUSES}


def use(request: AccessRequest, step: Step, people: dict[str, User]) -> None:
    """One verb as in a web request of its own."""
    verb, name = step
    try:
        row = AccessRequest.objects.get(pk=request.pk)
    except AccessRequest.DoesNotExist:
        raise Denied("There is no such request.") from None
    try:
        ACTS[verb](row, fresh(people[name]))
    except AccessRequest.DoesNotExist:  # a draft, thrown away between looking and locking: a page says 404
        assert row.status == Status.DRAFT


def end_of(request: AccessRequest) -> End:
    """What became of it: status, what happened in any order, how many have access."""
    row = AccessRequest.objects.filter(pk=request.pk).first()
    if row is None:
        return "gone", (), 0
    verbs = sorted(row.events.values_list("verb", flat=True))
    return row.status, tuple(verbs), Grant.objects.in_force().filter(request=row).count()


def serial_ends(request: AccessRequest, pair: tuple[Step, Step], people: dict[str, User]) -> Iterator[End]:
    """What becomes of it in either order; undone."""
    for order in (pair, pair[::-1]):
        with transaction.atomic():
            for step in order:
                with suppress(Denied), transaction.atomic():
                    use(request, step, people)
            yield end_of(request)
            transaction.set_rollback(True)


def out_of_the_way(request: AccessRequest, number: int, ghost: User) -> None:
    """Let the next request be asked by the same people."""
    AccessRequest.objects.filter(pk=request.pk).update(recipient_key=f"gone {number}", applicant=ghost)


@pytest.mark.parametrize("status", STATUSES)
def test_two_verbs_at_once_end_as_one_after_the_other(
    status: Status,
    request_at: RequestAt,
    brgandi: Dataset,
    request: pytest.FixtureRequest,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(further, "SENDINGS_A_DAY", 10_000)
    people = {name: fresh(request.getfixturevalue(name)) for name in CAST}
    faults = []
    for number, pair in enumerate(pairs_in(status)):
        asked = prepared(request_at, status, people, brgandi)
        allowed = set(serial_ends(asked, pair, people))
        results = at_once(*(partial(use, asked, step, people) for step in pair))
        end = end_of(asked)
        if end not in allowed or any(not text or text.startswith("CRASH") for text in results):
            faults.append(f"{pair}: {end} {results}, not of {allowed}")
        out_of_the_way(asked, number, people["otto"])
    assert not faults, "\n".join(faults)
    assert [str(fault) for fault in verify()] == []
