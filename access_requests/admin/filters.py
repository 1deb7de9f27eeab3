"""Filters of the list. Their choices come from the requests that the person may see, so they tell nothing of others."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, cast

from django.contrib import admin
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from access_requests.desk import is_open, requests_for
from access_requests.models import AccessRequest
from access_requests.rows import STATUS_WORDS
from aidahub.accounts.models import User
from datasets.models import Dataset

Choices = Iterable[tuple[str, Any]]
# What the list's own queryset says of each request: whether it is the reader's turn.
MINE = Q(("mine", True))


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
                return queryset.filter(MINE)
            case "others":
                return queryset.filter(~MINE).filter(is_open())
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
        """The datasets for which there are requests that the person may see."""
        asked = Exists(requests_for(user_of(request)).filter(dataset=OuterRef("pk")))
        rows = Dataset.objects.filter(asked).only("doi", "name", "short_name")
        return [(dataset.doi, dataset.display_name) for dataset in rows]

    def queryset(self, request: HttpRequest, queryset: QuerySet[AccessRequest]) -> QuerySet[AccessRequest]:
        """The requests for that dataset; none for one that is not among the choices."""
        if self.value() is None:
            return queryset
        known = self.value() in dict(self.lookup_choices)
        return queryset.filter(dataset__doi=self.value()) if known else queryset.none()
