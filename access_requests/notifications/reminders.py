"""Letters about a turn that lasts: to whoever has it, and to hub staff when it takes long."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from access_requests.awaited import Task, task_of_hub
from access_requests.conditions import Open
from access_requests.waiting import day_of, working_days_since
from access_requests.workflow import NAMED, Part, Status

from .letter import Letter
from .parts import brief, day, in_working_days, what
from .readers import Reader, link_for, link_to_part
from .to_named import about_link
from .to_providers import invited
from .turns import Turn


def waited(since: datetime) -> str:
    """How long somebody has been waited for."""
    days = working_days_since(since)
    return ngettext("%(days)s working day", "%(days)s working days", days) % {"days": days}


def reminder(turn: Turn, reader: Reader) -> Letter:
    """To whoever has the turn."""
    if Part.APPLICANT in reader.parts:
        return own_reminder(turn, reader)
    return part_reminder(turn, reader) if reader.parts & NAMED else other_reminder(turn, reader)


def own_reminder(turn: Turn, reader: Reader) -> Letter:
    """To the applicant: something waits for you."""
    names = turn.names | {"waited": waited(turn.wait_of(reader).since)}
    returned = turn.request.status == Status.RETURNED
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
        what(turn),
        [],
        _("Change your request") if returned else _("Read and accept the licence"),
        turn.own_page("edit" if returned else "accept"),
        [_("If you no longer want access, withdraw the request on the same page, and nobody waits any more.")],
    )


def part_reminder(turn: Turn, reader: Reader) -> Letter:
    """To somebody who is named: the request waits until you confirm your part, or accept the licence."""
    wait = turn.wait_of(reader)
    names = turn.names | {"waited": waited(wait.since)}
    accept = wait.what is Open.ACCEPT
    lead = (
        _(
            "The request of %(asker)s for access to %(dataset)s is approved and has been waiting for you for "
            "%(waited)s: please read and accept the licence."
        )
        if accept
        else _(
            "The request of %(asker)s for access to %(dataset)s has been waiting for you for %(waited)s: please say "
            "whether you are who it says, and confirm your part or decline it."
        )
    )
    review = turn.request.status == Status.SUBMITTED
    url, invitation = (link_for(turn, reader)[0], False) if accept else link_to_part(turn, reader)
    return Letter(
        _("Still waiting for you: request for access to %(dataset)s by %(who)s") % names,
        lead % names,
        brief(turn),
        [],
        _("Read and accept the licence") if accept else _("Read the request, then confirm or decline"),
        url,
        [
            *([about_link(invitation)] if invitation else []),
            _("Until then nobody decides on the request.") if review else _("Until then access does not open."),
            _("If you know nothing of this, decline, or write to %(address)s: a reply to this mail is enough.") % names,
        ],
    )


def other_reminder(turn: Turn, reader: Reader) -> Letter:
    """To deciders and hub staff: a request waits for you."""
    wait = turn.wait_of(reader)
    names = turn.names | {"waited": waited(wait.since)}
    url, invitation = link_for(turn, reader)
    notes = [invited()] if invitation else []
    if Part.HUB not in reader.parts:
        when = day(in_working_days(settings.ESCALATE_AFTER, wait.since.date()))
        notes.append(
            _("If nobody has answered by %(day)s, %(hub)s hears of it and takes care of it.")
            % (turn.names | {"day": when})
        )
    granted = turn.request.status == Status.GRANTED
    return Letter(
        _("Still waiting for you: access to %(dataset)s for %(who)s") % names,
        (
            _("The data of %(dataset)s has not reached everybody who has access by the request of %(asker)s.")
            if granted
            else _("The request of %(asker)s for access to %(dataset)s has been waiting for you for %(waited)s.")
        )
        % names,
        [*((_("To do"), str(words)) for words in [_to_do(turn, reader)] if words), *brief(turn)],
        [],
        str(VERBS.get(Status(turn.request.status), _("Read and decide"))),
        url,
        [*notes, *([] if granted else [_("Nothing is decided by waiting.")])],
    )


VERBS: dict[Status, str | Promise] = {
    Status.SUBMITTED: gettext_lazy("Check the request"),
    Status.DECIDED: gettext_lazy("Read and confirm"),
    Status.APPROVED: gettext_lazy("See the request"),
    Status.GRANTED: gettext_lazy("Hand the data over"),
}


def _to_do(turn: Turn, reader: Reader) -> str | Promise:
    """What hub staff must do, where the status alone does not say it."""
    return TO_DO.get(task_of_hub(turn.request), "") if Part.HUB in reader.parts else ""


TO_DO: dict[Task, str | Promise] = {
    Task.REPLACE: gettext_lazy("Somebody who is needed declined their part: name somebody else, or close the request."),
    Task.REACH: gettext_lazy(
        "No decider whose vote is missing can be reached, or the dataset's page names them no longer: excuse them, or "
        "record their answer."
    ),
    Task.SIGN: gettext_lazy("Record the signed agreement, so that access opens."),
    Task.DELIVER: gettext_lazy("Hand the data over, and note here how it reaches each of them."),
}


def escalation(turn: Turn, reader: Reader) -> Letter:
    """To hub staff: somebody's turn has lasted too long."""
    names = turn.names | {"waited": waited(turn.since)}
    waits = [(_("Waits for"), waits_for(turn)), (_("Since"), day_of(turn.since))]
    note = _("They were reminded. You can write to them, record an answer that came by mail, or close the request.")
    if turn.parts == {Part.HUB}:
        note = _("Hub staff were reminded before. Nobody else can go on with it.")
    return Letter(
        _("Waiting too long: access to %(dataset)s for %(who)s") % names,
        _(
            "The request of %(asker)s for access to %(dataset)s has been waiting for %(waited)s. Please see what "
            "keeps it."
        )
        % names,
        [*waits, *brief(turn)],
        [],
        _("See the request"),
        link_for(turn, reader)[0],
        [note],
    )


