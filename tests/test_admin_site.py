"""The admin as a whole: the desk, what each person finds in it, and what nobody does."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.contrib import admin
from django.contrib.contenttypes.models import ContentType
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from access_requests import actions
from access_requests.models import AccessRequest, CannedText, Policy
from access_requests.workflow import Answer, Status
from aidahub.accounts.models import User
from aidahub.outbox.models import Mail
from datasets.models import Dataset, DatasetProvider, Provider
from tests.cast import RequestAt, by_hub, change_license, license_of, sent, set_policy

DESK = reverse("admin:index")


def desk_of(user: User) -> Any:
    client = Client()
    client.force_login(user)
    page = client.get(DESK)
    assert page.status_code == 200
    return page


def heaps(user: User) -> dict[str, list[str]]:
    """The heaps on somebody's desk: the titles of their rows."""
    return {section.slug: [row.title for row in section.rows] for section in desk_of(user).context["sections"]}


class TestTheDesk:
    """What waits for me first, each row one click from the fix."""

    def test_a_provider(self, brgandi: Dataset, other: Dataset, ada: User, alva: User, per: User, opal: User) -> None:
        decided, waiting = sent(ada, brgandi), sent(alva, brgandi)
        actions.decide(request=decided, by=per, answer=Answer.REJECT, reason="No.")
        sent(ada, other)
        page = desk_of(per)
        first, second = page.context["sections"]
        assert (first.slug, [row.url.split("/")[-3] for row in first.rows]) == ("waiting", [waiting.reference])
        assert (second.slug, [row.url.split("/")[-3] for row in second.rows]) == ("decided", [decided.reference])
        assert "Findings" not in page.content.decode()
        assert [row.detail.split(" ")[0] for row in desk_of(opal).context["sections"][0].rows] != [waiting.reference]

    def test_it_says_when_nothing_waits(self, brgandi: Dataset, per: User) -> None:
        assert "Nothing waits for you." in desk_of(per).content.decode()

    def test_hub_staff_find_what_waits_for_them_with_why(
        self, brgandi: Dataset, other: Dataset, ada: User, alva: User, per: User, hedda: User
    ) -> None:
        set_policy(license_of(brgandi), triage=True, confirm=True)
        by_hub(license_of(other))
        checked, fresh, own = sent(ada, brgandi), sent(alva, brgandi), sent(ada, other)
        actions.forward(request=checked, by=hedda)
        actions.decide(request=checked, by=per, answer=Answer.APPROVE)
        rows = {row.url.split("/")[-3]: str(row.why) for row in desk_of(hedda).context["sections"][0].rows}
        assert rows == {
            checked.reference: "The votes are in; to be confirmed",
            fresh.reference: "To be checked and forwarded",
            own.reference: "To be decided",
        }

    def test_what_waits_for_others_too_long(self, brgandi: Dataset, ada: User, alva: User, hedda: User) -> None:
        late, fresh = sent(ada, brgandi), sent(alva, brgandi)
        AccessRequest.objects.filter(pk=late.pk).update(status_since=timezone.now() - timedelta(days=30))
        section = next(section for section in desk_of(hedda).context["sections"] if section.slug == "late")
        assert [row.detail.split(" ")[0] for row in section.rows] == [late.reference]
        assert "providers" in str(section.rows[0].why)
        assert fresh.status == Status.IN_REVIEW

    def test_what_is_wrong_around_the_requests(self, brgandi: Dataset, hedda: User) -> None:
        Mail.objects.create(
            about="x", kind="x", recipient="gone@provider.example", subject="Decide: access to X", text="Text.",
            message_id="<1@test>", status=Mail.Status.FAILED, last_error="550 no such user",
        )  # fmt: skip
        silent = DatasetProvider.objects.filter(dataset=brgandi, part="decider").first()
        assert silent
        Provider.objects.filter(pk=silent.provider_id).update(email="")
        DatasetProvider.objects.filter(pk=silent.pk).update(confirmed=False)
        changed = change_license(brgandi)
        type(changed).objects.filter(pk=changed.pk).update(change="waiting")
        found = heaps(hedda)
        assert found["mails"] == ["Decide: access to X"]
        assert found["findings"] == ["BRGANDI"]
        assert found["no-email"] == [silent.name]
        assert found["confirm"] == [silent.name, str(changed.license)]

    def test_every_row_leads_somewhere(self, brgandi: Dataset, ada: User, hedda: User, per: User) -> None:
        self.test_what_is_wrong_around_the_requests(brgandi, hedda)
        sent(ada, brgandi)
        for person in (hedda, per):
            client = Client()
            client.force_login(person)
            for section in desk_of(person).context["sections"]:
                for row in section.rows:
                    assert client.get(row.url).status_code == 200, (section.slug, row.url)
                if section.more:
                    assert client.get(section.more).status_code == 200


