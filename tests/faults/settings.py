"""Settings of the site under faults: the live ones, a storage that can be told to fail, and short waits for mail."""

from tests.live_settings import *  # noqa: F403
from tests.live_settings import FILES_DIR, STORAGES, VAR_DIR

STORAGES = {
    **STORAGES,
    "private": {"BACKEND": "tests.faults.storage.FlakyStorage", "OPTIONS": {"location": FILES_DIR}},
}
FILE_UPLOAD_TEMP_DIR = VAR_DIR / "uploads"
FILE_UPLOAD_TEMP_DIR.mkdir(parents=True, exist_ok=True)
OUTBOX_LEASE, OUTBOX_RETRY, EMAIL_TIMEOUT = 6.0, 0.2, 2.0
