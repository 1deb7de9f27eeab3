"""What closing an account means for requests: votes that count no more, drafts that go, what stands in the way."""

from __future__ import annotations

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.text import get_text_list
from django.utils.translation import gettext as _

from access_requests.models import AccessRequest, AccessRequestQuerySet, Grant, Participant, PartInvitation
from access_requests.plain import plain
from access_requests.rules import REASON_LENGTH, Denied, parts_in
from access_requests.workflow import CONFLICTED, OPEN, Status
from aidahub.accounts import closing
from aidahub.accounts.models import User

from .asking import discard_unused
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
        _close_part_invitations(account)


def _voted_in(user: User) -> list[AccessRequest]:
    """The requests in whose open round this account cast a vote that counts."""
    votes = Q(rounds__closed_at=None, rounds__decisions__by=user, rounds__decisions__void_at=None)
    return list(AccessRequest.objects.filter(votes, status=Status.IN_REVIEW).order_by("pk").distinct())


def _set_aside(request: AccessRequest, by: User, voter: User) -> AccessRequest:
    """Whoever is named in a request does nothing in it for the hub, so there the system does it."""
    named = bool(CONFLICTED & parts_in(by, request))
    return void_votes(request=request, by=None if named else by, voter=voter)


def _close_part_invitations(user: User) -> None:
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


@transaction.atomic
def erase_account(*, user: User, by: User) -> None:
    """Empty the account of a person who asks to be erased; drafts go, what was sent is a public record and stays.

    Raises:
        Denied: when `by` may not do it, or something of the person's is going on; the sentence says what to do first.
    """
    drafts = AccessRequest.objects.select_for_update().filter(applicant=user, status=Status.DRAFT)
    drafts_now = list(drafts.order_by("pk"))  # requests are locked before accounts, here as in every verb
    account = User.objects.select_for_update().get(pk=user.pk)
    check_may_erase(by, account)
    for draft in drafts_now:
        discard_unused(request=draft, unchanged_since=timezone.now())
    _close_part_invitations(account)
    closing.erase(account, by=by)


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


def check_may_erase(by: User, user: User) -> None:
    """Refuse unless `by` may erase this account now.

    Raises:
        Denied: with what must be done first.
    """
    check_may_close(by, user)
    held = Grant.objects.in_force().filter(participant__in=_all_parts(user))
    if references := _references(AccessRequest.objects.filter(grants__in=held)):
        raise Denied(
            _("They have access by %(references)s. First end it: let them leave, or revoke it.")
            % {"references": references}
        )
    if references := _references(AccessRequest.objects.filter(applicant=user, status__in=OPEN)):
        raise Denied(
            _("A request of theirs is open: %(references)s. First let them withdraw it, or close it.")
            % {"references": references}
        )
    here = Participant.objects.naming(user).filter(request__status__in=OPEN)
    if references := _references(AccessRequest.objects.filter(participants__in=here)):
        raise Denied(
            _("They are named in an open request: %(references)s. First replace or remove them there.")
            % {"references": references}
        )


def _all_parts(user: User) -> QuerySet[Participant]:
    """Every part that the person has or had."""
    return Participant.objects.filter(Q(user=user) | Q(email__in=user.verified_emails))


def _references(requests: AccessRequestQuerySet) -> str:
    found = requests.order_by("reference").values_list("reference", flat=True).distinct()
    return str(get_text_list(list(found), str(_("and"))))
