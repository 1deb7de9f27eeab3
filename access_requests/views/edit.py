"""The request form, step by step: each step is a page, saves itself and its files, and loses nothing."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import Resolver404, resolve
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from access_requests import actions, comparison, questions, sending, steps
from access_requests.attachments import takes_files
from access_requests.builtin import questions_of
from access_requests.conditions import hub_decides
from access_requests.filing import files_with
from access_requests.forms import StepForm, TermsForm
from access_requests.models import AccessRequest
from access_requests.policies import is_retired, policy_of, providers_named
from access_requests.questions import Question
from access_requests.rules import AlreadySent, Denied, Incomplete, check_may
from access_requests.talk import comments_to_mend, with_comments
from access_requests.usual import usual_of
from access_requests.workflow import Verb

from . import kept, siblings, step_files
from .parts import members_of
from .shared import SignedIn, for_people, text_shown, visible

Posted = MultiValueDict[str, Any]


@require_safe
@for_people
def edit(request: SignedIn, reference: str) -> HttpResponse:
    """Go on where something is missing, or where an answer was commented on when the request was sent back."""
    draft = visible(request, reference)
    check_may(request.user, Verb.SAVE, draft)
    asked = questions_of(draft)
    commented = {said.question for said in comments_to_mend(draft)}
    to_do = [*steps.missing(draft, asked, _emails(request)), *(one.key for one in asked if one.key in commented)]
    return redirect(steps.url_of(draft, steps.first_open(asked, to_do)))


@takes_files
@require_http_methods(["GET", "HEAD", "POST"])
def edit_step(request: HttpRequest, reference: str, step: str) -> HttpResponse:
    """One step of the form. Answers posted after the sign-in has run out are kept until the person is back."""
    if request.method == "POST" and not request.user.is_authenticated:
        if step != "review":
            kept.keep(request, reference, step, step_files.names_of(request))
        return redirect_to_login(request.path)
    return _edit_step(request, reference, step)


@for_people
def _edit_step(request: SignedIn, reference: str, step: str) -> HttpResponse:
    draft = visible(request, reference)
    asked = questions_of(draft)
    if step not in steps.NAMES:
        raise Http404
    if step == "review":
        if request.method == "POST":
            return siblings.send_all(request, draft) if "all" in request.POST else _send(request, draft)
        return _review(request, draft, asked)
    check_may(request.user, Verb.SAVE, draft)
    if step not in steps.slugs(asked):
        return redirect("access_requests:edit", reference=reference)
    if request.method == "POST":
        return _save(request, draft, asked, step, request.POST)
    if put_aside := kept.take(request, reference, step):
        return _put_back(request, draft, asked, step, put_aside)
    return _step_page(request, draft, asked, step, _form(request, draft, asked, step))


def _emails(request: SignedIn) -> frozenset[str]:
    return request.user.verified_emails


def _form(
    request: SignedIn, draft: AccessRequest, asked: list[Question], step: str, posted: Posted | None = None, **more: Any
) -> StepForm:
    """The form of a step; `more` are `StepForm`'s `files`, `refused` and `unsaved`."""
    more |= {"emails": _emails(request), "data": posted, "comments": _comments(draft)}
    more["attached"] = step_files.names_in(draft, asked, step)
    if step == "terms":
        return TermsForm(asked, step, draft.draft, accepted=steps.license_accepted(draft), **more)
    return StepForm(asked, step, draft.draft, **more)


def _comments(draft: AccessRequest) -> dict[str, list[str]]:
    """What the reviewers say about single answers of a request that they sent back."""
    found: dict[str, list[str]] = {}
    for comment in comments_to_mend(draft):
        found.setdefault(comment.question, []).append(comment.words)
    return found


def _save(request: SignedIn, draft: AccessRequest, asked: list[Question], step: str, posted: Posted) -> HttpResponse:
    """Keep what was posted, right or wrong; then go where the button says, or show what is wrong."""
    form = _filled_in(request, draft, asked, step, posted)
    draft = actions.save_answers(request=draft, by=request.user, answers=form.posted())
    refused: dict[str, list[str]] = {}
    if form.is_multipart():
        refused = step_files.keep_files(request, draft, form)
        form = _form(request, draft, asked, step, step_files.without_ticks(form.data), refused=refused)
    try:
        draft = _accept(request, draft, form)
    except Denied as denied:
        messages.error(request, str(denied))
        step_files.say(request, refused)
        return redirect(steps.url_of(draft, step))
    if form.is_valid() or _leaves(posted, asked):
        step_files.say(request, refused)
        return _go_on(request, draft, asked, step, posted.get("go", ""))
    return _step_page(request, draft, asked, step, form)


def _leaves(posted: Posted, asked: list[Question]) -> bool:
    """Whether a button was pressed that leaves the step whatever is wrong in it."""
    return posted.get("go", "") in {"later", "back", "members", *steps.slugs(asked)}


def _go_on(request: SignedIn, draft: AccessRequest, asked: list[Question], step: str, going: str) -> HttpResponse:
    """Where the button says, from a step that is saved."""
    if going == "later":
        messages.success(request, _("Your answers are saved. Come back whenever you like."))
        return redirect(draft)
    if going == "members":
        return redirect("access_requests:people", reference=draft.reference)
    if going == "back":
        return redirect(steps.url_of(draft, steps.before(asked, step) or step))
    if going in steps.slugs(asked):
        return redirect(steps.url_of(draft, going))
    return redirect(steps.url_of(draft, steps.after(asked, step)))


