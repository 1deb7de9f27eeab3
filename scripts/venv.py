"""Makes .venv, or brings it up to date, from the locked requirements.

    python3 scripts/venv.py runtime    what the site needs
    python3 scripts/venv.py dev        that, and what the checks and tests need
    python3 scripts/venv.py uv         only uv, for `make lock`
    python3 scripts/venv.py scan       what attacks the running site, in an environment of its own: .venv-scan

A stamp in each environment holds the hash of the requirements that were installed, so that a second call on an
unchanged machine does nothing. Uses the standard library only, and no syntax newer than Python 3.6 knows, because the
first thing it may have to say is that Python is too old.
"""

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
OLDEST = (3, 11)
FILES = {
    "runtime": "requirements.txt",
    "dev": "requirements-dev.txt",
    "uv": "requirements-uv.txt",
    "scan": "requirements-scan.txt",
}
# The scanner wants other versions of what the site stands on.
HOMES = {"scan": ROOT / ".venv-scan"}
# What each set contains besides itself: a machine with the dev set needs no runtime install.
CONTAINED_IN = {"runtime": ["runtime", "dev"], "dev": ["dev"], "uv": ["uv"], "scan": ["scan"]}


def main() -> int:
    """Install the set named on the command line; one sentence and exit code 1 when that cannot be done."""
    wanted = sys.argv[1] if len(sys.argv) > 1 else "runtime"
    if wanted not in FILES:
        return fail(f"Say one of: {', '.join(sorted(FILES))}.")
    if sys.version_info < OLDEST:
        return fail(
            f"Python {sys.version_info[0]}.{sys.version_info[1]} is too old: AIDA Hub needs Python 3.11 or newer; "
            "name one with `make PYTHON=python3.11 ...`."
        )
    missing = missing_parts()
    if missing:
        return fail(missing)
    installed = any(stamp(name).is_file() and stamp(name).read_text() == digest(name) for name in CONTAINED_IN[wanted])
    return 0 if installed and works(wanted) else make(wanted)


def missing_parts() -> str:
    """The sentence about parts that this Python was built without; empty when it has what is needed."""
    for module, package in (("ssl", "libssl-dev"), ("sqlite3", "libsqlite3-dev")):
        try:
            __import__(module)
        except ImportError:
            return (
                f"This Python lacks its module {module}: name another (`make PYTHON=/usr/bin/python3 run`), "
                f"or install {package} and build Python again."
            )
    return ""


def home(wanted: str) -> Path:
    """The folder of the environment that holds the set `wanted`."""
    return HOMES.get(wanted, VENV)


def python(wanted: str) -> Path:
    """The Python of that environment."""
    return home(wanted) / "bin" / "python"


def make(wanted: str) -> int:
    """Make the environment if it is missing or broken, and install the set `wanted` into it."""
    name = home(wanted).name
    if not works(wanted) and not create(wanted):
        return fail(
            "A virtual environment could not be made in " + name + ": install Python's venv module "
            "(on Debian and Ubuntu: `apt-get install python3-venv`) and try again."
        )
    print(f"Installing {FILES[wanted]} into {name} ...", flush=True)
    if not install(wanted):
        return fail(
            f"Installing {FILES[wanted]} failed, see above: check the network or pip's configuration, then try again."
        )
    stamp(wanted).write_text(digest(wanted))
    return 0


def works(wanted: str) -> bool:
    """Whether the environment for the set `wanted` holds a Python with pip that starts."""
    if not python(wanted).exists():
        return False
    probe = "import pip, sys; sys.exit(sys.version_info < (3, 11))"
    return (
        subprocess.call([str(python(wanted)), "-c", probe], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) == 0
    )


def create(wanted: str) -> bool:
    """Make an empty environment for the set `wanted`; False when Python cannot."""
    shutil.rmtree(str(home(wanted)), ignore_errors=True)
    command = [sys.executable, "-m", "venv", str(home(wanted))]
    return subprocess.call(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) == 0 and works(wanted)


def install(wanted: str) -> bool:
    """Install the locked files with uv, and with pip where uv cannot (which knows all of its own settings)."""
    pip = [str(python(wanted)), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--require-hashes"]
    uv = home(wanted) / "bin" / "uv"
    have_uv = uv.exists() or subprocess.call([*pip, "-r", str(ROOT / FILES["uv"])]) == 0
    if wanted == "uv":
        return have_uv
    if have_uv:
        command = [
            str(uv),
            "pip",
            "install",
            "--quiet",
            "--compile-bytecode",
            "--python",
            str(python(wanted)),
            "--require-hashes",
        ]
        if subprocess.call([*command, "-r", str(ROOT / FILES[wanted])], env=settings_for_uv(wanted)) == 0:
            return True
        print("uv could not do it; trying pip.", flush=True)
    return subprocess.call([*pip, "-r", str(ROOT / FILES[wanted])]) == 0


def settings_for_uv(wanted: str) -> "dict[str, str]":
    """The environment with pip's own index, if one is configured, handed to uv, which does not read pip's settings."""
    environment = dict(os.environ)
    command = [str(python(wanted)), "-m", "pip", "config", "get", "global.index-url"]
    index = (
        subprocess.run(command, check=False, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL).stdout.decode().strip()
    )
    index = environment.get("PIP_INDEX_URL") or index
    if index:
        environment.setdefault("UV_DEFAULT_INDEX", index)
    return environment


def stamp(name: str) -> Path:
    """Where the hash of the installed set `name` is kept."""
    return home(name) / (".installed-" + name)


def digest(name: str) -> str:
    """What the stamp of the set `name` must hold: the hash of its locked file."""
    return hashlib.sha256((ROOT / FILES[name]).read_bytes()).hexdigest()


def fail(sentence: str) -> int:
    """Print `sentence` for the person at the keyboard and give exit code 1."""
    print(sentence, file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
