"""What programs leave behind, and how it is ended: each is remembered in a file NAME.pid as long as it runs.

    python leftovers.py FOLDER

As a program of its own it waits until its standard input ends, which happens when the process that holds the other
end is gone, however that came, and then ends every program that FOLDER remembers. Uses the standard library only.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

PATIENCE = 8  # seconds that a program gets to end by itself


def started_at(pid: int) -> str:
    """When the process `pid` started, in the system's own words; empty when there is none.

    A process id is used again sooner or later, an id together with a start is not.
    """
    stat = Path(f"/proc/{pid}/stat")
    with contextlib.suppress(OSError):
        return stat.read_text().rpartition(")")[2].split()[19]
    if Path("/proc/self/stat").exists():
        return ""
    answer = subprocess.run(["ps", "-o", "lstart=", "-p", str(pid)], capture_output=True, text=True, check=False)
    return answer.stdout.strip()


def end_leftovers(folder: Path) -> None:
    """End the programs that the pid files in `folder` remember, if they are really those, and remove the files."""
    left = {memory: remembered(memory) for memory in folder.glob("*.pid")}
    for pid, started, ending in left.values():
        if started and started_at(pid) == started:
            signal_one(pid, ending)
    end = time.monotonic() + PATIENCE
    for memory, (pid, started, _) in left.items():
        while started and started_at(pid) == started and time.monotonic() < end:
            time.sleep(0.05)
        # A number is not used again while a group has it: where nobody has it, what is left of the group is ours.
        if started and started_at(pid) in {started, ""}:
            signal_group(pid, signal.SIGKILL)
        memory.unlink(missing_ok=True)


def remembered(memory: Path) -> tuple[int, str, int]:
    """What a pid file remembers: process id, its start, and the signal that ends it; an empty start for nothing."""
    try:
        left = json.loads(memory.read_text())
        return int(left["pid"]), str(left["started"]), int(left.get("ending", signal.SIGTERM))
    except (OSError, ValueError, KeyError, TypeError):
        return 0, "", 0


def family_of(leader: int) -> list[int]:
    """The ids of the processes that the process `leader` leads or has started, its own first; empty when it is gone.

    A program may give its children groups of their own, as PostgreSQL does.
    """
    parents, groups = {}, {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            state, parent, group = stat.read_text().rpartition(")")[2].split()[:3]
            if state != "Z":
                parents[int(stat.parent.name)], groups[int(stat.parent.name)] = int(parent), int(group)
    found = {pid for pid, group in groups.items() if group == leader}
    while more := {pid for pid, parent in parents.items() if parent in found} - found:
        found |= more
    return sorted(found, key=lambda pid: (pid != leader, pid))


def signal_one(pid: int, number: int) -> None:
    """Send a signal to one process, if there still is one."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.kill(pid, number)


def signal_group(pid: int, number: int) -> None:
    """Send a signal to the group that the process `pid` leads, if there still is one."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, number)


def main() -> None:
    """Wait until nobody holds the other end, then clear up."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    sys.stdin.buffer.read()
    end_leftovers(Path(sys.argv[1]))


if __name__ == "__main__":
    main()
