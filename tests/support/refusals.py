"""`python -m tests.support.refusals`: starts programs of the site that are expected to refuse, many in a short time.

Reads a JSON list of [module or file, arguments, variables] and writes one of [exit code, standard error]. What is
slow to import and reads no setting is imported once; each program then runs in a fork of that process, as its own
main program, and gets twenty seconds.
"""

from __future__ import annotations

import importlib
import json
import os
import runpy
import signal
import sys
import tempfile
from pathlib import Path


def start(program: str, arguments: list[str], variables: dict[str, str]) -> None:
    """Be that program."""
    os.environ |= variables
    sys.argv = [program, *arguments]
    signal.alarm(20)
    if program.endswith(".py"):
        runpy.run_path(program, run_name="__main__")
    else:
        runpy.run_module(program, run_name="__main__", alter_sys=True)


def as_interpreter(program: str, arguments: list[str], variables: dict[str, str]) -> int:
    """Be that program and end as Python would: its exit code."""
    try:
        start(program, arguments, variables)
    except SystemExit as ended:
        if ended.code is None or isinstance(ended.code, int):
            return ended.code or 0
        print(ended.code, file=sys.stderr)
        return 1
    except BaseException:
        sys.excepthook(*sys.exc_info())
        return 1
    return 0


def outcome(program: str, arguments: list[str], variables: dict[str, str]) -> tuple[int, str]:
    """Its exit code and what it wrote to standard error."""
    with tempfile.NamedTemporaryFile() as file:
        if (child := os.fork()) == 0:
            os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
            os.dup2(file.fileno(), 2)
            code = as_interpreter(program, arguments, variables)
            sys.stderr.flush()
            os._exit(code)
        code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        return code, Path(file.name).read_text()


def main() -> None:
    """Start them one after the other."""
    for module in ("celery.bin.celery", "celery.bin.worker", "django.core.management", "gunicorn.app.wsgiapp"):
        importlib.import_module(module)
    jobs = json.load(sys.stdin)
    json.dump([outcome(*job) for job in jobs], sys.stdout)


if __name__ == "__main__":
    main()
