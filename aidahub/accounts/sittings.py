"""Confirming a sitting: that whoever acts for a provider today still reads its mail, or is who a service says.

A sitting is one session. Its proofs stand in allauth's own list of how this session signed in, which belongs to one
person and ends with the session. An address that was proven opens the providers that have it and no other; a service
(ORCID, Life Science Login) proves the person, and opens every provider they act for. See `docs/adr/0015`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from allauth.account.authentication import get_authentication_records
from allauth.account.internal.flows.login import record_authentication
from django.http import HttpRequest
from django.utils.crypto import salted_hmac

from aidahub.accounts.models import ProviderLink, User
from datasets.models import Provider

# Records of a session that say: a secret that was mailed to `email` was shown here.
CODE, ADDRESS, INVITATION, CONFIRMED = "code", "address", "invitation", "sitting"
MAILED = frozenset({CODE, ADDRESS, INVITATION, CONFIRMED})
SERVICE = "socialaccount"


@dataclass(frozen=True)
class Way:
    """An address to which a code can go, masked for the page, and the providers that it opens."""

    key: str
    address: str
    masked: str
    providers: tuple[Provider, ...]


def addresses_of(link: ProviderLink) -> frozenset[str]:
    """Where a code for this link may go: the register's address, and the one that its invitation was sent to."""
    found = {link.provider.email.casefold()}
    if link.via == ProviderLink.Via.INVITATION:
        found.add(link.evidence.casefold())
    return frozenset(found - {""})


def proof_of(request: HttpRequest, user: User) -> Callable[[ProviderLink], bool]:
    """A function that says whether this session has proof for a link of this person."""

    def is_proven(link: ProviderLink) -> bool:
        records = get_authentication_records(request, user)
        if any(record.get("method") == SERVICE for record in records):
            return True
        shown = {str(record.get("email", "")).casefold() for record in records if record.get("method") in MAILED}
        return bool(shown & addresses_of(link))

    return is_proven


def remember(request: HttpRequest, user: User, method: str, email: str) -> None:
    """Write down that this session has shown a secret that was mailed to an address.

    Args:
        request: whose session it is.
        user: the person whose proof it is; that of another one counts for nothing.
        method: one of `MAILED`.
        email: the address.
    """
    record_authentication(request, user, method, email=email)
    user.forget_links()


def closed_links(user: User) -> list[ProviderLink]:
    """The links that are still to be confirmed in this sitting."""
    return [link for link in user.links_in_force if link.provider_id in user.closed_ids]


def ways_for(links: Iterable[ProviderLink]) -> list[Way]:
    """The addresses to which a code can be sent for these links, each once."""
    found: dict[str, list[Provider]] = {}
    for link in links:
        for address in sorted(addresses_of(link)):
            found.setdefault(address, []).append(link.provider)
    return [Way(_key(address), address, masked(address), tuple(of)) for address, of in found.items()]


def _key(address: str) -> str:
    """What a form calls an address without saying it."""
    return salted_hmac("aidahub.accounts.sittings", address).hexdigest()[:16]


def masked(address: str) -> str:
    """An address of which only its owner knows the rest: p•••@example.org."""
    local, _at, domain = address.rpartition("@")
    return f"{local[:1]}•••@{domain}"
