"""Who comes to act for a provider by what they can prove, and how that ends.

A verified e-mail or an authenticated ORCID that equals the provider's gives the right; nothing else here does
(`invitations.py` has the other way). Whether a link still holds is asked of `ProviderLink.objects.in_force()`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from functools import reduce
from operator import or_

from allauth.account.models import EmailAddress
from allauth.socialaccount.models import SocialAccount
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from aidahub.accounts.models import ProviderLink, User
from datasets.models import Provider

ORCID_ADDRESS = "https://orcid.org/"


@transaction.atomic
def claim_links(user: User) -> list[ProviderLink]:
    """Let a user act for every provider whose e-mail or ORCID they have proven to be theirs.

    Called when they sign in, prove an address or connect an ORCID, and by `people_acting_for`, for providers that
    came after that. A link that a person ended is not made again.

    Args:
        user: who it is about; what this object had kept about their providers is forgotten.

    Returns:
        The links made now.
    """
    person = User.objects.select_for_update().get(pk=user.pk)  # one at a time: there is one open link per provider
    links = ProviderLink.objects.filter(user=person)
    settled = set(ProviderLink.objects.in_force().filter(user=person).values_list("provider_id", flat=True))
    settled |= set(links.exclude(ended_by=None).values_list("provider_id", flat=True))
    made = []
    for provider, via, evidence in _proofs(person):
        if provider.pk not in settled:
            settled.add(provider.pk)
            made.append(give_link(user=person, provider=provider, via=via, evidence=evidence))
    user.forget_links()
    return made


def _proofs(user: User) -> Iterator[tuple[Provider, ProviderLink.Via, str]]:
    """The providers whose e-mail or ORCID this user has proven, with which one and what it is."""
    for provider in Provider.objects.filter(email__in=user.verified_emails - {""}):
        yield provider, ProviderLink.Via.EMAIL, provider.email
    if user.orcid:
        for provider in Provider.objects.filter(identifier=ORCID_ADDRESS + user.orcid):
            yield provider, ProviderLink.Via.ORCID, user.orcid


def give_link(*, user: User, provider: Provider, via: ProviderLink.Via, evidence: str) -> ProviderLink:
    """Make a link. One that stood on another ground ends with it; that nobody ended it says that it was replaced."""
    now = timezone.now()
    ProviderLink.objects.filter(user=user, provider=provider, ended_at=None).update(ended_at=now)
    user.forget_links()
    return ProviderLink.objects.create(user=user, provider=provider, via=via, evidence=evidence, since=now)


def end_link(link: ProviderLink, *, by: User) -> None:
    """End a user's right to act for a provider; only a new invitation gives it back. Ending it twice changes nothing.

    Args:
        link: the right.
        by: the member of hub staff who ends it.
    """
    ProviderLink.objects.filter(pk=link.pk, ended_at=None).update(ended_at=timezone.now(), ended_by=by)


def people_acting_for(provider: Provider) -> list[User]:
    """The users who act for a provider now, the ones included who could since it was imported and do not know yet."""
    return people_acting_for_each([provider])[provider.pk]


def people_acting_for_each(providers: Collection[Provider]) -> dict[int, list[User]]:
    """The same for several providers, by their keys, in two questions."""
    acting = _acting(providers)
    late = {user for provider, user in _entitled(providers) if user not in {each.pk for each in acting[provider]}}
    if late:
        for user in User.objects.filter(pk__in=late):
            claim_links(user)
        acting = _acting(providers)
    return acting


def _acting(providers: Collection[Provider]) -> dict[int, list[User]]:
    found: dict[int, list[User]] = {provider.pk: [] for provider in providers}
    links = ProviderLink.objects.in_force().filter(provider__in=providers).select_related("user")
    for link in links.order_by("user"):
        found[link.provider_id].append(link.user)
    return found


def _entitled(providers: Iterable[Provider]) -> Iterator[tuple[int, int]]:
    """The keys of providers and of active users who have proven the provider's address or ORCID."""
    by_email: dict[str, list[int]] = defaultdict(list)
    by_orcid: dict[str, list[int]] = defaultdict(list)
    for provider in providers:
        by_email[provider.email.casefold()].append(provider.pk)
        by_orcid[provider.orcid].append(provider.pk)
    same = reduce(or_, (Q(email__iexact=email) for email in by_email if email), Q(pk=None))
    emails = EmailAddress.objects.filter(same, verified=True, user__is_active=True).order_by()
    orcids = SocialAccount.objects.filter(provider="orcid", uid__in=set(by_orcid) - {""}, user__is_active=True)
    proofs = emails.values_list("email", "user_id")
    if set(by_orcid) - {""}:
        proofs = proofs.union(orcids.order_by().values_list("uid", "user_id"))
    for proof, user in proofs:
        for key in by_email.get(proof.casefold(), by_orcid.get(proof, ())):
            yield key, user
