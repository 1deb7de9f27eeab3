"""Collects how the people of one request are known, for one reader, in a constant number of queries."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from allauth.account.models import EmailAddress
from allauth.socialaccount.models import SocialAccount
from django.conf import settings
from django.db.models import Q

from access_requests.desk import requests_for
from access_requests.evidence import orcid_in
from access_requests.identity import Earlier, Person
from access_requests.institutions.directory import look_up
from access_requests.institutions.matching import Directory, affiliation
from access_requests.models import AccessRequest, Participant
from access_requests.rows import shown, with_rows
from access_requests.workflow import Part, Status
from aidahub.accounts.models import User

PARTS = (Part.APPLICANT, Part.RECIPIENT_SCIENTIST, Part.SIGNATORY)
# The parts in which somebody has asked before.
ASKING = (Part.APPLICANT, Part.RECIPIENT_SCIENTIST)
MOST_EARLIER = 200


@dataclass
class Account:
    """What is known of one account: proven addresses, ORCID iD, services."""

    user: User
    emails: set[str] = field(default_factory=set)
    orcid: str = ""
    services: list[str] = field(default_factory=list)


def people_of(reader: User, request: AccessRequest, answers: Mapping[str, Any]) -> tuple[Person, ...]:
    """The applicant, recipient scientist and signatory, where there are such, with how they are known.

    Args:
        reader: who looks; other requests are named as far as they may see them.
        request: one of `facts.with_all`.
        answers: as sent last.
    """
    current = {Part(row.part): row for row in request.participants.all() if row.removed_at is None}
    rows = [current[part] for part in PARTS if part in current]
    accounts = accounts_of(rows, request.applicant)
    stated = {row.pk: _institution(row, current) for row in rows}
    directory = look_up((row.email, stated[row.pk]) for row in rows)
    earlier = _earlier(reader, request, rows, accounts)
    return tuple(
        _person(row, stated[row.pk], accounts.get(row.pk), answers, directory, earlier[row.pk]) for row in rows
    )


def _institution(row: Participant, current: Mapping[Part, Participant]) -> str:
    """What somebody states, or for a signatory the institution for which they are to sign."""
    applicant, recipient = current.get(Part.APPLICANT), current.get(Part.RECIPIENT_SCIENTIST)
    others = [recipient or applicant] if row.part == Part.SIGNATORY else []
    return row.institution or next((other.institution for other in others if other), "")


def accounts_of(rows: Iterable[Participant], applicant: User) -> dict[int, Account]:
    """The accounts of these people, by the participant's key: the one that has proven their address, or is theirs.

    An address that an account only claims is nobody's.
    """
    people = list(rows)
    named = [row.email for row in people]
    proven = EmailAddress.objects.filter(verified=True, email__in=named).select_related("user")
    by_email = {address.email.casefold(): address.user for address in proven}
    users = {row.pk: by_email.get(row.email) or row.user for row in people}
    users |= {row.pk: applicant for row in people if row.part == Part.APPLICANT}
    accounts = with_services({user.pk: Account(user) for user in users.values() if user})
    return {key: accounts[user.pk] for key, user in users.items() if user}


def with_services(accounts: dict[int, Account]) -> dict[int, Account]:
    """These accounts by their user's key, with their addresses and services."""
    names = {"orcid": "ORCID", **{service.id: service.name for service in settings.SIGN_IN_SERVICES}}
    emails = EmailAddress.objects.filter(user__in=accounts, verified=True)
    for key, email in emails.values_list("user_id", "email"):
        accounts[key].emails.add(email.casefold())
    services = SocialAccount.objects.filter(user__in=accounts).order_by("provider", "pk")
    for key, provider, uid in services.values_list("user_id", "provider", "uid"):
        accounts[key].services.append(names.get(provider, provider))
        if provider == "orcid":
            accounts[key].orcid = accounts[key].orcid or uid
    return accounts


def _person(
    row: Participant,
    institution: str,
    account: Account | None,
    answers: Mapping[str, Any],
    directory: Directory,
    earlier: tuple[Earlier, ...],
) -> Person:
    part = Part(row.part)
    responsible = Part.RECIPIENT_SCIENTIST if answers.get("recipient_same") == "no" else Part.APPLICANT
    elsewhere = account is not None and part != Part.APPLICANT and row.email not in account.emails
    typed = orcid_in(str(answers.get("recipient_profile") or "")) if part == responsible else ""
    return Person(
        part=part,
        name=row.name,
        title=row.title,
        email=row.email,
        institution=institution,
        affiliated=affiliation(row.email, institution, directory),
        has_account=account is not None,
        verified=account is not None and row.email in account.emails,
        orcid=account.orcid if account else "",
        typed_orcid=typed,
        signed_in_as=tuple(sorted(account.emails)) if account and elsewhere else (),
        services=tuple(account.services) if account else (),
        since=account.user.date_joined if account else None,
        earlier=earlier,
    )


def _earlier(
    reader: User, request: AccessRequest, rows: list[Participant], accounts: Mapping[int, Account]
) -> dict[int, tuple[Earlier, ...]]:
    """Other requests of applicant and recipient scientist that the reader may see, by the participant's key."""
    keys = {row.pk: _keys(row, accounts.get(row.pk)) for row in rows if row.part in ASKING}
    users = {user for users, _emails in keys.values() for user in users}
    emails = {email for _users, emails in keys.values() for email in emails}
    named = Participant.objects.filter(Q(user__in=users) | Q(email__in=emails), part__in=ASKING, removed_at=None)
    asked = AccessRequest.objects.filter(applicant__in=users).order_by().values("pk")
    theirs = requests_for(reader).filter(pk__in=asked.union(named.order_by().values("request"))).exclude(pk=request.pk)
    found: dict[int, list[Earlier]] = defaultdict(list)
    for other in with_rows(theirs).order_by("-submitted_at", "-pk")[:MOST_EARLIER]:
        line = shown(other, mine=False)
        for key, (their_users, their_emails) in keys.items():
            if part := _part_in(other, their_users, their_emails):
                found[key].append(Earlier(part, Status(other.status), line))
    return {row.pk: tuple(found[row.pk]) for row in rows}


def _keys(row: Participant, account: Account | None) -> tuple[set[int], set[str]]:
    """By which users and addresses somebody is found in other requests."""
    return ({account.user.pk}, {row.email, *account.emails}) if account else (set(), {row.email})


def _part_in(request: AccessRequest, users: set[int], emails: set[str]) -> Part | None:
    """What somebody is to another request: its applicant before its recipient scientist."""
    if request.applicant_id in users:
        return Part.APPLICANT
    people = [row for row in request.participants.all() if row.removed_at is None and row.part in ASKING]
    parts = {Part(row.part) for row in people if row.user_id in users or row.email in emails}
    return next((part for part in ASKING if part in parts), None)
