"""The verbs: the only code that changes a request.

Each verb locks the request, asks its rules, changes it, appends its events and queues their mails, all in one
transaction. Views, admin and tasks call these and nothing else.

Every verb raises `rules.Denied` with a sentence for the person, and then nothing has changed.
"""

from .access import (
    HandedOver,
    close_delivery,
    confirm_deletion,
    deliver,
    expire,
    extend,
    leave,
    record_agreement,
    revoke,
    show_secret,
)
from .accounts import lift_suspension, suspend_account
from .asking import discard, discard_unused, renew, save_answers, start, submit, withdraw
from .erasing import erase_account, erase_idle_account, erase_own_account
from .files import attach, detach, redact_file, redact_text, take_from_answer
from .inviting import remind_person, send_fresh_link
from .judging import close, confirm, decide, excuse, forward, hand_over, reopen, send_back, void_votes
from .parts import accept_license, carry_over, confirm_part, decline_part, take_part
from .people import add_person, change_applicant, remove_person, replace_person
from .policies import apply_policy
from .siblings import add_sibling, submit_together
from .talking import assign, comment, note, register, write
from .writing import LONGEST_SUBJECT, holders_of, write_to_holders

__all__ = [
    "LONGEST_SUBJECT",
    "HandedOver",
    "accept_license",
    "add_person",
    "add_sibling",
    "apply_policy",
    "assign",
    "attach",
    "carry_over",
    "change_applicant",
    "close",
    "close_delivery",
    "comment",
    "confirm",
    "confirm_deletion",
    "confirm_part",
    "decide",
    "decline_part",
    "deliver",
    "detach",
    "discard",
    "discard_unused",
    "erase_account",
    "erase_idle_account",
    "erase_own_account",
    "excuse",
    "expire",
    "extend",
    "forward",
    "hand_over",
    "holders_of",
    "leave",
    "lift_suspension",
    "note",
    "record_agreement",
    "redact_file",
    "redact_text",
    "register",
    "remind_person",
    "remove_person",
    "renew",
    "reopen",
    "replace_person",
    "revoke",
    "save_answers",
    "send_back",
    "send_fresh_link",
    "show_secret",
    "start",
    "submit",
    "submit_together",
    "suspend_account",
    "take_from_answer",
    "take_part",
    "void_votes",
    "withdraw",
    "write",
    "write_to_holders",
]
