"""The people of a request for those who decide: what each has done; and what hub staff can do about them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from access_requests import actions
from access_requests.desk import requests_for
from access_requests.labels import PART_LABELS
from access_requests.models import AccessRequest, Attachment, Participant
from access_requests.rows import page_url
from access_requests.rules import Allowed, Denied, may, parts_in
from access_requests.taking_part import Done, PersonState, states
from access_requests.workflow import CONFLICTED, HOLDERS, RUNNING, Part
from aidahub.accounts.models import User

from . import facts
from .filters import user_of
from .frame import frame
from .part_forms import ApplicantForm, NothingForm, PaperForm, PersonForm
from .part_steps import ADD, APPLICANT, PAPER, PART_STEPS, REMIND, REMOVE, REPLACE, PartStep
from .steps import Sentence


@dataclass(frozen=True)
class PersonRow:
    """One person on the decision page: as what, how far, why they declined, and what can be done."""

    state: PersonState
    label: Sentence
    why: str
    buttons: list[tuple[PartStep, str]]


@dataclass(frozen=True)
class PartOffer:
    """A step with the words of its confirmation page."""

    step: PartStep
    allowed: Allowed
    consequence: Sentence


def people_for(user: User, request: AccessRequest, *, named: bool) -> dict[str, Any]:
    """What the decision page says of the people, with buttons for hub staff who are not named themselves."""
    acts = user.is_hub and not named and request.status in RUNNING
    order = list(PART_LABELS)
    people = sorted(states(request), key=lambda state: order.index(state.part))
    rows = [_row(request, state, acts=acts, inner=not named) for state in people]
    buttons = [(step, step_url(request, step)) for step in (ADD, APPLICANT)] if acts else []
    return {"person_rows": rows, "person_buttons": buttons}


def _row(request: AccessRequest, state: PersonState, *, acts: bool, inner: bool) -> PersonRow:
    why = state.person.declined_why
    steps = _steps_for(state) if acts else []
    return PersonRow(
        state,
        PART_LABELS[state.part],
        why.text if why and inner else "",
        [(step, step_url(request, step, state.person)) for step in steps],
    )


def _steps_for(state: PersonState) -> list[PartStep]:
    """The buttons beside a person."""
    found = []
    if state.part != Part.APPLICANT and state.person.confirmed_at is None:
        found.append(REMIND)
    if state.accepts and state.done != Done.CONFIRMED:
        found.append(PAPER)
    if state.part != Part.APPLICANT:
        found.append(REPLACE)
    if state.part in {Part.MEMBER, Part.SIGNATORY}:
        found.append(REMOVE)
    return found


def step_url(request: AccessRequest, step: PartStep, person: Participant | None = None) -> str:
    """The confirmation page of a step."""
    name = "admin:access_requests_accessrequest_person" if person else "admin:access_requests_accessrequest_people"
    numbers = [person.number] if person else []
    return reverse(name, args=[request.reference, *numbers, step.slug])


@require_http_methods(["GET", "HEAD", "POST"])
def part_step(request: HttpRequest, reference: str, slug: str, number: int | None = None) -> HttpResponse:
    """The confirmation page of a step about people (GET), and doing it (POST). A refusal is 403 with its sentence."""
    step = PART_STEPS.get(slug)
    if step is None or step.about != (number is not None):
        raise Http404
    user = user_of(request)
    row = get_object_or_404(facts.with_all(requests_for(user)), reference=reference)
    person = get_object_or_404(row.participants.filter(removed_at=None), number=number) if number is not None else None
    answer = _may_for_hub(user, step, row)
    if not answer:
        return _page(request, row, person, PartOffer(step, answer, ""), status=403)
    form = _form(request, row, step, person)
    offered = PartOffer(step, answer, step.consequence)
    if request.method != "POST" or not form.is_valid():
        return _page(request, row, person, offered, form)
    try:
        DO[step.slug](row, user, person, form)
    except Denied as denied:
        return _page(request, row, person, PartOffer(step, Allowed(False, str(denied)), ""), status=403)
    messages.success(request, str(step.done) % _names(row, person))
    return HttpResponseRedirect(page_url(reference))


def _may_for_hub(user: User, step: PartStep, row: AccessRequest) -> Allowed:
    """Whether this person may do it for others; what the named do for themselves they do on the request's own page."""
    parts = parts_in(user, row)
    answer = may(user, step.verb, row, parts)
    if answer and parts & CONFLICTED:
        return Allowed(False, _("You are named in this request, so somebody else must handle it."))
    return answer


def _names(row: AccessRequest, person: Participant | None) -> dict[str, str]:
    return {"reference": row.reference, "name": person.name if person else ""}


def _form(request: HttpRequest, row: AccessRequest, step: PartStep, person: Participant | None) -> forms.Form:
    data = request.POST if request.method == "POST" else None
    if step is ADD:
        return PersonForm(data)
    if step is REPLACE and person:
        return PersonForm(data, part=Part(person.part))
    if step is APPLICANT:
        return ApplicantForm(data)
    if step is PAPER:
        return PaperForm(data, files=Attachment.objects.filter(request=row, internal=True))
    return NothingForm(data)


def _page(
    request: HttpRequest,
    row: AccessRequest,
    person: Participant | None,
    offered: PartOffer,
    form: forms.Form | None = None,
    status: int = 200,
) -> TemplateResponse:
    context = {
        **frame(request, str(offered.step.title) % _names(row, person)),
        "access_request": row,
        "who": facts.who_asks(row),
        "answers": facts.last_sent(row).answers,
        "offer": offered,
        "form": form,
        "page_url": page_url(row.reference),
    }
    return TemplateResponse(request, "admin/access_requests/accessrequest/confirm.html", context, status=status)


Doing = Callable[[AccessRequest, User, Any, Any], AccessRequest]


def _remind(row: AccessRequest, by: User, person: Participant, form: NothingForm) -> AccessRequest:
    return actions.remind_person(request=row, by=by, person=person)


def _add(row: AccessRequest, by: User, person: None, form: PersonForm) -> AccessRequest:
    return actions.add_person(request=row, by=by, person=form.named())


def _replace(row: AccessRequest, by: User, person: Participant, form: PersonForm) -> AccessRequest:
    return actions.replace_person(request=row, by=by, person=person, successor=form.named())


def _remove(row: AccessRequest, by: User, person: Participant, form: NothingForm) -> AccessRequest:
    return actions.remove_person(request=row, by=by, person=person)


def _applicant(row: AccessRequest, by: User, person: None, form: ApplicantForm) -> AccessRequest:
    return actions.change_applicant(request=row, by=by, email=form.cleaned_data["email"])


def _paper(row: AccessRequest, by: User, person: Participant, form: PaperForm) -> AccessRequest:
    text = row.license.text_in_force
    if text is None or Part(person.part) not in HOLDERS:
        raise Denied(_("Say whose acceptance this is."))
    return actions.accept_license(request=row, by=by, text=text, person=person, paper=form.chosen())


DO: dict[str, Doing] = {
    REMIND.slug: _remind,
    ADD.slug: _add,
    REPLACE.slug: _replace,
    REMOVE.slug: _remove,
    APPLICANT.slug: _applicant,
    PAPER.slug: _paper,
}
