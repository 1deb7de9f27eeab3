"""Parts that several letters share: facts, sentences, days."""

from __future__ import annotations

from datetime import date, timedelta

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from access_requests import comparison, questions
from access_requests.labels import PART_LABELS
from access_requests.models import Attachment
from access_requests.waiting import is_working_day
from access_requests.workflow import Part
from aidahub.outbox.wording import one_line

from .case import Case
from .letter import Section

Facts = list[tuple[str, str]]
SHORT = 120


def what(case: Case) -> Facts:
    """The dataset and the licence."""
    dataset = case.request.dataset
    name = dataset.name if dataset.name == case.dataset else f"{case.dataset} – {dataset.name}"
    return [
        (_("Dataset"), one_line(name, 300)),
        (_("DOI"), f"https://doi.org/{dataset.doi}"),
        (_("Licence"), one_line(case.request.license.name, 200)),
    ]


def who(case: Case) -> Facts:
    """The applicant, and how they are known."""
    places = [case.answer(f"applicant_{key}") for key in ("department", "institution", "country")]
    person = ", ".join(one_line(text, 200) for text in (case.name, *places) if text)
    email = case.applicant.email
    if email in case.request.applicant.verified_emails:
        email = _("%(email)s (verified)") % {"email": email}
    return [(_("Who asks"), person), (_("E-mail"), email)]


def others(case: Case) -> Facts:
    """Those whom the applicant named."""
    return [
        (label_of(Part(row.part)), one_line(", ".join(filter(None, (row.name, row.title, row.institution))), 300))
        for row in case.named
    ]


def label_of(part: Part) -> str:
    """A part as the beginning of a line."""
    label = str(PART_LABELS[part])
    return label[:1].upper() + label[1:]


def brief(case: Case) -> Facts:
    """What one must know to decide whether to look closer."""
    titles = [(_("Project"), case.answer("project_title")), (_("Purpose"), case.answer("purpose"))]
    return [*who(case), *what(case), *((label, one_line(text, 300)) for label, text in titles if text), *others(case)]


def planned_use(case: Case) -> list[Section]:
    """What the data is for, in the applicant's own words."""
    words = case.answer("planned_use")
    return [Section(_("Planned use, in the applicant's words"), words=words)] if words else []


def changes(case: Case) -> list[Section]:
    """What is different since the last sending."""
    if not case.again:
        return []
    rows = [(line.label, _changed(line)) for line in case.changes]
    return [Section(_("Changed since the last time"), rows)] if rows else [Section(_("Nothing was changed."))]


def files(case: Case) -> list[Section]:
    """The files that whoever is named attached beside the answers, by name."""
    rows = sorted(case.request.attachments.all(), key=lambda row: row.pk)
    sent = (row for row in rows if row.kind == Attachment.Kind.SENT and not (row.removed_at or row.internal))
    names = [one_line(row.name, 200) for row in sent]
    return [Section(_("Files"), words="\n".join(names))] if names else []


def _changed(line: comparison.Line) -> str:
    """An answer as it is now; what stood there before too, where that is short enough to be compared at sight."""
    now = line.answer or _("(no answer any more)")
    if line.before and len(line.before) <= SHORT:
        return _("%(now)s (before: %(before)s)") % {"now": now, "before": one_line(line.before)}
    return now


def answers(case: Case) -> list[Section]:
    """Everything that was sent, step by step."""
    titles = {"you": _("You"), "project": _("Project"), "people": _("People"), "terms": _("Terms")}
    rows: dict[str, Facts] = {step: [] for step in titles}
    for line in comparison.lines(case.submission):
        rows[line.step].append((line.label, line.answer))
    return [Section(title, rows[step]) for step, title in titles.items() if rows[step]]


def in_words(texts: list[str]) -> list[Section]:
    """Reasons as they were written."""
    return [Section(_("The reason, as it was written"), words="\n\n".join(texts))] if texts else []


def comments(case: Case) -> list[Section]:
    """The comments on answers that the applicant may read now, each under its question's name."""
    numbers = case.payload.get("comments", [])
    rows = case.request.messages.filter(number__in=numbers).select_related("text").order_by("number") if numbers else ()
    labels = {question.key: questions.name_of(question) for question in case.asked}
    said = [(labels.get(row.question, row.question), row.text.words) for row in rows]
    return [Section(_("Comments on your answers"), said)] if said else []


def listed(names: list[str]) -> str:
    """Names in a sentence."""
    clipped = [one_line(name, 80) for name in names]
    return ", ".join(clipped)


def day(moment: date) -> str:
    """A day written out, with its weekday."""
    return date_format(moment, "l j F Y")


def in_working_days(number: int, since: date | None = None) -> date:
    """The day after so many working days from a day (today in Stockholm)."""
    found = since or timezone.localdate()
    while number > 0:
        found += timedelta(days=1)
        number -= is_working_day(found)
    return found
