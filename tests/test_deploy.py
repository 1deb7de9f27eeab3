"""Containers and systemd units: they start what `make stack` starts, and give it no more rights than it needs."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

from aidahub.environment import ROOT, Environment
from aidahub.running.programs import BEAT, WEB, WORKER
from aidahub.variables import BY_NAME, NAMES
from tests.support.installed import need

UNITS = ROOT / "deploy" / "systemd"
PROGRAMS = {"web": WEB, "worker": WORKER, "beat": BEAT}
COMPOSE = yaml.safe_load((ROOT / "compose.yaml").read_text())
SERVICES: dict[str, Any] = COMPOSE["services"]
SITE = {"upgrade", *PROGRAMS}
# What a file of settings for both must not hold, since it names where a program runs.
PLACES = {"VAR_DIR", "BIND"}


def settings_in(path: Path) -> dict[str, str]:
    """The variables of a file of settings."""
    lines = [line for line in path.read_text().splitlines() if line and not line.startswith("#")]
    return dict(line.split("=", 1) for line in lines)


@pytest.mark.parametrize("name", SERVICES)
def test_container_has_no_more_rights_than_it_needs(name: str) -> None:
    service = SERVICES[name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert re.fullmatch(r"[1-9]\d*:[1-9]\d*", service["user"])
    assert re.fullmatch(r"[a-z]+:\d+(\.\d+)+|[a-z]+:\d+(\.\d+)?-bookworm", service["image"])
    assert not {"privileged", "cap_add", "network_mode", "pid", "ipc", "devices", "extra_hosts"} & set(service)
    assert not any("docker.sock" in volume for volume in service.get("volumes", []))
    assert all("noexec" in place for place in service.get("tmpfs", []))
    assert ("ports" in service) == (name == "nginx")
    assert name == "upgrade" or service["healthcheck"]["test"][0] in {"CMD", "CMD-SHELL"}
    assert ("outside" in service["networks"]) == (name in {"web", "worker", "nginx"})


def test_containers_name_only_what_is_declared() -> None:
    assert COMPOSE["networks"]["inside"]["internal"] is True
    for service in SERVICES.values():
        assert set(service["networks"]) <= set(COMPOSE["networks"])
        assert set(service.get("secrets", ())) <= set(COMPOSE["secrets"])
        assert set(service.get("depends_on", ())) <= set(SERVICES)
        mounted = {volume.split(":")[0] for volume in service.get("volumes", [])}
        assert {volume for volume in mounted if not volume.startswith("./")} <= set(COMPOSE["volumes"])
        for volume in service.get("volumes", []):
            assert not volume.startswith("./") or volume.endswith(":ro")


def test_containers_read_their_secrets_from_files() -> None:
    for name in SITE:
        variables = SERVICES[name]["environment"]
        assert set(variables) <= NAMES
        files = {value for variable, value in variables.items() if variable.endswith("_FILE")}
        assert files == {f"/run/secrets/{secret}" for secret in SERVICES[name]["secrets"]}
        held = {variable for variable in variables if variable in BY_NAME and BY_NAME[variable].secret}
        assert held == {"BROKER_URL"}  # without a password, on a network of its own
    assert SERVICES["postgres"]["environment"]["POSTGRES_PASSWORD_FILE"] == "/run/secrets/database-password"
    for line in (".gitignore", ".dockerignore"):
        assert "/deploy/secrets/" in (ROOT / line).read_text() or "*\n" in (ROOT / line).read_text()


@pytest.mark.parametrize("name", PROGRAMS)
def test_container_and_unit_start_what_the_stack_starts(name: str) -> None:
    wanted = PROGRAMS[name][1:]  # after the Python
    command = SERVICES[name]["command"]
    assert command[0] == "python"
    assert command[1 : len(wanted) + 1] == wanted
    file = UNITS / ("aidahub-worker@.service" if name == "worker" else f"aidahub-{name}.service")
    started = re.findall(r"^ExecStart=(.*)$", file.read_text(), re.MULTILINE)
    assert len(started) == 1
    assert started[0].split()[1 : len(wanted) + 1] == wanted
    assert "Restart=always" in file.read_text()


def test_compose_takes_the_file(tmp_path: Path) -> None:
    """Whether Debian's docker-compose, which needs no container engine for that, finds nothing wrong."""
    program = shutil.which("docker-compose")
    if not program:
        pytest.skip("docker-compose is not there; the other tests hold compose.yaml against rules of their own")
    (tmp_path / "deploy").mkdir()
    shutil.copy(ROOT / "compose.yaml", tmp_path)
    shutil.copy(ROOT / "deploy" / "site.env.example", tmp_path / "deploy" / "site.env")
    result = subprocess.run([program, "config", "--quiet"], cwd=tmp_path, capture_output=True, text=True)
    assert (result.returncode, result.stderr) == (0, "")


