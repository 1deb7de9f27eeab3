"""The people and datasets of the tests, and the way to any status through the real verbs.

Ada asks. Alva asks, too, for other things. Rut is Ada's recipient scientist, Sune signs, Mia is a member. Per and
Petra act for BRGANDI's first and second provider. Opal provides another dataset. Hedda is hub staff. Otto is signed in
and has nothing to do with any of it. Sigrid is the operator.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any, Protocol

import pytest
from allauth.account.models import EmailAddress
from django.core.management import call_command
from django.utils import timezone

from access_requests import actions
from access_requests.models import AccessRequest, Policy
from access_requests.people import Named
from access_requests.policies import PRESETS, policy_of
from access_requests.workflow import Answer, DecidedBy, Part, Status
from aidahub.accounts.models import ProviderLink, User
from datasets import search
from datasets.models import Dataset, DatasetProvider, License, LicenseText, Provider

BRGANDI = Path(__file__).resolve().parent.parent / "fixtures" / "brgandi.md"
BRGANDI_DOI = "10.23698/aida/synthetic/brgandi"
PASSWORD = "correct horse battery staple"

RESEARCH_ANSWERS: dict[str, Any] = {
    "applicant_name": "Ada Berg",
    "applicant_institution": "Uppsala University",
    "applicant_department": "Department of Surgical Sciences",
    "applicant_address": "Akademiska sjukhuset\n751 85 Uppsala",
    "applicant_country": "SE",
    "project_title": "Segmenting brain tumours with less data",
    "planned_use": "We compare segmentation networks trained on real and on synthetic images.",
    "list_publicly": "yes",
    "recipient_same": "no",
    "recipient_name": "Rut Ek",
    "recipient_title": "Professor",
    "recipient_email": "rut.ek@uu.example",
    "recipient_institution": "Uppsala University",
    "recipient_department": "Department of Surgical Sciences",
    "recipient_address": "Akademiska sjukhuset\n751 85 Uppsala",
    "recipient_country": "SE",
    "recipient_profile": "https://orcid.org/0000-0002-1825-0097",
    "recipient_phd": True,
    "signatory_same": "no",
    "signatory_name": "Sune Holm",
    "signatory_title": "Head of department",
    "signatory_email": "sune.holm@uu.example",
    "signatory_may_sign": True,
}
MEMBER_ANSWERS: dict[str, Any] = {
    "applicant_name": "Ada Berg",
    "applicant_institution": "Uppsala University",
    "applicant_department": "Department of Surgical Sciences",
    "applicant_country": "SE",
    "aida_partner": "Region Uppsala",
    "planned_use": "We compare segmentation networks trained on real and on synthetic images.",
    "attribution": True,
}


def make_user(email: str, name: str, **fields: Any) -> User:
    """A user with a verified e-mail and the tests' password."""
    user = User.objects.create_user(email, PASSWORD, name=name, **fields)
    EmailAddress.objects.create(user=user, email=email, verified=True, primary=True)
    return user


def act_for(user: User, provider: Provider) -> User:
    """Let a user act for a provider, as after an invitation; returns them as the next request sees them."""
    ProviderLink.objects.create(user=user, provider=provider, via=ProviderLink.Via.INVITATION, evidence=user.email)
    return fresh(user)


def fresh(user: User) -> User:
    """The user as a new web request has them, without what the object remembers."""
    return User.objects.get(pk=user.pk)


def make_dataset(doi: str = "10.23698/aida/other", **fields: Any) -> Dataset:
    """A dataset of rows, under controlled access, with one provider of its own who decides."""
    name = doi.rsplit("/", 1)[-1]
    values = {"name": f"The dataset {name}", "short_name": name.upper(), "version": "1.0.0", **fields}
    dataset = Dataset.objects.create(doi=doi, **values)
    license_ = License.objects.create(
        dataset=dataset, name="Controlled access", anchor="controlled-access", requestable=True, form_hint="research"
    )
    LicenseText.objects.create(license=license_, number=1, html="<p>Ask.</p>", text="Ask.", sha256="0" * 64)
    provider = Provider.objects.create(name=f"Provider of {name}", email=f"{name}@provider.example")
    DatasetProvider.objects.create(dataset=dataset, provider=provider, name=provider.name, order=1)
    search.index(dataset, new=True)
    return dataset


