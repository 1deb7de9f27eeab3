"""What time has made due: which requests the clock must look at, found by the indexes, and one after the other.

Each of these lists is short however many requests have ended: `tests/test_clock_lists.py` asks the database for its
plans. A list holds keys only; each request is locked and looked at again before anything is done with it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import date, datetime, time, timedelta
from itertools import chain

import structlog
from django.conf import settings
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from aidahub.faults import told

from .models import AccessRequest, Grant, GrantQuerySet
from .workflow import ENDED_ACCESS, OPEN, SILENT, Status

WARN_OF_END = (30, 7)  # days before the last day of access
WARN_OF_DRAFT = 7  # days before a draft is deleted
ASK_FOR_DELETION = 30  # days after access ended
ASK_NO_LONGER = 60  # days after access ended; a clock that stood still for longer than the difference asks nobody
log = structlog.stdlib.get_logger("access_requests.clock")
Due = Iterable[tuple[int, str]]  # keys and references


def each(task: str, due: Due, act: Callable[[AccessRequest], object]) -> int:
    """Do something with each request; one that fails is logged with its reference and stops no other.

    Args:
        task: what the log calls it.
        act: takes a request of which only key and reference are known, and locks it.

    Returns:
        How many failed.
    """
    failed = 0
    for key, reference in due:
        try:
            act(AccessRequest(pk=key, reference=reference))
        except AccessRequest.DoesNotExist:  # a draft that was thrown away at this moment
            continue
        except Exception as error:
            failed += 1
            log.exception("clock failed", work=task, reference=reference, why=told(error))
    return failed


def begun_before(days: int) -> datetime:
    """Midnight in Stockholm of so many days ago: what began then or later has not lasted that long."""
    return midnight(timezone.localdate() - timedelta(days=days - 1))


def midnight(day: date) -> datetime:
    """When a day begins in Stockholm."""
    return timezone.make_aware(datetime.combine(day, time()))


def _keys(rows: QuerySet[AccessRequest]) -> Iterator[tuple[int, str]]:
    yield from list(rows.order_by("status_since", "pk").values_list("pk", "reference"))


def _of_grants(rows: QuerySet[Grant]) -> Iterator[tuple[int, str]]:
    found = rows.order_by("ends", "request").values_list("request", "request__reference")
    yield from dict.fromkeys(found)


def turns() -> Due:
    """Requests that may have waited long enough for a mail: open ones, and those with data to hand over."""
    least = min(settings.REMIND_AFTER, settings.ESCALATE_AFTER)  # so many working days are as many days at least
    waiting = AccessRequest.objects.filter(status__in=sorted(OPEN), status_since__lt=begun_before(least))
    begun = timezone.localdate() - timedelta(days=least)
    undelivered = Grant.objects.undelivered().filter(starts__lte=begun, request__status=Status.GRANTED)
    return chain(_keys(waiting), _of_grants(undelivered))


def ended() -> Due:
    """Requests whose access had its last day, also where nobody holds it any more."""
    today = timezone.localdate()
    held = Grant.objects.in_force().filter(request=OuterRef("pk"))
    past = Grant.objects.filter(request=OuterRef("pk"), ends__lt=today)
    unheld = AccessRequest.objects.filter(~Exists(held), Exists(past), status=Status.GRANTED)
    return chain(_of_grants(Grant.objects.in_force().filter(ends__lt=today)), _keys(unheld))


def ending() -> Due:
    """Requests whose access ends within the time in which its holders are warned."""
    today = timezone.localdate()
    return _of_grants(
        Grant.objects.in_force().filter(ends__gte=today, ends__lte=today + timedelta(days=max(WARN_OF_END)))
    )


def uncertain_copies() -> Due:
    """Requests whose access ended a while ago, or one person's, and nobody has confirmed that copies are deleted."""
    rows = AccessRequest.objects.filter(
        status__in=sorted(ENDED_ACCESS),
        status_since__lt=begun_before(ASK_FOR_DELETION),
        status_since__gte=begun_before(ASK_NO_LONGER),
        copies_deleted_at=None,
        grants__isnull=False,
    )
    return chain(_keys(rows.distinct()), _of_grants(uncertain_grants()))


def uncertain_grants() -> GrantQuerySet:
    """Grants that ended a while ago while others go on, and nobody has confirmed that the copies are deleted."""
    today = timezone.localdate()
    first, last = today - timedelta(days=ASK_NO_LONGER), today - timedelta(days=ASK_FOR_DELETION)
    rows = Grant.objects.ended_alone().filter(copies_deleted_at=None)
    return rows.filter(closed_on__gt=first, closed_on__lte=last)


def forgotten_drafts() -> Due:
    """Drafts begun long enough ago to be warned of or deleted."""
    days = settings.DRAFT_DAYS - WARN_OF_DRAFT
    begun = begun_before(days)
    return _keys(AccessRequest.objects.filter(status=Status.DRAFT, status_since__lt=begun, changed_at__lt=begun))


def of_retired_datasets() -> Due:
    """Requests in review whose dataset was retired while deciders are asked."""
    rows = AccessRequest.objects.filter(status=Status.IN_REVIEW, dataset__retired_at__isnull=False)
    return _keys(rows.filter(rounds__closed_at=None, rounds__by_hub=False).distinct())


def is_silent(request: AccessRequest) -> bool:
    """Whether a request waits for people outside, and nothing has happened in it for too long."""
    return request.status in SILENT and request.changed_at < begun_before(settings.CLOSE_AFTER)
