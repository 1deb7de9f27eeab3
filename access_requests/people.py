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
    people = [_named(Part.APPLICANT, answers, applicant_email)]
    people += [_named(part, answers, "") for part in ASKED_FOR if answers.get(f"{PREFIX[part]}_same") == "no"]
    return [person for person in people if person.email]


# How the keys of the questions about somebody begin, and for whom the form asks beside the applicant.
PREFIX = {Part.APPLICANT: "applicant", Part.RECIPIENT_SCIENTIST: "recipient", Part.SIGNATORY: "signatory"}
ASKED_FOR = (Part.RECIPIENT_SCIENTIST, Part.SIGNATORY)
# Answers about one person that are true of no other: hub staff name another, and the form asks anew.
TRUE_OF_ONE = ("profile", "phd", "may_sign")


def naming(answers: Mapping[str, Any], named: Named) -> dict[str, Any]:
    """These answers as they name this person in their part; what is not known of them is asked anew."""
    prefix = PREFIX[named.part]
    known = {"name": named.name, "title": named.title, "email": named.email, "institution": named.institution}
    forgotten = {f"{prefix}_{key}" for key in (*TRUE_OF_ONE, *known)}
    kept = {key: value for key, value in answers.items() if key not in forgotten}
    return {**kept, f"{prefix}_same": "no", **{f"{prefix}_{key}": value for key, value in known.items() if value}}


def naming_nobody(answers: Mapping[str, Any], part: Part) -> dict[str, Any]:
    """These answers without anybody of their own in a part, which falls to somebody named already."""
    prefix = PREFIX[part]
    return {
        **{key: value for key, value in answers.items() if not key.startswith(f"{prefix}_")},
        f"{prefix}_same": "yes",
    }


def _named(part: Part, answers: Mapping[str, Any], email: str) -> Named:
    def answer(key: str) -> str:
        return str(answers.get(f"{PREFIX[part]}_{key}") or "").strip()

    return Named(part, answer("name"), answer("title"), (answer("email") or email).casefold(), answer("institution"))


def recipient_key(people: list[Named]) -> str:
    """The case-folded e-mail of the recipient scientist, who is the applicant unless somebody else is named."""
    by_part = {person.part: person.email for person in people}
    return by_part.get(Part.RECIPIENT_SCIENTIST) or by_part[Part.APPLICANT]
