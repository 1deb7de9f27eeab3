"""Starts a program that does not outlive the process that started it.

    python tether.py PARENT SIGNAL PROGRAM [ARGUMENT...]

PARENT is the id of the process to be tied to, SIGNAL the number of what to send when it is gone. On Linux the kernel
keeps the promise, whatever way the parent ended; elsewhere the next start clears up. Uses the standard library only.
"""

from __future__ import annotations

import ctypes
import os
import sys

PR_SET_PDEATHSIG = 1


def tie(parent: int, signal: int) -> None:
    """Have this process sent `signal` when its parent, which must be `parent`, ends."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal)
    if os.getppid() != parent:
        sys.exit("The process that wanted this one is gone.")


def tethered(command: list[str], signal: int) -> list[str]:
    """`command`, to be started by this process, so that it gets `signal` when this process ends."""
    return [sys.executable, "-S", __file__, str(os.getpid()), str(signal), *command]


if __name__ == "__main__":
    tie(int(sys.argv[1]), int(sys.argv[2]))
    os.execvp(sys.argv[3], sys.argv[3:])  # nosec B606 # the trial's own programs, by name, without a shell
