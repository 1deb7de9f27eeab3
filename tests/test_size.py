"""Thousands of requests: no page and no verb asks the database more often than with a few, and the record is whole."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import connection, transaction
from django.db.models import QuerySet
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from access_requests.admin import who_has_access
from access_requests.events import verify
from access_requests.models import AccessRequest, Event, Grant
from access_requests.workflow import Status
from aidahub.accounts.models import User
from aidahub.outbox.models import Mail
from bench.crowd import OWN_DATASETS, World, make_world
from bench.looked_at import LIST, PAGES, VERBS, Looked, Site
from bench.multiply import multiply
from bench.stories import STORIES, tell

MANY = 2000
# A page whose work is made of every request reads them in parts, as many queries for each.
PINNED = [page for page in PAGES if page.each is None]
# Pages for which the database reads no more, however many requests there are.
FLAT = {
    "landing page", "dataset list", "front page", "request page, its applicant",
    "request page, the recipient scientist", "My requests, an applicant", "decision page, hub staff",
}  # fmt: skip


@pytest.fixture
def world(db: None) -> World:
    """Fewer people and datasets than are measured."""
    return make_world(datasets=60, people=300)


def queries_of(page: Looked, site: Site) -> int:
    """How many queries a page makes, after one look that warms what is cached."""
    client, path = reader_of(page, site), page.path(site)
    with CaptureQueriesContext(connection) as seen:
        assert client.get(path).status_code == 200, path
    return len(seen)


def reader_of(page: Looked, site: Site) -> Client:
    """Somebody who has looked at a page once, which warms what is cached."""
    client = Client()
    if user := page.who(site.world):
        client.force_login(user)
    client.get(page.path(site))
    return client


@contextmanager
def counting_steps() -> Iterator[list[int]]:
    """The steps that SQLite's own machine takes inside, in hundreds: what it reads, whatever else the computer does."""
    steps = [0]

    def step() -> None:
        steps[0] += 1

    connection.ensure_connection()
    connection.connection.set_progress_handler(step, 100)
    try:
        yield steps
    finally:
        connection.connection.set_progress_handler(None, 0)


def steps_of(site: Site) -> dict[str, int]:
    """What the database does for each page and verb of `FLAT`."""
    found = {}
    for page in PAGES:
        if page.name in FLAT:
            client, path = reader_of(page, site), page.path(site)
            with counting_steps() as steps:
                client.get(path)
            found[page.name] = steps[0]
    for name, make in VERBS:
        call = next(make(site, 1))
        with counting_steps() as steps, transaction.atomic():
            call()
            transaction.set_rollback(True)
        found[name] = steps[0]
    return found


def counted(site: Site) -> Iterator[tuple[str, int]]:
    """The queries of every page and verb that is measured, by its place and name."""
    for number, page in enumerate(PINNED):
        yield f"{number} {page.name}", queries_of(page, site)
    for name, make in VERBS:
        with CaptureQueriesContext(connection) as seen:
            for call in list(make(site, 1)):
                seen.initial_queries = len(connection.queries_log)
                call()
        yield name, len(seen)


@pytest.mark.slow
def test_queries_stay_pinned_at_thousands_of_requests(world: World) -> None:
    site = Site(world, tell(world))
    multiply(site.told, world, 100, early=True)  # so that there is something in every heap of the desk
    few = dict(counted(site))
    multiply(site.told, world, MANY - 100)
    assert dict(counted(site)) == few
    assert Event.objects.count() > 18 * AccessRequest.objects.exclude(status=Status.DRAFT).count()
    assert not list(verify())


