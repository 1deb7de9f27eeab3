"""Suspending an account, and lifting that: what it means for requests is that votes count no more."""

from __future__ import annotations

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from access_requests.models import AccessRequest, PartInvitation
from access_requests.plain import plain
from access_requests.rules import REASON_LENGTH, Denied, parts_in
from access_requests.workflow import CONFLICTED, Status
from aidahub.accounts import closing
from aidahub.accounts.models import User

from .judging import void_votes


def suspend_account(*, user: User, by: User, reason: str) -> list[AccessRequest]:
    """Suspend an account, as when somebody else may be using it: sign-ins end, its votes in open rounds are void.

    First the account is closed, in a transaction of its own, so that no vote can follow; then its votes are set aside,
    request by request. Done again, it sets aside what an interruption left.

    Returns:
        The requests in which votes were set aside now.

    Raises:
        Denied: when `by` may not do it, or gives no reason.
    """
    _close(user, by, reason)
    return [_set_aside(request, by, user) for request in _voted_in(user)]


@transaction.atomic
def _close(user: User, by: User, reason: str) -> None:
    account = User.objects.select_for_update().get(pk=user.pk)
    check_may_close(by, account)
    text = plain(reason)
    if not text or len(text) > REASON_LENGTH:
        raise Denied(_("Please give a reason, of at most 5,000 characters; hub staff read it."))
    if account.suspended_at is None:
        closing.suspend(account, by=by, reason=text)
        close_part_invitations(account)


def _voted_in(user: User) -> list[AccessRequest]:
    """The requests in whose open round this account cast a vote that counts."""
    votes = Q(rounds__closed_at=None, rounds__decisions__by=user, rounds__decisions__void_at=None)
    return list(AccessRequest.objects.filter(votes, status=Status.IN_REVIEW).order_by("pk").distinct())


def _set_aside(request: AccessRequest, by: User, voter: User) -> AccessRequest:
    """Whoever is named in a request does nothing in it for the hub, so there the system does it."""
    named = bool(CONFLICTED & parts_in(by, request))
    return void_votes(request=request, by=None if named else by, voter=voter)


def close_part_invitations(user: User) -> None:
    """Let no link to a part work any more that is this person's, or went to an address of theirs."""
    now = timezone.now()
    mine = Q(participant__user=user) | Q(participant__email__in=closing.addresses_of(user))
    PartInvitation.objects.filter(mine, used_at=None, expires_at__gt=now).update(expires_at=now)


@transaction.atomic
def lift_suspension(*, user: User, by: User) -> None:
    """Let a suspended person sign in again. Their votes stay set aside.

    Raises:
        Denied: when `by` may not do it, or the account is not suspended.
    """
    account = User.objects.select_for_update().get(pk=user.pk)
    check_may_close(by, account)
    if account.suspended_at is None:
        raise Denied(_("This account is not suspended."))
    closing.lift(account)


def check_may_close(by: User, user: User) -> None:
    """Refuse unless `by` may suspend this account or lift its suspension.

    Raises:
        Denied: with the reason.
    """
    if not by.is_hub:
        raise Denied(_("Only hub staff can do this."))
    if by.pk == user.pk:
        raise Denied(_("This is your own account. Ask a colleague."))
    if user.is_superuser and not by.is_superuser:
        raise Denied(_("This is an operator’s account. Only another operator can do this."))
    if user.erased_at:
        raise Denied(_("This account was erased."))
