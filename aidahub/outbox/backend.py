"""Django's own way to send mail, leading into the outbox: no web process ever talks to a mail server."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import uuid4

from django.core.mail import EmailMessage, EmailMultiAlternatives
from django.core.mail.backends.base import BaseEmailBackend
from django.utils.html import strip_tags
from django.utils.translation import get_language

from .models import Mail
from .queue import queue

# What the outbox sets itself.
OWN_HEADERS = frozenset({"to", "cc", "bcc", "from", "subject", "date", "message-id", "reply-to", "auto-submitted"})


class OutboxBackend(BaseEmailBackend):
    """Keeps each mail that Django or allauth sends as mails of kind `account`, one for each recipient.

    All of them count as secret, since a sign-in code looks like any other text from here, and nobody has a
    reason to read such a mail later.
    """

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        """Write the mails into the outbox and say how many messages there were.

        Raises:
            ValueError: when a message has attachments, which the outbox does not carry.
        """
        for message in email_messages:
            keep(message)
        return len(email_messages)


def keep(message: EmailMessage) -> None:
    """Write one of Django's messages into the outbox."""
    if message.attachments:
        raise ValueError("The outbox takes no attachments.")
    text, html = both_texts(message)
    about = f"account/{uuid4()}"
    headers = {name: str(value) for name, value in message.extra_headers.items() if name.lower() not in OWN_HEADERS}
    for recipient in dict.fromkeys(message.recipients()):
        queue(
            about=about,
            kind=Mail.ACCOUNT,
            recipient=recipient,
            subject=str(message.subject),
            text=text,
            html=html,
            language=get_language() or "en",
            headers=headers,
            secret=True,
        )


def both_texts(message: EmailMessage) -> tuple[str, str]:
    """The plain text of a message and its HTML, either from the other where it has only one."""
    body = str(message.body)
    if message.content_subtype == "html":
        return strip_tags(body), body
    alternatives = message.alternatives if isinstance(message, EmailMultiAlternatives) else []
    return body, next((str(content) for content, kind in alternatives if kind == "text/html"), "")
