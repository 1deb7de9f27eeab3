"""Forms in the admin: hub staff build them, look at them as applicants do, publish them. All of it calls `drafts`."""

from . import classes

__all__ = ["classes"]
