"""The services one can sign in with, and which of our forms take the place of allauth's. Read by the settings."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from aidahub.environment import Environment, WrongSetting
from aidahub.variables import SERVICE

ORCID = "orcid"
FORMS = {
    "account": {
        "add_email": "AddEmail",
        "change_password": "ChangePassword",
        "confirm_email_verification_code": "ConfirmAddress",
        "confirm_login_code": "ConfirmSignIn",
        "confirm_password_reset_code": "ConfirmReset",
        "login": "SignIn",
        "reauthenticate": "PasswordAgain",
        "request_login_code": "RequestCode",
        "reset_password": "ResetPassword",
        "reset_password_from_key": "NewPassword",
        "set_password": "SetPassword",
        "signup": "SignUp",
    },
    "mfa": {"activate_totp": "ActivateApp", "authenticate": "SecondStep", "reauthenticate": "SecondStepAgain"},
    "socialaccount": {"signup": "ServiceSignUp"},
}


def forms_for(part: str) -> dict[str, str]:
    """What allauth's settings want to know: its names of forms -> the paths of ours."""
    return {name: f"aidahub.accounts.forms.{form}" for name, form in FORMS[part].items()}


@dataclass(frozen=True)
class Service:
    """An OpenID Connect provider. `SocialAccount.provider` is its `id`, `SocialAccount.uid` what it calls a person."""

    id: str
    name: str
    client_id: str
    secret: str
    server_url: str
    scope: tuple[str, ...] = ("openid", "profile", "email")

    @property
    def app(self) -> dict[str, Any]:
        """The entry of `SOCIALACCOUNT_PROVIDERS`."""
        return {
            "provider_id": self.id,
            "name": self.name,
            "client_id": self.client_id,
            "secret": self.secret,
            "settings": {
                "server_url": self.server_url.rstrip("/"),
                "scope": list(self.scope),
                "oauth_pkce_enabled": True,
            },
        }

    @property
    def origin(self) -> str:
        """Where its pages are, as a Content-Security-Policy names it."""
        return "{0.scheme}://{0.netloc}".format(urlsplit(self.server_url))


def services_in(env: Environment) -> list[Service]:
    """The services that the environment names. ORCID comes first, as its own OpenID Connect provider.

    ORCID knows one scope, and gives an iD and a name, no e-mail:
    https://info.orcid.org/documentation/api-tutorials/api-tutorial-get-and-authenticated-orcid-id/

    Raises:
        WrongSetting: when ORCID has no secret, or the id of a service is taken or cannot stand in an address.
    """
    services = []
    if client_id := env.text("ORCID_CLIENT_ID"):
        secret = env.text("ORCID_CLIENT_SECRET")
        if not secret:
            raise WrongSetting("ORCID_CLIENT_SECRET is missing; set it, or unset ORCID_CLIENT_ID.")
        services.append(Service(ORCID, "ORCID", client_id, secret, env.address("ORCID_URL"), ("openid",)))
    for record in env.records("OIDC_PROVIDERS"):
        id_, name, client_id, secret, server_url = (str(record[key]) for key in SERVICE)
        service = Service(id_, name, client_id, secret, server_url)
        if service.id == ORCID:
            raise WrongSetting(
                'OIDC_PROVIDERS has the id "orcid"; set ORCID_CLIENT_ID and ORCID_CLIENT_SECRET instead.'
            )
        if not re.fullmatch(r"[a-z0-9-]+", service.id) or service.id in {known.id for known in services}:
            raise WrongSetting(f"OIDC_PROVIDERS has the id {service.id!r}; set ids of a-z, 0-9 and -, each once.")
        if service.client_id in {known.client_id for known in services}:  # allauth tells them apart by it
            raise WrongSetting(f"OIDC_PROVIDERS has the client_id {service.client_id!r} twice; register another.")
        services.append(service)
    return services
