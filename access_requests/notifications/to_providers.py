"""Letters to the dataset's providers and to hub staff."""

from __future__ import annotations

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from access_requests.labels import ANSWER_LABELS
from access_requests.workflow import Answer, Part, Quorum, Status, Verb

from .case import Case
from .letter import Letter, Section
from .parts import brief, changes, day, in_words, in_working_days, listed, planned_use, what, who
from .readers import Reader, link_for, link_of_visitor, names_hub_staff, shut_out, unreachable
from .to_people import period


def decide(case: Case, reader: Reader) -> Letter:
    """To each decider when a round opens; where the hub decides, to hub staff."""
    url, invitation = link_for(case, reader)
    names = case.names
    subject, lead = _asks(case)
    return Letter(
        subject % names,
        lead % names,
        brief(case),
        [*(changes(case) if _asked_before(case) else []), *planned_use(case)],
        _("Read and decide"),
        url,
        [*([invited()] if invitation else []), what_you_can_do(case), who_else(case, reader), by_when(case, reader)],
    )


def _asks(case: Case) -> tuple[str, str]:
    """How the letter to a decider begins: for a new request, for one sent again, for one that was taken up again."""
    again = _("Decide again: access to %(dataset)s for %(who)s")
    if case.event and case.event.verb == Verb.REOPEN:
        return again, _(
            "%(hub)s took up again the request of %(asker)s for access to %(dataset)s, and you are asked to decide."
        )
    if case.again and _asked_before(case):
        return again, _(
            "%(asker)s changed the request for access to %(dataset)s and sent it again; you are asked to decide."
        )
    return (
        _("Decide: access to %(dataset)s for %(who)s"),
        _("%(asker)s asks for access to %(dataset)s, and you are asked to decide."),
    )


def _asked_before(case: Case) -> bool:
    """Whether this is not the first time that anybody decides: hub staff may have sent it back before that."""
    return case.round is not None and case.round.number > 1


def invited() -> str:
    """About a link that lets its reader in."""
    return ngettext(
        "The link is an invitation for you alone: whoever opens it and signs in acts for you here, so please do not "
        "pass it on. It works once, for %(days)s day; after that you come in with the account you made.",
        "The link is an invitation for you alone: whoever opens it and signs in acts for you here, so please do not "
        "pass it on. It works once, for %(days)s days; after that you come in with the account you made.",
        settings.INVITATION_DAYS,
    ) % {"days": settings.INVITATION_DAYS}


def what_you_can_do(case: Case) -> str:
    """The three answers, and who reads the reason."""
    if case.confirming:
        return (
            _(
                "You can approve or reject it; %(hub)s confirms what the answers come to. It and the other deciders "
                "read your reason, the applicant does not."
            )
            % case.names
        )
    return _("You can approve it, reject it, or send it back for a change. The applicant reads the reason you give.")


def who_else(case: Case, reader: Reader) -> str:
    """Who is asked besides the reader, and whether one answer is enough."""
    if Part.HUB in reader.parts:
        return _("The decision is %(hub)s's; nobody else was asked.") % case.names
    provider = reader.provider
    rest = [row.name for row in case.deciders if provider is None or row.pk != provider.pk]
    if not rest:
        return _("You are the only one who is asked. %(hub)s is told.") % case.names
    names = case.names | {"names": listed(rest)}
    if case.round and case.round.quorum == Quorum.ALL:
        return _("Also asked: %(names)s. All answers are waited for. %(hub)s is told.") % names
    return _("Also asked: %(names)s. The first answer settles it. %(hub)s is told.") % names


def by_when(case: Case, reader: Reader) -> str:
    """The days on which somebody is reminded."""
    first, second = in_working_days(settings.REMIND_AFTER), in_working_days(settings.ESCALATE_AFTER)
    names = case.names | {"first": day(first), "second": day(second)}
    if Part.HUB in reader.parts:
        return _("Please decide by %(first)s; that day you are reminded. Nothing is decided by waiting.") % names
    return (
        _(
            "Please decide by %(first)s. If nobody has answered then, you are reminded, and on %(second)s %(hub)s "
            "hears of it and takes care of it. Nothing is decided by waiting."
        )
        % names
    )


def check(case: Case, reader: Reader) -> Letter:
    """To hub staff, on submit where they check first."""
    names = case.names
    return Letter(
        _("Check: access to %(dataset)s for %(who)s") % names,
        _(
            "%(asker)s asks for access to %(dataset)s. Please check that the request is complete and credible, and "
            "pass it "
            "on to the deciders."
        )
        % names,
        brief(case),
        [*changes(case), *planned_use(case)],
        _("Check the request"),
        link_for(case, reader)[0],
        [
            _(
                "You can forward it, send it back or close it. The dataset's providers are not asked before that. "
                "Please do "
                "so by %(day)s; that day you are reminded."
            )
            % {"day": day(in_working_days(settings.REMIND_AFTER))}
        ],
    )


def asked_of_others(case: Case, reader: Reader) -> Letter:
    """To hub staff and to providers who only want to know, when the deciders are asked."""
    names = case.names | {"deciders": listed([row.name for row in case.deciders])}
    helpless = helpless_deciders(case) if Part.HUB in reader.parts else []
    subject, lead = (
        _("New: access to %(dataset)s for %(who)s"),
        _("%(asker)s asks for access to %(dataset)s. You need to do nothing: the deciders are asked."),
    )
    if helpless:
        subject = _("Reach a provider: access to %(dataset)s for %(who)s")
        lead = _("%(asker)s asks for access to %(dataset)s, and not every decider could be reached: please help.")
    url, invitation = link_for(case, reader)
    return Letter(
        subject % names,
        lead % names,
        brief(case),
        [*changes(case), *planned_use(case)],
        _("Read the request"),
        url,
        [*helpless, _("Asked to decide: %(deciders)s.") % names, *([invited()] if invitation else [])],
    )


