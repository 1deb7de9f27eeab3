"""Writing messages, internal notes and comments in the admin."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from access_requests import actions
from access_requests.comparison import Line
from access_requests.message_form import MessageForm
from access_requests.models import AccessRequest, Message
from access_requests.rows import page_url
from access_requests.rules import Denied, check_may, parts_in
from access_requests.talk import Talk, check_reads_notes, talk_of
from access_requests.workflow import Verb

from . import canned, facts
from .conversation import message_form, note_form
from .decision import TEMPLATES, decision_page, request_for
from .filters import user_of
from .frame import frame

Write = Callable[[str], Message]


@require_POST
def write(request: HttpRequest, reference: str) -> HttpResponse:
    """Write to the applicant and the named; or only put a text that is used again into the form."""
    user = user_of(request)
    access_request = request_for(user, reference)
    data, initial = canned.given(request, "text", access_request)
    form = message_form(parts_in(user, access_request), data=data, initial=initial)
    if said(form, lambda text: actions.write(request=access_request, by=user, text=text)):
        return _done(request, reference, form, _("Your message is sent."))
    return decision_page(request, user, access_request, message_form=form)


@require_POST
def note(request: HttpRequest, reference: str) -> HttpResponse:
    """Write an internal note."""
    user = user_of(request)
    access_request = request_for(user, reference)
    form = note_form(data=request.POST)
    if said(form, lambda text: actions.note(request=access_request, by=user, text=text)):
        return _done(request, reference, form, _("Your note is kept."))
    return decision_page(request, user, access_request, note_form=form)


@require_http_methods(["GET", "HEAD", "POST"])
def comment(request: HttpRequest, reference: str, question: str) -> HttpResponse:
    """Comment on one answer: the answer, what was said about it, and the form."""
    user = user_of(request)
    access_request = request_for(user, reference)
    line = _line(access_request, question)
    parts = parts_in(user, access_request)
    try:
        check_reads_notes(user, access_request, check_may(user, Verb.COMMENT, access_request, parts))
    except Denied as denied:
        return _comment_page(request, access_request, line, Talk(), denied=str(denied), status=403)
    data, initial = canned.given(request, "text", access_request)
    form = comment_form(data=data, initial=initial)
    if said(form, lambda text: actions.comment(request=access_request, by=user, question=question, text=text)):
        return _done(request, reference, form, _("Your comment is kept. The applicant reads it after a send back."))
    return _comment_page(request, access_request, line, talk_of(access_request, user, parts), form=form)


def comment_form(**kwargs: object) -> MessageForm:
    """The form of a comment, with who reads it and when."""
    readers = _(
        "Deciders and hub staff read it at once. The applicant and the others who are named read it beside the answer "
        "when the request is sent back, without your name."
    )
    return MessageForm(name="comment", label=_("Your comment"), help_text=readers, **kwargs)


def said(form: MessageForm, write: Write) -> bool:
    """Whether what a form holds was written. A refusal stands at the field, where the words are still."""
    if not form.is_valid():
        return False
    try:
        form.message = write(form.cleaned_data["text"])
    except Denied as denied:
        form.add_error("text", str(denied))
        return False
    return True


def _done(request: HttpRequest, reference: str, form: MessageForm, sentence: str) -> HttpResponse:
    """Back to the page, at what was written."""
    messages.success(request, sentence)
    number = form.message.number if form.message else ""
    return HttpResponseRedirect(f"{page_url(reference)}#message-{number}")


def _line(access_request: AccessRequest, question: str) -> Line:
    line = next((line for line in facts.answers_of(access_request) if line.key == question and line.answer), None)
    if line is None:
        raise Http404
    return line


def _comment_page(
    request: HttpRequest, access_request: AccessRequest, line: Line, talk: Talk, status: int = 200, **context: object
) -> TemplateResponse:
    values = {
        **frame(request, _("%(reference)s: comment on an answer") % {"reference": access_request.reference}),
        "access_request": access_request,
        "line": line,
        "comments": [one for one in talk.comments if one.question == line.key],
        "sees_inside": True,
        "page_url": page_url(access_request.reference),
        **context,
    }
    return TemplateResponse(request, f"{TEMPLATES}/comment.html", values, status=status)
