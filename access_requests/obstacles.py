"""What stands in the way of erasing an account: one list, with a sentence for hub staff and one for the person."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from django.db.models import Q
from django.utils.functional import Promise
from django.utils.text import get_text_list
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from aidahub.accounts.models import ProviderLink, User

from .models import AccessRequest, AccessRequestQuerySet, Grant, Participant
from .workflow import OPEN


class Kind(StrEnum):
    """What it is."""

    ACCESS = "access"
    OPEN = "open"
    NAMED = "named"
    PROVIDER = "provider"
    LAST_OPERATOR = "last-operator"


@dataclass(frozen=True)
class Obstacle:
    """One thing that is going on, and by which requests (their references) or for which providers (their names)."""

    kind: Kind
    names: tuple[str, ...] = ()

    @property
    def to_hub_staff(self) -> str:
        """What hub staff do first."""
        return str(TO_HUB_STAFF[self.kind]) % {"references": self.listed}

    @property
    def to_the_person(self) -> str:
        """What the person themselves does first."""
        return str(TO_THE_PERSON[self.kind]) % {"references": self.listed}

    @property
    def listed(self) -> str:
        """Its names as in a sentence."""
        return str(get_text_list(list(self.names), str(_("and"))))

    @property
    def references(self) -> tuple[str, ...]:
        """The requests whose pages one goes to."""
        return () if self.kind in {Kind.PROVIDER, Kind.LAST_OPERATOR} else self.names


TO_HUB_STAFF: dict[Kind, Promise] = {
    Kind.ACCESS: gettext_lazy("They have access by %(references)s. First end it: let them leave, or revoke it."),
    Kind.OPEN: gettext_lazy("A request of theirs is open: %(references)s. First let them withdraw it, or close it."),
    Kind.NAMED: gettext_lazy("They are named in an open request: %(references)s. First replace or remove them there."),
    Kind.PROVIDER: gettext_lazy("They act for %(references)s. First end that right."),
    Kind.LAST_OPERATOR: gettext_lazy("This is the account of the last operator. First make another person one."),
}
TO_THE_PERSON: dict[Kind, Promise] = {
    Kind.ACCESS: gettext_lazy(
        "You have access by %(references)s. First end it: say on the request’s page that you leave, or ask the hub."
    ),
    Kind.OPEN: gettext_lazy("A request of yours is open: %(references)s. First withdraw it, or wait for its end."),
    Kind.NAMED: gettext_lazy(
        "You are named in an open request: %(references)s. First say on its page that it is not your part, "
        "or ask the applicant to name somebody else."
    ),
    Kind.PROVIDER: gettext_lazy(
        "You decide or handle requests for %(references)s. First ask the hub to end that, so that somebody else "
        "does it."
    ),
    Kind.LAST_OPERATOR: gettext_lazy("You are the last operator of this site. First make another person one."),
}


def obstacles_to_erasing(user: User, *, own: bool) -> list[Obstacle]:
    """What must be settled before an account is erased.

    Args:
        own: whether the person does it. Hub staff end the right to act for a provider by the same click, since they
            know who else acts for it; the person cannot.
    """
    return list(_found(user, own))


def _found(user: User, own: bool) -> Iterator[Obstacle]:
    mine = Participant.objects.filter(Q(user=user) | Q(email__in=user.verified_emails))
    held = Grant.objects.in_force().filter(participant__in=mine)
    asked = AccessRequest.objects.filter(applicant=user, status__in=OPEN)
    here = Participant.objects.of(user).filter(request__status__in=OPEN)
    named = AccessRequest.objects.filter(participants__in=here).exclude(applicant=user)
    for kind, rows in (
        (Kind.ACCESS, AccessRequest.objects.filter(grants__in=held)), (Kind.OPEN, asked), (Kind.NAMED, named),
    ):  # fmt: skip
        if references := _references(rows):
            yield Obstacle(kind, references)
    if own:
        links = ProviderLink.objects.in_force().filter(user=user)
        providers = links.order_by("provider__name").values_list("provider__name", flat=True)
        if names := tuple(providers.distinct()):
            yield Obstacle(Kind.PROVIDER, names)
    others = User.objects.filter(is_superuser=True, is_active=True).exclude(pk=user.pk)
    if user.is_superuser and not others.exists():
        yield Obstacle(Kind.LAST_OPERATOR)


def _references(requests: AccessRequestQuerySet) -> tuple[str, ...]:
    return tuple(requests.order_by("reference").values_list("reference", flat=True).distinct())
