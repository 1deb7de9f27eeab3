"""The site's own programs, as they are started everywhere: by hand, by systemd, in containers."""

from __future__ import annotations

import sys

PYTHON = [sys.executable, "-m"]
WEB = [*PYTHON, "gunicorn", "-c", "python:aidahub.gunicorn", "aidahub.wsgi"]
# Workers need not know of each other: what is to be done stands in the database.
WORKER = [*PYTHON, "celery", "-A", "aidahub", "worker", "--without-gossip", "--without-mingle"]
BEAT = [*PYTHON, "celery", "-A", "aidahub", "beat", "--pidfile="]