class TestWhoFindsWhat:
    """Which lists there are for whom."""

    def lists(self, user: User) -> set[str]:
        return {model["object_name"] for app in desk_of(user).context["app_list"] for model in app["models"]}

    def test_a_provider_finds_requests_and_nothing_else(self, brgandi: Dataset, per: User) -> None:
        assert self.lists(per) == {"AccessRequest"}

    def test_hub_staff_find_no_record_to_edit(self, brgandi: Dataset, hedda: User, sigrid: User) -> None:
        for person in (hedda, sigrid):
            found = self.lists(person)
            assert {"AccessRequest", "Policy", "Form", "FormVersion", "Mail"} <= found
            assert not found & {"Event", "Submission", "Decision", "Round", "Grant", "LicenseAcceptance", "SealedText"}

    def test_what_other_packages_bring_is_not_registered(self) -> None:
        names = {model.__module__.partition(".")[0] for model in admin.site._registry}
        assert names == {"aidahub", "datasets", "access_requests"}


class TestNobody:
    """What is closed, tried on every list of the admin."""

    def test_every_other_page_of_the_admin_is_404_to_a_provider(
        self, request_at: RequestAt, per: User, hedda: User, client: Client
    ) -> None:
        request = request_at(Status.IN_REVIEW)
        client.force_login(per)
        kind = ContentType.objects.get_for_model(AccessRequest)
        addresses = [
            f"/admin/access_requests/accessrequest/{request.pk}/change/",
            f"/admin/access_requests/accessrequest/{request.reference}/delete/",
            f"/admin/access_requests/accessrequest/{request.reference}/history/",
            "/admin/access_requests/accessrequest/add/",
            f"/admin/r/{kind.pk}/{request.pk}/",
            f"/admin/accounts/user/{hedda.pk}/password/",
            "/admin/password_change/done/",
            "/admin/autocomplete/?app_label=access_requests&model_name=submission&field_name=request&term=a",
            "/admin/invented/",
        ]
        for model in admin.site._registry:
            if model is not AccessRequest:
                base = f"/admin/{model._meta.app_label}/{model._meta.model_name}/"
                addresses += [base, f"{base}add/", f"{base}1/change/", f"{base}1/delete/", f"{base}1/history/"]
        for address in addresses:
            assert client.get(address, follow=True).status_code == 404, address
            assert client.post(address, follow=True).status_code in {404, 405}, address

    def test_a_request_has_no_stock_pages_for_hub_staff_either(
        self, request_at: RequestAt, sigrid: User, client: Client
    ) -> None:
        request = request_at(Status.IN_REVIEW)
        client.force_login(sigrid)
        for part in ("delete", "history", "add", "password"):
            assert client.get(f"/admin/access_requests/accessrequest/{request.reference}/{part}/").status_code == 404
        assert client.get(f"/admin/access_requests/accessrequest/{request.pk}/change/").status_code == 404
        assert client.get("/admin/access_requests/accessrequest/add/").status_code == 404

    def test_a_missing_object_is_404(self, hedda: User, client: Client) -> None:
        client.force_login(hedda)
        for model in admin.site._registry:
            base = f"/admin/{model._meta.app_label}/{model._meta.model_name}/"
            for address in (f"{base}987654/change/", f"{base}987654/delete/", f"{base}zebra/change/"):
                assert client.get(address).status_code == 404, address

    def test_only_canned_texts_can_be_deleted(self, brgandi: Dataset, sigrid: User, client: Client) -> None:
        client.force_login(sigrid)
        for model in set(admin.site._registry) - {CannedText}:
            row = model._default_manager.first()
            if row is not None and model is not AccessRequest:
                address = f"/admin/{model._meta.app_label}/{model._meta.model_name}/{row.pk}/delete/"
                assert client.post(address, {"post": "yes"}).status_code in {403, 404}, address
                assert model._default_manager.filter(pk=row.pk).exists()

    @pytest.mark.django_db
    def test_without_signing_in_every_address_leads_to_the_sign_in(self, client: Client) -> None:
        for address in (DESK, "/admin/invented/", "/admin/access_requests/accessrequest/AIDA-2026-00001/change/"):
            answer = client.get(address)
            assert answer.status_code == 302
            assert answer["Location"].startswith("/admin/login/?next=")
        answer = client.get("/admin/login/?next=/admin/")
        assert answer["Location"] == "/accounts/login/?next=%2Fadmin%2F"

    def test_strangers_find_no_admin(self, otto: User, ada: User, client: Client) -> None:
        for person in (otto, ada):
            client.force_login(person)
            for address in (DESK, "/admin/login/", "/admin/access_requests/accessrequest/"):
                assert client.get(address).status_code == 404


