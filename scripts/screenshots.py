"""Takes the pictures of the README again: `python -m scripts.screenshots`.

Starts the trial site with an empty folder of its own, asks for BRGANDI there as the demo researcher, and photographs
the landing page and the page on which a provider decides. Needs Chromium. Everything but the pictures is removed.
"""

from __future__ import annotations

import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Page, ViewportSize, sync_playwright

from aidahub.environment import without_ours

ROOT = Path(__file__).resolve().parent.parent
PICTURES = ROOT / "docs" / "images"
LANDING = "/10.23698/aida/synthetic/brgandi"
PASSWORD = "only-for-pictures"  # noqa: S105  the site is gone a moment later
WINDOW: ViewportSize = {"width": 1280, "height": 860}
MOST_BYTES = 200_000

TEXTS = {
    "applicant_name": "Ada Berg",
    "applicant_institution": "Uppsala University",
    "applicant_department": "Department of Surgical Sciences",
    "applicant_address": "Akademiska sjukhuset, 751 85 Uppsala",
    "project_title": "Segmenting brain tumours with less data",
    "planned_use": "We train segmentation networks on synthetic images and compare them with networks trained on real "
    "ones, to learn how many real images can be saved. The images stay on the university's own servers.",
    "recipient_name": "Rut Ek",
    "recipient_title": "Professor",
    "recipient_email": "rut.ek@uu.example",
    "recipient_institution": "Uppsala University",
    "recipient_department": "Department of Surgical Sciences",
    "recipient_address": "Akademiska sjukhuset, 751 85 Uppsala",
    "recipient_profile": "https://orcid.org/0000-0002-1825-0097",
}
CHOICES = {"list_publicly": "yes", "recipient_same": "no", "signatory_same": "yes"}


@contextmanager
def site() -> Iterator[str]:
    """A trial site of its own; its address."""
    with socket.create_server(("127.0.0.1", 0)) as door:
        port = door.getsockname()[1]
    env = without_ours()
    with tempfile.TemporaryDirectory(prefix="aidahub-pictures-") as folder:
        env |= {"PORT": str(port), "VAR_DIR": folder, "DEMO_PASSWORD": PASSWORD, "PYTHONUNBUFFERED": "1"}
        running = subprocess.Popen(
            [sys.executable, "-m", "aidahub.demo"], cwd=ROOT, env=env, stdout=subprocess.PIPE, text=True
        )
        try:
            if not any("Ctrl-C" in line for line in running.stdout or ()):
                sys.exit("The trial site did not start.")
            yield f"http://127.0.0.1:{port}"
        finally:
            running.send_signal(signal.SIGTERM)
            running.wait(30)


def sign_in(browser: Browser, address: str, email: str) -> Page:
    """A window in which this person is signed in."""
    page = browser.new_page(viewport=WINDOW, base_url=address, locale="en-GB")
    page.goto("/accounts/login/")
    page.fill("input[name=login]", email)
    page.fill("input[name=password]", PASSWORD)
    page.press("input[name=password]", "Enter")
    page.wait_for_url("**/")
    return page


def ask(page: Page) -> str:
    """Fill in the request and send it; its reference."""
    page.goto(f"{LANDING}/request/")
    with page.expect_navigation():
        page.locator("main form button[type=submit]").first.click()
    while not page.url.endswith("/review/"):
        fill_in(page)
        before = page.url
        with page.expect_navigation():
            page.locator("main form button[type=submit]").first.click()
        if page.url == before:
            sys.exit(f"The form did not go on from {before}:\n{page.locator('main').inner_text()}")
    with page.expect_navigation():
        page.get_by_role("button", name="Send").first.click()
    return page.url.rstrip("/").rpartition("/")[2]


def fill_in(page: Page) -> None:
    """Answer what one step asks."""
    for name, value in CHOICES.items():
        for choice in page.locator(f"input[name={name}][value={value}]").all():
            choice.check()
    for name, text in TEXTS.items():
        for field in page.locator(f"main [name={name}]").all():
            field.fill(text)
    for name in ("applicant_country", "recipient_country"):
        for field in page.locator(f"select[name={name}]").all():
            field.select_option("SE")
    for box in page.locator("main input[type=checkbox]").all():
        if box.is_visible():
            box.check()


def photograph(page: Page, name: str) -> None:
    """Keep what the window shows."""
    path = PICTURES / f"{name}.png"
    page.screenshot(path=path)
    if (size := path.stat().st_size) > MOST_BYTES:
        sys.exit(f"{path.name} has {size} bytes; {MOST_BYTES} is the most.")
    print(f"docs/images/{path.name}: {size} bytes")


def main() -> int:
    """Take both pictures."""
    program = shutil.which("chromium") or shutil.which("chromium-browser")
    if not program:
        sys.exit("Chromium is not installed; on Debian and Ubuntu: apt-get install chromium")
    PICTURES.mkdir(parents=True, exist_ok=True)
    with site() as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox", "--disable-gpu"])
        page = browser.new_page(viewport=WINDOW, base_url=address, locale="en-GB")
        page.goto(LANDING)
        photograph(page, "landing-page")
        reference = ask(sign_in(browser, address, "researcher@example.org"))
        page = sign_in(browser, address, "provider1@example.org")
        page.goto(f"/admin/access_requests/accessrequest/{reference}/change/")
        photograph(page, "decision-page")
        browser.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
