"""What tests about the people in a request share: the link of a mail, names, what a mail says."""

from __future__ import annotations

import re

from access_requests.models import AccessRequest, Attachment, Participant
from access_requests.people import Named
from access_requests.workflow import Part
from aidahub.accounts.models import User
from aidahub.outbox.models import Mail

LINK = re.compile(r"http://127\.0\.0\.1:8000(/parts/\S+)")


def flat(text: str) -> str:
    """A text in one line."""
    return " ".join(text.split())


def mail_to(address: str, kind: str = "") -> Mail:
    """The last mail to an address."""
    rows = Mail.objects.filter(recipient=address)
    return (rows.filter(kind=kind) if kind else rows).latest("pk")


def kinds_since(number: int) -> dict[str, str]:
    """Who got which mail after the first so many mails."""
    rows = Mail.objects.order_by("pk").values_list("recipient", "kind")[number:]
    return dict(rows)


def link_to(address: str, kind: str = "") -> str:
    """The path of the link that lets in whoever holds it, in the last mail to an address."""
    found = LINK.search(mail_to(address, kind).text)
    assert found, "there is no link that lets anybody in"
    return found[1]


def person(request: AccessRequest, part: Part) -> Participant:
    """Who holds a part now."""
    return request.participants.get(part=part, removed_at=None)


def member(email: str = "mia.lund@uu.example", name: str = "Mia Lund", part: Part = Part.MEMBER) -> Named:
    """Somebody to be named."""
    return Named(part, name, "", email, "Uppsala University")


def fresh_request(request: AccessRequest) -> AccessRequest:
    """The request as the database has it."""
    return AccessRequest.objects.get(pk=request.pk)


def paper(request: AccessRequest, by: User, **fields: object) -> Attachment:
    """An internal file of a request."""
    values = {"kind": Attachment.Kind.PAPER, "internal": True, "name": "signed.pdf", "size": 9, **fields}
    key = f"k{Attachment.objects.count()}"
    return Attachment.objects.create(
        request=request, by=by, content_type="application/pdf", sha256="a" * 64, key=key, **values
    )
