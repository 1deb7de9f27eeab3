"""Single values: numbers, days, identifiers."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from datasets.register import values


@pytest.mark.parametrize(
    ("value", "number"),
    [
        (0, 0), ("71924000000", 71924000000), ("100,000", 100000), ("1 245", 1245), (5.0, 5), ("7.0", 7),
        (None, None), (True, None), ("", None), ("467 Subjects", None), ("100,000 4-channel images", None),
        (1.5, None), ("1.5", None), (-3, None), ("1,00", None), (2**63, None), ("9" * 100, None), ([1], None),
    ],
)  # fmt: skip
def test_numbers(value: Any, number: int | None) -> None:
    assert values.as_number(value) == number


@pytest.mark.parametrize(
    ("value", "day"),
    [
        ("2023-10-18", date(2023, 10, 18)), ("2023-1-8", date(2023, 1, 8)),
        (" 2023-10-18T12:00:00Z", date(2023, 10, 18)),
        ("2019-04-00", None), ("2019-02-30", None), ("2019", None), (2019, None), ("soon", None), (None, None),
    ],
)  # fmt: skip
def test_days(value: Any, day: date | None) -> None:
    assert values.as_day(value) == day


@pytest.mark.parametrize(
    ("value", "doi"),
    [
        ("https://doi.org/10.23698/aida/BRGANDI", "10.23698/aida/brgandi"),
        ("http://dx.doi.org/10.23698/aida/x ", "10.23698/aida/x"),
        ("doi:10.23698/aida/x/", "10.23698/aida/x"),
        ("10.23698/aida/x", "10.23698/aida/x"),
        ("https://datahub.aida.scilifelab.se/10.23698/aida/x", None),
        ("10.23698/aida/x?a=1", None), ("10.23698/a//b", None), ("", None), (None, None), (7, None), ("x" * 5000, None),
    ],
)  # fmt: skip
def test_dois(value: Any, doi: str | None) -> None:
    assert values.as_doi(value) == doi


@pytest.mark.parametrize(
    ("value", "orcid"),
    [
        ("https://orcid.org/0000-0002-1825-0097", "https://orcid.org/0000-0002-1825-0097"),
        ("http://orcid.org/0000-0001-7250-234x\t", "https://orcid.org/0000-0001-7250-234X"),
        ("https://orcid.org/0000-0002-1825-0098", None),
        ("https://orcid.org/0000-0002-1825-009", None),
        ("0000-0002-1825-0097", None),
        ("https://liu.se/", None),
    ],
)
def test_orcids_by_their_check_digit(value: str, orcid: str | None) -> None:
    assert values.as_orcid(value) == orcid


def test_snomed_ids_by_their_check_digit() -> None:
    right = ["12738006", "41216001", "71854001", "113192009", "39607008"]
    assert all(values.sctid_is_right(sctid) for sctid in right)
    wrong = ["12738005", "12738060", "21738006", "", "x", "1" * 19, "١٢٧٣٨٠٠٦"]
    assert not any(values.sctid_is_right(sctid) for sctid in wrong)


@pytest.mark.parametrize(
    "value",
    [
        "javascript:alert(1)",
        "data:text/html,x",
        "//evil.example/x",
        "a caption",
        "http://",
        "https://a b.se",
        "http://[",
    ],
)
def test_no_link_leads_to_what_is_no_web_address(value: str) -> None:
    assert values.as_url(value) is None


def test_e_mail_addresses_are_told_apart_in_lower_case() -> None:
    assert values.as_email(" Per.Lind@UU.example\u200b") == "per.lind@uu.example"
    assert values.as_email("per at uu.example") is None
    assert values.as_email("per@uu.example\nBcc: x@y.example") is None


@pytest.mark.parametrize("value", [" Per", "Per  Lind", "Per\tLind", "Per&nbsp;Lind", "H&amp;E", "Per\u200bLind"])
def test_untidy_names(value: str) -> None:
    assert not values.is_tidy(value)
    assert values.is_tidy(values.tidy(value))


@pytest.mark.parametrize(
    ("value", "on"),
    [(True, True), ("yes", True), (" Yes", True), (False, False), ("no", False), (None, False), (1, False)],
)
def test_only_yes_switches(value: Any, on: bool) -> None:
    assert values.is_true(value) is on
