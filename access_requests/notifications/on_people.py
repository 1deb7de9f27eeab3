"""Which event about named people tells whom by which letter."""

from __future__ import annotations

from access_requests.workflow import Verb

from .mailing import Rule, nobody

ON_PEOPLE: dict[Verb, Rule] = {
    Verb.CARRY_OVER: nobody,
    Verb.CONFIRM_PART: nobody,
    Verb.DECLINE_PART: nobody,
    Verb.ADD_PERSON: nobody,
    Verb.REPLACE_PERSON: nobody,
    Verb.REMOVE_PERSON: nobody,
    Verb.CHANGE_APPLICANT: nobody,
}
