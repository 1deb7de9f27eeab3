"""Asking the broker, with short patience: whether it answers, and how many tasks wait in it.

Pages never talk to the broker; probes and the operator's figures do, at most once in some seconds for each process,
and never wait longer than two seconds, whatever is wrong with it, its name or the way there.
"""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlencode, urlsplit

import redis
from celery import current_app
from django.conf import settings
from redis.backoff import NoBackoff
from redis.retry import Retry

PATIENCE = 1.0  # seconds for one answer of the broker
LONGEST = 1.8  # seconds that somebody waits here: to look up a name has no limit of its own
KEPT = 5.0  # seconds for which an answer stands


@dataclass(frozen=True)
class Answer:
    """What the broker said: whether it answers, and the number of tasks that nobody has taken yet."""

    answers: bool
    waiting: int = 0


class Asked:
    """The last answer of this process, and the one thread that asks for the next."""

    def __init__(self) -> None:
        """Nothing was asked yet."""
        self.lock = threading.Lock()
        self.answer = Answer(answers=False)
        self.until = 0.0
        self.thread: threading.Thread | None = None

    def ask(self) -> Answer:
        """What the broker says now, or said some seconds ago; no answer within two seconds is one, too."""
        with self.lock:
            if time.monotonic() < self.until:
                return self.answer
            if self.thread is None or not self.thread.is_alive():
                self.thread = threading.Thread(target=self.keep_answer, daemon=True)
                self.thread.start()
            thread = self.thread
        thread.join(LONGEST)
        return Answer(answers=False) if thread.is_alive() else self.answer

    def keep_answer(self) -> None:
        """Ask, and keep what was said."""
        self.answer = ask_now(settings.CELERY_BROKER_URL)
        self.until = time.monotonic() + KEPT

    def forget(self) -> None:
        """Ask anew next time."""
        self.until = 0.0


ASKED = Asked()


def ask_now(url: str) -> Answer:
    """Ask the broker at `url`, a value of BROKER_URL, for a sign of life and the length of the queue of tasks."""
    try:
        client = redis.Redis.from_url(
            address_for_client(url),
            socket_timeout=PATIENCE,
            socket_connect_timeout=PATIENCE,
            retry=Retry(NoBackoff(), 0),
        )
        with client:
            return Answer(answers=True, waiting=int(client.llen(current_app.conf.task_default_queue)))
    except (redis.RedisError, OSError, ValueError):
        return Answer(answers=False)


def address_for_client(url: str) -> str:
    """The address of a broker as redis-py writes it; Celery writes sockets and their databases otherwise."""
    parts = urlsplit(url)
    if parts.scheme != "redis+socket":
        return url
    query = [("db" if name == "virtual_host" else name, value) for name, value in parse_qsl(parts.query)]
    return f"unix://{parts.netloc}{parts.path}?{urlencode(query)}"
