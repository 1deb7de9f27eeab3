"""Who has access, today or on any day before: by dataset and person, on a page and as CSV."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

from django import forms
from django.core.paginator import Paginator
from django.db.models import Q
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from access_requests.csv_export import write_rows
from access_requests.desk import requests_for
from access_requests.models import Grant, GrantQuerySet
from access_requests.rows import page_url
from aidahub.accounts.models import User

from .filters import dataset_choices, user_of
from .forms_of_access import Day
from .frame import frame

PAGE = 50
ORDER = ("request__dataset__name", "participant__name", "pk")
TEMPLATE = "admin/access_requests/accessrequest/who_has_access.html"


class WhoForm(forms.Form):
    """What is asked: one dataset or all, words of a person, and a day of Stockholm's."""

    dataset = forms.ChoiceField(label=gettext_lazy("Dataset"), required=False)
    person = forms.CharField(
        label=gettext_lazy("Person"),
        help_text=gettext_lazy("Part of a name, e-mail address or institution."),
        required=False,
        max_length=200,
    )
    day = forms.DateField(label=gettext_lazy("On the day"), required=False, widget=Day())

    def __init__(self, user: User, data: Any) -> None:
        """The datasets to choose from are those of the requests that the person may see."""
        super().__init__(data, label_suffix="")
        known = dataset_choices(requests_for(user), data.get("dataset"))
        self.fields["dataset"].choices = [("", _("All")), *known]  # type: ignore[attr-defined]  # a choice field
        self.user = user

    def clean_day(self) -> date:
        """A day that has come; today where none is given."""
        today = timezone.localdate()
        day: date = self.cleaned_data.get("day") or today
        if day > today:
            raise forms.ValidationError(_("Choose today or a day before: what will be is not known yet."))
        return day

    def found(self) -> GrantQuerySet:
        """The grants in force on that day that the person may see; none where something is wrong with the question."""
        if not self.is_valid():
            return Grant.objects.none()
        asked = self.cleaned_data
        rows = Grant.objects.on(asked["day"]).filter(request__in=requests_for(self.user).order_by())
        if asked["dataset"]:
            rows = rows.filter(request__dataset__doi=asked["dataset"])
        for word in asked["person"].split():
            person = Q(participant__name__icontains=word) | Q(participant__email__icontains=word)
            rows = rows.filter(person | Q(institution__icontains=word))
        return rows.order_by(*ORDER)


def _asked(request: HttpRequest) -> WhoForm:
    given = {key: request.GET.get(key, "") for key in ("dataset", "person", "day")}
    return WhoForm(user_of(request), {**given, "day": given["day"] or timezone.localdate().isoformat()})


def _with_all(rows: GrantQuerySet) -> GrantQuerySet:
    return rows.select_related("request__dataset", "request__license", "participant", "acceptance__license_text")


@require_safe
def who(request: HttpRequest) -> HttpResponse:
    """The page: who has access on a day, to what, by which request."""
    form = _asked(request)
    # Which rows these are is found out first and alone: to sort everything with all columns takes much longer.
    page = Paginator(form.found().values_list("pk", flat=True), PAGE).get_page(request.GET.get("page"))
    grants = _with_all(Grant.objects.filter(pk__in=list(page)).order_by(*ORDER))
    query = request.GET.copy()
    query.pop("page", None)
    context = {
        **frame(request, _("Who has access")),
        "form": form,
        "page": page,
        "rows": [(grant, page_url(grant.request.reference)) for grant in grants],
        "query": query.urlencode(),
        "is_hub": user_of(request).is_hub,
    }
    return TemplateResponse(request, TEMPLATE, context)


HEADER = (
    gettext_lazy("Person"),
    gettext_lazy("E-mail"),
    gettext_lazy("Institution"),
    gettext_lazy("Dataset"),
    gettext_lazy("DOI"),
    gettext_lazy("Licence"),
    gettext_lazy("Licence text"),
    gettext_lazy("From"),
    gettext_lazy("To"),
    gettext_lazy("Request"),
    gettext_lazy("Register number"),
)


@require_safe
def as_csv(request: HttpRequest) -> HttpResponseBase:
    """The same as CSV: all rows; the page with what is wrong where something is."""
    form = _asked(request)
    if not form.is_valid():
        return who(request)
    return write_rows(f"access-{form.cleaned_data['day']}.csv", HEADER, _cells(form.found()))


def _cells(rows: GrantQuerySet) -> Iterator[tuple[object, ...]]:
    for grant in _with_all(rows).iterator(chunk_size=1000):
        request = grant.request
        yield (
            grant.participant.name,
            grant.participant.email,
            grant.institution,
            request.dataset.name,
            request.dataset.doi,
            request.license.name,
            grant.acceptance.license_text.number,
            grant.starts.isoformat(),
            last_day(grant),
            request.reference,
            request.register_number,
        )


def last_day(grant: Grant) -> str:
    """The last day on which access holds or held; empty without an end."""
    ends = [day for day in (grant.ends, grant.closed_on) if day]
    return min(ends).isoformat() if ends else ""
