"""Production's own programs, all of them, on one machine: what `make stack` starts, and a test can break."""

from aidahub.stack.whole import Stack

__all__ = ["Stack"]
