"""Hub staff who change one form at the same moment, on PostgreSQL: one change counts, the others are refused."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from access_requests import drafts
from access_requests.form_edits import Json, put
from access_requests.models import Form, FormDraft, FormVersion
from aidahub.accounts.models import User
from tests.cast import fresh
from tests.test_concurrency import at_once

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]

QUESTION: Json = {"key": "scanner", "kind": "short-text", "step": "project", "label": {"en": "Which scanner?"}}
PEOPLE = 8


def one_counts(results: list[str], refusal: str) -> None:
    """One act was done; every other was refused with this sentence."""
    assert results.count("done") == 1
    assert {result for result in results if result != "done"} == {result for result in results if refusal in result}


def test_one_change_of_a_form_that_nobody_had_asked_for_counts(hedda: User) -> None:
    seen = drafts.sheet("research").seen

    def change(place: int) -> Callable[[], object]:
        question = {**QUESTION, "label": {"en": f"Which scanner? {place}"}}
        return lambda: drafts.change(
            slug="research", seen=seen, by=fresh(hedda), edit=lambda asked: put(asked, question)
        )

    results = at_once(*(change(place) for place in range(PEOPLE)))
    one_counts(results, "Somebody else has changed this form")
    kept = next(each for each in FormDraft.objects.get().questions if each["key"] == "scanner")
    assert kept["label"]["en"] == f"Which scanner? {results.index('done')}"


def test_a_draft_is_published_once(hedda: User) -> None:
    drafts.change(
        slug="research", seen=drafts.sheet("research").seen, by=hedda, edit=lambda asked: put(asked, QUESTION)
    )
    seen = drafts.sheet("research").seen
    results = at_once(*[lambda: drafts.publish(slug="research", seen=seen, by=fresh(hedda))] * PEOPLE)
    one_counts(results, "There is no draft to publish.")
    assert sorted(FormVersion.objects.values_list("number", flat=True)) == [1, 2]
    assert not FormDraft.objects.exists()


def test_a_short_name_is_given_once(hedda: User) -> None:
    results = at_once(*[lambda: drafts.begin(slug="thesis", name={"en": "Thesis"}, by=fresh(hedda))] * PEOPLE)
    one_counts(results, "There is a form with this short name already.")
    assert Form.objects.count() == FormDraft.objects.count() == 1
