"""Filters of the list. Their choices come from the requests that the person may see, so they tell nothing of others."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, cast

from django.contrib import admin
from django.db.models import Exists, Max, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from access_requests.desk import is_open, is_turn_of, requests_for
from access_requests.models import AccessRequest, AccessRequestQuerySet
from access_requests.rows import STATUS_WORDS
from aidahub.accounts.models import User
from datasets.models import Dataset

Choices = Iterable[tuple[str, Any]]
MOST_CHOICES = 100
LATEST = 5_000  # requests whose datasets are looked at


def user_of(request: HttpRequest) -> User:
    """The signed-in person; the admin lets in nobody else."""
    return cast("User", request.user)


class TurnFilter(admin.SimpleListFilter):
    """Whose turn it is."""

    title = _("turn")
    parameter_name = "turn"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Choices:
        """The choices."""
        return (("me", _("Waits for me")), ("others", _("Waits for others")), ("nobody", _("Finished")))

    def queryset(self, request: HttpRequest, queryset: QuerySet[AccessRequest]) -> QuerySet[AccessRequest]:
        """The requests of a choice; all of them for anything else."""
        match self.value():
            case "me":
                return queryset.filter(is_turn_of(user_of(request)))
            case "others":
                return queryset.filter(is_open()).exclude(is_turn_of(user_of(request)))
            case "nobody":
                return queryset.exclude(is_open())
        return queryset


class StatusFilter(admin.SimpleListFilter):
    """Where the request stands."""

    title = _("status")
    parameter_name = "status"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Choices:
        """The statuses that occur."""
        found = set(requests_for(user_of(request)).order_by().values_list("status", flat=True).distinct())
        return [(status.value, words) for status, words in STATUS_WORDS.items() if status in found]

    def queryset(self, request: HttpRequest, queryset: QuerySet[AccessRequest]) -> QuerySet[AccessRequest]:
        """The requests with that status."""
        return queryset.filter(status=self.value()) if self.value() in STATUS_WORDS else queryset


class DatasetFilter(admin.SimpleListFilter):
    """Which dataset, by its DOI."""

    title = _("dataset")
    parameter_name = "dataset"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Choices:
        """The datasets for which there are requests that the person may see; of very many those asked for last."""
        return dataset_choices(requests_for(user_of(request)), self.value())

    def queryset(self, request: HttpRequest, queryset: QuerySet[AccessRequest]) -> QuerySet[AccessRequest]:
        """The requests for that dataset; none for one that is not among the choices."""
        if self.value() is None:
            return queryset
        known = self.value() in dict(self.lookup_choices)
        return queryset.filter(dataset__doi=self.value()) if known else queryset.none()


def dataset_choices(requests: AccessRequestQuerySet, chosen: str | None) -> list[tuple[str, str]]:
    """The datasets of some requests to choose from, by DOI: of very many the hundred that were asked for last.

    A page with thousands of choices helps nobody; what is not offered is found by its words, or named by its DOI.

    Args:
        requests: what the person may see.
        chosen: the DOI that was asked for, which is offered in any case if there are requests for it.
    """
    first = Subquery(requests.order_by("-pk").values("pk")[LATEST : LATEST + 1])
    latest = requests.filter(pk__gt=Coalesce(first, 0)).order_by().values("dataset").annotate(last=Max("pk"))
    keys = latest.order_by("-last").values("dataset")[:MOST_CHOICES]
    asked = Q(doi=chosen) & Q(Exists(requests.order_by().filter(dataset=OuterRef("pk"))))
    is_word = chosen and "\0" not in chosen  # which PostgreSQL refuses
    rows = Dataset.objects.filter(Q(pk__in=keys) | asked if is_word else Q(pk__in=keys))
    return [(row.doi, row.display_name) for row in rows.only("doi", "name", "short_name")]
