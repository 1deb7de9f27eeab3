"""Whether an address belongs to the institution that somebody wrote. Pure functions: nothing here reads a database."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from access_requests.addresses import domain_of, domains_above, is_free_mail
from datasets.register.values import fold

MOST_PIECES = 12
LONGEST_NAME = 300
# What people put between a department, its institution and the acronym.
BETWEEN = re.compile(r"[,;/|()\[\]\n]+|\s[-–—]+\s")


class Affiliation(StrEnum):
    """What the table of institutions says of an address and an institution."""

    BELONGS = "belongs"
    ELSEWHERE = "elsewhere"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Listed:
    """An institution that has the name that somebody wrote, with its domains."""

    name: str
    domains: frozenset[str]


@dataclass(frozen=True)
class Directory:
    """What is known about the addresses and institutions of one request.

    Args:
        owners: names of the institutions that own a domain, by the domain.
        named: the institutions that have a name, by the folded name.
    """

    owners: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    named: Mapping[str, tuple[Listed, ...]] = field(default_factory=dict)


@dataclass(frozen=True)
class Affiliated:
    """The outcome for one address.

    Args:
        outcome: belongs to the stated institution, to another one, or not known.
        domain: the domain that decided it; for the unknown, the address's own.
        institution: whose domain it is, as the register names them; empty where nobody is known to own it.
        usual: the domains that the stated institution is known to use, where exactly one has that name.
    """

    outcome: Affiliation
    domain: str
    institution: str = ""
    usual: tuple[str, ...] = ()


def fold_name(name: str) -> str:
    """A name for comparing: no case, accents, punctuation or leading article; `&` reads as `and`."""
    return fold(name.replace("&", " and "))[:LONGEST_NAME].removeprefix("the ").strip()


def pieces(stated: str) -> tuple[str, ...]:
    """The whole of what somebody wrote as their institution and each part of it, folded.

    `Department of Surgical Sciences, Uppsala University (UU)` names the university by its second part and the third.
    """
    parts = [stated, *BETWEEN.split(stated)]
    folded = dict.fromkeys(fold_name(part) for part in parts)
    return tuple(piece for piece in folded if len(piece) > 1)[:MOST_PIECES]


def affiliation(email: str, stated: str, directory: Directory) -> Affiliated:
    """Whether an address belongs to the stated institution. An address that anybody can get belongs to none.

    The domain itself or one above it must be the institution's: `it.uu.se` belongs to whoever has `uu.se`.
    """
    domain = domain_of(email)
    domains = () if is_free_mail(email) else domains_above(domain)
    named = list(dict.fromkeys(_named(stated, directory)))
    for institution in named:
        for each in domains:
            if each in institution.domains:
                return Affiliated(Affiliation.BELONGS, each, institution.name)
    usual = tuple(sorted(named[0].domains)) if len(named) == 1 else ()
    owned = next((each for each in domains if directory.owners.get(each)), "")
    if not owned:
        return Affiliated(Affiliation.UNKNOWN, domain, usual=usual)
    outcome = Affiliation.ELSEWHERE if pieces(stated) else Affiliation.UNKNOWN
    return Affiliated(outcome, owned, " / ".join(directory.owners[owned][:2]), usual)


def _named(stated: str, directory: Directory) -> Iterator[Listed]:
    for piece in pieces(stated):
        yield from directory.named.get(piece, ())
