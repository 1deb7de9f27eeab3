"""Delivering what is in the outbox: at least once, and almost always exactly once.

A mail is claimed by a conditional UPDATE with a lease, sent outside any transaction, and marked. Two senders never
hold the same claim, and sending is cut off long before the lease ends, so that no mail is sent twice by senders that
live. A sender that is killed leaves one claim behind; when its lease has run out, that mail is sent again, with the
same Message-ID.
"""

from __future__ import annotations

import smtplib
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from email.utils import format_datetime, formataddr
from threading import Timer
from time import monotonic
from typing import Any
from uuid import uuid4

import structlog
from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.db.models import F
from django.db.models.functions import Coalesce
from django.utils import timezone

from aidahub.faults import told
from aidahub.logs import SECRET_LINK, blot

from .forgetting import nothing_left
from .models import Mail

log = structlog.stdlib.get_logger("aidahub.outbox")

# How long after each failure the next try comes, in units of settings.OUTBOX_RETRY (10 s): 10 s, 30 s, 2 min, 10 min,
# 30 min, then every hour.
WAITS = (1, 3, 12, 60, 180, 360)
# One look into the outbox ends after so many mails or seconds, so that a worker that is to stop does not keep waiting.
BATCH = 100
BATCH_SECONDS = 30
# A recipient whom the server will not have is given up after this many tries, about 40 minutes: time enough to mend a
# server that refuses by mistake.
TRIES_WHEN_UNWANTED = 5


def deliver() -> int:
    """Send what is due over one connection, for at most half a minute, and say how many the mail server took.

    Without a mail server in the settings nothing is sent: the mails stay where they are.
    """
    if not settings.OUTBOX_EMAIL_BACKEND or not Mail.objects.due().exists():
        return 0
    connection = get_connection(settings.OUTBOX_EMAIL_BACKEND)
    sent, end = 0, monotonic() + BATCH_SECONDS
    try:
        for _turn in range(BATCH):
            # Connecting comes before claiming: it may take long, and the lease is for sending alone.
            if trouble := connect(connection):
                if mail := claim():
                    put_off(mail, trouble)
                break
            if monotonic() > end or not (mail := claim()):
                break
            sent += send(mail, connection)
    finally:
        hang_up(connection)
    return sent


def connect(connection: Any) -> Exception | None:
    """Open the connection unless it is open; the trouble, if there is any."""
    try:
        connection.open()
    except Exception as trouble:
        hang_up(connection)
        return trouble
    return None


def hang_up(connection: Any) -> None:
    """Close the connection, whatever state it is in."""
    try:
        connection.close()
    except (OSError, smtplib.SMTPException):
        connection.connection = None


def claim() -> Mail | None:
    """Take one mail that is due, for as long as the lease lasts; None when there is none.

    Codes for signing in go first: somebody is waiting for them.
    """
    token = str(uuid4())
    while True:
        chances = list(Mail.objects.due().order_by("-secret", "next_try_at", "pk").values_list("pk", flat=True)[:10])
        if not chances:
            return None
        for key in chances:
            now = timezone.now()
            # The condition is asked again as part of the writing: of two senders one gets 0 rows.
            if (
                Mail.objects.due()
                .filter(pk=key)
                .update(
                    status=Mail.Status.SENDING,
                    claim=token,
                    lease_until=now + timedelta(seconds=settings.OUTBOX_LEASE),
                    tries=F("tries") + 1,
                    tried_since=Coalesce("tried_since", now),
                )
            ):
                return Mail.objects.get(pk=key)


def send(mail: Mail, connection: Any) -> bool:
    """Send a claimed mail over an open connection and mark it; whether the mail server took it."""
    try:
        with cut_off(connection, settings.OUTBOX_LEASE / 2):
            taken = connection.send_messages([message_of(mail, connection)])
        if taken != 1:
            raise smtplib.SMTPException("The mail server was not asked.")
    except Exception as trouble:
        # Anything that goes wrong with one mail is kept with that mail, and never stands in the way of the others.
        hang_up(connection)
        put_off(mail, trouble)
        return False
    mark_sent(mail)
    return True


