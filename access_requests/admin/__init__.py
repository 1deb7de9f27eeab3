"""The admin of access requests: a list, a page to decide on, confirmation pages. All of it calls `actions`."""

from . import builder, flags, institutions, mails, policies, requests

__all__ = ["builder", "flags", "institutions", "mails", "policies", "requests"]
