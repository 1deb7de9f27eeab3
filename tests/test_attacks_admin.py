"""What somebody whom the admin lets in may try there to learn more than its pages show."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from access_requests import actions
from access_requests.workflow import Answer
from aidahub.accounts.models import User
from aidahub.outbox.models import Mail
from datasets.models import Dataset
from tests.cast import AIDA_PRESET, confirm, license_of, sent, set_policy

pytestmark = pytest.mark.django_db


@pytest.fixture
def as_hedda(client: Client, hedda: User) -> Client:
    """Hedda's browser."""
    client.force_login(hedda)
    return client


@pytest.mark.parametrize(
    ("model", "question"),
    [
        ("accounts/user", "password__startswith=pbkdf2"),
        ("accounts/user", "password__regex=^p"),
        ("accounts/providerlink", "user__password__startswith=p"),
        ("accounts/invitation", "token_hash__startswith=a"),
        ("outbox/mail", "text__contains=code"),
        ("outbox/mail", "html__contains=code"),
        ("outbox/mail", "headers__icontains=a"),
        ("datasets/provider", "links__user__password__startswith=p"),
        ("datasets/dataset", "access_requests__draft__icontains=a"),
        ("access_requests/policy", "license__access_requests__draft__icontains=a"),
        ("access_requests/accessrequest", "applicant__password__startswith=p"),
        ("access_requests/accessrequest", "draft__icontains=a"),
    ],
)
def test_lists_answer_no_questions_about_what_no_page_shows(as_hedda: Client, model: str, question: str) -> None:
    """An answer with rows or without them would tell a secret letter by letter."""
    assert as_hedda.get(f"/admin/{model}/?{question}").status_code == 400


@pytest.mark.parametrize(
    ("model", "filtered"),
    [
        ("accounts/user", "is_active__exact=1"),
        ("accounts/providerlink", "ended_at__isempty=1&via__exact=email"),
        ("accounts/invitation", "used_at__isempty=0"),
        ("outbox/mail", "status__exact=failed&kind=decide"),
        ("outbox/mail", "created_at__gte=2026-11-01+00:00:00%2B01:00&created_at__lt=2026-12-01+00:00:00%2B01:00"),
        ("datasets/dataset", "findings=yes&synthetic__exact=1"),
        ("datasets/provider", "waiting=yes"),
        ("datasets/datasetprovider", "confirmed__exact=0"),
        ("datasets/licensetext", "license__id__exact=1&change__exact=material"),
    ],
)
def test_the_filters_of_the_lists_still_work(as_hedda: Client, model: str, filtered: str) -> None:
    assert as_hedda.get(f"/admin/{model}/?{filtered}").status_code == 200


def test_hub_staff_do_not_read_in_the_outbox_how_their_own_request_is_decided(
    as_hedda: Client, hedda: User, sigrid: User, per: User, petra: User, rut: User, brgandi: Dataset, ada: User
) -> None:
    set_policy(license_of(brgandi), **AIDA_PRESET)
    others = sent(ada, brgandi)
    request = actions.forward(request=confirm(sent(hedda, brgandi), rut), by=sigrid)
    actions.decide(request=request, by=per, answer=Answer.REJECT, reason="She is too close to the data.")
    actions.decide(request=request, by=petra, answer=Answer.APPROVE)
    votes = Mail.objects.get(kind="confirm", about__startswith=request.reference)
    found = as_hedda.get("/admin/outbox/mail/?q=AIDA").context["cl"].result_list
    assert {mail.about.partition("/")[0] for mail in found} == {others.reference}
    assert as_hedda.get(reverse("admin:outbox_mail_change", args=[votes.pk])).status_code == 404
    as_hedda.force_login(sigrid)
    assert as_hedda.get(reverse("admin:outbox_mail_change", args=[votes.pk])).status_code == 200
