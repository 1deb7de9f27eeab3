"""The verbs around access that was approved: agreement, delivery, extension, and every way in which it ends."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from access_requests.events import seal
from access_requests.models import AccessRequest, Agreement, Attachment, Delivery, Grant, Participant
from access_requests.plain import plain
from access_requests.rules import Denied, check_length, check_may, confirms_for_all, copies_to_confirm
from access_requests.workflow import HOLDERS, GrantEnd, Part, Status, Verb
from aidahub.accounts.models import User

from .moving import end_grants, grant_if_complete, grants_of, move, note_copies, record, sealed_reason


@transaction.atomic
def record_agreement(*, request: AccessRequest, by: User, paper: Attachment, signed_on: date) -> AccessRequest:
    """Hub staff record that the agreement was signed, with its paper; it may be the last condition."""
    request = AccessRequest.objects.locked(request)
    check_may(by, Verb.RECORD_AGREEMENT, request)
    if paper.request_id != request.pk or not paper.is_there:
        raise Denied(_("Attach the signed agreement; it is kept with the request."))
    if signed_on > timezone.localdate():
        raise Denied(_("The day of signing lies in the future."))
    Agreement.objects.create(request=request, paper=paper, signed_on=signed_on, by=by)
    payload = {"paper": paper.sha256, "signed_on": signed_on.isoformat()}
    record(request, Verb.RECORD_AGREEMENT, by=by, payload=payload)
    return grant_if_complete(request)


# Where data is fetched from: no address that a browser would run, no spaces or control characters.
LINK = re.compile(r"(?:https?|sftp|ftps)://[^\s\x00-\x1f\x7f-\x9f]+", re.IGNORECASE)


@dataclass(frozen=True)
class HandedOver:
    """How the data reaches a holder: words, a link, a secret, and the last day on which they work.

    `keep_secret`: each holder's own secret of the last time still holds, so that nobody need see it to hand it over
    again.
    """

    how: str = ""
    link: str = ""
    secret: str = ""
    valid_until: date | None = None
    keep_secret: bool = False

    def check(self) -> None:
        """Refuse what nobody could use.

        Raises:
            Denied: when nothing is given, it is too long, the link is none, or the day has passed.
        """
        if not (self.how.strip() or self.link.strip()):
            raise Denied(_("Say how the holder gets the data: a link, or words."))
        if self.link and not LINK.fullmatch(self.link.strip()):
            raise Denied(_("The link must be a whole address, such as https://…"))
        if not self.secret.isprintable():
            raise Denied(_("The secret holds characters that nobody can type."))
        if len(self.link) > 2000 or len(self.secret) > 500 or len(self.how) > 5000:
            raise Denied(_("One of these is too long."))
        if self.valid_until and self.valid_until < timezone.localdate():
            raise Denied(_("The last day lies in the past."))


@transaction.atomic
def deliver(
    *, request: AccessRequest, by: User, what: HandedOver, persons: Collection[Participant] | None = None
) -> AccessRequest:
    """Hub staff record how the data reaches holders; again, as often as it is handed over again.

    Args:
        what: link, secret, words and last day; shown to the holder after signing in, never in a mail.
        persons: for whom; None: for every holder.
    """
    request = AccessRequest.objects.locked(request)
    check_may(by, Verb.DELIVER, request)
    what.check()
    keys = None if persons is None else {person.pk for person in persons}
    grants = [grant for grant in grants_of(request) if keys is None or grant.participant_id in keys]
    if not grants:
        raise Denied(_("Choose somebody who has access."))
    now = timezone.now()
    rows = [_delivery(grant, what, by, now) for grant in grants]
    payload: dict[str, Any] = {
        "persons": [grant.participant.number for grant in grants],
        "again": any(row.number > 1 for row in rows),
        "valid_until": what.valid_until.isoformat() if what.valid_until else None,
        "secret": any(row.secret for row in rows),
    }
    record(request, Verb.DELIVER, by=by, payload=payload)
    return request


def _delivery(grant: Grant, what: HandedOver, by: User, at: datetime) -> Delivery:
    last = grant.deliveries.order_by("-number").first()
    secret = what.secret.strip()
    if what.keep_secret and not secret:
        if last is None or not last.secret:
            sentence = _("No secret was handed over to %(name)s before. Write it, or leave it out.")
            raise Denied(sentence % {"name": grant.participant.name})
        secret = last.secret
    if not grant.has_data or grant.works_until != what.valid_until:
        grant.has_data, grant.works_until = True, what.valid_until
        grant.save(update_fields=["has_data", "works_until"])
    return Delivery.objects.create(
        grant=grant,
        number=last.number + 1 if last else 1,
        how=plain(what.how),
        link=what.link.strip(),
        secret=secret,
        valid_until=what.valid_until,
        by=by,
        at=at,
    )


@transaction.atomic
def close_delivery(
    *, request: AccessRequest, by: User, persons: Collection[Participant] | None = None
) -> AccessRequest:
    """Hub staff record that the way to the data is closed for people whose access has ended.

    Args:
        persons: for whom; None: for everybody whose way is not recorded as closed.
    """
    request = AccessRequest.objects.locked(request)
    check_may(by, Verb.CLOSE_DELIVERY, request)
    keys = None if persons is None else {person.pk for person in persons}
    rows = Grant.objects.filter(request=request).with_open_way().select_related("participant")
    grants = [grant for grant in rows if keys is None or grant.participant_id in keys]
    if not grants:
        raise Denied(_("Choose somebody whose way to the data is still to be closed."))
    Delivery.objects.filter(grant__in=grants, closed_at=None).update(closed_at=timezone.now(), closed_by=by)
    numbers = sorted({grant.participant.number for grant in grants})
    record(request, Verb.CLOSE_DELIVERY, by=by, payload={"persons": numbers})
    return request


@transaction.atomic
def show_secret(*, request: AccessRequest, by: User) -> Delivery:
    """A holder looks at the secret of their latest delivery; that they did is recorded."""
    request = AccessRequest.objects.locked(request)
    check_may(by, Verb.SHOW_SECRET, request)
    today = timezone.localdate()
    own = Participant.objects.of(by).filter(request=request, part__in=sorted(HOLDERS))
    grants = Grant.objects.in_force().on(today).filter(request=request, participant__in=own)
    deliveries = Delivery.objects.filter(grant__in=grants).select_related("grant__participant")
    latest = deliveries.order_by("-at", "-pk").first()
    if latest is None or not latest.secret:
        raise Denied(_("No secret was handed over to you here."))
    if latest.valid_until and latest.valid_until < today:
        raise Denied(_("It does not work any more. Write a message and ask for it to be delivered again."))
    payload = {"person": latest.grant.participant.number, "delivery": latest.number}
    record(request, Verb.SHOW_SECRET, by=by, payload=payload)
    return latest


@transaction.atomic
def extend(*, request: AccessRequest, by: User, ends: date) -> AccessRequest:
    """Give open access a later last day."""
    request = AccessRequest.objects.locked(request)
    check_may(by, Verb.EXTEND, request)
    grants = [grant for grant in grants_of(request) if grant.ends]
    latest = max(grant.ends for grant in grants if grant.ends)
    if ends <= latest:
        raise Denied(_("The new last day must be later than the one now."))
    if ends < timezone.localdate():
        raise Denied(_("The last day lies in the past."))
    for grant in grants:
        grant.ends = ends
        grant.save(update_fields=["ends"])
    payload = {"ends": ends.isoformat(), "before": latest.isoformat()}
    record(request, Verb.EXTEND, by=by, payload=payload)
    return request


@transaction.atomic
def expire(*, request: AccessRequest, today: date) -> bool:
    """The clock ends access whose last day has passed; whether it did.

    The last day that was agreed counts also where nobody holds access any more.
    """
    request = AccessRequest.objects.locked(request)
    last = Grant.objects.filter(request=request).decisive()
    if request.status != Status.GRANTED or last is None or last.ends is None or last.ends >= today:
        return False
    ended = end_grants(grants_of(request), GrantEnd.EXPIRED)
    move(request, Status.EXPIRED)
    note_copies(request)
    record(request, Verb.EXPIRE, by=None, payload={"ended": ended})
    return True


@transaction.atomic
def revoke(*, request: AccessRequest, by: User, reason: str) -> AccessRequest:
    """End access, or an approval before access opens, and say why."""
    request = AccessRequest.objects.locked(request)
    check_may(by, Verb.REVOKE, request)
    sealed = sealed_reason(request, reason)
    ended = end_grants(grants_of(request), GrantEnd.REVOKED)
    move(request, Status.REVOKED)
    note_copies(request)
    record(request, Verb.REVOKE, by=by, payload={"reason": sealed.digest, "ended": ended})
    return request


@transaction.atomic
def leave(*, request: AccessRequest, by: User, person: Participant | None = None, reason: str = "") -> AccessRequest:
    """Somebody moves to another institution: their grant ends; a grant is for work at one institution only.

    With the last grant the request's access is over. A new request for the new institution is begun with `renew`.

    Args:
        person: who leaves, where hub staff record it; people leave for themselves.
        reason: what hub staff or the person want to add.
    """
    request = AccessRequest.objects.locked(request)
    acting = check_may(by, Verb.LEAVE, request)
    own = Participant.objects.of(by).filter(request=request, part__in=sorted(HOLDERS)).values_list("pk", flat=True)
    keys = {person.pk} if person is not None and Part.HUB in acting else set(own)
    grants = [grant for grant in grants_of(request) if grant.participant_id in keys]
    if not grants:
        raise Denied(_("This person has no access here that could end."))
    text = check_length(plain(reason))
    sealed = seal(request, text) if text else None
    ended = end_grants(grants, GrantEnd.LEFT)
    if not grants_of(request):
        move(request, Status.EXPIRED)
    record(request, Verb.LEAVE, by=by, payload={"ended": ended, "reason": sealed.digest if sealed else None})
    return request


@transaction.atomic
def confirm_deletion(
    *, request: AccessRequest, by: User, persons: Collection[Participant] | None = None
) -> AccessRequest:
    """Somebody confirms, after access ended, that copies are deleted.

    Once access is over, whoever is responsible for the data confirms it for all. Those whose own access ended alone
    confirm it for themselves.

    Args:
        persons: whose copies, where hub staff record it; None: of everybody whose copies must be deleted now.
    """
    request = AccessRequest.objects.locked(request)
    acting = check_may(by, Verb.CONFIRM_DELETION, request)
    keys = None if persons is None else {person.pk for person in persons}
    found = copies_to_confirm(by, request, acting)
    grants = [grant for grant in found if keys is None or grant.participant_id in keys]
    if not grants:
        raise Denied(_("Choose somebody whose copies must be deleted."))
    Grant.objects.filter(pk__in=[grant.pk for grant in grants]).update(copies_deleted_at=timezone.now())
    note_copies(request)
    payload: dict[str, Any] = {"by_hub": Part.HUB in acting}
    if keys is not None or not confirms_for_all(request, acting):
        payload["persons"] = sorted({grant.participant.number for grant in grants})
    record(request, Verb.CONFIRM_DELETION, by=by, payload=payload)
    return request