@contextmanager
def cut_off(connection: Any, seconds: float) -> Iterator[None]:
    """Break the connection when what is done inside takes longer: the timeout of a socket counts each answer anew."""
    server = getattr(connection, "connection", None)
    timer = Timer(seconds, break_off, (getattr(server, "sock", None),))
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def break_off(sock: socket.socket | None) -> None:
    """End a socket's conversation, so that whoever waits for an answer gets an error."""
    if sock is not None:
        with suppress(OSError):
            sock.shutdown(socket.SHUT_RDWR)


def message_of(mail: Mail, connection: Any) -> EmailMultiAlternatives:
    """The mail as it goes to the server: the same each time."""
    message = EmailMultiAlternatives(
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


def mark_sent(mail: Mail) -> None:
    """Write down that the mail server took it, and forget the secrets in it."""
    texts = texts_after(mail) or {"text": unlinked(mail.text), "html": unlinked(mail.html)}
    Mail.objects.filter(pk=mail.pk, claim=mail.claim).update(
        status=Mail.Status.SENT, sent_at=timezone.now(), lease_until=None, claim="", **{"last_error": "", **texts}
    )
    log.info("mail sent", **told_of(mail))


def texts_after(mail: Mail) -> dict[str, Any]:
    """What is emptied of a mail as soon as nobody tries to send it any more; nothing of most."""
    if mail.kind == Mail.FAREWELL:
        return nothing_left(mail)
    return {"text": "", "html": ""} if mail.secret else {}


def unlinked(text: str) -> str:
    """`text` without the secret parts of links that open a door to whoever reads them."""
    return SECRET_LINK.sub(r"/\1/…/", text)


def put_off(mail: Mail, trouble: Exception) -> None:
    """Write down what went wrong and when to try again, or that it is given up."""
    now = timezone.now()
    given_up = is_over(mail, trouble)
    wait = WAITS[min(mail.tries, len(WAITS)) - 1] * settings.OUTBOX_RETRY
    Mail.objects.filter(pk=mail.pk, claim=mail.claim).update(
        status=Mail.Status.FAILED if given_up else Mail.Status.WAITING,
        next_try_at=now + timedelta(seconds=wait),
        lease_until=None,
        claim="",
        **{"last_error": describe(trouble), **(texts_after(mail) if given_up else {})},
    )
    report = log.error if given_up else log.warning
    report("mail given up" if given_up else "mail put off", why=told(trouble), **told_of(mail))


def told_of(mail: Mail) -> dict[str, str | int]:
    """What the log says of a mail: which one it is and in which request it was written; nothing of what it says."""
    return {"kind": mail.kind, "about": mail.about, "tries": mail.tries, "request_id": mail.request_id}


def is_over(mail: Mail, trouble: Exception) -> bool:
    """Whether there is no use in trying again: three days have gone by, or the server does not know the recipient."""
    if unwanted(trouble) and mail.tries >= TRIES_WHEN_UNWANTED:
        return True
    return timezone.now() - (mail.tried_since or timezone.now()) >= Mail.GIVE_UP_AFTER


def unwanted(trouble: Exception) -> bool:
    """Whether the server refused the recipient for good (RFC 5321, section 4.2.1: a code of 500 or more)."""
    if not isinstance(trouble, smtplib.SMTPRecipientsRefused):
        return False
    return all(code >= 500 for code, _answer in trouble.recipients.values())


def describe(trouble: Exception) -> str:
    """What went wrong, for hub staff: the server's own words where it said any."""
    if isinstance(trouble, smtplib.SMTPRecipientsRefused):
        answers = [f"{code} {_words(answer)}" for code, answer in trouble.recipients.values()]
        return "; ".join(answers)[:1000]
    if isinstance(trouble, smtplib.SMTPResponseException):
        return f"{trouble.smtp_code} {_words(trouble.smtp_error)}"[:1000]
    return blot(f"{type(trouble).__name__}: {trouble}")[:1000]


def _words(answer: bytes | str) -> str:
    return answer.decode(errors="replace") if isinstance(answer, bytes) else answer
