"""What is said in a request, as one reader sees it: messages, internal notes, comments on answers.

Messages are for everybody who sees the request. Internal notes, and comments that were not released yet, are for
deciders and hub staff; whoever is named in the request reads neither, whatever else they are.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from allauth.account.models import EmailAddress
from django.conf import settings
from django.utils.translation import gettext as _

from aidahub.accounts.models import User

from .comparison import Line
from .models import AccessRequest, AnyUser, Decider, Message, Submission
from .refusals import Denied
from .workflow import CONFLICTED, Part, Status, Verb

Kind, Voice = Message.Kind, Message.Voice
SAYING = frozenset({Verb.MESSAGE, Verb.NOTE, Verb.COMMENT})


@dataclass(frozen=True)
class Said:
    """One thing that was said, as its reader sees it: by whom, when, the words (or that they were removed)."""

    number: int
    who: str
    at: datetime
    words: str
    removed: bool
    question: str = ""
    released_at: datetime | None = None

    @property
    def anchor(self) -> str:
        """Its place on the page."""
        return f"message-{self.number}"


@dataclass(frozen=True)
class Talk:
    """All that one reader may read, the oldest first."""

    messages: list[Said] = field(default_factory=list)
    notes: list[Said] = field(default_factory=list)
    comments: list[Said] = field(default_factory=list)

    def about(self, submission: Submission, following: Submission | None = None) -> list[Said]:
        """The comments on the answers of one sending, of which `following` is the next."""
        return [
            one
            for one in self.comments
            if one.at >= submission.sent_at and (following is None or one.at < following.sent_at)
        ]


def reads_notes(user: AnyUser, request: AccessRequest, parts: Collection[Part]) -> bool:
    """Whether somebody with these parts reads and writes internal notes and comments: deciders and hub staff.

    A decider who was excused (a conflict of interest, for one) does not, unless they are asked again in a later round.
    """
    if not isinstance(user, User) or CONFLICTED & set(parts):
        return False
    return Part.HUB in parts or (Part.DECIDER in parts and not was_excused(user, request))


def sees_inside(parts: Collection[Part]) -> bool:
    """Whether these parts see votes and names: a provider or hub staff, unless named in the request."""
    return bool({Part.PROVIDER, Part.DECIDER, Part.HUB} & set(parts)) and not CONFLICTED & set(parts)


def sees_internal_files(request: AccessRequest, user: AnyUser, parts: Collection[Part]) -> bool:
    """Whether somebody sees files for hub staff and providers only: those two, but nobody excused."""
    if not isinstance(user, User) or not sees_inside(parts):
        return False
    return Part.HUB in parts or not was_excused(user, request)


def check_reads_notes(user: User, request: AccessRequest, parts: Collection[Part]) -> None:
    """Refuse whoever could not read what they write.

    Raises:
        Denied: for a decider who was excused.
    """
    if not reads_notes(user, request, parts):
        raise Denied(_("You were excused from this request, so you do not read or write notes in it."))


def was_excused(user: User, request: AccessRequest) -> bool:
    """Whether all by whom somebody votes were excused in the last round in which they were asked."""
    own = Decider.objects.filter(round__request=request, provider__in=user.provider_ids)
    rows = list(own.values_list("round__number", "excused_at"))
    last = max((number for number, _excused in rows), default=0)
    return bool(rows) and all(excused for number, excused in rows if number == last)


def talk_of(request: AccessRequest, viewer: AnyUser, parts: Collection[Part]) -> Talk:
    """What was said in a request, for one viewer who sees it; in one query, rarely two, where anything was.

    Args:
        request: with its participants and events fetched.
        parts: what the viewer is to the request.
    """
    if not any(event.verb in SAYING for event in request.events.all()):
        return Talk()
    rows = list(request.messages.select_related("text", "by").order_by("number"))
    inside = any(row.kind != Kind.MESSAGE for row in rows) and reads_notes(viewer, request, parts)
    seen = [row for row in rows if row.kind == Kind.MESSAGE or inside or row.released_at]
    names = names_of_writers(request, seen)
    inner = CONFLICTED.isdisjoint(parts)
    said: dict[str, list[Said]] = {kind: [] for kind in Kind}
    for row in seen:
        who = _("You") if row.by_id == viewer.pk else signature(row, names, inner=inner)
        words = row.text.words
        removed = row.text.erased_at is not None
        said[row.kind].append(Said(row.number, who, row.at, words, removed, row.question, row.released_at))
    return Talk(said[Kind.MESSAGE], said[Kind.NOTE], said[Kind.COMMENT])


def signature(message: Message, names: Mapping[int, str], *, inner: bool) -> str:
    """Who said something: the named by their names, the reviewers by their side, with the name for each other."""
    if message.voice == Voice.PARTICIPANT:
        return names.get(message.by_id, "") or _("Somebody who was named in the request")
    side = settings.HUB_NAME if message.voice == Voice.HUB else _("The dataset's providers")
    return f"{message.by.get_full_name()} ({side})" if inner else side


def names_of_writers(request: AccessRequest, messages: Iterable[Message]) -> dict[int, str]:
    """The names, by the key of their account, of those who wrote as people named in the request.

    As the request names them: an account may have another address, which is nobody's business here.
    """
    wrote = {row.by_id: row.by for row in messages if row.voice == Voice.PARTICIPANT}
    people = list(request.participants.all()) if wrote else []
    people.sort(key=lambda person: (person.removed_at is None, person.pk))
    by_user = {person.user_id: person.name for person in people if person.user_id}
    by_email = {person.email: person.name for person in people}
    found = {key: by_user.get(key) or by_email.get(user.email, "") for key, user in wrote.items()}
    unknown = [key for key, name in found.items() if not name]
    if unknown:
        proven = EmailAddress.objects.filter(user__in=unknown, verified=True).values_list("user_id", "email")
        found |= {key: by_email[email.casefold()] for key, email in proven if email.casefold() in by_email}
    return {key: name or wrote[key].name for key, name in found.items()}


def with_comments(lines: Iterable[Line], comments: Iterable[Said]) -> list[Line]:
    """Answers with the comments on each."""
    by_key: dict[str, list[Said]] = {}
    for one in comments:
        by_key.setdefault(one.question, []).append(one)
    return [replace(line, comments=tuple(by_key[line.key])) if line.key in by_key else line for line in lines]


def comments_to_mend(request: AccessRequest) -> list[Said]:
    """The comments that were released with the last send back, while the applicant has the request."""
    last = request.last_submission if request.status == Status.RETURNED else None
    if last is None:
        return []
    rows = request.messages.filter(kind=Kind.COMMENT, at__gte=last.sent_at).exclude(released_at=None)
    return [_unsigned(row) for row in rows.select_related("text").order_by("number")]


def _unsigned(row: Message) -> Said:
    who = _("The reviewers")
    return Said(row.number, who, row.at, row.text.words, row.text.erased_at is not None, row.question, row.released_at)


def page_of(said: Sequence[Said], number: str, size: int) -> tuple[list[Said], int, int]:
    """One page of what was said, the number of that page and how many there are; without a number the last."""
    pages = max(1, -(-len(said) // size))
    page = min(max(int(number), 1), pages) if number.isascii() and number.isdigit() and len(number) < 9 else pages
    first = max(0, len(said) - (pages - page + 1) * size)
    return list(said[first : len(said) - (pages - page) * size]), page, pages
