"""What somebody must not know is planted as unique words and searched in all that they can get.

Pages and files of every address and whatever they lead to, forms that are posted, headers, cookies, sessions, mails,
searches and logs. And the other way round: whoever must know it does find it, so that these tests can fail.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

import pytest

from access_requests.models import AccessRequest
from access_requests.workflow import Status
from aidahub.accounts.models import User
from datasets.models import Dataset
from tests.support import secrets
from tests.support.places import places
from tests.support.secrets import HUB, READERS, Scene, word

pytestmark = pytest.mark.django_db

Set = Callable[..., Scene]
SLOW_READERS = HUB | {"hanna"}  # the whole admin is theirs: some hundred pages
QUICK_READERS = ("ada", "nina", "eskil", "anonymous")  # the others are walked by the slow tests
STARTS = ("/", "/requests/", "/admin/", "/accounts/profile/", "/sitemap.xml", "/api/1.0/metadata.json")
VOTES = ("yes", "no", "mailed", "excuse")
WORDS_OF_FORMS = {"reason": "Because.", "text": "Well.", "q": "well", "action": "move", "answer": "approve",
                  "email": "otto@elsewhere.example", "name": "Otto", "kind": "complete", "form": "pdf"}  # fmt: skip


@pytest.fixture
def scene_of(
    brgandi: Dataset, other: Dataset, opal: User, ada: User, rut: User, sune: User, mia: User, per: User, petra: User,
    hedda: User, sigrid: User, alva: User, otto: User, files_folder: object,
) -> Set:  # fmt: skip
    """`scene_of(status, confirm=True)`: Ada's request with all that is planted, brought to a status."""
    cast = {"ada": ada, "rut": rut, "sune": sune, "mia": mia, "per": per, "petra": petra, "hedda": hedda}
    users, providers = secrets.people(brgandi, opal, {**cast, "sigrid": sigrid, "alva": alva, "otto": otto})

    def make(status: Status, *, confirm: bool = True) -> Scene:
        secrets.use_policy(brgandi, confirm=confirm)
        scene = secrets.sent_scene(brgandi, other, users, providers)
        secrets.plant(scene)
        secrets.bring(scene, status)
        assert AccessRequest.objects.get(pk=scene.request.pk).status == status
        return scene

    return make


def faults(scene: Scene, name: str, got: Iterable[tuple[str, int, str]]) -> list[str]:
    """Where a reader met what they must not, and what broke."""
    found = []
    for where, status, text in got:
        found += [f"{name} meets {each} at {where}" for each in sorted(scene.leaks(name, where, text))]
        if status >= 500 and not where.startswith("/readyz"):
            found.append(f"{where} answers {name} with {status}")
    return found


def walked(scene: Scene, name: str, requests: list[AccessRequest], *, queries: bool = False) -> list[str]:
    """What a reader meets from every address on."""
    got = scene.reader(name).everything([*STARTS, *places(requests)], queries=queries)
    return faults(scene, name, got)


def test_nobody_meets_what_is_not_for_them(scene_of: Set) -> None:
    scene = scene_of(Status.DECIDED)
    found = []
    for name in QUICK_READERS:
        paths = [*STARTS, *places([scene.request], few=True)]
        found += faults(scene, name, scene.reader(name).everything(paths))
    assert not found, "\n".join(found)


# In the others, those walk who stand nearest to what they must not know: of each kind one.
TURNS_OF_ALL = {Status.IN_REVIEW, Status.RETURNED, Status.GRANTED, Status.REJECTED}
NEAREST = ("ada", "rut", "nina", "ines", "eskil", "alva", "anonymous")
STATUSES = (
    Status.SUBMITTED, Status.IN_REVIEW, Status.RETURNED, Status.APPROVED, Status.GRANTED, Status.REJECTED,
    Status.CLOSED, Status.WITHDRAWN, Status.REVOKED,
)  # fmt: skip


def everything_of(scene: Scene) -> list[AccessRequest]:
    """All requests and drafts of the scenario."""
    return list(AccessRequest.objects.order_by("pk"))


@pytest.mark.slow
@pytest.mark.parametrize("status", STATUSES)
def test_in_no_status(scene_of: Set, status: Status) -> None:
    scene = scene_of(status)
    names = [name for name in READERS if name not in SLOW_READERS] if status in TURNS_OF_ALL else NEAREST
    found = [f for name in names for f in walked(scene, name, everything_of(scene))]
    assert not found, "\n".join(found)


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(SLOW_READERS))
@pytest.mark.parametrize("status", [Status.DECIDED, Status.GRANTED])
def test_nor_do_hub_staff(scene_of: Set, name: str, status: Status) -> None:
    scene = scene_of(status)
    found = walked(scene, name, everything_of(scene), queries=status == Status.DECIDED)
    assert not found, "\n".join(found)


@pytest.mark.slow
@pytest.mark.parametrize("name", READERS)
def test_no_form_answers_with_it(scene_of: Set, name: str) -> None:
    """Each address is posted to, with nothing and with the words that forms ask for; mails that this sends count."""
    scene = scene_of(Status.DECIDED)
    reader, found = scene.reader(name), []
    for path in dict.fromkeys(places([scene.request, scene.others, scene.hidden])):
        for data in ({}, WORDS_OF_FORMS):
            found += faults(scene, name, [(f"POST {path}", *reader.posts(path, data))])
    assert not found, "\n".join(found)


@pytest.mark.slow
@pytest.mark.parametrize("answer", [Status.APPROVED, Status.REJECTED])
def test_reasons_against_the_outcome_are_kept_where_nobody_confirms(scene_of: Set, answer: Status) -> None:
    """Without the hub's word the applicant reads why it was rejected; why somebody approved stays inside."""
    scene = scene_of(Status.REJECTED, confirm=False)
    shown = {"no", "mailed"}
    scene.knows |= {word(each): frozenset(READERS) for each in shown}
    page = scene.reader("ada").gets(scene.request.get_absolute_url())[1]
    assert all(word(each) in page for each in shown)
    found = [f for name in secrets.NAMED[:6] for f in walked(scene, name, [scene.request])]
    assert not found, "\n".join(found)


# Whoever must know something finds it on one of these pages.
DECISION = "/admin/access_requests/accessrequest/{reference}/change/"
MUST: dict[str, dict[str, set[str]]] = {
    "per": {DECISION: {*VOTES, "note", "comment", "filename", "register", "declined", "redacted", "hedda", "petra"}},
    "hedda": {
        DECISION: {*VOTES, "evidence", "note", "comment", "filename", "register", "declined", "redacted", "flag",
                   "assignee"},
        "/admin/access_requests/personflag/": {"flag"},
        "/admin/access_requests/accessrequest/": {"other"},
    },
    "ines": {DECISION: {"filename", "declined", "hedda"}},
    # Who declined reads no more than their own part.
    "dag": {"/requests/{reference}/part/": set()},
}  # fmt: skip


@pytest.mark.parametrize("name", MUST)
def test_whoever_must_know_it_finds_it(scene_of: Set, name: str) -> None:
    scene = scene_of(Status.DECIDED)
    reader = scene.reader(name)
    for path, expected in MUST[name].items():
        where = path.format(reference=scene.request.reference)
        status, text = reader.gets(where)
        assert status == 200, where
        assert {each for each in expected if word(each) not in text.casefold()} == set(), where