def _filled_in(request: SignedIn, draft: AccessRequest, asked: list[Question], step: str, posted: Posted) -> StepForm:
    """A form of what was posted, where empty answers that the account knows are filled in."""
    form = _form(request, draft, asked, step, posted)
    answers = form.posted()
    known = questions.completed(form.questions, answers, sending.known_of(request.user))
    full = posted.copy()
    for key, value in known.items():
        if value != answers.get(key):
            full[key] = value
    return _form(request, draft, asked, step, full, files=request.FILES)


def _accept(request: SignedIn, draft: AccessRequest, form: StepForm) -> AccessRequest:
    """Accept the licence if it was ticked, in the text that the page showed.

    Raises:
        Denied: when the text has changed meanwhile.
    """
    if not isinstance(form, TermsForm) or not form.accepts:
        return draft
    shown = text_shown(draft.license, form.data.get("text", ""))
    if shown is None:
        raise Denied(_("The licence has changed since you opened the page. Please read and accept it again."))
    return actions.accept_license(request=draft, by=request.user, text=shown)


def _put_back(
    request: SignedIn, draft: AccessRequest, asked: list[Question], step: str, put_aside: kept.Kept
) -> HttpResponse:
    """Put answers into the draft that were posted after the sign-in had run out."""
    form = _filled_in(request, draft, asked, step, put_aside.posted)
    draft = actions.save_answers(request=draft, by=request.user, answers=form.posted())
    if form.is_multipart():
        step_files.keep_files(request, draft, form)
    messages.success(
        request, _("You were signed out while you were writing. Your answers were kept and are saved now.")
    )
    if put_aside.files:
        messages.warning(request, step_files.choose_again(put_aside.files))
    return _step_page(request, draft, asked, step, _form(request, draft, asked, step))


def _step_page(
    request: SignedIn, draft: AccessRequest, asked: list[Question], step: str, form: StepForm, *, saved: bool = True
) -> HttpResponse:
    missing = steps.missing(draft, asked, _emails(request))
    context = {
        "access_request": draft,
        "step": step,
        "title": steps.NAMES[step],
        "steps": steps.progress(draft, asked, step, missing),
        "form": form,
        "saved": form.is_bound and saved,
        "back": steps.before(asked, step),
        "next_url": steps.url_of(draft, steps.after(asked, step)),
        "text": draft.license.text_in_force if step == "terms" else None,
        "accepted": steps.license_accepted(draft),
        "members": members_of(draft) if step == "people" else [],
        "files_again": step_files.asks_again(draft, form),
    }
    return render(request, f"access_requests/{'terms' if step == 'terms' else 'step'}.html", context)


def _review(request: SignedIn, draft: AccessRequest, asked: list[Question]) -> HttpResponse:
    """All answers as the providers will get them, what is missing, and who will read them."""
    if draft.applicant_id == request.user.pk and not draft.is_editable:
        return redirect(draft)
    check_may(request.user, Verb.SAVE, draft)
    missing = steps.missing(draft, asked, _emails(request))
    answers = questions.clean_answers(asked, draft.draft)
    lines = with_comments(comparison.read(asked, answers, comparison.Files(draft)), comments_to_mend(draft))
    context = {
        "access_request": draft,
        "title": steps.NAMES["review"],
        "steps": steps.progress(draft, asked, "review", missing),
        "parts": [
            (steps.NAMES[slug], steps.url_of(draft, slug), [line for line in lines if line.step == slug])
            for slug in steps.slugs(asked)
            if slug != "review"
        ],
        "problems": steps.problems(draft, asked, missing),
        "accepted": steps.license_accepted(draft),
        "members": members_of(draft),
        "files": files_with(draft),
        "providers": providers_named(draft.dataset),
        "by_hub": hub_decides(policy_of(draft.license)) or is_retired(draft.license, draft.dataset),
        "triage": policy_of(draft.license).triage,
        "before": draft.last_submission,
        "usual": usual_of(draft),
        **siblings.together(draft, request.user),
    }
    return render(request, "access_requests/review.html", context)


def _send(request: SignedIn, draft: AccessRequest) -> HttpResponse:
    """Send. A second click leads to the same request; what is missing stands on the review page."""
    try:
        draft = actions.submit(request=draft, by=request.user)
    except AlreadySent as sent:
        messages.info(request, str(sent))
    except Incomplete as incomplete:
        messages.error(request, str(incomplete))
        return redirect(steps.url_of(draft, "review"))
    else:
        messages.success(request, _("Your request is sent. You get a copy by mail."))
    return redirect(draft)


def shown_again(request: HttpRequest) -> HttpResponse | None:
    """A step of the form with what was posted, not saved, when the page was too old to be trusted (CSRF).

    Returns:
        The page, or None when this was no step of the form or is not this person's to write.
    """
    try:
        match = resolve(request.path_info)
    except Resolver404:
        return None
    if match.view_name != "access_requests:edit_step" or not request.user.is_authenticated:
        return None
    return _shown_again(request, **match.kwargs)


@for_people
def _shown_again(request: SignedIn, reference: str, step: str) -> HttpResponse:
    draft = visible(request, reference)
    check_may(request.user, Verb.SAVE, draft)
    asked = questions_of(draft)
    if step == "review" or step not in steps.slugs(asked):
        return redirect(steps.url_of(draft, "review"))
    messages.warning(
        request, _("This page was too old to be saved. Nothing is lost: please look at it and save again.")
    )
    if names := step_files.names_of(request):
        messages.warning(request, step_files.choose_again(names))
    form = _form(request, draft, asked, step, request.POST, unsaved=True)
    return _step_page(request, draft, asked, step, form, saved=False)
