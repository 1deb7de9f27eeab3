"""Somebody's own copy of a request, as a PDF: what its page shows them, and nothing else."""

from __future__ import annotations

from io import BytesIO

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from access_requests.attachments import as_download
from access_requests.paper import NotMade, paper_for, pdf_of, standing_to
from access_requests.rules import Denied

from .shared import SignedIn, for_people, visible


@require_safe
@for_people
def copy(request: SignedIn, reference: str) -> HttpResponseBase | HttpResponse:
    """`/requests/<reference>/copy.pdf`; hub staff are led to where they choose between what they keep and hand out."""
    row = visible(request, reference)
    if row.submitted_at is None:
        raise Denied(_("There is a copy of this request once it is sent."))
    view = standing_to(row, request.user)
    if view.hub:
        return redirect("admin:access_requests_accessrequest_paper", reference=reference)
    try:
        made = pdf_of(paper_for(row, view))
    except NotMade as problem:
        return render(request, "access_requests/denied.html", {"sentence": str(problem)}, status=503)
    return as_download(BytesIO(made.content), made.name, "application/pdf")
