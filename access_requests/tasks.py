"""What the clock does: reminders, copies of the record's heads, and removing files that nothing names."""

from __future__ import annotations

from celery import shared_task
from django.conf import settings
from django.db import transaction
from django.utils import timezone

from . import notifications
from .attachments import remove_orphans
from .checkpoints import folder, write_checkpoint
from .filing import known_keys
from .models import AccessRequest
from .waiting import is_working_day, working_days_since
from .workflow import OPEN


@shared_task(name="access_requests.remind")
def remind() -> None:
    """Remind whoever has the turn too long, and tell hub staff when it lasts longer still. Never on a day off."""
    if not is_working_day(timezone.localdate()):
        return
    waiting = AccessRequest.objects.filter(status__in=OPEN)
    for request in waiting.order_by("status_since", "pk").iterator(500):
        if working_days_since(request.status_since) >= min(settings.REMIND_AFTER, settings.ESCALATE_AFTER):
            remind_of(request)


@transaction.atomic
def remind_of(request: AccessRequest) -> None:
    """Write the mails that are due about one request as it is now; a turn that has just begun has none."""
    request = AccessRequest.objects.locked(request)
    days = working_days_since(request.status_since)
    if days >= settings.REMIND_AFTER:
        notifications.remind(request)
    if days >= settings.ESCALATE_AFTER:
        notifications.escalate(request)


@shared_task(name="access_requests.checkpoint")
def checkpoint() -> None:
    """Copy the heads of all chains of events to a file, once a day: what a day's file holds is not replaced."""
    if not (folder() / f"heads-{timezone.localdate().isoformat()}.json").exists():
        write_checkpoint()


@shared_task(name="access_requests.sweep_files")
def sweep_files() -> None:
    """Remove files from the storage that no row names any more, and none that may still be waiting for theirs."""
    remove_orphans(known_keys())
