"""What lies on somebody's desk: what waits for them first, then what they should know of."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from django.conf import settings
from django.db.models import QuerySet
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from access_requests import desk
from access_requests.awaited import Task, is_hubs_turn, task_of_hub
from access_requests.models import AccessRequest, AccessRequestQuerySet
from access_requests.rows import Shown, shown, turn_of, with_rows
from access_requests.waiting import working_days_since
from aidahub.accounts.models import User
from aidahub.outbox.models import Mail
from datasets.models import Dataset, DatasetProvider, LicenseText, Provider, RefusedPage
from datasets.register.findings import Finding

from . import desk_of_access
from .rows_of_desk import SHOWN, Row, Section, Sentence, cut

REQUESTS = "access_requests_accessrequest_changelist"
DATASET = "datasets_dataset_change"
FINDINGS = "datasets_dataset_findings"
PROVIDER = "datasets_provider_change"


def sections_for(user: User) -> list[Section]:
    """The heaps on a person's desk; what waits for them is the first and always there, others only with rows."""
    first = _waiting(user)
    others = (
        [
            desk_of_access.undelivered,
            desk_of_access.open_ways,
            _late,
            desk_of_access.ending,
            desk_of_access.copies,
            _failed_mails,
            _findings,
            _without_email,
            _confirmations,
        ]
        if user.is_hub
        else [_decided]
    )
    return [first, *(section for make in others if (section := make(user)).rows)]


WAITING_TEXTS = f"change__exact={LicenseText.Change.WAITING}"


def link_to(view: str, *args: object, query: str = "") -> str:
    """The address of a page of the admin; empty where there is no such page."""
    try:
        return reverse(f"admin:{view}", args=args) + (f"?{query}" if query else "")
    except NoReverseMatch:
        return ""


WHY: dict[Task, Sentence] = {
    Task.CHECK: gettext_lazy("To be checked and forwarded"),
    Task.REPLACE: gettext_lazy("Somebody who is needed declined; name somebody else"),
    Task.DECIDE: gettext_lazy("To be decided"),
    Task.REACH: gettext_lazy(
        "The deciders who have not voted cannot be reached, or are no longer named on the page: excuse them or record "
        "their answer"
    ),
    Task.CONFIRM: gettext_lazy("The votes are in; to be confirmed"),
    Task.SIGN: gettext_lazy("Only the signed agreement is missing; to be recorded"),
    Task.DELIVER: gettext_lazy("To be handed over"),
}


def _why(request: AccessRequest) -> Sentence:
    """Why a request waits for somebody: whoever does not have the hub's turn is asked for a vote."""
    return WHY[task_of_hub(request) if is_hubs_turn(request) else Task.DECIDE]


def request_row(request: AccessRequest, line: Shown, why: Sentence) -> Row:
    """A request as a row: who asks for what, since when, and why it stands there."""
    who = f"{line.applicant}, {line.institution}" if line.institution else line.applicant
    title = _("%(who)s asks for %(dataset)s") % {"who": who, "dataset": line.dataset}
    return Row(title, line.url, f"{line.reference} · {line.license}", line.since, why)


def _lines(requests: AccessRequestQuerySet, why: Callable[[AccessRequest], Sentence]) -> list[Row]:
    return [request_row(row, shown(row, mine=False), why(row)) for row in with_rows(requests)]


def _waiting(user: User) -> Section:
    """What waits for a decision or a check; data to be handed over is a heap of its own."""
    rows = _lines(desk.longest_waiting_for(user, SHOWN + 1), _why)
    more = link_to(REQUESTS, query="turn=me")
    empty = _("Nothing is to be checked, decided or confirmed by you.") if user.is_hub else _("Nothing waits for you.")
    return cut("waiting", _("Waiting for you"), rows, more, empty)


def _decided(user: User) -> Section:
    rows = _lines(desk.decided_lately(user)[: SHOWN + 1], lambda request: shown(request, mine=False).status)
    return cut("decided", _("Decided lately"), rows, link_to(REQUESTS))


