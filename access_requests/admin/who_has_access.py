"""Who has access, today or on any day before: by dataset and person, on a page and as CSV."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

from django import forms
from django.core.paginator import Page, Paginator
from django.db.models import Q
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from access_requests.csv_export import write_rows
from access_requests.desk import handled, requests_for
from access_requests.models import Grant, GrantQuerySet
from access_requests.rows import page_url
from aidahub.accounts.models import User
from datasets.models import Dataset

from .filters import dataset_choices, user_of
from .forms_of_access import Day
from .frame import frame

PAGE = 50
ORDER = ("request__dataset__name", "request__dataset_id", "participant__name", "pk")
MANY = 5_000  # rows that are no longer sorted to show a page of them
WALKED = 1_000  # how far down a long list is walked
STEPS = (50, 200, 1_000, 5_000)  # datasets that are looked at together, one step after the other
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

    @property
    def is_everybodys(self) -> bool:
        """Whether everything is asked for by hub staff, who see everything."""
        chosen = self.is_valid() and (self.cleaned_data["dataset"] or self.cleaned_data["person"])
        return self.user.is_hub and not chosen

    def found(self) -> GrantQuerySet:
        """The grants in force on that day that the person may see; none where something is wrong with the question."""
        if not self.is_valid():
            return Grant.objects.none()
        asked = self.cleaned_data
        rows = handled(Grant.objects.on(asked["day"]), self.user)
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


class Rows(Paginator[Grant]):
    """The pages of a list of grants, each page's found out alone, before all of their columns are read.

    `everybodys`: whether it holds grants of nearly every dataset, as the list of hub staff does.
    """

    everybodys = False

    def page(self, number: int | str) -> Page[Grant]:
        """One page; of a long list the first ones are not sorted out of all of it."""
        number = self.validate_number(number)
        start, end = (number - 1) * self.per_page, min(number * self.per_page, self.count)
        rows: Any = self.object_list
        walks = self.everybodys and self.count > MANY and end <= WALKED
        keys = walked(rows, end)[start:] if walks else list(rows.values_list("pk", flat=True)[start:end])
        return Page(list(_with_all(Grant.objects.filter(pk__in=keys).order_by(*ORDER))), number, self)


def walked(rows: GrantQuerySet, number: int) -> list[int]:
    """The keys of the first few rows in the order of `ORDER`, found along the names of the datasets."""
    found: list[int] = []
    datasets, start = Dataset.objects.order_by("name", "pk").values_list("pk", flat=True), 0
    for step in STEPS:
        keys = list(datasets[start : start + step])
        found += rows.filter(request__dataset__in=keys).values_list("pk", flat=True)[: number - len(found)]
        if len(found) == number or len(keys) < step:
            return found
        start += step
    return list(rows.values_list("pk", flat=True)[:number])  # most is for the last of very many datasets


@require_safe
def who(request: HttpRequest) -> HttpResponse:
    """The page: who has access on a day, to what, by which request."""
    form = _asked(request)
    rows = Rows(form.found(), PAGE)
    rows.everybodys = form.is_everybodys
    page = rows.get_page(request.GET.get("page"))
    query = request.GET.copy()
    query.pop("page", None)
    context = {
        **frame(request, _("Who has access")),
        "form": form,
        "page": page,
        "rows": [(grant, page_url(grant.request.reference)) for grant in page],
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
