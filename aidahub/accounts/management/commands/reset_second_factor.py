"""`manage.py reset_second_factor EMAIL`: for somebody who has lost telephone and recovery codes."""

from __future__ import annotations

from typing import Any

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.core.mail import EmailMessage
from django.core.management import BaseCommand, CommandError, CommandParser
from django.db import transaction
from django.template.loader import render_to_string
from django.utils import translation

from aidahub.accounts.closing import RESET, end_sessions
from aidahub.accounts.models import User


class Command(BaseCommand):
    """Takes the second step out of an account, ends its sign-ins, and tells the person by mail."""

    help = "Take the second step (app and recovery codes) out of an account and tell its owner by mail."

    def add_arguments(self, parser: CommandParser) -> None:
        """The one argument."""
        parser.add_argument("email", help="the main address of the account")

    @transaction.atomic
    def handle(self, *_args: Any, email: str, **_options: Any) -> None:
        """Do it; an account that has none, or no such account, is said and nothing is done."""
        user = User.objects.filter(email=email.casefold()).first()
        if user is None:
            raise CommandError("There is no account with this main address.")
        found, _rows = Authenticator.objects.filter(user=user).delete()
        if not found:
            raise CommandError("This account has no second step.")
        end_sessions(user, RESET)
        tell(user)
        self.stdout.write("The second step is taken out, and the person is told by mail.")


def tell(user: User) -> None:
    """Write the mail to the owner of the account."""
    context = {"hub": settings.HUB_NAME, "base_url": settings.BASE_URL, "hub_email": settings.HUB_EMAIL, "user": user}
    with translation.override(user.language or settings.LANGUAGE_CODE):
        subject = " ".join(render_to_string("account/email/second_factor_reset_subject.txt", context).split())
        text = render_to_string("account/email/second_factor_reset_message.txt", context)
        EmailMessage(subject, text, to=[user.email]).send()
