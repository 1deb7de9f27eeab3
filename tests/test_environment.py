"""Environment variables: what they give, and the sentence for each wrong one."""

from __future__ import annotations

import re
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from aidahub.environment import ROOT, VARIABLES, Environment, WrongSetting, kept_secret, without_ours
from tests.support.processes import site_environment


def run(*command: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run a program of the site with these variables and no others of its own."""
    environment = without_ours() | {"DJANGO_SETTINGS_MODULE": "aidahub.settings", **variables}
    return subprocess.run(
        [sys.executable, *command], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )


@pytest.mark.parametrize(
    ("variables", "sentence"),
    [
        ({"DEMO": "maybe"}, "DEMO is 'maybe'; set it to yes or no."),
        (
            {"DEMO": "1", "BASE_URL": "https://hub.example.org"},
            "DEMO=1 is refused because BASE_URL is not on this machine",
        ),
        ({"BASE_URL": "hub.example.org"}, "BASE_URL is 'hub.example.org'; set it to an address such as"),
        ({"BASE_URL": "https://hub.example.org"}, "SECRET_KEY is not set; set it to 50 or more random characters"),
        ({"DATABASE_URL": "mysql://x/y"}, "DATABASE_URL cannot be read; set it to postgres://"),
        ({"EMAIL_URL": "mail.example.org"}, "EMAIL_URL cannot be read; set it to smtp+tls://"),
        ({"OUTBOX_TICK": "0"}, "OUTBOX_TICK is 0; set it to 0.1 or more."),
        ({"OUTBOX_TICK": "nan"}, "OUTBOX_TICK is nan; set it to 0.1 or more."),
        ({"LANGUAGE": "de"}, "LANGUAGE is 'de'; set it to one of en, sv."),
        ({"TIME_ZONE": "Uppsala"}, "TIME_ZONE is 'Uppsala'; set it to a name such as Europe/Stockholm."),
        ({"OIDC_PROVIDERS": "lifescience"}, "OIDC_PROVIDERS is not JSON"),
        (
            {"OIDC_PROVIDERS": '[{"id": "ls"}]'},
            "OIDC_PROVIDERS has another shape; set it to a JSON list of objects with id",
        ),
        ({"FILE_MAX_MB": "ten"}, "FILE_MAX_MB is 'ten'; set it to a number."),
        ({"REQUEST_FILES_MAX": "0"}, "REQUEST_FILES_MAX is 0; set it to 1 or more."),
        ({"FILES_DIR": "static"}, "is served to anybody; set it to a folder apart."),
        ({"FILES_DIR": "static/files"}, "is served to anybody; set it to a folder apart."),
        ({"FILES_DIR": "."}, "is served to anybody; set it to a folder apart."),
        ({"ORCID_CLIENT_ID": "APP-1"}, "ORCID_CLIENT_SECRET is missing; set it, or unset ORCID_CLIENT_ID."),
    ],
)
def test_wrong_variable_stops_every_program_with_its_sentence(
    tmp_path: Path, variables: dict[str, str], sentence: str
) -> None:
    result = run("manage.py", "check", VAR_DIR=str(tmp_path), **variables)
    assert result.returncode == 1
    assert sentence in result.stderr
    assert len(result.stderr.splitlines()) == 1


@pytest.mark.slow
def test_wrong_variable_stops_the_web_server_with_its_sentence(tmp_path: Path) -> None:
    result = run("-m", "gunicorn", "-c", "python:aidahub.gunicorn", "aidahub.wsgi", VAR_DIR=str(tmp_path), DEMO="maybe")
    assert result.returncode == 1
    assert result.stderr == "DEMO is 'maybe'; set it to yes or no.\n"


@pytest.mark.slow
def test_wrong_variable_stops_the_worker_with_its_sentence(tmp_path: Path) -> None:
    result = run("-m", "celery", "-A", "aidahub", "worker", VAR_DIR=str(tmp_path), DEMO="maybe")
    assert result.returncode == 1
    assert result.stderr.splitlines()[-1] == "DEMO is 'maybe'; set it to yes or no."
    assert "Traceback" not in result.stderr


def test_table_has_every_variable_that_is_read_and_no_other() -> None:
    code = "".join(path.read_text() for path in (ROOT / "aidahub").rglob("*.py"))
    read = set(
        re.findall(r"(?:env|self)\.(?:text|flag|number|one_of|address|folder|records|day)\(\s*\"([A-Z_]+)\"", code)
    )
    assert read == {variable.name for variable in VARIABLES}


@pytest.mark.slow
def test_a_waiting_sentence_has_a_cookie_of_this_host(tmp_path: Path) -> None:
    code = (
        "from django.contrib.messages.storage import default_storage;"
        "from django.http import HttpRequest, HttpResponse;"
        "asked, answer = HttpRequest(), HttpResponse(); asked.session = {};"
        "waiting = default_storage(asked); waiting.add(20, 'Saved.'); waiting.update(answer);"
        "print(answer.cookies.output())"
    )
    said = run("-c", code, VAR_DIR=str(tmp_path), BASE_URL="https://hub.example.org", SECRET_KEY="k" * 60).stdout
    assert said.startswith("Set-Cookie: __Host-messages=")
    for part in ("HttpOnly", "Path=/", "SameSite=Lax", "Secure"):
        assert f"; {part}" in said
    assert "Domain" not in said
    assert run("-c", code, VAR_DIR=str(tmp_path)).stdout.startswith("Set-Cookie: messages=")


@pytest.mark.slow
def test_https_makes_every_cookie_secure(tmp_path: Path) -> None:
    code = (
        "from django.conf import settings as s;"
        "print(s.SESSION_COOKIE_NAME, s.CSRF_COOKIE_NAME, s.SESSION_COOKIE_SECURE, s.CSRF_COOKIE_SECURE,"
        "s.ALLOWED_HOSTS)"
    )
    key = "k" * 60
    public = run("-c", code, VAR_DIR=str(tmp_path), BASE_URL="https://hub.example.org", SECRET_KEY=key).stdout
    assert public == "__Host-session __Host-csrf True True ['hub.example.org']\n"
    # A browser keeps no __Host- cookie that came over http.
    assert run("-c", code, VAR_DIR=str(tmp_path)).stdout.startswith("session csrf False False ['127.0.0.1'")


def test_secret_key_is_made_once_and_readable_by_its_owner_only(tmp_path: Path) -> None:
    env = Environment({})
    key = env.secret_key(tmp_path)
    assert len(key) >= 50
    assert env.secret_key(tmp_path) == key
    assert stat.S_IMODE((tmp_path / "secret-key").stat().st_mode) == 0o600
    assert kept_secret(tmp_path / "secret-key", "another") == key


def test_unset_and_empty_are_the_same() -> None:
    assert Environment({"HUB_NAME": " "}).text("HUB_NAME") == Environment({}).text("HUB_NAME") == "AIDA Data Hub"


def test_loopback_in_all_its_names() -> None:
    for host in ("127.0.0.1", "localhost", "[::1]"):
        assert Environment({"BASE_URL": f"http://{host}:8000", "DEMO": "yes"}).demo()
    with pytest.raises(WrongSetting):
        Environment({"BASE_URL": "http://127.0.0.1.example.org", "DEMO": "yes"}).demo()


def test_files_are_kept_apart_from_what_is_served(tmp_path: Path) -> None:
    served = tmp_path / "static"
    served.mkdir()
    (tmp_path / "link").symlink_to(served)
    assert Environment({}).files_folder(tmp_path, [served]) == tmp_path / "files"
    elsewhere = tmp_path / "static-files"  # begins alike, lies apart
    assert Environment({"FILES_DIR": str(elsewhere)}).files_folder(tmp_path, [served]) == elsewhere
    for place in (served, served / "a" / "b", tmp_path, tmp_path / "link", tmp_path / "link" / "a"):
        with pytest.raises(WrongSetting, match="set it to a folder apart"):
            Environment({"FILES_DIR": str(place)}).files_folder(tmp_path, [served])


@pytest.mark.django_db
def test_other_processes_see_the_test_database_and_nothing_of_the_developer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EMAIL_URL", "smtp://real-server.example.org")
    assert "EMAIL_URL" not in site_environment()


@pytest.mark.parametrize(
    ("variables", "on"),
    [
        ({}, True),
        ({"DEMO": "yes"}, False),
        ({"DEMO": "yes", "SECOND_FACTOR": "yes"}, True),
        ({"SECOND_FACTOR": "no"}, False),
    ],
)
def test_a_second_factor_is_asked_for_everywhere_but_on_a_trial_site(variables: dict[str, str], on: bool) -> None:
    assert Environment(variables).second_factor() is on
    if not on:
        with pytest.raises(WrongSetting):
            Environment({**variables, "BASE_URL": "https://hub.example.org"}).second_factor()
