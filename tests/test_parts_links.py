"""The link by which somebody who is named comes in: it works once, for one verified person, and lets in nobody else."""

from __future__ import annotations

from datetime import timedelta
from threading import Barrier, Thread
from typing import Any

import pytest
import time_machine
from allauth.account.models import EmailAddress
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from access_requests import actions, part_invitations
from access_requests.models import AccessRequest, Participant, PartInvitation
from access_requests.rules import Denied, parts_in
from access_requests.workflow import RUNNING, Part, Status
from aidahub.accounts.models import User
from aidahub.outbox.delivery import claim, mark_sent
from aidahub.outbox.models import Mail
from datasets.models import Dataset
from tests.cast import RequestAt, confirm, draft_of, fresh, make_user, sent
from tests.mails import RUT, SUNE
from tests.support.asking import said
from tests.support.parts import flat, link_to, mail_to, member, person

pytestmark = pytest.mark.django_db


@pytest.fixture
def request_(ada: User, brgandi: Dataset, per: User) -> AccessRequest:
    """Ada's request, sent; neither Rut nor Sune has an account."""
    return sent(ada, brgandi)


@pytest.fixture
def newcomer(db: None) -> User:
    """Somebody with an account at another address than the one that was named."""
    return make_user("sune@home.example", "Sune at home")


def follow(client: Client, path: str, by: User) -> Any:
    """Sign in, open the link, take the part."""
    client.force_login(by)
    return client.post(path)


# The page


def test_neither_hub_staff_nor_a_sent_mail_show_the_link(client: Client, request_: AccessRequest, hedda: User) -> None:
    """Whoever has it could take the part of the recipient scientist or sign for the institution."""
    mail, token = mail_to(SUNE), link_to(SUNE).split("/")[2]
    client.force_login(hedda)
    page = client.get(reverse("admin:outbox_mail_change", args=[mail.pk]))
    assert page.status_code == 200
    assert mail.recipient in page.text
    assert token not in page.text
    Mail.objects.filter(pk=mail.pk).update(next_try_at=timezone.now() - timedelta(days=1))
    claimed = claim()
    assert claimed
    assert claimed.pk == mail.pk
    mark_sent(claimed)
    mail.refresh_from_db()
    assert mail.text
    assert token not in mail.text + mail.html


def test_anonymous_people_read_what_the_mail_said_and_no_more(client: Client, request_: AccessRequest) -> None:
    page = client.get(link_to(SUNE))
    assert page.status_code == 200
    html = flat(page.text)
    for words in ("Ada Berg asks for access", "Synthetic brain", "Signatory", "you may sign for the institution"):
        assert words in html, words
    for secret in ("trained on real and on synthetic", "Rut Ek", SUNE, RUT, request_.reference, "Muhammad"):
        assert secret not in html, secret
    assert page["Referrer-Policy"] == "same-origin"
    assert page["X-Robots-Tag"] == "noindex"
    assert "no-store" in page["Cache-Control"]


def test_looking_changes_nothing(client: Client, request_: AccessRequest, newcomer: User) -> None:
    path = link_to(SUNE)
    client.get(path)
    client.force_login(newcomer)
    assert "This is me" in client.get(path).text
    assert client.head(path).status_code == 200
    assert PartInvitation.objects.filter(used_at=None).count() == PartInvitation.objects.count()


def test_taking_the_part_leads_to_its_page(client: Client, request_: AccessRequest, newcomer: User) -> None:
    path = link_to(SUNE)
    assert client.post(path)["Location"] == f"/accounts/login/?next={path}", "anonymous people sign in first"
    answer = follow(client, path, newcomer)
    assert answer["Location"] == f"/requests/{request_.reference}/part/"
    assert client.get(answer["Location"]).status_code == 200
    assert parts_in(fresh(newcomer), request_) == {Part.SIGNATORY}


def test_whoever_has_the_part_is_led_on(client: Client, request_: AccessRequest, newcomer: User) -> None:
    path = link_to(SUNE)
    follow(client, path, newcomer)
    assert client.get(path)["Location"] == f"/requests/{request_.reference}/part/"


def test_whoever_proves_the_address_needs_no_link(client: Client, request_: AccessRequest) -> None:
    path = link_to(SUNE)
    client.force_login(make_user(SUNE, "Sune Holm"))
    assert client.get(path)["Location"] == f"/requests/{request_.reference}/part/"
    assert PartInvitation.objects.filter(used_at__isnull=False).count() == 0


def test_other_methods(client: Client, request_: AccessRequest) -> None:
    for method in ("PUT", "DELETE", "PATCH"):
        assert client.generic(method, link_to(SUNE)).status_code == 405


# Whom it lets in


def test_it_works_once(client: Client, request_: AccessRequest, newcomer: User, otto: User) -> None:
    path = link_to(SUNE)
    follow(client, path, newcomer)
    client.force_login(otto)
    page = client.get(path)
    assert page.status_code == 404
    assert "does not work any more" in page.text
    client.post(path)
    assert parts_in(fresh(otto), request_) == frozenset()


