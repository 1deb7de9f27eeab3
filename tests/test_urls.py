"""Every address and method as every kind of person: generated from the URL list, compared with a table.

An address without a row fails, so that nobody adds one without saying who may open it.
"""

from __future__ import annotations

from collections.abc import Iterator
from fnmatch import fnmatchcase
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from access_requests import actions, flags
from access_requests.filing import attach_upload
from access_requests.models import AccessRequest, CannedText, FormVersion, Institution
from access_requests.part_invitations import invite as invite_to_part
from access_requests.workflow import Part, Status
from aidahub.accounts.invitations import invite
from aidahub.accounts.locks import TO_ENROL
from aidahub.accounts.models import Invitation, ProviderLink, User
from aidahub.admin_site.asked_again import ASKED_AGAIN
from aidahub.outbox.models import Mail
from datasets.models import Dataset, LicenseText, Provider
from tests.cast import BRGANDI_DOI, RequestAt, license_of, provider_of, set_policy
from tests.support.addresses import ELSEWHERE, EVERYBODY, KINDS, METHOD, NO, NOTHING, OK, SIGN_IN, TABLE, Answers
from tests.support.files import a_file, pdf
from tests.support.locks import enter, give_factor


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
        "access_requests_institution": Institution.objects.create(ror_id="https://ror.org/048a87296", name="Uppsala"),
        "access_requests_personflag": flags.flag(
            by=named(cast, "sigrid"), email="alva.dahl@kth.example", reason="Why."
        ),
        "access_requests_cannedtext": CannedText.objects.get_or_create(slug="wrong-person")[0],
    }
    request = AccessRequest.objects.get()
    signatory = request.participants.get(part=Part.SIGNATORY)
    admin = "admin:access_requests_accessrequest"
    own: dict[str, dict[str, Any]] = {
        f"{admin}_people": {"reference": request.reference, "slug": "add"},
        f"{admin}_person": {"reference": request.reference, "number": signatory.number, "slug": "replace"},
        "access_requests:part_invitation": {"token": invite_to_part(signatory).split("/")[-2]},
    }
    return {
        "rows": rows,
        "own": own,
        "reference": request.reference,
        "doi": BRGANDI_DOI,
        "token": token,
        "public_id": attached.public_id,
        "digest": said.text.digest,
        "slug": "approve",
        "form": "research",
        "key": "planned_use",
        "name": "metadata.ttl",
        "part": 1,
        "step": "you",
        "question": "planned_use",
        "content_type_id": ContentType.objects.get_for_model(Dataset).pk,
        "app_label": "access_requests",
        "person": cast["ada"].public_id if cast["ada"] else "",
    }


def written(name: str, pattern: URLPattern, values: dict[str, Any]) -> str:
    """The address with this name, with something real in each of its places."""
    if name.startswith("openid_connect_"):
        return reverse(name, kwargs={"provider_id": "nobody"})
    if name in values["own"]:
        return reverse(name, kwargs=values["own"][name])
    rows = values["rows"]
    if name == "admin:access_requests_account_close":
        values = {**values, "slug": "suspend"}
    kwargs = {key: values[key] for key in pattern.pattern.regex.groupindex if key in values}
    if "object_id" in pattern.pattern.regex.groupindex:
        model = name.partition(":")[2].rpartition("_")[0]
        kwargs["object_id"] = rows["datasets_dataset" if name == "admin:view_on_site" else model].pk
    return reverse(name, kwargs=kwargs)


def answer_of(client: Client, method: str, path: str) -> Any:
    """What an address answers; whatever it did, to the database or to the browser's cookies, is undone."""
    cookies = {name: morsel.value for name, morsel in client.cookies.items()}
    with transaction.atomic():
        answer = client.generic(method, path)
        transaction.set_rollback(True)
    client.cookies.clear()
    client.cookies.load(cookies)
    return answer


def ask(client: Client, method: str, path: str) -> str:
    """What an address answers, in the table's words."""
    return kind(answer_of(client, method, path))


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


