"""Which event about access and its end tells whom by which letter."""

from __future__ import annotations

from access_requests.workflow import Verb

from .mailing import Rule, nobody

ON_ACCESS: dict[Verb, Rule] = {
    Verb.RECORD_AGREEMENT: nobody,
    Verb.DELIVER: nobody,
    Verb.SHOW_SECRET: nobody,
    Verb.EXTEND: nobody,
    Verb.EXPIRE: nobody,
    Verb.REVOKE: nobody,
    Verb.LEAVE: nobody,
    Verb.CONFIRM_DELETION: nobody,
}
