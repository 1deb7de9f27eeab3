"""What one account did since a day: over all requests, and in the admin. For hub staff, who suspended it or may."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.contrib.admin.models import LogEntry
from django.db.models import Q
from django.utils.translation import gettext as _

from aidahub.accounts.models import User

from .labels import ANSWER_LABELS, VERB_LABELS
from .models import AccessRequest, Attachment, Event, Participant, SealedText
from .rows import page_url
from .workflow import Answer, Verb

MOST = 5000
TEXTS = ("text", "reason", "evidence")


@dataclass(frozen=True)
class Act:
    """One thing that was done: when, what, on what (with its page, if it has one), and the words or codes of it."""

    at: datetime
    what: str
    on: str
    url: str
    detail: str


def acts_of(user: User, *, since: datetime, reader: User) -> list[Act]:
    """What an account did since a moment, the latest first, in as many queries however much it was.

    Args:
        user: whose account.
        since: from when on.
        reader: who reads. Requests in which they are named are left out: they must not learn of votes there.
    """
    acts = [*_in_requests(user, since, reader), *_in_admin(user, since)]
    return sorted(acts, key=lambda act: act.at, reverse=True)


def _in_requests(user: User, since: datetime, reader: User) -> Iterator[Act]:
    mine = Q(applicant=reader) | Q(participants__in=Participant.objects.of(reader))
    events = Event.objects.filter(by=user, at__gte=since).exclude(request__in=AccessRequest.objects.filter(mine))
    rows = list(events.select_related("request").order_by("-at", "-pk")[:MOST])
    texts, files = _texts(rows), _files(rows)
    for event in rows:
        reference = event.request.reference
        what = str(VERB_LABELS[Verb(event.verb)])
        yield Act(event.at, what, reference, page_url(reference), _detail(event, texts, files))


def _texts(events: Iterable[Event]) -> dict[tuple[int, str], str]:
    """The free texts of these events, by request and digest."""
    digests = {event.payload[key] for event in events for key in TEXTS if event.payload.get(key)}
    found = SealedText.objects.filter(digest__in=digests) if digests else SealedText.objects.none()
    return {(row.request_id, row.digest): row.text for row in found}


def _files(events: Iterable[Event]) -> dict[str, str]:
    """The names of the files of these events, by their public key."""
    keys = {event.payload["file"] for event in events if event.payload.get("file")}
    found = Attachment.objects.filter(public_id__in=keys) if keys else Attachment.objects.none()
    return {str(row.public_id): row.name for row in found}


def _detail(event: Event, texts: Mapping[tuple[int, str], str], files: Mapping[str, str]) -> str:
    payload = event.payload
    answer = payload.get("answer")
    parts = [str(ANSWER_LABELS[Answer(answer)])] if answer else []
    parts += [files[payload["file"]]] if payload.get("file") in files else []
    parts += [texts.get((event.request_id, payload[key]), "") for key in TEXTS if payload.get(key)]
    return "\n".join(part for part in parts if part)


def _in_admin(user: User, since: datetime) -> Iterator[Act]:
    """What the admin's own history holds: policies, people, datasets, providers."""
    rows = LogEntry.objects.filter(user=user, action_time__gte=since).select_related("content_type")
    for row in rows.order_by("-action_time", "-pk")[:MOST]:
        kind = row.content_type.name if row.content_type else _("something that is gone")
        url = row.get_admin_url() or ""
        yield Act(row.action_time, _("change in the admin: %(kind)s") % {"kind": kind}, row.object_repr, url,
                  row.get_change_message())  # fmt: skip
