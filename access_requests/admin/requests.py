"""The list of requests and the addresses of their pages. Keys in addresses are references, never keys of rows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import islice
from typing import TYPE_CHECKING, Any, cast

from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.templatetags.admin_list import result_headers
from django.contrib.admin.views.main import ChangeList
from django.db.models import Case, QuerySet, Value, When
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect, QueryDict
from django.urls import URLPattern, path, reverse
from django.utils.text import format_lazy
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from access_requests import flags
from access_requests.desk import requests_for, waits_for
from access_requests.models import AccessRequest, AccessRequestQuerySet
from access_requests.rows import Shown, shown, with_rows
from aidahub.accounts.models import User

from . import (
    assigning,
    decision,
    exporting,
    paper,
    parts,
    persons,
    redaction,
    redaction_of_texts,
    several,
    talk,
    waiting,
    who_has_access,
    write,
)
from .facts import is_named
from .filters import DatasetFilter, StatusFilter, TurnFilter, user_of
from .filters_more import AnswerFilter, AssigneeFilter, LicenseFilter
from .search import found
from .steps import SEVERAL

if TYPE_CHECKING:
    Base = admin.ModelAdmin[AccessRequest]
else:
    Base = admin.ModelAdmin

FILTERS = (TurnFilter, StatusFilter, DatasetFilter, LicenseFilter, AssigneeFilter, AnswerFilter)
PARAMETERS = frozenset(
    name for each in FILTERS for name in getattr(each, "parameters", (getattr(each, "parameter_name", ""),))
)


@dataclass(frozen=True)
class Heading:
    """The head of a column: its words, the address that sorts by it, and how the list is sorted by it now."""

    text: str
    url: str
    direction: str


@dataclass(frozen=True)
class Listed(Shown):
    """A line of the list, with who takes care of the request and whether that is the reader.

    `own`: it names the reader, who does not read who takes care of it.
    """

    assignee: str = ""
    taken: bool = False
    own: bool = False


def _listed(row: AccessRequest, user: User) -> Listed:
    if is_named(user, row):
        return Listed(**vars(shown(row)), own=True)
    to = row.assigned_to if row.assigned_to and row.assigned_to.is_active else None
    return Listed(**vars(shown(row)), assignee=str(to or ""), taken=bool(to and to.pk == user.pk))


class RequestList(ChangeList):
    """The list, whose rows are made for reading."""

    rows: list[Listed]
    shows_staff: bool

    @property
    def headings(self) -> list[Heading]:
        """The columns but the first, which holds the boxes to tick."""
        found = []
        for header in islice(result_headers(self), 1, None):
            direction = "" if not header.get("sorted") else "ascending" if header["ascending"] else "descending"
            found.append(Heading(str(header["text"]), str(header.get("url_primary", "")), direction))
        return found

    def get_results(self, request: HttpRequest) -> None:
        """Read the page's requests once and make a line of each."""
        super().get_results(request)
        # Which rows these are is found out first and alone: a late page would sort all requests with all their columns.
        page = self.result_list.values("pk") if isinstance(self.result_list, QuerySet) else []
        self.result_list = list(self.queryset.filter(pk__in=page))
        user = user_of(request)
        self.shows_staff = user.is_hub
        flagged = flags.of_requests(user, self.result_list)
        reasons = {key: " ".join(flag.reason for flag in found) for key, found in flagged.items()}
        self.rows = [replace(_listed(row, user), flag=reasons.get(row.pk, "")) for row in self.result_list]


def _choose(slug: str) -> Callable[..., HttpResponse]:
    """The action of the list that leads to the confirmation page of a step with all chosen requests."""

    @admin.action(description=format_lazy("{}…", SEVERAL[slug].label))
    def action(model_admin: Any, request: HttpRequest, requests: QuerySet[AccessRequest]) -> HttpResponse:
        query = QueryDict(mutable=True)
        query.setlist("reference", list(requests.values_list("reference", flat=True)))
        address = reverse("admin:access_requests_accessrequest_several", args=(slug,))
        return HttpResponseRedirect(f"{address}?{query.urlencode()}")

    action.__name__ = slug.replace("-", "_")
    return action


