"""May this happen now, may this person: each rule raises its reason, a sentence the person can act on.

The button on a page, the reason why it is disabled and the 403 all come from the same call.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator

from django.db.models import Exists, OuterRef
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from aidahub.accounts.models import User
from datasets.models import DatasetProvider, Provider

from .at_hand import is_at_hand
from .further import FURTHER, wrong_status
from .models import AccessRequest, AnyUser, Decider, Grant, Participant, Round
from .plain import plain
from .policies import providers_named
from .refusals import Allowed, AlreadySent, Denied, Incomplete, allowed
from .workflow import CONFLICTED, ENDED_ACCESS, ENDED_ALONE, MOVES, Answer, Part, Quorum, Status, Verb

__all__ = ["Allowed", "AlreadySent", "Denied", "Incomplete", "allowed"]


def may(by: AnyUser, verb: Verb, request: AccessRequest, parts: frozenset[Part] | None = None) -> Allowed:
    """Whether this person may use this verb on this request now, and why not."""
    return allowed(check_may, by, verb, request, parts)


def parts_of(user: AnyUser, requests: Iterable[AccessRequest]) -> dict[int, frozenset[Part]]:
    """What a person is to each of these requests, by key, in three queries however many there are.

    Whoever has declined their part is not named as that here: they neither read on nor are they kept from deciding.
    While votes are collected, a decider is a provider asked in the round that is open; before and after that, one
    whose part for the dataset is to decide. Hub staff decide where the round is theirs.
    """
    rows = list(requests)
    found: dict[int, set[Part]] = defaultdict(set)
    if isinstance(user, User) and user.is_active:
        for request in rows:
            if request.applicant_id == user.pk:
                found[request.pk].add(Part.APPLICANT)
            if user.is_hub and request.submitted_at:
                found[request.pk].add(Part.HUB)
        for key, part in _named_as(user, rows):
            found[key].add(Part(part))
        _add_provider_parts(user, rows, found)
    return {row.pk: frozenset(found[row.pk]) for row in rows}


def _named_as(user: User, rows: list[AccessRequest]) -> Iterator[tuple[int, str]]:
    """As what a person is named in these requests; asks the database where their people were not fetched before."""
    sent = [row for row in rows if row.submitted_at]
    known = [row for row in sent if is_at_hand(row, "participants")]
    for row in known:
        for person in row.participants.all():
            if person.takes_part and (person.user_id == user.pk or person.email in user.verified_emails):
                yield row.pk, person.part
    if len(known) < len(sent):
        keys = {row.pk for row in sent} - {row.pk for row in known}
        yield from Participant.objects.of(user).filter(request__in=keys).values_list("request_id", "part")


def _add_provider_parts(user: User, rows: list[AccessRequest], found: dict[int, set[Part]]) -> None:
    """Add what a person is as a provider; asks the database where not all that says it is at hand."""
    sent = [row for row in rows if row.submitted_at]
    if not sent or not user.provider_ids:
        return
    known = [row for row in sent if is_at_hand(row, "rounds") and is_at_hand(row.dataset, "dataset_providers")]
    for row in known:
        found[row.pk] |= _provider_parts(user, row)
    if len(known) < len(sent):
        keys = {row.pk for row in known}
        _ask_provider_parts(user, [row for row in sent if row.pk not in keys], found)


def _provider_parts(user: User, request: AccessRequest) -> set[Part]:
    """What a person is to one sent request as a provider; the same is asked of the database for many."""
    named = [row for row in providers_named(request.dataset) if row.provider_id in user.provider_ids]
    if not any(request.is_open_to(row) for row in named):
        return set()
    decides = any(row.part == DatasetProvider.Part.DECIDER for row in named)
    if request.status == Status.IN_REVIEW:
        asked = request.open_round.deciders.all() if request.open_round else ()
        decides = any(row.excused_at is None and row.provider_id in user.provider_ids for row in asked)
    return {Part.PROVIDER, Part.DECIDER} if decides else {Part.PROVIDER}


def _ask_provider_parts(user: User, rows: list[AccessRequest], found: dict[int, set[Part]]) -> None:
    in_review = {row.pk for row in rows if row.status == Status.IN_REVIEW}
    asked = Decider.objects.filter(
        round__request__in=in_review, round__closed_at=None, provider__in=user.provider_ids, excused_at=None
    )
    voting = set(asked.values_list("round__request_id", flat=True))
    deciders = DatasetProvider.objects.filter(
        dataset=OuterRef("dataset"),
        provider__in=user.provider_ids,
        retired_at=None,
        part=DatasetProvider.Part.DECIDER,
    )
    provided = AccessRequest.objects.provided_by(user).filter(pk__in=[row.pk for row in rows])
    for key, deciding in provided.annotate(deciding=Exists(deciders)).order_by().values_list("pk", "deciding"):
        decides = key in voting if key in in_review else deciding
        found[key] |= {Part.PROVIDER, Part.DECIDER} if decides else {Part.PROVIDER}


def parts_in(user: AnyUser, request: AccessRequest) -> frozenset[Part]:
    """What a person is to one request."""
    return parts_of(user, [request])[request.pk]


# With these, whoever declined their part can change their mind; for everything else they are not named any more.
ANSWERING = frozenset({Verb.CONFIRM_PART, Verb.DECLINE_PART})


def _declined_by(user: AnyUser, request: AccessRequest) -> frozenset[Part]:
    """What a person is named as in this request and has declined to be."""
    if not isinstance(user, User) or not user.is_active:
        return frozenset()
    rows = Participant.objects.naming(user).filter(request=request, declined_at__isnull=False)
    return frozenset(Part(part) for part in rows.values_list("part", flat=True))


def _with_declined(parts: frozenset[Part], by: AnyUser, verb: Verb, request: AccessRequest) -> frozenset[Part]:
    """What somebody is for one verb: they can change their mind, and they answer for copies that they made."""
    if verb in ANSWERING:
        return parts | _declined_by(by, request)
    if verb == Verb.CONFIRM_DELETION and not parts and _declined_by(by, request):
        return frozenset({Part.MEMBER})
    return parts


def check_may(by: AnyUser, verb: Verb, request: AccessRequest, parts: frozenset[Part] | None = None) -> frozenset[Part]:
    """Refuse unless this person may use this verb on this request now.

    Args:
        parts: what they are to the request, where a page has asked that once for all of its buttons.

    Returns:
        The parts on which they may: those of theirs that the table names.

    Raises:
        Denied: with the reason. Whoever cannot see the request is told the same as for one that does not exist.
        Whoever is named in a request acts on that part of theirs only, never as a provider or for the hub.
    """
    parts = _with_declined(parts_in(by, request) if parts is None else parts, by, verb, request)
    if not parts:
        raise Denied(_("There is no such request."))
    move = MOVES[verb]
    acting = parts & move.by
    # Whoever is named is not asked to decide, so being a provider or of the hub is what they would act on.
    handling = acting or parts & {Part.PROVIDER, Part.HUB}
    if parts & CONFLICTED and handling and handling.isdisjoint(CONFLICTED) and not move.by <= CONFLICTED:
        raise Denied(_("You are named in this request, so somebody else must handle it."))
    if parts & CONFLICTED:
        acting &= CONFLICTED
    if not acting:
        raise Denied(_not_yours(verb, request))
    if request.status not in move.sources:
        raise Denied(wrong_status(request))
    check = FURTHER.get(verb)
    if check:
        check(request, acting)
    _check_who(by, verb, request, acting)
    return acting


def _check_who(by: AnyUser, verb: Verb, request: AccessRequest, acting: frozenset[Part]) -> None:
    """What a verb asks of the person themselves, beyond what they are to the request."""
    if verb in OF_WHO_WAS_ASKED and Part.HUB not in acting and not was_asked(by, request):
        raise Denied(_("Only deciders who were asked on this request and not excused can do this, and hub staff."))
    if verb == Verb.CONFIRM_DELETION:
        _check_copies(by, request, acting)


# What a decider does with access that they had a voice in, and with no other.
OF_WHO_WAS_ASKED = frozenset({Verb.EXTEND, Verb.REVOKE})


def was_asked(by: AnyUser, request: AccessRequest) -> bool:
    """Whether somebody acts for a decider who was asked in the last round of a request, and not excused in it.

    Nobody but hub staff was, where the round was theirs.
    """
    last = max(request.rounds.all(), key=lambda round_: round_.number, default=None)
    if last is None or not isinstance(by, User):
        return False
    return any(row.excused_at is None and row.provider_id in by.provider_ids for row in last.deciders.all())


def confirms_for_all(request: AccessRequest, acting: frozenset[Part]) -> bool:
    """Whether somebody acting on these parts confirms for everybody that copies are deleted.

    That is possible once access is over: for hub staff and the recipient scientist, who is the applicant where no other
    is named. While it goes on, people answer for their own copies, and hub staff record it for each.
    """
    if request.status not in ENDED_ACCESS:
        return False
    other = (row.part == Part.RECIPIENT_SCIENTIST and row.takes_part for row in request.participants.all())
    return bool(acting & {Part.HUB, Part.RECIPIENT_SCIENTIST}) or (Part.APPLICANT in acting and not any(other))


def copies_to_confirm(by: AnyUser, request: AccessRequest, acting: frozenset[Part]) -> list[Grant]:
    """The ended grants for which somebody acting on these parts may confirm that the copies are deleted."""
    rows = Grant.objects.filter(request=request).with_copies().select_related("participant")
    if Part.HUB in acting or confirms_for_all(request, acting):
        return list(rows.order_by("participant__number", "pk"))
    if not isinstance(by, User):
        return []
    return list(rows.filter(participant__in=Participant.objects.naming(by), end_reason__in=sorted(ENDED_ALONE)))


def _check_copies(by: AnyUser, request: AccessRequest, acting: frozenset[Part]) -> None:
    if copies_to_confirm(by, request, acting):
        return
    if not request.grants.all():
        raise Denied(_("Nobody had access here, so there are no copies."))
    if request.status not in ENDED_ACCESS:
        raise Denied(_("There are no copies here of which this must be confirmed now."))
    if request.copies_deleted_at:
        raise Denied(_("It is confirmed already that the copies are deleted."))
    if acting.isdisjoint({Part.MEMBER}):
        raise Denied(_("The recipient scientist confirms that the copies are deleted."))
    raise Denied(_("Whoever is responsible for the data confirms that the copies are deleted."))


def _not_yours(verb: Verb, request: AccessRequest) -> str | Promise:
    if verb in {Verb.DECIDE, Verb.SEND_BACK} and request.status == Status.IN_REVIEW:
        return _("Only those who are asked to decide on this request can do this.")
    if MOVES[verb].by == {Part.APPLICANT}:
        return _("Only the applicant can do this.")
    if MOVES[verb].by == {Part.HUB}:
        return _("Only hub staff can do this.")
    if request.status not in MOVES[verb].sources:
        return wrong_status(request)
    return _("This is not yours to do in this request.")


def voting_providers(by: AnyUser, request: AccessRequest) -> list[Provider]:
    """The deciders of the open round for whom this person acts and whom the dataset's page still names."""
    round_ = request.open_round
    if round_ is None or not isinstance(by, User):
        return []
    own = by.provider_ids & {row.provider_id for row in providers_named(request.dataset)}
    return [row.provider for row in round_.deciders.all() if row.excused_at is None and row.provider_id in own]


