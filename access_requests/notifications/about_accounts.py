"""To a person, about their account as a whole: it will be erased, it was erased. These mails name no request."""

from __future__ import annotations

from datetime import date

from django.conf import settings
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import override

from aidahub.accounts.models import User
from aidahub.outbox.models import Mail
from aidahub.outbox.queue import queue

from .letter import Letter, as_html, as_text

IDLE = "account-idle"


def farewell(user: User) -> None:
    """The last mail to somebody whose account is being erased, while their address is still known."""
    with override(language_of(user)):
        address = settings.HUB_EMAIL
        letter = Letter(
            _("Your account is erased"),
            _("Your account at %(hub)s is erased, with everything in it that was yours alone.")
            % {"hub": settings.HUB_NAME},
            notes=[
                _("Requests that were sent stay, since they are public records. Your drafts are gone."),
                _("This mail is forgotten here as soon as it is sent; there will be no other about the account."),
                _("If you did not ask for this, write to %(address)s soon.") % {"address": address},
            ],
        )
        _post(user, f"account/{user.public_id}/erased", Mail.FAREWELL, letter)


def warn_of_erasing(user: User, last: date) -> None:
    """Tell somebody who has not signed in for long on which day their account will be erased; once."""
    with override(language_of(user)):
        names = {"hub": settings.HUB_NAME, "day": date_format(last, "j F Y")}
        letter = Letter(
            _("Sign in to keep your account: it will be erased on %(day)s") % names,
            _("You have not signed in at %(hub)s for a long time. Your account will be erased on %(day)s.") % names,
            verb=_("Sign in to keep it"),
            url=settings.BASE_URL + reverse("account_login"),
            notes=[
                _("Signing in once is all it takes. If you do nothing, name, addresses and drafts go."),
                _("Requests that were sent stay, since they are public records."),
            ],
        )
        _post(user, _idle_since(user), IDLE, letter)


def warning_of_erasing(user: User) -> Mail | None:
    """The mail that warned them, if one was written since they signed in last."""
    return Mail.objects.filter(about=_idle_since(user), kind=IDLE).first()


def _idle_since(user: User) -> str:
    return f"account/{user.public_id}/idle/{user.last_login or user.date_joined:%Y%m%dT%H%M%S}"


def language_of(user: User) -> str:
    """The language that somebody chose, else the site's."""
    return user.language if user.language in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE


def _post(user: User, about: str, kind: str, letter: Letter) -> None:
    queue(
        about=about,
        kind=kind,
        recipient=user.email,
        subject=letter.subject,
        text=as_text(letter),
        html=as_html(letter),
        language=language_of(user),
    )