def helpless_deciders(case: Case) -> list[str]:
    """What hub staff must know of deciders who cannot answer by themselves."""
    notes = []
    if nowhere := unreachable(case):
        notes.append(
            _(
                "No mail could be sent to: %(names)s. The register has no address. Please reach them in another "
                "way; you can record an answer that comes by mail."
            )
            % {"names": listed(nowhere)}
        )
    if ended := shut_out(case):
        notes.append(
            _(
                "Nobody can decide for: %(names)s. The right of the person who did was ended. If somebody "
                "should again, send them an invitation."
            )
            % {"names": listed(ended)}
        )
    return notes


def recorded(case: Case, reader: Reader) -> Letter:
    """To a decider whose answer hub staff recorded from a mail."""
    answer = str(ANSWER_LABELS[Answer(case.payload["answer"])])
    names = case.names | {"answer": answer}
    return Letter(
        _("Your answer was recorded: access to %(dataset)s for %(who)s") % names,
        _("%(hub)s recorded the answer that you gave by mail on access to %(dataset)s for %(asker)s: %(answer)s.")
        % names,
        [*what(case), *who(case)],
        [],
        _("Read the request"),
        link_of_visitor(case, reader),
        [_("If this is not what you answered, write to %(address)s at once.") % names],
    )


def outcome(case: Case, reader: Reader) -> Letter:
    """To deciders and to others who know of the request: nothing is left to decide."""
    subjects = {
        Status.DECIDED: _("Answers are in: access to %(dataset)s for %(who)s"),
        Status.APPROVED: _("Approved: access to %(dataset)s for %(who)s"),
        Status.REJECTED: _("Rejected: access to %(dataset)s for %(who)s"),
    }
    leads = {
        Status.DECIDED: _("The answers on access to %(dataset)s for %(asker)s are in; %(hub)s confirms the outcome."),
        Status.APPROVED: _("Access to %(dataset)s for %(asker)s was approved."),
        Status.REJECTED: _("Access to %(dataset)s for %(asker)s was rejected."),
    }
    status = Status(case.request.status)
    names = case.names
    told = [] if status == Status.DECIDED else [_("The applicant has been told.")]
    return Letter(
        subjects[status] % names,
        leads[status] % names,
        [*what(case), *who(case)],
        [],
        _("Read the request"),
        link_of_visitor(case, reader),
        [_("There is nothing left for you to decide."), *told],
    )


def stopped(case: Case, reader: Reader) -> Letter:
    """To deciders and to others who know of the request: it was withdrawn, closed or sent back; do not go on."""
    subjects = {
        Status.WITHDRAWN: _("Withdrawn: access to %(dataset)s for %(who)s"),
        Status.CLOSED: _("Closed: access to %(dataset)s for %(who)s"),
        Status.RETURNED: _("Sent back: access to %(dataset)s for %(who)s"),
    }
    leads = {
        Status.WITHDRAWN: _(
            "%(asker)s withdrew the request for access to %(dataset)s: there is nothing left to decide."
        ),
        Status.CLOSED: _(
            "%(hub)s closed the request of %(asker)s for access to %(dataset)s: there is nothing left to decide."
        ),
        Status.RETURNED: _(
            "The request of %(asker)s for access to %(dataset)s was sent back for a change: there is "
            "nothing to decide for now."
        ),
    }
    status = Status(case.request.status)
    names = case.names
    back = [_("You get a mail when it is sent again.")] if status == Status.RETURNED else []
    return Letter(
        subjects[status] % names,
        leads[status] % names,
        [*what(case), *who(case)],
        in_words(case.reasons),
        _("Read the request"),
        link_of_visitor(case, reader),
        back,
    )


def confirm(case: Case, reader: Reader) -> Letter:
    """To hub staff, when the votes are in and they have the last word.

    Where somebody who is named is of the hub, who might read its mailbox, the votes stand on the request's page only.
    """
    names = case.names
    place = {row.provider_id: row.name for row in case.deciders}
    votes = case.round.decisions.filter(void_at=None).order_by("decided_at") if case.round else []
    rows = [(place.get(vote.provider_id or 0, "–"), str(ANSWER_LABELS[Answer(vote.answer)])) for vote in votes]
    return Letter(
        _("Confirm: access to %(dataset)s for %(who)s") % names,
        _("The answers on access to %(dataset)s for %(asker)s are in. Please confirm the outcome.") % names,
        brief(case),
        [] if names_hub_staff(case) else [Section(_("The answers"), rows)],
        _("Read and confirm"),
        link_for(case, reader)[0],
        [
            _("The applicant hears nothing before you do. Please do so by %(day)s; that day you are reminded.")
            % {"day": day(in_working_days(settings.REMIND_AFTER))}
        ],
    )


def deliver(case: Case, reader: Reader) -> Letter:
    """To hub staff, when access is open: hand the data over."""
    names = case.names
    return Letter(
        _("Deliver: %(dataset)s to %(who)s") % names,
        _("Access to %(dataset)s was granted to %(asker)s. Please hand the data over.") % names,
        [*brief(case), *period(case)],
        [],
        _("Read the request"),
        link_for(case, reader)[0],
        [_("Record how the data reaches each holder on the request's page; they see it there after signing in.")],
    )
