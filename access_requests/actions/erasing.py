"""Erasing an account: asked for by its owner, done by hub staff, or by the clock when nobody has come for years.

Drafts go with it. What was sent is a public record and stays, and so does the chain of events, which names the account
by a key that leads to nobody any more.
"""

from __future__ import annotations

from collections.abc import Callable

import structlog
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from access_requests.models import AccessRequest, Participant, PersonFlag
from access_requests.notifications.about_accounts import farewell
from access_requests.obstacles import obstacles_to_erasing
from access_requests.rules import Denied
from access_requests.workflow import Status
from aidahub.accounts import closing
from aidahub.accounts.forgetting import idle_accounts
from aidahub.accounts.models import User
from aidahub.outbox.forgetting import empty_for

from .accounts import check_may_close, close_part_invitations
from .asking import discard_unused

log = structlog.stdlib.get_logger("access_requests.accounts")


def erase_account(*, user: User, by: User) -> None:
    """Hub staff empty the account of a person who asks to be erased.

    Raises:
        Denied: when `by` may not do it, or something of the person's is going on; the sentence says what to do first.
    """
    _erase(user, by, lambda account: check_may_erase(by, account))


def erase_own_account(*, by: User) -> None:
    """Somebody empties their own account.

    Raises:
        Denied: when something of theirs is going on; the sentence says what to do first.
    """
    _erase(by, by, check_may_erase_own)


def erase_idle_account(*, user: User, days: int) -> bool:
    """The clock empties an account into which nobody has signed in for so many days; whether it still was one."""

    def check(account: User) -> None:
        check_may_erase_own(account)
        if not idle_accounts(days).filter(pk=account.pk).exists():
            raise Denied(_("This account is in use."))

    try:
        _erase(user, None, check)
    except Denied:
        return False
    return True


@transaction.atomic
def _erase(user: User, by: User | None, check: Callable[[User], None]) -> None:
    drafts = AccessRequest.objects.select_for_update().filter(applicant=user, status=Status.DRAFT)
    drafts_now = list(drafts.order_by("pk"))  # requests are locked before accounts, here as in every verb
    account = User.objects.select_for_update().get(pk=user.pk)
    check(account)
    for draft in drafts_now:
        discard_unused(request=draft, unchanged_since=timezone.now())
    close_part_invitations(account)
    addresses = closing.addresses_of(account)
    named = Participant.objects.filter(user=account).values_list("email", flat=True)
    empty_for({*addresses, *named})
    flags = PersonFlag.objects.filter(Q(user=account) | Q(email__in=addresses))
    closing.forget_in_history(PersonFlag, flags.values_list("pk", flat=True))  # the flags themselves stay their time
    farewell(account)
    closing.erase(account, by=by)
    # The key leads to nobody; after a backup was restored it says whom to erase again.
    log.info("account erased", key=str(account.public_id))


def check_may_erase(by: User, user: User) -> None:
    """Refuse unless `by`, of hub staff, may erase this account now.

    Raises:
        Denied: with what must be done first.
    """
    check_may_close(by, user)
    for obstacle in obstacles_to_erasing(user, own=False):
        raise Denied(obstacle.to_hub_staff)


def check_may_erase_own(user: User) -> None:
    """Refuse unless somebody may erase their own account now.

    Raises:
        Denied: with what must be done first.
    """
    if not user.is_active:
        raise Denied(_("This account cannot be used any more."))
    for obstacle in obstacles_to_erasing(user, own=True):
        raise Denied(obstacle.to_the_person)
