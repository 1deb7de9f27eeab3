"""Letters to the applicant and to those whom they named.

They read of "the dataset's providers" and the hub, never of votes, of who voted, or of reasons that were written for
the hub alone.
"""

from __future__ import annotations

from django.utils.text import get_text_list
from django.utils.translation import gettext as _

from access_requests import kinds
from access_requests.events import text_of
from access_requests.labels import PART_LABELS
from access_requests.usual import sentence, usual_of
from access_requests.workflow import Part, Status

from .case import Case
from .letter import Letter
from .parts import answers, brief, changes, comments, day, in_words, listed, planned_use, what
from .readers import Reader, link_for


def receipt(case: Case, reader: Reader) -> Letter:
    """To the applicant, on submit: it arrived, and this is what you sent."""
    names = case.names
    subject = (
        _("Received: your request for access to %(dataset)s")
        if not case.again
        else _("Received again: your request for access to %(dataset)s")
    )
    notes = [_goes_to(case), _usual_time(case)]
    if case.named:
        told = listed([person.name for person in case.named])
        notes.append(_("These people were told that you named them: %(names)s.") % {"names": told})
    accepted = (_("Licence accepted"), _("yes, in the wording shown to you (text number %(number)s)"))
    return Letter(
        subject % names,
        _("We have received your request for access to %(dataset)s. There is nothing you need to do now.") % names,
        [*what(case), (accepted[0], accepted[1] % {"number": case.submission.license_text.number})],
        [*changes(case), *answers(case)],
        _("See where your request stands"),
        link_for(case, reader)[0],
        notes,
    )


def _goes_to(case: Case) -> str:
    names = case.names
    if case.by_hub:
        return _("It goes to %(hub)s, which decides on it.") % names
    if case.request.status == Status.SUBMITTED:
        return (
            _(
                "It goes to %(hub)s first, which checks that it is complete, and then to the dataset's providers, "
                "who decide on it. Their names stand on the dataset's page."
            )
            % names
        )
    return (
        _(
            "It goes to the dataset's providers, who decide on it; their names stand on the dataset's page. "
            "%(hub)s is told."
        )
        % names
    )


def _usual_time(case: Case) -> str:
    told = _("You get a mail when there is an answer, and if nobody answers, they are reminded.")
    return f"{sentence(usual_of(case.request))} {told}"


def returned(case: Case, reader: Reader) -> Letter:
    """To the applicant, on send back: something must be changed or explained."""
    names = case.names
    return Letter(
        _("Change or explain: your request for access to %(dataset)s") % names,
        _(
            "Your request for access to %(dataset)s was sent back to you: please change or explain something, and send "
            "it again."
        )
        % names,
        what(case),
        [*in_words(case.reasons), *comments(case)],
        _("Change your request"),
        case.own_page("edit"),
        [
            _(
                "Your answers are all kept. Nobody decides on the request until you send it again; you can also "
                "withdraw "
                "it."
            )
        ],
    )


def approved(case: Case, reader: Reader) -> Letter:
    """To the applicant, when it is approved and something is left to do before access opens."""
    names = case.names
    return Letter(
        _("Accept the licence: your request for access to %(dataset)s is approved") % names,
        _(
            "%(decided_by)s approved your request for access to %(dataset)s. Before access opens, please read and "
            "accept "
            "the licence: its text has changed since you sent the request."
        )
        % names,
        what(case),
        in_words(case.reasons),
        _("Read and accept the licence"),
        case.own_page("accept"),
        [_("Access does not open until you have accepted the licence.")],
    )


def rejected(case: Case, reader: Reader) -> Letter:
    """To the applicant: no, why, and what can be done about it."""
    names = case.names
    return Letter(
        _("Rejected: your request for access to %(dataset)s") % names,
        _("%(decided_by)s rejected your request for access to %(dataset)s.") % names,
        what(case),
        in_words(case.reasons),
        _("See your request"),
        link_for(case, reader)[0],
        [
            _(
                "If you think that something was misunderstood, you can ask for a second look: write to %(address)s, "
                "name %(reference)s, and say what should be looked at again."
            )
            % names,
            _(
                "You can also ask there for a formal decision. Under Swedish law a public authority that does not hand "
                "out what was asked for gives its decision in writing when somebody asks for that, and says how it can "
                "be appealed."
            )
            % names,
        ],
    )


