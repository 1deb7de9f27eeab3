"""Who holds access by one request, as the decision page shows it to providers and hub staff."""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings
from django.utils import timezone

from access_requests.holdings import Holding, deliveries_of, holdings, showings
from access_requests.models import AccessRequest, Delivery, Event, Grant
from aidahub.accounts.models import User

from .facts import is_named


@dataclass(frozen=True)
class Handed:
    """One delivery: when, until when it works, by whom (for hub staff), and when its secret was looked at.

    `open`: access has ended, and it is not recorded that the way is closed.
    """

    delivery: Delivery
    by: str
    works: bool
    open: bool
    shown: list[Event]


@dataclass(frozen=True)
class Held:
    """One holder with what was handed over to them. `copies`: theirs must be deleted, and nobody has confirmed it."""

    holding: Holding
    deliveries: list[Handed]
    copies: bool


def holdings_for(user: User, request: AccessRequest) -> list[Held]:
    """The holders of a request of `facts.with_all`; that a secret was looked at is for hub staff who are not named."""
    rows = holdings(request, user)
    if not rows:
        return []
    inside = user.is_hub and not is_named(user, request)
    shown = showings(request.events.all()) if inside else {}
    handed = deliveries_of(holding.grant for holding in rows)
    ended = any(not holding.grant.in_force for holding in rows)
    copies = set(Grant.objects.filter(request=request).with_copies().values_list("pk", flat=True)) if ended else set()
    return [
        Held(
            row,
            [_handed(row, one, shown.get((row.grant.participant.number, one.number), []), inside) for one in found],
            row.grant.pk in copies,
        )
        for row in rows
        for found in [handed.get(row.grant.pk, [])[::-1]]
    ]


def _handed(holding: Holding, row: Delivery, shown: list[Event], inside: bool) -> Handed:
    works = row.emptied_at is None and (row.valid_until is None or row.valid_until >= timezone.localdate())
    left_open = row.closed_at is None and not holding.grant.in_force
    return Handed(row, row.by.get_full_name() if inside else settings.HUB_NAME, works, left_open, shown)
