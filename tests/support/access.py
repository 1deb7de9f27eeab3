"""What tests about access share: handing data over, pages and admin steps as people use them."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.test import Client
from django.urls import reverse

from access_requests import actions
from access_requests.actions import HandedOver
from access_requests.desk import waiting_for
from access_requests.models import AccessRequest, Grant, Participant
from access_requests.rows import shown, with_rows
from aidahub.accounts.models import User
from aidahub.outbox.models import Mail
from tests.cast import fresh

# Words that stand nowhere else, to be searched for in everything that somebody can get.
SECRET = "Xyzzy-Plugh-7719"
LINK = "https://data.example/brgandi/quux-31337"
HOW = "Use the program frobnicate-4711."
WAY = HandedOver(how=HOW, link=LINK, secret=SECRET)


def hand_over(request: AccessRequest, by: User, *, to: str = "", **values: Any) -> AccessRequest:
    """Hub staff hand the data over, to all holders or to one."""
    fields = {"how": HOW, "link": LINK, "secret": SECRET, **values}
    persons = [person_in(request, to)] if to else None
    return actions.deliver(request=request, by=fresh(by), what=HandedOver(**fields), persons=persons)


def person_in(request: AccessRequest, name: str) -> Participant:
    """Somebody named in a request, by the name."""
    return request.participants.get(name=name)


def grant_of(request: AccessRequest, name: str) -> Grant:
    """The last grant of somebody, by the name."""
    return request.grants.filter(participant__name=name).latest("pk")


def again(request: AccessRequest) -> AccessRequest:
    """The request as it is now."""
    return AccessRequest.objects.get(pk=request.pk)


def step_path(request: AccessRequest, slug: str) -> str:
    """The confirmation page of a step."""
    return f"/admin/access_requests/accessrequest/{request.reference}/{slug}/"


def page_path(request: AccessRequest) -> str:
    """The decision page."""
    return step_path(request, "change")


def page(user: User, path: str, data: dict[str, Any] | None = None, **more: Any) -> Any:
    """A page as one person gets it; posted where there is data."""
    client = Client()
    client.force_login(user)
    return client.get(path, **more) if data is None else client.post(path, data, **more)


def mails_of(request: AccessRequest, kind: str = "") -> dict[str, Mail]:
    """The mails of the last event of a request, by who gets them."""
    last = request.events.latest("number")
    rows = Mail.objects.filter(about=f"{request.reference}/{last.number}")
    return {mail.recipient: mail for mail in (rows.filter(kind=kind) if kind else rows)}


def kinds_of(request: AccessRequest) -> dict[str, str]:
    """Which letter each address got about the last event."""
    return {address: mail.kind for address, mail in mails_of(request).items()}


def set_end(request: AccessRequest, ends: date | None) -> None:
    """Give all open access this last day, as if the policy had."""
    request.grants.filter(ended_at=None).update(ends=ends)


def line(request: AccessRequest, user: User) -> Any:
    """The line of a request in a list."""
    return shown(with_rows(AccessRequest.objects.filter(pk=request.pk)).get(), mine=request in waiting_for(fresh(user)))


def heaps(user: User) -> dict[str, list[str]]:
    """The heaps on a desk: slug and where its lines lead."""
    sections = page(user, reverse("admin:index")).context["sections"]
    return {section.slug: [row.url for row in section.rows] for section in sections}
