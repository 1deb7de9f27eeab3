"""What sending a request does: checks the answers, freezes them, names the people, accepts, grants.

Called by `actions` with a locked request, inside its transaction.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from aidahub.accounts.models import User
from datasets.models import LicenseText

from . import questions
from .at_hand import added
from .builtin import questions_of
from .conditions import entitled, people_now
from .events import canonical, digest_of
from .kinds import Kind, Sentence
from .models import AccessRequest, Attachment, Grant, LicenseAcceptance, Participant, Submission
from .people import ASKED_FOR, PREFIX, Named, naming, naming_nobody, participants_in, recipient_key
from .policies import policy_of
from .questions import Question
from .rules import Denied, Incomplete
from .search_words import readings, words_of
from .workflow import OPEN, GrantEnd, Part, Status, Verb

ONLY_ONE = gettext_lazy(
    "You already have an open request for this dataset under this licence with the same recipient scientist. "
    "Continue with that one; you find it under My requests."
)
ANOTHER_OPEN = gettext_lazy(
    "The applicant has another open request for this dataset under this licence by now. Go on with that one."
)
# What the account keeps of the answers, so that the next form does not ask again: field of the account -> question.
KNOWN = {
    "name": "applicant_name",
    "institution": "applicant_institution",
    "department": "applicant_department",
    "postal_address": "applicant_address",
    "country": "applicant_country",
}
# The keys of the questions that the account can answer (`known_of`).
FILLED_IN = frozenset({*KNOWN.values(), "applicant_email", "recipient_profile"})


def known_of(user: User) -> dict[str, str]:
    """What the account can answer, by the key of the question."""
    known = {key: str(getattr(user, field)) for field, key in KNOWN.items()}
    known["applicant_email"] = user.email if user.email in user.verified_emails else ""
    known["recipient_profile"] = f"https://orcid.org/{user.orcid}" if user.orcid else ""
    return {key: value for key, value in known.items() if value}


def remember(user: User, answers: Mapping[str, Any]) -> None:
    """Fill in what the account did not know yet; what it knows is changed on the profile page only."""
    new = {field: answers[key] for field, key in KNOWN.items() if answers.get(key) and not getattr(user, field)}
    if new:
        User.objects.filter(pk=user.pk).update(**new)


def checked_answers(request: AccessRequest) -> dict[str, Any]:
    """The draft's answers without those that are not asked.

    Raises:
        Incomplete: when something is missing or wrong.
    """
    asked = questions_of(request)
    answers = questions.clean_answers(asked, request.draft)
    problems = questions.check_complete(asked, answers, emails=request.applicant.verified_emails)
    problems.update(_files_gone(request, asked, answers))
    if request.draft_license_text_id is None:
        problems["accept_license"] = _("Please read the licence and accept it.")
    elif request.draft_license_text_id not in {text.pk for text in request.license.texts_as_good}:
        problems["accept_license"] = _("The licence has changed. Please read and accept it again.")
    if problems:
        raise Incomplete(_("Something is still missing. Your draft is saved."), problems)
    return answers


def _files_gone(request: AccessRequest, asked: Sequence[Question], answers: Mapping[str, Any]) -> dict[str, Sentence]:
    """By question, that a file of its answer is not this request's, or not there any more."""
    named = {each.key: answers[each.key] for each in asked if each.kind is Kind.FILE and each.key in answers}
    if not named:
        return {}
    rows = request.attachments.filter(kind=Attachment.Kind.ANSWER, removed_at=None, redacted_at=None)
    here = {(row.question, str(row.public_id)) for row in rows}
    gone = [key for key, ids in named.items() if any((key, each) not in here for each in ids)]
    return dict.fromkeys(gone, _("One of these files is not here any more. Please attach it again."))


def people_of(request: AccessRequest, answers: Mapping[str, Any]) -> list[Named]:
    """The people whom the answers name, the applicant first, and those in parts for which the form does not ask."""
    asked = {question.key for question in questions_of(request)}
    beside = [part for part in ASKED_FOR if f"{PREFIX[part]}_same" not in asked]
    rows = request.participants.filter(removed_at=None, part__in=beside).order_by("number")
    others = [Named(Part(row.part), row.name, row.title, row.email, row.institution) for row in rows]
    return [*participants_in(answers, applicant_email=request.applicant.email), *others]


