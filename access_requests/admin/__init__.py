"""The admin of access requests: a list, a page to decide on, confirmation pages. All of it calls `actions`."""

from . import builder, canned, flags, institutions, mails, policies, requests

__all__ = ["builder", "canned", "flags", "institutions", "mails", "policies", "requests"]
