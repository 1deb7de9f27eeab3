"""Letters to the applicant and to those whom they named.

They read of "the dataset's providers" and the hub, never of votes, of who voted, or of reasons that were written for
the hub alone.
"""

from __future__ import annotations

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _

from access_requests import kinds
from access_requests.conditions import Open
from access_requests.events import text_of
from access_requests.labels import PART_LABELS
from access_requests.usual import sentence, usual_of
from access_requests.waiting import what_others_do
from access_requests.workflow import Part, Status, Verb
from aidahub.outbox.wording import one_line

from .case import Case
from .letter import Letter
from .of_copies import how_to_confirm, what_to_delete
from .parts import answers, changes, comments, day, files, in_words, listed, others, planned_use, what
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
        notes.append(
            _("These people were told that you named them, and asked to confirm: %(names)s.") % {"names": told}
        )
    accepted = (_("Licence accepted"), _("yes, in the wording shown to you (text number %(number)s)"))
    return Letter(
        subject % names,
        _("We have received your request for access to %(dataset)s. There is nothing you need to do now.") % names,
        [*what(case), (accepted[0], accepted[1] % {"number": case.submission.license_text.number})],
        [*changes(case), *answers(case), *files(case)],
        _("See where your request stands"),
        link_for(case, reader)[0],
        notes,
    )


def _goes_to(case: Case) -> str:
    names = case.names
    if case.by_hub:
        return _("It goes to %(hub)s, which decides on it.") % names
    if first := case.confirm_first:
        told = names | {"names": listed([person.name for person in first])}
        return _("Before anybody decides, %(names)s must confirm: they were asked to by mail.") % told
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
    """To the applicant, when it is approved and something is left to do before access opens: what, and by whom."""
    names = case.names
    mine = any(each.person == case.applicant for each in case.still_open)
    others = [each for each in case.still_open if each.person != case.applicant]
    subject = (
        _("Accept the licence: your request for access to %(dataset)s is approved")
        if mine
        else _("Approved: your request for access to %(dataset)s; others must still do their part")
    )
    lead = [_("%(decided_by)s approved your request for access to %(dataset)s.") % names]
    if mine:
        lead.append(_("Before access opens, please read and accept the licence: its text has changed."))
    lead += what_others_do(others, approved=True)
    notes = [_("Access does not open until you have accepted the licence.")] if mine else []
    if any(each.person for each in others):
        notes.append(_("They have been told. You may want to write to them, too; access opens with the last of it."))
    if any(each.what is Open.SIGN for each in others):
        notes.append(
            _(
                "When the agreement is signed, attach a copy on this page: %(files)s, or mail it to %(address)s. "
                "%(hub)s then records it."
            )
            % (names | {"files": case.own_page("files")})
        )
    return Letter(
        subject % names,
        " ".join(lead),
        what(case),
        in_words(case.reasons),
        _("Read and accept the licence") if mine else _("See where your request stands"),
        case.own_page("accept") if mine else case.own_url,
        notes,
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


def declined(case: Case, reader: Reader) -> Letter:
    """To the applicant: somebody whom they named says that it is not right. Why is for hub staff."""
    names = case.names | about_person(case)
    return Letter(
        _("Not confirmed: %(name)s declined in your request for access to %(dataset)s") % names,
        _(
            "%(name)s, whom you named as %(part)s in your request for access to %(dataset)s, says that this is not "
            "right."
        )
        % names,
        what(case),
        [],
        _("See your request"),
        case.own_url,
        [
            _("Please talk with them. They can still confirm on the request's page, if it was a misunderstanding.")
            % names,
            _("If somebody else should be named, write to %(address)s. %(hub)s was told, too.") % names,
        ],
    )


def about_person(case: Case) -> dict[str, str]:
    """Whom the event is about, and as what they are named, for its sentences."""
    person = case.person
    return {"name": one_line(person.name, 80), "part": str(PART_LABELS[Part(person.part)])}


def people_changed(case: Case, reader: Reader) -> Letter:
    """To the applicant: hub staff changed who is named."""
    names = case.names | about_person(case)
    leads = {
        Verb.ADD_PERSON: _("%(hub)s named %(name)s as %(part)s in your request for access to %(dataset)s."),
        Verb.REMOVE_PERSON: _("%(hub)s removed %(name)s (%(part)s) from your request for access to %(dataset)s."),
        Verb.REPLACE_PERSON: _("%(hub)s named somebody else as %(part)s in your request for access to %(dataset)s."),
    }
    return Letter(
        _("People changed: your request for access to %(dataset)s") % names,
        leads[Verb(case.verb)] % names,
        [*what(case), *others(case)],
        [],
        _("See your request"),
        case.own_url,
        [_("You need to do nothing if this is right. If it is not, write to %(address)s.") % names],
    )


def applicant_now(case: Case, reader: Reader) -> Letter:
    """To somebody whom hub staff made the applicant."""
    names = case.names | {"before": one_line(case.person.name, 80)}
    return Letter(
        _("You are the applicant now: request for access to %(dataset)s") % names,
        _("%(hub)s made you the applicant of the request for access to %(dataset)s, in place of %(before)s.") % names,
        [*what(case), *others(case)],
        planned_use(case),
        _("Read and accept the licence"),
        case.own_page("accept"),
        [
            _("You get no access before you have read and accepted the licence."),
            _("If this is not right, write to %(address)s at once.") % names,
        ],
    )


def applicant_no_more(case: Case, reader: Reader) -> Letter:
    """To the applicant in whose place somebody else stands now."""
    names = case.names
    if case.payload["ended"]:
        return _access_no_more(case)
    return Letter(
        _("No longer yours: request for access to %(dataset)s") % names,
        _("%(hub)s made %(asker)s the applicant of your request for access to %(dataset)s.") % names,
        what(case),
        [],
        _("Your other requests"),
        settings.BASE_URL + reverse("access_requests:mine"),
        [
            _("You do not see this request any more."),
            _("If this is not right, write to %(address)s.") % names,
        ],
    )


def _access_no_more(case: Case) -> Letter:
    names = case.names
    return Letter(
        _("Delete your copies: your access to %(dataset)s has ended") % names,
        _(
            "%(hub)s made %(asker)s the applicant of your request for access to %(dataset)s, so your access by it has "
            "ended. All your copies of the data must be deleted now."
        )
        % names,
        what(case),
        [],
        _("Your other requests"),
        settings.BASE_URL + reverse("access_requests:mine"),
        [
            what_to_delete(),
            how_to_confirm(case, case.person),
            _("You do not see this request any more."),
            _("If this is not right, write to %(address)s.") % names,
        ],
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
