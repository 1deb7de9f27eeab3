"""Writing a mail into the outbox, in the transaction of what it tells."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from email.utils import parseaddr
from typing import NotRequired, TypedDict, Unpack

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


class Content(TypedDict):
    """What a mail is made of.

    `about`, `kind`: what it tells and which mail it is, as `AIDA-2026-00042/7` and `decide`: unique with `recipient`.
    `recipient`: one e-mail address. One that is none is kept as a mail that failed, for hub staff to see.
    `subject`, `text`, `html`, `language`: what it says; made harmless, the subject one line of at most 400 characters.
    `headers`, `thread`: further headers; and a reference by which mail programs put mails together.
    `secret`, `not_before`: whether its text signs somebody in, so is emptied once sent; the earliest time to send it.
    """

    about: str
    kind: str
    recipient: str
    subject: str
    text: str
    html: NotRequired[str]
    language: NotRequired[str]
    headers: NotRequired[Mapping[str, str]]
    thread: NotRequired[str]
    secret: NotRequired[bool]
    not_before: NotRequired[datetime]


def queue(**content: Unpack[Content]) -> Mail | None:
    """Write one mail to one address, once; it is sent after the caller's transaction has been committed.

    Returns the mail, or None when it had been written before.
    Raises ValueError when a name in `headers` is not the name of a header.
    """
    return _written_once(mail_of(**content))


def queue_all(mails: Sequence[Mail]) -> None:
    """Write mails of which `written_about` says that they have not been written, in one statement.

    One that somebody else writes at this moment is left as theirs: it is the same.

    Args:
        mails: as `mail_of` makes them; sent after the caller's transaction has been committed.
    """
    Mail.objects.bulk_create(mails, ignore_conflicts=True)


def mail_of(**content: Unpack[Content]) -> Mail:
    """A mail that is not in the outbox yet.

    Raises ValueError when a name in `headers` is not the name of a header.
    """
    about, kind, recipient = content["about"], content["kind"], one_line(content["recipient"], 254)
    thread = content.get("thread", "")
    usable = is_address(recipient)
    return Mail(
        about=about,
        kind=kind,
        recipient=recipient,
        subject=one_line(content["subject"]),
        text=lines(content["text"]),
        html=lines(content.get("html", "")),
        language=content.get("language", "en"),
        headers=clean_headers(dict(content.get("headers", {}))) | (thread_headers(thread) if thread else {}),
        secret=content.get("secret", False),
        next_try_at=content.get("not_before") or timezone.now(),
        request_id=current_id(),
        message_id=message_id(about, kind, recipient),
        status=Mail.Status.WAITING if usable else Mail.Status.FAILED,
        last_error="" if usable else NOT_AN_ADDRESS,
    )


def _written_once(mail: Mail) -> Mail | None:
    """The mail, written, unless there is one about the same, of the same kind, to the same address."""
    known = (mail.recipient, digest_of(mail.about, mail.kind, mail.recipient))  # an emptied one has the digest
    written = Mail.objects.filter(about=mail.about, kind=mail.kind, recipient__in=known)
    if written.exists():
        return None
    try:
        with transaction.atomic():
            mail.save(force_insert=True)
            return mail
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
