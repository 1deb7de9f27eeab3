"""Who a mail goes to: addresses, languages, and the link that works for this reader."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from allauth.account.models import EmailAddress
from django.conf import settings
from django.db.models import F, Q

from access_requests.models import Participant, PartInvitation
from access_requests.part_invitations import invite as invite_to_part
from access_requests.part_invitations import needs_link
from access_requests.workflow import Part
from aidahub.accounts.invitations import invite
from aidahub.accounts.links import people_acting_for
from aidahub.accounts.models import User
from aidahub.outbox.queue import is_address
from datasets.models import DatasetProvider, Provider

from .case import Case

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass(frozen=True)
class Reader:
    """One address and what its reader is to the request.

    `named_by`: the address by which the request names them, where their account has another one by now.
    """

    address: str
    parts: frozenset[Part]
    provider: DatasetProvider | None = None
    named_by: str = ""

    @property
    def known_by(self) -> str:
        """The address by which the request names them."""
        return self.named_by or self.address


def applicant(case: Case) -> list[Reader]:
    """The applicant, at the address of the request while it is their account's, else of the account."""
    account = Reader(case.request.applicant.email.casefold(), frozenset({Part.APPLICANT}))
    return _by_address([case.applicant]) or [account]


def named(case: Case) -> list[Reader]:
    """Everybody who takes part but the applicant; one reader for an address, with all its parts.

    Whoever has declined hears of the request no more.
    """
    return _by_address(person for person in case.named if person.takes_part)


def at_address(case: Case, address: str) -> list[Reader]:
    """Whoever is named by an address, also where they have declined."""
    return _by_address(person for person in case.named if person.email == address)


def holders(case: Case, numbers: Iterable[int] | None = None) -> list[Reader]:
    """People of the request by their numbers in the record, also those named no more; else who has access now."""
    people = case.request.participants.order_by("number")
    if numbers is None:
        return _by_address(people.filter(grants__ended_at=None, grants__isnull=False))
    return _by_address(people.filter(number__in=list(numbers)))


def _by_address(people: Iterable[Participant]) -> list[Reader]:
    rows = [person for person in people if person.email]
    parts: dict[str, set[Part]] = {}
    for person in rows:
        parts.setdefault(person.email.casefold(), set()).add(Part(person.part))
    moved = _moved(rows)
    return [
        Reader(moved.get(email, email), frozenset(found), named_by=email if email in moved else "")
        for email, found in parts.items()
    ]


def _moved(people: Iterable[Participant]) -> dict[str, str]:
    """By the address in the request, the account's primary one, for people whose account does not have that address.

    Whoever took a part by its link is still written to where the link went, whichever account they took it with: that
    address was shown to be theirs, and what belongs to their work does not move to an address at home.
    """
    people_named = list(people)
    linked = {person.email.casefold(): person.user_id for person in people_named if person.user_id}
    proven: dict[int, list[str]] = defaultdict(list)
    rows = EmailAddress.objects.filter(user__in=linked.values(), verified=True).order_by("-primary", "pk")
    for user, email in rows.values_list("user_id", "email") if linked else ():
        proven[user].append(email.casefold())
    found = {email: proven[user][0] for email, user in linked.items() if proven[user] and email not in proven[user]}
    here = [person.pk for person in people_named if person.email.casefold() in found]
    by_link = PartInvitation.objects.filter(participant__in=here, used_by=F("participant__user")) if here else ()
    taken = {invitation.participant_id for invitation in by_link}
    kept = {person.email.casefold() for person in people_named if person.pk in taken}
    return {email: new for email, new in found.items() if email not in kept}


def responsible(case: Case) -> Participant:
    """Who answers for the copies: the recipient scientist; the applicant where no other is named, or they declined."""
    scientist = (person for person in case.named if person.part == Part.RECIPIENT_SCIENTIST and person.takes_part)
    return next(scientist, case.applicant)


def of_person(person: Participant) -> list[Reader]:
    """One person who is or was named."""
    return _by_address([person])


def still_waited_for(case: Case) -> list[Reader]:
    """Those named, besides the applicant, who must do something before access opens."""
    emails = {each.person.email for each in case.still_open if each.person}
    return [reader for reader in named(case) if reader.known_by in emails]


def names_hub_staff(case: Case) -> bool:
    """Whether the applicant or anybody named is hub staff: by their account, or an address that they have proven."""
    addresses = EmailAddress.objects.filter(email__in=[person.email for person in case.people], verified=True)
    accounts = {case.request.applicant_id, *(person.user_id for person in case.people if person.user_id)}
    users = User.objects.filter(Q(pk__in=accounts) | Q(pk__in=addresses.values("user")))
    return any(user.is_hub for user in users)


