"""What a verb asks beyond the tables of `workflow`: one rule for each verb, called by `rules.check_may`."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from django.conf import settings
from django.utils import timezone
from django.utils.text import get_text_list
from django.utils.translation import gettext_lazy as _

from aidahub.accounts.models import User

from .conditions import blocks_review
from .labels import STATUS_LABELS
from .models import AccessRequest, Attachment, Message, Submission
from .policies import is_requestable, policy_of
from .refusals import Denied
from .workflow import EDITABLE, FINISHED, Part, Status, Verb

Check = Callable[[AccessRequest, frozenset[Part]], None]
# Each sending writes to whomever the answers name: nobody may fill other people's mailboxes with that.
SENDINGS_A_DAY = 50
MESSAGES_A_DAY = 50


def wrong_status(request: AccessRequest) -> str:
    """That this is not possible in the status that the request has."""
    status = STATUS_LABELS[Status(request.status)]
    return str(_("This is not possible now. The request's status is: %(status)s.") % {"status": status})


def _check_submit(request: AccessRequest, acting: frozenset[Part]) -> None:
    if not is_requestable(request.license):
        raise Denied(_("This dataset takes no requests under this licence any more. Your draft is kept."))
    lately = Submission.objects.filter(
        request__applicant=request.applicant_id, sent_at__gte=timezone.now() - timedelta(days=1)
    )
    if lately.count() >= SENDINGS_A_DAY:
        raise Denied(_("You have sent very many requests today. Your draft is kept: please send it tomorrow."))


def _check_forward(request: AccessRequest, acting: frozenset[Part]) -> None:
    if missing := blocks_review(request):
        names = get_text_list([person.name for person in missing], str(_("and")))
        raise Denied(_("%(names)s must confirm their part before the deciders are asked.") % {"names": names})


def _check_send_back(request: AccessRequest, acting: frozenset[Part]) -> None:
    if Part.HUB in acting:
        return
    if request.status != Status.IN_REVIEW or policy_of(request.license).triage:
        raise Denied(_("Only hub staff can send this request back. Write to them if something must be changed."))


def _check_open_round(request: AccessRequest, acting: frozenset[Part]) -> None:
    if request.open_round is None:
        raise Denied(wrong_status(request))


def _check_excuse(request: AccessRequest, acting: frozenset[Part]) -> None:
    _check_open_round(request, acting)
    if request.open_round is not None and request.open_round.by_hub:
        raise Denied(_("Hub staff decide on this request; there is no decider to excuse."))


def _check_persons(request: AccessRequest, acting: frozenset[Part]) -> None:
    """The applicant changes who is named while the answers can be changed; after that hub staff do."""
    if Part.HUB not in acting and request.status not in EDITABLE:
        raise Denied(_("The request has been sent. Write to hub staff if the people in it must change."))


def _check_extend(request: AccessRequest, acting: frozenset[Part]) -> None:
    if not request.grants.filter(ended_at=None, ends__isnull=False).exists():
        raise Denied(_("This access has no end that could be moved."))


def _check_confirm_deletion(request: AccessRequest, acting: frozenset[Part]) -> None:
    if not request.grants.all():
        raise Denied(_("Nobody had access here, so there are no copies."))
    if request.copies_deleted_at:
        raise Denied(_("It is confirmed already that the copies are deleted."))
    other = (row.part == Part.RECIPIENT_SCIENTIST and row.takes_part for row in request.participants.all())
    if acting == {Part.APPLICANT} and any(other):
        raise Denied(_("The recipient scientist confirms that the copies are deleted."))


def _check_renew(request: AccessRequest, acting: frozenset[Part]) -> None:
    if not is_requestable(request.license):
        raise Denied(_("This dataset takes no requests under this licence any more."))


def _check_reopen(request: AccessRequest, acting: frozenset[Part]) -> None:
    ended = request.ended_at
    if ended is None or timezone.now() - ended > timedelta(days=settings.REOPEN_DAYS):
        sentence = _("A request can be reopened within %(days)s days of its end. A new one must be sent.")
        raise Denied(sentence % {"days": settings.REOPEN_DAYS})
    if not request.applicant.is_active:
        raise Denied(_("The applicant’s account is closed, so nobody could go on with this request."))


def check_not_too_many(request: AccessRequest, acting: frozenset[Part]) -> None:
    """Refuse a message where very many were written today; asked when one is sent, not for each page with a form.

    Raises:
        Denied: with what to do.
    """
    if Part.HUB in acting or Part.DECIDER in acting:
        return
    lately = Message.objects.filter(request=request, at__gte=timezone.now() - timedelta(days=1))
    if lately.filter(voice=Message.Voice.PARTICIPANT).count() >= MESSAGES_A_DAY:
        raise Denied(_("Very many messages were written in this request today. Please go on tomorrow."))


def _check_leave(request: AccessRequest, acting: frozenset[Part]) -> None:
    if not request.grants.filter(ended_at=None).exists():
        raise Denied(wrong_status(request))


def _check_attach(request: AccessRequest, acting: frozenset[Part]) -> None:
    """Whoever is named adds files while the request goes on; hub staff keep papers also after its end."""
    if request.status in FINISHED and acting.isdisjoint({Part.HUB, Part.DECIDER}):
        raise Denied(wrong_status(request))


def is_unsent(request: AccessRequest, file: Attachment, by: User) -> bool:
    """Whether somebody may still take a file back: it is theirs, and nobody but them could read it so far.

    What lay with the request before it was sent, or came while others read it, belongs to the record.
    """
    read_by_others = request.submitted_at is not None and file.at <= request.status_since
    return file.is_there and file.by_id == by.pk and not read_by_others


FURTHER: dict[Verb, Check] = {
    Verb.SUBMIT: _check_submit,
    Verb.FORWARD: _check_forward,
    Verb.SEND_BACK: _check_send_back,
    Verb.DECIDE: _check_open_round,
    Verb.VOID_VOTE: _check_open_round,
    Verb.EXCUSE: _check_excuse,
    Verb.ADD_PERSON: _check_persons,
    Verb.REMOVE_PERSON: _check_persons,
    Verb.EXTEND: _check_extend,
    Verb.LEAVE: _check_leave,
    Verb.CONFIRM_DELETION: _check_confirm_deletion,
    Verb.RENEW: _check_renew,
    Verb.REOPEN: _check_reopen,
    Verb.ATTACH: _check_attach,
}
