"""The policy of a licence in the admin: presets, the sentence for every combination, history, and open requests."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import product
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.test import Client
from django.utils import translation
from django.utils.html import escape

from access_requests import actions
from access_requests.admin.policy_page import EXPLAINED
from access_requests.models import AccessRequest, Policy
from access_requests.policies import PRESETS
from access_requests.policy_words import in_words
from access_requests.regions import EEA
from access_requests.workflow import Answer, Before, DecidedBy, Needed, Quorum, Status
from aidahub.accounts.models import User
from datasets.models import Dataset
from tests.cast import AIDA_PRESET, confirm, license_of, sent, set_policy

ADD = "/admin/access_requests/policy/add/"
COUNTRIES = ("", "SE,NO", ",".join(sorted(EEA)), "SE,NO,DK,FI,IS,DE,FR")
DAYS = (None, 1, 365)


def every_policy() -> Iterator[Policy]:
    """Every combination of what can be set; countries and days by examples of each kind."""
    for decided_by, triage, quorum, confirmed, needed, before, agreement, days, countries in product(
        DecidedBy, (False, True), Quorum, (False, True), Needed, Before, (False, True), DAYS, COUNTRIES
    ):
        yield Policy(
            form="research", decided_by=decided_by, triage=triage, quorum=quorum, confirm=confirmed, needed=needed,
            needed_before=before, agreement=agreement, days=days, free_countries=countries,
        )  # fmt: skip


def effect(policy: Policy) -> tuple[Any, ...]:
    """What of a policy makes a difference to a request; two that do the same read the same."""
    hub = policy.decided_by == DecidedBy.HUB
    first = policy.needed if policy.needed_before == Before.REVIEW else ""
    first = "" if policy.needed == Needed.APPLICANT else first
    countries = frozenset(country.code for country in policy.free_countries)
    checks = () if hub else (policy.triage, frozenset() if policy.triage else countries)
    votes = () if hub else (policy.quorum, policy.confirm)
    return (hub, first, checks, votes, policy.needed, policy.agreement, policy.days)


def test_the_sentence_tells_apart_whatever_makes_a_difference() -> None:
    by_words: dict[str, set[Any]] = {}
    by_effect: dict[Any, set[str]] = {}
    for policy in every_policy():
        words = in_words(policy)
        by_words.setdefault(words, set()).add(effect(policy))
        by_effect.setdefault(effect(policy), set()).add(words)
    assert [words for words, effects in by_words.items() if len(effects) > 1] == []
    assert [words for words in by_effect.values() if len(words) > 1] == []
    assert len(by_words) > 500


def test_the_sentence_is_one_for_people() -> None:
    for policy in every_policy():
        words = in_words(policy)
        assert words.endswith(".")
        assert not re.search(r"%\(|\s\s|\.\.|None", words), words
        assert ("decide; nothing is confirmed after" in words) == (policy.decided_by == DecidedBy.HUB)
        assert ("signed agreement" in words) == policy.agreement
        assert ("Access has no end." in words) == (policy.days is None)
        assert len(words) < 800


DIRECT = """
Hub staff check a request first where the data would go outside the EU and the EEA, unless it is synthetic; all others
go straight to the deciders. The dataset’s deciders are asked: the first vote settles it. The outcome counts at once,
and the applicant reads the deciders’ reasons, unsigned. Before access opens, the recipient scientist confirms, and
accepts the licence, as the applicant does. Access has no end.
"""
AIDA = """
First the recipient scientist confirms; only then the deciders are asked. Hub staff check each request before the
deciders are asked. The dataset’s deciders are asked: every decider votes, and one rejection rejects it. Hub staff
confirm the outcome; the applicant reads their words, never the deciders’. Before access opens, the applicant and the
recipient scientist accept the licence. Access has no end.
"""
BY_HUB = """
Hub staff decide; nothing is confirmed after. Before access opens, the applicant accepts the licence; nobody else is
waited for. Access opens when hub staff have the signed agreement, too. Access ends after 1 day.
"""
MEMBERS = {"decided_by": DecidedBy.HUB, "needed": Needed.APPLICANT, "days": 1, "agreement": True}


@pytest.mark.parametrize(
    ("fields", "sentence"), [(PRESETS["direct"], DIRECT), (PRESETS["aida"], AIDA), (MEMBERS, BY_HUB)]
)
def test_the_presets_in_words(fields: dict[str, Any], sentence: str) -> None:
    with translation.override("en"):
        assert in_words(Policy(**fields)) == " ".join(sentence.split())


def typed(brgandi: Dataset, **fields: str) -> dict[str, Any]:
    """What a browser posts for a new policy."""
    return {
        "license": license_of(brgandi).pk, "form": "research", "decided_by": "deciders", "quorum": "any", "days": "",
        "needed": "recipient-scientist", "needed_before": "grant", "free_countries": ["SE", "NO"], **fields,
    }  # fmt: skip


class TestThePage:
    """What hub staff see and press."""

    @pytest.fixture
    def hub(self, hedda: User, client: Client) -> Client:
        client.force_login(hedda)
        return client

    def test_every_field_is_there_and_explained(self, brgandi: Dataset, hub: Client) -> None:
        text = hub.get(ADD).content.decode()
        for name in (
            "decided_by", "triage", "free_countries", "quorum", "confirm",
            "needed", "needed_before", "agreement", "days",
        ):  # fmt: skip
            assert f'name="{name}"' in text, name
            assert escape(str(EXPLAINED[name])) in text, name
        assert text.count('name="_preset"') == 2

    def test_a_new_one_begins_with_the_countries_that_need_no_check(self, brgandi: Dataset, hub: Client) -> None:
        """Ticked and on top; or saving it as it stands would let data go anywhere unseen."""
        text = hub.get(ADD).content.decode()
        boxes = re.findall(r'<input[^>]*name="free_countries"[^>]*>', text)
        first = boxes[: len(EEA)]
        assert {code for box in first for code in re.findall(r'value="(\w\w)"', box)} == set(EEA)
        assert all("checked" in box for box in first)
        assert not any("checked" in box for box in boxes[len(EEA) :])

    @pytest.mark.parametrize("slug", ["direct", "aida"])
    def test_a_preset_fills_the_form_and_saves_nothing(self, brgandi: Dataset, hub: Client, slug: str) -> None:
        page = hub.post(ADD, typed(brgandi, _preset=slug, triage="on", days="90", agreement="on"))
        assert page.status_code == 200
        assert not Policy.objects.exists()
        form = page.context["adminform"].form
        for name, value in PRESETS[slug].items():
            assert str(form[name].value()) in {str(value), str(value.value) if hasattr(value, "value") else ""}, name
        assert (form["days"].value(), form["agreement"].value()) == ("90", True), "what it does not set stays"
        assert "Nothing is saved yet" in page.content.decode()
        assert "Access ends after 90 days." in page.content.decode()

    def test_the_preview_says_what_it_will_do(self, brgandi: Dataset, hub: Client) -> None:
        page = hub.post(ADD, typed(brgandi, _preview="1", decided_by="hub"))
        assert "Hub staff decide; nothing is confirmed after." in page.content.decode()
        assert not Policy.objects.exists()

    def test_a_preview_of_nonsense_says_what_is_wrong(self, brgandi: Dataset, hub: Client) -> None:
        page = hub.post(ADD, typed(brgandi, _preview="1", days="-5", decided_by="everybody"))
        assert page.status_code == 200
        assert set(page.context["adminform"].form.errors) == {"days", "decided_by"}

    def test_an_invented_preset_is_only_a_preview(self, brgandi: Dataset, hub: Client) -> None:
        page = hub.post(ADD, typed(brgandi, _preset="invented"))
        assert page.status_code == 200
        assert not Policy.objects.exists()

    def test_the_history_holds_both_sentences(self, brgandi: Dataset, hub: Client, hedda: User) -> None:
        policy = set_policy(license_of(brgandi), **PRESETS["direct"])
        before = in_words(policy)
        address = f"/admin/access_requests/policy/{policy.pk}/change/"
        assert hub.post(address, typed(brgandi, triage="on", quorum="all")).status_code == 302
        policy.refresh_from_db()
        entry = LogEntry.objects.get(user=hedda)
        assert entry.get_change_message() == f"Before: {before} Now: {in_words(policy)}"
        assert before in hub.get(f"/admin/access_requests/policy/{policy.pk}/history/").content.decode()

    def test_a_new_policy_is_compared_with_what_held_without_one(self, brgandi: Dataset, hub: Client) -> None:
        hub.post(ADD, typed(brgandi, confirm="on"))
        message = LogEntry.objects.get().get_change_message()
        assert message.startswith("Before: Hub staff check a request first")
        assert "Now:" in message

    def test_it_says_how_many_open_requests_it_concerns(
        self, brgandi: Dataset, ada: User, alva: User, per: User, hub: Client
    ) -> None:
        policy = set_policy(license_of(brgandi))
        address = f"/admin/access_requests/policy/{policy.pk}/change/"
        assert "0 requests are open under this licence." in hub.get(address).content.decode()
        sent(ada, brgandi)
        actions.decide(request=sent(alva, brgandi), by=per, answer=Answer.REJECT, reason="No.")
        text = hub.get(address).content.decode()
        assert "1 request is open under this licence." in text
        assert "the round keeps its deciders" in text

    def test_the_list_says_what_each_does(self, brgandi: Dataset, hub: Client) -> None:
        set_policy(license_of(brgandi), days=30)
        assert "Access ends after 30 days." in hub.get("/admin/access_requests/policy/").content.decode()

    def test_providers_find_no_such_page(self, brgandi: Dataset, per: User) -> None:
        client = Client()
        client.force_login(per)
        for address in (ADD, "/admin/access_requests/policy/"):
            assert client.get(address).status_code == 404
            assert client.post(address, typed(brgandi, _preset="aida")).status_code == 404


class TestOpenRequests:
    """Those that wait for nothing any more go on, the others stay as they are."""

    def test_an_approved_one_that_is_complete_opens(
        self, brgandi: Dataset, ada: User, per: User, hedda: User, client: Client
    ) -> None:
        set_policy(license_of(brgandi))
        request = actions.decide(request=sent(ada, brgandi), by=per, answer=Answer.APPROVE)
        assert request.status == Status.APPROVED
        client.force_login(hedda)
        address = f"/admin/access_requests/policy/{license_of(brgandi).policy.pk}/change/"
        page = client.post(address, typed(brgandi, needed="applicant"), follow=True)
        assert AccessRequest.objects.get().status == Status.GRANTED
        assert "1 open request waits for nothing any more and went on." in page.content.decode()

    def test_a_sent_one_that_nobody_need_check_goes_to_the_deciders(
        self, brgandi: Dataset, ada: User, rut: User
    ) -> None:
        set_policy(license_of(brgandi), **AIDA_PRESET)
        request = confirm(sent(ada, brgandi), rut)
        assert request.status == Status.SUBMITTED
        set_policy(license_of(brgandi), triage=False)
        assert actions.apply_policy(license=license_of(brgandi)) == [request]
        assert AccessRequest.objects.get().status == Status.IN_REVIEW

    def test_one_that_still_waits_stays_and_keeps_its_time(self, brgandi: Dataset, ada: User) -> None:
        set_policy(license_of(brgandi), **AIDA_PRESET)
        request = sent(ada, brgandi)
        set_policy(license_of(brgandi), quorum="any")
        assert actions.apply_policy(license=license_of(brgandi)) == []
        again = AccessRequest.objects.get()
        assert (again.status_since, again.event_count) == (request.status_since, request.event_count)

    def test_a_round_that_is_open_keeps_its_quorum(self, brgandi: Dataset, ada: User, per: User) -> None:
        set_policy(license_of(brgandi), quorum="all")
        request = sent(ada, brgandi)
        set_policy(license_of(brgandi), quorum="any")
        actions.apply_policy(license=license_of(brgandi))
        assert actions.decide(request=request, by=per, answer=Answer.APPROVE).status == Status.IN_REVIEW
