"""Invitations: a link by which its reader comes to act for a provider, whatever address their own account has."""

from __future__ import annotations

import hashlib
import secrets
from datetime import timedelta
from urllib.parse import urlencode

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.db.models import QuerySet
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext_lazy as _

from aidahub.accounts.links import give_link
from aidahub.accounts.models import Invitation, ProviderLink, User
from datasets.models import Dataset, Provider

TOKEN_BYTES = 32  # 256 bits: nobody guesses one, so a plain hash of it is enough in the database


class InvitationError(Exception):
    """An invitation cannot be accepted; its text is the sentence for the person."""


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def invite(provider: Provider, *, email: str | None = None, next_path: str = "") -> str:
    """Make an invitation; its link is returned and kept nowhere else. Several may be open at once.

    Args:
        provider: whom its reader will act for.
        email: the address that the link will be sent to, by default the provider's.
        next_path: a path of this site to go on to, such as the page of a request.

    Returns:
        The address of the page where it is accepted.

    Raises:
        ValueError: when there is no address to send it to.
    """
    address = email or provider.email
    if not address:
        raise ValueError("The provider has no e-mail address, so name one.")
    token = secrets.token_urlsafe(TOKEN_BYTES)
    now = timezone.now()
    expires_at = now + timedelta(days=settings.INVITATION_DAYS)
    Invitation.objects.create(
        provider=provider, email=address, token_hash=_hash(token), created_at=now, expires_at=expires_at
    )
    query = f"?{urlencode({'next': next_path})}" if next_path else ""
    return settings.BASE_URL + reverse("accounts:invitation", kwargs={"token": token}) + query


@transaction.atomic
def send_invitation(provider: Provider, *, email: str | None = None) -> Invitation:
    """Invite, and write the mail that carries the link.

    Raises:
        ValueError: when there is no address to send it to.
    """
    link = invite(provider, email=email)
    invitation = Invitation.objects.filter(provider=provider).latest("pk")
    context = {"link": link, "invitation": invitation, "provider": provider, "datasets": datasets_of(provider)}
    context |= {"hub": settings.HUB_NAME, "base_url": settings.BASE_URL}
    subject = " ".join(render_to_string("account/email/invitation_subject.txt", context).split())
    text = render_to_string("account/email/invitation_message.txt", context)
    EmailMessage(subject, text, to=[invitation.email]).send()
    return invitation


def datasets_of(provider: Provider) -> QuerySet[Dataset]:
    """The datasets whose pages name this provider now."""
    named = provider.dataset_providers.filter(retired_at=None).values("dataset")
    return Dataset.objects.filter(pk__in=named, retired_at=None).order_by("name")


def find(token: str) -> Invitation | None:
    """The invitation with this token, whether or not it still works."""
    return Invitation.objects.select_related("provider").filter(token_hash=_hash(token)).first()


@transaction.atomic
def accept(invitation: Invitation, *, by: User) -> ProviderLink:
    """Let the person who followed the link act for the provider. The invitation is used up.

    Raises:
        InvitationError: when it was used, has run out, or the person has no verified address.
    """
    if not by.verified_emails:
        raise InvitationError(_("First verify the e-mail address of your account, then open the invitation again."))
    now = timezone.now()
    # One conditional update, so that of two people with the same link only one is let in.
    mine = Invitation.objects.filter(pk=invitation.pk, used_at=None, expires_at__gt=now)
    if not mine.update(used_at=now, used_by=by):
        raise InvitationError(_("This invitation does not work any more."))
    return give_link(user=by, provider=invitation.provider, via=ProviderLink.Via.INVITATION, evidence=invitation.email)


def safe_path(path: str, *, otherwise: str) -> str:
    """`path` when it is a path of this site, else `otherwise`: a link in a mail must not lead elsewhere."""
    is_own = path.startswith("/") and url_has_allowed_host_and_scheme(path, allowed_hosts=None)
    return path if is_own else otherwise
