"""What follows when somebody signs in, proves an address or connects another service. Connected in `apps.py`."""

from __future__ import annotations

from typing import Any

from allauth.account.internal.flows.login import record_authentication
from allauth.account.models import EmailAddress
from allauth.account.signals import authentication_step_completed, email_confirmed, password_changed, password_set
from allauth.mfa.models import Authenticator
from allauth.mfa.signals import authenticator_added, authenticator_removed, authenticator_reset
from allauth.socialaccount.models import SocialAccount, SocialLogin
from allauth.socialaccount.signals import social_account_added
from allauth.usersessions.models import UserSession
from django.contrib.auth.signals import user_logged_in
from django.db.models.signals import pre_save
from django.dispatch import receiver
from django.http import HttpRequest

from aidahub.accounts import sittings
from aidahub.accounts.links import claim_links
from aidahub.accounts.models import User
from aidahub.accounts.sessions import NOWHERE, end_others, note_seen, renew_key

# Pages on which a code from a mail proves the address, and nothing proves that its reader made the account.
BY_CODE_ALONE = frozenset({"account_confirm_login_code", "account_confirm_password_reset_code"})


@receiver(user_logged_in, dispatch_uid="accounts.signed_in")
def signed_in(sender: type[User], *, user: User, request: HttpRequest, **_kwargs: Any) -> None:
    """Give the rights that follow from what they proved, also for providers that were imported since."""
    claim_links(user)
    note_seen(request)


@receiver(authentication_step_completed, dispatch_uid="accounts.asked_again")
def answered_again(sender: type[User], *, request: HttpRequest, reauthenticated: bool = False, **_kwargs: Any) -> None:
    """Who has said again who they are goes on under another key: one that was copied before opens nothing now."""
    if reauthenticated:
        renew_key(request)


@receiver(pre_save, sender=UserSession, dispatch_uid="accounts.no_address_kept")
def no_address_kept(sender: type[UserSession], *, instance: UserSession, **_kwargs: Any) -> None:
    """Keep no client's address beside a sign-in. Allauth has no setting for that, and its column takes no NULL."""
    instance.ip = NOWHERE


@receiver(authenticator_added, dispatch_uid="accounts.second_step_added")
def second_step_added(
    sender: type[Authenticator], *, request: HttpRequest, user: User, authenticator: Authenticator, **_kwargs: Any
) -> None:
    """End sign-ins that went without the new second step; this session has just shown it."""
    if authenticator.type == Authenticator.Type.TOTP:
        record_authentication(request, user, "mfa", id=authenticator.pk, type=authenticator.type)
        end_others(request, user)


@receiver(authenticator_reset, dispatch_uid="accounts.second_step_changed")
@receiver(authenticator_removed, dispatch_uid="accounts.second_step_changed")
def second_step_changed(sender: type[Authenticator], *, request: HttpRequest, user: User, **_kwargs: Any) -> None:
    """End the other sign-ins when the app or the recovery codes are changed; allauth mails the owner."""
    end_others(request, user)


@receiver(password_set, dispatch_uid="accounts.password_changed")
@receiver(password_changed, dispatch_uid="accounts.password_changed")
def new_password(sender: type[User], *, request: HttpRequest, user: User, **_kwargs: Any) -> None:
    """End the other sign-ins, so that they are told why; Django would take them for strangers."""
    end_others(request, user)


@receiver(email_confirmed, dispatch_uid="accounts.address_proven")
def address_proven(
    sender: type[EmailAddress], *, request: HttpRequest, email_address: EmailAddress, **_kwargs: Any
) -> None:
    """Give the rights that follow from the address.

    An account that a stranger made with somebody else's address becomes the owner's when they prove it by a code.
    Whatever the stranger could have signed in with is forgotten then.
    """
    user = email_address.user
    others = EmailAddress.objects.filter(user=user, verified=True).exclude(pk=email_address.pk)
    match = request.resolver_match
    if match is not None and match.url_name in BY_CODE_ALONE and not others.exists():
        forget_ways_in(user)
    sittings.remember(request, user, sittings.ADDRESS, email_address.email)
    claim_links(user)


def forget_ways_in(user: User) -> None:
    """Drop the password and the connected services of an account."""
    user.set_unusable_password()
    user.save(update_fields=["password"])
    SocialAccount.objects.filter(user=user).delete()


@receiver(social_account_added, dispatch_uid="accounts.service_connected")
def service_connected(sender: type[SocialLogin], *, sociallogin: SocialLogin, **_kwargs: Any) -> None:
    """Give the rights that follow from an ORCID."""
    claim_links(sociallogin.user)
