"""How the people of a request are known: what the checks say of them, what the decision page shows, and to whom."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from allauth.socialaccount.models import SocialAccount
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from access_requests import actions
from access_requests.admin import facts
from access_requests.admin.identity import people_of
from access_requests.evidence import Facts, Level, findings
from access_requests.identity import Earlier, Person
from access_requests.institutions.matching import Affiliated, Affiliation
from access_requests.models import AccessRequest
from access_requests.rows import Shown
from access_requests.workflow import Answer, Part, Status
from aidahub.accounts.models import User
from datasets.models import Dataset
from tests.cast import BRGANDI, RequestAt, draft_of, fill, make_user, sent

ORCID, OTHER_ORCID = "0000-0002-1825-0097", "0000-0001-5109-3700"
OWN = Affiliated(Affiliation.BELONGS, "uu.se", "Uppsala University")
OTHERS = Affiliated(Affiliation.ELSEWHERE, "kth.se", "KTH")
UNUSUAL = Affiliated(Affiliation.UNKNOWN, "lab.example", "", ("uu.se",))
NOTHING = Affiliated(Affiliation.UNKNOWN, "lab.example")


def a_person(part: Part = Part.RECIPIENT_SCIENTIST, **fields: Any) -> Person:
    """A person of a request."""
    values = {"name": "Rut Ek", "email": "rut@uu.se", "affiliated": NOTHING, "institution": "Uppsala University"}
    return Person(part, **{**values, **fields})


def says(*people: Person, level: Level | None = None, **answers: Any) -> str:
    """The findings as one text."""
    found = findings(Facts(answers={"applicant_email": "a@uu.se", **answers}, people=people))
    return "\n".join(str(finding.sentence) for finding in found if level in (None, finding.level))


def an_earlier(reference: str, status: Status) -> Earlier:
    """Another request."""
    line = Shown(reference, "", "", "", "", "", "", "", "", datetime(2026, 1, 1, tzinfo=UTC), None, "", False)
    return Earlier(Part.RECIPIENT_SCIENTIST, status, line)


class TestFindings:
    """Plain sentences, as pure functions."""

    @pytest.mark.parametrize(
        ("part", "subject"),
        [
            (Part.APPLICANT, "The applicant’s"),
            (Part.RECIPIENT_SCIENTIST, "The recipient scientist’s"),
            (Part.SIGNATORY, "The signatory’s"),
        ],
    )
    def test_the_domain_of_each(self, part: Part, subject: str) -> None:
        fine = says(a_person(part, affiliated=OWN), level=Level.FINE)
        assert f"{subject} address is at uu.se, which belongs to Uppsala University." in fine
        look = says(a_person(part, affiliated=OTHERS), level=Level.LOOK)
        assert "the address is at kth.se, which belongs to KTH." in look
        assert "Uppsala University" in look
        look = says(a_person(part, affiliated=UNUSUAL), level=Level.LOOK)
        assert f"{subject} address is at lab.example; Uppsala University is known to use uu.se." in look
        assert "lab.example" not in says(a_person(part, affiliated=NOTHING))

    def test_an_orcid_of_the_recipient_scientist(self) -> None:
        answers: dict[str, Any] = {"recipient_same": "no", "recipient_profile": f"https://orcid.org/{ORCID}"}
        typed = a_person(typed_orcid=ORCID)
        assert f"ORCID {ORCID} was only typed" in says(typed, level=Level.LOOK, **answers)
        proven = a_person(typed_orcid=ORCID, orcid=ORCID)
        assert f"recipient scientist has signed in with ORCID {ORCID}" in says(proven, level=Level.FINE, **answers)
        assert "only typed" not in says(proven, **answers)
        another = a_person(typed_orcid=ORCID, orcid=OTHER_ORCID)
        said = says(another, level=Level.LOOK, **answers)
        assert OTHER_ORCID in said
        assert f"not the one in the answers: {ORCID}" in said

    def test_the_applicants_own_orcid_does_not_hide_that_the_other_was_only_typed(self) -> None:
        answers = {"recipient_same": "no", "recipient_profile": f"https://orcid.org/{ORCID}"}
        known = Facts(answers=answers, orcid=OTHER_ORCID, people=(a_person(typed_orcid=ORCID),))
        said = [str(finding.sentence) for finding in findings(known)]
        assert f"The applicant has signed in with ORCID {OTHER_ORCID}." in said
        assert any("was only typed" in sentence for sentence in said)

    def test_rejected_requests_of_the_recipient_scientist(self) -> None:
        rows = (
            an_earlier("A-1", Status.REJECTED),
            an_earlier("A-2", Status.GRANTED),
            an_earlier("A-3", Status.REJECTED),
        )
        assert "Earlier requests of the recipient scientist’s were rejected: A-1, A-3." in says(a_person(earlier=rows))
        assert "request of the recipient scientist’s was rejected: A-1." in says(a_person(earlier=rows[:2]))
        assert "rejected" not in says(a_person(earlier=rows[1:2]))
        assert "rejected" not in says(a_person(Part.APPLICANT, earlier=rows)), "which the check of the applicant says"

    def test_what_is_worth_a_look_comes_first(self) -> None:
        people = (a_person(Part.APPLICANT, affiliated=OWN), a_person(affiliated=OTHERS))
        levels = [finding.level for finding in findings(Facts(answers={}, people=people))]
        assert levels == sorted(levels, key=lambda level: level != Level.LOOK)
        assert {Level.FINE, Level.LOOK} == set(levels)


def page_url(request: AccessRequest) -> str:
    return reverse("admin:access_requests_accessrequest_change", args=(request.reference,))


def page_of(reader: User, request: AccessRequest) -> Any:
    """The decision page as somebody sees it."""
    client = Client()
    client.force_login(reader)
    return client.get(page_url(request))


def card(page: Any, heading: str) -> str:
    """One section of the page, as its reader reads it."""
    html = page.content.decode()
    start = html.index(f'aria-labelledby="{heading}"')
    return " ".join(re.sub(r"<[^>]+>", " ", html[start : html.index("</section>", start)]).split()).replace(
        "&#x27;", "'"
    )


@pytest.fixture
def sample(db: None) -> None:
    """The institutions that come with the site."""
    call_command("import_institutions", str(BRGANDI.with_name("institutions.json")), verbosity=0)


@pytest.fixture
def known(sample: None, ada: User, per: User, brgandi: Dataset) -> Callable[[User], dict[Part, Person]]:
    """`known(reader)`: the people of Ada's request as a reader gets to know them; nobody else has an account."""
    request = sent(ada, brgandi)

    def people(reader: User) -> dict[Part, Person]:
        row = facts.with_all(AccessRequest.objects.all()).get(pk=request.pk)
        return {person.part: person for person in people_of(reader, row, facts.last_sent(row).answers)}

    return people


