"""Asking for more datasets with one form: many drafts, one set of answers, each its own request once sent."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from access_requests import actions
from access_requests.builtin import add_version
from access_requests.models import AccessRequest
from access_requests.rules import AlreadySent, Denied
from access_requests.siblings import MOST, drafts_with
from access_requests.workflow import Answer, Status
from aidahub.accounts.models import User
from aidahub.outbox.models import Mail
from datasets.models import Dataset
from tests.cast import RESEARCH_ANSWERS, draft_of, fill, license_of, make_dataset, sent, set_policy

pytestmark = pytest.mark.django_db

OPALS = "other@provider.example"


@pytest.fixture
def draft(ada: User, brgandi: Dataset) -> AccessRequest:
    """Ada's complete draft for BRGANDI."""
    return draft_of(ada, brgandi)


@pytest.fixture
def pair(draft: AccessRequest, other: Dataset, ada: User) -> list[AccessRequest]:
    """Ada's drafts for BRGANDI and for the other dataset, complete but for the second one's licence."""
    actions.add_sibling(request=draft, by=ada, license=license_of(other))
    return list(drafts_with(anew(draft)))


def anew(request: AccessRequest) -> AccessRequest:
    """As the database has it."""
    return AccessRequest.objects.get(pk=request.pk)


def accept(request: AccessRequest) -> AccessRequest:
    """The applicant accepts the licence of one draft."""
    text = request.license.text_in_force
    assert text is not None
    return actions.accept_license(request=request, by=request.applicant, text=text)


def more(request: AccessRequest) -> str:
    """The page on which datasets are added."""
    return f"/requests/{request.reference}/more/"


def review(request: AccessRequest) -> str:
    """The last step of a draft's form."""
    return f"/requests/{request.reference}/edit/review/"


def value(dataset: Dataset, slug: str = "controlled-access") -> str:
    """What the page posts for a dataset."""
    return f"{dataset.doi} {slug}"


class TestSharing:
    """What one answers in one draft stands in all."""

    def test_sibling_begins_with_the_answers(self, pair: list[AccessRequest]) -> None:
        first, second = pair
        assert first.siblings_key == second.siblings_key is not None
        assert second.draft["planned_use"] == RESEARCH_ANSWERS["planned_use"]
        assert second.draft["recipient_name"] == "Rut Ek"
        assert second.draft_license_text is None

    @pytest.mark.parametrize(("written", "read"), [(0, 1), (1, 0)])
    def test_saving_one_saves_all(self, pair: list[AccessRequest], ada: User, written: int, read: int) -> None:
        before = pair[read].changed_at
        actions.save_answers(request=pair[written], by=ada, answers={"planned_use": "To count lesions."})
        told = anew(pair[read])
        assert told.draft["planned_use"] == "To count lesions."
        assert told.changed_at > before

    def test_each_form_asks_its_own(self, draft: AccessRequest, other: Dataset, ada: User) -> None:
        definition: dict[str, Any] = {
            "name": {"en": "Short"},
            "questions": [
                {"key": "planned_use", "kind": "long-text", "step": "project", "label": {"en": "What for?"}},
                {"key": "ward", "kind": "short-text", "step": "project", "label": {"en": "Which ward?"}},
            ],
        }
        add_version("short", definition)
        set_policy(license_of(other), form="short")
        second = actions.add_sibling(request=draft, by=ada, license=license_of(other))
        assert second.draft == {"planned_use": RESEARCH_ANSWERS["planned_use"]}
        actions.save_answers(request=second, by=ada, answers={"ward": "B4", "planned_use": "To count."})
        first = anew(draft)
        assert first.draft["planned_use"] == "To count."
        assert "ward" not in first.draft

    def test_draft_that_was_there_joins_and_loses_nothing(
        self, draft: AccessRequest, other: Dataset, ada: User
    ) -> None:
        own = actions.start(license=license_of(other), by=ada)
        actions.save_answers(request=own, by=ada, answers={"project_title": "My own title"})
        joined = actions.add_sibling(request=draft, by=ada, license=license_of(other))
        assert joined.pk == own.pk
        assert joined.draft["project_title"] == "My own title"
        assert joined.draft["planned_use"] == RESEARCH_ANSWERS["planned_use"]

    def test_sent_ones_share_nothing_any_more(self, pair: list[AccessRequest], ada: User) -> None:
        first = actions.submit(request=pair[0], by=ada)
        actions.save_answers(request=pair[1], by=ada, answers={"planned_use": "Something else."})
        assert anew(first).draft["planned_use"] == RESEARCH_ANSWERS["planned_use"]
        actions.send_back(request=first, by=somebody_of_the_hub(), reason="Which scanner?")
        actions.save_answers(request=anew(first), by=ada, answers={"planned_use": "With this scanner."})
        assert anew(pair[1]).draft["planned_use"] == "Something else."

    def test_stranger_adds_nothing(self, draft: AccessRequest, other: Dataset, otto: User) -> None:
        with pytest.raises(Denied, match="no such request"):
            actions.add_sibling(request=draft, by=otto, license=license_of(other))
        assert AccessRequest.objects.count() == 1

    def test_what_cannot_be_added(self, draft: AccessRequest, other: Dataset, ada: User) -> None:
        with pytest.raises(Denied, match="asks for that dataset already"):
            actions.add_sibling(request=draft, by=ada, license=draft.license)
        license_ = license_of(other)
        license_.requestable = False
        license_.save()
        with pytest.raises(Denied, match="takes no requests"):
            actions.add_sibling(request=draft, by=ada, license=license_)
        with pytest.raises(Denied, match="not possible now"):
            actions.add_sibling(request=actions.submit(request=draft, by=ada), by=ada, license=license_)

    def test_there_is_a_most(self, draft: AccessRequest, ada: User) -> None:
        for number in range(MOST - 1):
            dataset = make_dataset(f"10.23698/aida/{number}")
            actions.add_sibling(request=anew(draft), by=ada, license=license_of(dataset))
        license_ = license_of(make_dataset("10.23698/aida/one-more"))
        with pytest.raises(Denied, match="At most 20 requests"):
            actions.add_sibling(request=anew(draft), by=ada, license=license_)

    def test_one_is_thrown_away_and_the_other_stays(self, pair: list[AccessRequest], ada: User) -> None:
        actions.discard(request=pair[1], by=ada)
        assert [row.pk for row in drafts_with(anew(pair[0]))] == [pair[0].pk]