def deciders(case: Case) -> list[Reader]:
    """The providers asked in the last round; nobody where hub staff decide."""
    return [reader for row in case.deciders for reader in of_provider(row, Part.DECIDER)]


def without_vote(case: Case) -> list[Reader]:
    """The deciders whose vote is waited for: not of those who voted or were excused; a vote set aside is none."""
    if case.round is None:
        return []
    done = set(case.round.decisions.filter(void_at=None).values_list("provider_id", flat=True))
    done |= set(case.round.deciders.exclude(excused_at=None).values_list("provider_id", flat=True))
    rows = [row for row in case.deciders if row.provider_id not in done]
    return [reader for row in rows for reader in of_provider(row, Part.DECIDER)]


def informed(case: Case) -> list[Reader]:
    """The providers who only want to know."""
    rows = [row for row in case.providers if row.part == DatasetProvider.Part.INFORMED]
    return [reader for row in rows for reader in of_provider(row, Part.PROVIDER)]


def hub(case: Case) -> list[Reader]:
    """Hub staff: at the addresses of the dataset's handlers, else at the hub's own."""
    handlers = [row.provider.email for row in case.providers if row.part == DatasetProvider.Part.HANDLER]
    addresses = [address for address in handlers if is_address(address)] or [settings.HUB_EMAIL]
    return [Reader(address, frozenset({Part.HUB})) for address in addresses]


def of_provider(row: DatasetProvider, part: Part) -> Iterator[Reader]:
    """A provider at the address of the register; without one, the people who act for it."""
    addresses = [row.provider.email] if row.provider.email else acting_addresses(row.provider)
    for address in addresses:
        yield Reader(address, frozenset({part}), row)


def acting_addresses(provider: Provider) -> list[str]:
    """The addresses of those who act for a provider now."""
    return [user.email for user in people_acting_for(provider)]


def unreachable(case: Case) -> list[str]:
    """The names of deciders to whom no mail can be sent."""
    return [row.name for row in case.deciders if not row.provider.email and not case.acting[row.provider_id]]


def shut_out(case: Case) -> list[str]:
    """The names of deciders for whom nobody can act, because hub staff ended somebody's right to."""
    return [
        row.name for row in case.deciders if not case.acting[row.provider_id] and row.provider_id in case.rights_ended
    ]


def may_be_invited(case: Case, provider: Provider) -> bool:
    """Whether a mail to this provider of the dataset carries an invitation.

    Not where somebody can act for it already, and not where hub staff ended somebody's right: an invitation that is
    sent by itself must not give back what they took. A suspended account is such a right: its owner's mailbox may be
    in the same hands.
    """
    return bool(provider.email) and not case.acting[provider.pk] and provider.pk not in case.rights_ended


def link_for(case: Case, reader: Reader) -> tuple[str, bool]:
    """The one link of a mail, and whether it is an invitation, which lets in whoever holds it."""
    if reader.parts <= {Part.APPLICANT, Part.RECIPIENT_SCIENTIST, Part.SIGNATORY, Part.MEMBER}:
        return case.own_url, False
    if reader.provider and may_be_invited(case, reader.provider.provider):
        return invite(reader.provider.provider, next_path=case.decision_path), True
    return settings.BASE_URL + case.decision_path, False


def people_of(case: Case, reader: Reader) -> list[Participant]:
    """What a reader is named as, besides the applicant."""
    return [person for person in case.named if person.email == reader.known_by]


def link_to_part(case: Case, reader: Reader) -> tuple[str, bool]:
    """The page where a reader confirms their part, and whether the link is theirs alone and lets in who holds it."""
    person = needs_link(people_of(case, reader), case.proven)
    if person:
        return invite_to_part(person), True
    return case.own_page("part"), False


def link_of_visitor(case: Case, reader: Reader) -> str:
    """The link of a mail that asks for nothing: empty for a provider without an account, who could not open it."""
    if reader.provider and may_be_invited(case, reader.provider.provider):
        return ""
    return link_for(case, reader)[0]


def languages_of(addresses: Iterable[str]) -> dict[str, str]:
    """The language that the owner of each address chose; the site's where nobody did."""
    known = {code for code, _name in settings.LANGUAGES}
    verified = EmailAddress.objects.filter(email__in=list(addresses), verified=True)
    chosen = dict(verified.values_list("email", "user__language"))
    chosen |= dict(User.objects.filter(email__in=list(addresses)).values_list("email", "language"))
    return {
        address: chosen[address] if chosen.get(address) in known else settings.LANGUAGE_CODE for address in addresses
    }
