"""Every address and method as every kind of person: generated from the URL list, compared with a table.

An address without a row fails, so that nobody adds one without saying who may open it.
"""

from __future__ import annotations

from collections.abc import Iterator
from fnmatch import fnmatchcase
from typing import Any

import pytest
from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from access_requests import actions
from access_requests.filing import attach_upload
from access_requests.models import AccessRequest, Form, FormVersion
from access_requests.workflow import Status
from aidahub.accounts.invitations import invite
from aidahub.accounts.models import Invitation, ProviderLink, User
from aidahub.outbox.models import Mail
from datasets.models import Dataset, LicenseText, Provider
from tests.cast import BRGANDI_DOI, RequestAt, license_of, provider_of, set_policy
from tests.support.files import a_file, pdf

# The kinds of people, in the order of the table's columns.
KINDS = ("anonymous", "ada", "alva", "per", "opal", "hedda", "sigrid")
# What an answer says: fine, to the sign-in, somewhere else, refused with a reason, there is no such page, wrong method.
OK, SIGN_IN, ELSEWHERE, NO, NOTHING, METHOD = "ok", "sign-in", "elsewhere", "no", "404", "405"
Answers = tuple[str, ...]  # one for each of KINDS


def all_but_anonymous(answer: str) -> Answers:
    """Anonymous people go to the sign-in, everybody else gets this."""
    return (SIGN_IN, *[answer] * 6)


def for_hub(answer: str) -> Answers:
    """Hub staff and the operator get this; nobody else can tell that there is anything."""
    return (SIGN_IN, *[NOTHING] * 4, answer, answer)


def for_staff(answer: str) -> Answers:
    """Whoever acts for a provider, hub staff and the operator get this."""
    return (SIGN_IN, NOTHING, NOTHING, *[answer] * 4)


EVERYBODY = (OK,) * 7
WRONG_METHOD = (METHOD,) * 7
MOVED = (ELSEWHERE,) * 7
VISITORS = (OK, *[ELSEWHERE] * 6)  # signing in and up: whoever is signed in is led away
OPERATOR = (SIGN_IN, *[NOTHING] * 5, OK)
HIDDEN = all_but_anonymous(NOTHING)
SEES = (SIGN_IN, OK, NOTHING, OK, NOTHING, OK, OK)  # applicant, the dataset's provider, hub staff
DECIDES = (SIGN_IN, NOTHING, NOTHING, OK, NOTHING, OK, OK)
ASKS = (SIGN_IN, OK, NOTHING, NO, NOTHING, NO, NO)
ASKED = (SIGN_IN, ELSEWHERE, NOTHING, NO, NOTHING, NO, NO)
NOT_NOW = (SIGN_IN, NO, NOTHING, NO, NOTHING, NO, NO)  # the request is in review: there is nothing to edit

COPIES = (SIGN_IN, OK, NOTHING, OK, NOTHING, ELSEWHERE, ELSEWHERE)  # hub staff are led to where they choose a version
ATTACHES = (SIGN_IN, ELSEWHERE, NOTHING, ELSEWHERE, NOTHING, ELSEWHERE, ELSEWHERE)  # and back to the files

