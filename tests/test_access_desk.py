"""What the desk of hub staff shows of access: to be handed over, ending soon, copies that may still lie about."""

from __future__ import annotations

from datetime import timedelta
from importlib import import_module
from typing import Any

import pytest
import time_machine
from django.apps import apps
from django.urls import reverse
from django.utils import timezone

from access_requests import actions
from access_requests.kinds import day_in_words
from access_requests.models import AccessRequest, Grant
from access_requests.workflow import Status
from aidahub.accounts.models import User
from tests.cast import RequestAt
from tests.support.access import (
    hand_over,
    heaps,
    line,
    page,
    page_path,
    set_end,
    step_path,
)  # fmt: skip

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def granted(request_at: RequestAt) -> AccessRequest:
    """Ada and Rut have access, without an end."""
    return request_at(Status.GRANTED)


def test_the_desk_shows_what_is_not_delivered_one_click_from_it(granted: AccessRequest, hedda: User, per: User) -> None:
    assert heaps(hedda)["undelivered"] == [step_path(granted, "deliver")]
    assert granted.reference not in str(heaps(hedda)["waiting"]), "once is enough"
    assert "undelivered" not in heaps(per)
    hand_over(granted, hedda)
    assert "undelivered" not in heaps(hedda)


def test_the_desk_shows_a_link_that_has_stopped_working(granted: AccessRequest, hedda: User) -> None:
    last = timezone.localdate() + 2 * DAY
    hand_over(granted, hedda, valid_until=last)
    hand_over(granted, hedda, to="Rut Ek")

    def rows() -> list[Any]:
        sections = page(hedda, reverse("admin:index")).context["sections"]
        return next((section.rows for section in sections if section.slug == "undelivered"), [])

    assert rows() == []
    with time_machine.travel(timezone.now() + 2 * DAY, tick=False):
        assert rows() == [], "it works until its last day is over"
    with time_machine.travel(timezone.now() + 3 * DAY, tick=False):
        (row,) = rows()
        assert row.url == step_path(granted, "deliver")
        assert "Ada Berg" in row.title
        assert "Rut Ek" not in row.title, "the latest is the one that counts"
        assert row.why.startswith(f"The link has stopped working since {day_in_words(last + DAY)}")
        assert line(granted, hedda).turn == "Nobody", "the data has reached everybody before"
        hand_over(granted, hedda, to="Ada Berg")
        assert rows() == []


def test_grants_of_before_say_until_when_their_latest_delivery_works(granted: AccessRequest, hedda: User) -> None:
    last = timezone.localdate() + 2 * DAY
    hand_over(granted, hedda, valid_until=last - DAY)
    hand_over(granted, hedda, to="Ada Berg", valid_until=last)
    hand_over(granted, hedda, to="Rut Ek")
    kept = Grant.objects.order_by("pk").values_list("participant__name", "works_until")
    found = list(kept)
    assert dict(found) == {"Ada Berg": last, "Rut Ek": None}
    Grant.objects.update(works_until=None)
    import_module("access_requests.migrations.0013_what_was_handed_over_works").note_last_days(apps, None)
    assert list(kept) == found


def test_the_desk_shows_what_ends_soon(granted: AccessRequest, hedda: User) -> None:
    assert "ending" not in heaps(hedda)
    set_end(granted, timezone.localdate() + 31 * DAY)
    assert "ending" not in heaps(hedda)
    set_end(granted, timezone.localdate() + 30 * DAY)
    assert heaps(hedda)["ending"] == [step_path(granted, "extend")]


def test_the_desk_shows_copies_that_may_still_lie_about(request_at: RequestAt, hedda: User, rut: User) -> None:
    request = request_at(Status.EXPIRED)
    assert heaps(hedda)["copies"] == [page_path(request)]
    actions.confirm_deletion(request=request, by=rut)
    assert "copies" not in heaps(hedda)


def test_an_approval_revoked_before_access_leaves_no_copies(request_at: RequestAt, hedda: User) -> None:
    actions.revoke(request=request_at(Status.APPROVED), by=hedda, reason="Wrong.")
    assert "copies" not in heaps(hedda)
