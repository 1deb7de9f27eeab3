"""Asking somebody who is named once more for their answer, with a fresh link. It changes nothing in the request."""

from __future__ import annotations

from datetime import timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from access_requests import notifications
from access_requests.models import AccessRequest, Participant, PartInvitation
from access_requests.rules import Denied, check_may
from access_requests.workflow import RUNNING, Part, Verb
from aidahub.accounts.models import User
from aidahub.outbox.models import Mail

# However often a button is pressed, nobody's mailbox is filled: one mail an hour, and so many a day.
MAILS_A_DAY = 5


@transaction.atomic
def remind_person(*, request: AccessRequest, by: User, person: Participant) -> AccessRequest:
    """Hub staff ask somebody again who has not answered.

    Raises:
        Denied: also when they have answered, are not named any more, or were asked within the hour.
    """
    request = AccessRequest.objects.locked(request)
    check_may(by, Verb.REPLACE_PERSON, request)
    named = request.participants.filter(pk=person.pk, removed_at=None).exclude(part=Part.APPLICANT).first()
    if named is None:
        raise Denied(_("This person is not named in the request any more."))
    if named.confirmed_at:
        raise Denied(_("This person has confirmed already."))
    if not _ask(request, named):
        raise Denied(_("This person was asked a moment ago. Please wait an hour before you ask again."))
    return request


@transaction.atomic
def send_fresh_link(*, invitation: PartInvitation) -> bool:
    """Whoever holds an old link asks for a new one, which goes to the address of the old one; whether it does.

    Not where nothing is to be answered: the request is over, the person is not named any more, or has confirmed.
    """
    request = AccessRequest.objects.locked(invitation.participant.request)
    person = Participant.objects.get(pk=invitation.participant_id)
    if person.removed_at or person.confirmed_at or request.status not in RUNNING:
        return False
    return _ask(request, person)


def _ask(request: AccessRequest, person: Participant) -> bool:
    now = timezone.now()
    start = f"{request.reference}/part-{person.number}/"
    if Mail.objects.filter(about__startswith=start, created_at__gte=now - timedelta(days=1)).count() >= MAILS_A_DAY:
        return False
    return notifications.ask_again(request, person, about=f"{start}{now:%Y%m%dT%H}")