def test_whoever_has_no_verified_address_verifies_it_first(
    client: Client, request_: AccessRequest, newcomer: User
) -> None:
    EmailAddress.objects.filter(user=newcomer).update(verified=False)
    answer = follow(client, link_to(SUNE), newcomer)
    assert "First verify" in said(answer)
    assert parts_in(fresh(newcomer), request_) == frozenset()


def test_the_applicant_cannot_take_a_part(client: Client, request_: AccessRequest, ada: User) -> None:
    client.force_login(ada)
    path = link_to(SUNE)
    assert "This is me" not in client.get(path).text
    answer = client.post(path)
    assert "You are the applicant" in said(answer)
    assert parts_in(fresh(ada), request_) == {Part.APPLICANT}
    assert PartInvitation.objects.filter(used_at__isnull=False).count() == 0


def test_a_link_of_one_request_gives_nothing_in_another(
    client: Client, request_: AccessRequest, newcomer: User, other: Dataset, ada: User
) -> None:
    path = link_to(SUNE)
    second = sent(ada, other)
    follow(client, path, newcomer)
    assert parts_in(fresh(newcomer), second) == frozenset()
    assert client.get(f"/requests/{second.reference}/").status_code == 404
    assert client.get(f"/requests/{second.reference}/part/").status_code == 404


def test_all_parts_at_one_address_are_taken_together(ada: User, brgandi: Dataset, newcomer: User) -> None:
    draft = draft_of(ada, brgandi)
    draft = actions.save_answers(request=draft, by=ada, answers={"signatory_email": RUT, "signatory_name": "Rut Ek"})
    request = actions.submit(request=draft, by=ada)
    found = part_invitations.find(link_to(RUT).split("/")[2])
    assert found
    actions.take_part(invitation=found, by=newcomer)
    assert parts_in(fresh(newcomer), request) == {Part.RECIPIENT_SCIENTIST, Part.SIGNATORY}


def test_taking_a_part_closes_the_other_links_to_it(
    client: Client, request_: AccessRequest, newcomer: User, otto: User, hedda: User
) -> None:
    first = link_to(SUNE)
    actions.remind_person(request=request_, by=hedda, person=person(request_, Part.SIGNATORY))
    second = link_to(SUNE)
    assert first != second
    follow(client, second, newcomer)
    client.force_login(otto)
    assert client.get(first).status_code == 404


def test_an_answer_closes_the_links(client: Client, request_: AccessRequest, otto: User) -> None:
    path = link_to(RUT)
    confirm(request_, make_user(RUT, "Rut Ek"))
    client.force_login(otto)
    assert client.get(path).status_code == 404
    assert person(request_, Part.RECIPIENT_SCIENTIST).user != otto


def test_a_link_does_not_take_a_part_that_somebody_else_has_confirmed(
    request_: AccessRequest, newcomer: User, otto: User
) -> None:
    signatory = person(request_, Part.SIGNATORY)
    found = part_invitations.find(link_to(SUNE).split("/")[2])
    assert found
    actions.take_part(invitation=found, by=newcomer)
    actions.confirm_part(request=request_, by=fresh(newcomer))
    late = part_invitations.find(part_invitations.invite(signatory).split("/")[-2])
    assert late
    with pytest.raises(Denied, match="another account"):
        actions.take_part(invitation=late, by=otto)
    assert person(request_, Part.SIGNATORY).user == newcomer


@pytest.mark.parametrize("address", ["sune.holm@uu.examp1e", "sune.hоlm@uu.example", "sune.holm@uu.example.org"])
def test_addresses_that_look_alike_are_not_the_same(address: str, request_: AccessRequest) -> None:
    """The second has a Cyrillic letter."""
    impostor = User.objects.create(email=address, name="Sune Holm", password="!")
    EmailAddress.objects.create(user=impostor, email=address, verified=True, primary=True)
    assert parts_in(fresh(impostor), request_) == frozenset()


def test_how_the_address_is_written_does_not_matter(request_: AccessRequest) -> None:
    user = make_user("someone@uu.example", "Sune Holm")
    EmailAddress.objects.create(user=user, email="Sune.Holm@UU.example", verified=True)
    assert parts_in(fresh(user), request_) == {Part.SIGNATORY}


def test_an_address_that_is_not_proven_opens_nothing(request_: AccessRequest) -> None:
    user = make_user("someone@uu.example", "Sune Holm")
    EmailAddress.objects.create(user=user, email=SUNE, verified=False)
    assert parts_in(fresh(user), request_) == frozenset()


def test_a_provider_who_is_named_does_not_vote(request_: AccessRequest, per: User) -> None:
    found = part_invitations.find(link_to(SUNE).split("/")[2])
    assert found
    actions.take_part(invitation=found, by=per)
    with pytest.raises(Denied, match="You are named in this request"):
        actions.decide(request=request_, by=fresh(per), answer="approve")  # type: ignore[arg-type]


# Removed


