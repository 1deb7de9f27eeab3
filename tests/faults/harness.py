"""The whole site with people in it and mischief about: from the first page to the judge's verdict."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import time
from collections import Counter
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
from .mischief import Mischief
from .people import World

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
    people = company(world, seed)
    mischief = Mischief(stack, mail, Path(stack.environment["VAR_DIR"]) / "files", seed)
    for person in people:
        person.start()
    mischief.start()
    time.sleep(seconds)
    mischief.stop()
    settle(stack)
    part(world, people)
    outcome.breaches += emptied(stack)
    outcome.breaches += ["Mischief: " + trouble for trouble in mischief.trouble]
    outcome.breaches += world.complaints + world.traffic.wrong
    outcome.breaches += verdict(stack, mail, world, mischief)
    outcome.lines = told(mail, world, mischief)
    return outcome


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


def verdict(stack: Stack, mail: MailServer, world: World, mischief: Mischief) -> list[str]:
    """What the judge says, who looks beside the site."""
    received = [(each.message_id, each.recipients[0]) for each in mail.messages]
    evidence = {
        "changes": [asdict(change) for change in world.ledger.changes],
        "received": received,
        "allowance": allowance(mail, mischief),
    }
    file = stack.folder / "evidence.json"
    file.write_text(json.dumps(evidence))
    found: list[str] = json.loads(beside(stack, "tests.faults.judge", str(file)).splitlines()[-1])
    return found


def allowance(mail: MailServer, mischief: Mischief) -> int:
    """How many mails may have come again: one for each sender that did not live to note it, or did not hear."""
    return mail.unheard + mischief.senders


def told(mail: MailServer, world: World, mischief: Mischief) -> list[str]:
    """The numbers, for people."""
    exchanges, changes = world.traffic.exchanges, world.ledger.changes
    by_class = Counter(f"{each.status // 100}xx" if each.status else "none" for each in exchanges)
    acknowledged = Counter(change.verb for change in changes if change.acknowledged)
    tries = Counter(outcome for change in changes for outcome in change.tries)
    received = [(each.message_id, each.recipients[0]) for each in mail.messages]
    slowest = max((each.seconds for each in exchanges), default=0.0)
    return [
        f"faults: {sum(mischief.done.values())}: {dict(sorted(mischief.done.items()))}",
        f"answers: {len(exchanges)}: {dict(sorted(by_class.items()))}; slowest {slowest:.1f} s",
        f"acknowledged changes: {sum(acknowledged.values())}: {dict(sorted(acknowledged.items()))}; tries: {dict(tries)}",
        f"done although the answer was lost: {sum(change.seen for change in changes)}; repeated: {world.retries}",
        f"mails: {len(received)}, of them again {repetitions(received)}; allowed {allowance(mail, mischief)}",
        f"longest time without any answer: {world.traffic.longest_silence():.1f} s",
    ]
