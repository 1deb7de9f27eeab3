"""What hub staff do with one person's account: look at its acts, suspend it, lift that, erase it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.contrib.admin.models import CHANGE, LogEntry
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods, require_safe

from access_requests import actions
from access_requests.actions.accounts import check_may_close
from access_requests.actions.erasing import check_may_erase
from access_requests.acts import acts_of
from access_requests.csv_export import write_rows
from access_requests.rules import REASON_LENGTH, Denied, allowed
from aidahub.accounts.models import User

from .filters import user_of
from .frame import frame

TEMPLATES = "admin/access_requests/account"
USUAL_DAYS = 30
Sentence = str | Promise


class SinceForm(forms.Form):
    """From which day on."""

    since = forms.DateField(
        label=gettext_lazy("Since"),
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        required=False,
    )


class SuspendForm(forms.Form):
    """Why an account is suspended."""

    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        help_text=gettext_lazy("Hub staff read it. The person is not told why; they are asked to write to the hub."),
        max_length=REASON_LENGTH,
        widget=forms.Textarea(attrs={"rows": 4}),
    )


def person_for(request: HttpRequest, person: UUID) -> User:
    """The account, for hub staff.

    Raises:
        Http404: for everybody else, and where there is none.
    """
    if not user_of(request).is_hub:
        raise Http404
    return get_object_or_404(User, public_id=person)


@require_safe
def acts(request: HttpRequest, person: UUID) -> HttpResponseBase:
    """What the account did since a day, as a table or as CSV (`format=csv`)."""
    user = person_for(request, person)
    day = timezone.localdate() - timedelta(days=USUAL_DAYS)
    form = SinceForm(request.GET if request.GET.get("since") else None, initial={"since": day}, label_suffix="")
    if form.is_valid():
        day = form.cleaned_data["since"] or day
    found = acts_of(user, since=_begin_of(day), reader=user_of(request))
    if request.GET.get("format") == "csv":
        header = [_("When"), _("What"), _("On"), _("Detail")]
        rows = ((act.at, act.what, act.on, act.detail) for act in found)
        return write_rows(f"acts-since-{day:%Y-%m-%d}.csv", header, rows)
    title = _("What %(name)s did") % {"name": user}
    return _page(request, "acts.html", title, user, acts=found, day=day, form=form)


def _begin_of(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))


@dataclass(frozen=True)
class Closing:
    """One thing that can be done with an account: its words, its rule, and what it calls."""

    slug: str
    title: Sentence
    label: Sentence
    check: Callable[[User, User], None]
    do: Callable[[User, User, str], str]
    form: type[forms.Form] = forms.Form


def _suspend(user: User, by: User, reason: str) -> str:
    touched = actions.suspend_account(user=user, by=by, reason=reason)
    sentence = ngettext(
        "The account is suspended. Votes in %(number)s open request were set aside.",
        "The account is suspended. Votes in %(number)s open requests were set aside.",
        len(touched),
    )
    return sentence % {"number": len(touched)}


def _lift(user: User, by: User, reason: str) -> str:
    actions.lift_suspension(user=user, by=by)
    return _("The suspension is lifted. The person signs in with a code that is sent by mail.")


def _erase(user: User, by: User, reason: str) -> str:
    actions.erase_account(user=user, by=by)
    return _("The account is erased.")


CLOSINGS: dict[str, Closing] = {
    closing.slug: closing
    for closing in (
        Closing(
            "suspend", gettext_lazy("Suspend the account of %(name)s?"), gettext_lazy("Suspend the account"),
            check_may_close, _suspend, SuspendForm,
        ),
        Closing(
            "lift", gettext_lazy("Let %(name)s sign in again?"), gettext_lazy("Lift the suspension"),
            check_may_close, _lift,
        ),
        Closing(
            "erase", gettext_lazy("Erase the account of %(name)s?"), gettext_lazy("Erase the account"),
            check_may_erase, _erase,
        ),
    )
}  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
def close(request: HttpRequest, person: UUID, slug: str) -> HttpResponse:
    """The page that says what will happen (GET), and doing it (POST). A refusal is 403 with its sentence."""
    user, by = person_for(request, person), user_of(request)
    closing = CLOSINGS.get(slug)
    if closing is None:
        raise Http404
    title = str(closing.title) % {"name": user}
    may = allowed(closing.check, by, user)
    if not may:
        return _page(request, "closing.html", title, user, closing=closing, why=may.why, status=403)
    form = closing.form(request.POST if request.method == "POST" else None)
    if not form.is_valid():
        return _page(request, "closing.html", title, user, closing=closing, form=form)
    try:
        done = closing.do(user, by, form.cleaned_data.get("reason", ""))
    except Denied as denied:
        return _page(request, "closing.html", title, user, closing=closing, why=str(denied), status=403)
    LogEntry.objects.log_actions(by.pk, User.objects.filter(pk=user.pk), CHANGE, done, single_object=True)
    messages.success(request, done)
    where = "admin:access_requests_account_acts" if slug == "suspend" else "admin:accounts_user_change"
    return redirect(reverse(where, args=(user.public_id if slug == "suspend" else user.pk,)))


def _page(
    request: HttpRequest, template: str, title: str, user: User, status: int = 200, **context: Any
) -> TemplateResponse:
    context = {**frame(request, title), "person": user, **context}
    return TemplateResponse(request, f"{TEMPLATES}/{template}", context, status=status)


def urls(wrap: Callable[..., Any]) -> list[URLPattern]:
    """The addresses, below those of the list of requests."""
    return [
        path("people/<uuid:person>/acts/", wrap(acts), name="access_requests_account_acts"),
        path("people/<uuid:person>/<slug:slug>/", wrap(close), name="access_requests_account_close"),
    ]