@pytest.fixture
def ada(db: None) -> User:
    """Asks for BRGANDI."""
    return make_user("ada.berg@uu.example", "Ada Berg")


@pytest.fixture
def alva(db: None) -> User:
    """Another applicant."""
    return make_user("alva.dahl@kth.example", "Alva Dahl")


@pytest.fixture
def rut(db: None) -> User:
    """Ada's recipient scientist."""
    return make_user("rut.ek@uu.example", "Rut Ek")


@pytest.fixture
def sune(db: None) -> User:
    """Signs for Ada's institution."""
    return make_user("sune.holm@uu.example", "Sune Holm")


@pytest.fixture
def mia(db: None) -> User:
    """Works with Ada: a member, where a test names her."""
    return make_user("mia.lind@uu.example", "Mia Lind")


MIA = Named(Part.MEMBER, "Mia Lind", "", "mia.lind@uu.example", "Uppsala University")


@pytest.fixture
def otto(db: None) -> User:
    """Signed in, and a stranger to every request."""
    return make_user("otto@elsewhere.example", "Otto Outsider")


@pytest.fixture
def hedda(db: None) -> User:
    """Hub staff."""
    return make_user("hedda@hub.example", "Hedda Hub", is_hub_staff=True)


@pytest.fixture
def sigrid(db: None) -> User:
    """The operator."""
    return make_user("sigrid@hub.example", "Sigrid Super", is_superuser=True)


@pytest.fixture
def brgandi(brgandi_rows: Callable[[], bool], db: None) -> Dataset:
    """The real dataset, from its real page."""
    if not brgandi_rows():
        call_command("import_datasets", str(BRGANDI), verbosity=0)
    return Dataset.objects.get(doi=BRGANDI_DOI)


@pytest.fixture
def other(db: None) -> Dataset:
    """A dataset that Opal provides."""
    return make_dataset()


def provider_of(dataset: Dataset, place: int) -> Provider:
    """The provider at this place of the dataset's page, from 1."""
    return [row.provider for row in dataset.dataset_providers.order_by("order")][place - 1]


@pytest.fixture
def per(brgandi: Dataset) -> User:
    """Acts for BRGANDI's first provider."""
    return act_for(make_user("per@provider.example", "Per Provider"), provider_of(brgandi, 1))


@pytest.fixture
def petra(brgandi: Dataset) -> User:
    """Acts for BRGANDI's second provider."""
    return act_for(make_user("petra@provider.example", "Petra Provider"), provider_of(brgandi, 2))


@pytest.fixture
def opal(other: Dataset) -> User:
    """Acts for the provider of the other dataset."""
    return act_for(make_user("opal@provider.example", "Opal Other"), provider_of(other, 1))


def license_of(dataset: Dataset, name: str = "Controlled access") -> License:
    """One of the dataset's licences."""
    return dataset.licenses.get(name=name)


def set_policy(license_: License, **fields: Any) -> Policy:
    """Give a licence a policy of its own, as hub staff do."""
    policy = policy_of(license_)
    for field, value in fields.items():
        setattr(policy, field, value)
    policy.save()
    return policy


AIDA_PRESET = PRESETS["aida"]


def fill(request: AccessRequest, **answers: Any) -> AccessRequest:
    """Answer every question and accept the licence, as the applicant does step by step."""
    by = request.applicant
    standard = MEMBER_ANSWERS if request.form_version.form.slug == "aida-member" else RESEARCH_ANSWERS
    request = actions.save_answers(
        request=request, by=by, answers={**standard, "applicant_email": by.email, "coauthorship": True, **answers}
    )
    text = request.license.text_in_force
    assert text is not None
    return actions.accept_license(request=request, by=by, text=text)


def draft_of(applicant: User, dataset: Dataset, license_name: str = "Controlled access") -> AccessRequest:
    """A complete draft."""
    return fill(actions.start(license=license_of(dataset, license_name), by=applicant))


