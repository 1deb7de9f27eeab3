"""The trial site: which programs it is made of, and what a person is told about it."""

from __future__ import annotations

import os
import socket
import tempfile
import time
from pathlib import Path

from aidahub.environment import Environment, WrongSetting
from aidahub.running.broker import LONGEST_SOCKET_PATH, broker, embedded, wait_for_socket
from aidahub.running.doors import number_of_port, open_door, wait_for_page
from aidahub.running.processes import Family, Program
from aidahub.running.programs import BEAT, WEB, WORKER
from aidahub.running.trouble import CannotStart


def run() -> None:
    """Start everything, say where it is, and watch over it for ever.

    Raises:
        CannotStart: with one sentence, when something is missing, taken or broken.
    """
    door = open_door(number_of_port(os.environ.get("PORT", "8000"), "make run"), "make run")
    family = Family(configure(door))
    with door, tempfile.TemporaryDirectory(prefix="aidahub-") as spare:
        family.claim(os.environ["BASE_URL"])
        try:
            print(greeting(start(family, door, Path(spare))), flush=True)
            while True:
                family.check()
                time.sleep(0.5)
        finally:
            family.end()


def configure(door: socket.socket) -> Path:
    """Set the environment of the trial site, for this process and those it starts; the folder for pid files and logs.

    Raises:
        CannotStart: when a variable is wrong or the folder cannot be written.
    """
    os.environ.setdefault("BASE_URL", f"http://127.0.0.1:{door.getsockname()[1]}")
    os.environ |= {"DEMO": "yes", "DJANGO_SETTINGS_MODULE": "aidahub.settings", "BIND": f"fd://{door.fileno()}"}
    try:
        env = Environment()
        var = env.folder("VAR_DIR")
        var.mkdir(parents=True, exist_ok=True)
        if not os.access(var, os.W_OK | os.X_OK):
            raise CannotStart(f"The folder {var} cannot be written: make it yours, or set VAR_DIR to another one.")
        import django

        django.setup()
    except WrongSetting as problem:
        raise CannotStart(str(problem)) from problem
    return var / "run"


def start(family: Family, door: socket.socket, spare: Path) -> str:
    """Prepare the site, start the programs, and return once a page was really answered; the demo people's password."""
    from aidahub.demo.preparing import fill, password_of_people, prepare

    prepare(lambda text: print(text, flush=True))
    if not os.environ.get("BROKER_URL"):
        start_broker(family, spare)
    web = family.start(Program("web", WEB, fds=(door.fileno(),)))
    # While the web server gets ready, which takes as long as this.
    password = password_of_people()
    fill(password)
    wait_for_page(web, os.environ["BASE_URL"])
    family.start(Program("worker", [*WORKER, "--pool=solo", "--without-heartbeat"]))
    family.start(Program("clock", [*BEAT, f"--schedule={family.folder / 'schedule'}"]))
    return password


def start_broker(family: Family, spare: Path) -> None:
    """Start the embedded Valkey on a private socket, and point `BROKER_URL` at it.

    Raises:
        CannotStart: when there is none for this machine, or it does not start.
    """
    path = family.folder / "valkey.sock"
    if len(bytes(path)) > LONGEST_SOCKET_PATH:
        path = spare / "valkey.sock"
    path.unlink(missing_ok=True)
    valkey = family.start(broker("valkey", embedded(), path, family.folder))
    wait_for_socket(
        valkey,
        path,
        lambda: (
            f"Valkey did not start ({valkey.last_words()}): install the library it names, "
            "or set BROKER_URL to a Redis or Valkey of yours."
        ),
    )
    os.environ["BROKER_URL"] = f"redis+socket://{path}"


def greeting(password: str) -> str:
    """What the person at the keyboard needs to know."""
    from aidahub.demo.people import PEOPLE

    width = max(len(person.email) for person in PEOPLE)
    rows = "\n".join(f"    {person.email:<{width}}  {person.purpose}" for person in PEOPLE)
    return (
        f"\nAIDA Hub answers at {os.environ['BASE_URL']}\n\n"
        f"  Sign in as one of these, with the password {password}\n\n{rows}\n\n"
        "  Mail stays on this machine: hub@example.org reads it under /admin/outbox/mail/.\n"
        "  Ctrl-C ends the site.\n"
    )