def _late(user: User) -> Section:
    """Open requests that have waited for somebody else longer than anybody should."""
    late = [
        row for row in with_rows(desk.longest_waiting_for_others(user, 5 * SHOWN))
        if working_days_since(row.status_since) >= settings.ESCALATE_AFTER
    ]  # fmt: skip
    rows = [
        request_row(row, shown(row, mine=False), _("Turn: %(who)s") % {"who": turn_of(row)})
        for row in late[: SHOWN + 1]
    ]
    return cut(
        "late",
        _("Waiting for others too long"),
        rows,
        link_to(REQUESTS, query="turn=others&o=6"),
    )


def _failed_mails(user: User) -> Section:
    mails = desk.mails_for(user).filter(status=Mail.Status.FAILED).order_by("-created_at")
    rows = [
        Row(
            mail.subject,
            link_to("outbox_mail_change", mail.pk),
            mail.recipient,
            mail.created_at,
            mail.last_error[:120],
        )
        for mail in mails[: SHOWN + 1]
    ]
    more = link_to("outbox_mail_changelist", query="status__exact=failed")
    return cut("mails", _("Mails that could not be sent"), rows, more)


def _findings(user: User) -> Section:
    """Pages of the register with something to mend: those that were refused first."""
    rows = [
        Row(page.path, link_to(FINDINGS), _("Refused: nothing of it was read"), page.refused_at, _first(page.findings))
        for page in RefusedPage.objects.order_by("-refused_at", "path")[: SHOWN + 1]
    ]
    datasets = Dataset.objects.filter(retired_at=None).exclude(findings=[])
    for dataset in datasets.only("doi", "name", "short_name", "findings")[: SHOWN + 1]:
        number = len(dataset.findings)
        detail = ngettext("%(number)s finding", "%(number)s findings", number) % {"number": number}
        url = link_to(DATASET, dataset.pk) or dataset.get_absolute_url()
        rows.append(Row(dataset.display_name, url, detail, None, _first(dataset.findings)))
    return Section("findings", _("Findings in the register"), "", rows[:SHOWN], link_to(FINDINGS) if rows else "")


def _first(findings: list[dict[str, Any]]) -> str:
    return Finding.from_dict(findings[0]).message if findings else ""


def named_today() -> QuerySet[DatasetProvider]:
    rows = DatasetProvider.objects.filter(retired_at=None, dataset__retired_at=None)
    return rows.select_related("provider", "dataset").order_by("provider__name", "dataset__name")


def _without_email(user: User) -> Section:
    """Deciders to whom no mail can be written."""
    found = named_today().filter(part=DatasetProvider.Part.DECIDER, provider__email="")[: SHOWN + 1]
    why = _("Has no valid e-mail address")
    rows = [Row(row.name, link_to(PROVIDER, row.provider_id), str(row.dataset), why=why) for row in found]
    return cut("no-email", _("Providers who cannot be reached"), rows, link_to("datasets_provider_changelist"))


def _confirmations(user: User) -> Section:
    """What an import brought and hub staff must accept."""
    rows = [*_new_providers(), *_new_addresses(), *_new_texts()]
    return cut("confirm", _("To be confirmed after an import"), rows, "")


def _new_providers() -> Iterator[Row]:
    why = _("May they see earlier requests, too?")
    for row in named_today().filter(confirmed=False):
        yield Row(row.name, link_to(DATASET, row.dataset_id), str(row.dataset), row.added_at, why)


def _new_addresses() -> Iterator[Row]:
    why = _("Is this new address theirs?")
    for provider in Provider.objects.exclude(pending_email="", pending_identifier=""):
        new = provider.pending_email or provider.pending_identifier
        yield Row(provider.name, link_to(PROVIDER, provider.pk), new, why=why)


def _new_texts() -> Iterator[Row]:
    why = _("A new text: other terms, or mended words?")
    waiting = LicenseText.objects.filter(change=LicenseText.Change.WAITING).select_related("license__dataset")
    for text in waiting.defer("html", "text"):
        yield Row(
            str(text.license), link_to("datasets_licensetext_changelist", query=WAITING_TEXTS), "", text.created_at, why
        )
