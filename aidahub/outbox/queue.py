"""Writing a mail into the outbox, in the transaction of what it tells."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from email.utils import parseaddr
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.crypto import salted_hmac

from aidahub.tracing import current_id

from .models import Mail
from .wording import clean_headers, lines, one_line

NOT_AN_ADDRESS = "This is not an e-mail address."


def queue(
    *,
    about: str,
    kind: str,
    recipient: str,
    subject: str,
    text: str,
    html: str = "",
    language: str = "en",
    headers: Mapping[str, str] | None = None,
    thread: str = "",
    secret: bool = False,
    not_before: datetime | None = None,
) -> Mail | None:
    """Write one mail to one address, once; it is sent after the caller's transaction has been committed.

    Args:
        about, kind: what it tells and which mail it is, as `AIDA-2026-00042/7` and `decide`: unique with `recipient`.
        recipient: one e-mail address. One that is none is kept as a mail that failed, for hub staff to see.
        subject, text, html, language: what it says; made harmless, the subject one line of at most 400 characters.
        headers, thread: further headers; and a reference by which mail programs put mails together.
        secret, not_before: whether its text signs somebody in, so is emptied once sent; the earliest time to send it.

    Returns the mail, or None when it had been written before.
    Raises ValueError when a name in `headers` is not the name of a header.
    """
    further = clean_headers(dict(headers or {})) | (thread_headers(thread) if thread else {})
    content: dict[str, Any] = {
        "subject": one_line(subject),
        "text": lines(text),
        "html": lines(html),
        "language": language,
    }
    content |= {"headers": further, "secret": secret, "next_try_at": not_before or timezone.now()}
    return _written_once(about, kind, one_line(recipient, 254), content)


def _written_once(about: str, kind: str, recipient: str, content: dict[str, Any]) -> Mail | None:
    """The mail, unless there is one about the same, of the same kind, to the same address."""
    usable = is_address(recipient)
    defaults = {
        **content,
        "request_id": current_id(),
        "message_id": message_id(about, kind, recipient),
        "status": Mail.Status.WAITING if usable else Mail.Status.FAILED,
        "last_error": "" if usable else NOT_AN_ADDRESS,
    }
    written = Mail.objects.filter(
        about=about, kind=kind, recipient__in=(recipient, digest_of(about, kind, recipient))
    )  # an emptied one has the digest
    if written.exists():
        return None
    try:
        with transaction.atomic():
            return Mail.objects.create(about=about, kind=kind, recipient=recipient, **defaults)
    except IntegrityError:
        if written.exists():  # somebody else wrote it at this moment
            return None
        raise


@dataclass(frozen=True)
class Written:
    """The mails that have been written about something, emptied ones too."""

    about: str
    mails: frozenset[tuple[str, str]]

    def __contains__(self, mail: tuple[str, str]) -> bool:
        """Whether one of a kind was written to a recipient: `(kind, recipient) in written`."""
        kind, recipient = mail
        return mail in self.mails or (kind, digest_of(self.about, kind, recipient)) in self.mails


def written_about(about: str) -> Written:
    """Kind and recipient of each mail that has been written about this."""
    return Written(about, frozenset(Mail.objects.filter(about=about).values_list("kind", "recipient")))


def is_address(text: str) -> bool:
    """Whether `text` is one e-mail address."""
    try:
        validate_email(text)
    except ValidationError:
        return False
    return True


def message_id(about: str, kind: str, recipient: str) -> str:
    """The Message-ID of a mail: a mail that is sent twice carries the same one, so that the reader sees it once."""
    return f"<{digest_of(about, kind, recipient)}@{sender_domain()}>"


def digest_of(about: str, kind: str, recipient: str) -> str:
    """What names a mail without saying to whom it went: keyed, so that nobody finds the address by trying some."""
    key = salted_hmac("aidahub.outbox.message-id", f"{about}\n{kind}\n{recipient}", algorithm="sha256")
    return key.hexdigest()[:40]


def thread_headers(thread: str) -> dict[str, str]:
    """The headers by which mail programs put all mails of `thread` together (RFC 5322, section 3.6.4).

    The first mail that they answer to was never sent: so none of them depends on another one's arrival.
    """
    root = f"<{one_line(thread, 100).lower().replace(' ', '-')}.thread@{sender_domain()}>"
    return {"In-Reply-To": root, "References": root}


def sender_domain() -> str:
    """The domain of the address that mails come from."""
    return parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2] or "localhost"
