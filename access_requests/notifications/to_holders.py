"""Letters to those who hold access, or held it: what they have, how long, and what they must do at its end.

None of them carries the way to the data: the page shows it to whoever has signed in.
"""

from __future__ import annotations

from datetime import date

from django.utils.translation import gettext as _

from access_requests import kinds
from access_requests.events import text_of
from access_requests.models import Grant
from access_requests.workflow import Part, Status

from .case import Case
from .letter import Letter, Section
from .of_copies import what_to_delete
from .parts import day, in_words, listed, what
from .readers import Reader, link_for, responsible
from .to_people import period


def opened(case: Case, reader: Reader) -> Letter:
    """To each holder but the applicant, when their own access opens."""
    names = case.names
    return Letter(
        _("Access granted to you: %(dataset)s") % names,
        _("You have access to %(dataset)s, by the request of %(asker)s in which you are named.") % names,
        [*what(case), *period(case)],
        [],
        _("See your access"),
        case.own_url,
        [what_comes_next(case), _("The licence that you accepted holds for you.")],
    )


def what_comes_next(case: Case) -> str:
    """What a holder waits for."""
    return (
        _("%(hub)s has been asked to hand the data over. You get a mail when it is ready; you need to do nothing now.")
        % case.names
    )


def joined(case: Case, reader: Reader) -> Letter:
    """To the applicant, when somebody else gets access later."""
    names = case.names | {"people": listed(names_of(case, case.payload["persons"]))}
    return Letter(
        _("Also with access to %(dataset)s: %(people)s") % names,
        _("By your request, these also have access to %(dataset)s now: %(people)s.") % names,
        [*what(case), *period(case)],
        [],
        _("See your request"),
        case.own_url,
        [_("You need to do nothing. If this is not right, write to %(address)s.") % names],
    )


def names_of(case: Case, numbers: list[int]) -> list[str]:
    """The names of people of the request, by their numbers in the record."""
    return list(case.request.participants.filter(number__in=numbers).order_by("number").values_list("name", flat=True))


def delivered(case: Case, reader: Reader) -> Letter:
    """To each holder to whom data was handed over: where to find out how to get it."""
    again = case.payload["again"]
    until = kinds.as_date(case.payload.get("valid_until"))
    subject = _("The data is ready again: %(dataset)s") if again else _("The data is ready: %(dataset)s")
    lead = _("You can now get the data of %(dataset)s. How, stands on the request's page.")
    return Letter(
        subject % case.names,
        lead % case.names,
        [*what(case), *([(_("Works until"), day(until))] if until else [])],
        [],
        _("Sign in and see how to get the data"),
        case.own_url,
        [
            _("For safety neither the way to the data nor a password is ever sent by mail."),
            _("If it does not work, write a message on that page and ask for it to be delivered again."),
        ],
    )


def extended(case: Case, reader: Reader) -> Letter:
    """To each holder: the last day is a later one."""
    ends, before = (kinds.as_date(case.payload[key]) for key in ("ends", "before"))
    names = case.names | {"day": day(ends) if ends else "", "before": day(before) if before else ""}
    return Letter(
        _("Extended to %(day)s: access to %(dataset)s") % names,
        _("Your access to %(dataset)s was extended. Its last day is now %(day)s.") % names,
        [*what(case), (_("Last day before"), names["before"])],
        [],
        _("See your access"),
        case.own_url,
        [_("You need to do nothing.")],
    )


def expired(case: Case, reader: Reader) -> Letter:
    """To each holder whose time is over: what must be deleted, how that is confirmed, how to go on."""
    names = case.names
    return Letter(
        _("Delete your copies: access to %(dataset)s has ended") % names,
        _("Your access to %(dataset)s has ended. All copies of the data must be deleted now.") % names,
        what(case),
        [],
        *_link_to_deletion(case, reader),
        [copies(), who_confirms(case, reader), how_to_renew(case)],
    )


def copies() -> str:
    """What is meant by copies."""
    return _("That is every copy that you made or that somebody made under you, also parts of the data and backups.")


def who_confirms(case: Case, reader: Reader) -> str:
    """Who says that the copies are deleted."""
    person = responsible(case)
    if _confirms(case, reader):
        return _(
            "When all of them are deleted, also those of the others named in the request, confirm it on that page."
        )
    return _("When yours are deleted, tell %(name)s, who confirms it for all.") % {"name": person.name}


def how_to_renew(case: Case) -> str:
    """How to go on with the data."""
    if Status(case.request.status) == Status.REVOKED:
        return _("If you think that this is a mistake, write to %(address)s.") % case.names
    return _("To go on working with the data, the applicant renews the request on its page: the answers are filled in.")


def _confirms(case: Case, reader: Reader) -> bool:
    return reader.known_by == responsible(case).email.casefold()


def _link_to_deletion(case: Case, reader: Reader) -> tuple[str, str]:
    if _confirms(case, reader):
        return _("Confirm that the copies are deleted"), case.own_page("deletion")
    return _("See the request"), case.own_url


