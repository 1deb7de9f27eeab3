"""The answers on paper: every sending whole, and what it changed in the one before."""

from __future__ import annotations

from django.utils.translation import gettext as _

from access_requests import comparison
from access_requests.kinds import Kind
from access_requests.models import AccessRequest, Submission
from access_requests.questions import Question

from .shape import Item, Mark, Row, Section, moment, row

# Answers by which people can be reached. Postal addresses are long texts, told by the browser's word or the key.
CONTACTS = frozenset({Kind.EMAIL, Kind.PHONE, Kind.PERSON})
NAMES = frozenset({Kind.PERSON, Kind.ORCID})
# Answers in people's own words: what is withheld of them must not be read elsewhere.
IN_OWN_WORDS = frozenset({Kind.SHORT_TEXT, Kind.LONG_TEXT, Kind.EMAIL, Kind.PHONE, Kind.URL, Kind.ORCID, Kind.PERSON})


def answers(request: AccessRequest) -> Section:
    """Every sending in its order."""
    sent: list[Submission] = sorted(request.submissions.all(), key=lambda submission: submission.number)
    pairs = zip([None, *sent], sent, strict=False)
    return Section("answers", _("Answers"), tuple(_sending(now, before) for before, now in pairs))


def _sending(sent: Submission, before: Submission | None) -> Item:
    asked = {question.key: question for question in sent.form_version.asked}
    found = []
    for line in comparison.lines(sent, before):
        found.append(_answer(line.label, line.answer or _("(no answer any more)"), line.key, asked))
        if line.changed:
            found.append(_answer(_("Before that"), line.before or _("(no answer)"), line.key, asked))
    title = _("Sending %(number)s, %(moment)s") % {"number": sent.number, "moment": moment(sent.sent_at)}
    return Item(title, (*found, *_frame(sent)))


def _answer(label: str, text: str, key: str, asked: dict[str, Question]) -> Row:
    question = asked.get(key)
    marks = [f"answer-{key}"]
    if question is None or is_contact(question):
        marks.append(Mark.CONTACT)
    if question is None or is_name(question):
        marks.append(Mark.NAMES)
    own_words = question is None or question.kind in IN_OWN_WORDS
    return row(label, text, *marks, literal=own_words)


def is_contact(question: Question) -> bool:
    """Whether an answer says where somebody can be reached."""
    return question.kind in CONTACTS or "address" in question.key or "address" in question.autocomplete


def is_name(question: Question) -> bool:
    """Whether an answer says who somebody is: a name, an ORCID, a page about them."""
    return question.kind in NAMES or question.key.endswith(("_name", "_profile"))


def _frame(sent: Submission) -> tuple[Row, ...]:
    """What else belongs to a sending: form, licence text, and the digest by which the record names the answers."""
    form = _("%(form)s, version %(number)s")
    text = sent.license_text
    return (
        row(_("Form"), form % {"form": sent.form_version.form, "number": sent.form_version.number}),
        row(_("Licence text"), _("number %(number)s") % {"number": text.number}),
        row(_("Version of the dataset"), sent.dataset_version),
        row(_("Digest of the answers in the record"), sent.digest),
    )
