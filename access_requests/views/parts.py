"""Pages of those who are named in a request: the link of a mail, confirming or declining, and who else is named."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from access_requests import actions, part_invitations
from access_requests.duties import DUTIES
from access_requests.forms_of_parts import DeclineForm, MemberForm, PartForm
from access_requests.holdings import has_access
from access_requests.labels import PART_LABELS
from access_requests.models import AccessRequest, Participant, PartInvitation
from access_requests.people import Named
from access_requests.rules import Denied, check_may, may
from access_requests.taking_part import PersonState, own, own_states, with_parts
from access_requests.workflow import NAMED, Part, Verb

from .shared import SignedIn, for_people, reads_on, text_shown, to_answer, visible, what_changed

ASKED = ["GET", "HEAD", "POST"]


@never_cache
@require_http_methods(ASKED)
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    """`/parts/<token>/`: where the link of a mail leads. Looking changes nothing; taking the part is a POST.

    An unknown, a used and an old link look alike; a fresh one goes to the address that the old one was sent to.
    """
    found = part_invitations.find(token)
    if found and found.participant.removed_at is None and _is_own(request, found):
        response: HttpResponse = redirect("access_requests:part", reference=found.participant.request.reference)
    elif found and found.is_open:
        response = _open(request, found)
    elif request.method == "POST":
        response = _ask_for_fresh_link(request, found)
    else:
        response = render(request, "access_requests/part_link_closed.html", status=404)
    response["Referrer-Policy"] = "same-origin"  # the address holds a secret
    response["X-Robots-Tag"] = "noindex"
    return response


def _is_own(request: HttpRequest, found: PartInvitation) -> bool:
    """Whether the part is the reader's already, who then needs no link."""
    row = found.participant.request
    return row.applicant_id != request.user.pk and found.participant in own(request.user, row)


def _open(request: HttpRequest, found: PartInvitation) -> HttpResponse:
    if request.method != "POST":
        return render(request, "access_requests/part_link.html", _shown(request, found))
    if not request.user.is_authenticated:
        return redirect_to_login(request.path)
    try:
        row = actions.take_part(invitation=found, by=request.user)
    except Denied as denied:
        messages.error(request, str(denied))
        return redirect(request.path)
    messages.success(request, _("This part is yours now. Please read on and answer."))
    return redirect("access_requests:part", reference=row.reference)


def _shown(request: HttpRequest, found: PartInvitation) -> dict[str, object]:
    """What the page of a link that works says: no more than the mail that it stood in."""
    person = found.participant
    people = person.request.participants.filter(email=person.email, removed_at=None).exclude(part=Part.APPLICANT)
    return {
        "invitation": found,
        "dataset": person.request.dataset,
        "by": person.request.participants.get(part=Part.APPLICANT, removed_at=None),
        "parts": [_asked_as(row) for row in people.order_by("number")],
        "is_applicant": person.request.applicant_id == request.user.pk,
    }


def _asked_as(person: Participant) -> tuple[object, object]:
    """What somebody is named as, and what they are asked to confirm."""
    return PART_LABELS[Part(person.part)], DUTIES[Part(person.part)]


def _ask_for_fresh_link(request: HttpRequest, found: PartInvitation | None) -> HttpResponse:
    """Send one, if there is anything to answer; what the page says is the same in any case."""
    if found:
        actions.send_fresh_link(invitation=found)
    said = _("If there is still something to answer, a mail with a fresh link is on its way to the same address.")
    messages.success(request, said)
    return redirect(request.path)


@require_http_methods(ASKED)
@for_people
def part(request: SignedIn, reference: str) -> HttpResponse:
    """`/requests/<reference>/part/`: somebody who is named confirms or declines."""
    row = to_answer(request, reference)
    check_may(request.user, Verb.CONFIRM_PART, row)
    with_parts([row])
    mine = [state for state in own_states(request.user, row) if state.part in NAMED]
    posted = request.POST if request.method == "POST" else None
    declining = posted is not None and posted.get("answer") == "decline"
    confirm = PartForm(None if declining else posted, states=mine, text=row.license.text_in_force)
    decline = DeclineForm(posted if declining else None)
    if decline.is_valid():
        return _decline(request, row, decline)
    if confirm.is_valid():
        return _confirm(request, row, confirm)
    return render(request, "access_requests/part.html", _part_page(request, row, mine, confirm, decline))


