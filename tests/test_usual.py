"""How long answers take: measured from sending to decision, told of only where nobody is pointed at."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.test import Client

from access_requests import actions, measuring, tasks
from access_requests.measuring import FEWEST, Answered, answers_since, measure, typical
from access_requests.models import AccessRequest, UsualTime
from access_requests.usual import sentence, usual_of
from access_requests.waiting import standing
from access_requests.workflow import Answer
from aidahub.accounts.models import User
from aidahub.outbox.models import Mail
from datasets import fragments
from datasets.models import Dataset
from tests import cast
from tests.cast import by_hub, license_of, make_dataset, make_user, set_policy

pytestmark = pytest.mark.django_db

MONDAY = datetime(2026, 11, 2, 9, tzinfo=UTC)
LONG_AGO = MONDAY - timedelta(days=300)
TODAY = date(2026, 12, 1)


def at(moment: datetime) -> Any:
    """That moment, standing still."""
    return time_machine.travel(moment, tick=False)


def decided(dataset: Dataset, hedda: User, days: list[int], name: str = "a") -> list[AccessRequest]:
    """A request of somebody else for each number of days after Monday on which the hub decides."""
    by_hub(license_of(dataset))
    found = []
    for number, length in enumerate(days):
        with at(MONDAY):
            applicant = make_user(f"{name}{number}@uu.example", f"Asker {number}")
            request = cast.sent(applicant, dataset)
        with at(MONDAY + timedelta(days=length)):
            found.append(actions.decide(request=request, by=cast.fresh(hedda), answer=Answer.APPROVE))
    return found


def lengths() -> list[int]:
    """The working days of all decisions."""
    return sorted(row.days for row in answers_since(LONG_AGO))


def kept() -> dict[str, int]:
    """What is kept, by dataset; the hub's under *."""
    return {row.dataset.short_name if row.dataset else "*": row.days for row in UsualTime.objects.all()}


class TestMeasuring:
    """From each sending to its decision."""

    def test_working_days_count(self, other: Dataset, hedda: User) -> None:
        decided(other, hedda, [0, 1, 4, 7, 9])
        assert lengths() == [0, 1, 4, 5, 7]

    def test_each_sending_counts_from_itself(self, brgandi: Dataset, ada: User, per: User, hedda: User) -> None:
        with at(MONDAY):
            request = cast.sent(ada, brgandi)
        with at(MONDAY + timedelta(days=1)):
            request = actions.send_back(request=request, by=hedda, reason="Which scanner?")
        with at(MONDAY + timedelta(days=14)):
            request = actions.submit(request=request, by=ada)
        with at(MONDAY + timedelta(days=16)):
            actions.decide(request=request, by=per, answer=Answer.REJECT, reason="No.")
        assert lengths() == [2]

    def test_where_hub_staff_confirm_their_answer_counts(
        self, brgandi: Dataset, ada: User, per: User, hedda: User
    ) -> None:
        set_policy(license_of(brgandi), confirm=True)
        with at(MONDAY):
            request = cast.sent(ada, brgandi)
        with at(MONDAY + timedelta(days=1)):
            request = actions.decide(request=request, by=per, answer=Answer.APPROVE)
        assert lengths() == []
        with at(MONDAY + timedelta(days=3)):
            actions.confirm(request=request, by=hedda, answer=Answer.APPROVE)
        assert lengths() == [3]

    def test_vote_that_settles_nothing_is_no_decision(self, brgandi: Dataset, ada: User, per: User) -> None:
        set_policy(license_of(brgandi), quorum="all")
        actions.decide(request=cast.sent(ada, brgandi), by=per, answer=Answer.APPROVE)
        assert lengths() == []

    def test_reopened_request_counts_once(self, other: Dataset, hedda: User, ada: User) -> None:
        by_hub(license_of(other))
        with at(MONDAY):
            request = cast.sent(ada, other)
        with at(MONDAY + timedelta(days=2)):
            request = actions.decide(request=request, by=hedda, answer=Answer.REJECT, reason="No.")
        with at(MONDAY + timedelta(days=8)):
            request = actions.reopen(request=request, by=hedda, reason="By mistake.")
            actions.decide(request=request, by=hedda, answer=Answer.APPROVE)
        assert lengths() == [2]

    def test_old_ones_and_hidden_datasets_do_not_count(self, other: Dataset, hedda: User) -> None:
        decided(other, hedda, [1])
        assert list(answers_since(MONDAY + timedelta(days=2))) == []
        Dataset.objects.filter(pk=other.pk).update(hidden=True)
        assert lengths() == []


def rows(days: list[int], applicants: int = 99) -> list[Answered]:
    """Decisions, one after the other, of so many people."""
    return [Answered(MONDAY + timedelta(hours=hour), length, 1, hour % applicants) for hour, length in enumerate(days)]


