"""A site on which everything has happened once: a row in almost every table, by the real verbs and pages."""

from __future__ import annotations

import io
from dataclasses import dataclass
from pathlib import Path

import pytest
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP
from allauth.socialaccount.models import SocialAccount
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.auth.models import Group, Permission
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from access_requests import actions, drafts, flags
from access_requests.checkpoints import write_checkpoint
from access_requests.models import AccessRequest, Attachment, CannedText, UsualTime
from access_requests.workflow import Answer
from aidahub.accounts.invitations import invite
from aidahub.accounts.models import User
from aidahub.demo.preparing import INSTITUTIONS
from aidahub.outbox.queue import queue
from datasets.models import Dataset, RefusedPage
from tests import cast
from tests.cast import MIA, RequestAt, license_of, provider_of, set_policy
from tests.support.whole import attach, whole_request

TOTP_SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


@dataclass(frozen=True)
class World:
    """What there is to look at."""

    request: AccessRequest
    draft: AccessRequest


@pytest.fixture
def world(
    transactional_db: None, request_at: RequestAt, brgandi: Dataset, other: Dataset, ada: User, alva: User, per: User,
    hedda: User, rut: User, mia: User, otto: User, opal: User, sigrid: User, files_folder: Path,
) -> World:  # fmt: skip
    """Everything once, files among it; `Client` leaves a session."""
    call_command("load_forms", verbosity=0)
    call_command("import_institutions", str(INSTITUTIONS), verbosity=0)
    request = whole_request(request_at, brgandi, ada, per, hedda, rut)
    actions.add_person(request=request, by=hedda, person=MIA)
    draft = cast.draft_of(otto, brgandi)
    signed(alva, other, opal, hedda)
    flags.flag(by=hedda, reason="Asked under two names: “Å”, 😀 and a backslash \\.", email="x@elsewhere.example")
    drafts.begin(slug="own", name={"en": "Own", "sv": "Egen"}, by=hedda, copy_of="aida-member")
    invite(provider_of(brgandi, 1))
    ways_in(hedda, ada)
    of_the_admin(sigrid, hedda)
    CannedText.objects.get_or_create(slug="own", defaults={"title_en": "Own", "text_en": "Words.", "order": 9})
    RefusedPage.objects.create(path="broken.md", findings=[{"rule": "x", "weight": 0.5, "none": None}])
    UsualTime.objects.create(dataset=brgandi, days=4, measured_on=timezone.localdate())
    queue(about="code", kind="login", recipient=ada.email, subject="Your code", text="123456", secret=True)
    Client().force_login(ada)
    write_checkpoint()
    return World(AccessRequest.objects.get(pk=request.pk), draft)


def signed(alva: User, other: Dataset, opal: User, hedda: User) -> None:
    """A request that was approved, and whose agreement is there."""
    set_policy(license_of(other), agreement=True)
    request = actions.decide(request=cast.sent(alva, other), by=opal, answer=Answer.APPROVE)
    paper = attach(request, hedda, "agreement.pdf", kind=Attachment.Kind.AGREEMENT)
    request = AccessRequest.objects.get(pk=request.pk)
    actions.record_agreement(request=request, by=hedda, paper=paper, signed_on=timezone.localdate())


def ways_in(hedda: User, ada: User) -> None:
    """A second factor with its recovery codes, and an ORCID."""
    TOTP.activate(hedda, TOTP_SECRET)
    RecoveryCodes.activate(hedda)
    SocialAccount.objects.create(user=ada, provider="orcid", uid="0000-0002-1825-0097", extra_data={"name": "Ada"})


def of_the_admin(sigrid: User, hedda: User) -> None:
    """What the admin keeps: groups, permissions, its log."""
    group = Group.objects.create(name="Readers")
    group.permissions.set(Permission.objects.order_by("pk")[:2])
    hedda.groups.add(group)
    hedda.user_permissions.set(Permission.objects.order_by("pk")[2:3])
    LogEntry.objects.log_actions(sigrid.pk, [hedda], CHANGE, change_message="Hub staff.")


@pytest.fixture
def archive(transactional_db: None, request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The archive of that world, made once; nobody writes to it."""
    target = tmp_path_factory.getbasetemp() / "world.tar"
    if not target.exists():
        request.getfixturevalue("world")
        call_command("backup", str(target), stdout=io.StringIO())
    return target
