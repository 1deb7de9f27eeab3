"""What the checks of the decision page say, as pure functions."""

from __future__ import annotations

from datetime import date

import pytest

from access_requests.evidence import Facts, Level, domain_of, findings, is_free_mail, orcid_in, organization_of
from tests.cast import RESEARCH_ANSWERS

ANSWERS = {**RESEARCH_ANSWERS, "applicant_email": "ada.berg@uu.example", "planned_use": "We compare. " * 20}
VERIFIED = frozenset({"ada.berg@uu.example"})


def says(level: Level | None = None, **facts: object) -> str:
    """The findings of a level as one text."""
    answers = {**ANSWERS, **{key: facts.pop(key) for key in list(facts) if key in {*ANSWERS, "last_day"}}}
    known = Facts(answers=answers, **{"verified_emails": VERIFIED, "today": date(2026, 11, 23), **facts})  # type: ignore[arg-type]
    return "\n".join(str(finding.sentence) for finding in findings(known) if level in (None, finding.level))


def test_a_plain_request_has_little_to_look_at() -> None:
    assert says(Level.LOOK) == "ORCID 0000-0002-1825-0097 was only typed; nobody has signed in with it."
    assert "has shown that ada.berg@uu.example is theirs" in says(Level.FINE)
    assert "inside the EU and the EEA" in says(Level.FINE)


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        ({"verified_emails": frozenset()}, "has not shown that ada.berg@uu.example is theirs"),
        ({"applicant_email": ""}, "gives no e-mail address"),
        ({"applicant_email": "ada@gmail.com", "verified_emails": frozenset({"ada@gmail.com"})}, "anybody can get"),
        ({"recipient_email": "rut@hotmail.com"}, "recipient scientist's address rut@hotmail.com"),
        ({"recipient_email": "rut@kth.example"}, "different organisations: uu.example and kth.example"),
        ({"signatory_email": "sune@outlook.com"}, "signatory's address sune@outlook.com"),
        ({"signatory_email": "sune@kth.example"}, "different organisations: kth.example and uu.example"),
        ({"recipient_profile": ""}, "no link to a profile"),
        ({"planned_use": "Research."}, "very few words"),
        ({"applicant_country": "US"}, "would leave the EU and the EEA"),
        ({"text_in_force": False}, "newer text"),
        ({"rejected": ("AIDA-2026-00001",)}, "An earlier request by the same person was rejected: AIDA-2026-00001."),
        ({"rejected": ("A-1", "A-2")}, "Earlier requests by the same person were rejected: A-1, A-2."),
        ({"open": ("A-3",)}, "has another open request for this dataset: A-3."),
        ({"provider_emails": frozenset({"rut.ek@uu.example"})}, "is a provider of this dataset"),
        ({"last_day": "2026-11-22"}, "last day has passed"),
        ({"recipient_same": "yes", "orcid": "0000-0001-5109-3700"}, "is not the one they wrote"),
    ],
)
def test_what_is_worth_a_look(facts: dict[str, object], words: str) -> None:
    assert words in says(Level.LOOK, **facts)


def test_what_is_worth_a_look_comes_first() -> None:
    levels = [finding.level for finding in findings(Facts(answers=ANSWERS, verified_emails=VERIFIED))]
    assert levels == sorted(levels, key=lambda level: level != Level.LOOK)


def test_synthetic_data_may_go_anywhere() -> None:
    assert "EEA" not in says(applicant_country="US", synthetic=True)


def test_an_orcid_that_was_signed_in_with() -> None:
    text = says(Level.FINE, recipient_same="yes", orcid="0000-0002-1825-0097")
    assert "has signed in with ORCID 0000-0002-1825-0097" in text


def test_a_form_that_does_not_ask_is_not_held_against_anybody() -> None:
    members = Facts(answers={"applicant_email": "ada.berg@uu.example"}, verified_emails=VERIFIED)
    assert [finding.level for finding in findings(members)] == [Level.FINE]


@pytest.mark.parametrize(
    ("email", "organization"),
    [
        ("ada@uu.se", "uu.se"),
        ("ada@surgsci.uu.se", "uu.se"),
        ("ada@cs.ox.ac.uk", "ox.ac.uk"),
        ("ada@ac.uk", "ac.uk"),
        ("ADA@IT.UU.SE", "uu.se"),
        ("nonsense", ""),
    ],
)
def test_the_organisation_of_an_address(email: str, organization: str) -> None:
    assert organization_of(email) == organization


def test_addresses_and_iris() -> None:
    assert domain_of("a@b@C.se") == "c.se"
    assert is_free_mail("x@GMail.com")
    assert not is_free_mail("x@notgmail.com")
    assert orcid_in("https://orcid.org/0000-0002-1825-009x/") == "0000-0002-1825-009X"
    assert orcid_in("https://uu.se/people/0000-0002") == ""
