"""Flags on people: who sets and lifts them, whom they match, who sees them and who never does."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.contrib.admin.models import LogEntry
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from access_requests import actions, flags
from access_requests.models import AccessRequest, Participant, PersonFlag
from access_requests.rules import Denied
from access_requests.workflow import Part, Status
from aidahub.accounts.models import User
from aidahub.outbox.models import Mail
from datasets.models import Dataset
from tests.cast import RequestAt, act_for, draft_of, fill, fresh, make_user, provider_of, sent

pytestmark = pytest.mark.django_db
SECRET = "Quagmirewort"
PART_OF_IT = SECRET[:8]  # what a search box may repeat
LIST = reverse("admin:access_requests_personflag_changelist")
ADD = reverse("admin:access_requests_personflag_add")


def lift_url(flag: PersonFlag) -> str:
    return reverse("admin:access_requests_personflag_lift", args=(flag.pk,))


def page_url(request: AccessRequest) -> str:
    return reverse("admin:access_requests_accessrequest_change", args=(request.reference,))


def browser(user: User | None) -> Client:
    """A browser in which somebody has signed in."""
    client = Client()
    if user:
        client.force_login(user)
    return client


def text_of(page: Any) -> str:
    return " ".join(page.content.decode().replace("&#x27;", "'").split())


class TestSetting:
    """`flag` and its rules."""

    def test_an_address_and_whoever_has_proven_it(self, hedda: User, rut: User) -> None:
        flag = flags.flag(by=hedda, email=" Rut.Ek@UU.example ", reason="  Asked twice under two names. ")
        assert (flag.user, flag.email, flag.reason) == (rut, "rut.ek@uu.example", "Asked twice under two names.")
        assert (flag.set_by, flag.is_set, flag.lifted_by) == (hedda, True, None)

    def test_an_address_of_nobody_yet_and_a_user_without_address(self, hedda: User, rut: User) -> None:
        assert flags.flag(by=hedda, email="new@uu.example", reason="Why.").user is None
        assert str(flags.flag(by=hedda, user=rut, reason="Why.")) == "Rut Ek"

    def test_an_address_that_somebody_only_claims_flags_no_user(self, hedda: User, otto: User) -> None:
        EmailAddress.objects.create(user=otto, email="rut.ek@uu.example", verified=False)
        assert flags.flag(by=hedda, email="rut.ek@uu.example", reason="Why.").user is None

    @pytest.mark.parametrize("who", ["ada", "per", "otto"])
    def test_nobody_but_hub_staff(self, who: str, ada: User, per: User, otto: User) -> None:
        by = {"ada": ada, "per": per, "otto": otto}[who]
        with pytest.raises(Denied, match="Only hub staff"):
            flags.flag(by=by, email="rut.ek@uu.example", reason="Why.")
        assert not PersonFlag.objects.exists()

    def test_not_oneself(self, hedda: User) -> None:
        EmailAddress.objects.create(user=hedda, email="hedda@uu.example", verified=True)
        for target in ({"user": hedda}, {"email": "hedda@hub.example"}, {"email": "HEDDA@uu.example"}):
            with pytest.raises(Denied, match="yourself"):
                flags.flag(by=fresh(hedda), reason="Why.", **target)

    @pytest.mark.parametrize("reason", ["", "  \n", "\u202e\x07", "x" * 2001])
    def test_a_reason_that_can_be_read(self, hedda: User, reason: str) -> None:
        with pytest.raises(Denied, match="reason"):
            flags.flag(by=hedda, email="rut.ek@uu.example", reason=reason)

    @pytest.mark.parametrize("email", ["", "rut", "rut@", "@uu.example", "a b@uu.example"])
    def test_somebody(self, hedda: User, email: str) -> None:
        with pytest.raises(Denied, match="Say whom"):
            flags.flag(by=hedda, email=email, reason="Why.")

    def test_the_database_holds_what_must_never_be_false(self, hedda: User) -> None:
        half: list[dict[str, Any]] = [{"lifted_at": timezone.now()}, {"lifted_by": hedda}]
        wrong = [{}, *({"email": "a@b.se", **fields} for fields in half)]
        for fields in wrong:
            with pytest.raises(IntegrityError), transaction.atomic():
                PersonFlag.objects.create(set_by=hedda, reason="Why.", **fields)


class TestLifting:
    """`lift`: the row stays."""

    def test_it_is_kept_with_who_lifted_it(self, hedda: User, sigrid: User) -> None:
        flag = flags.flag(by=hedda, email="rut.ek@uu.example", reason="Why.")
        flags.lift(flag, by=sigrid)
        row = PersonFlag.objects.get()
        assert (row.set_by, row.lifted_by, row.is_set, row.reason) == (hedda, sigrid, False, "Why.")
        assert flags.flagged([], ["rut.ek@uu.example"]) == []
        with pytest.raises(Denied, match="already"):
            flags.lift(flag, by=hedda)

    def test_who_may_not_see_it_may_not_lift_it(self, hedda: User, sigrid: User, per: User) -> None:
        flag = flags.flag(by=sigrid, user=hedda, reason="Why.")
        for by in (hedda, per):
            with pytest.raises(Denied, match="no such flag"):
                flags.lift(flag, by=by)
        assert PersonFlag.objects.get().is_set


class TestMatching:
    """`flagged`: by user, by any proven address of the user, by address."""

    def test_each_way(self, hedda: User, rut: User, otto: User) -> None:
        EmailAddress.objects.create(user=rut, email="rut@home.example", verified=True)
        EmailAddress.objects.create(user=rut, email="claimed@home.example", verified=False)
        by_user = flags.flag(by=hedda, user=rut, reason="One.")
        by_email = flags.flag(by=hedda, email="rut@home.example", reason="Two.")
        PersonFlag.objects.filter(pk=by_email.pk).update(user=None)  # set before anybody had proven it
        both = [by_email.pk, by_user.pk]
        assert [flag.pk for flag in flags.flagged([rut], [])] == both
        for email in ("rut.ek@uu.example", "RUT@home.example"):
            assert [flag.pk for flag in flags.flagged([], [email])] == both, email
        assert flags.flagged([otto], ["claimed@home.example", "other@uu.example", ""]) == []
        assert flags.flagged([], []) == []

    def test_an_address_that_was_never_proven_matches_by_itself(self, hedda: User) -> None:
        flag = flags.flag(by=hedda, email="new@uu.example", reason="Why.")
        assert flags.flagged([], ["New@uu.example"]) == [flag]
        later = make_user("other@uu.example", "Later")
        EmailAddress.objects.create(user=later, email="new@uu.example", verified=True)
        assert flags.flagged([later], []) == [flag]

    def test_a_constant_number_of_queries(self, hedda: User, django_assert_num_queries: DjangoAssertNumQueries) -> None:
        people = [make_user(f"p{number}@uu.example", "P") for number in range(10)]
        for person in people:
            flags.flag(by=hedda, user=person, reason="Why.")
        with django_assert_num_queries(2):
            assert len(flags.flagged(people, ["x@uu.example"])) == 10


class TestForcingTriage:
    """`forces_triage`: whoever is in the request."""

    @pytest.mark.parametrize("email", ["ada.berg@uu.example", "rut.ek@uu.example", "sune.holm@uu.example"])
    def test_applicant_recipient_scientist_signatory(
        self, email: str, brgandi: Dataset, ada: User, hedda: User
    ) -> None:
        draft, request = draft_of(ada, brgandi), None
        assert not flags.forces_triage(draft)
        flag = flags.flag(by=hedda, email=email, reason="Why.")
        assert flags.forces_triage(draft), "before the people are written down, as submit asks"
        request = actions.submit(request=draft, by=ada)
        assert flags.forces_triage(AccessRequest.objects.get(pk=request.pk))
        flags.lift(flag, by=hedda)
        assert not flags.forces_triage(AccessRequest.objects.get(pk=request.pk))

    def test_a_member(self, brgandi: Dataset, ada: User, hedda: User) -> None:
        request = sent(ada, brgandi)
        row = Participant.objects.create(request=request, part=Part.MEMBER, name="Mats", email="mats@uu.example")
        flags.flag(by=hedda, email="mats@uu.example", reason="Why.")
        assert flags.forces_triage(AccessRequest.objects.get(pk=request.pk))
        Participant.objects.filter(pk=row.pk).update(removed_at=timezone.now())
        assert not flags.forces_triage(AccessRequest.objects.get(pk=request.pk))

    def test_the_applicants_account_whatever_address_they_wrote(self, brgandi: Dataset, ada: User, hedda: User) -> None:
        flags.flag(by=hedda, email="ada.berg@uu.example", reason="Why.")
        EmailAddress.objects.create(user=ada, email="ada@home.example", verified=True)
        draft = fill(draft_of(fresh(ada), brgandi), applicant_email="ada@home.example")
        assert flags.forces_triage(draft)

    def test_a_draft_in_any_state(self, brgandi: Dataset, ada: User) -> None:
        draft = draft_of(ada, brgandi)
        nobody: dict[str, Any] = {"recipient_same": "no", "recipient_email": None}
        for broken in ({}, {"recipient_same": "no"}, nobody, {**nobody, "recipient_email": ["x"]}):
            draft.draft = broken
            assert not flags.forces_triage(draft)


class TestThePages:
    """Setting, listing and lifting in the admin."""

    def test_from_the_decision_page(self, request_at: RequestAt, hedda: User, rut: User) -> None:
        request, client = request_at(Status.IN_REVIEW), browser(hedda)
        page = text_of(client.get(page_url(request)))
        assert "Flag Rut Ek for hub staff" in page
        address = f"{ADD}?email=rut.ek%40uu.example"
        assert address in page
        assert 'value="rut.ek@uu.example"' in text_of(client.get(address))
        answer = client.post(address, {"email": "rut.ek@uu.example", "reason": f"{SECRET}."})
        assert answer.status_code == 302
        flag = PersonFlag.objects.get()
        assert (flag.user, flag.set_by) == (rut, hedda)
        page = text_of(client.get(page_url(request)))
        assert f"rut.ek@uu.example is flagged. Only hub staff see this. </p> <p>{SECRET}.</p>" in page
        assert "Set by Hedda Hub on" in page

    def test_from_the_persons_page(self, hedda: User, otto: User) -> None:
        EmailAddress.objects.filter(user=otto).update(verified=False)
        client = browser(hedda)
        person = reverse("admin:accounts_user_change", args=(otto.pk,))
        address = f"{ADD}?email=otto%40elsewhere.example&amp;person={otto.public_id}"
        assert address in text_of(client.get(person))
        client.post(ADD, {"email": "otto@elsewhere.example", "reason": SECRET, "person": str(otto.public_id)})
        assert PersonFlag.objects.get().user == otto, "also where no address is proven"
        assert SECRET in text_of(client.get(person))
        client.post(ADD, {"email": "x@elsewhere.example", "reason": SECRET, "person": str(otto.public_id)})
        assert PersonFlag.objects.latest("pk").user is None, "an address of somebody else"

    @pytest.mark.parametrize(
        ("data", "words"),
        [
            ({"email": "", "reason": "Why."}, "required"),
            ({"email": "rut", "reason": "Why."}, "valid email"),
            ({"email": "rut@uu.example", "reason": " "}, "required"),
            ({"email": "rut@uu.example", "reason": "\u202e"}, "Please give a reason"),
            ({"email": "rut@uu.example", "reason": "x" * 2001}, "at most 2000"),
            ({"email": "Hedda@hub.example", "reason": "Why."}, "cannot flag yourself"),
            ({"email": "rut@uu.example", "reason": "Why.", "person": "nonsense"}, "valid UUID"),
        ],
    )
    def test_bad_input_says_what(self, hedda: User, data: dict[str, str], words: str) -> None:
        page = browser(hedda).post(ADD, data)
        assert page.status_code == 200
        assert words in text_of(page)
        assert not PersonFlag.objects.exists()

    def test_listing_and_lifting(self, hedda: User, sigrid: User) -> None:
        flag = flags.flag(by=hedda, email="rut.ek@uu.example", reason=SECRET)
        client = browser(sigrid)
        assert SECRET in text_of(client.get(LIST))
        assert lift_url(flag) in text_of(
            client.get(reverse("admin:access_requests_personflag_change", args=(flag.pk,)))
        )
        assert SECRET in text_of(client.get(lift_url(flag)))
        assert PersonFlag.objects.get().is_set, "a GET changes nothing"
        page = client.post(lift_url(flag), follow=True)
        assert "The flag on rut.ek@uu.example is lifted." in text_of(page)
        assert PersonFlag.objects.get().lifted_by == sigrid
        assert LogEntry.objects.filter(user=sigrid, object_id=str(flag.pk)).exists()
        assert "lifted already" in text_of(client.get(lift_url(flag)))
        assert "lifted already" in text_of(client.post(lift_url(flag), follow=True))

    def test_nobody_deletes_or_edits_one(self, hedda: User, sigrid: User) -> None:
        flag = flags.flag(by=hedda, email="rut.ek@uu.example", reason=SECRET)
        for by in (hedda, sigrid):
            client = browser(by)
            assert client.post(reverse("admin:access_requests_personflag_delete", args=(flag.pk,))).status_code == 404
            change = reverse("admin:access_requests_personflag_change", args=(flag.pk,))
            assert client.post(change, {"reason": "x"}).status_code == 404
        assert PersonFlag.objects.get().reason == SECRET

    def test_strangers_and_the_signed_out(self, hedda: User, per: User, ada: User) -> None:
        flag = flags.flag(by=hedda, email="rut.ek@uu.example", reason=SECRET)
        for address in (LIST, ADD, lift_url(flag)):
            for person in (per, ada):
                assert browser(person).get(address).status_code == 404
                assert browser(person).post(address, {"email": "a@b.se", "reason": "x"}).status_code == 404
            assert browser(None).get(address).status_code == 302
        assert PersonFlag.objects.get().is_set

    def test_in_the_list_of_requests(
        self, request_at: RequestAt, hedda: User, per: User, django_assert_max_num_queries: Any
    ) -> None:
        request_at(Status.IN_REVIEW)
        flags.flag(by=hedda, email="rut.ek@uu.example", reason=SECRET)
        requests = reverse("admin:access_requests_accessrequest_changelist")
        client = browser(hedda)
        with django_assert_max_num_queries(25):
            page = client.get(requests)
        assert f"Flagged: {SECRET}" in text_of(page)
        assert SECRET not in text_of(browser(per).get(requests))


def addresses(request: AccessRequest, flag: PersonFlag, person: User) -> Iterator[str]:
    """Pages that could tell of a flag: those of the request, the lists, the desk, searches, the flag itself."""
    own = f"/requests/{request.reference}/"
    yield from ("/", "/requests/", own, f"{own}edit/", f"{own}withdraw/", f"{own}accept/", "/accounts/profile/")
    yield from ("/privacy/", "/metrics/", f"/{request.dataset.doi}", f"/{request.dataset.doi}/request/")
    yield from (page_url(request).replace("change", step) for step in ("change", "approve", "close"))
    requests = reverse("admin:access_requests_accessrequest_changelist")
    yield from ("/admin/", "/admin/access_requests/", requests, f"{requests}?q={PART_OF_IT}", f"{requests}?q=Rut")
    yield from (LIST, f"{LIST}?q={PART_OF_IT}", ADD, lift_url(flag))
    for view in ("change", "history", "delete"):
        yield reverse(f"admin:access_requests_personflag_{view}", args=(flag.pk,))
    yield from (reverse(f"admin:accounts_user_{view}", args=(person.pk,)) for view in ("change", "history"))
    yield reverse("admin:outbox_mail_changelist")
    yield f"{reverse('admin:accounts_user_changelist')}?q=Rut"


class TestSecrecy:
    """The reason is planted as a unique word and searched in whatever each of them can get."""

    @pytest.fixture
    def flagged_request(self, brgandi: Dataset, ada: User, per: User, rut: User, sigrid: User) -> AccessRequest:
        """Ada's request in review, whose recipient scientist was flagged before and whose applicant after."""
        flags.flag(by=sigrid, email="rut.ek@uu.example", reason=f"{SECRET} one")
        request = sent(ada, brgandi)
        flags.flag(by=sigrid, email="ada.berg@uu.example", reason=f"{SECRET} two")
        return request

    @pytest.mark.parametrize("who", ["anonymous", "ada", "rut", "per", "petra", "opal", "otto"])
    def test_whoever_is_not_hub_staff(
        self, who: str, flagged_request: AccessRequest, rut: User, request: pytest.FixtureRequest
    ) -> None:
        client = browser(None if who == "anonymous" else request.getfixturevalue(who))
        for flag in PersonFlag.objects.all():
            for address in addresses(flagged_request, flag, rut):
                page = client.get(address)
                content = page.content.decode()
                assert SECRET not in content, address
                assert "lagged" not in content, address
                assert "Flag " not in content, address
                assert SECRET not in str(page.headers), address
        assert not Mail.objects.filter(text__contains=SECRET).exists()

    def test_no_mail_and_no_event_tells_of_it(self, flagged_request: AccessRequest) -> None:
        assert Mail.objects.exists()
        assert not Mail.objects.filter(html__contains=SECRET).exists()
        assert SECRET not in str(list(flagged_request.events.values()))

    @pytest.mark.parametrize("who", ["rut", "ada"])
    def test_hub_staff_who_are_flagged_or_named(
        self, who: str, flagged_request: AccessRequest, ada: User, rut: User
    ) -> None:
        """Not on the request, nor in the lists, nor by the flag's own address: it would tell of both people."""
        person = {"ada": ada, "rut": rut}[who]
        User.objects.filter(pk=person.pk).update(is_hub_staff=True)
        client = browser(fresh(person))
        for flag in PersonFlag.objects.all():
            for address in addresses(flagged_request, flag, rut):
                assert SECRET not in client.get(address).content.decode(), address
        assert "for hub staff" not in client.get(page_url(flagged_request)).content.decode()

    def test_a_provider_who_is_flagged(self, flagged_request: AccessRequest, brgandi: Dataset, sigrid: User) -> None:
        rut = act_for(User.objects.get(email="rut.ek@uu.example"), provider_of(brgandi, 3))
        page = browser(rut).get(page_url(flagged_request))
        assert page.status_code == 200
        assert SECRET not in page.content.decode()

    def test_other_hub_staff_see_both(self, flagged_request: AccessRequest, hedda: User) -> None:
        page = text_of(browser(hedda).get(page_url(flagged_request)))
        assert f"{SECRET} one" in page
        assert f"{SECRET} two" in page

    def test_who_is_named_in_one_request_sees_the_flags_of_others(
        self, flagged_request: AccessRequest, brgandi: Dataset, alva: User, sigrid: User, otto: User
    ) -> None:
        User.objects.filter(pk=otto.pk).update(is_hub_staff=True)
        sent_by_alva = actions.submit(
            request=fill(draft_of(alva, brgandi), recipient_email="otto@elsewhere.example"), by=alva
        )
        flags.flag(by=sigrid, email="alva.dahl@kth.example", reason=f"{SECRET} three")
        client = browser(fresh(otto))
        assert f"{SECRET} two" in text_of(client.get(page_url(flagged_request)))
        assert SECRET not in client.get(page_url(sent_by_alva)).content.decode()
        listed = client.get(LIST).content.decode()
        assert f"{SECRET} two" in listed
        assert f"{SECRET} three" not in listed

    def test_a_draft_shows_its_reader_nothing(self, request_at: RequestAt, hedda: User, ada: User) -> None:
        """Whom the applicant names in answers that were not sent yet is theirs alone."""
        request = request_at(Status.RETURNED)
        flags.flag(by=hedda, email="ruth@uu.example", reason=SECRET)
        fill(request, recipient_email="ruth@uu.example")
        assert SECRET not in browser(hedda).get(page_url(request)).content.decode()
        assert flags.forces_triage(AccessRequest.objects.get(pk=request.pk))