@pytest.mark.slow
@pytest.mark.skipif(connection.vendor != "sqlite", reason="only SQLite counts its steps")
def test_the_database_does_not_do_more_for_a_page_of_many(world: World) -> None:
    site = Site(world, tell(world))
    multiply(site.told, world, 100, early=True)
    few = steps_of(site)
    multiply(site.told, world, MANY - 100)
    many = steps_of(site)
    assert set(few) > FLAT
    assert {name: (few[name], steps) for name, steps in many.items() if steps > 1.5 * few[name] + 5} == {}


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("rows", "index"),
    [
        (lambda: Mail.objects.ready().order_by(*Mail.NEXT)[:1], "mail_ready"),
        (lambda: Mail.objects.orphaned()[:1], "mail_claimed"),
        (lambda: Mail.objects.order_by("-created_at", "-pk")[:50], "mail_newest"),
        (lambda: Grant.objects.undelivered().order_by().values("request"), "grant_undelivered"),
        (lambda: AccessRequest.objects.order_by("-status_since", "-pk")[:50], "request_moved_last"),
    ],
)
@pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL reads an empty table without an index")
def test_what_is_asked_most_is_found_by_an_index(rows: Callable[[], QuerySet[Any]], index: str) -> None:
    assert index in rows().explain()
    assert "TEMP B-TREE" not in rows().explain()


@pytest.mark.slow
def test_copies_are_whole_requests_of_their_own(world: World) -> None:
    told = tell(world)
    assert {each.status for each in told} == set(Status)
    multiply(told, world, 60, early=True)
    assert not list(verify())
    copies = AccessRequest.objects.exclude(pk__in=[each.request.pk for each in told])
    assert copies.count() == 60
    assert copies.values("reference").distinct().count() == 60
    assert copies.values("applicant").distinct().count() > 30
    assert copies.values("dataset").distinct().count() > 10
    for copy in copies:
        people = copy.participants.filter(removed_at=None)
        assert copy.submitted_at is None or people.get(part="applicant").email == copy.applicant.email
        assert not Grant.objects.filter(request=copy).exclude(participant__request=copy).exists()
        assert copy.event_count == 0 or Mail.objects.filter(about__startswith=f"{copy.reference}/").exists()


@pytest.mark.slow
def test_each_story_ends_in_its_status_after_about_twenty_events(world: World) -> None:
    told = tell(world)
    counts = {each.status: each.request.event_count for each in told if each.status != Status.DRAFT}
    assert len(told) == len(STORIES) + 1 <= OWN_DATASETS
    assert set(range(16, 26)) >= set(counts.values())


@pytest.mark.slow
def test_a_copy_is_shown_like_any_other_request(world: World) -> None:
    told = tell(world)
    multiply(told, world, 30, early=True)
    copy = AccessRequest.objects.filter(status=Status.GRANTED).order_by("-pk")[0]
    hub, applicant = Client(), Client()
    hub.force_login(world.hub)
    applicant.force_login(copy.applicant)
    assert copy.applicant.name in hub.get(f"{LIST}{copy.reference}/change/").content.decode()
    assert copy.reference in hub.get(f"{LIST}?q={copy.applicant.name.replace(' ', '+')}").content.decode()
    assert applicant.get(copy.get_absolute_url()).status_code == 200


def test_the_first_grants_of_a_long_list_are_found_along_the_datasets(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    multiply(tell(world), world, 40, early=True)
    rows = Grant.objects.on(timezone.localdate()).order_by(*who_has_access.ORDER)
    keys = list(rows.values_list("pk", flat=True))
    assert len(keys) > 30
    for steps in ((3, 10, 100), (1, 1), (100,)):  # some end before the last dataset
        monkeypatch.setattr(who_has_access, "STEPS", steps)
        for number in (1, 5, 20, len(keys)):
            assert who_has_access.walked(rows, number) == keys[:number]


def test_what_somebody_handles_is_always_among_what_they_may_see(world: World) -> None:
    multiply(tell(world), world, 40, early=True)
    outsider = world.people[-1]
    people = [world.hub, world.provider, world.asked[-1].acting[0], world.applicant, world.recipient, outsider]
    for person in (User.objects.get(pk=each.pk) for each in people):
        handled = set(AccessRequest.objects.for_provider(person))
        assert handled <= set(AccessRequest.objects.visible_to(person))
        assert bool(handled) == (person in (world.hub, world.provider))
        assert all(row.submitted_at for row in handled)
    User.objects.update(is_active=False)
    for person in User.objects.filter(pk__in=[each.pk for each in people]):
        assert not AccessRequest.objects.for_provider(person).exists()
        assert not AccessRequest.objects.visible_to(person).exists()