def somebody_of_the_hub() -> User:
    """Hub staff, who may send anything back."""
    return User.objects.create_user("hub@hub.example", "x", name="Hub", is_hub_staff=True)


class TestSending:
    """All together, or none."""

    def test_all_are_sent_and_each_goes_its_own_way(self, pair: list[AccessRequest], ada: User, opal: User) -> None:
        accept(pair[1])
        done = actions.submit_together(request=anew(pair[0]), by=ada)
        assert [row.pk for row in done] == [row.pk for row in pair]
        assert {row.status for row in AccessRequest.objects.all()} == {Status.IN_REVIEW}
        assert Mail.objects.filter(kind="receipt").count() == 2
        assert Mail.objects.filter(kind="decide", recipient=OPALS).count() == 1
        actions.decide(request=done[1], by=opal, answer=Answer.APPROVE)
        assert [anew(row).status for row in pair] == [Status.IN_REVIEW, Status.APPROVED]

    def test_none_is_sent_when_one_is_not_ready(self, pair: list[AccessRequest], ada: User) -> None:
        with pytest.raises(Denied) as refused:
            actions.submit_together(request=anew(pair[0]), by=ada)
        assert str(refused.value) == "Nothing was sent. OTHER: Something is still missing. Your draft is saved."
        assert {row.status for row in AccessRequest.objects.all()} == {Status.DRAFT}
        assert not Mail.objects.exists()

    def test_one_that_is_open_already_stops_all(self, ada: User, brgandi: Dataset, other: Dataset) -> None:
        sent(ada, other)
        draft = draft_of(ada, brgandi)
        accept(actions.add_sibling(request=draft, by=ada, license=license_of(other)))
        with pytest.raises(Denied, match="OTHER: You already have an open request"):
            actions.submit_together(request=anew(draft), by=ada)
        assert anew(draft).status == Status.DRAFT

    def test_second_click_sends_nothing_twice(self, pair: list[AccessRequest], ada: User) -> None:
        accept(pair[1])
        actions.submit_together(request=anew(pair[0]), by=ada)
        with pytest.raises(AlreadySent):
            actions.submit_together(request=anew(pair[0]), by=ada)

    def test_nobody_else_sends_them(self, pair: list[AccessRequest], hedda: User) -> None:
        with pytest.raises(Denied, match="no such request"):
            actions.submit_together(request=anew(pair[0]), by=hedda)


