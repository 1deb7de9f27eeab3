"""The lives of five requests, day by day for more than a year: exactly the mails and changes that the tables list.

The clock goes as on a real site: at half past two (an hour that one night in spring does not have, and one in autumn
has twice), and in the daytime, every third day twice. The worker is off for a week in October. At Christmas, Easter
and Midsummer nobody is reminded.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine

from access_requests import actions, tasks
from access_requests.actions.access import HandedOver
from access_requests.models import AccessRequest, Event
from access_requests.workflow import Answer
from aidahub.accounts.models import User
from aidahub.outbox.models import Mail
from datasets.models import Dataset
from tests import cast
from tests.cast import AIDA_PRESET, act_for, fresh, license_of, make_dataset, make_user, provider_of, set_policy
from tests.mails import ADA, HUB, PER, PETRA, RUT, SUNE

STOCKHOLM = ZoneInfo("Europe/Stockholm")
FIRST, LAST = date(2026, 10, 5), date(2027, 11, 12)
WORKER_OFF = (date(2026, 10, 26), date(2026, 11, 1))  # in the night before, the clocks went back
SPRING, AUTUMN = date(2027, 3, 28), (date(2026, 10, 25), date(2027, 10, 31))
NAMES = {
    ADA: "Ada", RUT: "Rut", SUNE: "Sune", PER: "Per", PETRA: "Petra", HUB: "hub", "alva.dahl@kth.example": "Alva",
    "silent@provider.example": "provider", "wished@provider.example": "provider",
}  # fmt: skip

# AIDA's practice, and everybody is slow. Rut is asked before the deciders are; hub staff have their turn from the day
# on which she confirmed. The worker was off when both a reminder and a word to hub staff were due.
SLOW_LIFE = """
2026-10-19 Mon  submit                 receipt Ada, named Rut Sune, sent-and-waiting hub
2026-11-02 Mon                         reminder Rut
2026-11-03 Tue                         escalation hub
2026-11-16 Mon  confirm-part           ready hub
2026-11-23 Mon                         reminder hub
2026-11-30 Mon                         escalation hub
2026-12-15 Tue  forward                decide Per Petra
2026-12-22 Tue                         reminder Per Petra
2027-01-04 Mon                         escalation hub
2027-01-11 Mon  decide
2027-02-01 Mon  decide                 confirm hub, outcome Per Petra
2027-02-08 Mon                         reminder hub
2027-02-15 Mon                         escalation hub
2027-03-19 Fri  confirm grant          outcome Per Petra, granted Ada, opened Rut, granted-named Sune, deliver hub
2027-03-30 Tue                         reminder hub
2027-04-06 Tue                         escalation hub
2027-04-07 Wed  deliver                delivered Ada Rut
2027-09-04 Sat                         ending-soon Ada Rut
2027-09-27 Mon                         ending-soon Ada Rut
2027-10-05 Tue  expire                 close-the-way hub, expired Ada Rut
2027-11-04 Thu                         delete-copies Rut, copies-uncertain hub
"""

# The applicant falls silent after the request was sent back, around Midsummer; hub staff close it when they are asked.
SILENT_LIFE = """
2027-06-14 Mon  submit                 receipt Alva, named Rut Sune, decide provider, asked-of-others hub
2027-06-18 Fri  send-back              returned Alva, stopped provider
2027-06-28 Mon                         reminder Alva
2027-07-05 Mon                         escalation hub
2027-08-17 Tue                         close-or-not hub
2027-08-20 Fri  close                  closed Alva, over Rut Sune, stopped provider
"""

# A draft that nobody goes on with; its warning comes between Christmas and New Year, a Sunday included.
FORGOTTEN_LIFE = """
2026-12-27 Sun                         draft-forgotten Alva
2027-01-03 Sun  (deleted)
"""

# Another one, which is gone on with after the warning, and then forgotten after all, over the night of summer time.
REMEMBERED_LIFE = """
2026-12-27 Sun                         draft-forgotten Alva
2027-03-22 Mon                         draft-forgotten Alva
2027-03-29 Mon  (deleted)
"""

# The recipient scientist never answers after the approval. Hub staff do nothing about it, and are asked once; in the
# end the applicant gives up.
UNACCEPTED_LIFE = """
2027-01-11 Mon  submit                 receipt Alva, named Rut Sune, decide provider, asked-of-others hub
2027-01-13 Wed  decide                 approved Alva, waited-for Rut, outcome provider hub
2027-01-20 Wed                         reminder Rut
2027-01-27 Wed                         escalation hub
2027-03-15 Mon                         close-or-not hub
2027-06-01 Tue  withdraw               withdrawn Alva, over Rut Sune, stopped provider hub
"""


class World:
    """Everybody and their requests; `acts` says who does what on which day, at ten in the morning."""

    def __init__(self, brgandi: Dataset, people: dict[str, User]) -> None:
        self.people = people
        self.brgandi = brgandi
        self.silent, self.wished, self.lost, self.found = (
            make_dataset(f"10.23698/aida/{name}") for name in ("silent", "wished", "lost", "found")
        )
        act_for(people["opal"], provider_of(self.wished, 1))
        set_policy(license_of(brgandi), **AIDA_PRESET, days=200)
        self.requests: dict[str, AccessRequest] = {}
        self.gone: dict[str, date] = {}

    def by(self, name: str) -> User:
        """Somebody, as the next web request has them."""
        return fresh(self.people[name])

    def now(self, name: str) -> AccessRequest:
        """A request as it is now."""
        return AccessRequest.objects.get(pk=self.requests[name].pk)

    def look(self, day: date) -> None:
        """Note which requests are no longer there."""
        there = set(AccessRequest.objects.values_list("pk", flat=True))
        for name, request in self.requests.items():
            if request.pk not in there:
                self.gone.setdefault(name, day)

    def acts(self) -> dict[date, Callable[[], object]]:
        """What people do."""
        yes = Answer.APPROVE
        return {
            date(2026, 10, 5): self._begin_drafts,
            date(2026, 10, 19): lambda: self._keep("slow", cast.sent(self.by("ada"), self.brgandi)),
            date(2026, 11, 16): lambda: cast.confirm(self.now("slow"), self.by("rut")),
            date(2026, 12, 15): lambda: actions.forward(request=self.now("slow"), by=self.by("hedda")),
            date(2026, 12, 29): lambda: cast.fill(self.now("remembered")),
            date(2027, 1, 11): self._january,
            date(2027, 1, 13): lambda: actions.decide(request=self.now("unaccepted"), by=self.by("opal"), answer=yes),
            date(2027, 2, 1): lambda: actions.decide(request=self.now("slow"), by=self.by("petra"), answer=yes),
            date(2027, 3, 19): lambda: actions.confirm(request=self.now("slow"), by=self.by("hedda"), answer=yes),
            date(2027, 4, 7): lambda: actions.deliver(
                request=self.now("slow"), by=self.by("hedda"), what=HandedOver(link="https://data.example/x")
            ),
            date(2027, 6, 1): lambda: actions.withdraw(request=self.now("unaccepted"), by=self.by("alva")),
            date(2027, 6, 14): lambda: self._keep("silent", cast.sent(self.by("alva"), self.silent)),
            date(2027, 6, 18): lambda: actions.send_back(
                request=self.now("silent"), by=self.by("hedda"), reason="Which use?"
            ),
            date(2027, 8, 20): lambda: actions.close(
                request=self.now("silent"), by=self.by("hedda"), reason="No answer."
            ),
        }

    def _keep(self, name: str, request: AccessRequest) -> None:
        self.requests[name] = request

    def _begin_drafts(self) -> None:
        self._keep("forgotten", cast.draft_of(self.by("alva"), self.lost))
        self._keep("remembered", cast.draft_of(self.by("alva"), self.found))

    def _january(self) -> None:
        actions.decide(request=self.now("slow"), by=self.by("per"), answer=Answer.APPROVE)
        self._keep("unaccepted", cast.sent(self.by("alva"), self.wished))

    def table(self, name: str) -> str:
        """What happened in one request and which mails it wrote, a line for each day on which there was anything."""
        reference = self.requests[name].reference
        changes: dict[date, list[str]] = defaultdict(list)
        for verb, at in Event.objects.filter(request__reference=reference).order_by("number").values_list("verb", "at"):
            changes[at.astimezone(STOCKHOLM).date()].append(verb)
        if name in self.gone:
            changes[self.gone[name]].append("(deleted)")
        mails: dict[date, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
        rows = Mail.objects.filter(about__startswith=f"{reference}/").order_by("created_at", "pk")
        for kind, recipient, at in rows.values_list("kind", "recipient", "created_at"):
            mails[at.astimezone(STOCKHOLM).date()][kind].append(NAMES[recipient])
        return "\n" + "\n".join(_line(day, changes[day], mails[day]) for day in sorted({*changes, *mails})) + "\n"


def _line(day: date, verbs: list[str], mails: dict[str, list[str]]) -> str:
    told = ", ".join(f"{kind} {' '.join(names)}" for kind, names in mails.items())
    return f"{day:%Y-%m-%d %a}  {' '.join(verbs):<22} {told}".rstrip()


def days() -> Iterator[date]:
    """Every day, the first and the last included."""
    yield from (FIRST + timedelta(days=number) for number in range((LAST - FIRST).days + 1))


def at(day: date, hour: int, minute: int, fold: int = 0) -> datetime:
    """A moment in Stockholm; an hour that the night does not have is the one after it."""
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=STOCKHOLM, fold=fold).astimezone(UTC)


def nights(day: date) -> list[datetime]:
    """Half past two: once, or twice where the clocks go back; half past three where they go forward."""
    found = {at(day, 2, 30), at(day, 2, 30, fold=1)}
    return sorted(moment for moment in found if moment.astimezone(STOCKHOLM).hour == 2) or [at(day, 2, 30)]


def in_the_night() -> None:
    """What the clock does at every hour."""
    tasks.end_access()
    tasks.follow_licenses()
    tasks.hand_over()
    tasks.measure()


def in_the_daytime() -> None:
    """What the clock does in working hours."""
    tasks.remind()
    tasks.warn()
    tasks.end_access()


def live(world: World) -> None:
    """Let the days go by."""
    acts = world.acts()
    for day in days():
        runs = not WORKER_OFF[0] <= day <= WORKER_OFF[1]
        for moment in nights(day) if runs else []:
            _do(moment, in_the_night)
        if runs:
            _do(at(day, 8, 5), in_the_daytime)
        if day in acts:
            _do(at(day, 10, 0), acts.pop(day))
        if runs and day.day % 3 == 0:
            _do(at(day, 14, 5), in_the_daytime)
        world.look(day)
    assert not acts


def _do(moment: datetime, act: Callable[[], object]) -> None:
    with time_machine.travel(moment, tick=False):
        act()


@pytest.fixture
def world(brgandi: Dataset, ada: User, alva: User, per: User, petra: User, rut: User, hedda: User) -> World:
    """Everybody, before the first day."""
    opal = make_user("opal@home.example", "Opal")
    people = {"ada": ada, "alva": alva, "per": per, "petra": petra, "rut": rut, "hedda": hedda, "opal": opal}
    return World(brgandi, people)


def test_these_nights_are_the_ones_in_which_the_clocks_are_changed() -> None:
    assert [day for day in days() if len(nights(day)) == 2] == list(AUTUMN)
    assert [day for day in days() if nights(day)[0].astimezone(STOCKHOLM).hour == 3] == [SPRING]


@pytest.mark.django_db
def test_a_year_gives_exactly_these_mails_and_changes(world: World) -> None:
    live(world)
    lives = {
        "slow": SLOW_LIFE,
        "silent": SILENT_LIFE,
        "forgotten": FORGOTTEN_LIFE,
        "remembered": REMEMBERED_LIFE,
        "unaccepted": UNACCEPTED_LIFE,
    }
    for name, told in lives.items():
        assert world.table(name) == told
    about = tuple(f"{request.reference}/" for request in world.requests.values())
    assert [mail.about for mail in Mail.objects.all() if not mail.about.startswith(about)] == []