def check_voter(by: User, request: AccessRequest, provider: Provider | None, evidence: str) -> Provider | None:
    """For whom this vote counts: a decider of the open round, or nobody (the hub's own vote).

    Args:
        by: who votes or records the vote.
        request: the locked request, in review.
        provider: the decider it counts for; none means the only one that `by` acts for.
        evidence: the mail by which a decider answered, when hub staff record it.

    Raises:
        Denied: when it would be somebody else's vote, or hub staff bring no mail.
    """
    check_still_active(by)
    round_ = request.open_round
    if round_ is None:  # check_may has refused it before
        raise Denied(wrong_status(request))
    if round_.by_hub:
        if not by.is_hub:
            raise Denied(_("Hub staff decide on this request."))
        return None
    own = voting_providers(by, request)
    if provider is None and len(own) != 1:
        raise Denied(_("Say for which of the dataset's providers this decision is."))
    provider = provider or own[0]
    if provider in own:
        return provider
    if not by.is_hub or not round_.deciders.filter(provider=provider, excused_at=None).exists():
        raise Denied(_("You do not act for this provider in this request."))
    if not evidence.strip():
        raise Denied(_("Paste the mail by which the provider answered; it is kept with the decision."))
    return provider


def check_still_active(by: User) -> None:
    """Refuse whoever was suspended since their page was opened; the account cannot be while the caller's vote is cast.

    Raises:
        Denied: when it was.
    """
    if not User.objects.select_for_update(no_key=True).filter(pk=by.pk, is_active=True).exists():
        raise Denied(_("This account cannot be used any more."))


