"""The pages on which hub staff look at what an account did, suspend it, lift that and erase it."""

from __future__ import annotations

import csv
import io
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from access_requests import actions
from access_requests.acts import acts_of
from access_requests.models import AccessRequest
from access_requests.workflow import Answer, Status
from aidahub.accounts.models import User
from datasets.models import Dataset
from tests.cast import RequestAt, draft_of, fresh, license_of, make_user, sent, set_policy


def browser(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def acts_url(user: User) -> str:
    return reverse("admin:access_requests_account_acts", args=(user.public_id,))


def close_url(user: User, slug: str) -> str:
    return reverse("admin:access_requests_account_close", args=(user.public_id, slug))


def text_of(page: Any) -> str:
    return " ".join(page.content.decode().replace("&#x27;", "'").split())


class TestSuspendPage:
    """It says what happens, asks why, and leads to what the account did."""

    def test_it_is_done_and_the_acts_are_shown(
        self, brgandi: Dataset, ada: User, per: User, petra: User, hedda: User
    ) -> None:
        set_policy(license_of(brgandi), quorum="all")
        request = actions.decide(request=sent(ada, brgandi), by=per, answer=Answer.REJECT, reason="Because.")
        client = browser(hedda)
        assert "votes in rounds that are open count no more" in text_of(client.get(close_url(per, "suspend")))
        page = client.post(close_url(per, "suspend"), {"reason": "Stolen."}, follow=True)
        assert page.redirect_chain == [(acts_url(per), 302)]
        text = text_of(page)
        for words in ("Votes in 1 open request were set aside", "Stolen.", request.reference, "Because."):
            assert words in text, words
        entry = LogEntry.objects.get(user=hedda)
        assert "set aside" in entry.change_message
        assert not fresh(per).is_active

    def test_without_a_reason_the_page_comes_back(self, per: User, hedda: User) -> None:
        page = browser(hedda).post(close_url(per, "suspend"), {"reason": "  "})
        assert page.status_code == 200
        assert page.context["form"].errors["reason"]
        assert fresh(per).is_active

    def test_it_is_lifted(self, per: User, hedda: User) -> None:
        actions.suspend_account(user=per, by=hedda, reason="Stolen.")
        client = browser(hedda)
        page = client.get(reverse("admin:accounts_user_change", args=(per.pk,)))
        assert close_url(per, "lift") in text_of(page)
        assert "Stolen." in text_of(page)
        assert client.get(close_url(per, "lift")).status_code == 200
        assert fresh(per).suspended_at
        client.post(close_url(per, "lift"))
        assert fresh(per).is_active

    def test_an_operator_is_for_operators(self, hedda: User, sigrid: User) -> None:
        for slug in ("suspend", "erase", "lift"):
            page = browser(hedda).post(close_url(sigrid, slug), {"reason": "x"})
            assert page.status_code == 403
            assert "Only another operator can do this." in text_of(page)
        own = browser(hedda).get(close_url(hedda, "suspend"))
        assert own.status_code == 403
        assert "Ask a colleague" in text_of(own)

    def test_the_operators_form_does_not_close_accounts(self, per: User, sigrid: User) -> None:
        """What `is_active` alone would leave: votes, sessions, invitations."""
        client = browser(sigrid)
        client.post(reverse("admin:accounts_user_change", args=(per.pk,)), {"is_hub_staff": ""})
        assert fresh(per).is_active


class TestErasePage:
    """It says what goes and what stays, with its ground."""

    def test_it_says_so_and_does_it(self, request_at: RequestAt, ada: User, hedda: User) -> None:
        request_at(Status.REJECTED)
        client = browser(hedda)
        text = text_of(client.get(close_url(ada, "erase")))
        for words in ("What goes", "Drafts", "What stays, and why", "public records", "cannot be undone"):
            assert words in text, words
        assert fresh(ada).name == "Ada Berg"
        page = client.post(close_url(ada, "erase"), follow=True)
        assert "The account is erased." in text_of(page)
        assert "Erased person" in text_of(page)
        assert close_url(ada, "erase") not in text_of(page)

    def test_what_must_be_done_first(self, request_at: RequestAt, ada: User, hedda: User) -> None:
        request = request_at(Status.GRANTED)
        page = browser(hedda).get(close_url(ada, "erase"))
        assert page.status_code == 403
        assert f"They have access by {request.reference}." in text_of(page)

    def test_no_get_erases(self, ada: User, hedda: User) -> None:
        for _time in range(2):
            browser(hedda).get(close_url(ada, "erase"))
        assert fresh(ada).name == "Ada Berg"


class TestActs:
    """What an account did, over all requests and in the admin."""

    def test_everything_with_links_the_latest_first(
        self, brgandi: Dataset, ada: User, per: User, hedda: User, sigrid: User
    ) -> None:
        set_policy(license_of(brgandi), quorum="all")
        request = sent(ada, brgandi)
        actions.decide(request=request, by=per, answer=Answer.APPROVE, reason="Fine by me.")
        actions.write(request=request, by=per, text="When do you need it?")
        actions.note(request=request, by=per, text="I know them.")
        found = acts_of(per, since=timezone.now() - timedelta(days=1), reader=hedda)
        assert [act.on for act in found] == [request.reference] * 3
        assert [act.detail for act in found] == ["I know them.", "When do you need it?", "approve\nFine by me."]
        assert all(browser(hedda).get(act.url).status_code == 200 for act in found)

    def test_policy_changes_are_among_them(self, brgandi: Dataset, hedda: User, sigrid: User) -> None:
        policy = set_policy(license_of(brgandi))
        given = {"license": policy.license_id, "form": "research", "decided_by": "hub", "quorum": "any", "days": "",
                 "needed": "applicant", "needed_before": "grant"}  # fmt: skip
        browser(hedda).post(reverse("admin:access_requests_policy_change", args=(policy.pk,)), given)
        (act,) = acts_of(hedda, since=timezone.now() - timedelta(days=1), reader=sigrid)
        assert "policy" in act.what
        assert "Now: Hub staff decide" in act.detail
        assert browser(sigrid).get(act.url).status_code == 200

    def test_since_a_day(self, brgandi: Dataset, ada: User, hedda: User) -> None:
        sent(ada, brgandi)
        client = browser(hedda)
        tomorrow = timezone.localdate() + timedelta(days=1)
        assert len(client.get(acts_url(ada)).context["acts"]) == 1
        assert client.get(acts_url(ada), {"since": tomorrow.isoformat()}).context["acts"] == []
        page = client.get(acts_url(ada), {"since": "yesterday"})
        assert page.status_code == 200
        assert page.context["form"].errors["since"]

    def test_as_csv(self, brgandi: Dataset, ada: User, per: User, hedda: User) -> None:
        request = sent(ada, brgandi)
        actions.write(request=request, by=per, text="=1+1 is what we need to know")
        answer = browser(hedda).get(acts_url(per), {"format": "csv"})
        rows = list(csv.reader(io.StringIO(b"".join(answer).decode().lstrip("\ufeff"))))
        assert rows[0] == ["When", "What", "On", "Detail"]
        assert rows[1][2:] == [request.reference, "'=1+1 is what we need to know"]

    def test_drafts_are_not_among_them(self, brgandi: Dataset, ada: User, hedda: User) -> None:
        draft = draft_of(ada, brgandi)
        assert draft.reference not in text_of(browser(hedda).get(acts_url(ada)))

    def test_requests_that_name_the_reader_are_left_out(
        self, brgandi: Dataset, ada: User, rut: User, per: User
    ) -> None:
        set_policy(license_of(brgandi), quorum="all")
        actions.decide(request=sent(ada, brgandi), by=per, answer=Answer.REJECT, reason="A secret doubt.")
        User.objects.filter(pk=rut.pk).update(is_hub_staff=True)
        text = text_of(browser(fresh(rut)).get(acts_url(per)))
        assert "A secret doubt." not in text
        assert "Nothing since that day." in text

    def test_as_many_queries_however_much_it_was(self, brgandi: Dataset, ada: User, per: User, hedda: User) -> None:
        request = sent(ada, brgandi)
        client = browser(hedda)

        def queries() -> int:
            with CaptureQueriesContext(connection) as found:
                assert client.get(acts_url(per)).status_code == 200
            return len(found)

        actions.write(request=request, by=per, text="One.")
        queries()
        few = queries()
        for number in range(12):
            actions.write(request=request, by=per, text=f"Number {number}.")
        assert queries() == few


@pytest.mark.parametrize("slug", ["suspend", "lift", "erase"])
def test_ladder(slug: str, brgandi: Dataset, ada: User, per: User, otto: User, hedda: User) -> None:
    victim = make_user("vera@elsewhere.example", "Vera Victim")
    for person in (ada, per, otto, victim):
        for address in (close_url(victim, slug), acts_url(victim)):
            assert browser(person).get(address).status_code == 404
        assert browser(person).post(close_url(victim, slug), {"reason": "x"}).status_code == 404
    assert Client().post(close_url(victim, slug))["Location"].startswith("/admin/login/")
    assert fresh(victim).is_active
    client = browser(hedda)
    assert client.put(close_url(victim, slug)).status_code == 405
    assert client.post(acts_url(victim)).status_code == 405
    nobody = acts_url(victim).replace(str(victim.public_id), "00000000-0000-4000-8000-000000000000")
    assert client.get(nobody).status_code == 404
    assert client.get(close_url(victim, "invented")).status_code == 404
    assert AccessRequest.objects.count() == 0
