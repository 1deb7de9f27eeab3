"""What a backup or an archive can be refused for."""

from __future__ import annotations


class Refused(Exception):
    """It cannot be made, read or put back; the text is one sentence for the operator."""
