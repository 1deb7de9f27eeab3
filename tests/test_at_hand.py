"""What verbs have at hand: it says the same as the database would, and nobody reads it when it may be old."""

from __future__ import annotations

from collections.abc import Callable
from operator import attrgetter
from typing import Any

import pytest
from django.db import connection
from django.forms.models import model_to_dict
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from access_requests import actions, sending
from access_requests.at_hand import is_at_hand, voters_at_hand
from access_requests.models import AccessRequest
from access_requests.rules import parts_in
from access_requests.workflow import Answer, Quorum, Status
from aidahub.accounts.models import User
from datasets.models import Dataset, DatasetProvider
from tests import cast

pytestmark = pytest.mark.django_db

by_key = attrgetter("pk")
HELD = ("participants", "submissions", "attachments", "rounds")


def _as_it_is(request: AccessRequest) -> None:
    """Nothing is otherwise."""


def _dropped(request: AccessRequest) -> None:
    request.dataset.dataset_providers.update(retired_at=timezone.now())


def _named_since(request: AccessRequest) -> None:
    request.dataset.dataset_providers.update(confirmed=False, added_at=timezone.now())


def _informed(request: AccessRequest) -> None:
    request.dataset.dataset_providers.update(part=DatasetProvider.Part.INFORMED)


def _excused(request: AccessRequest) -> None:
    for round_ in request.rounds.all():
        round_.deciders.update(excused_at=timezone.now())


CHANGES = (_as_it_is, _dropped, _named_since, _informed, _excused)


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.__name__)
@pytest.mark.parametrize("status", sorted(set(Status) - {Status.DRAFT}))
def test_parts_are_the_same_at_hand_and_asked_of_the_database(
    request_at: cast.RequestAt, per: User, petra: User, otto: User, status: Status, change: Callable[..., None]
) -> None:
    change(request_at(status))
    for person in (per, petra, otto):
        request = AccessRequest.objects.locked(AccessRequest.objects.get())
        from_database = parts_in(cast.fresh(person), request)
        with voters_at_hand(request):
            assert parts_in(cast.fresh(person), request) == from_database


def test_nothing_stays_at_hand_after_a_verb(brgandi: Dataset, ada: User, per: User) -> None:
    request = cast.sent(ada, brgandi)
    assert not [name for name in HELD if is_at_hand(request, name)]
    request = actions.decide(request=request, by=per, answer=Answer.APPROVE)
    assert not [name for name in HELD if is_at_hand(request, name)]
    assert not is_at_hand(request.dataset, "dataset_providers")
    assert not is_at_hand(request.license, "texts")


@pytest.mark.parametrize("status", [Status.DRAFT, Status.RETURNED])
def test_what_sending_writes_is_at_hand_as_it_stands_in_the_database(
    request_at: cast.RequestAt, ada: User, monkeypatch: pytest.MonkeyPatch, status: Status
) -> None:
    held: list[dict[str, Any]] = []

    def look(request: AccessRequest) -> None:
        assert all(is_at_hand(request, name) for name in HELD)
        held.extend([_rows_of(request), _rows_of(AccessRequest.objects.get(pk=request.pk))])

    request = request_at(status)
    request = cast.fill(request, recipient_email="somebody@else.example", recipient_name="Somebody Else")
    monkeypatch.setattr(sending, "index_words", look)
    actions.submit(request=request, by=cast.fresh(ada))
    at_hand, written = held
    assert at_hand == written
    assert len(at_hand["submissions"]) == len(at_hand["rounds"]) == (1 if status == Status.DRAFT else 2)


def _rows_of(request: AccessRequest) -> dict[str, list[dict[str, Any]]]:
    """What one reads of it, by the names of its columns."""
    return {name: [model_to_dict(row) for row in sorted(getattr(request, name).all(), key=by_key)] for name in HELD}


def test_a_vote_asks_little_of_the_database(brgandi: Dataset, ada: User, per: User) -> None:
    cast.set_policy(cast.license_of(brgandi), quorum=Quorum.ALL)
    request, voter = cast.sent(ada, brgandi), cast.fresh(per)
    with CaptureQueriesContext(connection) as asked:
        actions.decide(request=request, by=voter, answer=Answer.APPROVE)
    assert len(asked) <= 16
