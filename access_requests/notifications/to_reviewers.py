"""Letters to providers and hub staff about access that was granted, and its end."""

from __future__ import annotations

from django.utils.translation import gettext as _

from access_requests import kinds
from access_requests.events import text_of

from .case import Case
from .letter import Letter
from .parts import day, in_words, what, who
from .readers import Reader, link_for, link_of_visitor


def extended(case: Case, reader: Reader) -> Letter:
    """To hub staff, where a decider gave access a later last day."""
    ends = kinds.as_date(case.payload["ends"])
    names = case.names | {"day": day(ends) if ends else ""}
    return Letter(
        _("Extended to %(day)s: access to %(dataset)s for %(who)s") % names,
        _("The dataset's providers extended access to %(dataset)s for %(asker)s. The last day is now %(day)s.") % names,
        [*what(case), *who(case)],
        [],
        _("See the request"),
        link_for(case, reader)[0],
        [_("If a way to the data works until an earlier day, please deliver it again.")],
    )


def revoked(case: Case, reader: Reader) -> Letter:
    """To deciders, to others who know of the request, and to hub staff: access was revoked, and why."""
    names = case.names
    told = _("The applicant and those named were told why. Access had not opened yet.")
    if case.payload["ended"]:
        told = _("The applicant and everybody who had access were told why, and that copies must be deleted.")
    return Letter(
        _("Revoked: access to %(dataset)s for %(who)s") % names,
        _("Access to %(dataset)s for %(asker)s was revoked.") % names,
        [*what(case), *who(case)],
        in_words([text_of(case.event)] if case.event else []),
        _("Read the request"),
        link_of_visitor(case, reader),
        [told],
    )


def copies_deleted(case: Case, reader: Reader) -> Letter:
    """To hub staff: it is confirmed that the copies are deleted."""
    names = case.names
    by = case.event.by.get_full_name() if case.event and case.event.by else ""
    return Letter(
        _("Copies deleted: %(dataset)s, %(who)s") % names,
        _("%(name)s confirmed that all copies of %(dataset)s are deleted.") % (names | {"name": by}),
        [*what(case), *who(case)],
        [],
        _("Read the request"),
        link_for(case, reader)[0],
        [_("You need to do nothing.")],
    )
