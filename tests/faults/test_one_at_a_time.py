"""One part breaks at a time, and what a person sees of it: the numbers in docs/operating.md come from here."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest

from aidahub.stack import Stack
from tests.faults.asking import ATTACHED, Applicant
from tests.faults.browser import OWN_WORDS
from tests.faults.harness import beside, settle
from tests.faults.people import World
from tests.faults.scene import DATASETS
from tests.faults.storage import FULL, READ_ONLY, flag_of
from tests.support.mail import MailServer
from tests.support.processes import wait_until

pytestmark = [pytest.mark.slow, pytest.mark.faults, pytest.mark.xdist_group("make stack")]


@pytest.fixture(scope="module")
def person(stack: Stack, mail: MailServer) -> Applicant:
    """An applicant who has signed in and sent a request."""
    beside(stack, "tests.faults.scene")
    ada = Applicant(World(stack.base_url, mail), "applicant1@uu.example", 0, 1)
    ada.sign_in()
    ada.ask(DATASETS[0])
    assert ada.sent
    return ada


@pytest.fixture(autouse=True)
def _all_up(stack: Stack, person: Applicant) -> Iterator[None]:
    """Everything runs again after each test, and the person is still signed in."""
    yield
    settle(stack)
    assert person.get("/requests/").status == 200
    assert not person.world.complaints


def look(person: Applicant, path: str) -> tuple[int, str, str]:
    """What a page answers, whatever it is: its status, when to come back, its words."""
    answer = person.browser.session.get(person.world.base_url + path, timeout=90)
    return answer.status_code, answer.headers.get("Retry-After", ""), answer.text


def gone(stack: Stack, name: str) -> bool:
    """Whether none of its processes is left."""
    return not stack.pids(name)


def kill(stack: Stack, *names: str) -> None:
    """Kill programs and wait until they are gone."""
    for name in names:
        stack.kill(name)
        wait_until(partial(gone, stack, name), what=f"the end of {name}")


def test_without_database_a_page_says_so_and_the_connections_recover(stack: Stack, person: Applicant) -> None:
    for _page in range(8):  # as many threads may have a connection
        person.get("/requests/")
    webs = [pid for name in ("web-1", "web-2") for pid in stack.pids(name)]
    kill(stack, "postgres")
    for path in ("/requests/", "/accounts/login/", f"/{DATASETS[0]}"):
        status, after, text = look(person, path)
        assert (status, after) == (503, "30"), path
        assert "Its database does not answer." in text
        assert "may not have been done" in text
    assert look(person, "/readyz")[0] == 503
    assert look(person, "/healthz")[0] == 200
    settle(stack)
    for _page in range(20):
        assert look(person, "/requests/")[0] == 200
    assert [pid for name in ("web-1", "web-2") for pid in stack.pids(name)] == webs, "no web process was started anew"


def test_a_connection_that_is_killed_costs_no_more_than_one_page(stack: Stack, person: Applicant) -> None:
    import psycopg

    for _page in range(8):
        person.get("/requests/")
    with psycopg.connect(stack.database_url, autocommit=True) as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()"
        )
    assert {look(person, "/requests/")[0] for _page in range(20)} == {200}, "each connection is tested before its use"


def test_without_broker_pages_are_as_ever_and_mails_wait(stack: Stack, person: Applicant, mail: MailServer) -> None:
    kill(stack, "redis")
    before = len(mail.messages)
    person.write(person.sent[0])
    change = person.world.ledger.changes[-1]
    assert change.tries == ["done"]
    assert not [each for each in mail.messages[before:] if change.token in each.text]
    settle(stack)
    wait_until(lambda: arrived(mail, change.token), seconds=60, what="the mail about the message")


def arrived(mail: MailServer, word: str) -> bool:
    """Whether a mail with this word came."""
    return any(word in each.text for each in list(mail.messages))


@pytest.mark.parametrize("part", ["worker-1", "worker-2", "beat"])
def test_the_clock_ticks_again_after_each_kill(stack: Stack, person: Applicant, mail: MailServer, part: str) -> None:
    kill(stack, part)
    settle(stack)
    person.write(person.sent[0])
    wait_until(lambda: arrived(mail, person.world.ledger.changes[-1].token), seconds=60, what="the mail")


@pytest.mark.parametrize("web", ["web-1", "web-2"])
def test_one_web_process_is_away_and_nobody_notices(stack: Stack, person: Applicant, web: str) -> None:
    kill(stack, web)
    assert {look(person, "/requests/")[0] for _page in range(20)} == {200}
    for _message in range(4):  # a POST that never reached a process may go to the other one
        person.write(person.sent[0])
        assert person.world.ledger.changes[-1].tries == ["done"]


def test_both_web_processes_are_away_and_a_page_says_so(stack: Stack, person: Applicant) -> None:
    kill(stack, "web-1", "web-2")
    status, after, text = look(person, "/requests/")
    assert (status, after) == (503, "30")
    assert OWN_WORDS[1] in text
    assert "may not have been done" in text
    assert "nginx" not in text


def test_a_post_that_a_process_took_is_not_given_to_the_other(stack: Stack, person: Applicant) -> None:
    """Both stop in the middle of a message; whoever is killed with it in hand has had the only chance."""
    import signal
    import threading

    words = [f"zq{number:012x}" for number in range(4)]
    form = person.get(person.page_of(person.sent[0]))
    for web in ("web-1", "web-2"):
        stack.kill(web, signal.SIGSTOP)
    statuses: list[int] = []
    threads = [threading.Thread(target=post, args=(person, form, word, statuses)) for word in words]
    for thread in threads:
        thread.start()
    time.sleep(2)  # long enough for nginx to pass them on; the kernel takes them for the stopped processes
    kill(stack, "web-1")
    stack.kill("web-2", signal.SIGCONT)
    for thread in threads:
        thread.join(90)
    settle(stack)
    page = person.get(person.page_of(person.sent[0])).text
    said = [word for word in words if word in page]
    assert len(said) == statuses.count(302), "what was lost with its process was not done by the other"
    assert statuses.count(503) == len(words) - len(said)
    assert 0 < len(said) < len(words)


def post(person: Applicant, form_page: object, word: str, statuses: list[int]) -> None:
    """Send a message in a thread of one's own; its status."""
    import requests

    form = form_page.form(action="/messages/")  # type: ignore[attr-defined]
    answer = requests.post(
        person.world.base_url + form.get("action"),
        data={**dict(form.form_values()), "text": f"Is there any news? {word}"},
        cookies=person.browser.session.cookies,
        allow_redirects=False,
        timeout=90,
    )
    statuses.append(answer.status_code)


