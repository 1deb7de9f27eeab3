"""Who holds access by one request, as one reader may see it: from when to when, and how the data reached each.

How to get the data is for the holder alone. That a secret was handed over and looked at is for hub staff, too; what
it is, for nobody else.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db.models import Prefetch, QuerySet
from django.utils import timezone

from aidahub.accounts.models import User

from .models import AccessRequest, AnyUser, Delivery, Event, Grant
from .workflow import Verb

# What is read only where a holder asks for it.
HIDDEN = ("secret", "link", "how")


@dataclass(frozen=True)
class HandedOn:
    """How the data is had, as its holder reads it. `secret`: whether there is one to be shown."""

    how: str
    link: str
    secret: bool
    valid_until: date | None
    works: bool


@dataclass(frozen=True)
class Holding:
    """One grant as a reader sees it. `way` is there for the holder only, and while the access is open."""

    grant: Grant
    mine: bool
    open: bool
    deliveries: list[Delivery]
    way: HandedOn | None = None

    @property
    def delivered(self) -> bool:
        """Whether data was handed over."""
        return bool(self.deliveries)


def with_deliveries() -> Prefetch[str]:
    """For many requests: their grants with holders and deliveries, without what is for the holders alone."""
    handed = Delivery.objects.defer(*HIDDEN).select_related("by").order_by("number")
    grants = Grant.objects.select_related("participant", "acceptance__license_text")
    return Prefetch("grants", grants.prefetch_related(Prefetch("deliveries", handed)))


def holdings(request: AccessRequest, reader: AnyUser) -> list[Holding]:
    """The grants of a request, those of the reader first; uses prefetched rows (`with_deliveries`)."""
    today = timezone.localdate()
    found = [_holding(grant, is_own(grant, reader), today) for grant in request.grants.all()]
    return sorted(found, key=lambda row: (not row.mine, not row.open))


def _holding(grant: Grant, mine: bool, today: date) -> Holding:
    deliveries = sorted(grant.deliveries.all(), key=lambda row: row.number)
    open_ = is_open(grant, today)
    way = _way(deliveries[-1], today) if mine and open_ and deliveries else None
    return Holding(grant, mine, open_, deliveries, way)


def _way(deferred: Delivery, today: date) -> HandedOn:
    """What was handed over last, read from the database only here."""
    row = Delivery.objects.get(pk=deferred.pk)
    works = row.valid_until is None or row.valid_until >= today
    return HandedOn(row.how, row.link if works else "", bool(row.secret) and works, row.valid_until, works)


def is_open(grant: Grant, today: date) -> bool:
    """Whether a grant is in force on this day, its last one included."""
    return grant.in_force and (grant.ends is None or grant.ends >= today)


def is_own(grant: Grant, user: AnyUser) -> bool:
    """Whether a grant is this person's own, who is still named in the request."""
    person = grant.participant
    if not isinstance(user, User) or person.removed_at is not None:
        return False
    return person.user_id == user.pk or person.email in user.verified_emails


def showings(events: QuerySet[Event] | list[Event]) -> dict[tuple[int, int], list[Event]]:
    """When a secret was looked at, by the number of the person and of the delivery."""
    found: dict[tuple[int, int], list[Event]] = {}
    for event in events:
        if event.verb == Verb.SHOW_SECRET:
            key = (event.payload["person"], event.payload["delivery"])
            found.setdefault(key, []).append(event)
    return found
