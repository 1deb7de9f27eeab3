"""The files about the account itself: who it is, how one signs in, for whom one acts, mails, what one changed."""

from __future__ import annotations

from collections.abc import Iterator

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from allauth.usersessions.models import UserSession
from django.contrib.admin.models import LogEntry
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from aidahub.accounts.models import Invitation, ProviderLink, User
from aidahub.outbox.delivery import unlinked
from aidahub.outbox.models import Mail
from datasets.models import Provider

from .shape import CHUNK, Row, Section, moment


def _account(user: User) -> Iterator[Row]:
    yield {
        "id": str(user.public_id), "email": user.email, "name": user.name, "institution": user.institution,
        "department": user.department, "postal_address": user.postal_address, "country": str(user.country),
        "language": user.language, "joined": moment(user.date_joined), "last_sign_in": moment(user.last_login),
        "has_password": user.has_usable_password(), "hub_staff": user.is_hub_staff, "operator": user.is_superuser,
    }  # fmt: skip


def _addresses(user: User) -> Iterator[Row]:
    for row in EmailAddress.objects.filter(user=user).order_by("pk"):
        yield {"email": row.email, "proven": row.verified, "main": row.primary}


def _services(user: User) -> Iterator[Row]:
    for row in SocialAccount.objects.filter(user=user).order_by("pk"):
        yield {
            "service": row.provider, "identifier": row.uid, "since": moment(row.date_joined),
            "last_sign_in": moment(row.last_login), "told": row.extra_data,
        }  # fmt: skip


def _second_step(user: User) -> Iterator[Row]:
    for row in Authenticator.objects.filter(user=user).order_by("pk"):
        yield {"kind": row.type, "since": moment(row.created_at), "last_used": moment(row.last_used_at)}


def _sessions(user: User) -> Iterator[Row]:
    for row in UserSession.objects.filter(user=user).order_by("pk"):
        yield {
            "since": moment(row.created_at), "last_seen": moment(row.last_seen_at), "browser": row.user_agent,
        }  # fmt: skip


def _providers(user: User) -> Iterator[Row]:
    for row in ProviderLink.objects.filter(user=user).select_related("provider").order_by("pk"):
        yield {
            "provider": row.provider.name, "ground": row.via, "address_or_orcid": row.evidence,
            "since": moment(row.since), "ended": moment(row.ended_at),
        }  # fmt: skip


def _register(user: User) -> Iterator[Row]:
    mine = Q(email__in=user.verified_emails - {""})
    if user.orcid:
        mine |= Q(identifier=f"https://orcid.org/{user.orcid}")
    for row in Provider.objects.filter(mine).order_by("pk"):
        places = row.dataset_providers.filter(retired_at=None).order_by("dataset__doi")
        yield {
            "name": row.name, "email": row.email, "identifier": row.identifier,
            "datasets": list(places.values_list("dataset__doi", flat=True)),
        }  # fmt: skip


def _invitations(user: User) -> Iterator[Row]:
    mine = Q(email__in=user.verified_emails) | Q(used_by=user)
    for row in Invitation.objects.filter(mine).select_related("provider").order_by("pk"):
        own = row.email.casefold() in user.verified_emails  # else the link reached them some other way
        yield {
            "provider": row.provider.name, "email": row.email if own else None, "made": moment(row.created_at),
            "works_until": moment(row.expires_at), "used_by_you": row.used_by_id == user.pk,
        }  # fmt: skip


def _mails(user: User) -> Iterator[Row]:
    for row in Mail.objects.filter(recipient__in=user.verified_emails).order_by("pk").iterator(CHUNK):
        yield {
            "to": row.recipient, "subject": row.subject, "text": "" if row.secret else unlinked(row.text),
            "about": row.about, "kind": row.kind, "written": moment(row.created_at), "sent": moment(row.sent_at),
        }  # fmt: skip


def _changes(user: User) -> Iterator[Row]:
    rows = LogEntry.objects.filter(user=user).select_related("content_type").order_by("pk")
    for row in rows.iterator(CHUNK):
        kind = f"{row.content_type.app_label}.{row.content_type.model}" if row.content_type else None
        yield {"when": moment(row.action_time), "kind": kind}


SECTIONS = (
    Section(
        "account", _("Your account: who you are, and what request forms are filled in with."),
        {
            "id": "the key by which the record names you", "email": "the main address", "name": "as you gave it",
            "institution": "as you gave it", "department": "as you gave it", "postal_address": "as you gave it",
            "country": "ISO 3166-1 code", "language": "of pages and mails; empty: as the browser asks",
            "joined": "when the account was made", "last_sign_in": "when you last signed in",
            "has_password": "whether you can sign in by a password; no password is ever exported",
            "hub_staff": "whether you are hub staff", "operator": "whether you are an operator",
        },
        ("accounts.User.email",), _account,
    ),
    Section(
        "addresses", _("Your e-mail addresses."),
        {"email": "the address", "proven": "whether a code or a service proved it", "main": "whether mails go there"},
        ("account.EmailAddress.user", "account.EmailAddress.email"), _addresses,
    ),
    Section(
        "services", _("The services by which you sign in, and what they told about you."),
        {
            "service": "its id", "identifier": "what it calls you", "since": "when it was connected",
            "last_sign_in": "when you last came by it", "told": "what it said of you",
        },
        ("socialaccount.SocialAccount.user",), _services,
    ),
    Section(
        "second-step", _("Your second step: its kind, never its secret."),
        {"kind": "app or recovery codes", "since": "when it was set up", "last_used": "when it was last used"},
        ("mfa.Authenticator.user",), _second_step,
    ),
    Section(
        "sessions", _("Where you are signed in."),
        {
            "since": "when it began", "last_seen": "when it was last noted",
            "browser": "what the browser calls itself",
        },
        ("usersessions.UserSession.user",), _sessions,
    ),
    Section(
        "providers", _("For which providers of the register you act or acted."),
        {
            "provider": "its name", "ground": "invitation, email or orcid", "address_or_orcid": "what proved it",
            "since": "from when", "ended": "until when",
        },
        ("accounts.ProviderLink.user",), _providers,
    ),
    Section(
        "register", _("What the register says of a provider with your address or ORCID."),
        {
            "name": "as its pages have it", "email": "where requests go", "identifier": "ORCID or address",
            "datasets": "DOIs of the datasets that name it",
        },
        ("datasets.Provider.email",), _register,
    ),
    Section(
        "invitations", _("Invitations to act for a provider that were sent to you or used by you."),
        {
            "provider": "for whom", "email": "where to; empty where it was another’s address", "made": "when",
            "works_until": "its last moment", "used_by_you": "whether you accepted it",
        },
        ("accounts.Invitation.email", "accounts.Invitation.used_by"), _invitations,
    ),
    Section(
        "mails", _("Mails to your proven addresses, as far as they are still kept; without codes and secret links."),
        {
            "to": "the address", "subject": "its subject", "text": "what it said; empty where it held a code",
            "about": "what it told of", "kind": "which mail it was", "written": "when", "sent": "when a server took it",
        },
        ("outbox.Mail.recipient",), _mails,
    ),
    Section(
        "changes", _("What you changed in the admin: when, and which kind of thing."),
        {"when": "the time", "kind": "what kind of row"},
        ("admin.LogEntry.user",), _changes,
    ),
)  # fmt: skip
