"""A load generator: a few keep-alive connections that ask for one page as fast as they get it."""

from __future__ import annotations

import http.client
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

TIMEOUT = 30


@dataclass(frozen=True)
class Target:
    """One address, and the cookie of whoever asks for it."""

    path: str
    cookie: str = ""


@dataclass
class Seen:
    """What was measured of one address: milliseconds of single requests, and requests per second of each round."""

    alone: list[float] = field(default_factory=list)
    rates: list[float] = field(default_factory=list)


class WrongAnswer(Exception):
    """The server did not answer 200, so that there is nothing to measure."""


def ask(connection: http.client.HTTPConnection, target: Target) -> int:
    """Ask once over a connection that stays open; the number of bytes of the page.

    Raises:
        WrongAnswer: for anything but 200.
    """
    connection.request("GET", target.path, headers={"Cookie": target.cookie} if target.cookie else {})
    answer = connection.getresponse()
    body = answer.read()
    if answer.status != 200:
        raise WrongAnswer(f"{target.path} answered {answer.status}.")
    return len(body)


def connect(port: int) -> http.client.HTTPConnection:
    """A connection to the server on this machine."""
    return http.client.HTTPConnection("127.0.0.1", port, timeout=TIMEOUT)


def one_by_one(port: int, target: Target, times: int) -> list[float]:
    """Ask `times` times over one connection; the milliseconds of each, the first and unmeasured one left out."""
    connection = connect(port)
    ask(connection, target)
    taken = []
    for _ in range(times):
        began = time.perf_counter()
        ask(connection, target)
        taken.append((time.perf_counter() - began) * 1000)
    connection.close()
    return taken


def together(port: int, target: Target, connections: int, seconds: float, most: int) -> float:
    """Ask over several connections at once, until the time is over or `most` answers came; answers per second."""
    start = threading.Barrier(connections)

    def one() -> tuple[int, float, float]:
        connection = connect(port)
        ask(connection, target)
        start.wait(TIMEOUT)
        began, number = time.perf_counter(), 0
        while number < most / connections and time.perf_counter() < began + seconds:
            ask(connection, target)
            number += 1
        ended = time.perf_counter()
        connection.close()
        return number, began, ended

    with ThreadPoolExecutor(connections) as pool:
        done = [future.result() for future in [pool.submit(one) for _ in range(connections)]]
    return sum(number for number, _, _ in done) / (max(end for *_, end in done) - min(begin for _, begin, _ in done))


def in_rounds(
    port: int,
    targets: list[Target],
    *,
    rounds: int,
    seconds: float,
    connections: int,
    say: Callable[[str], None],
) -> list[Seen]:
    """Measure all targets in each round, in turns forwards and backwards, so that a noisy moment hits them alike."""
    seen = [Seen() for _ in targets]
    for number in range(rounds):
        pairs = list(zip(targets, seen, strict=True))
        for target, result in pairs if number % 2 == 0 else reversed(pairs):
            result.alone += one_by_one(port, target, 20)
            result.rates.append(together(port, target, connections, seconds, most=5000))
        say(f"round {number + 1} of {rounds}")
    return seen
