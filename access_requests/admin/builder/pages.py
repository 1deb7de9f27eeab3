"""The list of forms, a form's page with its questions, and the page that makes a new form."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import Count, OuterRef, Subquery
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from access_requests import drafts, steps
from access_requests.admin.filters import user_of
from access_requests.admin.frame import frame
from access_requests.drafts import Sheet, not_yet, sheet
from access_requests.models import AccessRequest, Form, FormVersion, Policy
from access_requests.questions import BUILTIN, STEPS, Question, name_of, of_step, parse, text_in
from access_requests.rules import Denied
from access_requests.workflow import UNSENT

from .shared import KIND_WORDS, TEMPLATES, for_hub, sheet_or_404, url_of

NAMED = 3
# Which licences ask with a form when hub staff have not set a policy for them (`policies.policy_without_row`).
WITHOUT_POLICY = {
    "research": gettext_lazy("licences without a policy whose page names no other form"),
    "research-or-education": gettext_lazy("licences without a policy whose page names it"),
    "aida-member": gettext_lazy("licences for AIDA’s members without a policy"),
}


@dataclass(frozen=True)
class Asked:
    """A question as the form's page shows it."""

    key: str
    label: str
    kind: str | Promise
    required: bool
    condition: list[str]
    first: bool
    last: bool


def slugs() -> list[str]:
    """The slugs of all forms: built-in ones first, whether or not anybody has asked for them."""
    others = Form.objects.exclude(slug__in=BUILTIN).order_by("slug").values_list("slug", flat=True)
    return [*BUILTIN, *others]


def used_by(slug: str) -> list[str | Promise]:
    """The licences that ask with a form, in words: the first few by name."""
    policies = Policy.objects.filter(form=slug).select_related("license__dataset").order_by("license__dataset__name")
    found: list[str | Promise] = [f"{row.license.dataset.display_name}: {row.license.name}" for row in policies[:NAMED]]
    more = policies.count() - NAMED
    if more > 0:
        found.append(_("and %(number)s more") % {"number": more})
    return [*found, *([WITHOUT_POLICY[slug]] if slug in WITHOUT_POLICY else [])]


@for_hub
@require_safe
def form_list(request: HttpRequest) -> HttpResponse:
    """All forms: the newest version of each, whether a draft is begun, which licences use it."""
    rows = [(form, url_of("change", form.slug), used_by(form.slug)) for form in map(sheet, slugs())]
    context = {**frame(request, _("Forms")), "list_page": True, "rows": rows, "new_url": url_of("add")}
    return TemplateResponse(request, f"{TEMPLATES}/list.html", context)


@for_hub
@require_safe
def form_page(request: HttpRequest, form: str) -> HttpResponse:
    """A form's questions by step, what can be done with them, and its versions."""
    sheet_ = sheet_or_404(form)
    asked = parse(sheet_.questions)
    context = {
        **frame(request, str(sheet_)),
        "sheet": sheet_,
        "is_sheet": True,
        "parts": [(slug, steps.NAMES[slug], rows_of(asked, slug)) for slug in STEPS],
        "lacking": not_yet(sheet_) if sheet_.draft else [],
        "versions": _versions(sheet_),
        "used_by": used_by(form),
    }
    return TemplateResponse(request, f"{TEMPLATES}/form.html", context)


def _versions(form: Sheet) -> Iterable[FormVersion]:
    """A form's versions, the newest first, with how many requests were sent on each. Drafts are not counted."""
    if form.newest is None:
        return []
    sent = AccessRequest.objects.filter(form_version=OuterRef("pk")).exclude(status__in=UNSENT)
    number = sent.order_by().values("form_version").annotate(number=Count("pk")).values("number")
    return form.newest.form.versions.select_related("published_by").annotate(uses=Subquery(number)).order_by("-number")


def rows_of(asked: list[Question], step: str) -> list[Asked]:
    """The questions of one step as the page shows them."""
    by_key = {question.key: question for question in asked}
    here = of_step(asked, step)
    return [
        Asked(
            question.key,
            text_in(None, question.label),
            KIND_WORDS[question.kind][0],
            question.required,
            [condition_in_words(by_key[key], values) for key, values in question.show_if.items()],
            question == here[0],
            question == here[-1],
        )
        for question in here
    ]


def condition_in_words(other: Question, values: Iterable[str]) -> str:
    """With which answers to another question one is asked."""
    options = {option.value: text_in(None, option.label) for option in other.options}
    words = [options.get(value, _("Yes") if value == "yes" else value) for value in values]
    return _("Only if “%(question)s” is “%(answer)s”") % {"question": name_of(other), "answer": "”, “".join(words)}


class NewForm(forms.Form):
    """What a new form needs: two names and what it begins with."""

    name_en = forms.CharField(label=gettext_lazy("Name in English"), max_length=drafts.NAME_LENGTH)
    name_sv = forms.CharField(label=gettext_lazy("Name in Swedish"), max_length=drafts.NAME_LENGTH, required=False)
    slug = forms.CharField(
        label=gettext_lazy("Short name"),
        max_length=50,
        help_text=gettext_lazy("Stands in addresses and stays as it is: small letters, digits, hyphens."),
    )
    copy_of = forms.ChoiceField(label=gettext_lazy("Begin with"), required=False)

    def __init__(self, data: Any = None) -> None:
        """Offer the forms there are, to be copied."""
        super().__init__(data, label_suffix="")
        choices = [(slug, _("the questions of “%(form)s”") % {"form": sheet(slug)}) for slug in slugs()]
        self.fields["copy_of"].choices = [("", _("no questions")), *choices]  # type: ignore[attr-defined]


@for_hub
@require_http_methods(["GET", "HEAD", "POST"])
def new_form(request: HttpRequest) -> HttpResponse:
    """Make a form, empty or as a copy of another."""
    form = NewForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        given = form.cleaned_data
        name = {"en": given["name_en"], "sv": given["name_sv"]}
        try:
            drafts.begin(slug=given["slug"], name=name, by=user_of(request), copy_of=given["copy_of"])
        except Denied as denied:
            form.add_error("slug", str(denied))
        else:
            messages.success(
                request, _("The form is begun. Nobody gets it before it is published and a policy names it.")
            )
            return HttpResponseRedirect(url_of("change", given["slug"]))
    context = {**frame(request, _("New form")), "form": form}
    return TemplateResponse(request, f"{TEMPLATES}/new.html", context)
