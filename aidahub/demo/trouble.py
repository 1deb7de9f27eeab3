"""What can go wrong at the start, said so that a person can mend it."""

from __future__ import annotations


class CannotStart(Exception):
    """The trial site cannot start; the text is one sentence that says what to do."""