def sent(applicant: User, dataset: Dataset, license_name: str = "Controlled access") -> AccessRequest:
    """A request that has been sent."""
    return actions.submit(request=draft_of(applicant, dataset, license_name), by=applicant)


def confirm(request: AccessRequest, by: User) -> AccessRequest:
    """Somebody who is named confirms their part, and accepts the licence if they get access."""
    return actions.confirm_part(request=request, by=fresh(by), text=request.license.text_in_force)


class RequestAt(Protocol):
    """`request_at(status, member)`: Ada's request, brought to a status through the real verbs."""

    def __call__(self, status: Status, member: Named | None = None) -> AccessRequest:
        """Walk there; `member` is named by Ada before she sends it."""
        ...


@pytest.fixture
def request_at(brgandi: Dataset, ada: User, per: User, petra: User, hedda: User, rut: User) -> RequestAt:
    """`request_at(status)`: Ada's request for BRGANDI, brought there by the people through the real verbs."""

    def walk(status: Status, member: Named | None = None) -> AccessRequest:
        if status in {Status.SUBMITTED, Status.DECIDED}:
            set_policy(license_of(brgandi), **AIDA_PRESET)
        request = draft_of(ada, brgandi)
        if member:
            request = actions.add_person(request=request, by=ada, person=member)
        return request if status == Status.DRAFT else _onward(status, request)

    def _onward(status: Status, request: AccessRequest) -> AccessRequest:
        request = actions.submit(request=request, by=ada)
        steps: dict[Status, Callable[[], AccessRequest]] = {
            Status.SUBMITTED: lambda: request,
            Status.IN_REVIEW: lambda: request,
            Status.RETURNED: lambda: actions.send_back(request=request, by=per, reason="Which scanner do you mean?"),
            Status.WITHDRAWN: lambda: actions.withdraw(request=request, by=ada),
            Status.CLOSED: lambda: actions.close(request=request, by=hedda, reason="Nobody answered."),
            Status.REJECTED: lambda: actions.decide(request=request, by=per, answer=Answer.REJECT, reason="Too vague."),
            Status.APPROVED: lambda: actions.decide(request=request, by=per, answer=Answer.APPROVE),
            Status.GRANTED: lambda: _granted(request),
            Status.EXPIRED: lambda: _expired(request),
            Status.REVOKED: lambda: actions.revoke(request=_granted(request), by=hedda, reason="Copied on."),
            Status.DECIDED: lambda: _decided(request),
        }
        return steps[status]()

    def _granted(request: AccessRequest) -> AccessRequest:
        request = actions.decide(request=request, by=per, answer=Answer.APPROVE)
        return confirm(request, rut)

    def _expired(request: AccessRequest) -> AccessRequest:
        set_policy(license_of(brgandi), days=30)
        request = _granted(request)
        assert actions.expire(request=request, today=timezone.localdate() + timedelta(days=31))
        return AccessRequest.objects.get(pk=request.pk)

    def _decided(request: AccessRequest) -> AccessRequest:
        request = actions.forward(request=confirm(request, rut), by=hedda)
        request = actions.decide(request=request, by=per, answer=Answer.APPROVE)
        return actions.decide(request=request, by=petra, answer=Answer.APPROVE)

    return walk


def change_license(dataset: Dataset, name: str = "Controlled access") -> LicenseText:
    """A material change of a licence's text, as hub staff called it."""
    license_ = license_of(dataset, name)
    number = license_.texts.count() + 1
    return LicenseText.objects.create(
        license=license_, number=number, html="<p>New.</p>", text="New.", sha256=f"{number:064}", change="material"
    )


REACHED = (
    Status.DRAFT, Status.SUBMITTED, Status.IN_REVIEW, Status.DECIDED, Status.RETURNED, Status.APPROVED,
    Status.GRANTED, Status.REJECTED, Status.WITHDRAWN, Status.CLOSED, Status.EXPIRED, Status.REVOKED,
)  # fmt: skip


def by_hub(license_: License) -> Policy:
    """Let hub staff decide under this licence."""
    return set_policy(license_, decided_by=DecidedBy.HUB)
