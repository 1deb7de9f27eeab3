"""What is measured: twenty datasets and many requests, all made through the site's own commands and verbs."""

from __future__ import annotations

import io
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from allauth.account.models import EmailAddress
from django.core.management import call_command
from django.db import transaction

from access_requests import actions
from access_requests.events import verify
from access_requests.models import AccessRequest
from access_requests.workflow import Answer
from aidahub.accounts.models import ProviderLink, User
from aidahub.environment import ROOT
from datasets.models import Dataset, License

from .copies import copy_request

PAGE = ROOT / "fixtures" / "brgandi.md"
DOI = "10.23698/aida/synthetic/brgandi"
DATASETS = 20
APPLICANTS = 100
WALKED = 50

ANSWERS: dict[str, Any] = {
    "applicant_institution": "Uppsala University",
    "applicant_department": "Department of Surgical Sciences",
    "applicant_address": "Akademiska sjukhuset\n751 85 Uppsala",
    "applicant_country": "SE",
    "planned_use": "We compare segmentation networks trained on real images with such trained on synthetic ones. " * 4,
    "list_publicly": "yes",
    "recipient_same": "no",
    "recipient_title": "Professor",
    "recipient_institution": "Uppsala University",
    "recipient_department": "Department of Surgical Sciences",
    "recipient_address": "Akademiska sjukhuset\n751 85 Uppsala",
    "recipient_country": "SE",
    "recipient_profile": "https://orcid.org/0000-0002-1825-0097",
    "recipient_phd": True,
    "signatory_same": "no",
    "signatory_name": "Sune Holm",
    "signatory_title": "Head of department",
    "signatory_email": "sune.holm@university.example",
    "signatory_may_sign": True,
    "coauthorship": True,
}


@dataclass(frozen=True)
class People:
    """Who looks at the pages."""

    applicant: User
    provider: User
    hub: User


def person(email: str, name: str, **facts: Any) -> User:
    """Somebody with a verified address and without a password."""
    user = User.objects.create_user(email, name=name, **facts)
    EmailAddress.objects.create(user=user, email=email, verified=True, primary=True)
    return user


def make_datasets() -> list[License]:
    """Import the page of BRGANDI, and copies of it under other DOIs; the licences that providers decide on."""
    with tempfile.TemporaryDirectory() as folder:
        for number in range(DATASETS - 1):
            copy = PAGE.read_text(encoding="utf-8").replace("aida/synthetic/brgandi", f"aida/bench/{number}")
            Path(folder, f"{number}.md").write_text(copy, encoding="utf-8")
        call_command("import_datasets", str(PAGE), folder, stdout=io.StringIO())
    if (found := Dataset.objects.count()) != DATASETS:
        raise RuntimeError(f"{found} datasets were imported, not {DATASETS}.")
    licenses = License.objects.filter(name="Controlled access").select_related("dataset").order_by("dataset__doi")
    return sorted(licenses, key=lambda license_: license_.dataset.doi != DOI)


def make_people() -> tuple[People, list[User]]:
    """A provider, hub staff, and the applicants, the first of whom looks at her request."""
    applicants = [person(f"applicant{n}@university.example", f"Applicant {n}") for n in range(APPLICANTS)]
    provider = person("provider@university.example", "Per Lind")
    for row in Dataset.objects.get(doi=DOI).dataset_providers.order_by("order")[:1]:
        ProviderLink.objects.create(user=provider, provider=row.provider, via=ProviderLink.Via.INVITATION)
    return People(applicants[0], provider, person("hub@university.example", "Hedda Ek", is_hub_staff=True)), applicants


def send(license_: License, applicant: User, number: int) -> AccessRequest:
    """One request, filled in and sent."""
    own = {"applicant_name": applicant.name, "applicant_email": applicant.email, "project_title": f"Project {number}"}
    recipient = {"recipient_name": f"Scientist {number}", "recipient_email": f"scientist{number}@university.example"}
    request = actions.start(license=license_, by=applicant)
    request = actions.save_answers(request=request, by=applicant, answers={**ANSWERS, **own, **recipient})
    text = request.license.text_in_force
    if text is None:
        raise RuntimeError(f"{license_} has no text.")
    request = actions.accept_license(request=request, by=applicant, text=text)
    return actions.submit(request=request, by=applicant)


def send_again(request: AccessRequest, people: People) -> None:
    """Sent back, changed and sent again."""
    request = actions.send_back(request=request, by=people.provider, reason="Which scanner do you mean?")
    by = request.applicant
    request = actions.save_answers(request=request, by=by, answers={"planned_use": "The scanner in Uppsala."})
    actions.submit(request=request, by=by)


# What becomes of ten requests in a row: five are approved, one is rejected, one is withdrawn, one was sent twice.
FATES: tuple[Callable[[AccessRequest, People], object], ...] = (
    send_again,
    *[lambda request, people: actions.decide(request=request, by=people.provider, answer=Answer.APPROVE)] * 5,
    lambda request, people: actions.decide(
        request=request, by=people.provider, answer=Answer.REJECT, reason="The purpose is not research."
    ),
    lambda request, _people: actions.withdraw(request=request, by=request.applicant),
    lambda _request, _people: None,
    lambda _request, _people: None,
)


def make(number: int, say: Callable[[str], None]) -> tuple[People, AccessRequest]:
    """Fill an empty, migrated database: fifty requests by the verbs, the others as copies of these.

    Args:
        number: how many requests.
        say: told now and then how far it is.

    Returns:
        The people who look, and the applicant's own request: sent twice, under review.

    Raises:
        RuntimeError: when the record that was made is not whole.
    """
    call_command("load_forms", verbosity=0)
    licenses = make_datasets()
    people, applicants = make_people()
    first = min(number, WALKED)
    with transaction.atomic():
        for at in range(first):
            request = send(licenses[at // len(FATES)], applicants[at], at)
            FATES[at % len(FATES)](request, people)
    walked = list(AccessRequest.objects.order_by("pk"))
    say(f"{first} of {number} requests by the verbs")
    with transaction.atomic():
        for at in range(first, number):
            copy_request(walked[at % first], applicants[at % APPLICANTS])
    say(f"{number} of {number} requests")
    if faults := list(verify()):
        raise RuntimeError(f"The record is not whole: {faults[0]}")
    return people, walked[0]
