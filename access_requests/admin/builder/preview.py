"""A form as applicants see it, step by step, in each language. What is written in it is carried along, never saved."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import translation
from django.utils.text import capfirst
from django.views.decorators.http import require_http_methods

from access_requests import comparison, questions, sending, steps
from access_requests.admin.filters import user_of
from access_requests.attachments import takes_files
from access_requests.forms import StepForm, TermsForm
from access_requests.questions import Answers, Question, parse
from access_requests.steps import NAMES, Step

from .shared import TEMPLATES, for_hub, sheet_or_404, url_of

LANGUAGES = ("en", "sv")
CARRIED_LENGTH = 500_000


@takes_files  # they are looked at by nobody and gone with the answer, but a question that asks for one counts them
@for_hub
@require_http_methods(["GET", "HEAD", "POST"])
def preview(request: HttpRequest, form: str, step: str) -> HttpResponse:
    """One step. Posting it shows what the applicant would see next, or what they would be told to mend."""
    sheet = sheet_or_404(form)
    asked = parse(sheet.questions)
    language = request.GET.get("language", "")
    language = language if language in LANGUAGES else translation.get_language()[:2]
    order = steps.slugs(asked)
    if step not in NAMES:
        raise Http404
    step = step if step in order else order[0]
    with translation.override(language):
        context = _page(request, form, asked, step)
        languages = [(code, capfirst(translation.get_language_info(code)["name_local"])) for code in LANGUAGES]
        context |= {"sheet": sheet, "language": language, "languages": languages, "back_url": url_of("change", form)}
        return render(request, f"{TEMPLATES}/preview.html", context)


def _page(request: HttpRequest, slug: str, asked: Sequence[Question], step: str) -> dict[str, Any]:
    """What the page shows: after a good step the next one, with the answers so far."""
    answers = _carried(request, asked)
    form = _form(request, asked, step, answers, posted=request.method == "POST")
    if form.is_bound:
        answers = {**answers, **form.posted()}
        if going := _going(request.POST.get("go", ""), asked, step, form):
            step = going
            form = _form(request, asked, step, answers, posted=False)
    answers = questions.tidied(asked, answers)
    lacking = questions.check_complete(asked, answers)
    open_steps = {"terms", "review", *(each.step for each in asked if each.key in lacking)}
    return {
        "step": step,
        "title": NAMES[step],
        "form": form,
        "steps": [
            Step(name, NAMES[name], url_of("preview", slug, name), name == step, name not in open_steps)
            for name in steps.slugs(asked)
        ],
        "back": steps.before(asked, step),
        "action": url_of("preview", slug, step),
        "answers": json.dumps(answers),
        "lines": comparison.read(questions.shown(asked, answers), answers),
        "asks_nothing": not asked,
    }


def _carried(request: HttpRequest, asked: Sequence[Question]) -> Answers:
    """The answers of the steps before, which the page carries along; at first what the account knows."""
    text = request.POST.get("answers", "")
    try:
        given = json.loads(text) if 0 < len(text) <= CARRIED_LENGTH else None
    except (ValueError, RecursionError):
        given = None
    if isinstance(given, dict):
        return questions.tidied(asked, given)
    return questions.prefilled(asked, sending.known_of(user_of(request)))


def _form(request: HttpRequest, asked: Sequence[Question], step: str, answers: Answers, *, posted: bool) -> StepForm:
    emails = user_of(request).verified_emails
    data, files = (request.POST, request.FILES) if posted else (None, None)
    if step == "terms":
        return TermsForm(asked, step, answers, emails=emails, data=data, files=files, accepted=False)
    return StepForm(asked, step, answers, emails=emails, data=data, files=files)


def _going(go: str, asked: Sequence[Question], step: str, form: StepForm) -> str:
    """The step that is shown next; none when this one is to be mended or was to be saved for later."""
    if go == "back":
        return steps.before(asked, step) or step
    if go in steps.slugs(asked):
        return go
    return steps.after(asked, step) if go == "next" and form.is_valid() else ""
