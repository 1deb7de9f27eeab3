"""Which event about what deciders and hub staff do around a decision tells whom by which letter."""

from __future__ import annotations

from access_requests.workflow import Verb

from .mailing import Rule, nobody

ON_HUB: dict[Verb, Rule] = {
    Verb.EXCUSE: nobody,
    Verb.VOID_VOTE: nobody,
    Verb.REOPEN: nobody,
    Verb.ASSIGN: nobody,
    Verb.REGISTER: nobody,
}
