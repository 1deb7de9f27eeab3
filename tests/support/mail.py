"""A real SMTP server that collects what it is sent, and misbehaves when told to."""

from __future__ import annotations

import asyncio
import email
import email.policy
import logging
import socket
import threading
from dataclasses import dataclass
from email.message import EmailMessage
from typing import Any

from aiosmtpd.smtp import SMTP, Envelope, Session

from tests.support.processes import wait_until


@dataclass(frozen=True)
class Received:
    """One mail that the server answered with 250."""

    sender: str
    recipients: tuple[str, ...]
    message: EmailMessage

    @property
    def subject(self) -> str:
        """Its subject."""
        return str(self.message["Subject"])

    @property
    def message_id(self) -> str:
        """Its Message-ID."""
        return str(self.message["Message-ID"])

    @property
    def text(self) -> str:
        """Its plain text."""
        body = self.message.get_body(("plain",))
        assert body is not None
        return str(body.get_content())

    @property
    def html(self) -> str:
        """Its HTML, empty when it has none."""
        body = self.message.get_body(("html",))
        return str(body.get_content()) if body else ""


class MailServer:
    """Listens on loopback. `messages` are what it took; `refuse`, `drop` and `slow` set what it does next.

    `after_data` may be set to a function that is called when a mail is complete, before the answer. While `answer` is
    set, every mail gets that answer; while `hangs_up`, every mail is taken whole and not answered. `unheard` counts the
    mails that were taken and whose sender cannot have read the answer any more.
    """

    def __init__(self) -> None:
        """Start listening on a free port."""
        logging.getLogger("mail.log").setLevel(logging.ERROR)
        self.messages: list[Received] = []
        self.attempts = 0
        self.refusals: list[str] = []
        self.unwanted: dict[str, str] = {}
        self.drops = 0
        self.delay = 0.0
        self.answer = ""
        self.hangs_up = False
        self.unheard = 0
        self.after_data: Any = None
        self.door = socket.create_server(("127.0.0.1", 0))
        self.port: int = self.door.getsockname()[1]
        self.url = f"smtp://127.0.0.1:{self.port}"
        self.loop = asyncio.new_event_loop()
        self.thread = threading.Thread(target=self._serve, daemon=True)
        self.thread.start()

    def _serve(self) -> None:
        asyncio.set_event_loop(self.loop)
        self.loop.run_until_complete(self._listen())
        self.loop.run_forever()

    async def _listen(self) -> None:
        self.server = await self.loop.create_server(lambda: SMTP(self, loop=self.loop), sock=self.door)

    def shut(self) -> None:
        """Refuse connections until `open`."""
        self.loop.call_soon_threadsafe(self.server.close)

    def open(self) -> None:
        """Listen again, at the same port."""
        self.door = socket.create_server(("127.0.0.1", self.port))
        asyncio.run_coroutine_threadsafe(self._listen(), self.loop).result(5)

    def close(self) -> None:
        """Stop listening."""
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join(5)
        self.door.close()

    def reset(self) -> None:
        """Forget the mails and behave well again."""
        self.messages.clear()
        self.refusals.clear()
        self.unwanted.clear()
        self.attempts, self.drops, self.delay, self.after_data = 0, 0, 0.0, None
        self.answer, self.hangs_up, self.unheard = "", False, 0

    def refuse(self, times: int, answer: str = "451 4.3.0 Try again later") -> None:
        """Refuse the next `times` mails with `answer`."""
        self.refusals += [answer] * times

    def refuse_recipient(self, address: str, answer: str = "550 5.1.1 No such person here") -> None:
        """Refuse every mail to `address` with `answer`."""
        self.unwanted[address] = answer

    def drop(self, times: int) -> None:
        """Take the next `times` mails whole, and hang up instead of answering."""
        self.drops += times

    def slow(self, seconds: float) -> None:
        """Wait so long before each answer to a mail."""
        self.delay = seconds

    def to(self, address: str) -> list[Received]:
        """The mails that went to `address`."""
        return [mail for mail in self.messages if address in mail.recipients]

    def wait_for(self, count: int, *, seconds: float = 20) -> list[Received]:
        """The mails, once there are `count` of them or more."""
        wait_until(lambda: len(self.messages) >= count, seconds=seconds, what=f"mail number {count}")
        return list(self.messages)

    async def handle_RCPT(  # noqa: N802  the name that aiosmtpd calls
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        """Take or refuse a recipient."""
        if address in self.unwanted:
            return self.unwanted[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        """Take, refuse or drop a complete mail."""
        self.attempts += 1
        if self.delay:
            await asyncio.sleep(self.delay)
        if self.refusals:
            return self.refusals.pop(0)
        if self.answer:
            return self.answer
        assert isinstance(envelope.content, bytes)
        message = email.message_from_bytes(envelope.content.replace(b"\r\n", b"\n"), policy=email.policy.default)
        assert isinstance(message, EmailMessage)
        self.messages.append(Received(envelope.mail_from or "", tuple(envelope.rcpt_tos), message))
        if self.after_data:
            self.after_data()
        if self.drops or self.hangs_up:
            self.drops = max(self.drops - 1, 0)
            assert isinstance(server.transport, asyncio.Transport)
            server.transport.abort()
        if server.transport is None or server.transport.is_closing():
            self.unheard += 1
        return "250 OK"
