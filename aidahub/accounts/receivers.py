"""What follows when somebody signs in, proves an address or connects another service. Connected in `apps.py`."""

from __future__ import annotations

from typing import Any

from allauth.account.models import EmailAddress
from allauth.account.signals import email_confirmed
from allauth.socialaccount.models import SocialAccount, SocialLogin
from allauth.socialaccount.signals import social_account_added
from django.contrib.auth.signals import user_logged_in
from django.dispatch import receiver
from django.http import HttpRequest

from aidahub.accounts.links import claim_links
from aidahub.accounts.models import User

# Pages on which a code from a mail proves the address, and nothing proves that its reader made the account.
BY_CODE_ALONE = frozenset({"account_confirm_login_code", "account_confirm_password_reset_code"})


@receiver(user_logged_in, dispatch_uid="accounts.signed_in")
def signed_in(sender: type[User], *, user: User, **_kwargs: Any) -> None:
    """Give the rights that follow from what they proved, also for providers that were imported since."""
    claim_links(user)


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