class TestCollecting:
    """From the rows to the facts."""

    def test_all_three(self, known: Callable[[User], dict[Part, Person]], per: User, ada: User) -> None:
        people = known(per)
        applicant, recipient, signatory = (
            people[part] for part in (Part.APPLICANT, Part.RECIPIENT_SCIENTIST, Part.SIGNATORY)
        )
        assert (applicant.name, applicant.verified, applicant.has_account) == ("Ada Berg", True, True)
        assert (applicant.since, applicant.typed_orcid) == (ada.date_joined, "")
        assert (recipient.name, recipient.verified, recipient.has_account) == ("Rut Ek", False, False)
        assert (recipient.title, recipient.typed_orcid) == ("Professor", ORCID)
        assert (signatory.name, signatory.institution) == ("Sune Holm", "Uppsala University"), "that of the scientist"
        assert all(
            person.belongs and person.affiliated.institution == "Uppsala University" for person in people.values()
        )

    def test_the_recipient_scientists_account(
        self, known: Callable[[User], dict[Part, Person]], per: User, rut: User
    ) -> None:
        SocialAccount.objects.create(user=rut, provider="orcid", uid=ORCID)
        person = known(per)[Part.RECIPIENT_SCIENTIST]
        assert (person.verified, person.orcid, person.services) == (True, ORCID, ("ORCID",))
        assert person.since == rut.date_joined

    def test_an_account_that_only_claims_the_address_is_not_theirs(
        self, known: Callable[[User], dict[Part, Person]], per: User, otto: User
    ) -> None:
        EmailAddress.objects.create(user=otto, email="rut.ek@uu.example", verified=False)
        SocialAccount.objects.create(user=otto, provider="orcid", uid=ORCID)
        person = known(per)[Part.RECIPIENT_SCIENTIST]
        assert (person.has_account, person.verified, person.orcid, person.since) == (False, False, "", None)

    def test_a_second_address_of_an_account_counts(
        self, known: Callable[[User], dict[Part, Person]], per: User, otto: User
    ) -> None:
        EmailAddress.objects.create(user=otto, email="rut.ek@uu.example", verified=True)
        assert known(per)[Part.RECIPIENT_SCIENTIST].verified

    def test_who_is_applicant_and_recipient_scientist_in_one(
        self, sample: None, brgandi: Dataset, ada: User, per: User
    ) -> None:
        request = actions.submit(
            request=fill(draft_of(ada, brgandi), recipient_same="yes", signatory_same="yes"), by=ada
        )
        row = facts.with_all(AccessRequest.objects.all()).get(pk=request.pk)
        (person,) = people_of(per, row, facts.last_sent(row).answers)
        assert (person.part, person.typed_orcid) == (Part.APPLICANT, ORCID)


