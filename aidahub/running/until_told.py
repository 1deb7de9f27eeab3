"""Runs something until a signal ends it, and says in one sentence why it could not."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from types import FrameType

from aidahub.running.tether import tie
from aidahub.running.trouble import CannotStart

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Stop(BaseException):
    """Somebody asked the site to end."""


def stop(_number: int, _frame: FrameType | None) -> None:
    """Signal handler: end in good order; a second signal is not listened to, since the first is being obeyed."""
    for number in SIGNALS:
        signal.signal(number, signal.SIG_IGN)
    raise Stop


def until_told(run: Callable[[], None]) -> int:
    """Call `run` until SIGINT, SIGTERM or SIGHUP comes; the exit code.

    With `--with-parent` on the command line it also ends when the process that started it does.

    Returns:
        0 when told to stop, 1 when it could not start or broke down, after one sentence that says why.
    """
    for number in SIGNALS:
        signal.signal(number, stop)
    try:
        if "--with-parent" in sys.argv:
            tie(os.getppid(), signal.SIGTERM)
        run()
    except Stop:
        print("\nStopped.", flush=True)
        return 0
    except (CannotStart, OSError) as problem:
        print(problem, file=sys.stderr, flush=True)
        return 1
    except ImportError as problem:
        if not isinstance(problem, ModuleNotFoundError) and ".so" not in str(problem):
            raise  # a fault of the program, which nobody mends by installing something
        print(f"Something is not installed ({problem}): install that library, or remove .venv.", file=sys.stderr)
        return 1
    return 0
