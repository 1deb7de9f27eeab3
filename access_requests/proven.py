"""Which addresses have been proven by whom: what accounts and addresses say of each other."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping

from allauth.account.models import EmailAddress
from django.db.models import Q

Proven = Mapping[int, frozenset[str]]


def proven_by(users: Collection[int], emails: Collection[str]) -> Proven:
    """By the key of the user, their proven addresses (case-folded); in one query.

    Args:
        users: the keys of users.
        emails: addresses, case-folded: whoever has proven one of them is among those who are found.
    """
    rows = EmailAddress.objects.filter(verified=True)
    owners = rows.filter(email__in=emails).values("user")
    found: dict[int, set[str]] = defaultdict(set)
    for user, email in rows.filter(Q(user__in=users) | Q(user__in=owners)).values_list("user_id", "email"):
        found[user].add(email.casefold())
    return {user: frozenset(theirs) for user, theirs in found.items()}
