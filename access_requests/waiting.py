"""Where a request stands, in one sentence: whose turn it is, since when, how long that usually takes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache

import holidays
from django.conf import settings
from django.db.models import OuterRef
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.text import get_text_list
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from aidahub.row_by_row import Found

from .conditions import Condition, Open
from .labels import STATUS_LABELS
from .models import AccessRequest, AnyUser, Round
from .policies import is_retired
from .standing_of_access import access_sentence
from .taking_part import own, waits_for
from .usual import sentence, usual_of
from .workflow import APPLICANTS_TURN, FINISHED, UNDER_REVIEW, WITH_ACCESS, Status


@lru_cache(maxsize=1)
def _swedish() -> holidays.HolidayBase:
    """Public holidays and the eves on which Swedish offices are closed (annual leave act 1977:480, section 3 a)."""
    return holidays.country_holidays("SE", include_sundays=False)


EVES = frozenset({(12, 24), (12, 31)})


@lru_cache(maxsize=4000)
def is_working_day(day: date) -> bool:
    """Whether Swedish offices work on a day. Midsummer's Eve is the Friday between 19 and 25 June."""
    midsummer = day.month == 6 and 19 <= day.day <= 25 and day.weekday() == 4
    return day.weekday() < 5 and not midsummer and (day.month, day.day) not in EVES and day not in _swedish()


def working_days_since(since: datetime, now: datetime | None = None) -> int:
    """How many working days have begun after the day of one moment, up to and with the day of another (now).

    Counted in Stockholm; at most 400, which is long enough to be called long.
    """
    first = timezone.localdate(since)
    last = timezone.localdate(now or timezone.now())
    number = min((last - first).days, 600)
    return min(sum(is_working_day(first + timedelta(days=count)) for count in range(1, number + 1)), 400)


@dataclass(frozen=True)
class Standing:
    """What is going on: the sentence, the status as word, kind (ok, wait, act, stop) and icon, and the waiting."""

    sentence: str
    word: str
    kind: str
    icon: str
    since: datetime
    days: int = 0
    mine: bool = False
    late: bool = False


LOOKS = {
    Status.DRAFT: ("act", "pencil"),
    Status.SUBMITTED: ("wait", "clock"),
    Status.IN_REVIEW: ("wait", "clock"),
    Status.DECIDED: ("wait", "clock"),
    Status.RETURNED: ("act", "return"),
    Status.APPROVED: ("act", "check"),
    Status.GRANTED: ("ok", "key"),
    Status.REJECTED: ("stop", "cross"),
    Status.WITHDRAWN: ("", "stop"),
    Status.CLOSED: ("", "stop"),
    Status.EXPIRED: ("", "pause"),
    Status.REVOKED: ("stop", "lock"),
}


_OWN = {
    Status.DRAFT: gettext_lazy("This is a draft. Nobody but you sees it until you send it."),
    Status.RETURNED: gettext_lazy("Waiting for you since %(since)s: something must be changed or explained."),
    Status.APPROVED: gettext_lazy("Approved on %(since)s. Before access opens, please accept the licence."),
    Status.REJECTED: gettext_lazy("Your request was rejected on %(since)s."),
    Status.WITHDRAWN: gettext_lazy("You withdrew this request on %(since)s."),
    Status.CLOSED: gettext_lazy("%(hub)s closed this request on %(since)s."),
}
_OTHERS = {
    Status.DRAFT: gettext_lazy("This is a draft of %(applicant)s."),
    Status.RETURNED: gettext_lazy("Waiting for %(applicant)s since %(since)s: something must be changed or explained."),
    Status.APPROVED: gettext_lazy("Approved on %(since)s. Waiting for %(applicant)s to accept the licence."),
    Status.REJECTED: gettext_lazy("This request was rejected on %(since)s."),
    Status.WITHDRAWN: gettext_lazy("%(applicant)s withdrew this request on %(since)s."),
    Status.CLOSED: gettext_lazy("%(hub)s closed this request on %(since)s."),
}


def standing(request: AccessRequest, viewer: AnyUser) -> Standing:
    """Where a request stands, in words for one viewer."""
    status = Status(request.status)
    days = 0 if status in FINISHED else working_days_since(request.status_since)
    mine = request.applicant_id == viewer.pk
    kind, icon = LOOKS[status]
    word = _("Sent back") if status is Status.RETURNED and not mine else str(STATUS_LABELS[status])
    if people := waits_for(request):
        sentence = sentence_about_people(request, people, viewer)
        turn = bool({row.pk for row in own(viewer, request)} & {each.person.pk for each in people if each.person})
        kind = "act" if turn else "wait"
    else:
        sentence, turn = _sentence(request, status, days, viewer, mine=mine), mine and status in APPLICANTS_TURN
    late = status in UNDER_REVIEW and not people and days > settings.PROMISED_DAYS
    return Standing(sentence, word, kind, icon, request.status_since, days, mine=turn, late=late)


