"""The pages of one question: adding, changing, moving and deleting it in a form's draft."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from access_requests import drafts, steps
from access_requests.admin.filters import user_of
from access_requests.admin.frame import frame
from access_requests.drafts import Edit, Sheet, Stale, Unfit
from access_requests.form_edits import found, moved, put, without
from access_requests.kinds import Kind
from access_requests.questions import STEPS, Question, name_of, parse
from access_requests.rules import Denied

from .question_form import CHOICES, QuestionForm
from .shared import KIND_WORDS, TEMPLATES, for_hub, sheet_or_404, url_of


@for_hub
@require_http_methods(["GET", "HEAD", "POST"])
def add(request: HttpRequest, form: str) -> HttpResponse:
    """Choose the kind and the step of a new question; then its form, and adding it."""
    sheet = sheet_or_404(form)
    kind, step = request.GET.get("kind", ""), request.GET.get("step", "")
    if kind not in set(Kind) or step not in STEPS:
        return _choose(request, sheet, step)
    earlier = [each for each in parse(sheet.questions) if STEPS.index(each.step) <= STEPS.index(step)]
    posted = request.POST if request.method == "POST" else None
    asked = QuestionForm(Kind(kind), earlier, step=step, data=posted)
    return _answer(request, sheet, asked, _("New question"))


def _choose(request: HttpRequest, sheet: Sheet, step: str) -> HttpResponse:
    context = {
        **frame(request, _("New question")),
        "sheet": sheet,
        "kinds": [(kind.value, *words) for kind, words in KIND_WORDS.items()],
        "steps": [(slug, steps.NAMES[slug]) for slug in STEPS],
        "chosen": step if step in STEPS else "project",
    }
    return TemplateResponse(request, f"{TEMPLATES}/choose.html", context)


@for_hub
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, form: str, key: str) -> HttpResponse:
    """Change a question. One that somebody else has deleted meanwhile is shown as it was written, and can be added."""
    sheet = sheet_or_404(form)
    question = found(sheet.questions, key)
    kind = question["kind"] if question else request.POST.get("kind", "")
    if kind not in set(Kind):
        raise Http404
    posted = request.POST if request.method == "POST" else None
    asked = QuestionForm(Kind(kind), _before(sheet, key), question=question, data=posted)
    title = _("Change “%(question)s”") % {"question": name_of(Question.model_validate(question))} if question else key
    return _answer(request, sheet, asked, title, key)


def _before(sheet: Sheet, key: str) -> list[Question]:
    """The questions before the one with a key; all of them when it is gone."""
    asked = parse(sheet.questions)
    place = next((place for place, each in enumerate(asked) if each.key == key), len(asked))
    return asked[:place]


def _answer(request: HttpRequest, sheet: Sheet, asked: QuestionForm, title: str, key: str = "") -> HttpResponse:
    """Save what was posted and go on, or show the form with what is to be mended."""
    stale, status = "", 200
    if asked.is_bound and asked.is_valid():
        question = asked.as_json()
        try:
            _change(request, sheet.slug, lambda questions: put(questions, question, instead_of=key))
        except Stale as denied:
            stale, status = str(denied), 409
        except Unfit as unfit:
            asked.say(unfit.faults, question["key"])
        else:
            messages.success(request, _("The question is saved in the draft."))
            if request.POST.get("go") == "more":
                return HttpResponseRedirect(url_of("question", sheet.slug, question["key"]) + "#options")
            return HttpResponseRedirect(url_of("change", sheet.slug) + f"#{question['key']}")
    context = {
        **frame(request, title),
        "sheet": sheet,
        "asked": asked,
        "stale": stale,
        "key": key,
        "gone": bool(key) and found(sheet.questions, key) is None,
        "kind_words": KIND_WORDS[asked.kind][0],
        "is_choice": asked.kind in CHOICES,
    }
    return TemplateResponse(request, f"{TEMPLATES}/question.html", context, status=status)


def _change(request: HttpRequest, form: str, edit_: Edit) -> None:
    drafts.change(slug=form, seen=request.POST.get("seen", ""), by=user_of(request), edit=edit_)


def _changed(request: HttpRequest, form: str, edit_: Edit, done: str) -> HttpResponse:
    """Change the draft and lead back to the form's page, which says what was done or why not."""
    try:
        _change(request, form, edit_)
    except Unfit as unfit:
        for fault in unfit.faults[:3]:
            messages.error(request, fault.sentence)
    except Denied as denied:
        messages.error(request, str(denied))
    else:
        messages.success(request, done)
    return HttpResponseRedirect(url_of("change", form))


@for_hub
@require_POST
def move(request: HttpRequest, form: str, key: str) -> HttpResponse:
    """Let a question and its neighbour in the step change places, unless one depends on the other."""
    question = _question(form, key)
    up = request.POST.get("way") == "up"
    words = {"question": name_of(question)}
    return _changed(
        request, form, lambda questions: moved(questions, key, up=up), _("“%(question)s” is moved.") % words
    )


@for_hub
@require_http_methods(["GET", "HEAD", "POST"])
def remove(request: HttpRequest, form: str, key: str) -> HttpResponse:
    """Delete a question from the draft, unless others depend on it; asks once more."""
    question = _question(form, key)
    words = {"question": name_of(question)}
    if request.method == "POST":
        return _changed(
            request, form, lambda questions: without(questions, key), _("“%(question)s” is deleted.") % words
        )
    context = {
        **frame(request, _("Delete “%(question)s”?") % words),
        "sheet": sheet_or_404(form),
        "question": question,
    }
    return TemplateResponse(request, f"{TEMPLATES}/remove.html", context)


def _question(form: str, key: str) -> Question:
    if (question := found(sheet_or_404(form).questions, key)) is None:
        raise Http404
    return Question.model_validate(question)
