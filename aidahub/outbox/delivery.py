"""Delivering what is in the outbox: at least once, and almost always exactly once.

A mail is claimed with a lease, sent outside any transaction, and marked, in the transaction that claims the next one.
Two senders never hold the same claim, and sending is cut off long before the lease ends, so that no mail is sent twice
by senders that live. A sender that is killed leaves one claim behind; when its lease has run out, that mail is sent
again, with the same Message-ID.
"""

from __future__ import annotations

import smtplib
from datetime import timedelta
from time import monotonic
from typing import Any

import structlog
from django.conf import settings
from django.core.mail import get_connection
from django.db import transaction
from django.utils import timezone

from aidahub.faults import told
from aidahub.logs import SECRET_LINK, blot

from .building import hand_over
from .claiming import claimed, mark_as_sent, orphaned, ready
from .forgetting import nothing_left
from .models import Mail
from .patience import Patience

log = structlog.stdlib.get_logger("aidahub.outbox")

# How long after each failure the next try comes, in units of settings.OUTBOX_RETRY (10 s): 10 s, 30 s, 2 min, 10 min,
# 30 min, then every hour.
WAITS = (1, 3, 12, 60, 180, 360)
# One look into the outbox ends after so many seconds, so that a worker that is to stop does not keep waiting.
LOOK_SECONDS = 30
# A recipient whom the server will not have is given up after this many tries, about 40 minutes: time enough to mend a
# server that refuses by mistake.
TRIES_WHEN_UNWANTED = 5


def deliver() -> int:
    """Send what is due over one connection, for at most half a minute, and say how many the mail server took.

    Without a mail server in the settings nothing is sent: the mails stay where they are.
    """
    # Two questions, each answered by an index: for both at once SQLite would read every mail that was ever written.
    if not settings.OUTBOX_EMAIL_BACKEND or not (Mail.objects.ready().exists() or Mail.objects.orphaned().exists()):
        return 0
    connection = get_connection(settings.OUTBOX_EMAIL_BACKEND)
    patience = Patience(settings.OUTBOX_LEASE / 2)
    sent, end = 0, monotonic() + LOOK_SECONDS
    try:
        mail = first_of(connection)
        while mail:
            is_sent = send(mail, connection, patience)
            sent += is_sent
            go_on = monotonic() < end
            mail = settle(mail, go_on=go_on) if is_sent else None
            if go_on and not mail:
                mail = first_of(connection)
    finally:
        patience.close()
        hang_up(connection)
    return sent


def first_of(connection: Any) -> Mail | None:
    """Claim a mail to be sent over this connection; None when there is none, or no mail server."""
    # Connecting comes before claiming: it may take long, and the lease is for sending alone.
    trouble = connect(connection)
    mail = claim()
    if mail and trouble:
        put_off(mail, trouble)
        return None
    return mail


def settle(mail: Mail, *, go_on: bool) -> Mail | None:
    """Write down that a mail was sent and claim the next one in one transaction, which is half the work of two."""
    with transaction.atomic():
        mark_sent(mail)
        return claim(fresh=True) if go_on else None


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


def claim(*, fresh: bool = False) -> Mail | None:
    """Take one mail that is due, for as long as the lease lasts; None when there is none.

    What a killed sender left goes first, then codes for signing in: somebody is waiting for them. Of two senders each
    gets a mail of its own: on PostgreSQL what another one is claiming is passed over, on SQLite one writes at a time.

    Args:
        fresh: whether only new ones count.
    """
    with transaction.atomic(savepoint=False):
        left = None if fresh else claimed(orphaned)
        return left or claimed(ready)


def send(mail: Mail, connection: Any, patience: Patience) -> bool:
    """Send a claimed mail over an open connection; whether the mail server took it. One that it did not is put off."""
    server = getattr(connection, "connection", None)
    try:
        with patience.during(getattr(server, "sock", None)):
            hand_over(mail, connection)
    except Exception as trouble:
        # Anything that goes wrong with one mail is kept with that mail, and never stands in the way of the others.
        hang_up(connection)
        put_off(mail, trouble)
        return False
    return True


def mark_sent(mail: Mail) -> None:
    """Write down that the mail server took it, and forget the secrets in it."""
    if texts := texts_after(mail) or shorn(mail):
        Mail.objects.filter(pk=mail.pk, claim=mail.claim).update(**texts)
    mark_as_sent(mail)
    log.info("mail sent", **told_of(mail))


def texts_after(mail: Mail) -> dict[str, Any]:
    """What is emptied of a mail as soon as nobody tries to send it any more; nothing of most."""
    if mail.kind == Mail.FAREWELL:
        return nothing_left(mail)
    return {"text": "", "html": ""} if mail.secret else {}


def shorn(mail: Mail) -> dict[str, str]:
    """The texts of a mail that hold links which open a door, without their secret parts."""
    texts = {"text": mail.text, "html": mail.html}
    return {name: short for name, text in texts.items() if (short := unlinked(text)) != text}


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
