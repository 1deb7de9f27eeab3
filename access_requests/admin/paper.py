"""The page on which hub staff take a request out on paper: complete, or as it is handed out to whoever asks for it."""

from __future__ import annotations

from io import BytesIO
from typing import Any

from django import forms
from django.http import Http404, HttpRequest, HttpResponseBase
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from access_requests.attachments import as_download
from access_requests.models import AccessRequest
from access_requests.paper import (
    BY_DEFAULT,
    KINDS,
    Choice,
    NotMade,
    Paper,
    View,
    Where,
    beside,
    bundle,
    choices,
    files_of,
    paper_for,
    pdf_of,
    sealed_texts,
    standing_to,
    withhold,
)
from access_requests.plain import plain
from access_requests.rows import page_url
from aidahub.accounts.models import User

from .decision import TEMPLATES, request_for
from .filters import user_of
from .frame import frame
from .handed_out import handed_out, note_down

GROUND_LENGTH = 200
GROUPS = {
    "answers": gettext_lazy("Single answers"),
    "messages": gettext_lazy("Single messages, notes and comments"),
    "history": gettext_lazy("What was written with a step"),
    "people": gettext_lazy("What people wrote about their part"),
    "files": gettext_lazy("Single files"),
}


class PaperForm(forms.Form):
    """Which version, as what, and what it leaves out on which ground."""

    kind = forms.ChoiceField(choices=[(each.value, each.value) for each in (Where.COMPLETE, Where.RELEASE)])
    form = forms.ChoiceField(choices=[("pdf", "pdf"), ("zip", "zip")])
    marks = forms.MultipleChoiceField(required=False)
    ground = forms.CharField(required=False, max_length=GROUND_LENGTH)

    def __init__(self, *args: Any, known: list[str], **kwargs: Any) -> None:
        """Only what the paper has can be left out of it."""
        super().__init__(*args, **kwargs)
        self.fields["marks"].choices = [(mark, mark) for mark in known]  # type: ignore[attr-defined]  # a ChoiceField

    def clean_ground(self) -> str:
        """On one line, as it stands in the place of each part."""
        return " ".join(plain(self.cleaned_data["ground"]).split())

    def clean(self) -> dict[str, Any]:
        """What is withheld is withheld on a ground."""
        data = super().clean() or {}
        if data.get("kind") == Where.RELEASE and data.get("marks") and not data.get("ground"):
            self.add_error("ground", _("Say on which ground you withhold what you ticked."))
        return data


def hub_reads(request: HttpRequest, reference: str) -> tuple[AccessRequest, View]:
    """The request, for hub staff who are not named in it.

    Raises:
        Http404: for everybody else.
    """
    user = user_of(request)
    access_request = request_for(user, reference)
    view = standing_to(access_request, user)
    if not view.hub:
        raise Http404
    return access_request, view


@require_http_methods(["GET", "HEAD", "POST"])
def paper(request: HttpRequest, reference: str) -> HttpResponseBase:
    """What can be taken out and what was (GET); the file itself, as a download that is noted down (POST)."""
    access_request, view = hub_reads(request, reference)
    whole = paper_for(access_request, view, Where.COMPLETE)
    single = choices(whole)
    known = [*KINDS, *(choice.mark for group in single.values() for choice in group)]
    form = PaperForm(request.POST, known=known) if request.method == "POST" else None
    if form is None or not form.is_valid():
        return _page(request, access_request, single, form)
    try:
        return _taken_out(access_request, user_of(request), view, whole, form.cleaned_data)
    except NotMade as problem:
        return _page(request, access_request, single, form, str(problem))


def _taken_out(
    access_request: AccessRequest, user: User, view: View, whole: Paper, data: dict[str, Any]
) -> HttpResponseBase:
    """Make it, note down that it was, and give it out."""
    released = data["kind"] == Where.RELEASE
    document = withhold(whole, data["marks"], data["ground"]) if released else whole
    made = pdf_of(document)
    note_down(access_request, user, document, made, data)
    if data["form"] == "pdf":
        return as_download(BytesIO(made.content), made.name, "application/pdf")
    content = bundle(made, beside(document, files_of(access_request, view)), document.at)
    name = made.name.removesuffix("pdf") + "zip"
    return as_download(content, name, "application/zip")


def _page(
    request: HttpRequest,
    access_request: AccessRequest,
    single: dict[str, list[Choice]],
    form: PaperForm | None,
    problem: str = "",
) -> TemplateResponse:
    chosen = form.data.getlist("marks") if form else [str(mark) for mark in BY_DEFAULT]  # type: ignore[attr-defined]
    context = {
        **frame(request, _("%(reference)s on paper") % {"reference": access_request.reference}),
        "access_request": access_request,
        "page_url": page_url(access_request.reference),
        "kinds": [(str(mark), words) for mark, words in KINDS.items()],
        "groups": [(words, single[slug]) for slug, words in GROUPS.items() if slug in single],
        "chosen": chosen,
        "ground": form.data.get("ground", "") if form else "",
        "ground_length": GROUND_LENGTH,
        "form": form,
        "problem": problem,
        "texts": sealed_texts(access_request),
        "handed_out": handed_out(access_request),
    }
    return TemplateResponse(request, f"{TEMPLATES}/paper.html", context, status=503 if problem else 200)
