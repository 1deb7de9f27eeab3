"""What can go wrong at the start, said so that a person can mend it."""

from __future__ import annotations


class CannotStart(Exception):
    """Something that was to be started cannot; the text is one sentence that says what to do."""
