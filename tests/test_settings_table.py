"""The table of environment variables: whatever one of them holds, it is used or refused in one sentence."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aidahub import kinds
from aidahub.environment import ROOT, Environment, WrongSetting, without_ours
from aidahub.variables import BY_NAME, NAMES, VARIABLES, Variable

PROGRAMS = {
    "manage.py": ["manage.py", ["check"]],
    "web": ["gunicorn", ["-c", "python:aidahub.gunicorn", "aidahub.wsgi"]],
    "worker": ["celery", ["-A", "aidahub", "worker"]],
    "beat": ["celery", ["-A", "aidahub", "beat"]],
}
SECRETS = [variable for variable in VARIABLES if variable.secret]
# Right but for a line break in them, which those who take addresses apart pass over.
BROKEN = [
    "postgres://hub@exam\nple.org/hub",
    "redis://exam\nple.org/0",
    "smtp://exam\nple.org:25",
    "unix:/run/exam\nple.sock",
]


def wrong_values(kind: kinds.Kind[object]) -> list[str]:
    """Values that this kind must refuse."""
    if isinstance(kind, kinds.Number):
        fraction = [str(kind.least + 0.5)] if kind.whole else []
        return ["many", "nan", "inf", str(kind.least - 1), str(kind.most + 1), "1e300", *fraction]
    wrong: dict[type[kinds.Kind[object]], list[str]] = {
        kinds.Text: ["two\nlines"],
        kinds.Secret: ["two words " * 9, "s\x1becret" * 20],
        kinds.Address: ["hub.example.org/x", "ftp://example.org", "redis://example.org:port/0", "two\nlines", *BROKEN],
        kinds.Mailbox: ["nobody", "a@b", "a@example.org\nBcc: b@example.org"],
        kinds.YesNo: ["maybe", "2"],
        kinds.OneOf: ["none of them"],
        kinds.Day: ["tomorrow", "2026-13-01", "29.11.2026"],
        kinds.TimeZone: ["Uppsala", "/etc/passwd"],
        kinds.WebAddress: ["hub.example.org", "https://", "javascript:alert(1)", "http://[", "http://a:b/"],
        kinds.Folder: [str(Path(__file__)), f"{__file__}/x"],
        kinds.Records: ["lots", "{}", "[1]", '[{"id": "x"}]', "[" * 100_000],
    }
    return wrong[type(kind)]


def refusal(values: dict[str, str]) -> str:
    """The sentence with which the table refuses `values`."""
    with pytest.raises(WrongSetting) as problem:
        Environment(values).check()
    return str(problem.value)


@pytest.mark.parametrize("variable", VARIABLES, ids=lambda variable: variable.name)
def test_wrong_value_is_refused_in_one_sentence(variable: Variable) -> None:
    for value in wrong_values(variable.kind):
        sentence = refusal({variable.name: value})
        assert sentence.startswith(f"{variable.name} "), sentence
        assert sentence.endswith(".")
        assert sentence.count("\n") == 0
        assert not variable.secret or value not in sentence


@pytest.mark.parametrize("variable", VARIABLES, ids=lambda variable: variable.name)
@settings(max_examples=25)
@given(text=st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"])))
def test_any_text_is_used_or_refused(variable: Variable, text: str) -> None:
    said = ""
    try:
        Environment({variable.name: text}).check()
    except WrongSetting as problem:
        said = str(problem)
    assert not said or said.startswith(f"{variable.name} ")
    assert len(said.splitlines()) <= 1


def test_every_default_is_right_and_every_kind_has_a_name() -> None:
    Environment({}).check()
    assert [variable.name for variable in VARIABLES if not variable.kind.shown] == []


def test_no_variable_is_read_as_something_else_than_the_table_says() -> None:
    env = Environment({"WEB_THREADS": "4"})
    assert env.number("WEB_THREADS") == 4
    for read in (env.text, env.flag, env.address, env.folder, env.records, env.one_of, env.day):
        with pytest.raises(TypeError, match="the table says Number"):
            read("WEB_THREADS")


def jobs() -> Iterator[tuple[str, str, dict[str, str]]]:
    """Each program with each variable that is wrong, and with each that is missing: program, variable, environment."""
    key = {"SECRET_KEY": "k" * 60}
    missing = {
        "SECRET_KEY": {"BASE_URL": "https://hub.example.org"},
        "ORCID_CLIENT_SECRET": {"ORCID_CLIENT_ID": "APP-1"},
        "DEMO": {"DEMO": "yes", "BASE_URL": "https://hub.example.org", **key},
    }
    for program in PROGRAMS:
        for variable in VARIABLES:
            yield program, variable.name, {variable.name: wrong_values(variable.kind)[0]}
        for name, variables in missing.items():
            yield program, name, variables
        for variable in SECRETS:
            yield program, f"{variable.name}_FILE", {f"{variable.name}_FILE": "/nowhere/at/all"}


@pytest.mark.slow
def test_each_wrong_or_missing_variable_stops_each_program(tmp_path: Path) -> None:
    asked = list(jobs())
    usual = {"DJANGO_SETTINGS_MODULE": "aidahub.settings", "VAR_DIR": str(tmp_path)}
    result = subprocess.run(
        [sys.executable, "-m", "tests.support.refusals"],
        input=json.dumps([[*PROGRAMS[program], usual | variables] for program, _, variables in asked]),
        cwd=ROOT,
        env=without_ours(),
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    for (program, name, _), (code, said) in zip(asked, json.loads(result.stdout), strict=True):
        lines = said.strip().splitlines()
        assert code == 1, (program, name, said)
        assert len(lines) == 1, (program, name, said)
        assert lines[0].startswith(name), (program, said)


@pytest.mark.parametrize("variable", SECRETS, ids=lambda variable: variable.name)
def test_secret_may_stand_in_a_file(variable: Variable, tmp_path: Path) -> None:
    value = {
        "SECRET_KEY": "k" * 60,
        "DATABASE_URL": "postgres://a:b@c/d",
        "BROKER_URL": "redis://:password@host/0",
        "EMAIL_URL": "smtp+tls://a:b@c:587",
        "OIDC_PROVIDERS": "[]",
    }.get(variable.name, "x" * 60)
    file = tmp_path / "secret"
    file.write_text(f"\n{value} \n")
    file.chmod(0o600)
    values = {f"{variable.name}_FILE": str(file)}
    assert f"{variable.name}_FILE" in NAMES
    assert Environment(values).check().written(variable.name) == value
    assert refusal(values | {variable.name: value}) == (
        f"{variable.name} and {variable.name}_FILE are both set; unset one of them."
    )


@pytest.mark.parametrize(
    ("content", "mode", "why"),
    [
        (b"k" * 60, 0o604, "which everybody can read; let only its owner: chmod 600."),
        (b" \n", 0o600, "which is empty; put the value into it."),
        (b"\xff\xfe" * 30, 0o600, "which cannot be read (it is not text); name another."),
        (None, 0o600, "which cannot be read (No such file or directory); name another."),
    ],
)
def test_file_that_cannot_be_used(content: bytes | None, mode: int, why: str, tmp_path: Path) -> None:
    file = tmp_path / "secret"
    if content is not None:
        file.write_bytes(content)
        file.chmod(mode)
    assert refusal({"SECRET_KEY_FILE": str(file)}) == f"SECRET_KEY_FILE is {str(file)!r}, {why}"


def test_folder_for_a_file() -> None:
    assert "which cannot be read (Is a directory)" in refusal({"SECRET_KEY_FILE": "/tmp"})


def test_what_is_no_secret_is_read_from_no_file() -> None:
    assert not BY_NAME["HUB_NAME"].secret
    assert Environment({"HUB_NAME_FILE": "/etc/hostname"}).text("HUB_NAME") == "AIDA Data Hub"