class TestTelling:
    """What is told, and what is not."""

    def test_half_came_within_it(self) -> None:
        assert typical(rows([1, 2, 3, 9, 30])) == 3
        assert typical(rows([1, 2, 3, 4, 9, 30])) == 4
        assert typical(rows([0] * 6)) == 1

    def test_four_people_are_too_few(self) -> None:
        assert typical(rows([1, 2, 3, 4])) is None
        assert typical(rows([1, 2, 3, 4, 5, 6], applicants=4)) is None
        assert typical(rows([1, 2, 3, 4, 5], applicants=FEWEST)) == 3

    def test_latest_two_hundred_count(self) -> None:
        assert typical(rows([90] * 300 + [2] * 200)) == 2

    def test_own_dataset_else_the_hub_else_nothing(self, other: Dataset, hedda: User, brgandi: Dataset) -> None:
        third = make_dataset("10.23698/aida/third")
        decided(other, hedda, [1, 1, 2, 3, 3])
        decided(third, hedda, [4, 4], name="b")
        with at(datetime(2026, 12, 1, 3, tzinfo=UTC)):
            measure(TODAY)
        assert kept() == {"OTHER": 2, "*": 3}
        assert [usual_of(dataset) for dataset in (other, third, brgandi)] == [2, 3, 3]

    def test_nothing_where_too_few_were_decided(self, other: Dataset, hedda: User) -> None:
        decided(other, hedda, [1, 2, 3, 4])
        with at(datetime(2026, 12, 1, 3, tzinfo=UTC)):
            measure(TODAY)
        assert kept() == {}
        assert usual_of(other) is None

    @pytest.mark.parametrize(
        ("usual", "told"),
        [
            (None, "An answer is promised within 6 working days."),
            (4, "Usually answered within 4 working days; at most 6 are promised."),
            (1, "Usually answered within 1 working day; at most 6 are promised."),
            (6, "Usually answered within 6 working days, as promised."),
            (9, "An answer is promised within 6 working days; lately it has usually taken 9 working days."),
        ],
    )
    def test_sentence(self, usual: int | None, told: str) -> None:
        assert sentence(usual) == told


class TestKeeping:
    """Kept once a day; pages go out of use only where they say something else than before."""

    @pytest.fixture
    def stored(self, other: Dataset, hedda: User, brgandi: Dataset) -> Dataset:
        """The other dataset, decided on often, with its page stored; BRGANDI's is, too."""
        decided(other, hedda, [1, 1, 2, 3, 3])
        with at(datetime(2026, 12, 1, 3, tzinfo=UTC)):
            tasks.measure()
        fragments.render_stale()
        return other

    def test_second_run_of_a_day_measures_nothing(self, stored: Dataset, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(measuring, "answers_since", None)
        with at(datetime(2026, 12, 1, 15, tzinfo=UTC)):
            tasks.measure()

    def test_same_result_leaves_every_page(self, stored: Dataset, brgandi: Dataset) -> None:
        before = list(Dataset.objects.order_by("pk").values_list("page_hash", flat=True))
        assert all(before)
        with at(datetime(2026, 12, 2, 3, tzinfo=UTC)):
            tasks.measure()
        assert list(Dataset.objects.order_by("pk").values_list("page_hash", flat=True)) == before
        assert set(UsualTime.objects.values_list("measured_on", flat=True)) == {date(2026, 12, 2)}

    def test_new_result_takes_the_pages_that_say_it_out_of_use(
        self, stored: Dataset, brgandi: Dataset, hedda: User
    ) -> None:
        UsualTime.objects.filter(dataset=None).update(days=30)
        fragments.render_stale()
        with at(datetime(2026, 12, 2, 3, tzinfo=UTC)):
            tasks.measure()
        assert Dataset.objects.get(pk=brgandi.pk).page_hash == ""
        assert Dataset.objects.get(pk=stored.pk).page_hash != ""

    def test_what_is_too_old_goes(self, stored: Dataset) -> None:
        with at(MONDAY + timedelta(days=500)):
            tasks.measure()
        assert kept() == {}
        assert Dataset.objects.get(pk=stored.pk).page_hash == ""

    def test_there_is_one_row_for_the_hub(self, db: None) -> None:
        UsualTime.objects.create(days=3, measured_on=TODAY)
        with pytest.raises(IntegrityError), transaction.atomic():
            UsualTime.objects.create(days=4, measured_on=TODAY)


class TestShown:
    """Where people read it."""

    @pytest.fixture
    def four(self, brgandi: Dataset) -> Dataset:
        """BRGANDI, usually answered within four working days."""
        UsualTime.objects.create(dataset=brgandi, days=4, measured_on=TODAY)
        return brgandi

    TOLD = "Usually answered within 4 working days; at most 6 are promised."

    def test_on_landing_and_start_page(self, client: Client, four: Dataset, ada: User) -> None:
        for _ in range(2):
            for path in (f"/{four.doi}", f"/{four.doi}/request/"):
                assert self.TOLD in client.get(path).content.decode()
            client.force_login(ada)

    def test_on_the_last_step_and_the_request(self, client: Client, four: Dataset, ada: User) -> None:
        client.force_login(ada)
        draft = cast.draft_of(ada, four)
        assert self.TOLD in client.get(f"/requests/{draft.reference}/edit/review/").content.decode()
        request = actions.submit(request=draft, by=ada)
        assert self.TOLD in client.get(request.get_absolute_url()).content.decode()
        assert self.TOLD in client.get("/requests/").content.decode()

    def test_in_the_receipt(self, four: Dataset, ada: User) -> None:
        cast.sent(ada, four)
        assert self.TOLD in " ".join(Mail.objects.get(kind="receipt").text.split())

    def test_while_one_waits(self, four: Dataset, ada: User) -> None:
        with at(MONDAY):
            request = cast.sent(ada, four)
        with at(MONDAY + timedelta(days=3)):
            told = "3 working days so far; usually answered within 4, and at most 6 are promised."
            assert standing(request, ada).sentence.endswith(told)
        with at(MONDAY + timedelta(days=14)):
            assert "longer than the 6 that are promised" in standing(request, ada).sentence