def granted(case: Case, reader: Reader) -> Letter:
    """To the applicant: access is open."""
    names = case.names
    return Letter(
        _("Access granted: %(dataset)s") % names,
        _("%(decided_by)s approved your request, and your access to %(dataset)s is open.") % names,
        [*what(case), *period(case)],
        in_words(case.reasons),
        _("See your access"),
        link_for(case, reader)[0],
        [
            _(
                "%(hub)s has been asked to hand the data over. You get a mail when it is ready; you need to do nothing "
                "now."
            )
            % names,
            _("The licence that you accepted holds for you and for everybody who works with the data under you."),
        ],
    )


def period(case: Case) -> list[tuple[str, str]]:
    """From when to when access is open."""
    starts, ends = (kinds.as_date(case.payload.get(key)) for key in ("starts", "ends"))
    first = day(starts) if starts else ""
    last = day(ends) if ends else _("without an end")
    return [(_("Access from"), first), (_("Access to"), last)]


def withdrawn(case: Case, reader: Reader) -> Letter:
    """To the applicant: what you did was done."""
    names = case.names
    return Letter(
        _("Withdrawn: your request for access to %(dataset)s") % names,
        _("You have withdrawn your request for access to %(dataset)s. Nobody decides on it any more.") % names,
        what(case),
        [],
        _("See your request"),
        link_for(case, reader)[0],
        [
            _("If it was not you who did this, write to %(address)s at once. You can send a new request at any time.")
            % names
        ],
    )


def closed(case: Case, reader: Reader) -> Letter:
    """To the applicant: the hub ended it, and why."""
    names = case.names
    return Letter(
        _("Closed: your request for access to %(dataset)s") % names,
        _("%(hub)s closed your request for access to %(dataset)s. Nobody decides on it any more.") % names,
        what(case),
        in_words([text_of(case.event)] if case.event else []),
        _("See your request"),
        link_for(case, reader)[0],
        [
            _(
                "You can send a new request at any time, or write to %(address)s if you think that this one should "
                "go on."
            )
            % names
        ],
    )


DUTIES = {
    Part.RECIPIENT_SCIENTIST: lambda: _(
        "The recipient scientist is the qualified researcher who is responsible for the data."
    ),
    Part.SIGNATORY: lambda: _(
        "The signatory signs for the institution if the dataset's providers ask for an agreement."
    ),
    Part.MEMBER: lambda: _("A member works with the data."),
}


def named(case: Case, reader: Reader) -> Letter:
    """To those whom the applicant named, on submit: by whom, for what, and what to do if they know nothing of it."""
    parts = sorted(reader.parts, key=list(DUTIES).index)
    roles = [str(PART_LABELS[part]) for part in parts]
    names = case.names | {"roles": get_text_list(roles, _("and"))}
    lead = _("%(asker)s named you as %(roles)s in a request for access to %(dataset)s.")
    if case.again:
        lead = _("%(asker)s changed and sent again a request for access to %(dataset)s in which you are %(roles)s.")
    return Letter(
        _("You are named: request for access to %(dataset)s by %(who)s") % names,
        lead % names,
        brief(case),
        [*changes(case), *planned_use(case)],
        _("Read the request"),
        link_for(case, reader)[0],
        [
            " ".join(DUTIES[part]() for part in parts),
            _(
                "You need to do nothing if this is right. If you know nothing of it, or do not agree, write to "
                "%(address)s at once: a reply to this mail is enough. Nothing is decided by that, but it is looked "
                "into."
            )
            % names,
            _(
                "To read the request, sign in with this e-mail address. As you are named in it, you do not decide "
                "on it, "
                "even if you are one of the dataset's providers."
            ),
        ],
    )


def granted_named(case: Case, reader: Reader) -> Letter:
    """To those named: access is open."""
    names = case.names
    return Letter(
        _("Access granted: %(dataset)s for %(who)s") % names,
        _("%(asker)s, who named you in the request, now has access to %(dataset)s.") % names,
        [*what(case), *period(case)],
        [],
        _("Read the request"),
        link_for(case, reader)[0],
        [_("You need to do nothing now. If you do not agree, write to %(address)s.") % names],
    )


def over(case: Case, reader: Reader) -> Letter:
    """To those named: the request ended without access."""
    leads = {
        Status.WITHDRAWN: _("%(asker)s withdrew the request for access to %(dataset)s in which you are named."),
        Status.CLOSED: _("%(hub)s closed the request of %(asker)s for access to %(dataset)s in which you are named."),
        Status.REJECTED: _("The request of %(asker)s for access to %(dataset)s in which you are named was rejected."),
    }
    names = case.names
    return Letter(
        _("Over: request for access to %(dataset)s by %(who)s") % names,
        leads[Status(case.request.status)] % names,
        what(case),
        [],
        _("Read the request"),
        link_for(case, reader)[0],
        [_("You need to do nothing more.")],
    )
