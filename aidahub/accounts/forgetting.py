"""What is forgotten about people and visits when its time is over: sessions, counts, unproven accounts, invitations.

Each function may run at any time and as often as one likes, works in batches, and says how many rows it took.
`aidahub.pages.retention` has the table that says why, and calls them.
"""

from __future__ import annotations

from datetime import timedelta

from allauth.account.models import EmailAddress
from allauth.socialaccount.models import SocialAccount
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.sessions.models import Session
from django.db import connection, transaction
from django.db.models import Exists, OuterRef, ProtectedError, Q, QuerySet
from django.utils import timezone

from aidahub.accounts import closing
from aidahub.accounts.models import Invitation, ProviderLink, User
from aidahub.batches import A_NIGHT, in_batches


def forget_sessions() -> int:
    """Delete sessions that have run out, and what the account's page listed of them."""
    over = in_batches(
        Session.objects.filter(expire_date__lt=timezone.now()),
        lambda keys: Session.objects.filter(pk__in=keys).delete(),
        A_NIGHT,
    )
    alive = Session.objects.filter(session_key=OuterRef("session_key"))
    # A row is written beside its session, so one that is a minute old and has none has lost it.
    lost = UserSession.objects.filter(~Exists(alive), created_at__lt=timezone.now() - timedelta(minutes=1))
    return over + in_batches(lost, lambda keys: UserSession.objects.filter(pk__in=keys).delete(), A_NIGHT)


def forget_counts() -> int:
    """Delete what the cache holds beyond its time: attempts to sign in, counted by client address and by account.

    Django's cache in the database does so only when it is full.
    """
    quote = connection.ops.quote_name
    table, column = quote(str(settings.CACHES["default"]["LOCATION"])), quote("expires")
    with connection.cursor() as cursor:
        statement = f"DELETE FROM {table} WHERE {column} < %s"  # noqa: S608 # nosec B608 # names of ours
        cursor.execute(statement, [connection.ops.adapt_datetimefield_value(timezone.now())])
        return int(cursor.rowcount)


def forget_unproven() -> int:
    """Delete accounts whose owner has never proven an address nor signed in, so that nobody knows whose they are.

    What something points at (hub staff noted something of it) cannot be deleted and is emptied.
    """
    before = timezone.now() - timedelta(days=settings.NEW_ACCOUNT_DAYS)
    proven = EmailAddress.objects.filter(user=OuterRef("pk"), verified=True)
    service = SocialAccount.objects.filter(user=OuterRef("pk"))
    rows = User.objects.filter(~Exists(proven), ~Exists(service), date_joined__lt=before, last_login=None)
    return in_batches(rows.filter(erased_at=None, is_hub_staff=False, is_superuser=False), _drop, A_NIGHT)


def _drop(keys: list[int]) -> None:
    closing.forget_in_history(User, keys)
    for user in User.objects.select_for_update().filter(pk__in=keys):
        try:
            with transaction.atomic():
                user.delete()
        except ProtectedError:
            closing.erase(user, by=None)


def forget_invitations() -> int:
    """Delete invitations as long after they were used or ran out as the mail that carried them is kept.

    That somebody acts for a provider, since when and on what ground stands in a `ProviderLink`.
    """
    before = timezone.now() - timedelta(days=settings.MAIL_DAYS)
    over = Invitation.objects.filter(Q(used_at__lt=before) | Q(used_at=None, expires_at__lt=before))
    return in_batches(over, _drop_invitations, A_NIGHT)


def _drop_invitations(keys: list[int]) -> None:
    closing.forget_in_history(Invitation, keys)
    Invitation.objects.filter(pk__in=keys).delete()


def idle_accounts(days: int) -> QuerySet[User]:
    """Accounts into which nobody has signed in for so many days, and in which nobody is signed in.

    Never those of hub staff and operators, of people who act for a provider, nor suspended ones: somebody answers
    for these.
    """
    before = timezone.now() - timedelta(days=days)
    acting = ProviderLink.objects.in_force().filter(user=OuterRef("pk"))
    signed_in = UserSession.objects.filter(user=OuterRef("pk"))
    long_ago = Q(last_login=None) | Q(last_login__lt=before)
    rows = User.objects.filter(long_ago, ~Exists(signed_in), ~Exists(acting), date_joined__lt=before, erased_at=None)
    return rows.filter(is_active=True, is_hub_staff=False, is_superuser=False)
