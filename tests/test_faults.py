"""Something breaks at the worst moment: the request is there, the page answered, and after recovery every mail came.

Everything is real: web server, worker, broker, mail server. A killed process is killed with SIGKILL.
"""

from __future__ import annotations

import http.client
from collections import Counter
from collections.abc import Callable
from functools import partial

import pytest

from access_requests.models import AccessRequest
from access_requests.workflow import Status
from aidahub.accounts.models import User
from aidahub.outbox.models import Mail
from datasets.models import Dataset
from tests import cast
from tests.mails import ADA, HUB, PER, PETRA, RUT, SUNE
from tests.support.broker import SilentServer, Valkey, dead_url
from tests.support.faults import Browser, browser_of
from tests.support.mail import MailServer
from tests.support.processes import Server, Worker, wait_until

pytestmark = [pytest.mark.faults, pytest.mark.django_db(transaction=True)]

EVERYBODY = {ADA, RUT, SUNE, PER, PETRA, HUB}
SOON = {"TEST_OUTBOX_LEASE": "2", "TEST_OUTBOX_RETRY": "0.05", "TEST_EMAIL_TIMEOUT": "1"}
SECONDS = 2.0

StartWorker = Callable[..., Worker]
StartServer = Callable[..., Server]


@pytest.fixture
def draft(brgandi: Dataset, ada: User) -> AccessRequest:
    """Ada's request for BRGANDI, complete and not sent."""
    return cast.draft_of(ada, brgandi)


def send(server: Server, draft: AccessRequest) -> Browser:
    """Send it over the web; the page must answer soon, and the request must be there."""
    browser = browser_of(server, draft)
    for path in ("/requests/", f"/requests/{draft.reference}/edit/review/"):  # the first pages of a process are slower
        assert browser.ask("GET", path).status == 200
    answer = browser.send(draft)
    assert (answer.status, answer.location) == (302, f"/requests/{draft.reference}/"), answer.body[:2000]
    assert answer.seconds < SECONDS
    assert is_sent_once(draft)
    return browser


def is_sent_once(draft: AccessRequest) -> bool:
    """Whether the request is in review with one submission, one event, and a mail for everybody."""
    request = AccessRequest.objects.get(pk=draft.pk)
    assert (request.submissions.count(), request.events.count()) == (1, 1)
    assert set(Mail.objects.values_list("recipient", flat=True)) == EVERYBODY
    return request.status == Status.IN_REVIEW


def wait_until_all_are_sent(seconds: float = 30) -> None:
    """Wait until the outbox holds nothing but mails that the mail server took."""
    wait_until(lambda: not Mail.objects.exclude(status=Mail.Status.SENT).exists(), seconds=seconds, what="every mail")


def check_arrivals(mail_server: MailServer, *, repeated: int = 0) -> None:
    """Everybody got their mail; at most `repeated` mails came once more, each under the Message-ID of the first."""
    counts = Counter(mail.message_id for mail in mail_server.messages)
    assert {mail.recipients[0] for mail in mail_server.messages} == EVERYBODY
    assert set(counts) == set(Mail.objects.values_list("message_id", flat=True))
    assert max(counts.values()) <= 2
    assert sum(counts.values()) - len(counts) <= repeated


def test_worker_killed_in_the_middle_of_a_delivery(
    run_server: StartServer, celery_worker: StartWorker, smtp_server: MailServer, draft: AccessRequest
) -> None:
    first = celery_worker(pool="prefork", **SOON)
    killed: list[int] = []

    def kill_once() -> None:
        if not killed:
            killed.append(first.pid)
            first.kill()

    smtp_server.after_data = kill_once  # the mail is complete, and not yet answered with 250
    send(run_server(), draft)
    wait_until(lambda: killed and not first.running, what="the kill")
    claimed = Mail.objects.get(status=Mail.Status.SENDING)
    assert not Mail.objects.filter(status=Mail.Status.SENT).exists()
    celery_worker(**SOON)
    wait_until_all_are_sent()
    check_arrivals(smtp_server, repeated=1)
    assert Counter(mail.message_id for mail in smtp_server.messages)[claimed.message_id] == 2


@pytest.mark.parametrize("broker", [pytest.param("dead", marks=pytest.mark.slow), "silent"])
def test_broker_that_does_not_answer_stops_no_page(
    broker: str,
    run_server: StartServer,
    celery_worker: StartWorker,
    silent_server: SilentServer,
    smtp_server: MailServer,
    draft: AccessRequest,
) -> None:
    server = run_server(BROKER_URL=dead_url() if broker == "dead" else silent_server.url)
    browser = send(server, draft)
    assert browser.ask("GET", f"/requests/{draft.reference}/").seconds < SECONDS
    assert not silent_server.visitors, "a web process talked to the broker"
    celery_worker(**SOON)
    wait_until_all_are_sent()
    check_arrivals(smtp_server)


