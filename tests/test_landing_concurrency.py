"""Two web processes answer while pages are imported over and over: every answer is one whole version of the page."""

from __future__ import annotations

import re
import threading
import urllib.request
from collections.abc import Callable
from pathlib import Path

import pytest

from datasets.models import Dataset
from datasets.register.importer import Importer
from tests.register.pages import a_page
from tests.support.processes import Server

NAMES = ("A set for tests", "Another set for tests")


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_no_answer_is_half_a_page(tmp_path: Path, run_server: Callable[..., Server]) -> None:
    page = tmp_path / "page.md"
    page.write_bytes(a_page())
    Importer().run([page])
    address = f"{run_server(WEB_WORKERS='2').url}{Dataset.objects.get().get_absolute_url()}"
    answers: list[tuple[str, str]] = []
    done = threading.Event()

    def ask() -> None:
        while not done.is_set():
            with urllib.request.urlopen(address, timeout=10) as answer:
                answers.append((answer.headers["ETag"], answer.read().decode()))

    threads = [threading.Thread(target=ask) for _ in range(3)]
    for thread in threads:
        thread.start()
    try:
        for number in range(300):
            if number > 12 and len(answers) > 60:
                break
            page.write_bytes(a_page(("A set for tests", NAMES[number % 2])))
            Importer().run([page])
    finally:
        done.set()
        for thread in threads:
            thread.join()
    shown = [set(re.findall(rf"({'|'.join(reversed(NAMES))})", html)) for _etag, html in answers]
    assert all(len(names) == 1 for names in shown)
    assert all(html.rstrip().endswith("</html>") for _etag, html in answers)
    assert len({(etag, html) for etag, html in answers}) == len({etag for etag, _html in answers})
    assert {name for names in shown for name in names} == set(NAMES)