def _part_page(
    request: SignedIn, row: AccessRequest, mine: list[PersonState], confirm: PartForm, decline: DeclineForm
) -> dict[str, object]:
    holds = any(state.accepts for state in mine)
    return {
        "access_request": row,
        "reads_on": reads_on(request.user, row),
        "parts": [_asked_as(state.person) for state in mine],
        "mine": mine,
        "confirmed": all(state.person.confirmed_at for state in mine),
        "declined": all(state.person.declined_at for state in mine),
        "by": next(person for person in row.participants.all() if person.part == Part.APPLICANT),
        "text": row.license.text_in_force if holds else None,
        "changes": what_changed(row, mine) if holds else "",
        "form": confirm,
        "decline": decline,
        "has_access": row.grants.filter(participant__in=[state.person for state in mine], ended_at=None).exists(),
    }


def _confirm(request: SignedIn, row: AccessRequest, form: PartForm) -> HttpResponse:
    shown = text_shown(row.license, form.cleaned_data.get("text", ""))
    try:
        row = actions.confirm_part(request=row, by=request.user, text=shown)
    except Denied as denied:
        messages.error(request, str(denied))
        return redirect("access_requests:part", reference=row.reference)
    thanks = _("Thank you. You have confirmed your part.")
    opened = form.accepts and has_access(row, request.user)
    messages.success(request, _("You now have access.") if opened else thanks)
    return redirect(row)


def _decline(request: SignedIn, row: AccessRequest, form: DeclineForm) -> HttpResponse:
    actions.decline_part(request=row, by=request.user, reason=form.cleaned_data["reason"])
    messages.success(request, _("You have declined. Hub staff look into it; you need to do nothing more."))
    return redirect("access_requests:part", reference=row.reference)


@require_http_methods(ASKED)
@for_people
def people(request: SignedIn, reference: str) -> HttpResponse:
    """`/requests/<reference>/people/`: the applicant adds and removes members while the answers can be changed."""
    row = visible(request, reference)
    if Part.APPLICANT not in check_may(request.user, Verb.ADD_PERSON, row):  # hub staff do it in the admin
        raise Denied(_("Only the applicant can do this."))
    adding = request.method == "POST" and "remove" not in request.POST
    form = MemberForm(request.POST if adding else None)
    if request.method == "POST" and not adding:
        return _remove(request, row)
    if form.is_valid():
        try:
            actions.add_person(request=row, by=request.user, person=_named(form))
        except Denied as denied:
            form.add_error(None, str(denied))
        else:
            messages.success(request, _("%(name)s is added.") % {"name": form.cleaned_data["name"]})
            return redirect("access_requests:people", reference=reference)
    can_save = may(request.user, Verb.SAVE, row).ok
    context = {"access_request": row, "members": members_of(row), "form": form, "can_save": can_save}
    return render(request, "access_requests/members.html", context)


def members_of(row: AccessRequest) -> list[Participant]:
    """The members named in a request now."""
    return [person for person in row.participants.all() if person.part == Part.MEMBER and person.removed_at is None]


def _named(form: MemberForm) -> Named:
    data = form.cleaned_data
    return Named(Part.MEMBER, data["name"], data["title"], data["email"], data["institution"])


def _remove(request: SignedIn, row: AccessRequest) -> HttpResponse:
    wanted = request.POST.get("remove", "")
    person = next((one for one in members_of(row) if str(one.number) == wanted), None)
    if person is None:
        messages.error(request, _("This person is not named in the request any more."))
    else:
        actions.remove_person(request=row, by=request.user, person=person)
        messages.success(request, _("%(name)s is removed.") % {"name": person.name})
    return redirect("access_requests:people", reference=row.reference)
