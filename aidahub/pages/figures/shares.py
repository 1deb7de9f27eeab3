"""Which countries data was shared with: by the register's pages, and by grants here whose applicants agreed.

Pages name countries in public, so these always stand. A grant counts when its applicant answered *yes* to standing in
the public record, and its country when at least `FEWEST` different applicants there did. Smaller ones are merged.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Count, Exists, OuterRef, QuerySet
from django.db.models.fields.json import KT
from django_countries.data import COUNTRIES

from access_requests.models import Grant, Submission

from .groups import FEWEST

COUNTRY = KT("answers__applicant_country")


@dataclass(frozen=True, slots=True)
class Shares:
    """How many datasets each country got, by ISO 3166-1 code, and how many all those got that stay unnamed.

    `others` is 0 where these, too, are fewer than `FEWEST` applicants.
    """

    countries: dict[str, int]
    others: int


def shares(on_pages: dict[str, set[int]]) -> Shares:
    """Count datasets by country, in three queries, two of which do not depend on how many grants there are.

    Args:
        on_pages: the keys of the listed datasets that were shared with each country by the register's pages.
    """
    people = dict(_agreed().values_list(COUNTRY).annotate(_applicants()))
    known = [code for code, number in people.items() if code in COUNTRIES and number >= FEWEST]
    datasets = {code: set(keys) for code, keys in on_pages.items()}
    for code, dataset in _in(known).values_list(COUNTRY, "request__dataset").distinct():
        datasets.setdefault(code, set()).add(dataset)
    few = [code for code in people if code in COUNTRIES and code not in datasets]
    return Shares({code: len(keys) for code, keys in datasets.items()}, _unnamed(few))


def _applicants() -> Count:
    return Count("request__applicant", distinct=True)


def _unnamed(codes: list[str]) -> int:
    """How many datasets these countries got; 0 where too few people did."""
    if not codes:
        return 0
    found = _in(codes).aggregate(people=_applicants(), datasets=Count("request__dataset", distinct=True))
    return int(found["datasets"]) if found["people"] >= FEWEST else 0


def _in(codes: list[str]) -> QuerySet[Submission]:
    return _agreed().filter(answers__applicant_country__in=codes)


def _agreed() -> QuerySet[Submission]:
    """The last answers of each granted request whose applicant agreed to be listed."""
    later = Submission.objects.filter(request=OuterRef("request"), number__gt=OuterRef("number"))
    return Submission.objects.order_by().filter(
        ~Exists(later),
        Exists(Grant.objects.filter(request=OuterRef("request"))),
        answers__list_publicly="yes",
        request__dataset__hidden=False,
        request__dataset__retired_at=None,
    )
