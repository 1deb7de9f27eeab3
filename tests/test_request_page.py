"""One request's own page: what is going on, what happened, what was sent, for each person what they may see."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from access_requests import actions, comparison
from access_requests.models import AccessRequest
from access_requests.rules import may
from access_requests.timeline import SILENT, TALES, Entry, timeline
from access_requests.views.pages import stages
from access_requests.waiting import LOOKS, is_working_day, standing, working_days_since
from access_requests.workflow import FINISHED, Answer, Status, Verb
from aidahub.accounts.models import User
from datasets.models import Dataset
from tests.cast import (
    AIDA_PRESET,
    REACHED,
    RequestAt,
    change_license,
    draft_of,
    fill,
    fresh,
    license_of,
    provider_of,
    sent,
    set_policy,
)

pytestmark = pytest.mark.django_db


def read(client: Client, user: User, request: AccessRequest) -> str:
    """The page as one person sees it."""
    client.force_login(user)
    response = client.get(request.get_absolute_url())
    assert response.status_code == 200
    return response.content.decode()


def told(request: AccessRequest, viewer: User) -> str:
    """The timeline in one text, the first event first."""
    entries = timeline(AccessRequest.objects.get(pk=request.pk), fresh(viewer))
    return "\n".join(f"{entry.sentence} {entry.detail}".strip() for entry in reversed(entries))


# Who sees it


def test_applicant_named_people_providers_and_the_hub_see_it(
    client: Client, request_at: RequestAt, ada: User, rut: User, per: User, petra: User, hedda: User
) -> None:
    request = request_at(Status.IN_REVIEW)
    for person in (ada, rut, per, petra, hedda):
        assert request.reference in read(client, person, request)


def test_nobody_else_does(client: Client, request_at: RequestAt, alva: User, otto: User, opal: User) -> None:
    request = request_at(Status.IN_REVIEW)
    for person in (alva, otto, opal):
        client.force_login(person)
        for path in ("", "withdraw/", "accept/", "discard/"):
            url = f"{request.get_absolute_url()}{path}"
            assert client.get(url).status_code == 404
            assert path == "" or client.post(url).status_code == 404


def test_a_draft_is_seen_by_its_applicant_only(
    client: Client, request_at: RequestAt, ada: User, rut: User, per: User, hedda: User
) -> None:
    request = request_at(Status.DRAFT)
    assert "Nobody but you sees it" in read(client, ada, request)
    for person in (rut, per, hedda):
        client.force_login(person)
        assert client.get(request.get_absolute_url()).status_code == 404


def test_anonymous_people_sign_in_first_whether_it_exists_or_not(client: Client, request_at: RequestAt) -> None:
    real = request_at(Status.IN_REVIEW).get_absolute_url()
    for url in (real, "/requests/AIDA-2026-99999/", "/requests/", f"{real}withdraw/", "/requests/x/withdraw/"):
        response = client.get(url)
        assert response.status_code == 302
        assert response["Location"] == f"/accounts/login/?next={url}"


def test_the_page_is_for_reading(client: Client, request_at: RequestAt, ada: User) -> None:
    request = request_at(Status.IN_REVIEW)
    client.force_login(ada)
    assert client.post(request.get_absolute_url()).status_code == 405
    assert client.get(request.get_absolute_url())["Cache-Control"].count("no-store") == 1


# Where it stands


@pytest.mark.parametrize("status", REACHED)
def test_each_status_has_a_sentence_a_word_and_an_icon(
    client: Client, request_at: RequestAt, ada: User, status: Status
) -> None:
    request = request_at(status)
    html = read(client, ada, request)
    now = standing(request, ada)
    assert now.sentence.endswith(".")
    assert "%(" not in now.sentence
    assert f"icons.svg#{now.icon}" in html.replace(".", ".") or now.icon in html
    assert now.word in html
    assert now.sentence.replace("'", "&#x27;") in html


def test_no_status_is_without_looks() -> None:
    assert set(LOOKS) == set(Status)


@pytest.mark.parametrize(
    ("status", "button"),
    [
        (Status.DRAFT, "Continue"),
        (Status.RETURNED, "Change your answers"),
        (Status.APPROVED, "Read and accept the licence"),
    ],
)
def test_the_one_thing_to_do_now_is_a_button(
    client: Client, request_at: RequestAt, ada: User, status: Status, button: str
) -> None:
    html = read(client, ada, request_at(status))
    assert button in html
    assert html.count("btn-primary") == 1


def test_whoever_waits_is_told_so(client: Client, request_at: RequestAt, ada: User, rut: User) -> None:
    request = request_at(Status.IN_REVIEW)
    assert "You need not do anything now" in read(client, ada, request)
    assert "Change your answers" not in read(client, rut, request)
    assert "Withdraw the request" not in read(client, rut, request)


def test_providers_and_the_hub_find_their_own_page(
    client: Client, request_at: RequestAt, ada: User, per: User, hedda: User, rut: User
) -> None:
    request = request_at(Status.IN_REVIEW)
    url = f"/admin/access_requests/accessrequest/{request.reference}/change/"
    assert url in read(client, per, request)
    assert url in read(client, hedda, request)
    assert url not in read(client, ada, request)
    assert url not in read(client, rut, request)


def test_the_sentence_counts_the_working_days(request_at: RequestAt, ada: User) -> None:
    request = request_at(Status.IN_REVIEW)
    assert standing(request, ada).sentence.endswith("Usually answered within 6 working days.")
    request.status_since -= timedelta(days=7)
    assert standing(request, ada).sentence.endswith("usually answered within 6.")
    assert not standing(request, ada).late
    request.status_since -= timedelta(days=21)
    assert "longer than the usual 6" in standing(request, ada).sentence
    assert standing(request, ada).late


def test_who_is_waited_for_is_named_by_what_they_are(request_at: RequestAt, ada: User, brgandi: Dataset) -> None:
    assert "the dataset's providers" in standing(request_at(Status.IN_REVIEW), ada).sentence
    by_hub = sent(ada, brgandi, "AIDA BY license")
    assert "AIDA Data Hub to decide" in standing(by_hub, ada).sentence


@pytest.mark.parametrize("status", REACHED)
def test_the_line_of_steps(request_at: RequestAt, status: Status) -> None:
    states = [stage.state for stage in stages(request_at(status))]
    expected = {
        Status.DRAFT: ["now", "next", "next", "next"],
        Status.RETURNED: ["now", "next", "next", "next"],
        Status.APPROVED: ["done", "done", "done", "now"],
        Status.GRANTED: ["done"] * 4,
        Status.REJECTED: ["done", "done", "done", "end"],
        Status.WITHDRAWN: ["done", "done", "end"],
        Status.CLOSED: ["done", "done", "end"],
    }
    assert states == expected.get(status, ["done", "done", "now", "next"])


# Working days


@pytest.mark.parametrize(
    ("day", "works"),
    [
        ("2026-11-23", True),  # a Monday
        ("2026-11-21", False),  # a Saturday
        ("2026-11-22", False),  # a Sunday
        ("2026-12-24", False),  # Christmas Eve
        ("2026-12-25", False),
        ("2026-12-31", False),
        ("2026-01-06", False),  # Epiphany
        ("2026-06-19", False),  # Midsummer's Eve
        ("2026-06-12", True),
        ("2026-04-03", False),  # Good Friday
        ("2026-05-14", False),  # Ascension
        ("2026-05-15", True),
        ("2026-06-05", True),  # the day before the National Day
        ("2025-06-06", False),  # the National Day
    ],
)
def test_swedish_working_days(day: str, works: bool) -> None:
    assert is_working_day(datetime.fromisoformat(day).date()) is works


@pytest.mark.parametrize(
    ("since", "now", "days"),
    [
        ("2026-11-23T09:00", "2026-11-23T15:00", 0),
        ("2026-11-23T09:00", "2026-11-24T01:00", 1),
        ("2026-11-20T16:00", "2026-11-23T09:00", 1),  # over a weekend
        ("2026-12-23T09:00", "2026-12-28T09:00", 1),  # over Christmas
        ("2026-11-23T23:30", "2026-11-24T08:00", 0),  # already the 24th in Stockholm
        ("2026-11-24T09:00", "2026-11-23T09:00", 0),
        ("1990-01-01T09:00", "2026-11-23T09:00", 400),
    ],
)
def test_working_days_since(since: str, now: str, days: int) -> None:
    moments = [datetime.fromisoformat(text).replace(tzinfo=UTC) for text in (since, now)]
    assert working_days_since(*moments) == days


# The timeline


def test_every_verb_has_a_sentence_or_is_silent() -> None:
    assert set(TALES) | SILENT == set(Verb)
    assert not set(TALES) & SILENT


def test_the_applicant_reads_of_providers_and_the_hub_never_of_people(
    request_at: RequestAt, ada: User, rut: User
) -> None:
    granted = request_at(Status.GRANTED)
    assert told(granted, ada).splitlines()[:2] == [
        "You sent the request.",
        "The dataset's providers approved the request.",
    ]
    assert told(granted, ada).splitlines()[2].startswith("Access opened from ")
    assert told(granted, rut).startswith("Ada Berg sent the request.")
    assert "Per" not in told(granted, rut)


def test_providers_and_the_hub_read_who_did_what(
    request_at: RequestAt, per: User, petra: User, hedda: User, brgandi: Dataset
) -> None:
    granted = request_at(Status.GRANTED)
    name = provider_of(brgandi, 1).name
    assert f"You approved as {name}." in told(granted, per)
    assert f"Per Provider approved as {name}." in told(granted, petra)
    assert f"Per Provider approved as {name}." in told(granted, hedda)


def test_a_rejection_says_why(request_at: RequestAt, ada: User) -> None:
    assert "The dataset's providers rejected the request. Too vague." in told(request_at(Status.REJECTED), ada)


def test_votes_and_their_reasons_stay_inside_until_the_hub_confirms(
    client: Client, ada: User, rut: User, brgandi: Dataset, per: User, petra: User, hedda: User
) -> None:
    set_policy(license_of(brgandi), **AIDA_PRESET)
    request = actions.forward(request=sent(ada, brgandi), by=hedda)
    request = actions.decide(request=request, by=per, answer=Answer.REJECT, reason="A secret doubt.")
    for person in (ada, rut):
        html = read(client, person, request)
        assert "A secret doubt" not in html
        assert "reject" not in html.casefold()
    assert "A secret doubt" in read(client, hedda, request)
    request = actions.decide(request=request, by=petra, answer=Answer.APPROVE)
    for person in (ada, rut):
        html = read(client, person, request)
        assert "The dataset&#x27;s providers have answered; AIDA Data Hub confirms the answer." in html
        assert "A secret doubt" not in html
    request = actions.confirm(request=request, by=hedda, answer=Answer.REJECT, reason="The hub's own words.")
    html = read(client, ada, request)
    assert "AIDA Data Hub rejected the request." in html
    assert "The hub&#x27;s own words." in html
    assert "A secret doubt" not in html
    for name in ("Hedda", "Per Provider", "Petra", provider_of(brgandi, 1).name):
        assert name not in html


def test_without_confirmation_all_rejecting_reasons_are_told(
    ada: User, brgandi: Dataset, per: User, petra: User
) -> None:
    set_policy(license_of(brgandi), quorum="all")
    request = actions.decide(request=sent(ada, brgandi), by=per, answer=Answer.REJECT, reason="First thought.")
    assert "First thought" not in told(request, ada)
    actions.decide(request=request, by=per, answer=Answer.REJECT, reason="Too vague.")
    request = actions.decide(request=request, by=petra, answer=Answer.APPROVE)
    assert request.status == Status.REJECTED
    assert "The dataset's providers rejected the request. Too vague." in told(request, ada)
    assert "First thought" not in told(request, ada), "who changes their mind has said the last word only"


def test_an_answer_by_mail_is_told_as_such_inside(
    ada: User, brgandi: Dataset, per: User, petra: User, hedda: User
) -> None:
    provider = provider_of(brgandi, 1)
    request = actions.decide(
        request=sent(ada, brgandi), by=hedda, answer=Answer.APPROVE, provider=provider, evidence="From: Per\n\nYes."
    )
    assert f"Hedda Hub recorded an answer that came by mail: {provider.name} approves." in told(request, petra)
    assert "The dataset's providers approved the request." in told(request, ada)
    assert "mail" not in told(request, ada)


def test_the_hub_s_decision_is_signed_by_the_hub(ada: User, brgandi: Dataset, hedda: User) -> None:
    request = sent(ada, brgandi, "AIDA BY license")
    actions.decide(request=request, by=hedda, answer=Answer.APPROVE)
    assert "AIDA Data Hub approved the request." in told(request, ada)
    assert "You approved." in told(request, hedda)


@pytest.mark.parametrize(
    ("status", "sentence"),
    [
        (Status.RETURNED, "The request was sent back: something must be changed or explained. Which scanner"),
        (Status.WITHDRAWN, "You withdrew the request."),
        (Status.CLOSED, "AIDA Data Hub closed the request. Nobody answered."),
        (Status.DECIDED, "AIDA Data Hub passed the request on to the dataset's providers."),
    ],
)
def test_other_things_that_happen(request_at: RequestAt, ada: User, status: Status, sentence: str) -> None:
    assert sentence in told(request_at(status), ada)


def test_hub_staff_who_are_named_read_it_like_everybody_named(ada: User, brgandi: Dataset, hedda: User) -> None:
    request = fill(draft_of(ada, brgandi), recipient_email=hedda.email, recipient_name="Hedda Hub")
    request = actions.submit(request=request, by=ada)
    provider = provider_of(brgandi, 1)
    actions.send_back(request=request, by=_acting(provider), reason="Why?")
    assert "The request was sent back" in told(request, hedda)
    assert "Percy" not in told(request, hedda)


def _acting(provider: Any) -> User:
    from tests.cast import act_for, make_user

    return act_for(make_user("percy@provider.example", "Percy"), provider)


@pytest.mark.parametrize("status", REACHED)
def test_no_sentence_has_a_hole_in_either_language(
    request_at: RequestAt, ada: User, per: User, hedda: User, status: Status
) -> None:
    request = request_at(status)
    for language in ("en", "sv"):
        with translation.override(language):
            for person in (ada, per, hedda):
                entries: list[Entry] = timeline(request, fresh(person))
                assert all(entry.sentence.endswith(".") and "%" not in entry.sentence for entry in entries)
                assert all(entry.icon for entry in entries)


def test_names_with_percent_signs_are_only_names(request_at: RequestAt, ada: User, per: User, rut: User) -> None:
    User.objects.filter(pk=ada.pk).update(name="100 %(who)s %s Ada")
    assert "100 %(who)s %s Ada sent the request." in told(request_at(Status.IN_REVIEW), per)


# What was sent


def test_the_answers_are_shown_as_sent(client: Client, request_at: RequestAt, ada: User) -> None:
    html = read(client, ada, request_at(Status.IN_REVIEW))
    for words in ("Planned use", "We compare segmentation networks", "Sweden", "Head of department"):
        assert words in html


def test_a_second_sending_shows_what_changed_answer_by_answer(client: Client, request_at: RequestAt, ada: User) -> None:
    request = request_at(Status.RETURNED)
    fill(request, planned_use="With one scanner.", signatory_same="yes", applicant_department="")
    request = actions.submit(request=request, by=ada)
    first, second = request.submissions.order_by("number")
    changed = {line.key: (line.before, line.answer) for line in comparison.changes(second, first)}
    assert set(changed) == {
        "planned_use", "signatory_same", "signatory_name", "signatory_title", "signatory_email", "applicant_department",
    }  # fmt: skip
    assert changed["planned_use"][1] == "With one scanner."
    assert changed["signatory_same"] == ("Another person", "The recipient scientist")
    assert changed["signatory_name"] == ("Sune Holm", "")
    html = read(client, ada, request)
    assert "You sent the request again." in html
    assert html.count("<del>") == len(changed)
    assert html.count('class="submission"') == 2


def test_the_first_sending_has_nothing_to_compare_with(request_at: RequestAt) -> None:
    submission = request_at(Status.IN_REVIEW).last_submission
    assert submission is not None
    assert not any(line.changed for line in comparison.lines(submission))
    assert comparison.changes(submission, submission) == []


def test_answers_keep_the_form_s_order(request_at: RequestAt) -> None:
    submission = request_at(Status.IN_REVIEW).last_submission
    assert submission is not None
    keys = [line.key for line in comparison.lines(submission)]
    order = [question["key"] for question in submission.form_version.questions]
    assert keys == [key for key in order if key in keys]


def test_nothing_that_was_written_is_taken_for_markup(client: Client, ada: User, brgandi: Dataset) -> None:
    request = fill(draft_of(ada, brgandi), planned_use="<script>alert(1)</script>", recipient_name="<b>Rut</b>")
    request = actions.submit(request=request, by=ada)
    html = read(client, ada, request)
    assert "<script>alert" not in html
    assert "<b>Rut" not in html


# People and access


def test_the_people_are_listed_with_their_parts(client: Client, request_at: RequestAt, ada: User) -> None:
    html = read(client, ada, request_at(Status.IN_REVIEW))
    for words in ("Ada Berg", "applicant", "Rut Ek", "recipient scientist", "Sune Holm", "signatory"):
        assert words in html


def test_who_has_access_reads_from_when_to_when(client: Client, ada: User, brgandi: Dataset, per: User) -> None:
    set_policy(license_of(brgandi), days=30)
    request = actions.decide(request=sent(ada, brgandi), by=per, answer=Answer.APPROVE)
    html = read(client, ada, request)
    grant = request.grants.get()
    assert grant.ends is not None
    assert f"{grant.ends.day} {grant.ends:%B %Y}, that day included" in html
    assert "How to get the data" in html


# What can be done


def test_withdrawing_asks_once_more(client: Client, request_at: RequestAt, ada: User) -> None:
    request = request_at(Status.IN_REVIEW)
    client.force_login(ada)
    assert "Withdraw this request?" in client.get(f"{request.get_absolute_url()}withdraw/").content.decode()
    request.refresh_from_db()
    assert request.status == Status.IN_REVIEW, "looking changes nothing"
    response = client.post(f"{request.get_absolute_url()}withdraw/", follow=True)
    request.refresh_from_db()
    assert request.status == Status.WITHDRAWN
    assert "You have withdrawn the request" in response.content.decode()


def test_withdrawing_twice_is_refused_with_a_sentence(client: Client, request_at: RequestAt, ada: User) -> None:
    request = request_at(Status.WITHDRAWN)
    client.force_login(ada)
    for response in (
        client.get(f"{request.get_absolute_url()}withdraw/"),
        client.post(f"{request.get_absolute_url()}withdraw/"),
    ):
        assert response.status_code == 403
        assert "not possible now" in response.content.decode()


def test_only_the_applicant_withdraws(client: Client, request_at: RequestAt, rut: User, per: User, hedda: User) -> None:
    request = request_at(Status.IN_REVIEW)
    for person in (rut, per, hedda):
        client.force_login(person)
        assert client.post(f"{request.get_absolute_url()}withdraw/").status_code == 403
    request.refresh_from_db()
    assert request.status == Status.IN_REVIEW


def test_a_draft_can_be_thrown_away_after_asking(client: Client, request_at: RequestAt, ada: User) -> None:
    request = request_at(Status.DRAFT)
    client.force_login(ada)
    assert "Throw this draft away?" in client.get(f"{request.get_absolute_url()}discard/").content.decode()
    assert AccessRequest.objects.filter(pk=request.pk).exists()
    response = client.post(f"{request.get_absolute_url()}discard/")
    assert response["Location"] == "/requests/"
    assert not AccessRequest.objects.filter(pk=request.pk).exists()
    assert client.post(f"{request.get_absolute_url()}discard/").status_code == 404


def test_a_sent_request_cannot_be_thrown_away(client: Client, request_at: RequestAt, ada: User) -> None:
    request = request_at(Status.IN_REVIEW)
    client.force_login(ada)
    assert client.post(f"{request.get_absolute_url()}discard/").status_code == 403
    assert AccessRequest.objects.filter(pk=request.pk).exists()


def test_accepting_a_changed_licence_opens_access(
    client: Client, request_at: RequestAt, ada: User, brgandi: Dataset
) -> None:
    request = request_at(Status.APPROVED)
    url = f"{request.get_absolute_url()}accept/"
    client.force_login(ada)
    text = license_of(brgandi).text_in_force
    assert text is not None
    assert text.html in client.get(url).content.decode()
    for wrong in ({}, {"text": text.sha256}, {"accept_license": "on"}, {"accept_license": "on", "text": "0" * 64}):
        assert client.post(url, wrong)["Location"] == url
        request.refresh_from_db()
        assert request.status == Status.APPROVED
    assert (
        "You now have access"
        in client.post(url, {"text": text.sha256, "accept_license": "on"}, follow=True).content.decode()
    )
    request.refresh_from_db()
    assert request.status == Status.GRANTED


def test_an_old_text_is_not_accepted_any_more(
    client: Client, request_at: RequestAt, ada: User, brgandi: Dataset
) -> None:
    request = request_at(Status.APPROVED)
    shown = license_of(brgandi).text_in_force
    assert shown is not None
    change_license(brgandi)
    client.force_login(ada)
    response = client.post(f"{request.get_absolute_url()}accept/", {"text": shown.sha256, "accept_license": "on"})
    assert response.status_code == 403
    assert "The licence has changed" in response.content.decode()


def test_a_draft_s_licence_is_accepted_in_the_form(client: Client, request_at: RequestAt, ada: User) -> None:
    request = request_at(Status.DRAFT)
    client.force_login(ada)
    assert client.get(f"{request.get_absolute_url()}accept/")["Location"].endswith("/edit/terms/")


@pytest.mark.parametrize("status", REACHED)
def test_links_are_there_exactly_when_the_rules_allow_it(
    client: Client, request_at: RequestAt, ada: User, rut: User, status: Status
) -> None:
    request = request_at(status)
    people = (ada,) if status == Status.DRAFT else (ada, rut)
    for person in people:
        html = read(client, person, request)
        for verb in (Verb.WITHDRAW, Verb.DISCARD):
            assert (f"/{verb.value}/" in html) == may(fresh(person), verb, request).ok
        assert ("/edit/" in html) == may(fresh(person), Verb.SAVE, request).ok


# How many questions the database is asked


@pytest.mark.parametrize("status", REACHED)
@pytest.mark.parametrize("who", ["ada", "rut", "per", "hedda"])
def test_the_page_asks_the_database_at_most_twelve_times(
    client: Client, request_at: RequestAt, request: pytest.FixtureRequest, status: Status, who: str
) -> None:
    person: User = request.getfixturevalue(who)
    row = request_at(status)
    if status == Status.RETURNED:
        fill(row, planned_use="Again.")
        actions.submit(request=row, by=row.applicant)
        actions.send_back(request=row, by=request.getfixturevalue("per"), reason="Once more.")
    if status == Status.DRAFT and who != "ada":
        return
    client.force_login(person)
    client.get(row.get_absolute_url())
    with CaptureQueriesContext(
        connection,
    ) as queries:
        assert client.get(row.get_absolute_url()).status_code == 200
    assert len(queries) <= 12, "\n".join(query["sql"][:160] for query in queries)


def test_finished_requests_wait_for_nobody(request_at: RequestAt, ada: User) -> None:
    request = request_at(Status.WITHDRAWN)
    request.status_since -= timedelta(days=100)
    assert request.status in FINISHED
    assert standing(request, ada).days == 0
    assert not standing(request, ada).late


Read = Callable[[Client, User, AccessRequest], str]
