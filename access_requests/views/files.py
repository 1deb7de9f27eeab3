"""The files of a request: seeing, attaching, downloading them, and taking one back before it was sent."""

from __future__ import annotations

from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from access_requests import actions
from access_requests.attachments import ACCEPT, Problem, download, dropped, files_in, takes_files
from access_requests.filing import attach_upload, files_shown, files_visible
from access_requests.models import AccessRequest, Attachment
from access_requests.rules import Denied, check_may, may, parts_in
from access_requests.talk import sees_internal_files
from access_requests.workflow import Verb

from .shared import SignedIn, for_people, visible


@takes_files
@require_http_methods(["GET", "HEAD", "POST"])
@for_people
def files(request: SignedIn, reference: str) -> HttpResponse:
    """`/requests/<reference>/files/`: the files with a form (GET), and attaching what the form sends (POST)."""
    row = visible(request, reference)
    if request.method == "POST":
        check_may(request.user, Verb.ATTACH, row)
        _attach(request, row)
        return redirect("access_requests:files", reference=reference)
    parts = parts_in(request.user, row)
    context = {
        "access_request": row,
        "files": files_shown(row, request.user, parts),
        "attaching": may(request.user, Verb.ATTACH, row, parts),
        "internal": sees_internal_files(row, request.user, parts),
        "can_save": may(request.user, Verb.SAVE, row, parts).ok,
        "accept": ACCEPT,
        "limits": settings,
    }
    return render(request, "access_requests/files.html", context)


def _attach(request: SignedIn, row: AccessRequest) -> None:
    """Attach each file that came; say of each whether it is there now, or why not."""
    refused = dropped(request)
    came = files_in(request, "files")
    for file in came:
        try:
            done = attach_upload(request=row, by=request.user, file=file, internal=bool(request.POST.get("internal")))
        except (Problem, Denied) as problem:
            refused.append(_("“%(name)s”: %(problem)s") % {"name": file.name, "problem": problem})
        else:
            messages.success(request, _("“%(name)s” is attached.") % {"name": done.name})
    for sentence in refused:
        messages.error(request, sentence)
    if not came and not refused:
        messages.error(request, _("Choose one or more files first. Nothing was attached."))


@require_safe
@for_people
def file(request: SignedIn, reference: str, public_id: UUID) -> HttpResponseBase:
    """`/requests/<reference>/files/<public_id>/`: the file, as a download."""
    found = _file(request, visible(request, reference), public_id)
    if not found.is_there:
        return render(request, "access_requests/file_redacted.html", {"file": found}, status=410)
    return download(found)


@require_http_methods(["GET", "HEAD", "POST"])
@for_people
def remove(request: SignedIn, reference: str, public_id: UUID) -> HttpResponse:
    """Take back a file that was not sent yet: asks once more (GET), and does it (POST)."""
    row = visible(request, reference)
    found = _file(request, row, public_id)
    check_may(request.user, Verb.DETACH, row)
    if request.method != "POST":
        return render(request, "access_requests/file_remove.html", {"access_request": row, "file": found})
    actions.detach(request=row, by=request.user, file=found)
    messages.success(request, _("“%(name)s” is removed.") % {"name": found.name})
    return redirect("access_requests:files", reference=reference)


def _file(request: SignedIn, row: AccessRequest, public_id: UUID) -> Attachment:
    """The file with this identifier, if it is this request's and this person sees it; else 404."""
    found: Attachment | None = (
        files_visible(row, request.user, parts_in(request.user, row)).filter(public_id=public_id).first()
    )
    if found is None:
        raise Http404
    return found
