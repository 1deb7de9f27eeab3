"""Which event about messages and files tells whom by which letter."""

from __future__ import annotations

from access_requests.workflow import Verb

from .mailing import Rule, nobody

ON_TALK: dict[Verb, Rule] = {
    Verb.MESSAGE: nobody,
    Verb.NOTE: nobody,
    Verb.COMMENT: nobody,
    Verb.ATTACH: nobody,
    Verb.DETACH: nobody,
    Verb.REDACT: nobody,
}