# What GET and POST answer to each kind of person; Ada's request for BRGANDI is in review.
TABLE: dict[str, tuple[Answers, Answers]] = {
    "healthz": (EVERYBODY, WRONG_METHOD),
    "readyz": (EVERYBODY, WRONG_METHOD),
    "pages:*": (EVERYBODY, WRONG_METHOD),
    "datasets:list": (EVERYBODY, WRONG_METHOD),
    "datasets:landing": (EVERYBODY, WRONG_METHOD),
    "datasets:export": (EVERYBODY, WRONG_METHOD),
    "datasets:metadata": (EVERYBODY, WRONG_METHOD),
    "datasets:catalogue": (EVERYBODY, WRONG_METHOD),
    "datasets:feed": (EVERYBODY, WRONG_METHOD),
    "access_requests:start": (EVERYBODY, all_but_anonymous(ELSEWHERE)),
    "access_requests:mine": (all_but_anonymous(OK), WRONG_METHOD),
    "access_requests:detail": (SEES, WRONG_METHOD),
    "access_requests:edit": (NOT_NOW, WRONG_METHOD),
    "access_requests:edit_step": (NOT_NOW, NOT_NOW),
    "access_requests:withdraw": (ASKS, ASKED),
    "access_requests:discard": (NOT_NOW, NOT_NOW),
    "access_requests:accept": (ASKS, ASKED),
    "access_requests:copy": (COPIES, WRONG_METHOD),
    "access_requests:files": (SEES, ATTACHES),
    "access_requests:file": (SEES, WRONG_METHOD),
    "access_requests:remove_file": (NOT_NOW, NOT_NOW),
    "accounts:invitation": (EVERYBODY, all_but_anonymous(ELSEWHERE)),
    "accounts:profile": (all_but_anonymous(OK), all_but_anonymous(ELSEWHERE)),
    "account_login": (VISITORS, VISITORS),
    "account_signup": (VISITORS, VISITORS),
    "account_request_login_code": (VISITORS, VISITORS),
    "account_confirm_login_code": (all_but_anonymous(ELSEWHERE), all_but_anonymous(ELSEWHERE)),
    "account_email_verification_sent": (all_but_anonymous(ELSEWHERE), all_but_anonymous(ELSEWHERE)),
    "account_reset_password": (EVERYBODY, EVERYBODY),
    "account_confirm_password_reset_code": ((SIGN_IN,) * 7, (SIGN_IN,) * 7),
    "account_complete_password_reset": (MOVED, MOVED),
    "account_password_reset_completed": (EVERYBODY, WRONG_METHOD),
    "account_inactive": (EVERYBODY, WRONG_METHOD),
    "account_logout": ((ELSEWHERE, *[OK] * 6), MOVED),
    "account_email": (all_but_anonymous(OK), all_but_anonymous(ELSEWHERE)),
    "account_change_password": (all_but_anonymous(OK), all_but_anonymous(OK)),
    "account_set_password": (all_but_anonymous(ELSEWHERE), all_but_anonymous(ELSEWHERE)),
    "account_reauthenticate": (all_but_anonymous(OK), all_but_anonymous(OK)),
    "usersessions_list": (all_but_anonymous(OK), all_but_anonymous(ELSEWHERE)),
    "mfa_index": (all_but_anonymous(OK), all_but_anonymous(METHOD)),
    "mfa_activate_totp": (all_but_anonymous(ELSEWHERE), all_but_anonymous(ELSEWHERE)),
    "mfa_authenticate": (all_but_anonymous(ELSEWHERE), all_but_anonymous(ELSEWHERE)),
    "mfa_reauthenticate": (all_but_anonymous(ELSEWHERE), all_but_anonymous(ELSEWHERE)),
    "mfa_deactivate_totp": (HIDDEN, HIDDEN),
    "mfa_view_recovery_codes": (HIDDEN, all_but_anonymous(METHOD)),
    "mfa_generate_recovery_codes": (all_but_anonymous(ELSEWHERE), all_but_anonymous(ELSEWHERE)),
    "mfa_download_recovery_codes": (HIDDEN, HIDDEN),
    "socialaccount_login_cancelled": (EVERYBODY, WRONG_METHOD),
    "socialaccount_login_error": (("401",) * 7, WRONG_METHOD),
    "socialaccount_signup": ((SIGN_IN,) * 7, (SIGN_IN,) * 7),
    "socialaccount_connections": (all_but_anonymous(OK), all_but_anonymous(OK)),
    "openid_connect_*": ((NOTHING,) * 7, (NOTHING,) * 7),  # no service of this name is configured
    "admin:index": (for_staff(OK), for_staff(OK)),
    "admin:login": (for_staff(ELSEWHERE), for_staff(ELSEWHERE)),
    "admin:logout": ((ELSEWHERE, *for_staff(METHOD)[1:]), (ELSEWHERE, *for_staff(ELSEWHERE)[1:])),
    "admin:password_change": (for_staff(ELSEWHERE), for_staff(ELSEWHERE)),
    "admin:password_change_done": (HIDDEN, HIDDEN),
    "admin:jsi18n": (for_staff(OK), for_staff(METHOD)),
    "admin:autocomplete": (HIDDEN, for_hub(METHOD)),
    "admin:view_on_site": (for_hub(ELSEWHERE), for_hub(ELSEWHERE)),
    "admin:app_list": (for_staff(OK), for_staff(OK)),
    "admin:access_requests_accessrequest_changelist": (for_staff(OK), for_staff(OK)),
    "admin:access_requests_accessrequest_several": (HIDDEN, HIDDEN),  # without requests there is nothing to show
    "admin:access_requests_accessrequest_change": (DECIDES, for_staff(METHOD)),
    # Hub staff have no vote of their own here: they are led to where a vote that came by mail is recorded.
    "admin:access_requests_accessrequest_step": (
        (SIGN_IN, NOTHING, NOTHING, OK, NOTHING, ELSEWHERE, ELSEWHERE),
        (SIGN_IN, NOTHING, NOTHING, ELSEWHERE, NOTHING, ELSEWHERE, ELSEWHERE),
    ),
    "admin:access_requests_accessrequest_redact": (
        (SIGN_IN, NOTHING, NOTHING, NO, NOTHING, OK, OK),
        (SIGN_IN, NOTHING, NOTHING, NO, NOTHING, OK, OK),  # without a reason it is asked for again
    ),
    "admin:access_requests_accessrequest_paper": (for_hub(OK), for_hub(OK)),  # of nothing chosen nothing is made
    "admin:access_requests_accessrequest_redact_text": (for_hub(OK), for_hub(OK)),  # without a reason it is asked for
    "admin:accounts_user_change": (for_hub(OK), OPERATOR),
    "admin:accounts_invitation_add": (for_hub(OK), for_hub(OK)),
    "admin:access_requests_policy_add": (for_hub(OK), for_hub(OK)),
    "admin:access_requests_policy_change": (for_hub(OK), for_hub(OK)),
    "admin:datasets_dataset_change": (for_hub(OK), for_hub(OK)),
    "admin:datasets_dataset_findings": (for_hub(OK), for_hub(OK)),
    # The rest of the admin: hub staff read; nobody adds, changes or deletes.
    "admin:*_changelist": (for_hub(OK), for_hub(OK)),
    "admin:*_history": (for_hub(OK), for_hub(OK)),
    "admin:*_change": (for_hub(OK), HIDDEN),
    "admin:*_add": (HIDDEN, HIDDEN),
    "admin:*_delete": (HIDDEN, HIDDEN),
}


