"""Who holds access by one request, as one reader may see it: from when to when, and how the data reached each.

How to get the data is for the holder alone. That a secret was handed over and looked at is for hub staff, too; what
it is, for nobody else.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import Prefetch, Q
from django.utils import timezone

from aidahub.accounts.models import User

from .models import AccessRequest, AnyUser, Delivery, Event, Grant, Participant
from .workflow import Verb


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
    delivered: bool
    way: HandedOn | None = None


def with_grants() -> Prefetch[str]:
    """For many requests: their grants with holders, in one query."""
    grants = Grant.objects.select_related("participant", "acceptance__license_text")
    return Prefetch("grants", grants)


def deliveries_of(grants: Iterable[Grant]) -> dict[int, list[Delivery]]:
    """What was handed over by these grants, by their key, in order; no secret is read, only whether there is one."""
    rows = Delivery.objects.filter(grant__in=list(grants)).defer("secret").annotate(has_secret=~Q(secret=""))
    found: dict[int, list[Delivery]] = {}
    for row in rows.select_related("by").order_by("number"):
        found.setdefault(row.grant_id, []).append(row)
    return found


def holdings(request: AccessRequest, reader: AnyUser) -> list[Holding]:
    """The grants of a request with `with_grants`, those of the reader first."""
    today = timezone.localdate()
    own = [grant for grant in request.grants.all() if is_own(grant, reader)]
    handed = deliveries_of(grant for grant in own if is_open(grant, today)) if own else {}
    found = [_holding(grant, grant in own, today, handed.get(grant.pk)) for grant in request.grants.all()]
    return sorted(found, key=lambda row: (not row.mine, not row.open))


def _holding(grant: Grant, mine: bool, today: date, handed: list[Delivery] | None) -> Holding:
    return Holding(grant, mine, is_open(grant, today), grant.has_data, _way(handed[-1], today) if handed else None)


def _way(row: Delivery, today: date) -> HandedOn:
    works = row.valid_until is None or row.valid_until >= today
    secret: bool = row.has_secret  # type: ignore[attr-defined]  # annotated
    return HandedOn(row.how, row.link if works else "", secret and works, row.valid_until, works)


def is_open(grant: Grant, today: date) -> bool:
    """Whether a grant is in force on this day, its last one included."""
    return grant.in_force and (grant.ends is None or grant.ends >= today)


def is_own(grant: Grant, user: AnyUser) -> bool:
    """Whether a grant is this person's own, who is still named in the request."""
    person = grant.participant
    if not isinstance(user, User) or person.removed_at is not None:
        return False
    return person.user_id == user.pk or person.email in user.verified_emails


def has_access(request: AccessRequest, user: User) -> bool:
    """Whether this person has access by a request now."""
    own = Participant.objects.of(user).filter(request=request)
    return Grant.objects.in_force().on(timezone.localdate()).filter(request=request, participant__in=own).exists()


def showings(events: Iterable[Event]) -> dict[tuple[int, int], list[Event]]:
    """When a secret was looked at, by the number of the person and of the delivery."""
    found: dict[tuple[int, int], list[Event]] = {}
    for event in events:
        if event.verb == Verb.SHOW_SECRET:
            key = (event.payload["person"], event.payload["delivery"])
            found.setdefault(key, []).append(event)
    return found
