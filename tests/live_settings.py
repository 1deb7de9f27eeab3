"""Settings of the real processes that tests start: the site's own, with a password hash that costs no time."""

import os

from aidahub import serving
from aidahub.settings import *  # noqa: F403
from aidahub.settings import (
    CELERY_BEAT_SCHEDULE,
    EMAIL_TIMEOUT,
    MIDDLEWARE,
    OUTBOX_LEASE,
    OUTBOX_RETRY,
    SIGN_OF_LIFE,
    STATICFILES_DIRS,
    STORAGES,
    VAR_DIR,
)

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
WHITENOISE_USE_FINDERS = True
# Where a test puts copies of the register's images (tests/support/pictures.py).
PICTURES = VAR_DIR / "pictures"
PICTURES.mkdir(parents=True, exist_ok=True)
STATICFILES_DIRS = [*STATICFILES_DIRS, PICTURES]
STORAGES = {**STORAGES, "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
# Tests about a killed or refused delivery do not wait as long as people do.
OUTBOX_LEASE = float(os.environ.get("TEST_OUTBOX_LEASE", OUTBOX_LEASE))
OUTBOX_RETRY = float(os.environ.get("TEST_OUTBOX_RETRY", OUTBOX_RETRY))
EMAIL_TIMEOUT = float(os.environ.get("TEST_EMAIL_TIMEOUT", EMAIL_TIMEOUT))
CELERY_BEAT_SCHEDULE["leave-sign"]["schedule"] = float(os.environ.get("TEST_SIGN_OF_LIFE", SIGN_OF_LIFE))
if os.environ.get("TEST_PLANTED"):  # pages and tasks that fail over what they should not tell
    ROOT_URLCONF = "tests.support.planted"
    CELERY_IMPORTS = ("tests.support.planted",)
if os.environ.get("TEST_DIE_AFTER_POST"):
    MIDDLEWARE = [*MIDDLEWARE, "tests.support.faults.DieAfterPost"]
# Nor do tests about people who send slowly.
serving.HEADER_SECONDS = float(os.environ.get("TEST_HEADER_SECONDS", serving.HEADER_SECONDS))
serving.BODY_SECONDS = float(os.environ.get("TEST_BODY_SECONDS", serving.BODY_SECONDS))