def row_of(name: str) -> tuple[Answers, Answers] | None:
    """The row of an address: its own, else the first whose pattern fits."""
    return TABLE.get(name) or next((TABLE[key] for key in TABLE if "*" in key and fnmatchcase(name, key)), None)


def addresses() -> Iterator[tuple[str, URLPattern, str]]:
    """Every address of the site: its name with its namespaces, its pattern, and how it is written."""

    def walk(patterns: list[Any], names: str, prefix: str) -> Iterator[tuple[str, URLPattern, str]]:
        for pattern in patterns:
            written = prefix + str(pattern.pattern)
            if isinstance(pattern, URLResolver):
                inner = f"{names}{pattern.namespace}:" if pattern.namespace else names
                yield from walk(pattern.url_patterns, inner, written)
            else:
                yield f"{names}{pattern.name or ''}", pattern, written

    return walk(get_resolver().url_patterns, "", "")


NAMED = sorted({name for name, _pattern, _written in addresses() if name and not name.endswith(":")})
# Old names of allauth's, and the admin's redirects from an object to its change page and from anything to a 404.
NAMELESS = {
    "admin/(?P<url>.*)$",
    "accounts/social/login/cancelled/",
    "accounts/social/login/error/",
    "accounts/social/signup/",
    "accounts/social/connections/",
}


def kind(response: Any) -> str:
    """What an answer says, in the table's words."""
    if response.status_code in {301, 302}:
        where = response["Location"]
        return SIGN_IN if where.startswith(("/accounts/login/", "/admin/login/")) else ELSEWHERE
    return {200: OK, 403: NO, 404: NOTHING, 405: METHOD}.get(response.status_code, str(response.status_code))


@pytest.fixture
def cast(
    request_at: RequestAt, ada: User, alva: User, per: User, opal: User, hedda: User, sigrid: User
) -> dict[str, User | None]:
    """Everybody by name; Ada's request for BRGANDI is in review."""
    request_at(Status.IN_REVIEW)
    people = {"ada": ada, "alva": alva, "per": per, "opal": opal, "hedda": hedda, "sigrid": sigrid}
    return {"anonymous": None, **people}


@pytest.fixture
def values(cast: dict[str, User | None], brgandi: Dataset) -> dict[str, Any]:
    """What stands in for each part of an address that is not fixed."""
    set_policy(license_of(brgandi))
    provider = provider_of(brgandi, 3)
    token = invite(provider).rpartition("/invitations/")[2].partition("/")[0]
    attached = attach_upload(request=AccessRequest.objects.get(), by=named(cast, "ada"), file=a_file(pdf(), "a.pdf"))
    said = actions.write(request=AccessRequest.objects.get(), by=named(cast, "ada"), text="When will you answer?")
    rows = {
        "accounts_user": cast["ada"],
        "accounts_providerlink": ProviderLink.objects.first(),
        "accounts_invitation": Invitation.objects.first(),
        "outbox_mail": Mail.objects.first(),
        "datasets_dataset": brgandi,
        "datasets_datasetprovider": brgandi.dataset_providers.first(),
        "datasets_licensetext": LicenseText.objects.first(),
        "datasets_provider": Provider.objects.first(),
        "access_requests_policy": license_of(brgandi).policy,
        "access_requests_formversion": FormVersion.objects.first(),
        "access_requests_form": Form.objects.first(),
    }
    return {
        "rows": rows,
        "reference": AccessRequest.objects.get().reference,
        "doi": BRGANDI_DOI,
        "token": token,
        "public_id": attached.public_id,
        "digest": said.text.digest,
        "slug": "approve",
        "name": "metadata.ttl",
        "part": 1,
        "step": "you",
        "content_type_id": ContentType.objects.get_for_model(Dataset).pk,
        "app_label": "access_requests",
    }