def test_settings_of_a_server_are_right() -> None:
    variables = settings_in(ROOT / "deploy" / "site.env.example")
    Environment(variables).check()
    assert not {name for name in variables if name in PLACES or BY_NAME[name].secret}


def test_image_runs_as_a_normal_user_and_holds_what_is_imported() -> None:
    text = (ROOT / "Dockerfile").read_text()
    stages = text.split("\nFROM ")[1:]
    assert len(stages) == 2
    assert re.findall(r"^USER (.*)$", stages[-1], re.MULTILINE) == ["10001:10001"]
    assert "--require-hashes" in text
    assert "://" not in text  # no index, no download
    allowed = in_image()
    packages = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["root_packages"]
    assert {*packages, "manage.py", "requirements.txt", "templates", "static", "locale", "fixtures"} <= allowed
    assert [name for name in allowed if not (ROOT / name).exists()] == []
    command = re.search(r"CMD \[(.*)\]", text)
    assert command
    assert command[1].replace('"', "").split(", ")[1:] == WEB[1:]


def in_image() -> set[str]:
    """What of this folder goes into the image."""
    return {line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")}


@pytest.mark.slow
def test_what_the_image_holds_is_enough_to_upgrade_to_make_a_backup_and_for_figures(tmp_path: Path) -> None:
    for name in in_image():
        (shutil.copytree if (ROOT / name).is_dir() else shutil.copy)(ROOT / name, tmp_path / name)
    own = {"VAR_DIR": str(tmp_path / "var"), "DEMO": "1", "PYTHONDONTWRITEBYTECODE": "1"}
    figures = "from aidahub.watching.metrics import of_machine; print(len(list(of_machine())))"
    for command in (["after_upgrade"], ["backup", str(tmp_path / "hub.tar")], ["shell", "--command", figures]):
        result = subprocess.run(
            [sys.executable, "manage.py", *command],
            cwd=tmp_path, env={"PATH": os.environ["PATH"], **own}, capture_output=True, text=True,
        )  # fmt: skip
        assert result.returncode == 0, f"{command[0]}: {result.stderr[-2000:]}"


@pytest.fixture
def units(tmp_path: Path) -> list[str]:
    """The units with the paths of this machine, since systemd looks whether programs are there."""
    shutil.copytree(UNITS, tmp_path, dirs_exist_ok=True)
    for path in tmp_path.rglob("*"):
        if path.is_file():
            path.write_text(path.read_text().replace("/opt/aidahub", str(ROOT)))
    names = [path.name.replace("@.", "@1.") for path in tmp_path.glob("*.service")]
    return [str(tmp_path / name) for name in sorted(names)]


def analyze(*arguments: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """What systemd-analyze says; it needs no running systemd for these."""
    program = need("systemd-analyze", "systemd")
    places = f"{folder}:/lib/systemd/system"
    return subprocess.run(
        [program, *arguments], env={**os.environ, "SYSTEMD_UNIT_PATH": places}, capture_output=True, text=True
    )


def test_systemd_takes_the_units(units: list[str], tmp_path: Path) -> None:
    assert len(units) == 4
    result = analyze("verify", "--man=no", "--generators=no", *units, str(tmp_path / "aidahub.target"), folder=tmp_path)
    assert (result.returncode, result.stdout, result.stderr) == (0, "", "")


def test_systemd_finds_the_units_hardened(units: list[str], tmp_path: Path) -> None:
    for unit in units:
        result = analyze("security", "--offline=true", "--threshold=15", "--no-pager", unit, folder=tmp_path)
        assert result.returncode == 0, result.stdout[-2000:] + result.stderr  # exposure of at most 1.5 of 10