class TestEarlierRequests:
    """Of applicant and recipient scientist, as far as the reader may see them."""

    def test_as_applicant_and_as_recipient_scientist(
        self, brgandi: Dataset, ada: User, alva: User, rut: User, per: User, hedda: User
    ) -> None:
        own = sent(rut, brgandi)
        actions.decide(request=own, by=per, answer=Answer.REJECT, reason="Too vague.")
        with_alva, request = sent(alva, brgandi), sent(ada, brgandi)
        page = page_of(per, request)
        lines = card(page, "earlier")
        assert own.reference in lines
        assert f"{with_alva.reference} BRGANDI, Controlled access as recipient scientist" in lines
        assert "2 that you may see 1 rejected" in card(page, "recipient")
        assert f"recipient scientist’s was rejected: {own.reference}" in card(page, "checks")
        assert "None that you may see" in card(page, "who")

    def test_a_provider_learns_nothing_of_other_datasets(
        self, brgandi: Dataset, other: Dataset, ada: User, alva: User, per: User, opal: User, hedda: User
    ) -> None:
        elsewhere = sent(alva, other)
        actions.decide(request=elsewhere, by=opal, answer=Answer.REJECT, reason="Too vague.")
        request = sent(ada, brgandi)
        assert elsewhere.reference not in page_of(per, request).content.decode()
        assert "None that you may see" in card(page_of(per, request), "recipient")
        assert "1 that you may see 1 rejected" in card(page_of(hedda, request), "recipient")

    def test_nor_of_drafts(self, brgandi: Dataset, ada: User, alva: User, hedda: User, per: User) -> None:
        draft = draft_of(alva, brgandi)
        request = sent(ada, brgandi)
        for reader in (per, hedda):
            assert draft.reference not in page_of(reader, request).content.decode()

    def test_who_was_taken_out_of_a_request_is_not_found_in_it(
        self, brgandi: Dataset, ada: User, alva: User, per: User
    ) -> None:
        before = sent(alva, brgandi)
        actions.send_back(request=before, by=per, reason="Who is that?")
        actions.submit(request=fill(before, recipient_email="ruth@uu.example"), by=alva)
        assert before.reference not in card(page_of(per, sent(ada, brgandi)), "earlier")


class TestThePage:
    """Two columns of evidence."""

    def test_side_by_side(self, sample: None, request_at: RequestAt, per: User, ada: User, rut: User) -> None:
        SocialAccount.objects.create(user=ada, provider="orcid", uid=OTHER_ORCID)
        page = page_of(per, request_at(Status.IN_REVIEW))
        applicant, recipient = card(page, "who"), card(page, "recipient")
        assert "ada.berg@uu.example verified" in applicant
        assert "uu.example belongs to Uppsala University" in applicant
        assert f"{OTHER_ORCID} signed in with it" in applicant
        assert "Signs in through ORCID account since" in applicant
        assert "rut.ek@uu.example verified" in recipient
        assert f"{ORCID} only typed" in recipient
        assert "Signs in by a code by mail or a password" in recipient
        assert "has not signed in here with this address" in card(page, "signatory")

    def test_an_address_of_another_institution(self, sample: None, brgandi: Dataset, alva: User, per: User) -> None:
        page = page_of(per, sent(alva, brgandi))
        assert "kth.example belongs to KTH Royal Institute of Technology" in card(page, "who")
        assert "The applicant states Uppsala University, but the address is at kth.example" in card(page, "checks")

    def test_without_the_table_it_says_so_and_warns_of_nothing(self, request_at: RequestAt, per: User) -> None:
        page = page_of(per, request_at(Status.IN_REVIEW))
        assert "uu.example not known whose it is" in card(page, "who")
        assert "belongs to" not in card(page, "checks")

    def test_it_refuses_nothing(self, sample: None, brgandi: Dataset, alva: User, per: User) -> None:
        request = sent(alva, brgandi)
        actions.decide(request=request, by=per, answer=Answer.APPROVE)
        request.refresh_from_db()
        assert request.status == Status.APPROVED

    def test_hostile_answers_stay_text(self, brgandi: Dataset, ada: User, per: User) -> None:
        hostile = "<script>alert(1)</script>"
        draft = fill(draft_of(ada, brgandi), recipient_institution=hostile, recipient_title=hostile)
        html = page_of(per, actions.submit(request=draft, by=ada)).content.decode()
        assert "<script>alert" not in html

    def test_the_same_number_of_queries_however_much_is_known(
        self, sample: None, brgandi: Dataset, ada: User, rut: User, per: User, hedda: User
    ) -> None:
        sent(make_user("first@uu.example", "First"), brgandi)
        request = sent(ada, brgandi)
        before = {reader.pk: queries_of(reader, request) for reader in (per, hedda)}
        for number in range(5):
            somebody = make_user(f"somebody{number}@uu.example", f"Somebody {number}")
            actions.decide(request=sent(somebody, brgandi), by=per, answer=Answer.REJECT, reason="Too vague.")
            EmailAddress.objects.create(user=rut, email=f"rut{number}@uu.example", verified=True)
            SocialAccount.objects.create(user=ada, provider=f"service{number}", uid="x")
        assert {reader.pk: queries_of(reader, request) for reader in (per, hedda)} == before
        assert max(before.values()) <= 36


def queries_of(reader: User, request: AccessRequest) -> int:
    """How many queries the decision page needs."""
    client = Client()
    client.force_login(reader)
    client.get(page_url(request))
    with CaptureQueriesContext(
        connection,
    ) as queries:
        assert client.get(page_url(request)).status_code == 200
    return len(queries)
