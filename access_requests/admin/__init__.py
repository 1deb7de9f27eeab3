"""The admin of access requests: a list, a page to decide on, confirmation pages. All of it calls `actions`."""

from . import canned, mails, policies, requests

__all__ = ["canned", "mails", "policies", "requests"]