def delete_copies(case: Case, reader: Reader) -> Letter:
    """To whoever is responsible for the data, when access is over and nobody has confirmed that copies are deleted."""
    names = case.names
    return Letter(
        _("Still to confirm: copies of %(dataset)s are deleted") % names,
        _("Access to %(dataset)s is over, and it is not confirmed yet that all copies are deleted.") % names,
        what(case),
        [],
        *_link_to_deletion(case, reader),
        [copies(), who_confirms(case, reader)],
    )


def ending_soon(case: Case, reader: Reader) -> Letter:
    """To each holder, some time before the last day."""
    ends = last_day_of(case)
    names = case.names | {"day": day(ends) if ends else ""}
    return Letter(
        _("Ends on %(day)s: your access to %(dataset)s") % names,
        _("Your access to %(dataset)s ends. Its last day is %(day)s.") % names,
        what(case),
        [],
        _("See your access"),
        case.own_url,
        [
            how_to_renew(case),
            _("If you do not need the data any longer, you need to do nothing now. Copies must be deleted at the end."),
        ],
    )


def last_day_of(case: Case) -> date | None:
    """The last day of the access that is open."""
    last = Grant.objects.filter(request=case.request).decisive()
    return last.ends if last else None


def revoked(case: Case, reader: Reader) -> Letter:
    """To each holder whose access was ended, why, and what must be done now."""
    names = case.names
    return Letter(
        _("Delete your copies: access to %(dataset)s was revoked") % names,
        _("Your access to %(dataset)s was revoked. All copies of the data must be deleted now.") % names,
        what(case),
        reason(case),
        *_link_to_deletion(case, reader),
        [copies(), who_confirms(case, reader), how_to_renew(case)],
    )


def approval_revoked(case: Case, reader: Reader) -> Letter:
    """To the applicant and those named without access when it was revoked; whoever answers for the copies confirms."""
    names = case.names
    lead = _("The approval of your request for access to %(dataset)s was revoked.")
    if Part.APPLICANT not in reader.parts:
        lead = _("Access to %(dataset)s by the request of %(asker)s, in which you are named, was revoked.")
    left = case.request.grants.exists() and not case.request.copies_deleted_at
    copies_there = left and _confirms(case, reader)
    subject = _("Revoked: access to %(dataset)s for %(who)s")
    if copies_there:
        subject = _("Confirm that copies are deleted: access to %(dataset)s for %(who)s was revoked")
        lead = f"{lead} {_('All copies of the data must be deleted now.')}"
    return Letter(
        subject % names,
        lead % names,
        what(case),
        reason(case),
        *(_link_to_deletion(case, reader) if copies_there else (_("See the request"), case.own_url)),
        [
            *([copies(), who_confirms(case, reader)] if copies_there else []),
            _("If you think that this is a mistake, write to %(address)s.") % names,
        ],
    )


def reason(case: Case) -> list[Section]:
    """Why, as it was written."""
    text = text_of(case.event) if case.event else ""
    return in_words([text]) if text else []


def left(case: Case, reader: Reader) -> Letter:
    """To whoever left their institution: their access there is over, and how to go on elsewhere."""
    names = case.names
    return Letter(
        _("Delete your copies: your access to %(dataset)s ended with your move") % names,
        _(
            "You have left the institution at which you had access to %(dataset)s, so this access is over. Access is "
            "for work at one institution."
        )
        % names,
        what(case),
        reason(case),
        _("Confirm that your copies are deleted"),
        case.own_page("deletion"),
        [
            _("Copies of the data do not move with you: all of yours must be deleted now."),
            what_to_delete(),
            _("When they are deleted, confirm it on the request's page."),
            _("To work with the data where you are now, ask for access again."),
            _("If you did not leave, write to %(address)s at once.") % names,
        ],
    )


def others_left(case: Case, reader: Reader) -> Letter:
    """To the applicant and hub staff: somebody's access ended with a move."""
    over = case.request.status == Status.EXPIRED
    names = case.names | {"people": listed(names_of(case, case.payload["ended"]))}
    last = _("Nobody else had access by this request; it is over.") if over else _("The others keep their access.")
    return Letter(
        _("Left the institution: %(people)s, access to %(dataset)s") % names,
        _("%(people)s left the institution, so their access to %(dataset)s is over.") % names,
        what(case),
        reason(case),
        _("See the request"),
        link_for(case, reader)[0],
        [last],
    )


def agreement_recorded(case: Case, reader: Reader) -> Letter:
    """To the applicant and those named: the signed agreement has arrived."""
    signed = kinds.as_date(case.payload["signed_on"])
    names = case.names
    return Letter(
        _("Agreement received: access to %(dataset)s for %(who)s") % names,
        _("%(hub)s has the signed agreement about access to %(dataset)s and keeps it with the request.") % names,
        [*what(case), (_("Signed on"), day(signed) if signed else "")],
        [],
        _("See the request"),
        case.own_url,
        [_("You need to do nothing because of this mail. You get another one when access opens.")],
    )


def deletion_recorded(case: Case, reader: Reader) -> Letter:
    """To whoever is responsible for the data, where hub staff recorded that the copies are deleted."""
    names = case.names
    return Letter(
        _("Recorded: copies of %(dataset)s are deleted") % names,
        _("%(hub)s recorded that all copies of %(dataset)s that were made by this request are deleted.") % names,
        what(case),
        [],
        _("See the request"),
        case.own_url,
        [_("If this is not right, write to %(address)s.") % names],
    )