def waits_for(turn: Turn) -> str:
    """For whom a turn waits, and what they must do, as hub staff read it."""
    status, people = Status(turn.request.status), turn.parts & (NAMED | {Part.APPLICANT})
    if status in {Status.SUBMITTED, Status.APPROVED} and people:
        return _people_wait(turn, status)
    if Part.HUB in turn.parts:
        return str(HUB_WAITED_FOR[task_of_hub(turn.request)])
    if status is Status.RETURNED:
        return _("The applicant, to change or explain something")
    return _("The deciders, to decide")


HUB_WAITED_FOR: dict[Task, Promise] = {
    Task.CHECK: gettext_lazy("Hub staff, to check the request"),
    Task.REPLACE: gettext_lazy("Hub staff, to name somebody else for who declined"),
    Task.DECIDE: gettext_lazy("Hub staff, to decide"),
    Task.REACH: gettext_lazy("Hub staff, to excuse deciders who cannot be reached, or to record their answer"),
    Task.CONFIRM: gettext_lazy("Hub staff, to confirm the outcome"),
    Task.SIGN: gettext_lazy("Hub staff, to record the signed agreement"),
    Task.DELIVER: gettext_lazy("Hub staff, to hand the data over"),
}


def _people_wait(turn: Turn, status: Status) -> str:
    """The people who are named, each by name."""
    by_address = {(person.email.casefold(), Part(person.part)): person.name for person in turn.people}
    names = []
    for wait in turn.waits:
        found = [by_address.get((wait.reader.known_by, part)) for part in wait.reader.parts]
        if Part.APPLICANT in wait.reader.parts:
            found = [turn.request.applicant.get_full_name()]
        names += [name for name in found if name]
    if status is Status.APPROVED and turn.parts == {Part.APPLICANT}:
        return _("The applicant, to accept the licence")
    return _("%(names)s, to confirm their part or accept the licence") % {"names": ", ".join(names)}
