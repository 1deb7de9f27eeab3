"""Letters about access that comes to its end."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from access_requests.models import AccessRequest, Grant
from access_requests.workflow import Part

from .case import Case
from .letter import Letter
from .parts import day, what
from .readers import Reader, link_for


class Ending(Case):
    """A request whose access ends, and how many days before that its holders hear of it."""

    def __init__(self, request: AccessRequest, days: int) -> None:
        """Args: days: how long before the end this warning is meant to come."""
        super().__init__(request)
        self.days = days

    @property
    def grants(self) -> list[Grant]:
        """Those in force that have an end."""
        rows = Grant.objects.in_force().filter(request=self.request, ends__isnull=False)
        return list(rows.select_related("participant").order_by("participant__number"))

    @property
    def holders(self) -> list[Reader]:
        """Everybody whose access ends."""
        return [
            Reader(grant.participant.email.casefold(), frozenset({Part(grant.participant.part)}))
            for grant in self.grants
        ]


def ending_soon(case: Ending, reader: Reader) -> Letter:
    """To everybody who holds access: the last day, and what to do before and after it."""
    ends = min(grant.ends for grant in case.grants if grant.ends)
    names = case.names | {"day": day(ends)}
    left = ngettext("%(days)s day", "%(days)s days", case.days) % {"days": case.days}
    return Letter(
        _("Access ends in %(left)s: %(dataset)s") % (names | {"left": left}),
        _("Your access to %(dataset)s ends: %(day)s is its last day.") % names,
        what(case),
        [],
        _("See your access"),
        link_for(case, reader)[0],
        [
            _("If you need the data for longer, the applicant can renew the request on this page before it ends."),
            _("After the last day all copies must be deleted, and whoever is responsible for the data confirms that."),
        ],
    )
