"""What is forgotten when its time is over: flags, links to parts, the admin's history, accounts that nobody uses.

Each function may run at any time and as often as one likes, and says how many rows it took. Nothing here touches a
request that was sent or its chain of events. `aidahub.pages.retention` has the table that says why, and calls them.
"""

from __future__ import annotations

from datetime import timedelta

import structlog
from django.conf import settings
from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db.models import Q
from django.utils import timezone

from aidahub.accounts.closing import forget_in_history
from aidahub.accounts.forgetting import idle_accounts
from aidahub.accounts.models import User
from aidahub.batches import A_NIGHT, in_batches
from aidahub.outbox.models import Mail

from . import actions
from .models import AccessRequest, PartInvitation, PersonFlag
from .notifications.about_accounts import warn_of_erasing, warning_of_erasing
from .obstacles import obstacles_to_erasing

log = structlog.stdlib.get_logger("access_requests.forgetting")
MONTH = 30  # days
WARN_OF_ERASING = 30  # days before an account that nobody uses is erased


def forget_part_invitations() -> int:
    """Delete links to parts that nobody used, as long after they ran out as the mail that carried them is kept.

    Used ones stay with the request: they say by which way somebody took their part.
    """
    before = timezone.now() - timedelta(days=settings.MAIL_DAYS)
    over = PartInvitation.objects.filter(used_at=None, expires_at__lt=before)
    return in_batches(over, lambda keys: PartInvitation.objects.filter(pk__in=keys).delete(), A_NIGHT)


def forget_flags() -> int:
    """Delete flags on people: after `FLAG_DAYS` days, lifted ones after a third of that."""
    now = timezone.now()
    old = now - timedelta(days=settings.FLAG_DAYS)
    over = PersonFlag.objects.filter(Q(set_at__lt=old) | Q(lifted_at__lt=now - timedelta(days=settings.FLAG_DAYS // 3)))
    return in_batches(over, _forget_flags, A_NIGHT)


def _forget_flags(keys: list[int]) -> None:
    forget_in_history(PersonFlag, keys)  # that somebody set one stays; on whom goes with it
    PersonFlag.objects.filter(pk__in=keys).delete()


def forget_history() -> int:
    """Delete the admin's own history after `HISTORY_DAYS` days, but for what it says of requests.

    Who took a request out on paper, on which ground, is kept as long as the request.
    """
    before = timezone.now() - timedelta(days=settings.HISTORY_DAYS)
    of_requests = ContentType.objects.get_for_model(AccessRequest)
    over = LogEntry.objects.filter(action_time__lt=before).exclude(content_type=of_requests)
    return in_batches(over, lambda keys: LogEntry.objects.filter(pk__in=keys).delete(), A_NIGHT)


def forget_idle_accounts() -> int:
    """Erase accounts into which nobody has signed in for `ACCOUNT_MONTHS` months, and who were warned 30 days before.

    None whose owner has something going on: access, an open request, an open part. How many were erased.
    """
    days = MONTH * settings.ACCOUNT_MONTHS
    if not days:
        return 0
    # Looked at outside the transaction that lists them: erasing locks requests before accounts.
    rows = idle_accounts(max(days - WARN_OF_ERASING, 0))
    return sum(_is_erased(user, days) for user in list(rows.order_by("pk")))


def _is_erased(user: User, days: int) -> bool:
    """Look at one; what goes wrong with it is logged and stops no other."""
    try:
        return _look_at(user, days)
    except Exception as error:
        log.exception("account not looked at", key=str(user.public_id), reason=type(error).__name__)
        return False


def _look_at(user: User, days: int) -> bool:
    """Warn somebody, or erase their account when its time is over; whether it was erased."""
    if obstacles_to_erasing(user, own=True):
        return False
    warning = warning_of_erasing(user)
    if warning is None:
        last = (user.last_login or user.date_joined) + timedelta(days=days)
        warn_of_erasing(user, timezone.localdate(max(last, timezone.now() + timedelta(days=WARN_OF_ERASING))))
        return False
    told = warning.status in {Mail.Status.SENT, Mail.Status.FAILED}  # never while the mail still waits
    over = warning.created_at <= timezone.now() - timedelta(days=WARN_OF_ERASING)
    return told and over and actions.erase_idle_account(user=user, days=days)
