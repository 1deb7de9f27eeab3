"""The record: a chain of events for each request, which shows whether anything was changed afterwards.

Each event's hash is SHA-256 over its canonical JSON, which holds the hash before. Names and free text are
not in it but by digest, so that erasing them leaves the chain whole. `checkpoints` compares with a
copy of all heads that is kept outside the database.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import groupby
from typing import Any

from django.db.models import Exists, OuterRef
from django.utils import timezone

from aidahub.accounts.models import User

from .models import AccessRequest, Attachment, Event, SealedText, Submission
from .workflow import Verb

BEFORE_THE_FIRST = "0" * 64


def canonical(value: object) -> bytes:
    """JSON with sorted keys, no spaces, UTF-8; text, integers, booleans and null only.

    Raises:
        TypeError: for a float or anything else whose text is not settled.
    """
    _check_settled(value)
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False).encode()


def _check_settled(value: object) -> None:
    if isinstance(value, Mapping):
        for key, item in value.items():
            if not isinstance(key, str):
                raise TypeError(f"A key of the record is not text: {key!r}")
            _check_settled(item)
    elif isinstance(value, list | tuple):
        for item in value:
            _check_settled(item)
    elif not (value is None or isinstance(value, str | int)):
        raise TypeError(f"The record holds no {type(value).__name__}.")


def stamp(at: datetime) -> str:
    """A moment as the record writes it: UTC with microseconds."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def hash_of(event: Event) -> str:
    """The hash that an event must have, from its columns; public references stand for keys of rows."""
    document = {
        "schema": event.schema,
        "request": event.request.reference,
        "number": event.number,
        "verb": event.verb,
        "by": str(event.by.public_id) if event.by else None,
        "at": stamp(event.at),
        "payload": event.payload,
        "before": event.before,
    }
    return hashlib.sha256(canonical(document)).hexdigest()


def digest_of(salt: str, content: bytes) -> str:
    """How the record names content that it does not hold."""
    return hashlib.sha256(salt.encode() + content).hexdigest()


def seal(request: AccessRequest, text: str) -> SealedText:
    """Keep a free text in a row of its own; events name it by its digest."""
    salt = secrets.token_hex(16)
    return SealedText.objects.create(request=request, salt=salt, text=text, digest=digest_of(salt, text.encode()))


def erase(text: SealedText) -> None:
    """Empty a text and its salt; the digest stays and the chain still verifies."""
    text.text = text.salt = ""
    text.erased_at = timezone.now()
    text.save(update_fields=["text", "salt", "erased_at"])


def text_of(event: Event, key: str = "reason") -> str:
    """The free text that an event names, empty when there is none or it was erased."""
    digest = event.payload.get(key)
    if not digest:
        return ""
    texts = {row.digest: row.text for row in event.request.texts.all()}
    return texts.get(digest, "")


def append(request: AccessRequest, verb: Verb, *, by: User | None, payload: Mapping[str, Any]) -> Event:
    """Add the next event to the chain of a locked request, and move its head. The caller saves the request.

    Args:
        request: locked, with the status that it has after the event.
        verb: what was done.
        by: who did it; none for the system.
        payload: codes, numbers and digests.
    """
    event = Event(
        request=request,
        number=request.event_count + 1,
        verb=verb,
        by=by,
        at=timezone.now(),
        payload={**payload, "status": str(request.status)},
        before=request.event_head or BEFORE_THE_FIRST,
    )
    event.hash = hash_of(event)
    event.save()
    request.event_count, request.event_head = event.number, event.hash
    return event


@dataclass(frozen=True)
class Fault:
    """Something in the record that is not as it was written."""

    reference: str
    sentence: str

    def __str__(self) -> str:
        return f"{self.reference}: {self.sentence}"


def verify() -> Iterator[Fault]:
    """Read the whole record and say what does not fit: chains, heads, statuses, sealed texts, submissions, files.

    Of files the rows are read (name, size, hash); whether the bytes are those of the hash is seen at each download.
    """
    events = Event.objects.select_related("request", "by").order_by("request_id", "number").iterator(2000)
    for _key, chain in groupby(events, key=lambda event: event.request_id):
        yield from _verify_chain(list(chain))
    bare = AccessRequest.objects.filter(~Exists(Event.objects.filter(request=OuterRef("pk"))))
    for request in bare.exclude(event_count=0, submitted_at=None).iterator(2000):
        yield Fault(request.reference, "all its events are gone.")
    yield from _verify_sealed()
    yield from _verify_files()


def _verify_chain(chain: list[Event]) -> Iterator[Fault]:
    request = chain[0].request
    before, number = BEFORE_THE_FIRST, 0
    for event in chain:
        number += 1
        if event.number != number:
            yield Fault(request.reference, f"event {number} is missing.")
            number = event.number
        elif event.before != before:
            yield Fault(request.reference, f"event {number} does not follow the one before.")
        if event.hash != hash_of(event):
            yield Fault(request.reference, f"event {number} was altered.")
        before = event.hash
    if (request.event_count, request.event_head) != (number, before):
        yield Fault(request.reference, "its last event is not the one that the request holds.")
    if chain[-1].payload.get("status") != request.status:
        yield Fault(request.reference, "its status is not the one of its last event.")


def _verify_sealed() -> Iterator[Fault]:
    for text in SealedText.objects.filter(erased_at=None).select_related("request").iterator(2000):
        if digest_of(text.salt, text.text.encode()) != text.digest:
            yield Fault(text.request.reference, "a free text was altered.")
    for sent in Submission.objects.select_related("request").iterator(2000):
        if digest_of(sent.salt, canonical(sent.answers)) != sent.digest:
            yield Fault(sent.request.reference, f"submission {sent.number} was altered.")


def _verify_files() -> Iterator[Fault]:
    """Compare the rows of files with what the events that name them hold."""
    told = Event.objects.filter(verb__in=(Verb.ATTACH, Verb.SUBMIT)).select_related("request").order_by("pk")
    for event in told.iterator(2000):
        named = event.payload.get("files", ()) if event.verb == Verb.SUBMIT else [event.payload]
        rows = {str(row.public_id): row for row in event.request.attachments.all()} if named else {}
        salt = _salt_of(event) if named else ""
        for file in named:
            if not _is_same(rows.get(file["file"]), file, salt):
                yield Fault(event.request.reference, f"file {file['file']} is not as it was when it was attached.")


def _salt_of(event: Event) -> str:
    """The salt of the submission that an event tells of; empty where it tells of none."""
    sent = Submission.objects.filter(request=event.request_id, number=event.payload.get("submission", 0))
    return next(iter(sent.values_list("salt", flat=True)), "")


def _is_same(row: Attachment | None, told: Mapping[str, Any], salt: str) -> bool:
    """Whether a file's row is what an event says of it; of a name that was erased nothing is said."""
    if row is None or (row.sha256, row.size) != (told["sha256"], told["size"]):
        return False
    return not (row.name and salt and "name" in told) or digest_of(salt, row.name.encode()) == told["name"]
