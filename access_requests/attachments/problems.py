"""What goes wrong with a file, each with a sentence for the person whose file it is."""

from __future__ import annotations


class Problem(Exception):
    """Something about a file that a person can act on; the text says what, in their language."""

    @property
    def sentence(self) -> str:
        """The text."""
        return str(self)


class Refused(Problem):
    """The file is not taken: of another type, too large, damaged or dangerous."""


class NotKept(Problem):
    """The storage could not keep the file; nothing of it stayed behind."""


class NotReadable(Problem):
    """The storage does not give a file back, or not as it was when it was kept."""
