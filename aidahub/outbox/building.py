"""A mail as the bytes that go to the mail server: the same each time, and made without what takes long."""

from __future__ import annotations

import smtplib
from email.message import Message
from email.policy import Compat32
from email.utils import format_datetime, formataddr
from functools import lru_cache
from hashlib import sha256
from typing import Any

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.core.mail.message import sanitize_address

from .models import Mail

LONGEST_LINE = 78  # of a header, RFC 5322, section 2.1.1


class Quick(Compat32):
    """How headers are written: a plain one as it is, folded between its words where it is long."""

    def fold_binary(self, name: str, value: Any) -> bytes:
        """A header with its line end; other ones as always."""
        plain = type(value) is str and value.isascii() and value.isprintable()
        if plain and value == " ".join(value.split()):
            return (self.linesep.join(_lines(name, value)) + self.linesep).encode("ascii")
        return super().fold_binary(name, value)


def _lines(name: str, value: str) -> list[str]:
    """A header on lines that are no longer than they should be, if its words allow it."""
    lines = [f"{name}:"]
    for word in value.split(" "):
        if len(lines[-1]) + 1 + len(word) <= LONGEST_LINE or lines == [f"{name}:"]:
            lines[-1] += f" {word}"
        else:
            lines.append(f" {word}")
    return lines


QUICK = Quick()


class Built(EmailMultiAlternatives):
    """One of Django's messages, whose parts are parted by the same line each time."""

    def message(self, *how: Any, **which: Any) -> Any:
        """As Django's."""
        message: Message = super().message(*how, **which)
        message.policy = QUICK
        if message.is_multipart():
            digest = sha256(self.extra_headers["Message-ID"].encode()).hexdigest()
            message.set_boundary(f"={digest[:40]}=")
        return message


def message_of(mail: Mail, connection: Any) -> Built:
    """The mail as it goes to the server: the same each time."""
    message = Built(
        mail.subject,
        mail.text,
        settings.DEFAULT_FROM_EMAIL,
        [mail.recipient],
        connection=connection,
        reply_to=[formataddr((settings.HUB_NAME, settings.HUB_EMAIL))],
        headers={
            **mail.headers,
            "Message-ID": mail.message_id,
            "Date": format_datetime(mail.created_at),
            "Content-Language": mail.language,
            "Auto-Submitted": "auto-generated",
            "X-Auto-Response-Suppress": "OOF, AutoReply",
        },
    )
    if mail.html:
        message.attach_alternative(mail.html, "text/html")
    return message


def hand_over(mail: Mail, connection: Any) -> None:
    """Give a mail to the server over an open connection.

    Over SMTP it goes as by Django's own backend, which looks at every address for what only unusual ones have.

    Raises:
        Exception: whatever went wrong, when the server did not take it.
    """
    message, server = message_of(mail, connection), getattr(connection, "connection", None)
    if isinstance(server, smtplib.SMTP):
        content = message.message().as_bytes(linesep="\r\n")
        server.sendmail(_sender(settings.DEFAULT_FROM_EMAIL), [_envelope(mail.recipient)], content)
    elif connection.send_messages([message]) != 1:
        raise smtplib.SMTPException("The mail server was not asked.")


@lru_cache(maxsize=1)
def _sender(address: str) -> str:
    return sanitize_address(address, "utf-8")


def _envelope(address: str) -> str:
    """An address as SMTP takes it."""
    plain = address.isascii() and address.isprintable() and not set(address) & set('<>"(), ')
    return address if plain and address.count("@") == 1 else sanitize_address(address, "utf-8")
