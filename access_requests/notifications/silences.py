"""Letters about what nobody has gone on with: silent requests, forgotten drafts, copies not yet said to be deleted."""

from __future__ import annotations

from datetime import date

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from access_requests.models import AccessRequest
from access_requests.waiting import day_of
from access_requests.workflow import Part
from aidahub.outbox.wording import one_line

from .case import Case
from .letter import Letter
from .parts import brief, day
from .readers import Reader, link_for
from .reminders import waits_for
from .turns import Turn


def close_or_not(turn: Turn, reader: Reader) -> Letter:
    """To hub staff: nothing has happened for so long that somebody should say whether the request goes on."""
    names = turn.names
    silence = ngettext("%(days)s day", "%(days)s days", settings.CLOSE_AFTER) % {"days": settings.CLOSE_AFTER}
    return Letter(
        _("Close or not: access to %(dataset)s for %(who)s") % names,
        _("For %(silence)s or longer nothing has happened in the request of %(asker)s for access to %(dataset)s.")
        % (names | {"silence": silence}),
        [(_("Waits for"), waits_for(turn)), (_("Silent since"), day_of(turn.request.changed_at)), *brief(turn)],
        [],
        _("See the request"),
        link_for(turn, reader)[0],
        [
            _("Close it, with the reason, or write to those who are waited for. A closed request can be reopened."),
            _(
                "If you do nothing it stays as it is. You are asked again only if something happens in it and it falls "
                "silent anew."
            ),
        ],
    )


def last_day_of(case: Case) -> date:
    """The last day of access that has ended: the one agreed on, or that on which it was ended before its time."""
    rows = case.request.grants.exclude(closed_on=None).values_list("ends", "closed_on")
    days = [min(filter(None, pair)) for pair in rows]
    return max(days, default=timezone.localdate(case.request.status_since))


def copies_uncertain(case: Case, reader: Reader) -> Letter:
    """To hub staff: access ended, and nobody has said that the copies are gone."""
    names = case.names | {"day": day(last_day_of(case))}
    return Letter(
        _("Copies not yet deleted: %(dataset)s, request of %(who)s") % names,
        _(
            "Access to %(dataset)s by the request of %(asker)s ended on %(day)s. Nobody has confirmed that all copies "
            "are deleted."
        )
        % names,
        brief(case),
        [],
        _("See the request"),
        link_for(case, reader)[0],
        [_("Whoever is responsible for the data was reminded today. You can record their confirmation.")],
    )


class Forgotten(Case):
    """A draft that nobody has gone on with; it was not sent, so it has no people yet."""

    def __init__(self, request: AccessRequest, last: date) -> None:
        """Args: last: the day on which it is deleted."""
        super().__init__(request)
        self.last = last

    @property
    def owner(self) -> list[Reader]:
        """Who began it."""
        return [Reader(self.request.applicant.email.casefold(), frozenset({Part.APPLICANT}))]


def draft_forgotten(case: Forgotten, reader: Reader) -> Letter:
    """To whoever began a draft: it is deleted soon, unless something is changed in it."""
    names = {"dataset": case.dataset, "day": day(case.last), "since": day_of(case.request.changed_at)}
    return Letter(
        _("Draft about to be deleted: your request for access to %(dataset)s") % names,
        _(
            "You began a request for access to %(dataset)s and have not changed it since %(since)s. It was never "
            "sent. On %(day)s it is deleted."
        )
        % names,
        [
            (_("Dataset"), one_line(case.request.dataset.name, 300)),
            (_("Licence"), one_line(case.request.license.name, 200)),
        ],
        [],
        _("Go on with your draft"),
        case.own_page("edit"),
        [
            _("To keep it, open it and save any page of it. To be rid of it, do nothing."),
            _("Nobody but you has seen it, and nothing of it is kept once it is deleted."),
        ],
    )
