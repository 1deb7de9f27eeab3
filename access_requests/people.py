"""Who is named in the answers of a request: applicant, recipient scientist, signatory."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from .workflow import Part


@dataclass(frozen=True)
class Named:
    """One person as the answers name them; the e-mail is case-folded."""

    part: Part
    name: str
    title: str
    email: str
    institution: str


def participants_in(answers: Mapping[str, Any], *, applicant_email: str) -> list[Named]:
    """The people whom checked answers name, the applicant first.

    Args:
        answers: complete answers, by the key of their question.
        applicant_email: the account's own address, for a form that does not ask for one.

    The applicant is the recipient scientist unless the answers name another, and the recipient scientist
    signs unless they name a signatory, so each part is held by exactly one person.
    """
    people = [_named(Part.APPLICANT, answers, "applicant", applicant_email)]
    if answers.get("recipient_same") == "no":
        people.append(_named(Part.RECIPIENT_SCIENTIST, answers, "recipient", ""))
    if answers.get("signatory_same") == "no":
        people.append(_named(Part.SIGNATORY, answers, "signatory", ""))
    return [person for person in people if person.email]


def _named(part: Part, answers: Mapping[str, Any], prefix: str, email: str) -> Named:
    def answer(key: str) -> str:
        return str(answers.get(f"{prefix}_{key}") or "").strip()

    return Named(part, answer("name"), answer("title"), (answer("email") or email).casefold(), answer("institution"))


def recipient_key(people: list[Named]) -> str:
    """The case-folded e-mail of the recipient scientist, who is the applicant unless somebody else is named."""
    by_part = {person.part: person.email for person in people}
    return by_part.get(Part.RECIPIENT_SCIENTIST) or by_part[Part.APPLICANT]
