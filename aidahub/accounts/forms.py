"""Allauth's forms in the site's own words, without texts inside the fields, and the form of the profile."""

from __future__ import annotations

# Allauth ships no types, so to mypy a form of its is Any: that is what each `type: ignore[misc]` below is about.
from typing import Any, ClassVar

from allauth.account import forms as account
from allauth.mfa.base import forms as mfa
from allauth.mfa.totp import forms as totp
from allauth.socialaccount import forms as social
from django import forms
from django.conf import settings
from django.contrib.auth import password_validation
from django.contrib.auth.hashers import make_password
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from aidahub.accounts.models import User
from aidahub.outbox.wording import lines, one_line

LABELS = {
    "login": _("E-mail address"),
    "email": _("E-mail address"),
    "password": _("Password"),
    "oldpassword": _("Current password"),
    "password1": _("New password"),
    "password2": _("New password again"),
    "code": _("Code"),
}


class Plain:
    """Mix in before an allauth form: our labels, and no label inside a field, where it goes away while one types."""

    labels: ClassVar[dict[str, Any]] = {}
    fields: dict[str, forms.Field]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """As the allauth form."""
        super().__init__(*args, **kwargs)
        words = LABELS | self.labels
        for name, field in self.fields.items():
            field.widget.attrs.pop("placeholder", None)
            field.label = words.get(name, field.label)
        if "code" in self.fields:
            self.fields["code"].widget.attrs |= {"autocapitalize": "characters", "spellcheck": "false"}


class SignIn(Plain, account.LoginForm):  # type: ignore[misc]
    """E-mail and password."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """As allauth's; the page itself says what to do without a password."""
        super().__init__(*args, **kwargs)
        self.fields["password"].help_text = ""
        self.fields["login"].widget.attrs["autocomplete"] = "username"


class SignUp(Plain, account.SignupForm):  # type: ignore[misc]
    """E-mail and, if wanted, a password."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """As allauth's."""
        super().__init__(*args, **kwargs)
        self.fields["email"].help_text = _("Use your address at work: providers see it when they decide.")
        self.fields["password1"].label = _("Password (optional)")
        self.fields["password1"].help_text = _(
            "At least %(length)d characters. Leave it empty to sign in with a code by mail each time."
        ) % {"length": password_length()}

    def try_save(self, request: HttpRequest) -> tuple[User | None, HttpResponse | None]:
        """As allauth's, with one password hashed also for a taken address: the time it takes would tell of it."""
        user, answer = super().try_save(request)
        if user is None and (password := self.cleaned_data.get("password1")):
            make_password(password)
        return user, answer


class ServiceSignUp(Plain, social.SignupForm):  # type: ignore[misc]
    """The address of somebody whose service gave none."""


class AddEmail(Plain, account.AddEmailForm):  # type: ignore[misc]
    """One more address."""

    labels: ClassVar[dict[str, Any]] = {"email": _("Another e-mail address")}


class ChangePassword(Plain, account.ChangePasswordForm):  # type: ignore[misc]
    """A new password, by whoever knows the old one."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """As allauth's; the page itself says what to do without the old one."""
        super().__init__(*args, **kwargs)
        self.fields["oldpassword"].help_text = ""


class SetPassword(Plain, account.SetPasswordForm):  # type: ignore[misc]
    """The first password."""


class ResetPassword(Plain, account.ResetPasswordForm):  # type: ignore[misc]
    """The address to which the code goes."""


class NewPassword(Plain, account.ResetPasswordKeyForm):  # type: ignore[misc]
    """The new password, after the code."""


class PasswordAgain(Plain, account.ReauthenticateForm):  # type: ignore[misc]
    """The password once more before something that matters."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """As allauth's; the page itself says what to do without it."""
        super().__init__(*args, **kwargs)
        self.fields["password"].help_text = ""


class RequestCode(Plain, account.RequestLoginCodeForm):  # type: ignore[misc]
    """The address to which the sign-in code goes."""


class ConfirmSignIn(Plain, account.ConfirmLoginCodeForm):  # type: ignore[misc]
    """The sign-in code."""


class ConfirmAddress(Plain, account.ConfirmEmailVerificationCodeForm):  # type: ignore[misc]
    """The code that proves an address."""


class ConfirmReset(Plain, account.ConfirmPasswordResetCodeForm):  # type: ignore[misc]
    """The code that allows a new password."""


class ActivateApp(Plain, totp.ActivateTOTPForm):  # type: ignore[misc]
    """The first code of an authenticator app."""

    labels: ClassVar[dict[str, Any]] = {"code": _("Code that the app shows")}


class SecondStep(Plain, mfa.AuthenticateForm):  # type: ignore[misc]
    """The code of the app, or a recovery code."""


class SecondStepAgain(Plain, mfa.ReauthenticateForm):  # type: ignore[misc]
    """The same once more before something that matters."""


class Profile(forms.ModelForm[User]):
    """What request forms are filled in from."""

    language = forms.ChoiceField(label=_("Language of pages and mails"), required=False)

    class Meta:
        model = User
        fields = ("name", "institution", "department", "postal_address", "country", "language")
        widgets: ClassVar[dict[str, forms.Widget]] = {
            "name": forms.TextInput(attrs={"autocomplete": "name"}),
            "institution": forms.TextInput(attrs={"autocomplete": "organization"}),
            "postal_address": forms.Textarea(attrs={"rows": 3, "autocomplete": "street-address"}),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """As a model form."""
        super().__init__(*args, **kwargs)
        self.fields["country"].widget.attrs["autocomplete"] = "country"
        language = self.fields["language"]
        if isinstance(language, forms.ChoiceField):
            language.choices = [("", _("As the browser asks")), *settings.LANGUAGES]

    def clean(self) -> dict[str, Any] | None:
        """Take out what turns or breaks the sentences in which providers read these words."""
        cleaned = super().clean() or self.cleaned_data
        texts = {key: value for key, value in cleaned.items() if isinstance(value, str)}
        return cleaned | {
            key: lines(text) if key == "postal_address" else one_line(text) for key, text in texts.items()
        }


def password_length() -> int:
    """How many characters a password needs."""
    validators = password_validation.get_default_password_validators()
    return max((getattr(validator, "min_length", 0) for validator in validators), default=0)
