"""What the database says was done: each change by the key that the ledger has for it, and how often."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator

from access_requests.models import AccessRequest, Attachment, Event
from access_requests.workflow import Verb

from .ledger import TOKEN, Key


def effects() -> Counter[Key]:
    """Everything that people did, with the word that stood in its text."""
    found: Counter[Key] = Counter()
    rows = AccessRequest.objects.select_related("applicant").prefetch_related("texts", "submissions")
    for request in rows:
        found.update(_of_applicant(request))
        for event in request.events.select_related("by"):
            if event.verb not in {Verb.ATTACH, Verb.DETACH}:
                found.update(_of_event(request, event))
    for file in Attachment.objects.filter(removed_at=None).select_related("request", "by"):
        found.update((file.request.reference, Verb.ATTACH.value, file.by.email, word) for word in words(file.name))
    return found


def _of_applicant(request: AccessRequest) -> Iterator[Key]:
    """That a request was begun, and what was saved in it, sent or not."""
    yield (request.reference, "start", request.applicant.email, "")
    saved = set(words(json.dumps(request.draft)))
    saved |= {word for row in request.submissions.all() for word in words(json.dumps(row.answers))}
    for word in saved:
        yield (request.reference, "save", request.applicant.email, word)


def _of_event(request: AccessRequest, event: Event) -> Iterator[Key]:
    """An event, once for each word in its texts, or once without."""
    by = event.by.email if event.by else ""
    named = {value for value in event.payload.values() if isinstance(value, str)}
    text = " ".join(row.text for row in request.texts.all() if row.digest in named)
    if event.verb == Verb.SUBMIT:
        sent = next(row for row in request.submissions.all() if row.number == event.payload["submission"])
        text = json.dumps(sent.answers)
    for word in words(text) or [""]:
        yield (request.reference, event.verb, by, word)


def words(text: str) -> list[str]:
    """The words in a text by which changes are known."""
    return TOKEN.findall(text)
