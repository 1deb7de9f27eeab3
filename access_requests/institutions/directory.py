"""Fetches what the table of institutions says about some addresses, in two queries however many there are."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from access_requests.addresses import domain_of, domains_above
from access_requests.models import InstitutionDomain, InstitutionName

from .matching import Directory, Listed, pieces

# More rows than any real name or domain has; a name like "Ministry of Health" has about a hundred.
MOST_ROWS = 2000


def look_up(people: Iterable[tuple[str, str]]) -> Directory:
    """What is known of these people's domains and institutions.

    Args:
        people: pairs of an e-mail address and the institution that was stated.
    """
    known = list(people)
    domains = {each for email, _stated in known for each in domains_above(domain_of(email))}
    names = {piece for _email, stated in known for piece in pieces(stated)}
    return Directory(owners=_owners(domains), named=_named(names))


def _owners(domains: set[str]) -> dict[str, tuple[str, ...]]:
    rows = InstitutionDomain.objects.filter(domain__in=domains, own=True, institution__retired_at=None)
    found: dict[str, list[str]] = defaultdict(list)
    for domain, name in rows.order_by("pk").values_list("domain", "institution__name")[:MOST_ROWS]:
        found[domain].append(name)
    return {domain: tuple(owners) for domain, owners in found.items()}


def _named(names: set[str]) -> dict[str, tuple[Listed, ...]]:
    rows = InstitutionName.objects.filter(folded__in=names, institution__retired_at=None).order_by("pk")
    columns = ("folded", "institution__ror_id", "institution__name", "institution__known_domains__domain")
    domains: dict[tuple[str, str, str], set[str]] = defaultdict(set)
    for folded, ror_id, name, domain in rows.values_list(*columns)[:MOST_ROWS]:
        domains[folded, ror_id, name] |= {domain} - {None}
    found: dict[str, list[Listed]] = defaultdict(list)
    for (folded, _ror_id, name), theirs in domains.items():
        found[folded].append(Listed(name, frozenset(theirs)))
    return {folded: tuple(listed) for folded, listed in found.items()}
