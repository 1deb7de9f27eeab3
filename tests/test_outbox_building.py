"""The bytes of a mail: what Django's own would say, the same each time."""

from __future__ import annotations

import email
import email.policy
from typing import Any

import pytest
from django.core.mail import EmailMultiAlternatives
from django.core.mail.message import sanitize_address
from hypothesis import given
from hypothesis import strategies as st

from aidahub.outbox.building import QUICK, Built, _envelope, message_of
from aidahub.outbox.models import Mail
from aidahub.outbox.queue import mail_of, queue, queue_all, written_about

SUBJECTS = (
    "Decide [AIDA-2026-00042]", "Läs och godkänn: åtkomst " * 9, "A long but plain subject " * 9,
    "A long" + " and plain" * 30, "A very long word: " + "x" * 200,
)  # fmt: skip
TEXTS = ("Ada asks.\n", "Ålder på bilderna: 年齢\n.\nFrom Ada\n", "one line " * 300)


def mail(**changes: Any) -> Mail:
    """One ordinary mail to Per."""
    content = {"about": "AIDA-2026-00042/1", "kind": "decide", "recipient": "per@example.org"}
    content |= {"subject": "Decide", "text": "Ada asks.\n", "html": "<p>Ada asks.</p>", "thread": "AIDA-2026-00042"}
    return mail_of(**{**content, **changes})


def as_djangos(built: Built) -> Any:
    """The same content in a message of Django's own."""
    plain = EmailMultiAlternatives(
        built.subject, built.body, built.from_email, built.to, reply_to=built.reply_to, headers=built.extra_headers
    )
    for content, mimetype in built.alternatives:
        plain.attach_alternative(content, mimetype)
    return plain.message()


def read(content: bytes) -> tuple[list[tuple[str, str]], list[tuple[str, bytes]]]:
    """What a mail program finds: the headers but the line between parts, and each part."""
    message = email.message_from_bytes(content, policy=email.policy.default)
    headers = [(name, str(value).partition("; boundary=")[0]) for name, value in message.items()]
    parts = [(part.get_content_type(), part.get_payload(decode=True)) for part in message.walk()]
    return headers, [(kind, body) for kind, body in parts if isinstance(body, bytes)]


@pytest.mark.parametrize("html", ["", "<p>Ålder</p>\n"])
@pytest.mark.parametrize("text", TEXTS)
@pytest.mark.parametrize("subject", SUBJECTS)
def test_it_says_what_djangos_own_would(subject: str, text: str, html: str, settings: Any) -> None:
    settings.HUB_NAME = "Navet för åtkomst"
    built = message_of(mail(subject=subject, text=text, html=html), None)
    assert read(built.message().as_bytes(linesep="\r\n")) == read(as_djangos(built).as_bytes(linesep="\r\n"))


@given(
    st.text(st.characters(min_codepoint=1, max_codepoint=255), max_size=400), st.sampled_from(["Subject", "X-Of-Ours"])
)
def test_a_header_says_after_folding_what_it_said_before(value: str, name: str) -> None:
    folded = QUICK.fold_binary(name, value)
    assert folded == QUICK.fold_binary(name, value)
    if value.isascii() and value.isprintable() and value == " ".join(value.split()):
        lines = folded.decode("ascii").removesuffix("\n").split("\n")
        assert "".join(lines) == f"{name}: {value}"
        assert all(line.startswith(" ") for line in lines[1:])
        assert all(len(line) <= 78 or len(line.split()) <= 1 + (line == lines[0]) for line in lines)


def test_its_lines_are_no_longer_than_mail_allows() -> None:
    content = message_of(mail(subject=SUBJECTS[1], headers={"X-Long": "word " * 100}), None).message().as_bytes()
    assert max(len(line) for line in content.partition(b"\n\n")[0].split(b"\n")) <= 78


def test_it_is_the_same_each_time_and_another_one_is_parted_otherwise() -> None:
    one, again = mail(), mail()
    again.created_at = one.created_at
    first, second = (message_of(row, None).message().as_bytes() for row in (one, again))
    assert first == second
    other = message_of(mail(about="AIDA-2026-00042/2"), None).message()
    assert other.get_boundary().encode() not in first


@pytest.mark.parametrize(
    "address",
    ["per@example.org", "per.lind+aida@example.org", "per@örebro.example", '"per lind"@example.org', "pär@example.org"],
)
def test_the_envelope_has_an_address_as_django_writes_it(address: str) -> None:
    assert _envelope(address) == sanitize_address(address, "utf-8")


@pytest.mark.django_db
def test_what_somebody_else_wrote_at_this_moment_is_written_once() -> None:
    mine = [mail(), mail(recipient="petra@example.org")]
    assert ("decide", "per@example.org") not in written_about("AIDA-2026-00042/1")
    assert queue(about="AIDA-2026-00042/1", kind="decide", recipient="per@example.org", subject="S", text="T")
    queue_all(mine)
    assert sorted(Mail.objects.values_list("recipient", flat=True)) == ["per@example.org", "petra@example.org"]
    assert Mail.objects.get(recipient="per@example.org").subject == "S"