class TestChoosing:
    """The page on which datasets are ticked."""

    def test_list_says_what_can_be_asked_for(
        self, client: Client, draft: AccessRequest, ada: User, other: Dataset
    ) -> None:
        busy = make_dataset("10.23698/aida/busy")
        sent(ada, busy)
        make_dataset("10.23698/aida/hidden", hidden=True)
        client.force_login(ada)
        html = client.get(more(draft)).content.decode()
        assert f'value="{value(other)}"' in html
        assert f'value="{value(busy)}"' not in html
        assert "you have a request under way" in html
        assert "this is the request you are writing" in html
        assert "aida/hidden" not in html

    def test_search_finds(self, client: Client, draft: AccessRequest, ada: User, other: Dataset) -> None:
        client.force_login(ada)
        assert other.name in client.get(more(draft), {"q": "other"}).content.decode()
        html = client.get(more(draft), {"q": "nothing-like-this"}).content.decode()
        assert "No dataset fits" in html

    def test_ticked_ones_are_added(self, client: Client, draft: AccessRequest, ada: User, other: Dataset) -> None:
        third = make_dataset("10.23698/aida/third")
        client.force_login(ada)
        answer = client.post(more(draft), {"ask": [value(other), value(third)]}, follow=True)
        assert answer.redirect_chain == [(review(draft), 302)]
        assert "2 more datasets are asked for" in answer.content.decode()
        assert drafts_with(anew(draft)).count() == 3

    @pytest.mark.parametrize(
        ("posted", "said"),
        [
            ([], "Tick the datasets"),
            (["10.1/nowhere controlled-access"], "does not exist"),
            (["10.23698/aida/other no-such-licence"], "does not exist"),
            (["\0 x"], "does not exist"),
            (["10.23698/aida/synthetic/brgandi controlled-access"], "asks for that dataset already"),
        ],
    )
    def test_nonsense_adds_nothing(
        self, client: Client, draft: AccessRequest, ada: User, other: Dataset, posted: list[str], said: str
    ) -> None:
        client.force_login(ada)
        answer = client.post(more(draft), {"ask": posted}, follow=True)
        assert said in answer.content.decode()
        assert AccessRequest.objects.count() == 1

    def test_it_is_the_applicants_alone(
        self, client: Client, draft: AccessRequest, otto: User, hedda: User, other: Dataset
    ) -> None:
        assert client.get(more(draft)).headers["Location"].startswith("/accounts/login/")
        for stranger in (otto, hedda):
            client.force_login(stranger)
            assert client.get(more(draft)).status_code == 404
            assert client.post(more(draft), {"ask": value(other)}).status_code == 404
        client.force_login(draft.applicant)
        assert client.put(more(draft)).status_code == 405

    def test_sent_request_gets_no_siblings(self, client: Client, draft: AccessRequest, ada: User) -> None:
        actions.send_back(request=actions.submit(request=draft, by=ada), by=somebody_of_the_hub(), reason="Why?")
        client.force_login(ada)
        answer = client.get(more(draft))
        assert answer.status_code == 403
        assert "sent already" in answer.content.decode()

    def test_queries_do_not_grow(
        self, client: Client, draft: AccessRequest, ada: User, django_assert_max_num_queries: DjangoAssertNumQueries
    ) -> None:
        for number in range(25):
            make_dataset(f"10.23698/aida/{number}")
        client.force_login(ada)
        with django_assert_max_num_queries(14):
            html = client.get(more(draft)).content.decode()
        assert "Only the first 20 datasets are shown" in html

    def test_start_page_offers_to_ask_for_both(
        self, client: Client, draft: AccessRequest, ada: User, other: Dataset, otto: User
    ) -> None:
        client.force_login(ada)
        html = client.get(f"/{other.doi}/request/").content.decode()
        assert f'action="{more(draft)}"' in html
        assert "You are writing a request for BRGANDI" in html
        client.force_login(otto)
        assert "Ask for both" not in client.get(f"/{other.doi}/request/").content.decode()


