"""What is measured at each size: pages, verbs and tasks of the clock. One more of any is one more line."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from itertools import chain
from unittest.mock import patch
from urllib.parse import urlencode

from django.utils import timezone

from access_requests import actions, tasks
from access_requests.checkpoints import verify_checkpoints, write_checkpoint
from access_requests.events import verify
from access_requests.models import AccessRequest, Event, UsualTime
from access_requests.workflow import OPEN, Answer, Quorum, Status
from aidahub.accounts.models import User
from datasets.models import Dataset

from .crowd import World
from .data import DOI
from .stories import Told, Walk, draft

LIST = "/admin/access_requests/accessrequest/"
PER_PAGE = 50


@dataclass(frozen=True)
class Site:
    """What addresses are made of: who is there, and the requests that were walked by the verbs."""

    world: World
    told: list[Told]

    def one(self, status: Status) -> AccessRequest:
        """A request of the measured applicant, with its twenty events, which stays as it is."""
        return next(each.request for each in self.told if each.status == status)

    def change(self, status: Status) -> str:
        """The address of its decision page."""
        return f"{LIST}{self.one(status).reference}/change/"

    def last(self, user: User) -> str:
        """The last full page of the admin's list."""
        full = AccessRequest.objects.for_provider(user).count() // PER_PAGE
        return f"{LIST}?p={full}"

    def several(self) -> str:
        """The confirmation page for the requests that have been in review first."""
        rows = AccessRequest.objects.filter(dataset__in=[each.asked.license.dataset_id for each in self.told])
        first = rows.filter(status=Status.IN_REVIEW).order_by("pk").values_list("reference", flat=True)[:2]
        return f"{LIST}several/approve/?{urlencode({'reference': list(first)}, doseq=True)}"


@dataclass(frozen=True)
class Looked:
    """A page: its name, who looks, and its address. `each`: of how many rows its work is made, where it is of all."""

    name: str
    who: Callable[[World], User | None]
    path: Callable[[Site], str]
    each: Callable[[], int] | None = None


def _nobody(_world: World) -> None:
    """Nobody is signed in."""


def _applicant(world: World) -> User:
    return world.applicant


def _recipient(world: World) -> User:
    return world.recipient


def _hub(world: World) -> User:
    return world.hub


def _provider(world: World) -> User:
    return world.provider


def _own(site: Site) -> str:
    return site.one(Status.GRANTED).get_absolute_url()


PAGES: tuple[Looked, ...] = (
    Looked("landing page", _nobody, lambda site: f"/{DOI}"),
    Looked("dataset list", _nobody, lambda site: "/datasets/"),
    Looked("– words", _nobody, lambda site: "/datasets/?q=lung+tumor"),
    Looked("– a word of many", _nobody, lambda site: "/datasets/?q=ct"),
    Looked("– a facet", _nobody, lambda site: "/datasets/?organ=Lung"),
    Looked("front page", _nobody, lambda site: "/"),
    Looked("figures", _nobody, lambda site: "/metrics/"),
    Looked("feed", _nobody, lambda site: "/feed.atom"),
    Looked("request page, its applicant", _applicant, _own),
    Looked("request page, the recipient scientist", _recipient, _own),
    Looked("My requests, an applicant", _applicant, lambda site: "/requests/"),
    Looked("My requests, a recipient scientist", _recipient, lambda site: "/requests/"),
    Looked("front page, an applicant", _applicant, lambda site: "/"),
    Looked("front page, a provider", _provider, lambda site: "/"),
    Looked("desk, hub staff", _hub, lambda site: "/admin/"),
    Looked("desk, a provider", _provider, lambda site: "/admin/"),
    Looked("what waits for whom, hub staff", _hub, lambda site: f"{LIST}waiting/"),
    Looked("who has access, hub staff", _hub, lambda site: f"{LIST}who-has-access/"),
    Looked("who has access, a provider", _provider, lambda site: f"{LIST}who-has-access/"),
    Looked("mails, hub staff", _hub, lambda site: "/admin/outbox/mail/"),
    Looked("list, hub staff", _hub, lambda site: LIST),
    Looked("– last page", _hub, lambda site: site.last(site.world.hub)),
    Looked("– a word that all have", _hub, lambda site: f"{LIST}?q=segmentation"),
    Looked("– a reference", _hub, lambda site: f"{LIST}?q={site.one(Status.GRANTED).reference}"),
    Looked("– one status", _hub, lambda site: f"{LIST}?status=granted"),
    Looked("– what waits for me", _hub, lambda site: f"{LIST}?turn=me"),
    Looked("– an answer", _hub, lambda site: f"{LIST}?question=list_publicly&answer=yes"),
    Looked("list, a provider", _provider, lambda site: LIST),
    Looked("– last page, a provider", _provider, lambda site: site.last(site.world.provider)),
    Looked("– a word that all have, a provider", _provider, lambda site: f"{LIST}?q=segmentation"),
    Looked("– one status, a provider", _provider, lambda site: f"{LIST}?status=granted"),
    Looked("decision page, hub staff", _hub, lambda site: site.change(Status.IN_REVIEW)),
    Looked("decision page, a provider", _provider, lambda site: site.change(Status.IN_REVIEW)),
    Looked("several at once, a provider", _provider, Site.several),
    Looked("sitemap, for each dataset", _nobody, lambda site: "/sitemap.xml", Dataset.objects.count),
    Looked("metadata.json, for each dataset", _nobody, lambda site: "/api/1.0/metadata.json", Dataset.objects.count),
    Looked("catalog.ttl, for each dataset", _nobody, lambda site: "/catalog.ttl", Dataset.objects.count),
    Looked("CSV export, hub staff, for each row", _hub, lambda site: f"{LIST}export/",
           lambda: AccessRequest.objects.exclude(status=Status.DRAFT).count()),
)  # fmt: skip


