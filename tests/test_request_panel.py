"""The access box of a landing page: which ways to ask there are, for whom; and that the page stays quick."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from pytest_django.fixtures import DjangoAssertNumQueries

from access_requests import actions
from access_requests.models import AccessRequest
from access_requests.panel import licenses_for_panel, ways_in
from access_requests.policies import licenses_to_ask
from access_requests.workflow import Status
from aidahub.accounts.models import User
from datasets.models import Citation, Dataset, License, LicenseText
from tests.cast import RequestAt, draft_of, license_of, sent, set_policy
from tests.support.pages import PAGE, panel_of, text_of


class TestPanel:
    """The access box: which ways in there are, for whom."""

    def test_anybody_is_offered_both_ways(self, client: Client, brgandi: Dataset) -> None:
        panel = panel_of(text_of(client))
        assert f'href="{PAGE}/request/?license=controlled-access"' in panel
        assert f'href="{PAGE}/request/?license=aida-by-license"' in panel
        assert "You ask the dataset's providers." in panel
        assert "within 6 working days" in " ".join(panel.split())
        assert "For members of AIDA." in panel
        assert 'href="#aida-by-license"' in panel

    def test_it_comes_before_the_description(self, client: Client, brgandi: Dataset) -> None:
        html = text_of(client)
        assert html.index("access-box") < html.index("about-description")

    def test_a_draft_is_gone_on_with(self, client: Client, ada: User, brgandi: Dataset) -> None:
        draft = draft_of(ada, brgandi)
        client.force_login(ada)
        panel = panel_of(text_of(client))
        assert "Continue your draft" in panel
        assert draft.get_absolute_url() in panel
        assert "license=controlled-access" not in panel
        assert "license=aida-by-license" in panel

    @pytest.mark.parametrize(
        ("status", "word"),
        [
            (Status.IN_REVIEW, "In review"),
            (Status.RETURNED, "Sent back"),
            (Status.APPROVED, "Approved"),
            (Status.GRANTED, "Access granted"),
        ],
    )
    def test_a_request_under_way_stands_there_instead_of_the_button(
        self, client: Client, ada: User, request_at: RequestAt, status: Status, word: str
    ) -> None:
        request = request_at(status)
        client.force_login(ada)
        panel = panel_of(text_of(client))
        assert word in panel
        assert f'href="{request.get_absolute_url()}"' in panel
        assert "license=controlled-access" not in panel

    @pytest.mark.parametrize("status", [Status.WITHDRAWN, Status.REJECTED, Status.CLOSED])
    def test_after_a_finished_one_it_may_be_asked_again(
        self, client: Client, ada: User, request_at: RequestAt, status: Status
    ) -> None:
        request_at(status)
        client.force_login(ada)
        assert "license=controlled-access" in panel_of(text_of(client))

    def test_others_see_nothing_of_it(
        self, client: Client, ada: User, otto: User, per: User, hedda: User, brgandi: Dataset
    ) -> None:
        request = sent(ada, brgandi)
        for person in (None, otto, per, hedda):
            client.logout()
            if person:
                client.force_login(person)
            html = text_of(client)
            assert request.reference not in html
            assert "license=controlled-access" in html

    def test_it_says_when_the_hub_decides(self, client: Client, brgandi: Dataset) -> None:
        set_policy(license_of(brgandi), decided_by="hub")
        assert f"{settings.HUB_NAME} decides." in panel_of(text_of(client))

    def test_without_providers_the_terms_say_whom_to_ask(self, client: Client, brgandi: Dataset) -> None:
        brgandi.dataset_providers.update(retired_at=datetime.now(UTC))
        panel = panel_of(text_of(client))
        assert "/request/" not in panel
        assert "Free for use in legal and ethical" in panel
        assert settings.HUB_EMAIL in panel

    @pytest.mark.parametrize(
        "change",
        [
            lambda dataset: None,
            lambda dataset: dataset.licenses.update(requestable=False),
            lambda dataset: dataset.licenses.filter(order=1).update(retired_at=datetime.now(UTC)),
            lambda dataset: dataset.dataset_providers.update(retired_at=datetime.now(UTC)),
            lambda dataset: LicenseText.objects.update(change="waiting"),
            lambda dataset: Dataset.objects.update(retired_at=datetime.now(UTC)),
            lambda dataset: License.objects.create(dataset=dataset, name="AIDA license", order=7),
        ],
    )
    def test_it_offers_what_the_rule_allows(self, ada: User, brgandi: Dataset, change: Any) -> None:
        change(brgandi)
        dataset = Dataset.objects.get(pk=brgandi.pk)
        licenses = licenses_for_panel(dataset, ada)
        assert {way.license.pk for way in ways_in(licenses)} == {each.pk for each in licenses_to_ask(dataset)}


class TestQueries:
    """At most six queries, whoever reads and however much there is to show."""

    def test_for_anybody(
        self, client: Client, brgandi: Dataset, django_assert_max_num_queries: DjangoAssertNumQueries
    ) -> None:
        with django_assert_max_num_queries(3):
            client.get(PAGE)

    @pytest.mark.parametrize("name", ["ada", "per", "hedda", "otto"])
    def test_for_somebody_signed_in(
        self,
        client: Client,
        request: pytest.FixtureRequest,
        request_at: RequestAt,
        django_assert_max_num_queries: DjangoAssertNumQueries,
        name: str,
    ) -> None:
        request_at(Status.IN_REVIEW)
        client.force_login(request.getfixturevalue(name))
        with django_assert_max_num_queries(6):
            client.get(PAGE)

    def test_however_much_there_is(
        self, client: Client, ada: User, brgandi: Dataset, django_assert_max_num_queries: DjangoAssertNumQueries
    ) -> None:
        for number in range(10, 30):
            license_ = License.objects.create(
                dataset=brgandi, name=f"Licence {number}", order=number, requestable=True, form_hint="research"
            )
            LicenseText.objects.create(license=license_, number=1, html="<p>Ask.</p>", text="Ask.", sha256="0" * 64)
            Citation.objects.create(dataset=brgandi, order=number, text=f"Work {number}")
        client.force_login(ada)
        with django_assert_max_num_queries(6):
            html = client.get(PAGE).content.decode()
        assert html.count("Request access") == 22

    def test_withdrawn_ones_do_not_hide_the_open_one(self, client: Client, ada: User, brgandi: Dataset) -> None:
        actions.withdraw(request=sent(ada, brgandi), by=ada)
        again = sent(ada, brgandi)
        client.force_login(ada)
        assert again.reference in panel_of(text_of(client))
        assert AccessRequest.objects.count() == 2
