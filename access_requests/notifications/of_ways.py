"""To hub staff: access of people has ended to whom data was handed over, and the way to it must be closed."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from access_requests.events import text_of
from access_requests.models import Grant, Participant
from access_requests.workflow import Verb

from .case import Case
from .letter import Letter
from .mailing import Mailing
from .parts import in_words, listed, what, who
from .readers import Reader, hub, link_for


def who_had_data(case: Case) -> list[Participant]:
    """Those whose access ended with the event and whose way to the data nobody has recorded as closed."""
    ended = case.payload.get("ended") or ()
    grants = Grant.objects.filter(request=case.request, participant__number__in=ended).with_open_way()
    people = case.request.participants.filter(grants__in=grants)
    return list(people.distinct().order_by("number"))


def hub_closes(case: Case) -> Iterator[Mailing]:
    """Hub staff, also where they ended the access themselves; nobody where no data had been handed over."""
    if who_had_data(case):
        yield close_the_way, hub(case)


def close_the_way(case: Case, reader: Reader) -> Letter:
    """Whose way must be closed, and why their access ended; all that hub staff are told of that event."""
    people = [person.name for person in who_had_data(case)]
    names = case.names | {"people": listed(people), "number": len(people)}
    subject = ngettext(
        "Close the way to the data: %(dataset)s, %(number)s person",
        "Close the way to the data: %(dataset)s, %(number)s people",
        len(people),
    )
    return Letter(
        subject % names,
        _why(case) % names,
        [(_("Close it for"), listed(people)), *what(case), *who(case)],
        in_words([text_of(case.event)] if case.event and text_of(case.event) else []),
        _("See the request"),
        link_for(case, reader)[0],
        [
            _("Link and secret are shown to nobody any more, but what they lead to may still be open: close it there."),
            _("Then record on the request's page that it is closed. Until then it stays on your desk."),
        ],
    )


def _why(case: Case) -> str:
    reasons = {
        Verb.EXPIRE: _("The last day of access to %(dataset)s by the request of %(asker)s has passed."),
        Verb.REVOKE: _("Access to %(dataset)s by the request of %(asker)s was revoked."),
        Verb.LEAVE: _("%(people)s left the institution, so their access to %(dataset)s is over."),
    }
    other = _(
        "The access of %(people)s to %(dataset)s by the request of %(asker)s has ended: they are not named any more."
    )
    return reasons.get(Verb(case.verb), other)