def sentence_about_people(request: AccessRequest, open_: list[Condition], viewer: AnyUser) -> str:
    """Where a request stands that waits for people named in it: who must still do what, and what follows then.

    Args:
        open_: what is still to be done, not empty.
    """
    names = {"since": day_of(request.status_since), "hub": settings.HUB_NAME}
    mine = {person.pk for person in own(viewer, request)}
    approved = request.status == Status.APPROVED
    own_part = [each.what for each in open_ if each.person and each.person.pk in mine]
    found = [(_("Approved on %(since)s.") if approved else _("Sent on %(since)s.")) % names]
    if Open.CONFIRM in own_part:
        asked = (
            _("Before access opens, please confirm your part.")
            if approved
            else _("Before anybody decides, please confirm your part.")
        )
        found.append(asked)
    elif Open.ACCEPT in own_part:
        found.append(_("Before access opens, please accept the licence."))
    others = [each for each in open_ if each.person is None or each.person.pk not in mine]
    return " ".join([*found, *what_others_do(others, approved=approved)])


def what_others_do(open_: list[Condition], *, approved: bool) -> list[str]:
    """What people must still do before access opens (before anybody decides), a sentence for each kind of thing."""
    found = []
    confirm, accept = (_names(open_, what) for what in (Open.CONFIRM, Open.ACCEPT))
    if confirm:
        sentence = (
            _("Before access opens, %(names)s must confirm.")
            if approved
            else _("Before anybody decides, %(names)s must confirm.")
        )
        found.append(sentence % {"names": confirm})
    if accept:
        found.append(_("Before access opens, %(names)s must accept the licence.") % {"names": accept})
    if any(each.what == Open.SIGN for each in open_):
        found.append(str(AGREEMENT))
    return found


AGREEMENT = gettext_lazy(
    "Before access opens, the data provider’s agreement must be signed by the recipient’s institution."
)


def _names(open_: list[Condition], what: Open) -> str:
    names = [each.person.name for each in open_ if each.person and each.what == what]
    return get_text_list(names, _("and")) if names else ""


def day_of(moment: datetime) -> str:
    """The day of a moment in Stockholm, written out; with its year when that is another one."""
    local = timezone.localtime(moment)
    this_year = local.year == timezone.localtime().year
    return date_format(local, "j F" if this_year else "j F Y")


def _sentence(request: AccessRequest, status: Status, days: int, viewer: AnyUser, *, mine: bool) -> str:
    since = day_of(request.status_since)
    if status in UNDER_REVIEW:
        names = {"since": since, "hub": settings.HUB_NAME}
        return f"{_waiting_for(request, status) % names} {_how_long(request, days)}"
    if status in WITH_ACCESS:
        return access_sentence(request, viewer, since)
    words = str((_OWN if mine else _OTHERS)[status])
    if status is Status.RETURNED and is_retired(request.license, request.dataset):
        goes_on = _("No new request is taken here any more, but this one goes on: %(hub)s decides on it then.")
        words = f"{words} {goes_on}"
    return words % {"since": since, "applicant": request.applicant.get_full_name(), "hub": settings.HUB_NAME}


def hub_decides() -> Found:
    """For a list of requests, to annotate as `hub_decides`: whether hub staff decide in the round that is open."""
    return Found(Round.objects.filter(request=OuterRef("pk"), closed_at=None, by_hub=True))


def _waits_for_hub(request: AccessRequest) -> bool:
    known: bool | None = getattr(request, "hub_decides", None)
    return known if known is not None else request.open_round is not None and request.open_round.by_hub


def _waiting_for(request: AccessRequest, status: Status) -> str:
    if status is Status.SUBMITTED:
        return _("Waiting for %(hub)s to look at it since %(since)s.")
    if status is Status.DECIDED:
        return _("The answers are in; waiting for %(hub)s to confirm them since %(since)s.")
    if _waits_for_hub(request):
        return _("Waiting for %(hub)s to decide since %(since)s.")
    return _("Waiting for the dataset's providers since %(since)s.")


def _how_long(request: AccessRequest, days: int) -> str:
    usual, promised = usual_of(request), settings.PROMISED_DAYS
    if not days:
        return sentence(usual)
    waited = ngettext("%(days)s working day so far", "%(days)s working days so far", days) % {"days": days}
    words = {"waited": waited, "usual": usual, "promised": promised}
    if days > promised:
        return _("%(waited)s, longer than the %(promised)s that are promised.") % words
    if usual is None or usual >= promised:
        return _("%(waited)s; at most %(promised)s are promised.") % words
    return _("%(waited)s; usually answered within %(usual)s, and at most %(promised)s are promised.") % words