@admin.register(AccessRequest)
class AccessRequestAdmin(Base):
    """Requests are looked at and decided on here; nobody adds, edits or deletes one."""

    list_display = ("reference", "status", "applicant", "dataset", "license", "status_since", "turn")
    list_display_links = None
    list_filter = FILTERS
    list_per_page = 50
    list_max_show_all = 0
    show_facets = admin.ShowFacets.NEVER
    show_full_result_count = False
    search_fields = ("reference",)
    search_help_text = _("Reference, register number, person, institution, dataset, or words of any answer.")
    sortable_by = ("reference", "status", "applicant", "dataset", "status_since")
    actions = tuple(_choose(slug) for slug in SEVERAL)
    change_list_template = "admin/access_requests/accessrequest/change_list.html"

    @admin.display(description=_("turn"))
    def turn(self, request: AccessRequest) -> str:
        """Whose turn it is: a heading here, its words come from `shown`."""
        return ""

    def get_queryset(self, request: HttpRequest) -> AccessRequestQuerySet:
        """What this person may handle, with whether it is their turn."""
        user = user_of(request)
        mine = Case(When(waits_for(user), then=Value(True)), default=Value(False))
        return with_rows(requests_for(user)).select_related("assigned_to").annotate(mine=mine)

    def get_ordering(self, request: HttpRequest) -> tuple[str, ...]:
        """What waits for the reader first, then what moved last."""
        return ("-mine", "-status_since")

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[AccessRequest], search_term: str
    ) -> tuple[QuerySet[AccessRequest], bool]:
        """Search in references, names, datasets and answers."""
        return found(queryset, search_term), False

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest | None = None) -> bool:
        """Nothing but the filters: any other column would tell of answers that were not sent."""
        return lookup in PARAMETERS

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        """The list's own class."""
        return RequestList

    def has_module_permission(self, request: HttpRequest) -> bool:
        """Whoever the admin opens for."""
        return user_of(request).is_staff

    def has_view_permission(self, request: HttpRequest, obj: AccessRequest | None = None) -> bool:
        """Whoever the admin opens for; which requests, `get_queryset` says."""
        return user_of(request).is_staff

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Nobody."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: AccessRequest | None = None) -> bool:
        """Nobody: a request changes by its verbs."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: AccessRequest | None = None) -> bool:
        """Nobody."""
        return False

    def get_urls(self) -> list[URLPattern]:
        """The list, the decision page, the confirmation pages, and none of the stock pages."""
        name = "access_requests_accessrequest"
        wrap = self.admin_site.admin_view
        return [
            path("", wrap(self.changelist_view), name=f"{name}_changelist"),
            path("several/<slug:slug>/", wrap(several.several), name=f"{name}_several"),
            path("waiting/", wrap(waiting.waiting), name=f"{name}_waiting"),
            path("export/", wrap(self.export_view), name=f"{name}_export"),
            *persons.urls(wrap),
            path("<slug:reference>/assign/", wrap(assigning.assign), name=f"{name}_assign"),
            path("who-has-access/", wrap(who_has_access.who), name=f"{name}_who"),
            path("who-has-access/csv/", wrap(who_has_access.as_csv), name=f"{name}_who_csv"),
            path("who-has-access/write/", wrap(write.write), name=f"{name}_write"),
            path("<slug:reference>/change/", wrap(decision.decision), name=f"{name}_change"),
            path("<slug:reference>/files/<uuid:public_id>/redact/", wrap(redaction.redact), name=f"{name}_redact"),
            path("<slug:reference>/messages/", wrap(talk.write), name=f"{name}_message"),
            path("<slug:reference>/notes/", wrap(talk.note), name=f"{name}_note"),
            path("<slug:reference>/comments/<slug:question>/", wrap(talk.comment), name=f"{name}_comment"),
            path("<slug:reference>/people/<slug:slug>/", wrap(parts.part_step), name=f"{name}_people"),
            path("<slug:reference>/people/<int:number>/<slug:slug>/", wrap(parts.part_step), name=f"{name}_person"),
            path("<slug:reference>/paper/", wrap(paper.paper), name=f"{name}_paper"),
            path(
                "<slug:reference>/texts/<slug:digest>/redact/",
                wrap(redaction_of_texts.redact),
                name=f"{name}_redact_text",
            ),
            path("<slug:reference>/<slug:slug>/", wrap(decision.step), name=f"{name}_step"),
        ]

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """The list."""
        context = {
            "title": gettext("Access requests"),
            "action_choices": self.get_action_choices(request, default_choices=[]),
            **(extra_context or {}),
        }
        return super().changelist_view(request, context)

    def export_view(self, request: HttpRequest) -> HttpResponseBase:
        """The list as it is filtered and searched, as CSV."""
        try:
            listed = self.get_changelist_instance(request)
        except IncorrectLookupParameters:
            return HttpResponseRedirect(reverse("admin:access_requests_accessrequest_changelist"))
        return exporting.export(request, cast("AccessRequestQuerySet", listed.queryset))

    def response_action(  # type: ignore[override]  # the stubs know an argument that Django does not
        self, request: HttpRequest, queryset: QuerySet[AccessRequest]
    ) -> HttpResponse | None:
        """Do the chosen action with the chosen requests, which the page names by reference."""
        chosen = self.get_actions(request).get(request.POST.get("action", ""))
        references = [text for text in request.POST.getlist(ACTION_CHECKBOX_NAME) if "\0" not in text]
        if chosen is None:
            messages.warning(request, gettext("Choose what to do with the requests. Nothing has been changed."))
            return None
        action = cast("Callable[..., HttpResponse]", chosen[0])
        return action(self, request, queryset.filter(reference__in=references[: self.list_per_page]))
