"""Attacks a running trial site with wapiti, signed in as each kind of person: `make scan`.

    python -m scripts.scan [PERSON...]    only these: anonymous, researcher, provider, hub, operator

The site is the trial site in a folder of its own, on loopback, with requests in several statuses; no mail leaves it and
no module that needs a server elsewhere is used. Reports are written to `var/scan/`, a summary is printed. Exit code 1
when wapiti found something that docs/security.md does not answer (`ANSWERED`), or when a sign-in did not last.
"""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from aidahub.environment import ROOT, VARIABLES

WAPITI = ROOT / ".venv-scan" / "bin" / "wapiti"
REPORTS = ROOT / "var" / "scan"
SITE = REPORTS / "site"
PEOPLE = {
    "anonymous": "",
    "researcher": "researcher@example.org",
    "provider": "provider1@example.org",
    "hub": "hub@example.org",
    "operator": "admin@example.org",
}
# All modules that ask the attacked site alone. Left out: ssrf, xxe and log4shell wait for calls to a server of
# wapiti's, nikto, wapp and htp load lists from elsewhere, takeover asks name servers, ssl needs https, and cms,
# wp_enum and network_device look for other programs.
MODULES = (
    "cookieflags,crlf,csp,csrf,exec,file,htaccess,http_headers,https_redirect,ldap,methods,permanentxss,redirect,"
    "shellshock,spring4shell,sql,timesql,upload,xss"
)
GUESSING = "backup,brute_login_form,buster"  # the same for everybody: only without signing in
CRAWL, ATTACK = 60, 10  # seconds for finding pages, and for each module: about four minutes a person
# What would end the scanner's own session.
EXCLUDED = ("/accounts/logout/*", "/admin/logout/*", "/accounts/sessions/*", "/admin/*/suspend/*", "/admin/*/close/*")
# Attacked without signing in; by everybody else only the pages that are theirs, for which the time is short enough.
EVERYBODY_S = ("/datasets/*", "/10.23698/aida/synthetic/brgandi/*.*", "/static/*", "/feed.atom", "/api/*")
# Findings with an answer in docs/security.md, by category and what they say.
ANSWERED = (
    ("HTTP Methods", "Possible interesting methods"),
    ("LDAP Injection", "via injection in the parameter"),
    ("Review Webserver Metafiles for Information Leakage", "Found webpage"),
    ("Spring4Shell", "class.module.classLoader"),
    ("Secure Flag cookie", "Secure flag is not set"),
    ("Unencrypted Channels", "No HTTPS redirection"),
)


def main() -> int:
    """Scan as each person named on the command line, or as all; 1 when something needs an answer."""
    chosen = [who for who in PEOPLE if not sys.argv[1:] or who in sys.argv[1:]]
    if not WAPITI.exists():
        print("wapiti is not installed: run `make scan`.", file=sys.stderr)
        return 1
    shutil.rmtree(REPORTS, ignore_errors=True)
    SITE.mkdir(parents=True)
    with running_site() as url:
        start_django(url)
        fill()
        results = [scan(url, who) for who in chosen]
    return 0 if all(results) else 1


@contextmanager
def running_site() -> Iterator[str]:
    """The trial site in a folder of its own; its address. It ends with this process."""
    with socket.create_server(("127.0.0.1", 0)) as door:
        port = door.getsockname()[1]
    ours = {variable.name for variable in VARIABLES}
    environment = {name: value for name, value in os.environ.items() if name not in ours}
    environment |= {"VAR_DIR": str(SITE), "PORT": str(port)}
    os.environ.clear()
    os.environ.update(environment)
    with (REPORTS / "site.log").open("wb") as log:
        site = subprocess.Popen(
            [sys.executable, "-m", "aidahub.demo", "--with-parent"], cwd=ROOT, stdout=log, stderr=log, env=environment
        )
    try:
        url = f"http://127.0.0.1:{port}"
        wait_for(site, f"{url}/readyz")
        yield url
    finally:
        site.terminate()
        site.wait(30)


def wait_for(site: subprocess.Popen[bytes], address: str) -> None:
    """Return once the whole trial site says where it is; raises RuntimeError when it ends or does not in time."""
    end = time.monotonic() + 600
    while time.monotonic() < end and site.poll() is None:
        if "answers at" in (REPORTS / "site.log").read_text() and status(address) == 200:
            return
        time.sleep(0.2)
    raise RuntimeError(f"The trial site did not start:\n{(REPORTS / 'site.log').read_text()[-2000:]}")


def status(address: str, cookie: str = "") -> int:
    """What an address answers; 0 for nothing."""
    request = urllib.request.Request(address, headers={"Cookie": cookie} if cookie else {})  # noqa: S310  our own site
    try:
        with urllib.request.urlopen(request, timeout=20) as answer:  # noqa: S310 # nosec B310 # our own
            return int(answer.status) if answer.url == address else 302
    except urllib.error.HTTPError as answer:
        return answer.code
    except OSError:
        return 0


