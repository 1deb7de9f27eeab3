"""nginx before the site, really run with its files: what it passes on, what it keeps back, what it writes down."""

from __future__ import annotations

import http.client
import http.server
import json
import socket
import socketserver
import ssl
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from aidahub.environment import ROOT
from aidahub.stack.nginx import configuration
from aidahub.variables import BY_NAME
from tests.support.installed import need
from tests.support.processes import Process, wait_until

RULES = ROOT / "deploy" / "nginx"
NAME = "hub.example.org"
MAIN = """
daemon off;
pid {folder}/pid;
{user}
error_log stderr warn;
events {{ }}
http {{
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    include {folder}/one-server.conf;
}}
"""


class Upstream(socketserver.ThreadingMixIn, socketserver.UnixStreamServer):
    """In place of the site: answers with what it was asked."""

    daemon_threads = True


class Mirror(http.server.BaseHTTPRequestHandler):
    """Tells what came."""

    def address_string(self) -> str:
        return "nginx"

    def log_message(self, *args: Any) -> None:
        """Say nothing."""

    def do_GET(self) -> None:
        body = json.dumps({name.lower(): value for name, value in self.headers.items()}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


def free_ports(number: int) -> list[int]:
    doors = [socket.create_server(("127.0.0.1", 0)) for _ in range(number)]
    ports = [int(door.getsockname()[1]) for door in doors]
    for door in doors:
        door.close()
    return ports


def localised(folder: Path, plain: int, tls: int) -> None:
    """Copies of the files of `deploy/nginx` that listen and write within this test."""
    changes = {  # in this order
        " /tmp/": f" {folder}/",
        "/etc/aidahub/tls": str(folder),
        "/var/log/nginx": str(folder),
        "/run/aidahub-web/web.sock": str(folder / "web.sock"),
        "/etc/nginx/aidahub": str(folder),
        "127.0.0.11 ": "127.0.0.1 ",
        "listen 80": f"listen 127.0.0.1:{plain}",
        "listen 443": f"listen 127.0.0.1:{tls}",
        " resolve ": " ",  # nginx older than 1.27.3 does not know it
        "web:8000": "127.0.0.1:8000",
    }
    for path in RULES.iterdir():
        lines = [line for line in path.read_text().splitlines() if "listen [::]" not in line]
        text = "\n".join(lines) + "\n"
        for before, after in changes.items():
            text = text.replace(before, after)
        (folder / path.name).write_text(text)
    command = ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "1"]
    files = ["-subj", f"/CN={NAME}", "-keyout", str(folder / "privkey.pem"), "-out", str(folder / "fullchain.pem")]
    subprocess.run([need("openssl", "openssl"), *command, *files], check=True, capture_output=True)


class Gate:
    """A running nginx."""

    def __init__(self, folder: Path) -> None:
        """Start it with the files for a server of one's own."""
        self.folder = folder
        self.plain, self.tls = free_ports(2)
        localised(folder, self.plain, self.tls)
        user = "user root root;" if Path("/proc/self").stat().st_uid == 0 else ""
        (folder / "nginx.conf").write_text(MAIN.format(folder=folder, user=user))
        command = [need("nginx", "nginx-light"), "-p", str(folder), "-c", str(folder / "nginx.conf")]
        self.process = Process(command, log=folder / "output.log", env={})
        self.process.wait_for(self.open, "nginx listened")

    def open(self) -> bool:
        with socket.socket() as door:
            return door.connect_ex(("127.0.0.1", self.tls)) == 0

    def ask(
        self, path: str = "/", *, secure: bool = True, host: str = NAME, method: str = "GET", **headers: str
    ) -> tuple[int, dict[str, str], bytes]:
        """What it answers: status, headers, body."""
        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        raw = socket.create_connection(("127.0.0.1", self.tls if secure else self.plain), timeout=20)
        connection = http.client.HTTPConnection(host)
        connection.sock = context.wrap_socket(raw, server_hostname=host) if secure else raw
        try:
            connection.request(method, path, headers={name.replace("_", "-"): value for name, value in headers.items()})
            answer = connection.getresponse()
            return answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read()
        finally:
            connection.close()


@pytest.fixture(scope="module")
def folder(socket_folder: Path) -> Path:
    """For everything that nginx reads and writes, with a short path."""
    path = socket_folder / "nginx"
    path.mkdir()
    return path