@pytest.fixture
def store(stack: Stack) -> Path:
    """The folder of the file store."""
    return Path(stack.environment["VAR_DIR"]) / "files"


def broken(store: Path, fault: str) -> Callable[[], object]:
    """Break the file store; what mends it again."""
    if fault != "gone":
        flag_of(store).write_text(fault)
        return flag_of(store).unlink
    away = store.with_name("files.away")
    store.mkdir(parents=True, exist_ok=True)
    store.rename(away)
    store.write_text("")

    def mend() -> None:
        store.unlink()
        away.rename(store)

    return mend


@pytest.mark.parametrize("fault", [FULL, READ_ONLY, "gone"])
def test_a_file_that_finds_no_room_is_refused_in_a_sentence(
    stack: Stack, person: Applicant, store: Path, fault: str
) -> None:
    before = {path for path in store.rglob("*") if path.is_file()}
    mend = broken(store, fault)
    person.attach(person.sent[0])
    change = person.world.ledger.changes[-1]
    mend()
    assert change.tries == ["refused"]
    assert {path for path in store.rglob("*") if path.is_file()} == before, "nothing half is left"
    page = person.get(f"{person.page_of(person.sent[0])}files/").text
    assert change.token not in page
    person.attach(person.sent[0])
    assert person.world.ledger.changes[-1].tries == ["done"]


def test_what_the_refusal_says(stack: Stack, person: Applicant, store: Path) -> None:
    mend = broken(store, FULL)
    path = f"{person.page_of(person.sent[0])}files/"
    page = person.get(path)
    answer = person.browser.post(page, page.form(having="files"), {"files": None}, files={"files": ("a.txt", b"A.")})
    said = person.get(answer.location).text
    mend()
    assert "The file could not be kept because the storage does not work. Nothing was changed. Try again later." in (
        " ".join(re.sub(r"<[^>]+>", " ", said).split())
    )
    assert ATTACHED not in said
