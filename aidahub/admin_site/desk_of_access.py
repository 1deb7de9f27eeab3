"""The heaps on hub staff's desk about access: not delivered, about to end, and what is left to do after its end."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from itertools import groupby

from django.urls import reverse
from django.utils import timezone
from django.utils.text import get_text_list
from django.utils.translation import gettext as _

from access_requests.kinds import day_in_words
from access_requests.models import AccessRequest, Grant, GrantQuerySet
from access_requests.rows import page_url
from access_requests.workflow import Status
from aidahub.accounts.models import User

from .rows_of_desk import SHOWN, Row, Section, cut

SOON = timedelta(days=30)


def _step(reference: str, slug: str) -> str:
    return reverse("admin:access_requests_accessrequest_step", args=(reference, slug))


def _by_request(grants: GrantQuerySet) -> list[tuple[AccessRequest, list[Grant]]]:
    """The first few requests of these grants, each with its own, in two queries."""
    keys = list(dict.fromkeys(grants.values_list("request_id", flat=True)[: 20 * SHOWN]))[: SHOWN + 1]
    # By their keys: the database would look through all that end this month.
    rows = grants.filter(pk__in=Grant.objects.filter(request__in=keys).order_by().values("pk"))
    rows = rows.select_related("request__dataset", "request__license", "participant")
    ordered = sorted(rows, key=lambda grant: keys.index(grant.request_id))
    return [
        (held[0].request, held) for _key, group in groupby(ordered, lambda row: row.request_id) if (held := list(group))
    ]


def _names(grants: list[Grant]) -> str:
    return get_text_list([f"{grant.participant.name} ({grant.institution})" for grant in grants], _("and"))


def _row(request: AccessRequest, grants: list[Grant], url: str, why: str, *, since: bool = True) -> Row:
    detail = f"{request.reference} · {request.license.name}"
    title = _("%(dataset)s: %(people)s") % {"dataset": request.dataset.display_name, "people": _names(grants)}
    return Row(title, url, detail, request.status_since if since else None, why)


def undelivered(user: User) -> Section:
    """Access that is open, to people to whom no data was handed over, or whose link has stopped working."""
    grants = Grant.objects.undelivered().order_by("starts", "request_id", "pk")
    rows = [
        _row(request, held, _step(request.reference, "deliver"), _("Hand the data over"))
        for request, held in _by_request(grants)
    ]
    more = reverse("admin:access_requests_accessrequest_changelist") + f"?turn=me&status={Status.GRANTED}"
    return cut("undelivered", _("To be handed over"), [*rows, *_stopped()], more)


def _stopped() -> list[Row]:
    """Access whose holders got the data handed over in a way that has stopped working."""
    return [
        _row(request, held, _step(request.reference, "deliver"), _stopped_since(held), since=False)
        for request, held in _by_request(Grant.objects.stopped_working(timezone.localdate()))
    ]


def _stopped_since(grants: list[Grant]) -> str:
    last = min(grant.works_until for grant in grants if grant.works_until)
    day = day_in_words(last + timedelta(days=1))
    return _("The link has stopped working since %(day)s; hand the data over again") % {"day": day}


def open_ways(user: User) -> Section:
    """Access that has ended after data was handed over, and nobody has recorded that the way to it is closed."""
    why = _("Close the way to the data, and record it")
    rows = [
        replace(_row(request, held, _step(request.reference, "closed"), why), since=held[0].ended_at)
        for request, held in _by_request(Grant.objects.with_open_way().order_by("closed_on", "request_id", "pk"))
    ]
    return cut("open-ways", _("Access ended, the way to the data not closed"), rows, "")


def ending(user: User) -> Section:
    """Access whose last day comes within thirty days, the first to end first."""
    today = timezone.localdate()
    grants = Grant.objects.in_force().filter(ends__lte=today + SOON)
    rows = [
        _row(request, held, _step(request.reference, "extend"), _last_day(held), since=False)
        for request, held in _by_request(grants.order_by("ends", "request_id", "pk"))
    ]
    return cut("ending", _("Access ends within 30 days"), rows, "")


def _last_day(grants: list[Grant]) -> str:
    ends = grants[0].ends
    return _("The last day is %(day)s") % {"day": day_in_words(ends) if ends else ""}


def copies(user: User) -> Section:
    """Access that is over, of all or of one person, whose copies nobody has confirmed deleted; longest over first."""
    why = _("Nobody has confirmed that the copies are deleted")
    rows = [
        replace(_row(request, held, page_url(request.reference), why), since=held[0].ended_at)
        for request, held in _by_request(Grant.objects.with_copies().order_by("closed_on", "request_id", "pk"))
    ]
    return cut("copies", _("Copies not confirmed deleted"), rows, "")