def submitting(site: Site, number: int) -> Iterator[Callable[[], object]]:
    """Complete drafts, each to be sent."""
    for at, request in enumerate(_drafts(site, number)):
        yield _sending(request, at)


def _drafts(site: Site, number: int) -> list[AccessRequest]:
    recipient = site.world.recipient
    known = AccessRequest.objects.filter(recipient_key=recipient.email).values_list("applicant", flat=True)
    keys = {recipient.pk, *known}
    people = [one for one in reversed(site.world.people) if one.pk not in keys][:number]
    asked = [each for at, each in enumerate(site.world.asked) if at % 3 == 0]
    return [draft(site.world, asked[at], User.objects.get(pk=one.pk), f"Timed {at}") for at, one in enumerate(people)]


def _sending(request: AccessRequest, at: int) -> Callable[[], object]:
    return lambda: actions.submit(request=request, by=request.applicant)


def deciding(site: Site, number: int) -> Iterator[Callable[[], object]]:
    """Requests under review, each to be approved by the first of several who must."""
    rows = AccessRequest.objects.filter(status=Status.IN_REVIEW, license__policy__quorum=Quorum.ALL)
    for row in rows.select_related("applicant").order_by("-pk")[:number]:
        asked = next(each for each in site.world.asked if each.license.pk == row.license_id)
        yield _voting(Walk(row, asked, site.world))


def _voting(walk: Walk) -> Callable[[], object]:
    voter = walk.voters[0]
    return lambda: actions.decide(request=walk.request, by=voter, answer=Answer.APPROVE)


VERBS: tuple[tuple[str, Callable[[Site, int], Iterator[Callable[[], object]]]], ...] = (
    ("submit", submitting),
    ("decide", deciding),
)


def remind() -> None:
    """The reminders of a working day, whatever day it is."""
    with patch.object(tasks, "is_working_day", return_value=True):
        tasks.remind()


def verify_events() -> None:
    """What `manage.py verify_events` reads.

    Raises:
        RuntimeError: when the record is not whole.
    """
    if faults := list(chain(verify(), verify_checkpoints())):
        raise RuntimeError(f"The record is not whole: {faults[0]}")


def measure() -> None:
    """Measure how long answers take, also where it was done today."""
    UsualTime.objects.update(measured_on=timezone.localdate() - timedelta(days=1))
    tasks.measure()


def _open() -> int:
    return AccessRequest.objects.filter(status__in=OPEN).count()


# Tasks of the clock and commands, with the number of rows that their work is made of.
TASKS: tuple[tuple[str, Callable[[], object], Callable[[], int]], ...] = (
    ("remind, for each open request", remind, _open),
    ("remind again, for each open request", remind, _open),
    ("warn, for each open request", tasks.warn, _open),
    ("end access, for each open request", tasks.end_access, _open),
    ("measure, for each request", measure, AccessRequest.objects.count),
    ("keep a checkpoint, for each request", write_checkpoint, AccessRequest.objects.count),
    ("verify_events, for each event", verify_events, Event.objects.count),
)
