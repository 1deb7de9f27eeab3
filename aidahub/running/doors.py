"""The doors of a site: a port that nobody else has, and a page that is really answered."""

from __future__ import annotations

import errno
import socket
import time
import urllib.error
import urllib.request

from aidahub.running.processes import Child
from aidahub.running.trouble import CannotStart

PATIENCE = 60  # seconds until a web server that does not get ready is given up


def number_of_port(text: str, command: str) -> int:
    """A port as somebody wrote it.

    Args:
        command: what they ran, for the sentence, as "make run".

    Raises:
        CannotStart: when it is no port.
    """
    if not text.isdecimal() or not 0 < int(text) < 65536:
        raise CannotStart(f"PORT is {text!r}: set it to a number from 1024 to 65535, as in `{command} PORT=8001`.")
    return int(text)


def open_door(port: int, command: str) -> socket.socket:
    """A socket bound to `port` of loopback, on which nobody is let in yet.

    Raises:
        CannotStart: when the port is taken or forbidden.
    """
    door = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        door.bind(("127.0.0.1", port))
    except OSError as problem:
        door.close()
        why = "is used by another program" if problem.errno == errno.EADDRINUSE else "may not be used"
        raise CannotStart(
            f"Port {port} {why}: stop that program, or choose another port with `{command} PORT=8001`."
        ) from None
    return door


def wait_for_page(web: Child, address: str) -> None:
    """Return once the site says that it is ready and its first page is there.

    Raises:
        CannotStart: when the web server ends, or the page is an error or does not come.
    """
    end = time.monotonic() + PATIENCE
    problem = "it does not answer"
    while web.running and time.monotonic() < end:
        try:
            for path in ("/readyz?for=web", "/"):
                urllib.request.urlopen(address + path, timeout=10).close()  # noqa: S310 # nosec B310 # our own
        except urllib.error.HTTPError as answer:
            problem = f"{answer.url} answers {answer.code}"
            if answer.code not in {502, 503, 504}:
                break
        except OSError:
            pass
        else:
            return
        time.sleep(0.05)
    raise CannotStart(f"The web server did not get ready ({problem}); see {web.log} for the reason.")
