"""Short codes that are mailed to an address and entered in the browser that asked for them.

The session holds a keyed hash of the code, never the code. How many are sent and how often one may try is counted in
the shared cache, by purpose, person and address, so it holds over all processes and for a new session, too.
"""

from __future__ import annotations

import secrets
import time
from typing import Any

from allauth.account.adapter import get_adapter
from allauth.core import ratelimit
from django.conf import settings
from django.http import HttpRequest
from django.utils.crypto import constant_time_compare, salted_hmac

from aidahub.accounts.models import User

LETTERS = "BCDFGHJKLMNPQRSTVWXZ"  # no vowels, so no words
LENGTH = 8  # 20^8 codes, of which one may try five in half an hour
KEPT = "mailed_codes"


def send(request: HttpRequest, user: User, purpose: str, address: str, **context: Any) -> None:
    """Mail a new code; the one before stops working. Nothing is sent when too many were, and nobody is told.

    Args:
        request: from the browser in which the code will be entered.
        user: who asks for it, and may enter it.
        purpose: what the code is for; its mail is `account/email/PURPOSE_code`.
        address: where it goes.
        context: what the mail says besides.
    """
    if not ratelimit.consume(request, action="mailed_code", key=_counted(user, purpose, address)):
        return
    code = "".join(secrets.choice(LETTERS) for _place in range(LENGTH))
    kept = {
        "hash": _hash(user, purpose, address, code),
        "address": address,
        "until": _now() + settings.CODE_MINUTES * 60,
    }
    request.session[KEPT] = request.session.get(KEPT, {}) | {purpose: kept}
    shown = f"{code[: LENGTH // 2]}-{code[LENGTH // 2 :]}"
    get_adapter().send_mail(f"account/email/{purpose}_code", address, {"code": shown, "account": user.email, **context})


def waits_for(request: HttpRequest, purpose: str) -> str:
    """The address to which the last code for this purpose was sent, while it works; else an empty text."""
    kept = request.session.get(KEPT, {}).get(purpose)
    return str(kept["address"]) if kept and kept["until"] > _now() else ""


def check(request: HttpRequest, user: User, purpose: str, code: str) -> str:
    """The address that a code proves, which is used up then; an empty text for a wrong, old or too often tried one."""
    address = waits_for(request, purpose)
    counted = _counted(user, purpose, address)
    if not ratelimit.consume(request, action="mailed_code_try", key=counted) or not address:
        return ""
    entered = "".join(letter for letter in code.upper() if letter.isalnum())
    kept = request.session[KEPT]
    if not constant_time_compare(kept[purpose]["hash"], _hash(user, purpose, address, entered)):
        return ""
    request.session[KEPT] = {other: value for other, value in kept.items() if other != purpose}
    ratelimit.clear(request, action="mailed_code_try", key=counted)
    return address


def _hash(user: User, purpose: str, address: str, code: str) -> str:
    return salted_hmac(
        "aidahub.accounts.mailed_codes", f"{user.pk} {purpose} {address} {code}", algorithm="sha256"
    ).hexdigest()


def _counted(user: User, purpose: str, address: str) -> str:
    return f"{purpose} {user.pk} {address}"


def _now() -> float:
    return time.time()
