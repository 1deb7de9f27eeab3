"""The verbs of conversation and of the hub's own bookkeeping: they move nothing."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from access_requests import questions, sending
from access_requests.at_hand import at_hand
from access_requests.events import seal
from access_requests.further import check_not_too_many
from access_requests.models import AccessRequest, Message, Participant
from access_requests.plain import plain
from access_requests.repeats import said_already
from access_requests.rules import Denied, check_length, check_may
from access_requests.talk import check_reads_notes
from access_requests.workflow import CONFLICTED, Part, Verb
from aidahub.accounts.models import User

from .moving import record

LONGEST_NUMBER = 100


def _voice(acting: frozenset[Part]) -> Message.Voice:
    """As whom somebody speaks: named people for themselves, the others for their side."""
    if acting & CONFLICTED:
        return Message.Voice.PARTICIPANT
    return Message.Voice.HUB if Part.HUB in acting else Message.Voice.PROVIDER


def _say(
    request: AccessRequest, verb: Verb, by: User, kind: Message.Kind, text: str, acting: frozenset[Part], **more: Any
) -> Message:
    words = check_length(plain(text))
    if not words:
        raise Denied(_("Please write something."))
    if said := said_already(request, by, kind, words, more.get("question", "")):
        return said
    message = Message.objects.create(
        request=request,
        number=request.messages.count() + 1,
        kind=kind,
        voice=_voice(acting),
        by=by,
        text=seal(request, words),
        **more,
    )
    payload = {"message": message.number, "text": message.text.digest, "voice": message.voice, **more}
    record(request, verb, by=by, payload=payload)
    return message


@transaction.atomic
def write(*, request: AccessRequest, by: User, text: str) -> Message:
    """Write to the other side: applicant and those named to the reviewers, and back. Everybody concerned reads it."""
    request = AccessRequest.objects.locked(request)
    acting = check_may(by, Verb.MESSAGE, request)
    check_not_too_many(request, acting)
    return _say(request, Verb.MESSAGE, by, Message.Kind.MESSAGE, text, acting)


@transaction.atomic
def note(*, request: AccessRequest, by: User, text: str) -> Message:
    """Write an internal note: deciders and hub staff read it, nobody who is named does."""
    request = AccessRequest.objects.locked(request)
    acting = check_may(by, Verb.NOTE, request)
    check_reads_notes(by, request, acting)
    return _say(request, Verb.NOTE, by, Message.Kind.NOTE, text, acting)


@transaction.atomic
def comment(*, request: AccessRequest, by: User, question: str, text: str) -> Message:
    """Comment on one answer; the applicant reads it beside the answer once the request is sent back.

    Args:
        question: the key of a question that was answered.
    """
    request = AccessRequest.objects.locked(request)
    acting = check_may(by, Verb.COMMENT, request)
    check_reads_notes(by, request, acting)
    sent = request.submissions.latest("number")
    asked = questions.shown(sent.form_version.asked, sent.answers)
    if question not in {one.key for one in asked}:
        raise Denied(_("Choose an answer of the request to comment on."))
    return _say(request, Verb.COMMENT, by, Message.Kind.COMMENT, text, acting, question=question)


@transaction.atomic
def assign(*, request: AccessRequest, by: User, to: User | None) -> AccessRequest:
    """Say which member of hub staff takes care of a request; None: nobody in particular.

    Where it is so already, nothing happens: a button that is pressed twice tells nobody twice.

    Raises:
        Denied: when that person is not hub staff, or is named in the request.
    """
    request = AccessRequest.objects.locked(request)
    check_may(by, Verb.ASSIGN, request)
    if to is not None and (
        not to.is_hub or request.applicant_id == to.pk or Participant.objects.of(to).filter(request=request).exists()
    ):
        raise Denied(_("A request is assigned to hub staff who are not named in it."))
    if request.assigned_to_id == (to.pk if to else None):
        return request
    request.assigned_to = to
    record(request, Verb.ASSIGN, by=by, payload={"to": str(to.public_id) if to else None})
    return request


@transaction.atomic
def register(*, request: AccessRequest, by: User, number: str) -> AccessRequest:
    """Give the request the number under which the public register has it (diarienummer); empty takes it away."""
    request = AccessRequest.objects.locked(request)
    check_may(by, Verb.REGISTER, request)
    text = plain(number)
    if len(text) > LONGEST_NUMBER:
        raise Denied(_("A register number has at most %(number)s characters.") % {"number": LONGEST_NUMBER})
    if text == request.register_number:
        return request
    request.register_number = text
    with at_hand(request):
        sending.index_words(request)
    record(request, Verb.REGISTER, by=by, payload={"number": text})
    return request
