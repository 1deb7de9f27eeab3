"""How many mails leave in a second, beside a plain loop of smtplib over one connection to the same mail server.

    python -m bench.mails sink      is the mail server: it takes everything and keeps nothing
    python -m bench.mails deliver   is one sender: it delivers until nothing is due

Both are processes of their own, which `measure` starts; the senders run what the worker runs, `outbox.deliver`.
"""

from __future__ import annotations

import asyncio
import contextlib
import smtplib
import socket
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from statistics import median

from aidahub.environment import ROOT

MAILS = 1000
ROUNDS = 3
SENDERS = 2


@dataclass(frozen=True)
class Rates:
    """Mails per second: of the plain loop, and of one and of two senders; the median of the rounds."""

    plain: float
    one: float
    two: float


def sink() -> None:
    """Serve SMTP on a free port of this machine, whose number is the first line of output."""
    from aiosmtpd.smtp import SMTP

    class Taker:
        async def handle_DATA(self, _server: object, _session: object, _envelope: object) -> str:  # noqa: N802  aiosmtpd
            return "250 OK"

    door = socket.create_server(("127.0.0.1", 0))
    print(door.getsockname()[1], flush=True)
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    loop.run_until_complete(loop.create_server(lambda: SMTP(Taker(), loop=loop), sock=door))
    loop.run_forever()


def deliver() -> None:
    """Deliver until nothing is due. It begins when a line comes in and says so when it is done."""
    import django

    django.setup()
    from django.conf import settings

    from aidahub.outbox.delivery import deliver as look

    settings.OUTBOX_EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", int(sys.argv[2])
    print("ready", flush=True)
    sys.stdin.readline()
    while look():
        pass
    print("done", flush=True)


@contextlib.contextmanager
def process(*words: str) -> Iterator[subprocess.Popen[str]]:
    """One of the two, ended afterwards; its first line of output is read by the caller."""
    command = [sys.executable, "-m", "bench.mails", *words]
    running = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        yield running
    finally:
        running.terminate()
        running.wait(10)


def heard(running: subprocess.Popen[str]) -> str:
    """The next line that a process says."""
    if running.stdout is None:
        raise RuntimeError("The process has no output.")
    return running.stdout.readline().strip()


def fill() -> None:
    """Write so many mails that are due: copies of whole ones that the verbs wrote."""
    from django.utils import timezone

    from aidahub.outbox.models import Mail

    from .multiply import Mould
    from .rows import insert

    whole = [Mould(mail) for mail in Mail.objects.exclude(html="").order_by("pk")[:100]]
    rows = [whole[at % len(whole)].cast({}, 0) for at in range(MAILS)]
    for row in rows:
        row.about, row.message_id = f"bench/{uuid.uuid4().hex}", f"<{uuid.uuid4().hex}@size.example>"
        row.status, row.sent_at, row.next_try_at = Mail.Status.WAITING, None, timezone.now()
    insert(rows)


def plain(port: int) -> float:
    """Mails per second of a loop that has every message ready and does nothing but let smtplib send it."""
    from aidahub.outbox.building import message_of
    from aidahub.outbox.models import Mail

    rows = Mail.objects.due()[:MAILS]
    ready = [(mail.recipient, message_of(mail, None).message()) for mail in rows]
    with smtplib.SMTP("127.0.0.1", port) as server:
        began = time.perf_counter()
        for recipient, message in ready:
            server.send_message(message, "hub@hub.example", [recipient])
        taken = time.perf_counter() - began
    Mail.objects.due().delete()  # or the first sender would send them once more
    return len(ready) / taken


def ours(port: int, senders: int) -> float:
    """Mails per second of so many senders at once, all of which begin together.

    Raises:
        RuntimeError: when a mail is left.
    """
    from aidahub.outbox.models import Mail

    fill()
    with contextlib.ExitStack() as stack:
        running = [stack.enter_context(process("deliver", str(port))) for _ in range(senders)]
        for one in running:
            heard(one)
        began = time.perf_counter()
        for one in running:
            print(file=one.stdin, flush=True)
        for one in running:
            heard(one)
        taken = time.perf_counter() - began
    if Mail.objects.due().exists():
        raise RuntimeError("Not every mail was sent.")
    return MAILS / taken


def measure() -> Rates:
    """All three in turns, so that what else the machine does hits them alike."""
    from django.db import connection

    rounds = []
    with process("sink") as server:
        port = int(heard(server))
        for _ in range(ROUNDS):
            fill()
            first = plain(port)
            rounds.append((first, ours(port, 1), ours(port, SENDERS)))
            connection.close()
    return Rates(*(median(rates) for rates in zip(*rounds, strict=True)))


if __name__ == "__main__":
    {"sink": sink, "deliver": deliver}[sys.argv[1]]()
