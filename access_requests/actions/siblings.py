"""The applicant's verbs with several drafts at once: ask for one more dataset, send all of them together.

Each is a request of its own, with its own reference, receipt, providers and decision; until they are sent they share
their answers (`asking.save_answers`).
"""

from __future__ import annotations

from uuid import uuid4

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from access_requests import kinds, siblings
from access_requests.models import AccessRequest
from access_requests.rules import AlreadySent, Denied, check_may
from access_requests.workflow import Status, Verb
from aidahub.accounts.models import User
from datasets.models import License

from .asking import start, submit
from .members import copy_members


def add_sibling(*, request: AccessRequest, by: User, license: License) -> AccessRequest:
    """Ask for one more dataset together with a draft: another draft, with its members and shared answers.

    A draft that the person has under this licence already joins with what stands in it; only what is empty is filled.

    Returns:
        That other draft.
    """
    _check_room(request, by, license)
    had_one = AccessRequest.objects.filter(applicant=by, license=license, status=Status.DRAFT).exists()
    other = start(license=license, by=by)
    with transaction.atomic():
        rows = AccessRequest.objects.select_related("form_version").filter(pk__in=(request.pk, other.pk))
        found = {row.pk: row for row in rows.select_for_update(of=("self",)).order_by("pk")}
        if len(found) < 2:
            raise AccessRequest.DoesNotExist
        return _join(found[request.pk], found[other.pk], by, keep=had_one)


def _check_room(request: AccessRequest, by: User, license: License) -> None:
    check_may(by, Verb.SAVE, request)
    if request.status != Status.DRAFT:
        raise Denied(_("This request has been sent already. Ask for the other dataset on its own page."))
    if license.pk == request.license_id:
        raise Denied(_("This draft asks for that dataset already."))
    if siblings.drafts_with(request).count() >= siblings.MOST:
        raise Denied(_("At most %(number)s requests can be sent together.") % {"number": siblings.MOST})


def _join(request: AccessRequest, other: AccessRequest, by: User, *, keep: bool) -> AccessRequest:
    """Put two locked drafts together; `keep`: what stands in the other one stays."""
    check_may(by, Verb.SAVE, request)
    if {request.status, other.status} != {Status.DRAFT}:
        raise Denied(_("This request has been sent already. Ask for the other dataset on its own page."))
    if request.siblings_key is None:
        request.siblings_key = uuid4()
        request.save(update_fields=["siblings_key"])
    answers = siblings.shared_answers(other, request.draft)
    own = {key: value for key, value in other.draft.items() if not kinds.is_empty(value)} if keep else {}
    other.siblings_key, other.changed_at = request.siblings_key, timezone.now()
    other.draft = {**other.draft, **answers, **own}
    other.save(update_fields=["siblings_key", "draft", "changed_at"])
    copy_members(request, other)
    return other


@transaction.atomic
def submit_together(*, request: AccessRequest, by: User) -> list[AccessRequest]:
    """Send a draft and all that are asked for together with it: all of them, or none.

    Raises:
        AlreadySent: on the second click; the first one counts.
        Denied: when one of them cannot be sent; the sentence names each that cannot, and why.
    """
    own, others = siblings.locked_with_siblings(request)
    if own.applicant_id == by.pk and own.status != Status.DRAFT:
        raise AlreadySent(_("These requests have been sent already."))
    check_may(by, Verb.SUBMIT, own)
    sent, refused = [], []
    for draft in sorted([own, *others], key=lambda row: row.pk):
        try:
            sent.append(submit(request=draft, by=by))
        except Denied as denied:
            refused.append(f"{draft.dataset.display_name}: {denied}")
    if refused:
        raise Denied(_("Nothing was sent. %(why)s") % {"why": " ".join(refused)})
    return sent