@pytest.mark.slow
@pytest.mark.parametrize("who", ["anonymous", "hedda"])
def test_options_gives_what_looking_gives_or_nothing(
    who: str, cast: dict[str, User | None], values: dict[str, Any]
) -> None:
    client = signed_in(cast, who)
    faults = []
    for name, path in paths(values):
        with transaction.atomic():
            answer = client.options(path)
            transaction.set_rollback(True)
        empty = answer.status_code in {200, 302, 405} and not answer.streaming and not answer.content
        if not empty and ask(client, "OPTIONS", path) != ask(client, "GET", path):
            faults.append(f"{name}: {answer.status_code}")
    assert not faults, "\n".join(faults)


# With the locks on: nothing answers who has not done what they must do first


def where(client: Client, method: str, path: str) -> tuple[int, str]:
    """Status and, without its query, where an address leads."""
    answer = answer_of(client, method, path)
    return answer.status_code, urlsplit(answer.headers.get("Location", "")).path


@pytest.mark.parametrize("who", ["hedda", pytest.param("sigrid", marks=pytest.mark.slow)])
def test_hub_staff_without_a_second_step_get_nothing_but_what_sets_one_up(
    who: str, cast: dict[str, User | None], values: dict[str, Any], settings: Any
) -> None:
    settings.SECOND_FACTOR = True
    client, faults = signed_in(cast, who), []
    led = {"GET": (302, reverse("accounts:second_factor")), "POST": (403, "")}
    for name, path in paths(values):
        got = {method: where(client, method, path) for method in led} if name not in TO_ENROL else led
        if got != led:
            faults.append(f"{name} ({path}): {got}")
    assert not faults, "\n".join(faults)


@pytest.mark.slow
def test_who_acts_for_a_provider_gets_nothing_of_it_before_this_sitting_is_confirmed(
    cast: dict[str, User | None], values: dict[str, Any], settings: Any
) -> None:
    """The admin leads to the confirmation, and so does each page of a request where a stranger gets a 404."""
    settings.SECOND_FACTOR = True
    client, stranger, faults = signed_in(cast, "per"), signed_in(cast, "alva"), []
    led = {"GET": (302, reverse("accounts:sitting")), "POST": (403, "")}
    for name, path in paths(values):
        for method, stopped in led.items():
            got, theirs = where(client, method, path), where(stranger, method, path)
            inside = name.startswith("admin:") or (name.startswith("access_requests:") and theirs[0] == 404)
            if (inside and got != stopped) or (name.startswith("access_requests:") and not inside and got != theirs):
                faults.append(f"{name} ({path}): {method} {got}, a stranger {theirs}")
    assert not faults, "\n".join(faults)


@pytest.mark.slow
@pytest.mark.parametrize("who", ["hedda", "sigrid"])
def test_the_table_of_what_is_asked_again_is_all_that_is_asked(
    who: str, cast: dict[str, User | None], values: dict[str, Any], settings: Any
) -> None:
    settings.SECOND_FACTOR = True
    give_factor(named(cast, who))
    client, asking = enter(named(cast, who)), set()
    for name, path in paths({**values, "slug": "revoke"}):
        for method in ("GET", "POST"):
            if where(client, method, f"{path}?format=csv")[1] == reverse("account_reauthenticate"):
                asking.add(name)
    own = {"mfa_deactivate_totp", "mfa_generate_recovery_codes", "mfa_view_recovery_codes"}
    assert {name for name in asking if name.startswith("admin:")} == set(ASKED_AGAIN)
    assert {name for name in asking if not name.startswith("admin:")} >= own


ACCESS = ("secret/", "leave/", "renew/", "deletion/")


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
    for path in (
        "",
        "edit/",
        "edit/you/",
        "edit/review/",
        "discard/",
        "withdraw/",
        "accept/",
        "more/",
        "files/",
        "copy.pdf",
        "part/",
        "people/",
        *ACCESS,
    ):
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
