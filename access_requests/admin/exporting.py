"""The list of requests as CSV: what each row holds, for hub staff and for providers."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from django.http import HttpRequest, StreamingHttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from access_requests.csv_export import write_rows
from access_requests.models import AccessRequest, AccessRequestQuerySet, FormVersion, Participant, Submission
from access_requests.questions import Question, name_of, parse, shown, words
from access_requests.rows import Shown, with_rows
from access_requests.rows import shown as line_of
from access_requests.search_words import CHOSEN
from aidahub.accounts.models import User

from .filters import user_of

CHUNK = 100  # with people, rounds and answers some ten megabytes
Column = Callable[[AccessRequest, Shown], object]


def _columns() -> dict[str, Column]:
    """The columns that everybody gets, by their heading."""
    return {
        _("Reference"): lambda request, line: line.reference,
        _("Status"): lambda request, line: line.status,
        _("Since"): lambda request, line: line.since,
        _("Turn"): lambda request, line: line.turn,
        _("Applicant"): lambda request, line: line.applicant,
        _("Institution"): lambda request, line: line.institution,
        _("Dataset"): lambda request, line: line.dataset,
        _("DOI"): lambda request, line: request.dataset.doi,
        _("Licence"): lambda request, line: line.license,
        _("First sent"): lambda request, line: request.submitted_at,
        _("Ended"): lambda request, line: request.ended_at,
        _("Decision"): lambda request, line: request.get_outcome_display() if request.outcome else "",
    }


def _columns_of_hub(reader: User) -> dict[str, Column]:
    """What hub staff get besides; not who takes care of a request that names them."""
    named = {
        *Participant.objects.of(reader).values_list("request_id", flat=True),
        *AccessRequest.objects.filter(applicant=reader).values_list("pk", flat=True),
    }
    return {
        _("Register number"): lambda request, line: request.register_number,
        _("Taken care of by"): lambda request, line: "" if request.pk in named else request.assigned_to,
        _("Account"): lambda request, line: request.applicant.email,
        _("Last changed"): lambda request, line: request.changed_at,
    }


@require_safe
def export(request: HttpRequest, requests: AccessRequestQuerySet) -> StreamingHttpResponse:
    """These requests, in their order, each with every answer as sent last."""
    user = user_of(request)
    columns = _columns() | (_columns_of_hub(user) if user.is_hub else {})
    keys = list(requests.values_list("pk", flat=True))
    answers = _questions(requests)
    header = [*columns, *answers.values()]
    name = f"access-requests-{timezone.localdate():%Y-%m-%d}.csv"
    return write_rows(name, header, _rows(keys, list(columns.values()), list(answers)))


def _questions(requests: AccessRequestQuerySet) -> dict[str, str]:
    """The keys of all questions that these requests answer, and how the columns are headed."""
    sent = Submission.objects.filter(request__in=requests.order_by()).order_by().values("form_version")
    found: dict[str, str] = {}
    for version in FormVersion.objects.filter(pk__in=sent).order_by("pk"):
        for question in parse(version.questions):
            found[question.key] = f"{name_of(question)} ({question.key})"
    return found


def _rows(keys: list[int], columns: list[Column], answers: list[str]) -> Iterator[list[object]]:
    """Row by row; as many queries for each hundred, however many there are."""
    reading = _Reading()
    for start in range(0, len(keys), CHUNK):
        part = keys[start : start + CHUNK]
        found = with_rows(AccessRequest.objects.filter(pk__in=part)).select_related("assigned_to")
        rows = {row.pk: row for row in found.prefetch_related("submissions")}
        for row in (rows[key] for key in part if key in rows):
            line, given = line_of(row, mine=False), reading.of(row)
            yield [*(column(row, line) for column in columns), *(given.get(key, "") for key in answers)]


class _Reading:
    """How answers read. Forms are parsed once, and what was chosen is put into words once: a country takes long."""

    def __init__(self) -> None:
        # Read once, and not with each submission: its questions take more memory than all the rest of a row.
        self.forms: dict[int, list[Question]] = {}
        self.known: dict[tuple[int, str, str], str] = {}

    def of(self, request: AccessRequest) -> dict[str, str]:
        """The answers of a request as sent last, by key."""
        sent = request.last_submission
        if sent is None:
            return {}
        if sent.form_version_id not in self.forms:
            self.forms[sent.form_version_id] = FormVersion.objects.get(pk=sent.form_version_id).asked
        asked = shown(self.forms[sent.form_version_id], sent.answers)
        return {one.key: self._words(sent.form_version_id, one, sent.answers.get(one.key)) for one in asked}

    def _words(self, form: int, question: Question, answer: object) -> str:
        if question.kind not in CHOSEN:
            return words(question, answer)
        key = (form, question.key, str(answer))
        if key not in self.known:
            self.known[key] = words(question, answer)
        return self.known[key]
