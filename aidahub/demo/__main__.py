"""`python -m aidahub.demo`: the trial site, from nothing to the address of a page that answers.

Starts an embedded Valkey, the web server, the worker and its clock; ends all of them on Ctrl-C and SIGTERM.
With `--with-parent` it also ends when the process that started it does.
"""

from __future__ import annotations

import os
import signal
import sys
from types import FrameType

from aidahub.demo.trouble import CannotStart


class Stop(BaseException):
    """Somebody asked the site to end."""


def stop(_number: int, _frame: FrameType | None) -> None:
    """Signal handler: end in good order; a second signal is not listened to, since the first is being obeyed."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    raise Stop


def main() -> int:
    """Run the trial site until told to stop; 1 with one sentence when it cannot start or breaks down."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, stop)
    try:
        if "--with-parent" in sys.argv:
            from aidahub.demo.tether import tie

            tie(os.getppid(), signal.SIGTERM)
        from aidahub.demo.site import run

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


if __name__ == "__main__":
    sys.exit(main())