@pytest.mark.slow
def test_worker_killed_between_submit_and_delivery(
    run_server: StartServer, celery_worker: StartWorker, smtp_server: MailServer, draft: AccessRequest
) -> None:
    first = celery_worker(OUTBOX_TICK="60")
    send(run_server(), draft)
    first.kill()
    assert smtp_server.attempts == 0
    celery_worker()
    wait_until_all_are_sent()
    check_arrivals(smtp_server)


@pytest.mark.slow
def test_broker_dies_under_a_worker_and_comes_back(
    run_server: StartServer, celery_worker: StartWorker, smtp_server: MailServer, valkey: Valkey, draft: AccessRequest
) -> None:
    worker = celery_worker(**SOON)
    server = run_server(BROKER_URL=valkey.url)
    valkey.kill()
    send(server, draft)
    valkey.start()
    wait_until_all_are_sent(seconds=60)
    assert worker.running
    check_arrivals(smtp_server)


@pytest.mark.slow
def test_mail_server_refuses_three_tries_of_each_mail(
    run_server: StartServer, celery_worker: StartWorker, smtp_server: MailServer, draft: AccessRequest
) -> None:
    smtp_server.refuse(3 * len(EVERYBODY))
    celery_worker(**SOON)
    send(run_server(), draft)
    wait_until_all_are_sent()
    check_arrivals(smtp_server)
    assert smtp_server.attempts == 4 * len(EVERYBODY)


@pytest.mark.slow
def test_mail_server_hangs_up_before_its_answer(
    run_server: StartServer, celery_worker: StartWorker, smtp_server: MailServer, draft: AccessRequest
) -> None:
    smtp_server.drop(2)
    celery_worker(**SOON)
    send(run_server(), draft)
    wait_until_all_are_sent()
    check_arrivals(smtp_server, repeated=2)


@pytest.mark.slow
def test_mail_server_accepts_and_says_nothing(
    run_server: StartServer,
    celery_worker: StartWorker,
    silent_server: SilentServer,
    smtp_server: MailServer,
    draft: AccessRequest,
) -> None:
    stuck = celery_worker(mail=f"smtp://127.0.0.1:{silent_server.port}", **SOON)
    browser = send(run_server(), draft)
    wait_until(lambda: Mail.objects.filter(tries__gte=2).exists(), what="a second try")
    assert browser.ask("GET", f"/requests/{draft.reference}/").seconds < SECONDS
    stuck.kill()
    celery_worker(**SOON)
    wait_until_all_are_sent()
    check_arrivals(smtp_server)


@pytest.mark.slow
def test_web_server_killed_right_after_the_commit(
    run_server: StartServer, celery_worker: StartWorker, smtp_server: MailServer, draft: AccessRequest
) -> None:
    server = run_server(TEST_DIE_AFTER_POST="1")
    with pytest.raises((OSError, http.client.HTTPException)):
        browser_of(server, draft).send(draft)
    assert not server.answers()
    assert is_sent_once(draft)
    browser = browser_of(run_server(), draft)
    assert browser.ask("GET", f"/requests/{draft.reference}/").status == 200
    again = browser.send(draft)  # the applicant, who saw no answer, presses the button once more
    assert (again.status, again.location) == (302, f"/requests/{draft.reference}/")
    assert is_sent_once(draft)
    celery_worker(**SOON)
    wait_until_all_are_sent()
    check_arrivals(smtp_server)


@pytest.mark.slow
def test_several_workers_send_each_mail_once(
    run_server: StartServer, celery_worker: StartWorker, smtp_server: MailServer, draft: AccessRequest
) -> None:
    smtp_server.slow(0.1)
    for _number in range(2):
        celery_worker(OUTBOX_TICK="0.1")
    send(run_server(), draft)
    wait_until_all_are_sent()
    check_arrivals(smtp_server)


def has_ended(worker: Worker) -> bool:
    """Whether it is gone."""
    return not worker.running


@pytest.mark.slow
def test_killing_workers_again_and_again_repeats_one_mail_for_each(
    run_server: StartServer, celery_worker: StartWorker, smtp_server: MailServer, draft: AccessRequest
) -> None:
    kills = 3
    send(run_server(), draft)
    for number in range(kills):
        worker = celery_worker(**SOON)
        smtp_server.after_data = worker.kill
        wait_until(partial(has_ended, worker), seconds=30, what=f"kill number {number + 1}")
    smtp_server.after_data = None
    celery_worker(**SOON)
    wait_until_all_are_sent()
    counts = Counter(mail.message_id for mail in smtp_server.messages)
    assert sum(counts.values()) - len(counts) <= kills
    assert {mail.recipients[0] for mail in smtp_server.messages} == EVERYBODY
