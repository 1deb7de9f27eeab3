"""The whole site with people in it and mischief about: from the first page to the judge's verdict."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from functools import partial
from pathlib import Path
from urllib.request import urlopen

import psycopg

from aidahub.environment import ROOT
from aidahub.stack import Stack
from aidahub.stack.whole import WEBS
from tests.support.mail import MailServer
from tests.support.processes import wait_until

from .company import company, part
from .judging_mail import repetitions
from .mischief import PROGRAMS, SURROUNDINGS, Mischief, Target
from .people import World

LAST = "last@uu.example"
SETTLING = 120  # seconds for the outbox to be emptied once everything works again


@dataclass
class Outcome:
    """What happened, and what was wrong with it."""

    seed: int
    seconds: float
    breaches: list[str] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        return "\n".join([f"FAULTS_SEED={self.seed} FAULTS_SECONDS={self.seconds:g}", *self.lines, *self.breaches])


def environment(mail: MailServer) -> dict[str, str]:
    """What the site's programs get besides their usual environment."""
    return {
        "DJANGO_SETTINGS_MODULE": "tests.faults.settings",
        "PYTHONPATH": str(ROOT),
        "EMAIL_URL": mail.url,
        "EMAIL_FROM": "AIDA Data Hub <no-reply@hub.example>",
        "OUTBOX_TICK": "1",
        "SECOND_FACTOR": "no",  # people here sign in by their password alone
    }


def beside(stack: Stack, module: str, *arguments: str) -> str:
    """Run a module in the site's own environment; what it printed.

    Raises:
        RuntimeError: when it fails, with what it said.
    """
    command = [sys.executable, "-m", module, *arguments]
    done = subprocess.run(command, cwd=ROOT, env=stack.environment, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"{module} failed: {done.stdout[-1000:]} {done.stderr[-3000:]}")
    return done.stdout


def play(stack: Stack, mail: MailServer, seed: int, seconds: float) -> Outcome:
    """People act for so many seconds while mischief is done; then everything is mended, settles, and is judged."""
    outcome = Outcome(seed, seconds)
    beside(stack, "tests.faults.scene")
    world = World(stack.base_url, mail)
    files = Path(stack.environment["VAR_DIR"]) / "files"
    target = Target(stack, mail, files, lambda: answers(f"{stack.base_url}/readyz"))
    mischief = [Mischief(target, track, seed) for track in (PROGRAMS, SURROUNDINGS)]
    people = company(world, seed)
    for person in people:
        person.start()
    wait_until(lambda: all(person.signed_in for person in people), seconds=90, what="everybody's signing in")
    for each in mischief:
        each.start()
    time.sleep(seconds)
    for each in mischief:
        each.stop()
        outcome.breaches += each.trouble
    settle(stack)
    part(world, people)
    outcome.breaches += [*emptied(stack), *world.complaints, *world.traffic.wrong, *clock_stands_still(stack, mail)]
    faults = Counter(kind for each in mischief for kind in each.done.elements())
    seen = Seen(world, mail, faults, allowance(mail, mischief))
    outcome.breaches += verdict(stack, seen)
    outcome.lines = told(seen)
    return outcome


@dataclass(frozen=True)
class Seen:
    """What was seen from outside: people's traffic and ledger, their mails, the faults by kind."""

    world: World
    mail: MailServer
    faults: Counter[str]
    allowance: int

    @property
    def received(self) -> list[tuple[str, str]]:
        """Message-ID and recipient of every mail that arrived."""
        return [(each.message_id, each.recipients[0]) for each in self.mail.messages]


def clock_stands_still(stack: Stack, mail: MailServer) -> list[str]:
    """A mail that is written now must go out by itself; a sentence if it does not."""
    beside(stack, "tests.faults.scene", LAST)
    try:
        wait_until(lambda: mail.to(LAST), seconds=SETTLING, what="the last mail")
    except TimeoutError as problem:
        return [f"The clock stands still: {problem}"]
    return []


def settle(stack: Stack) -> None:
    """Start again what has ended; returns when everything runs and says so."""
    wait_until(lambda: not stack.revive() and all(stack.pids(name) for name in stack.NAMES), seconds=60, what="all")
    for name in WEBS:
        wait_until(partial(listens, stack.socket(name)), seconds=60, what=f"{name} listening")
    wait_until(lambda: answers(f"{stack.base_url}/readyz"), seconds=60, what="readiness")


def listens(path: Path) -> bool:
    """Whether somebody takes connections there."""
    with socket.socket(socket.AF_UNIX) as visitor:
        return visitor.connect_ex(str(path)) == 0


def answers(url: str) -> bool:
    """Whether an address is answered with 200."""
    try:
        with urlopen(url, timeout=20) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


def emptied(stack: Stack) -> list[str]:
    """Wait until no mail is left to be sent; what is still there after very long."""
    asking = "SELECT about, kind, status, tries, last_error FROM outbox_mail WHERE status IN ('waiting', 'sending')"
    end = time.monotonic() + SETTLING
    with psycopg.connect(stack.database_url, autocommit=True) as connection:
        while left := connection.execute(asking).fetchall():
            if time.monotonic() > end:
                return [f"Not settled: {row}" for row in left]
            time.sleep(0.5)
    return []


def verdict(stack: Stack, seen: Seen) -> list[str]:
    """What the judge says, who looks beside the site."""
    changes = [asdict(change) for change in seen.world.ledger.changes]
    file = stack.folder / "evidence.json"
    file.write_text(json.dumps({"changes": changes, "received": seen.received, "allowance": seen.allowance}))
    found: list[str] = json.loads(beside(stack, "tests.faults.judge", str(file)).splitlines()[-1])
    return found


def allowance(mail: MailServer, mischief: Iterable[Mischief]) -> int:
    """How many mails may have come again: one for each sender that did not live to note it, or did not hear."""
    return mail.unheard + sum(each.senders for each in mischief)


def told(seen: Seen) -> list[str]:
    """The numbers, for people."""
    exchanges, changes = seen.world.traffic.exchanges, seen.world.ledger.changes
    by_class = Counter(f"{each.status // 100}xx" if each.status else "none" for each in exchanges)
    acknowledged = Counter(change.verb for change in changes if change.acknowledged)
    tries = Counter(outcome for change in changes for outcome in change.tries)
    slowest = max((each.seconds for each in exchanges), default=0.0)
    return [
        f"faults: {seen.faults.total()}: {dict(sorted(seen.faults.items()))}",
        f"answers: {len(exchanges)}: {dict(sorted(by_class.items()))}; slowest {slowest:.1f} s",
        f"acknowledged changes: {acknowledged.total()}: {dict(sorted(acknowledged.items()))}; tries: {dict(tries)}",
        f"done although the answer was lost: {sum(change.seen for change in changes)}; repeated: {seen.world.retries}",
        f"mails: {len(seen.received)}, of them again {repetitions(seen.received)}; allowed {seen.allowance}",
        f"longest time without any answer: {seen.world.traffic.longest_silence():.1f} s",
    ]
