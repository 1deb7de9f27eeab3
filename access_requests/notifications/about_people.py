"""Letters to hub staff about the people named in a request."""

from __future__ import annotations

from django.utils.translation import gettext as _

from access_requests.events import text_of
from access_requests.taking_part import holds_up_review
from access_requests.workflow import Status

from .case import Case
from .letter import Letter
from .of_ways import who_had_data
from .parts import brief, changes, day, files, in_words, in_working_days, listed, planned_use
from .readers import Reader, link_for
from .to_people import about_person


def ready(case: Case, reader: Reader) -> Letter:
    """Everybody who had to has confirmed: hub staff check the request now."""
    names = case.names
    return Letter(
        _("Check: access to %(dataset)s for %(who)s, all parts are confirmed") % names,
        _(
            "Everybody who must has confirmed their part in the request of %(asker)s for access to %(dataset)s. "
            "Please check the request and pass it on to the deciders."
        )
        % names,
        brief(case),
        [*changes(case), *planned_use(case)],
        _("Check the request"),
        link_for(case, reader)[0],
        [
            _(
                "You can forward it, send it back or close it. The dataset's providers are not asked before that. "
                "Please do so by %(day)s."
            )
            % {"day": day(in_working_days(case.remind_after))}
        ],
    )


def paper_missing(case: Case, reader: Reader) -> Letter:
    """It is approved, everybody has done their part, and only the signed agreement is missing: hub staff's turn."""
    names = case.names
    return Letter(
        _("Record the agreement: access to %(dataset)s for %(who)s") % names,
        _(
            "The request of %(asker)s for access to %(dataset)s is approved, and nobody has anything left to confirm "
            "or accept. Only the signed agreement is missing."
        )
        % names,
        brief(case),
        files(case),
        _("Read the request"),
        link_for(case, reader)[0],
        [
            _("Access opens when you record the signed agreement on the request's page."),
            _("The applicant was told to attach it to the request, or to mail it to %(address)s.") % names,
        ],
    )


def sent_and_waiting(case: Case, reader: Reader) -> Letter:
    """A request was sent that waits for people named in it before anybody is asked."""
    names = case.names | {"names": listed([person.name for person in case.confirm_first])}
    after = (
        _("You get a mail when they have; then it is yours to check.")
        if case.hub_checks
        else _("The deciders are asked by themselves when they have.")
    )
    return Letter(
        _("New: access to %(dataset)s for %(who)s, waiting for %(names)s") % names,
        _("%(asker)s asks for access to %(dataset)s. Before anybody decides, %(names)s must confirm.") % names,
        brief(case),
        [*changes(case), *planned_use(case)],
        _("See the request"),
        link_for(case, reader)[0],
        [after, _("You need to do nothing now. On the request's page you can remind them or name somebody else.")],
    )


def says_no(case: Case, reader: Reader) -> Letter:
    """Somebody who is named says that it is not right."""
    names = case.names | about_person(case)
    stops = case.person in case.waited_for
    if stops and case.request.status == Status.SUBMITTED and holds_up_review(case.request, case.person):
        follows = _("Nobody decides on the request before somebody has confirmed that part.")
    elif stops and case.request.status != Status.GRANTED:
        follows = _("Access does not open before somebody has confirmed that part.")
    else:
        follows = _("The request goes on without them.")
    ended = [_("Their own access has ended with that.")] if case.payload.get("ended") else []
    if who_had_data(case):
        ended.append(_("Close the way to the data that was handed over to them, and record it on the request's page."))
    return Letter(
        _("Look into it: %(name)s declined, access to %(dataset)s for %(who)s") % names,
        _(
            "%(name)s, named as %(part)s in the request of %(asker)s for access to %(dataset)s, says that this is not "
            "right."
        )
        % names,
        brief(case),
        in_words([text_of(case.event)] if case.event else []),
        _("See the request"),
        link_for(case, reader)[0],
        [
            *ended,
            follows,
            _("On the request's page you can name somebody else, remove them, or close the request."),
            _("The applicant was told that they declined, but not why. They can still confirm after all."),
        ],
    )