class TestPolicies:
    """What hub staff set for a licence."""

    def test_it_says_what_it_will_do(self, brgandi: Dataset, hedda: User, client: Client) -> None:
        client.force_login(hedda)
        license_ = license_of(brgandi)
        data = {
            "license": license_.pk, "form": "research", "decided_by": "deciders", "triage": "on", "quorum": "all",
            "confirm": "on", "days": "365", "needed": "recipient-scientist", "needed_before": "grant",
        }  # fmt: skip
        answer = client.post("/admin/access_requests/policy/add/", data)
        assert answer.status_code == 302
        policy = Policy.objects.get(license=license_)
        assert (policy.triage, policy.quorum, policy.confirm, policy.days) == (True, "all", True, 365)
        text = client.get(f"/admin/access_requests/policy/{policy.pk}/change/").content.decode()
        assert "Hub staff check each request before the deciders are asked." in text
        assert "every decider votes, and one rejection rejects it. Hub staff confirm the outcome" in text
        assert "Access ends after 365 days." in text
        assert "every decider votes" in client.get("/admin/access_requests/policy/").content.decode()

    def test_a_licence_keeps_its_policy(self, brgandi: Dataset, hedda: User, client: Client) -> None:
        policy = set_policy(license_of(brgandi), triage=True)
        client.force_login(hedda)
        data = {"license": license_of(brgandi, "AIDA BY license").pk, "form": "aida-member", "decided_by": "hub",
                "quorum": "any", "days": "", "needed": "applicant", "needed_before": "grant"}  # fmt: skip
        client.post(f"/admin/access_requests/policy/{policy.pk}/change/", data)
        policy.refresh_from_db()
        assert (policy.license, policy.decided_by) == (license_of(brgandi), "hub")

    def test_forms_are_for_reading(self, brgandi: Dataset, ada: User, hedda: User, client: Client) -> None:
        version = sent(ada, brgandi).form_version
        client.force_login(hedda)
        address = f"/admin/access_requests/formversion/{version.pk}/change/"
        page = client.get(address)
        assert page.status_code == 200
        assert "What will you use the data for?" in page.content.decode()
        assert client.post(address, {"number": "7"}).status_code == 404
        assert client.get("/admin/access_requests/formversion/add/").status_code == 404
