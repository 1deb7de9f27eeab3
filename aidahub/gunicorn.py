"""Gunicorn's configuration: `gunicorn -c python:aidahub.gunicorn aidahub.wsgi`."""

from __future__ import annotations

import logging.config
import sys
from typing import Any

from gunicorn import glogging

from aidahub.environment import Environment, WrongSetting

try:
    env = Environment().check()
    bind = env.text("BIND")
    workers = int(env.number("WEB_WORKERS"))
    threads = int(env.number("WEB_THREADS"))
    from aidahub import settings  # a wrong variable ends the start here, before any worker
except WrongSetting as problem:
    sys.exit(str(problem))

from aidahub.logs import speak_json
from aidahub.watching.together import begin_counting, count_on_without

worker_class = "aidahub.serving.ImpatientWorker"  # gthread, without patience
limit_request_line = 8190  # a search with every facet is long
limit_request_fields = 60
limit_request_field_size = 8190
keepalive = 5
timeout = 60
graceful_timeout = 20
max_requests = 10_000  # a worker that slowly grows is replaced now and then
max_requests_jitter = 1_000
accesslog = None  # aidahub.watching.answers writes one entry for each answer, without addresses of people
errorlog = "-"
loglevel = "warning"
logger_class = "aidahub.gunicorn.Log"

logging.config.dictConfig(settings.LOGGING)
speak_json()
begin_counting(settings.VAR_DIR)


class Log(glogging.Logger):  # type: ignore[misc]  # it has no types
    """Gunicorn's own entries, in the shape of all others."""

    def setup(self, cfg: Any) -> None:
        """Leave the writing to the site's handler."""
        super().setup(cfg)
        logging.config.dictConfig(settings.LOGGING)
        self.error_log.handlers.clear()
        self.error_log.propagate = True


def child_exit(_server: Any, worker: Any) -> None:
    """Gunicorn's hook: a web process is gone; what it counted is not."""
    count_on_without(worker.pid)
