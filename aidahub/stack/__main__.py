"""`python -m aidahub.stack`: the programs of production on loopback, until Ctrl-C or SIGTERM.

A program that ends is started again after a moment. With `--with-parent` it also ends when the process that started
it does.
"""

from __future__ import annotations

import os
import sys
import time

from aidahub.running.trouble import CannotStart
from aidahub.running.until_told import until_told

# What the stack decides itself, whatever the environment says.
DECIDED = {"DATABASE_URL", "DATABASE_URL_FILE", "BROKER_URL", "BROKER_URL_FILE", "BASE_URL", "BIND", "VAR_DIR", "DEMO"}


def run() -> None:
    """Start everything, say where it is, and start again what ends, for ever.

    Raises:
        CannotStart: with one sentence, when something is missing, taken, wrong or broken.
    """
    from aidahub.environment import NAMES, Environment
    from aidahub.running.doors import number_of_port
    from aidahub.stack.whole import Stack

    port = number_of_port(os.environ.get("PORT", "8000"), "make stack")
    environment = {name: os.environ[name] for name in NAMES - DECIDED if name in os.environ}
    stack = Stack(Environment().folder("VAR_DIR") / "stack", port, environment, lambda text: print(text, flush=True))
    read_settings(stack.environment)
    stack.start()
    try:
        print(greeting(), flush=True)
        while True:
            for name in stack.revive():
                print(f"{name} had ended and was started again; {stack.log(name)} may say why.", flush=True)
            time.sleep(0.5)
    finally:
        stack.stop()


def read_settings(environment: dict[str, str]) -> None:
    """Read the site's settings, so that a wrong one is said before anything is made.

    Raises:
        CannotStart: with one sentence that names the setting.
    """
    os.environ.clear()  # what the stack decides itself is not read from the operator's own
    os.environ |= environment
    import django

    from aidahub.environment import WrongSetting

    try:
        django.setup()
    except WrongSetting as problem:
        raise CannotStart(str(problem)) from None


def greeting() -> str:
    """What the person at the keyboard needs to know."""
    from aidahub.demo import site
    from aidahub.demo.preparing import password_of_people

    return site.greeting(password_of_people())


if __name__ == "__main__":
    sys.exit(until_told(run))
