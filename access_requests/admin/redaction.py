"""The page on which hub staff take a file out of the record for good."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from access_requests.filing import files_visible, redact_stored
from access_requests.models import AccessRequest, Attachment
from access_requests.rows import page_url
from access_requests.rules import REASON_LENGTH, Denied, check_may, parts_in
from access_requests.workflow import Verb

from .decision import TEMPLATES, request_for
from .filters import user_of
from .frame import frame


class RedactForm(forms.Form):
    """Asks why."""

    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        help_text=gettext_lazy("Hub staff and the deciders read it; the applicant does not."),
        max_length=REASON_LENGTH,
        widget=forms.Textarea(attrs={"rows": 5}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Labels end without a colon."""
        super().__init__(*args, **{"label_suffix": "", **kwargs})


@require_http_methods(["GET", "HEAD", "POST"])
def redact(request: HttpRequest, reference: str, public_id: UUID) -> HttpResponse:
    """Ask for the reason and say what stays (GET); take the file away (POST). A refusal is 403 with its sentence."""
    user = user_of(request)
    access_request = request_for(user, reference)
    file = files_visible(access_request, user, parts_in(user, access_request)).filter(public_id=public_id).first()
    if file is None:
        raise Http404
    form = RedactForm(request.POST if request.method == "POST" else None)
    try:
        check_may(user, Verb.REDACT, access_request)
        if not file.is_there:
            raise Denied(_("This file was redacted already."))
        if not form.is_valid():
            return _page(request, access_request, file, form=form)
        redact_stored(request=access_request, by=user, file=file, reason=form.cleaned_data["reason"])
    except Denied as denied:
        return _page(request, access_request, file, denied=str(denied))
    messages.success(request, _("“%(name)s” is gone. Its name, size and hash stay.") % {"name": file.name})
    return HttpResponseRedirect(page_url(reference))


def _page(
    request: HttpRequest,
    access_request: AccessRequest,
    file: Attachment,
    *,
    form: RedactForm | None = None,
    denied: str = "",
) -> TemplateResponse:
    context = {
        **frame(request, _("Take “%(name)s” away for good?") % {"name": file.name}),
        "access_request": access_request,
        "page_url": page_url(access_request.reference),
        "file": file,
        "form": form,
        "denied": denied,
    }
    return TemplateResponse(request, f"{TEMPLATES}/redact.html", context, status=403 if denied else 200)
