"""A form's versions are frozen, an edit makes the next; references are short and count within the year."""

from __future__ import annotations

from typing import Any

import pytest
import time_machine
from django.core.management import call_command

from access_requests.builtin import add_version, version_in_use
from access_requests.models import FormVersion, ReferenceCounter
from access_requests.questions import BUILTIN, builtin
from access_requests.references import next_reference

pytestmark = pytest.mark.django_db


def test_loading_the_forms_twice_changes_nothing() -> None:
    for _time in range(2):
        call_command("load_forms", verbosity=0)
    assert sorted(FormVersion.objects.values_list("form__slug", "number")) == sorted((slug, 1) for slug in BUILTIN)


def test_an_edit_makes_the_next_version_and_leaves_the_one_before() -> None:
    first = version_in_use("research")
    edited: dict[str, Any] = builtin("research")
    edited["questions"][0]["label"]["en"] = "Who are you?"
    second = add_version("research", edited)
    assert (second.number, version_in_use("research")) == (2, second)
    first.refresh_from_db()
    assert first.questions == builtin("research")["questions"]
    assert first.sha256 != second.sha256


def test_an_unknown_form_is_refused() -> None:
    with pytest.raises(KeyError):
        version_in_use("no-such-form")


def test_references_count_within_the_year_in_stockholm() -> None:
    with time_machine.travel("2026-12-31T22:30:00Z", tick=False):
        assert [next_reference(), next_reference()] == ["AIDA-2026-00001", "AIDA-2026-00002"]
    with time_machine.travel("2026-12-31T23:30:00Z", tick=False):
        assert next_reference() == "AIDA-2027-00001"


def test_a_reference_may_exceed_five_digits() -> None:
    ReferenceCounter.objects.create(year=2026, last=99_999)
    with time_machine.travel("2026-06-01T12:00:00Z", tick=False):
        assert next_reference() == "AIDA-2026-100000"
