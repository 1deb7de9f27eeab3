"""The pages that publish a form's draft and that throw it away; both say what that means and ask once more."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from access_requests import drafts
from access_requests.admin.filters import user_of
from access_requests.admin.frame import frame
from access_requests.drafts import Sheet, not_yet
from access_requests.form_edits import Change, What, changes, in_order
from access_requests.questions import parse
from access_requests.rules import Denied

from .shared import TEMPLATES, for_hub, sheet_or_404, url_of

HEADINGS: dict[What, Promise] = {
    What.ADDED: gettext_lazy("New questions"),
    What.CHANGED: gettext_lazy("Changed questions"),
    What.MOVED: gettext_lazy("Questions that stand elsewhere"),
    What.REMOVED: gettext_lazy("Questions that are not asked any more"),
}
PARTS: dict[str, Promise] = {
    "kind": gettext_lazy("kind of answer"),
    "step": gettext_lazy("step"),
    "label": gettext_lazy("question"),
    "name": gettext_lazy("name of the answer"),
    "help": gettext_lazy("help"),
    "required": gettext_lazy("whether it must be answered"),
    "min": gettext_lazy("least"),
    "max": gettext_lazy("most"),
    "options": gettext_lazy("answers to choose from"),
    "show_if": gettext_lazy("when it is asked"),
    "only_if": gettext_lazy("for which licences it is asked"),
    "prefill_if": gettext_lazy("when it is filled in"),
    "copy_from": gettext_lazy("which answer is proposed"),
    "own": gettext_lazy("whether it must be the applicant’s own address"),
    "autocomplete": gettext_lazy("what the browser fills in"),
}


@for_hub
@require_http_methods(["GET", "HEAD", "POST"])
def publish(request: HttpRequest, form: str) -> HttpResponse:
    """What changed since the newest version, and publishing it."""
    sheet = sheet_or_404(form)
    if request.method == "POST":
        try:
            version = drafts.publish(slug=form, seen=request.POST.get("seen", ""), by=user_of(request))
        except Denied as denied:
            messages.error(request, str(denied))
            return HttpResponseRedirect(url_of("change", form))
        words = {"form": sheet, "number": version.number}
        messages.success(request, _("Version %(number)s of “%(form)s” is in use from now on.") % words)
        return HttpResponseRedirect(url_of("change", form))
    context = {
        **frame(request, _("Publish “%(form)s”?") % {"form": sheet}),
        "sheet": sheet,
        "lacking": not_yet(sheet),
        "number": sheet.newest.number + 1 if sheet.newest else 1,
        "groups": _groups(sheet),
        "untranslated": [each.key for each in parse(sheet.questions) if not each.label.get("sv")],
    }
    return TemplateResponse(request, f"{TEMPLATES}/publish.html", context)


def _groups(sheet: Sheet) -> list[tuple[Promise, list[tuple[Change, list[Promise]]]]]:
    """The changes since the newest version, by what happened, each with its parts in words."""
    before = in_order(sheet.newest.questions) if sheet.newest else []
    found = [(change, [PARTS[part] for part in change.parts]) for change in changes(before, sheet.questions)]
    groups = ((words, [row for row in found if row[0].what is what]) for what, words in HEADINGS.items())
    return [(words, rows) for words, rows in groups if rows]


@for_hub
@require_http_methods(["GET", "HEAD", "POST"])
def discard(request: HttpRequest, form: str) -> HttpResponse:
    """Throw the draft away; a form that was never published goes with it."""
    sheet = sheet_or_404(form)
    if request.method == "POST":
        try:
            drafts.discard(slug=form, seen=request.POST.get("seen", ""), by=user_of(request))
        except Denied as denied:
            messages.error(request, str(denied))
            return HttpResponseRedirect(url_of("change", form))
        messages.success(request, _("The draft of “%(form)s” is thrown away.") % {"form": sheet})
        return HttpResponseRedirect(url_of("change", form) if sheet.newest else url_of("changelist"))
    context = {**frame(request, _("Throw away the draft of “%(form)s”?") % {"form": sheet}), "sheet": sheet}
    return TemplateResponse(request, f"{TEMPLATES}/discard.html", context)
