"""One request with everything in it, each text a word that stands nowhere else."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from access_requests import actions
from access_requests.actions.access import HandedOver
from access_requests.filing import attach_upload, redact_stored
from access_requests.models import AccessRequest
from access_requests.workflow import Answer, Status
from aidahub.accounts.models import User
from datasets.models import Dataset
from tests.cast import RequestAt, confirm, fill, license_of, provider_of, set_policy
from tests.support.files import a_file, pdf

LINK, SECRET, WAY = "https://data.example/linkword", "secretword", "wayword"
INNER = ("noteword", "commentword", "evidenceword", "votereasonword", "internalname", "Per Provider")
HUB_ONLY = ("evidenceword",)
NEVER = ("linkword", SECRET, WAY)
PLANTED = ("returnword", "oldplanword", "newplanword", "messageword", "answerword", "confirmword", "ethicsname")


def whole_request(
    request_at: RequestAt, brgandi: Dataset, ada: User, per: User, hedda: User, rut: User
) -> AccessRequest:
    """Sent, sent back, sent again, talked about, voted on by mail, confirmed, delivered; files of every sort."""
    set_policy(license_of(brgandi), confirm=True)
    request = request_at(Status.DRAFT)
    fill(request, planned_use="oldplanword")
    request = actions.submit(request=request, by=ada)
    request = actions.send_back(request=request, by=per, reason="returnword")
    fill(request, planned_use="newplanword, written with Per Provider; mail me at ada.berg@uu.example or 070-123 45 67")
    request = actions.submit(request=request, by=ada)
    actions.comment(request=request, by=per, question="project_title", text="commentword")
    actions.note(request=request, by=per, text="noteword")
    actions.write(request=request, by=ada, text="messageword, says Ada Berg")
    actions.write(request=request, by=hedda, text="answerword")
    attach(request, ada, "ethicsname.pdf")
    attach(request, hedda, "internalname.pdf", internal=True)
    gone = attach(request, ada, "gonename.pdf")
    redact_stored(request=request, by=hedda, file=gone, reason="A patient is named in it.")
    vote: dict[str, Any] = {"answer": Answer.APPROVE, "reason": "votereasonword", "evidence": "evidenceword"}
    request = actions.decide(request=request, by=hedda, provider=provider_of(brgandi, 2), **vote)
    request = actions.confirm(request=request, by=hedda, answer=Answer.APPROVE, reason="confirmword")
    request = confirm(request, rut)
    handed = HandedOver(link=LINK, secret=SECRET, how=WAY, valid_until=timezone.localdate())
    request = actions.deliver(request=request, by=hedda, what=handed)
    return actions.register(request=request, by=hedda, number="LiU-2026-01234")


def attach(request: AccessRequest, by: User, name: str, **fields: Any) -> Any:
    """Attach a PDF of this name; its text is the name."""
    return attach_upload(request=request, by=by, file=a_file(pdf(name.encode()), name), **fields)