def check_reason(reason: str) -> str:
    """The reason, stripped.

    Raises:
        Denied: when there is none, or it is longer than anybody would read.
    """
    text = plain(reason)
    if not text:
        raise Denied(_("Please give a reason."))
    return check_length(text)


def check_length(text: str) -> str:
    """The text, unless it is longer than anybody would read.

    Raises:
        Denied: when it is.
    """
    if len(text) > REASON_LENGTH:
        raise Denied(_("The text is too long: at most 5,000 characters."))
    return text


REASON_LENGTH = 5000


def settle(round_: Round, votes: dict[int | None, Answer], asked: set[int]) -> Answer | None:
    """What a round's votes come to, or none while votes are waited for.

    Args:
        round_: the round, for its quorum and whether the hub decides.
        votes: answers by the provider's key; the hub's own by None.
        asked: keys of the providers who are asked.

    Under `any` the first vote settles; under `all` every vote is waited for and one rejection rejects.
    """
    if round_.by_hub:
        return votes.get(None)
    cast = {key: answer for key, answer in votes.items() if key in asked}
    if round_.quorum == Quorum.ANY:
        return next(iter(cast.values()), None)
    if len(cast) < len(asked):
        return None
    return Answer.REJECT if Answer.REJECT in cast.values() else Answer.APPROVE
