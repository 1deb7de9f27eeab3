"""Nobody learns from sign-in, sign-up, codes or resets who has an account, and of what kind."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar

import pytest
from allauth.account.models import EmailAddress
from django.contrib.auth.hashers import MD5PasswordHasher
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from aidahub.accounts.closing import erase, suspend
from aidahub.outbox.models import Mail
from tests.cast import PASSWORD, make_user
from tests.support.accounts import OUTBOX, signed_in, text_of
from tests.support.locks import give_factor

pytestmark = pytest.mark.django_db
UNKNOWN = "nobody@uu.example"
QUICK = ("known", "suspended")
SLOW = ("without-password", "second-step", "erased", "unverified")
KINDS = [*QUICK, *(pytest.param(kind, marks=pytest.mark.slow) for kind in SLOW)]
PAGES: dict[str, Callable[[str], dict[str, str]]] = {
    "account_login": lambda email: {"login": email, "password": "not this one"},
    "account_signup": lambda email: {"email": email, "password1": PASSWORD},
    "account_request_login_code": lambda email: {"email": email},
    "account_reset_password": lambda email: {"email": email},
}
# The most by which the numbers of queries may differ, of about sixty. Signing up writes the rows of a new account.
QUERIES_ALIKE = {"account_signup": 12}
USUALLY_ALIKE = 6


class CountingHasher(MD5PasswordHasher):
    """Counts how often a password is turned into a hash."""

    count: ClassVar[int] = 0

    def encode(self, password: str, salt: str) -> str:
        """As the hasher above, counted."""
        CountingHasher.count += 1
        return super().encode(password, salt)


@pytest.fixture(autouse=True)
def _real_mail_and_a_counting_hasher(db: None, settings: Any) -> None:
    settings.SECOND_FACTOR = True
    settings.EMAIL_BACKEND = OUTBOX
    settings.PASSWORD_HASHERS = ["tests.test_enumeration.CountingHasher"]
    cache.clear()


def account(kind: str) -> str:
    """The address of an account of this kind."""
    email = f"{kind}@uu.example"
    operator = make_user(f"operator-{kind}@hub.example", "Op", is_superuser=True)
    user = make_user(email, "Somebody")
    if kind == "without-password":
        user.set_unusable_password()
        user.save()
    elif kind == "second-step":
        give_factor(user)
    elif kind == "suspended":
        suspend(user, by=operator, reason="Why.")
    elif kind == "erased":
        erase(user, by=operator)
    elif kind == "unverified":
        EmailAddress.objects.filter(user=user).update(verified=False)
    Mail.objects.all().delete()
    return email


@dataclass(frozen=True)
class Seen:
    """What somebody who asks about an address gets to see, and what it cost."""

    shown: tuple[Any, ...]
    mails: int
    hashed: int
    queries: int


def ask(page: str, email: str) -> Seen:
    """Ask a page about an address, and follow where it leads; then try a wrong code there."""
    browser = Client()
    before, CountingHasher.count = Mail.objects.count(), 0
    with CaptureQueriesContext(
        connection,
    ) as queries:
        first = browser.post(reverse(page), PAGES[page](email))
    hashed, cost = CountingHasher.count, len(queries)
    answers = [first]
    if first.status_code == 302:
        answers.append(browser.get(first["Location"]))
        answers.append(browser.post(first["Location"], {"code": "BBBB-BBBB"}))
    shown = tuple(
        (answer.status_code, answer.headers.get("Location"), sorted(answer.headers), body_of(answer, email))
        for answer in answers
    )
    assert not signed_in(browser)
    return Seen(shown, Mail.objects.count() - before, hashed, cost)


def body_of(answer: Any, email: str) -> str:
    """A page without what differs each time and without the address itself."""
    body = re.sub(r'(name="csrfmiddlewaretoken" value=)"\w+"', r"\1", text_of(answer))
    return body.replace(email, "somebody")


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("page", PAGES)
def test_an_account_looks_like_none(kind: str, page: str) -> None:
    email = account(kind)
    known, unknown = (ask(page, address) for address in (email, UNKNOWN))
    assert known.shown == unknown.shown
    assert known.mails == unknown.mails
    assert known.hashed == unknown.hashed
    assert known.hashed == (1 if page in {"account_login", "account_signup"} else 0)
    most = QUERIES_ALIKE.get(page, USUALLY_ALIKE)
    assert abs(known.queries - unknown.queries) <= most, (known.queries, unknown.queries)


def test_each_is_told_by_one_mail(settings: Any) -> None:
    settings.ACCOUNT_RATE_LIMITS = False
    for kind in ("known", "suspended", "unverified"):
        email = account(kind)
        for page in ("account_signup", "account_request_login_code", "account_reset_password"):
            assert ask(page, email).mails == 1, (kind, page)


# The admin has no way in of its own


@pytest.mark.parametrize("path", ["/admin/login/", "/admin/", "/admin/accounts/user/", "/admin/no/such/page/"])
def test_the_admins_own_form_is_not_there(path: str) -> None:
    make_user("sigrid@hub.example", "Sigrid", is_superuser=True)
    browser = Client()
    data = {"username": "sigrid@hub.example", "password": PASSWORD, "this_is_the_login_form": "1", "next": path}
    for answer in (browser.get(path), browser.post(path, data)):
        assert answer.status_code == 302
        assert answer["Location"].startswith(("/accounts/login/", "/admin/login/"))
        assert not signed_in(browser)
    page = browser.get(path, follow=True)
    assert page.redirect_chain[-1][0].startswith("/accounts/login/")
    assert "account/login.html" in [template.name for template in page.templates]
    assert 'name="username"' not in text_of(page)
