"""More heaps on the desk of hub staff: who fell silent, who declined, whom no mail reaches."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.db.models import OuterRef, Subquery
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from access_requests import desk
from access_requests.labels import PART_LABELS
from access_requests.models import AccessRequest, Participant
from access_requests.rows import page_url, shown, with_rows
from access_requests.workflow import RUNNING, Part, Status
from aidahub.accounts.models import User
from aidahub.outbox.models import Mail
from datasets.models import DatasetProvider

from .desk import PROVIDER, link_to, named_today, request_row
from .rows_of_desk import SHOWN, Row, Section, cut

SILENT = (Status.RETURNED, Status.APPROVED)


def heaps_of_hub(user: User) -> list[Section]:
    """The heaps that have something in them; none for anybody but hub staff."""
    if not user.is_hub:
        return []
    return [heap for heap in (_silent(user), _declined(user), _bounced()) if heap.rows]


def _silent(user: User) -> Section:
    """Requests in which whoever has the turn has not been heard of for long: to be closed? Each row closes one."""
    since = timezone.now() - timedelta(days=settings.CLOSE_AFTER)
    # A request changes with its status or after: those whose status is old are found by an index.
    silent = desk.requests_for(user).filter(status__in=SILENT, status_since__lt=since, changed_at__lt=since)
    first = silent.order_by("changed_at", "pk").values("pk")[: SHOWN + 1]
    found = AccessRequest.objects.filter(pk__in=first).order_by("changed_at", "pk")
    rows = []
    for request in with_rows(found):
        row = request_row(request, shown(request, mine=False), _("Nothing happened for long. Close it?"))
        url = reverse("admin:access_requests_accessrequest_step", args=(request.reference, "close"))
        rows.append(Row(row.title, url, row.detail, request.changed_at, row.why))
    return cut("silent", _("Silent for long: close?"), rows, "")


def _declined(user: User) -> Section:
    """People who say that they have nothing to do with a request that names them and is open, or has given access."""
    # Those who declined are few, and are found first: an index holds no others.
    declined = Participant.objects.filter(declined_at__isnull=False, removed_at=None).values("pk")
    people = Participant.objects.filter(pk__in=declined, request__status__in=sorted(RUNNING))
    people = people.select_related("request__dataset")
    rows = [
        Row(
            _("%(name)s declined to be %(part)s") % {"name": person.name, "part": PART_LABELS[Part(person.part)]},
            page_url(person.request.reference),
            f"{person.request.reference} · {person.request.dataset.display_name}",
            person.declined_at,
            _("Replace or remove them, or ask the applicant"),
        )
        for person in people.order_by("declined_at", "pk")[: SHOWN + 1]
    ]
    return cut("declined", _("People who declined their part"), rows, "")


def _bounced() -> Section:
    """Deciders whose address refused the last mail to it for good."""
    last = Mail.objects.filter(recipient=OuterRef("provider__email")).order_by("-created_at", "-pk")
    # Addresses to which any mail failed are few, and are found first.
    failed = Mail.objects.filter(status=Mail.Status.FAILED).order_by().values("recipient")
    found = named_today().filter(part=DatasetProvider.Part.DECIDER, provider__email__in=failed)
    found = found.exclude(provider__email="")
    refused = found.annotate(
        last_status=Subquery(last.values("status")[:1]),
        last_at=Subquery(last.values("created_at")[:1]),
        last_error=Subquery(last.values("last_error")[:1]),
    ).filter(last_status=Mail.Status.FAILED)
    rows = [
        Row(row.name, link_to(PROVIDER, row.provider_id), f"{row.provider.email} · {row.dataset}",
            getattr(row, "last_at", None), str(getattr(row, "last_error", ""))[:120])
        for row in refused[: SHOWN + 1]
    ]  # fmt: skip
    return cut("bounced", _("Providers whose address refuses mail"), rows, link_to("datasets_provider_changelist"))
