"""Celery's two programs as this site runs them: what they have to say they say in log entries, not in ASCII art."""

from __future__ import annotations

from typing import Any

import structlog
from celery.apps import beat, worker

from aidahub.logs import speak_json

log = structlog.stdlib.get_logger("aidahub.programs")


def say_in_log(text: str, _file: object = None) -> None:
    """What the worker tells a person at the keyboard when it is asked to end."""
    log.info("worker says", words=text)


worker.safe_say = say_in_log  # type: ignore[attr-defined]  # Celery tells no type for it


class Worker(worker.Worker):
    """The worker, without its banner."""

    def on_before_init(self, quiet: bool = False, **options: Any) -> None:
        """As Celery's, and quiet."""
        speak_json()
        super().on_before_init(quiet=True, **options)


class Beat(beat.Beat):
    """The clock, without its banner."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        """As Celery's, and quiet."""
        speak_json()
        super().__init__(*arguments, **{**options, "quiet": True})
