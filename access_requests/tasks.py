"""What the clock does: reminders, warnings, the end of access and of forgotten drafts, copies of the record's heads.

Every task may run at any time and as often as one likes: what it has done it does not do again, and what it missed
while it was off it makes up for, in this way.

- A turn gets at most one kind of mail on a day. After a week off, whoever has the turn is reminded first, though the
  time has come to tell hub staff, too; hub staff hear of it on the next working day, if it still lasts. Once nothing
  has happened for so long that hub staff are asked whether to close, they are no longer told that it takes long.
- Access is warned of by the warning that fits the days that are left: one that was missed is not made up for beside it.
- A draft is deleted only when its owner was warned a week before, even where its time is over.
- Access ends on the day after its last day, or as soon as the clock goes again; also where nobody holds it any more.

Each request has its own transaction; one that fails is logged, and the others go on.
"""

from __future__ import annotations

from datetime import timedelta

from celery import shared_task
from django.conf import settings
from django.db import transaction
from django.utils import timezone

from . import actions, clock, measuring, notifications
from .attachments import remove_orphans
from .checkpoints import folder, write_checkpoint
from .filing import known_keys
from .license_changes import catch_up_with_licenses
from .models import AccessRequest, Grant
from .notifications.turns import Turn
from .waiting import is_working_day, working_days_since
from .workflow import ENDED_ACCESS, Status


@shared_task(name="access_requests.remind")
def remind() -> None:
    """Remind whoever has the turn too long, and tell hub staff when it lasts longer still. Never on a day off."""
    if not is_working_day(timezone.localdate()):
        return
    clock.each("remind", clock.turns(), remind_of)
    clock.each("ask for deletion", clock.uncertain_copies(), ask_for_deletion_in)


@transaction.atomic
def remind_of(request: AccessRequest) -> None:
    """Write the mails that are due about one request as it is now; a turn that has just begun has none."""
    turn = Turn(AccessRequest.objects.locked(request))
    if not turn.waits or notifications.remind(turn, after=settings.REMIND_AFTER):
        return
    written = notifications.written_on(turn)
    if timezone.localdate() in written.values():
        return
    if clock.is_silent(turn.request):
        notifications.ask_to_close(turn)
    elif "escalation" not in written and working_days_since(turn.since) >= settings.ESCALATE_AFTER:
        notifications.escalate(turn)


@transaction.atomic
def ask_for_deletion_in(request: AccessRequest) -> None:
    """Remind of the copies of one request whose access is over, or of those whose own access ended alone."""
    request = AccessRequest.objects.locked(request)
    if request.status in ENDED_ACCESS and not request.copies_deleted_at:
        notifications.ask_for_deletion(request)
    for grant in clock.uncertain_grants().filter(request=request).select_related("participant"):
        notifications.ask_one_for_deletion(request, grant)


@shared_task(name="access_requests.warn")
def warn() -> None:
    """Tell people what ends soon: their access, their forgotten draft."""
    clock.each("warn of an end", clock.ending(), warn_of_end)
    clock.each("forgotten draft", clock.forgotten_drafts(), look_at_draft)


@transaction.atomic
def warn_of_end(request: AccessRequest) -> None:
    """Write the one warning that fits the days that are left; short access has only the last."""
    request = AccessRequest.objects.locked(request)
    grants = Grant.objects.in_force().filter(request=request, ends__isnull=False)
    starts, ends = grants.values_list("starts", "ends").order_by("ends").first() or (None, None)
    if starts is None or ends is None:
        return
    left = (ends - timezone.localdate()).days
    due = [days for days in clock.WARN_OF_END if 0 <= left <= days < (ends - starts).days]
    if due:
        notifications.ending_soon(request, min(due))


@transaction.atomic
def look_at_draft(request: AccessRequest) -> None:
    """Warn of a draft that nobody goes on with, and delete it when its time is over, never sooner than it was said."""
    request = AccessRequest.objects.locked(request)
    if request.status != Status.DRAFT:
        return
    today, changed = timezone.localdate(), timezone.localdate(request.changed_at)
    warned = notifications.warned_of_deletion(request)
    if warned is None:
        over = changed + timedelta(days=settings.DRAFT_DAYS)
        last = max(over, today + timedelta(days=clock.WARN_OF_DRAFT))
        if today >= over - timedelta(days=clock.WARN_OF_DRAFT):
            notifications.warn_of_deletion(request, last)
    elif today >= max(changed + timedelta(days=settings.DRAFT_DAYS), warned + timedelta(days=clock.WARN_OF_DRAFT)):
        actions.discard_unused(request=request, unchanged_since=request.changed_at)


@shared_task(name="access_requests.end_access")
def end_access() -> None:
    """End the access whose last day has passed in Stockholm."""
    today = timezone.localdate()
    clock.each("end access", clock.ended(), lambda request: actions.expire(request=request, today=today))


@shared_task(name="access_requests.follow_licenses")
def follow_licenses() -> None:
    """Bring open requests up to licence texts that changed: acceptances carry over, or people accept again."""
    catch_up_with_licenses()


@shared_task(name="access_requests.hand_over")
def hand_over() -> None:
    """Leave open requests for datasets that were retired to hub staff."""
    clock.each("hand over", clock.of_retired_datasets(), lambda request: actions.hand_over(request=request))


@shared_task(name="access_requests.measure")
def measure() -> None:
    """Measure how long answers take, once a day."""
    measuring.measure(timezone.localdate())


@shared_task(name="access_requests.checkpoint")
def checkpoint() -> None:
    """Copy the heads of all chains of events to a file, once a day: what a day's file holds is not replaced."""
    if not (folder() / f"heads-{timezone.localdate().isoformat()}.json").exists():
        write_checkpoint()


@shared_task(name="access_requests.sweep_files")
def sweep_files() -> None:
    """Remove files from the storage that no row names any more, and none that may still be waiting for theirs."""
    remove_orphans(known_keys())
