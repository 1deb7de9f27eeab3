"""What allauth asks of the site: its words, its mails' language, and how far another service is believed."""

from __future__ import annotations

from typing import Any

import structlog
from allauth.account.adapter import DefaultAccountAdapter
from allauth.core import context as request_context
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialLogin
from allauth.socialaccount.providers.base import AuthError
from allauth.socialaccount.providers.base.constants import AuthProcess
from django.conf import settings
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from aidahub.accounts.models import User
from aidahub.accounts.second_factor import is_required
from aidahub.faults import told
from aidahub.outbox.wording import one_line

ERRORS = frozenset({AuthError.UNKNOWN, AuthError.CANCELLED, AuthError.DENIED})  # what a service says beside is theirs
log = structlog.stdlib.get_logger("aidahub.accounts")


def is_plain(email: str) -> bool:
    """Whether nobody's address becomes this one when capitals and small letters are taken for the same.

    There are letters beside a to z that do: the long s (U+017F) is an s then, and its owner would have the rights
    of somebody else. What stands after the @ is mapped in the same way wherever mail is sent (RFC 3491).
    """
    return email.rpartition("@")[0].isascii()


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth ships no types
    """Accounts of the site's own."""

    error_messages = DefaultAccountAdapter.error_messages | {
        "account_inactive": _("This account was closed."),
        "cannot_remove_primary_email": _("This is your main address. Make another one the main address first."),
        "duplicate_email": _("This address is already in your account."),
        "email_password_mismatch": _("The e-mail address or the password is wrong."),
        "email_taken": _("This address belongs to another account."),
        "enter_current_password": _("This is not your current password."),
        "incorrect_code": _("This code is wrong. Use the newest one you were sent."),
        "incorrect_password": _("This password is wrong."),
        "max_email_addresses": _("An account can have at most %d addresses."),
        "rate_limited": _("That was a bit much. Wait a minute and try again."),
        "too_many_login_attempts": _("Too many attempts. Wait five minutes and try again, or sign in with a code."),
        "unverified_primary_email": _("Verify the address first."),
    }

    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: Any) -> str:
        """Count failed attempts by the address alone. Allauth adds the Host header, whose port anybody makes up."""
        return str(credentials.get("email", "")).lower()

    def new_user(self, request: HttpRequest) -> User:
        """Remember the language in which somebody signs up: a mail that is sent later has no browser to ask."""
        user: User = super().new_user(request)
        language = translation.get_language()
        user.language = language if language != settings.LANGUAGE_CODE else ""
        return user

    def clean_email(self, email: str) -> str:
        """Refuse addresses that could be taken for another person's."""
        if not is_plain(email):
            raise ValidationError(_("Write the part before the @ with letters from a to z, digits and signs only."))
        return email

    def get_reauthentication_methods(self, user: Any) -> list[dict[str, Any]]:
        """How somebody can be asked again who they are: by a code from a mail where there is no other way."""
        by_mail = {"id": "mail", "description": _("Use a code by mail"), "url": reverse("accounts:again_by_mail")}
        return super().get_reauthentication_methods(user) or ([by_mail] if user.is_authenticated else [])

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Write a mail about an account in its owner's language."""
        request = request_context.request
        owner = context.get("user") or getattr(request, "user", None)
        facts = {"hub": settings.HUB_NAME, "base_url": settings.BASE_URL, "minutes": settings.CODE_MINUTES}
        with translation.override(getattr(owner, "language", "") or translation.get_language()):
            super().send_mail(template_prefix, email, facts | context)


class SecondFactorAdapter(DefaultMFAAdapter):  # type: ignore[misc]  # allauth ships no types
    """The second step of the site's own."""

    error_messages = DefaultMFAAdapter.error_messages | {
        "cannot_delete_authenticator": _("Hub staff need a second step, so it stays as long as you are one of them."),
        "incorrect_code": _("This code is wrong. Codes of an app change every half minute; use the newest one."),
        "unverified_email": _("First verify or remove every address of your account that is not verified."),
    }

    def can_delete_authenticator(self, authenticator: Authenticator) -> bool:
        """Not that of hub staff."""
        return not is_required(authenticator.user)


class ServiceAdapter(DefaultSocialAccountAdapter):  # type: ignore[misc]  # allauth ships no types
    """Accounts of other services: ORCID, Life Science Login."""

    def pre_social_login(self, request: HttpRequest, sociallogin: SocialLogin) -> None:
        """Count an address as proven only when the service says so in as many words; connect in a confirmed sitting.

        `email_verified` is a JSON true (https://openid.net/specs/openid-connect-core-1_0.html#StandardClaims); some
        services write "true" as text, and then also "false", which Python takes for true.
        """
        for address in sociallogin.email_addresses:
            address.email = address.email.lower()
            said_so = address.verified is True or str(address.verified).lower() == "true"
            address.verified = said_so and is_plain(address.email)
        connects = sociallogin.state.get("process") == AuthProcess.CONNECT
        if connects and request.user.is_authenticated and request.user.closed_ids:
            # Whoever has stolen a password must not confirm their sitting by an account of their own.
            raise ImmediateHttpResponse(redirect("accounts:sitting"))

    def populate_user(self, request: HttpRequest, sociallogin: SocialLogin, data: dict[str, Any]) -> User:
        """Take over the name, so that no form asks for it."""
        user: User = super().populate_user(request, sociallogin, data)
        parts = (data.get("first_name"), data.get("last_name"))
        name = data.get("name") or " ".join(part for part in parts if part)
        user.name = one_line(str(name), 200)
        return user

    def on_authentication_error(
        self,
        request: HttpRequest,
        provider: Any,
        error: Any = None,
        exception: Exception | None = None,
        extra_context: dict[str, Any] | None = None,
    ) -> None:
        """Tell the operator what went wrong between the site and the service; the person gets a page."""
        log.warning(
            "sign-in service",
            service=provider.app.provider_id,
            error=error if error in ERRORS else "other",
            why=told(exception) if exception else "",
        )
