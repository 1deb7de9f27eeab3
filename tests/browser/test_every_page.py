"""Every page of the site in a real browser: axe finds nothing, light at 1280 px and dark at 360 px.

The pages are those of the table in `tests.test_urls`, so a new page is looked at as soon as it has its row there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.test import Client
from playwright.sync_api import ConsoleMessage, Page

from access_requests import actions
from aidahub.accounts.models import User
from datasets.models import Dataset
from tests.cast import license_of
from tests.support.addresses import KINDS, OK
from tests.support.processes import Server
from tests.test_urls import cast, paths, row_of, values  # noqa: F401 - two of them are fixtures

pytestmark = [pytest.mark.slow, pytest.mark.browser, pytest.mark.django_db(transaction=True)]

RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
# Who shows the most of a page: signed out for what is everybody's, else the applicant, the provider, hub staff.
READERS = ("anonymous", "ada", "per", "hedda", "sigrid")
NOT_PAGES = {
    "healthz", "readyz", "pages:robots", "pages:sitemap", "pages:sitemap_part", "admin:jsi18n", "admin:autocomplete",
    "datasets:export", "datasets:metadata", "datasets:catalogue", "datasets:feed",
    "admin:access_requests_accessrequest_who_csv",
    "access_requests:file",
    "access_requests:copy",
    "admin:access_requests_accessrequest_export",
}  # fmt: skip


def enter(page: Page, url: str, user: User | None) -> None:
    """Let a browser be that of this person."""
    page.context.clear_cookies()
    if user:
        client = Client()
        client.force_login(user)
        name = settings.SESSION_COOKIE_NAME
        page.context.add_cookies([{"name": name, "value": client.cookies[name].value, "url": url}])


def faults_of(page: Page, where: str) -> Iterator[str]:
    """What axe, a narrow window and the page's policy have against it."""
    for violation in Axe().run(page, options=RULES).response["violations"]:
        for node in violation["nodes"]:
            yield f"{where}: {violation['id']}: {node['html'][:200]}"
    if page.evaluate("document.documentElement.scrollWidth > window.innerWidth + 1"):
        yield f"{where}: scrolls sideways"


def visits(people: dict[str, User | None], places: dict[str, Any], brgandi: Dataset) -> Iterator[tuple[str, str]]:
    """Who opens which path: each page once, by who sees most of it; and the steps of a draft, and what is missing."""
    for name, path in paths(places):
        row = row_of(name)
        readers = [who for who in READERS if row and row[0][KINDS.index(who)] == OK]
        if name not in NOT_PAGES and readers:
            yield readers[0], path
            if name in {"pages:home", "datasets:landing", "access_requests:detail", "admin:index"}:
                yield from ((who, path) for who in readers[1:])
    ada = people["ada"]
    assert ada
    draft = actions.start(license=license_of(brgandi, "AIDA BY license"), by=ada)
    for step in ("you", "project", "terms", "review"):
        yield "ada", f"/requests/{draft.reference}/edit/{step}/"
    yield "ada", f"/requests/{draft.reference}/discard/"
    yield "hedda", f"/admin/access_requests/accessrequest/{places['reference']}/record/"
    yield "anonymous", "/no-such-page"
    yield "otto", f"/requests/{places['reference']}/"
    yield "per", f"/requests/{places['reference']}/withdraw/"


@pytest.mark.parametrize("look", [{"width": 1280}, {"width": 360, "height": 740, "dark": True}], ids=["light", "dark"])
def test_axe_finds_nothing(
    look: dict[str, Any],
    cast: dict[str, User | None],  # noqa: F811
    values: dict[str, Any],  # noqa: F811
    otto: User,
    brgandi: Dataset,
    run_server: Callable[..., Server],
    new_page: Callable[..., Page],
) -> None:
    url = run_server().url
    page = new_page(**look)
    faults: list[str] = []
    refused: list[str] = []

    def note(message: ConsoleMessage) -> None:
        if "Content Security Policy" in message.text or "Content-Security-Policy" in message.text:
            refused.append(f"{page.url}: {message.text}")

    page.on("console", note)
    page.on("request", lambda request: None if request.url.startswith((url, "data:")) else refused.append(request.url))
    page.on("websocket", lambda opened: refused.append(opened.url))
    people = {**cast, "otto": otto}
    here = "nobody yet"
    for who, path in visits(people, values, brgandi):
        if who != here:
            enter(page, url, people[who])
            here = who
        response = page.goto(url + path)
        assert response
        assert response.status < 500, path
        seen = len(refused)
        faults += faults_of(page, f"{path} ({who})")
        del refused[seen:]  # axe sets styles of its own on long forms
    assert not faults, "\n".join(faults)
    assert not refused, "\n".join(refused)