def write_into_draft(request: AccessRequest, part: Part, person: Participant | None) -> None:
    """Let the answers being written name whom hub staff named, so that sending again keeps them; the caller saves it.

    Args:
        person: who has the part now; none where nobody of their own has.
    """
    if f"{PREFIX.get(part)}_same" not in {question.key for question in questions_of(request)}:
        return
    if person is None:
        request.draft = naming_nobody(request.draft, part)
    else:
        named = Named(part, person.name, person.title, person.email, person.institution)
        request.draft = naming(request.draft, named)


def check_only_one(request: AccessRequest, people: list[Named]) -> None:
    """Refuse a second open request for the same thing. The database refuses it, too, when two are sent at once.

    Raises:
        Denied: when there is one.
    """
    request.recipient_key = recipient_key(people)
    same = AccessRequest.objects.filter(
        applicant=request.applicant,
        recipient_key=request.recipient_key,
        dataset=request.dataset,
        license=request.license,
        status__in=OPEN,
    )
    if same.exclude(pk=request.pk).exists():
        raise Denied(ONLY_ONE)


def add_submission(request: AccessRequest, answers: dict[str, Any]) -> tuple[Submission, list[str]]:
    """Freeze the answers as the next submission; also return the keys that changed since the one before."""
    last = request.last_submission
    salt = secrets.token_hex(16)
    text = next((each for each in request.license.texts_as_good if each.pk == request.draft_license_text_id), None)
    if text is None:  # checked_answers has refused it before
        raise Denied(_("Please read the licence and accept it."))
    submission = Submission.objects.create(
        request=request,
        number=last.number + 1 if last else 1,
        form_version=request.form_version,
        license_text=text,
        answers=answers,
        dataset_version=request.dataset.version,
        salt=salt,
        digest=digest_of(salt, canonical(answers)),
    )
    added(request, "submissions", [submission])
    before = last.answers if last else answers
    changed = sorted(key for key in {*before, *answers} if before.get(key) != answers.get(key))
    return submission, changed


def payload_of(submission: Submission, changed: Sequence[str]) -> dict[str, Any]:
    """What the event of a sending holds: the digest of its answers, and which files lay with the request.

    Answers name files by their public ids, and `digest` covers no more of them. So the event, which is a link of the
    chain, holds for each file its id, size and SHA-256, and its name as SHA-256(the submission's salt + name): with
    the rows of the files this proves name and content (`events.verify`), and no name stands in the chain. Files that
    are no answer are held, too, since those of a draft have no event of their own; internal ones came with theirs.
    """
    rows = submission.request.attachments.all()
    files = (row for row in rows if not (row.internal or row.removed_at or row.redacted_at))
    held = [
        {
            "file": str(row.public_id),
            "sha256": row.sha256,
            "size": row.size,
            "name": digest_of(submission.salt, row.name.encode()),
        }
        for row in files
    ]
    payload = {"submission": submission.number, "digest": submission.digest, "changed": list(changed)}
    return {**payload, "files": held} if held else payload


def name_people(request: AccessRequest, people: list[Named]) -> None:
    """Make the participants those whom the answers name: whoever is no longer named is removed, not deleted.

    Members stand beside the answers and stay as they are.
    """
    rows = list(request.participants.all())
    here = [row for row in rows if row.removed_at is None]
    number = max((row.number for row in rows), default=0)
    staying, new, now = set(), [], timezone.now()
    for person in people:
        row = next((each for each in here if _is_named(each, person)), None)
        if row is None:
            number += 1
            new.append(Participant(request=request, number=number, part=person.part, **_details(request, person)))
        else:
            staying.add(row.pk)
            _write(row, _details(request, person))
    gone = [row for row in here if row.part != Part.MEMBER and row.pk not in staying]
    for row in gone:
        row.removed_at = now
    if gone:
        Participant.objects.filter(pk__in=[row.pk for row in gone]).update(removed_at=now)
    added(request, "participants", Participant.objects.bulk_create(new))


