"""The admin of access requests: a list, a page to decide on, confirmation pages. All of it calls `actions`."""

from . import builder, mails, policies, requests

__all__ = ["builder", "mails", "policies", "requests"]
