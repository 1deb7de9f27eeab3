"""The free texts of a request that can be taken out of its record for good, each with what it is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.translation import gettext as _

from access_requests.labels import VERB_LABELS
from access_requests.models import AccessRequest, SealedText
from access_requests.workflow import Verb

from .shape import moment

NAMED_BY = ("reason", "text", "evidence")


@dataclass(frozen=True)
class Sealed:
    """A text of the record with what it is."""

    row: SealedText
    what: str


def sealed_texts(request: AccessRequest) -> list[Sealed]:
    """All of them, those taken out too, in the order in which they were written."""
    what = dict(_what(request))
    rows = sorted(request.texts.all(), key=lambda row: row.pk)
    return [Sealed(row, what.get(row.digest, _("Text"))) for row in rows]


def _what(request: AccessRequest) -> Iterator[tuple[str, str]]:
    """What each text is, by its digest: from the event that names it, and closer where a row has it."""
    for event in request.events.all():
        for key in NAMED_BY:
            if digest := event.payload.get(key):
                facts = {"what": VERB_LABELS[Verb(event.verb)], "moment": moment(event.at)}
                mail = _("The mail kept with: %(what)s, %(moment)s")
                yield digest, (mail if key == "evidence" else _("Written with: %(what)s, %(moment)s")) % facts
    for message in request.messages.select_related("text"):
        facts = {"kind": message.get_kind_display(), "number": message.number, "moment": moment(message.at)}
        yield message.text.digest, _("%(kind)s %(number)s, %(moment)s") % facts
