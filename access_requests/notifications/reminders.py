"""Letters that nobody's doing sets off but time: to whoever has the turn, and to hub staff when it takes long."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from access_requests.waiting import day_of, working_days_since
from access_requests.workflow import Part, Status

from .case import Case
from .letter import Letter
from .parts import brief, day, in_working_days, what
from .readers import Reader, applicant, hub, link_for, without_vote
from .to_providers import invited


def of_turn(case: Case) -> list[Reader]:
    """Whoever has the next move; nobody while access is open, until the hub can note here that data was delivered."""
    turn: Mapping[Status, Callable[[Case], Iterable[Reader]]] = {
        Status.SUBMITTED: hub,
        Status.IN_REVIEW: hub if case.by_hub else without_vote,
        Status.DECIDED: hub,
        Status.RETURNED: applicant,
        Status.APPROVED: applicant,
    }
    found = turn.get(Status(case.request.status))
    return list(found(case)) if found else []


def waited(case: Case) -> str:
    """How long the turn has lasted."""
    days = working_days_since(case.request.status_since)
    return ngettext("%(days)s working day", "%(days)s working days", days) % {"days": days}


def reminder(case: Case, reader: Reader) -> Letter:
    """To whoever has the turn."""
    return own_reminder(case, reader) if Part.APPLICANT in reader.parts else other_reminder(case, reader)


def own_reminder(case: Case, reader: Reader) -> Letter:
    """To the applicant: something waits for you."""
    names = case.names | {"waited": waited(case)}
    returned = case.request.status == Status.RETURNED
    lead = (
        _(
            "Your request for access to %(dataset)s has been waiting for you for %(waited)s: please change or explain "
            "what was asked for, and send it again."
        )
        if returned
        else _(
            "Your request for access to %(dataset)s is approved and has been waiting for you for %(waited)s: please "
            "read and accept the licence."
        )
    )
    return Letter(
        _("Still waiting for you: your request for access to %(dataset)s") % names,
        lead % names,
        what(case),
        [],
        _("Change your request") if returned else _("Read and accept the licence"),
        case.own_page("edit" if returned else "accept"),
        [_("If you no longer want access, withdraw the request on the same page, and nobody waits any more.")],
    )


def other_reminder(case: Case, reader: Reader) -> Letter:
    """To deciders and hub staff: a request waits for you."""
    names = case.names | {"waited": waited(case)}
    url, invitation = link_for(case, reader)
    verbs = {Status.SUBMITTED: _("Check the request"), Status.DECIDED: _("Read and confirm")}
    notes = [invited()] if invitation else []
    if Part.HUB not in reader.parts:
        since = case.request.status_since.date()
        when = day(in_working_days(settings.ESCALATE_AFTER, since))
        notes.append(
            _("If nobody has answered by %(day)s, %(hub)s hears of it and takes care of it.")
            % (case.names | {"day": when})
        )
    return Letter(
        _("Still waiting for you: access to %(dataset)s for %(who)s") % names,
        _("The request of %(asker)s for access to %(dataset)s has been waiting for you for %(waited)s.") % names,
        brief(case),
        [],
        verbs.get(Status(case.request.status), _("Read and decide")),
        url,
        [*notes, _("Nothing is decided by waiting.")],
    )


def escalation(case: Case, reader: Reader) -> Letter:
    """To hub staff: somebody's turn has lasted too long."""
    names = case.names | {"waited": waited(case)}
    turn = {
        Status.SUBMITTED: _("Hub staff, to check the request"),
        Status.IN_REVIEW: _("Hub staff, to decide") if case.by_hub else _("The deciders, to decide"),
        Status.DECIDED: _("Hub staff, to confirm the outcome"),
        Status.RETURNED: _("The applicant, to change or explain something"),
        Status.APPROVED: _("The applicant, to accept the licence"),
    }
    waits = [(_("Waits for"), turn[Status(case.request.status)]), (_("Since"), day_of(case.request.status_since))]
    return Letter(
        _("Waiting too long: access to %(dataset)s for %(who)s") % names,
        _(
            "The request of %(asker)s for access to %(dataset)s has been waiting for %(waited)s. Please see what "
            "keeps it."
        )
        % names,
        [*waits, *brief(case)],
        [],
        _("See the request"),
        link_for(case, reader)[0],
        [_("They were reminded. You can write to them, record an answer that came by mail, or close the request.")],
    )