def _is_named(row: Participant, person: Named) -> bool:
    """Whether they are the same person; the applicant is also when the address is another one now."""
    return row.part == person.part and (row.part == Part.APPLICANT or row.email == person.email)


def _details(request: AccessRequest, person: Named) -> dict[str, Any]:
    user = {"user": request.applicant} if person.part == Part.APPLICANT else {}
    return {
        "name": person.name,
        "title": person.title,
        "email": person.email,
        "institution": person.institution,
        **user,
    }


def _write(row: Participant, details: Mapping[str, Any]) -> None:
    new = {name: value for name, value in details.items() if getattr(row, name) != value}
    for name, value in new.items():
        setattr(row, name, value)
    if new:
        row.save(update_fields=list(new))


def accept(
    request: AccessRequest, participant: Participant, *, by: User, text: LicenseText, paper: Attachment | None = None
) -> bool:
    """Record that somebody named in a locked request accepted a text, once; whether it is new."""
    if LicenseAcceptance.objects.filter(participant=participant, license_text=text).exists():
        return False
    LicenseAcceptance.objects.create(request=request, participant=participant, license_text=text, by=by, paper=paper)
    return True


def applicant_in(request: AccessRequest) -> Participant:
    """The applicant as a sent request names them."""
    return next(person for person in people_now(request) if person.part == Part.APPLICANT)


def grant_all(request: AccessRequest) -> list[Grant]:
    """Open access for everybody who may have it and has none; the first day is today in Stockholm.

    Nobody gets access whose institution it was granted for is theirs no more, unless that was taken back, and nobody
    after the last day.
    """
    starts = timezone.localdate()
    ends = _last_day(request, starts)
    if ends and ends < starts:
        return []
    left = Q(end_reason=GrantEnd.LEFT) & ~Q(participant__number__in=_back_again(request))
    settled = Grant.objects.filter(request=request).filter(Q(ended_at=None) | left)
    keys = set(settled.values_list("participant_id", flat=True))
    return [
        Grant.objects.create(
            request=request,
            participant=person,
            acceptance=acceptance,
            institution=person.institution or applicant_in(request).institution,
            starts=starts,
            ends=ends,
        )
        for person, acceptance in entitled(request)
        if person.pk not in keys
    ]


def _back_again(request: AccessRequest) -> set[int]:
    """The numbers of those with whose leaving all access ended, where hub staff took the request up again after that.

    It was a mistake, or is to be decided anew. Whoever left before or leaves again has left.
    """
    back: set[int] = set()
    last: set[int] = set()
    for event in request.events.filter(verb__in=(Verb.LEAVE, Verb.REOPEN)).order_by("number"):
        if event.verb == Verb.REOPEN:
            back |= last
        people = set(event.payload.get("ended", ()))
        back -= people
        last = people if event.payload.get("status") == Status.EXPIRED else set()
    return back


def _last_day(request: AccessRequest, starts: date) -> date | None:
    """The last day of access that opens now: the policy's, or, where it is open already, the one that was agreed.

    That is the day of the grants in force; where none is left (everybody was replaced), that of the last to end.
    """
    if request.status == Status.GRANTED:
        last = Grant.objects.filter(request=request).decisive()
        if last is not None:
            return last.ends
    days = policy_of(request.license).days
    return starts + timedelta(days=days - 1) if days else None


def index_words(request: AccessRequest) -> None:
    """Make the text by which lists find a request; the caller saves it."""
    dataset = request.dataset
    texts: list[object] = [request.reference, dataset.doi, dataset.name, dataset.short_name, request.register_number]
    for person in people_now(request):
        texts += [person.name, person.email, person.institution]
    answers = []
    for sent in request.submissions.all():
        asked = sent.form_version.asked
        texts += readings(asked, sent.answers)
        answers.append(questions.without_files(asked, sent.answers))
    request.search_text = words_of(texts, answers)
