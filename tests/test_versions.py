"""A form's versions are frozen, an edit makes the next; references are short and count within the year."""

from __future__ import annotations

from io import StringIO
from typing import Any

import pytest
import time_machine
from django.core.management import call_command

from access_requests.builtin import add_version, version_in_use
from access_requests.models import FormVersion, ReferenceCounter
from access_requests.questions import BUILTIN, builtin
from access_requests.references import next_reference
from aidahub.accounts.models import User

pytestmark = pytest.mark.django_db


def test_loading_the_forms_twice_changes_nothing() -> None:
    for _time in range(2):
        call_command("load_forms", verbosity=0)
    assert sorted(FormVersion.objects.values_list("form__slug", "number")) == sorted((slug, 1) for slug in BUILTIN)


def test_an_upgrade_brings_new_questions_but_leaves_what_hub_staff_published(hedda: User) -> None:
    older: dict[str, Any] = builtin("research")
    older["questions"].pop()
    add_version("research", older)
    call_command("load_forms", verbosity=0)
    assert version_in_use("research").number == 2, "the release's questions are others"
    own = add_version("research", older, hedda)
    out = StringIO()
    call_command("load_forms", stdout=out)
    assert "research: version 3, published by hub staff and left as it is" in out.getvalue()
    assert version_in_use("research") == own


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