def test_who_is_removed_loses_sight_at_once(
    client: Client, request_: AccessRequest, newcomer: User, hedda: User
) -> None:
    path = link_to(SUNE)
    follow(client, path, newcomer)
    actions.remove_person(request=request_, by=hedda, person=person(request_, Part.SIGNATORY))
    for page in ("", "part/", "accept/", "people/"):
        assert client.get(f"/requests/{request_.reference}/{page}").status_code == 404
    assert client.get(path).status_code == 404
    assert request_.reference not in client.get("/requests/").text


def test_links_of_who_is_removed_do_not_work(
    client: Client, request_: AccessRequest, newcomer: User, hedda: User
) -> None:
    path = link_to(SUNE)
    actions.remove_person(request=request_, by=hedda, person=person(request_, Part.SIGNATORY))
    before = Mail.objects.filter(recipient=SUNE).count()
    answer = follow(client, path, newcomer)
    assert "fresh link" in said(answer)
    assert Mail.objects.filter(recipient=SUNE).count() == before
    assert parts_in(fresh(newcomer), request_) == frozenset()


# A fresh link


def run_out(request: AccessRequest) -> None:
    """Let every link run out."""
    PartInvitation.objects.filter(participant__request=request).update(expires_at=timezone.now() - timedelta(days=1))


def test_a_fresh_link_goes_to_the_same_address(client: Client, request_: AccessRequest) -> None:
    path = link_to(SUNE)
    run_out(request_)
    assert client.get(path).status_code == 404
    answer = client.post(path)
    assert "fresh link" in said(answer)
    letter = mail_to(SUNE)
    assert letter.kind == "invitation"
    assert letter.subject.startswith("Your answer is missing: ")
    assert client.get(link_to(SUNE)).status_code == 200


def test_unknown_links_get_the_same_answer_and_no_mail(client: Client, request_: AccessRequest) -> None:
    path = link_to(SUNE)
    run_out(request_)
    invented = f"/parts/{'x' * 43}/"
    before = Mail.objects.count()
    unknown = client.get(invented)
    known = client.get(path)
    assert (unknown.status_code, known.status_code) == (404, 404)
    assert said(Client().post(invented)) == said(Client().post(path))
    assert Mail.objects.count() == before + 1


def test_nobody_s_mailbox_is_filled(client: Client, request_: AccessRequest) -> None:
    path = link_to(SUNE)
    run_out(request_)
    before = Mail.objects.count()
    for _time in range(4):
        assert "fresh link" in said(client.post(path))
    assert Mail.objects.count() == before + 1, "one an hour"


def test_at_most_five_in_a_day(client: Client, request_: AccessRequest) -> None:
    path = link_to(SUNE)
    run_out(request_)
    before = Mail.objects.count()
    start = timezone.now()
    for hour in range(9):
        with time_machine.travel(start + timedelta(hours=hour), tick=False):
            client.post(path)
    assert Mail.objects.count() == before + 5


@pytest.mark.parametrize("status", [Status.WITHDRAWN, Status.CLOSED, Status.REJECTED])
def test_no_fresh_link_to_what_is_over(client: Client, request_at: RequestAt, status: Status) -> None:
    request = request_at(status)
    assert request.status not in RUNNING
    path = link_to(SUNE, "named")
    run_out(request)
    before = Mail.objects.count()
    client.post(path)
    assert Mail.objects.count() == before


def test_no_fresh_link_for_who_has_confirmed(client: Client, request_: AccessRequest) -> None:
    path = link_to(RUT)
    confirm(request_, make_user(RUT, "Rut Ek"))
    before = Mail.objects.count()
    client.post(path)
    assert Mail.objects.count() == before


def test_who_has_an_account_gets_no_link_that_lets_in(ada: User, rut: User, brgandi: Dataset) -> None:
    request = sent(ada, brgandi)
    letter = mail_to(RUT)
    assert "/parts/" not in letter.text
    assert f"/requests/{request.reference}/part/" in letter.text
    assert PartInvitation.objects.count() == 1, "Sune's"


def test_only_the_hash_of_a_link_is_kept(request_: AccessRequest) -> None:
    token = link_to(SUNE).split("/")[2]
    assert not PartInvitation.objects.filter(token_hash=token).exists()
    assert part_invitations.find(token)
    assert len(token) >= 40


def test_a_member_added_later_is_invited(ada: User, request_: AccessRequest, hedda: User) -> None:
    actions.add_person(request=request_, by=hedda, person=member())
    assert link_to("mia.lund@uu.example", "added")


# Two at once


@pytest.mark.django_db(transaction=True)
def test_two_people_with_one_link_only_one_is_let_in(ada: User, brgandi: Dataset, per: User) -> None:
    request = sent(ada, brgandi)
    found = part_invitations.find(link_to(SUNE).split("/")[2])
    assert found
    people = [make_user("one@home.example", "One"), make_user("two@home.example", "Two")]
    start, answers = Barrier(2), []

    def take(user: User) -> None:
        try:
            start.wait(10)
            actions.take_part(invitation=found, by=user)
            answers.append(user)
        except Denied:
            pass
        finally:
            connection.close()

    threads = [Thread(target=take, args=[user]) for user in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert len(answers) == 1
    assert Participant.objects.get(request=request, part=Part.SIGNATORY).user == answers[0]
