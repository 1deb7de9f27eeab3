"""Gunicorn's configuration: `gunicorn -c python:aidahub.gunicorn aidahub.wsgi`."""

from __future__ import annotations

import sys

from aidahub.environment import Environment, WrongSetting

try:
    env = Environment().check()
    bind = env.text("BIND")
    workers = int(env.number("WEB_WORKERS"))
    threads = int(env.number("WEB_THREADS"))
    from aidahub import settings as _checked  # noqa: F401  a wrong variable ends the start here, before any worker
except WrongSetting as problem:
    sys.exit(str(problem))

worker_class = "gthread"
timeout = 60
graceful_timeout = 20
max_requests = 10_000  # a worker that slowly grows is replaced now and then
max_requests_jitter = 1_000
accesslog = None  # aidahub.logs.RequestLog writes one entry for each answer, without addresses of people
errorlog = "-"
loglevel = "warning"