@pytest.fixture(scope="module")
def gate(folder: Path) -> Iterator[Gate]:
    """nginx before a mirror."""
    need("nginx", "nginx-light")
    server = Upstream(str(folder / "web.sock"), Mirror)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    gate = Gate(folder)
    yield gate
    gate.process.stop()
    server.shutdown()
    server.server_close()


def test_the_site_is_told_who_asks_and_nothing_that_they_made_up(gate: Gate) -> None:
    status, _, body = gate.ask(X_Forwarded_For="10.1.2.3", X_Forwarded_Proto="http", X_Request_ID="chosen")
    told = json.loads(body)
    assert status == 200
    assert told["host"] == NAME
    assert told["x-forwarded-for"] == "127.0.0.1"
    assert told["x-forwarded-proto"] == "https"
    assert len(told["x-request-id"]) == 32


def test_http_leads_to_https_under_the_sites_own_name(gate: Gate) -> None:
    status, headers, _ = gate.ask("/invitations/abc?x=1", secure=False)
    assert (status, headers["location"]) == (301, f"https://{NAME}/invitations/abc?x=1")


def test_other_names_are_not_answered(gate: Gate) -> None:
    with pytest.raises(http.client.RemoteDisconnected):
        gate.ask(secure=False, host="evil.example.org")
    with pytest.raises(ssl.SSLError):
        gate.ask(host="evil.example.org")


def test_the_operators_figures_are_nobodys(gate: Gate) -> None:
    for path in ("/prometheus", "/prometheus/", "/prometheus?x", "//prometheus", "/x/../prometheus", "/%70rometheus"):
        assert gate.ask(path)[0] == 404, path


def test_forms_with_files_pass_and_what_is_larger_does_not(gate: Gate) -> None:
    most = int(BY_NAME["REQUEST_FILES_MAX_MB"].default) * 1024 * 1024
    too_much = 65 * 1024 * 1024
    status, headers, page = gate.ask(Content_Length=str(too_much))
    assert (status, headers["cache-control"]) == (413, "no-store")
    assert b"Nothing was changed. Go back in your browser" in page
    assert "Inget har ändrats.".encode() in page
    assert b"nginx" not in page
    limit = (RULES / "site.conf").read_text().split("client_max_body_size ")[1].split("m;")[0]
    assert most < int(limit) * 1024 * 1024 < too_much


def test_neither_people_nor_pages_are_written_down(gate: Gate) -> None:
    secret = "5ecret-of-an-invitation"
    gate.ask(f"/invitations/{secret}?name=Berg", Referer=f"https://{NAME}/{secret}", User_Agent="Berg's browser")
    gate.ask(f"/invitations/{secret}?name=Berg", secure=False)
    gate.ask(f"/{secret}", Content_Length=str(65 * 1024 * 1024))
    here = (gate.folder / "web.sock").rename(gate.folder / "gone")
    try:
        assert gate.ask(f"/invitations/{secret}?name=Berg")[0] == 503
    finally:
        here.rename(gate.folder / "web.sock")
    wait_until(lambda: " 503 " in (gate.folder / "access.log").read_text(), what="the entry")
    written = "".join(path.read_text() for path in gate.folder.glob("*.log"))
    for word in (secret, "Berg", "127.0.0.1", "invitations"):
        assert word not in written
    assert written.count(" GET ") >= 4


@pytest.mark.parametrize("file", ["compose.conf", "stack"])
def test_nginx_takes_the_other_files(file: str, tmp_path: Path) -> None:
    program = need("nginx", "nginx-light")
    localised(tmp_path, *free_ports(2))
    if file == "stack":
        (tmp_path / file).write_text(configuration(tmp_path, free_ports(1)[0], [tmp_path / "a.sock"]))
    result = subprocess.run(
        [program, "-t", "-p", str(tmp_path), "-c", str(tmp_path / file)], capture_output=True, text=True
    )
    assert result.returncode == 0, result.stderr
    assert "[warn]" not in result.stderr


def test_every_log_of_nginx_has_our_form() -> None:
    for path in RULES.iterdir():
        for line in path.read_text().splitlines():
            if line.strip().startswith("access_log "):
                assert line.strip().endswith((" aidahub;", " off;")), f"{path.name}: {line}"