def written(name: str, pattern: URLPattern, values: dict[str, Any]) -> str:
    """The address with this name, with something real in each of its places."""
    if name.startswith("openid_connect_"):
        return reverse(name, kwargs={"provider_id": "nobody"})
    rows = values["rows"]
    kwargs = {key: values[key] for key in pattern.pattern.regex.groupindex if key in values}
    if "object_id" in pattern.pattern.regex.groupindex:
        model = name.partition(":")[2].rpartition("_")[0]
        kwargs["object_id"] = rows["datasets_dataset" if name == "admin:view_on_site" else model].pk
    return reverse(name, kwargs=kwargs)


def ask(client: Client, method: str, path: str) -> str:
    """What an address answers; whatever it did, to the database or to the browser's cookies, is undone."""
    cookies = {name: morsel.value for name, morsel in client.cookies.items()}
    with transaction.atomic():
        answer = kind(client.generic(method, path))
        transaction.set_rollback(True)
    client.cookies.clear()
    client.cookies.load(cookies)
    return answer


def test_every_address_has_a_row() -> None:
    assert [name for name in NAMED if row_of(name) is None] == []
    unnamed = {place for name, _pattern, place in addresses() if not name or name.endswith(":")}
    assert {place for place in unnamed if "<path:object_id>" not in place} == NAMELESS


def test_every_row_has_an_address() -> None:
    assert [key for key in TABLE if not any(fnmatchcase(name, key) for name in NAMED)] == []


def signed_in(cast: dict[str, User | None], who: str) -> Client:
    """The browser of this person."""
    client = Client(raise_request_exception=False)
    if user := cast[who]:
        client.force_login(user)
    return client


def paths(values: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Every address by its name, as a path with something real in each of its places."""
    for name, pattern, _place in addresses():
        if name in NAMED:
            yield name, written(name, pattern, values)


@pytest.mark.parametrize("who", KINDS)
def test_who_may_open_what(who: str, cast: dict[str, User | None], values: dict[str, Any]) -> None:
    client, column = signed_in(cast, who), KINDS.index(who)
    faults = []
    for name, path in paths(values):
        row = row_of(name)
        got = (ask(client, "GET", path), ask(client, "POST", path))
        if row and got != (row[0][column], row[1][column]):
            faults.append(f"{name} ({path}): {got}, not {(row[0][column], row[1][column])}")
    assert not faults, "\n".join(faults)


@pytest.mark.slow
@pytest.mark.parametrize("who", KINDS)
def test_other_methods_open_nothing_more(who: str, cast: dict[str, User | None], values: dict[str, Any]) -> None:
    """Django's form views take PUT for POST, its plain function views take any method for GET; never more."""
    client, column = signed_in(cast, who), KINDS.index(who)
    faults = []
    for name, path in paths(values):
        get, post = row_of(name) or (EVERYBODY, EVERYBODY)
        for method, known in (("HEAD", get), ("PUT", post), ("PATCH", get), ("DELETE", get)):
            answer = ask(client, method, path)
            if answer not in {get[column], known[column], METHOD, NOTHING}:
                faults.append(f"{name}: {method} answers {answer}")
    assert not faults, "\n".join(faults)


@pytest.mark.parametrize("who", [kind for kind in KINDS if kind != "ada"])
def test_a_draft_is_its_applicants_alone(who: str, request_at: RequestAt, cast: dict[str, User | None]) -> None:
    draft = actions.start(
        license=license_of(Dataset.objects.get(doi=BRGANDI_DOI), "AIDA BY license"), by=named(cast, "ada")
    )
    assert draft.status == Status.DRAFT
    client = Client()
    if user := cast[who]:
        client.force_login(user)
    own = f"/requests/{draft.reference}/"
    invented = "/requests/AIDA-2026-99999/"
    for path in ("", "edit/", "edit/you/", "edit/review/", "discard/", "withdraw/", "accept/", "files/", "copy.pdf"):
        for method in ("GET", "POST"):
            real, made_up = (client.generic(method, start + path) for start in (own, invented))
            assert kind(real) == kind(made_up)
            assert kind(real) in {METHOD, SIGN_IN if user is None else NOTHING}
    if user:
        assert draft.reference not in client.get("/requests/").text
        if user.is_staff:
            assert draft.reference not in client.get("/admin/access_requests/accessrequest/").text
            change = f"/admin/access_requests/accessrequest/{draft.reference}/change/"
            assert client.get(change).status_code == 404


def named(cast: dict[str, User | None], name: str) -> User:
    """Somebody of the cast who is signed in."""
    user = cast[name]
    assert user
    return user
