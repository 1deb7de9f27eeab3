"""The page on which hub staff take a free text (a message, note, reason, a mail kept) out of the record for good."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from access_requests import actions
from access_requests.models import AccessRequest
from access_requests.paper import Sealed, sealed_texts
from access_requests.rules import Denied, check_may
from access_requests.workflow import Verb

from .decision import TEMPLATES
from .filters import user_of
from .frame import frame
from .paper import hub_reads
from .redaction import RedactForm


@require_http_methods(["GET", "HEAD", "POST"])
def redact(request: HttpRequest, reference: str, digest: str) -> HttpResponse:
    """Ask for the reason and say what stays (GET); take the text away (POST). A refusal is 403 with its sentence."""
    access_request, _view = hub_reads(request, reference)
    found = next((each for each in sealed_texts(access_request) if each.row.digest == digest), None)
    if found is None:
        raise Http404
    form = RedactForm(request.POST if request.method == "POST" else None)
    try:
        check_may(user_of(request), Verb.REDACT, access_request)
        if found.row.erased_at:
            raise Denied(_("This text is not there any more."))
        if not form.is_valid():
            return _page(request, access_request, found, form=form)
        reason = form.cleaned_data["reason"]
        actions.redact_text(request=access_request, by=user_of(request), text=found.row, reason=reason)
    except Denied as denied:
        return _page(request, access_request, found, denied=str(denied))
    messages.success(request, _("The text is gone. That there was one, and when it was removed, stays."))
    return HttpResponseRedirect(paper_url(reference))


def paper_url(reference: str) -> str:
    """The page of a request on paper."""
    return reverse("admin:access_requests_accessrequest_paper", args=(reference,))


def _page(
    request: HttpRequest,
    access_request: AccessRequest,
    text: Sealed,
    *,
    form: RedactForm | None = None,
    denied: str = "",
) -> TemplateResponse:
    context = {
        **frame(request, _("Take this text away for good?")),
        "access_request": access_request,
        "paper_url": paper_url(access_request.reference),
        "text": text,
        "form": form,
        "denied": denied,
    }
    return TemplateResponse(request, f"{TEMPLATES}/redact_text.html", context, status=403 if denied else 200)
