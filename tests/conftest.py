"""What the tests share: real servers and browsers, each started only when a test asks for it."""

from __future__ import annotations

import itertools
import os
import shutil
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import hypothesis
import pytest
from django.conf import settings
from django.core.cache import cache
from django.utils import translation
from playwright.sync_api import Browser, Page

from tests.cast import (  # noqa: F401 - the fixtures of the cast
    ada,
    alva,
    brgandi,
    hedda,
    mia,
    opal,
    other,
    otto,
    per,
    petra,
    request_at,
    rut,
    sigrid,
    sune,
)
from tests.support.broker import SilentServer, Valkey
from tests.support.browsers import chromium
from tests.support.installed import MISSING
from tests.support.kept import keep, restore
from tests.support.locks import granted, hub, locked  # noqa: F401 - fixtures, too
from tests.support.mail import MailServer
from tests.support.processes import Process, Server, Worker
from tests.support.world import archive, world  # noqa: F401 - fixtures, too

# How long an example takes says more about the machine than about the code.
hypothesis.settings.register_profile("untimed", hypothesis.settings.get_profile("default"), deadline=None)
if not os.environ.get("CI"):  # where it has a profile of its own, with fixed examples and no deadline
    hypothesis.settings.load_profile("untimed")

# Playwright runs an event loop in the test's own thread; Django would refuse the database there.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave tests that need PostgreSQL to `make test-postgres`."""
    if settings.DATABASES["default"]["ENGINE"].endswith("postgresql"):
        return
    left = [item for item in items if item.get_closest_marker("postgres")]
    if left:
        config.hook.pytest_deselected(items=left)
        items[:] = [item for item in items if not item.get_closest_marker("postgres")]


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """One loud line for each program that is missing, and for want of which tests were skipped."""
    reasons = [str(report.longrepr) for report in terminalreporter.stats.get("skipped", [])]
    for sentence, number in Counter(found[0] for reason in reasons if (found := MISSING.search(reason))).items():
        terminalreporter.write_line("")
        terminalreporter.write_line(f"!!! {number} TESTS WERE SKIPPED. {sentence}", red=True, bold=True)


def pytest_unconfigure() -> None:
    """Remove this test process's folder."""
    shutil.rmtree(settings.VAR_DIR, ignore_errors=True)


@pytest.fixture(autouse=True)
def _limits_start_anew(request: pytest.FixtureRequest) -> None:
    """Empty the cache, where sign-in attempts are counted, for tests that keep what they write."""
    marker = request.node.get_closest_marker("django_db")
    if "transactional_db" in request.fixturenames or (marker and marker.kwargs.get("transaction")):
        request.getfixturevalue("transactional_db")
        cache.clear()


@pytest.fixture(autouse=True)
def _language_ends_with_the_test() -> Iterator[None]:
    """Forget the language of the last page, which Django's test client leaves switched on."""
    yield
    translation.deactivate()


@pytest.fixture(scope="session")
def brgandi_rows(django_db_setup: None, django_db_blocker: Any) -> Callable[[], bool]:
    """Puts the rows of the real dataset into the database; False where they cannot be copied."""
    with django_db_blocker.unblock():
        kept = keep()
    return restore if kept else lambda: False


@pytest.fixture(scope="session")
def socket_folder() -> Iterator[Path]:
    """A folder with a path short enough for a socket."""
    with tempfile.TemporaryDirectory(prefix="aidahub-") as folder:
        yield Path(folder)


@pytest.fixture(scope="session")
def _valkey(socket_folder: Path) -> Iterator[Valkey]:
    server = Valkey(socket_folder)
    yield server
    server.stop()


@pytest.fixture
def valkey(_valkey: Valkey) -> Valkey:
    """A real, empty Valkey. One that the last test killed is started again."""
    if not _valkey.process.running:
        _valkey.start()
    _valkey.empty()
    return _valkey


@pytest.fixture
def silent_server() -> Iterator[SilentServer]:
    """A server that accepts connections and never answers."""
    server = SilentServer()
    yield server
    server.close()


@pytest.fixture(scope="session")
def _smtp_server() -> Iterator[MailServer]:
    server = MailServer()
    yield server
    server.close()


@pytest.fixture
def smtp_server(_smtp_server: MailServer) -> MailServer:
    """A real SMTP server without mails, on its best behaviour."""
    _smtp_server.reset()
    return _smtp_server


@pytest.fixture
def processes() -> Iterator[list[Process]]:
    """Whatever is put into this list is stopped after the test."""
    started: list[Process] = []
    yield started
    for process in reversed(started):
        process.stop()


@pytest.fixture
def celery_worker(
    transactional_db: None, valkey: Valkey, smtp_server: MailServer, processes: list[Process], tmp_path: Path
) -> Callable[..., Worker]:
    """`celery_worker(beat=True, pool="solo", **environment)` starts a real worker on the test database."""
    numbers = itertools.count(1)

    def start(**options: Any) -> Worker:
        options = {"broker": valkey.url, "mail": smtp_server.url, **options}
        worker = Worker(log=tmp_path / f"worker-{next(numbers)}.log", **options)
        processes.append(worker)
        return worker

    return start


@pytest.fixture
def run_server(transactional_db: None, processes: list[Process], tmp_path: Path) -> Callable[..., Server]:
    """`run_server(**environment)` starts a real gunicorn on the test database; its address is in `.url`."""
    numbers = itertools.count(1)

    def start(**variables: str) -> Server:
        server = Server(log=tmp_path / f"server-{next(numbers)}.log", **variables)
        processes.append(server)
        return server

    return start


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium."""
    with chromium() as running:
        yield running


@pytest.fixture
def new_page(browser: Browser) -> Iterator[Callable[..., Page]]:
    """`new_page(javascript=True, width=1280, height=800, dark=False)`: a page of a person with cookies of their own."""
    contexts = []

    def make(*, javascript: bool = True, width: int = 1280, height: int = 800, dark: bool = False) -> Page:
        context = browser.new_context(
            java_script_enabled=javascript,
            viewport={"width": width, "height": height},
            color_scheme="dark" if dark else "light",
            locale="en-GB",
            timezone_id="Europe/Stockholm",
            # axe is put into the page by the test, which a strict policy forbids to everybody else, too.
            bypass_csp=False,
        )
        context.set_default_timeout(10_000)
        contexts.append(context)
        return context.new_page()

    yield make
    for context in contexts:
        context.close()


@pytest.fixture
def page(new_page: Callable[..., Page]) -> Page:
    """One page of a wide window with JavaScript."""
    return new_page()


@pytest.fixture
def files_folder(settings: Any, tmp_path: Path) -> Path:
    """Where the site keeps attached files in this test: a place of its own, not yet made."""
    folder = tmp_path / "files"
    private = {**settings.STORAGES["private"], "OPTIONS": {"location": folder}}
    settings.STORAGES = {**settings.STORAGES, "private": private}
    return folder
