"""nginx before two web processes on loopback, with the rules that `deploy/nginx` has for every site."""

from __future__ import annotations

import os
import shutil
import signal
import string
from pathlib import Path

from aidahub.environment import ROOT
from aidahub.running.processes import Program
from aidahub.running.trouble import CannotStart

MISSING = "nginx is not installed; on Debian and Ubuntu: apt-get install nginx-light"
RULES = ROOT / "deploy" / "nginx"
SCRATCH = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
MAIN = string.Template("""\
# Written by `make stack` at each start.
$user
daemon off;
worker_processes 1;
pid "$folder/nginx.pid";
error_log stderr warn;
events { worker_connections 1024; }
http {
    include "$rules/http.conf";
    access_log "$log" aidahub;
$scratch
    upstream aidahub {
$servers
    }
    server {
        listen 127.0.0.1:$port;
        include "$rules/site.conf";
    }
}
""")


def find_nginx(places: str = "") -> str:
    """The path of the installed nginx.

    Args:
        places: where to look; by default PATH, and where Debian has it, which is not in everybody's PATH.

    Raises:
        CannotStart: when there is none.
    """
    if found := shutil.which("nginx", path=places or f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin:/sbin"):
        return found
    raise CannotStart(MISSING)


def configuration(folder: Path, port: int, sockets: list[Path]) -> str:
    """What nginx reads.

    Args:
        folder: where it may write.
        port: on loopback, where it listens.
        sockets: of the web processes.
    """
    # One that is away refuses at once, so there is no need to leave it alone for a while.
    servers = "\n".join(f'        server "unix:{path}" max_fails=0;' for path in sockets)
    scratch = "\n".join(f'    {name}_temp_path "{folder / name}";' for name in SCRATCH)
    return MAIN.substitute(
        user="user root root;" if os.geteuid() == 0 else "",
        folder=folder,
        log=folder / "access.log",
        scratch=scratch,
        rules=RULES,
        servers=servers,
        port=port,
    )


def nginx(folder: Path, port: int, sockets: list[Path]) -> Program:
    """nginx, to be started; its configuration is written into `folder`.

    Raises:
        CannotStart: when it is not installed.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    file = folder / "nginx.conf"
    file.write_text(configuration(folder, port, sockets))
    # SIGTERM also when nobody is left to end it: its workers would outlive a killed master.
    return Program("nginx", [find_nginx(), "-p", str(folder), "-c", str(file)], orphaned=signal.SIGTERM)