class TestReview:
    """The last step: what each still needs, and one button for all."""

    def test_what_is_missing_stands_by_dataset(self, client: Client, pair: list[AccessRequest], ada: User) -> None:
        client.force_login(ada)
        html = client.get(review(pair[0])).content.decode()
        assert "2 requests with these answers" in html
        assert f'href="/requests/{pair[1].reference}/edit/terms/#div_id_accept_license"' in html
        assert "Send all" not in html
        assert "Send this one only" in html
        assert f"/requests/{pair[1].reference}/discard/" in html

    def test_all_are_sent_with_one_click(self, client: Client, pair: list[AccessRequest], ada: User) -> None:
        accept(pair[1])
        client.force_login(ada)
        assert "Send all 2 requests" in client.get(review(pair[1])).content.decode()
        answer = client.post(review(pair[1]), {"all": "yes"}, follow=True)
        assert answer.redirect_chain == [("/requests/", 302)]
        assert "2 requests are sent" in answer.content.decode()
        again = client.post(review(pair[1]), {"all": "yes"}, follow=True)
        assert "sent already" in again.content.decode()

    def test_refusal_is_said_on_the_page(self, client: Client, pair: list[AccessRequest], ada: User) -> None:
        client.force_login(ada)
        answer = client.post(review(pair[0]), {"all": "yes"}, follow=True)
        assert "Nothing was sent. OTHER:" in answer.content.decode()

    def test_one_alone_can_be_sent(self, client: Client, pair: list[AccessRequest], ada: User) -> None:
        client.force_login(ada)
        client.post(review(pair[0]))
        assert [anew(row).status for row in pair] == [Status.IN_REVIEW, Status.DRAFT]

    def test_draft_alone_says_nothing_of_others(self, client: Client, draft: AccessRequest, ada: User) -> None:
        client.force_login(ada)
        html = client.get(review(draft)).content.decode()
        assert "with these answers" not in html
        assert "Send the request" in html
        assert f'href="{more(draft)}"' in html


class TestAfterwards:
    """What shows that they were asked for together, to those who see them."""

    @pytest.fixture
    def both(self, pair: list[AccessRequest], ada: User) -> list[AccessRequest]:
        """The two, sent."""
        accept(pair[1])
        return actions.submit_together(request=anew(pair[0]), by=ada)

    def test_applicant_sees_the_other(self, client: Client, both: list[AccessRequest], ada: User, rut: User) -> None:
        for person in (ada, rut):
            client.force_login(person)
            html = client.get(both[0].get_absolute_url()).content.decode()
            assert "Asked for together" in html
            assert both[1].reference in html

    def test_provider_sees_those_of_own_datasets_only(
        self, client: Client, both: list[AccessRequest], per: User, hedda: User
    ) -> None:
        address = f"/admin/access_requests/accessrequest/{both[0].reference}/change/"
        client.force_login(per)
        html = client.get(address).content.decode()
        assert both[1].reference not in html
        assert "Asked for together" not in html
        client.force_login(hedda)
        html = client.get(address).content.decode()
        assert "Asked for together" in html
        assert both[1].reference in html
        assert "several/send-back/" in html
        assert "several/approve/" not in html  # hub staff have no vote of their own here

    def test_hub_decides_on_both_at_once(
        self, client: Client, pair: list[AccessRequest], ada: User, hedda: User, other: Dataset, brgandi: Dataset
    ) -> None:
        for dataset in (other, brgandi):
            set_policy(license_of(dataset), decided_by="hub")
        accept(pair[1])
        both = actions.submit_together(request=anew(pair[0]), by=ada)
        client.force_login(hedda)
        html = client.get(f"/admin/access_requests/accessrequest/{both[0].reference}/change/").content.decode()
        address = f"several/approve/?reference={both[0].reference}&amp;reference={both[1].reference}"
        assert address in html
        several = "/admin/access_requests/accessrequest/several/approve/"
        answer = client.post(several, {"reference": [row.reference for row in both]})
        assert answer.status_code == 200
        assert [anew(row).status for row in both] == [Status.APPROVED, Status.APPROVED]


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_two_saved_at_the_same_moment_wait_for_each_other(brgandi: Dataset, other: Dataset, ada: User) -> None:
    """Each saves both drafts: locked in one order, so neither waits for ever."""
    from tests.test_concurrency import at_once

    draft = draft_of(ada, brgandi)
    actions.add_sibling(request=draft, by=ada, license=license_of(other))
    first, second = drafts_with(anew(draft))

    def save(row: AccessRequest, text: str) -> None:
        for _ in range(10):
            actions.save_answers(request=row, by=ada, answers={"planned_use": text})

    assert at_once(lambda: save(first, "one"), lambda: save(second, "two")) == ["done", "done"]
    assert anew(first).draft["planned_use"] == anew(second).draft["planned_use"]


def test_filled_in_one_by_one_they_are_complete_together(pair: list[AccessRequest], ada: User) -> None:
    fill(pair[1], planned_use="Once more.")
    assert all(anew(row).draft["planned_use"] == "Once more." for row in pair)
