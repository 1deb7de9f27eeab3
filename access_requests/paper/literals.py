"""The names and addresses that a paper may hold anywhere, in sentences and in what people wrote."""

from __future__ import annotations

from collections.abc import Iterator

from access_requests.models import AccessRequest
from aidahub.accounts.models import User

from .shape import Mark


def literals(request: AccessRequest) -> frozenset[tuple[str, str]]:
    """Each with the kind of what it is; those of a request whose rows were fetched."""
    return frozenset((mark, text.strip()) for mark, text in _all(request) if text.strip())


def _all(request: AccessRequest) -> Iterator[tuple[str, str]]:
    named = {request.applicant_id}
    for person in request.participants.all():
        named.add(person.user_id or 0)
        yield Mark.NAMES, person.name
        yield Mark.CONTACT, person.email
    yield from _of_user(request.applicant, Mark.NAMES)
    for round_ in request.rounds.all():
        for decider in round_.deciders.all():
            yield Mark.DECIDERS, decider.provider.name
    for row in request.dataset.dataset_providers.select_related("provider"):
        for name in (row.name, row.provider.name):
            yield Mark.DECIDERS, name
        yield Mark.CONTACT, row.provider.email or ""
    for user in _acting(request):
        if user.pk not in named:
            yield from _of_user(user, "" if user.is_hub else Mark.DECIDERS)


def _of_user(user: User, mark: str) -> Iterator[tuple[str, str]]:
    yield Mark.CONTACT, user.email
    if mark:
        yield mark, user.name


def _acting(request: AccessRequest) -> Iterator[User]:
    """Whoever did something: the events and messages name them."""
    yield from (event.by for event in request.events.all() if event.by)
    yield from (message.by for message in request.messages.all())
    yield from (vote.by for round_ in request.rounds.all() for vote in round_.decisions.all())