def start_django(url: str) -> None:
    """Let this process see the trial site's database."""
    os.environ |= {"BASE_URL": url, "DEMO": "yes", "DJANGO_SETTINGS_MODULE": "aidahub.settings"}
    import django

    django.setup()


def fill() -> None:
    """Requests of the trial's researcher: one in review with a message, one granted, one draft."""
    from access_requests import actions
    from access_requests.workflow import Answer
    from aidahub.accounts.models import User
    from datasets.models import Dataset
    from tests.cast import draft_of, sent

    ada = User.objects.get(email=PEOPLE["researcher"])
    per = User.objects.get(email=PEOPLE["provider"])
    brgandi = Dataset.objects.get()
    first = sent(ada, brgandi)
    actions.decide(request=first, by=per, answer=Answer.REJECT, reason="Too vague.")
    second = sent(ada, brgandi)
    actions.write(request=second, by=ada, text="When will you answer?")
    draft_of(ada, brgandi, "AIDA BY license")


def cookies_of(who: str) -> str:
    """The cookies of a browser in which this person has signed in, and with which its forms are accepted."""
    from django.conf import settings
    from django.middleware.csrf import _get_new_csrf_string
    from django.test import Client

    from aidahub.accounts.models import User

    cookies = {settings.CSRF_COOKIE_NAME: _get_new_csrf_string()}
    if email := PEOPLE[who]:
        client = Client()
        client.force_login(User.objects.get(email=email))
        cookies[settings.SESSION_COOKIE_NAME] = client.cookies[settings.SESSION_COOKIE_NAME].value
    return "; ".join(f"{name}={value}" for name, value in cookies.items())


def scan(url: str, who: str) -> bool:
    """Scan as one person and say what was found; whether all of it is answered and the sign-in lasted."""
    cookie = cookies_of(who)
    guest = who == "anonymous"
    modules = f"{MODULES},{GUESSING}" if guest else MODULES
    excluded = EXCLUDED if guest else EXCLUDED + EVERYBODY_S
    starts = ["/", "/datasets/", "/metrics/", "/requests/", "/accounts/profile/", "/accounts/login/", "/admin/"]
    starts.append("/admin/access_requests/accessrequest/")
    report = REPORTS / f"{who}.json"
    command = [
        str(WAPITI), "-u", f"{url}/", "-m", modules, "-C", cookie, "-f", "json", "-o", str(report),
        "--flush-session", "--store-session", str(REPORTS / "sessions" / who), "--no-bugreport", "-v", "1",
        "--store-config", str(REPORTS / "config"),
        "--max-scan-time", str(CRAWL), "--max-attack-time", str(ATTACK), "--tasks", "4", "-S", "normal", "-d", "8",
        *(word for path in starts for word in ("-s", url + path)),
        *(word for path in excluded for word in ("-x", url + path)),
    ]  # fmt: skip
    before = answers()
    with (REPORTS / f"{who}.log").open("wb") as log:
        subprocess.run(command, stdout=log, stderr=log, stdin=subprocess.DEVNULL, check=False, timeout=900)
    lasted = guest or status(f"{url}/accounts/profile/", cookie) == 200
    got = answers() - before
    taken = sum(number for (method, code), number in got.items() if method == "POST" and code not in {403, 405})
    errors = sum(number for (_method, code), number in got.items() if code >= 500)
    print(f"{who}: {sum(got.values())} requests, {taken} forms taken, {errors} errors of ours")
    return say(who, json.loads(report.read_text()), lasted=lasted) and taken > 0 and not errors


def answers() -> Counter[tuple[str, int]]:
    """How many answers the site's own log has, by method and status."""
    lines = (SITE / "run" / "web.log").read_text(errors="replace").splitlines()
    entries = [json.loads(line) for line in lines if line.startswith("{") and '"status"' in line]
    return Counter((entry["method"], entry["status"]) for entry in entries)


def say(who: str, report: dict[str, Any], *, lasted: bool) -> bool:
    """Print one person's findings by category; whether all are answered and the sign-in lasted."""
    found = [
        (category, finding)
        for kind in ("vulnerabilities", "anomalies", "additionals")
        for category, findings in report[kind].items()
        for finding in findings
    ]
    new = [(category, each) for category, each in found if not is_answered(category, each)]
    crawled = report["infos"].get("crawled_pages_nbr")
    print(f"{who}: {crawled} pages, {len(found)} findings, {len(new)} without an answer")
    for category, number in sorted(Counter(category for category, _finding in found).items()):
        print(f"    {number:4}  {category}")
    for category, finding in new:
        print(
            f"    !! {category}: {finding['method']} {finding['path']} {finding['parameter'] or ''} {finding['info']}"
        )
    if not lasted:
        print("    !! the session had ended before the scan did")
    return lasted and not new


def is_answered(category: str, finding: dict[str, Any]) -> bool:
    """Whether docs/security.md says why this is none."""
    return any(category == known and words in finding["info"] for known, words in ANSWERED)


if __name__ == "__main__":
    sys.exit(main())
