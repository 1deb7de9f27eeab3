"""Settings of the test process: nothing from the developer's environment but the database, and a folder of its own."""

import atexit
import os
import shutil
import tempfile
from pathlib import Path

from aidahub.environment import NAMES

for name in NAMES - {"DATABASE_URL"}:
    os.environ.pop(name, None)
# Short, because the path of a socket in it may have no more than 107 bytes.
os.environ["VAR_DIR"] = tempfile.mkdtemp(prefix="aidahub-test-")
atexit.register(shutil.rmtree, os.environ["VAR_DIR"], ignore_errors=True)  # also when no test ever ran
os.environ["SECRET_KEY"] = "only-for-tests-" + "x" * 50

from tests.live_settings import *  # noqa: E402, F403
from tests.live_settings import DATABASES, VAR_DIR  # noqa: E402

(Path(VAR_DIR) / "static").mkdir(parents=True, exist_ok=True)
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    # A file, since a real worker and a real web server cannot see a database in this process's memory.
    DATABASES["default"]["TEST"] = {"NAME": str(VAR_DIR / "test.sqlite3")}
    DATABASES["default"]["OPTIONS"]["init_command"] = "PRAGMA journal_mode=WAL; PRAGMA synchronous=OFF;"

WHITENOISE_AUTOREFRESH = True  # every test client makes the middleware anew; a list of all static files took 70 ms each
