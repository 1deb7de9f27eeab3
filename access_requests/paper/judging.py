"""The rounds on paper: who was asked, what each answered, and the mails by which they did."""

from __future__ import annotations

from django.conf import settings
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from access_requests.models import AccessRequest, Decider, Decision, Round
from access_requests.timeline import reads_votes
from access_requests.workflow import Verb

from .shape import Item, Mark, Row, Section, View, moment, row, rows

VOTES = (Mark.VOTES,)


def rounds(request: AccessRequest, view: View) -> Section | None:
    """The rounds whose votes the reader may see: hub staff all, deciders those in which they vote."""
    seen = sorted((each for each in request.rounds.all() if _sees(each, view)), key=lambda each: each.number)
    items = [item for each in seen for item in _round(each, view)]
    items += _confirmations(request) if view.hub else []
    return Section("rounds", _("Votes"), tuple(items)) if items else None


def _sees(round_: Round, view: View) -> bool:
    """As the decision page has it."""
    return reads_votes(view.user, view.parts, round_.deciders.all())


def _round(round_: Round, view: View) -> list[Item]:
    facts = rows(
        row(_("About sending"), round_.submission.number),
        row(_("Votes needed"), round_.get_quorum_display()),
        row(_("Opened"), moment(round_.opened_at)),
        row(_("Closed"), moment(round_.closed_at)),
        row(_("Outcome"), capfirst(round_.get_outcome_display()) if round_.outcome else ""),
    )
    votes = {one.provider_id: one for one in round_.decisions.all()}
    head = Item(_("Round %(number)s") % {"number": round_.number}, facts)
    if round_.by_hub:
        return [head, Item(settings.HUB_NAME, _vote(votes.get(None), view), frozenset(VOTES))]
    return [head, *(_asked(one, votes.get(one.provider_id), view) for one in round_.deciders.all())]


def _asked(decider: Decider, vote: Decision | None, view: View) -> Item:
    """One decider: asked, perhaps excused, perhaps with a vote."""
    told: tuple[Row, ...] = (row(_("Asked"), decider.provider.name, Mark.DECIDERS),)
    if decider.excused_at:
        by = decider.excused_by
        told += rows(
            row(_("Excused"), moment(decider.excused_at), *VOTES),
            row(_("Excused by"), by.get_full_name() if by else "", Mark.DECIDERS, *VOTES),
            row(_("Why"), decider.excuse.words if decider.excuse else "", *VOTES),
        )
    return Item(_("Decider"), told + _vote(vote, view))


def _vote(vote: Decision | None, view: View) -> tuple[Row, ...]:
    if vote is None:
        return (row(_("Vote"), _("None"), *VOTES),)
    return rows(
        row(_("Vote"), capfirst(vote.get_answer_display()), *VOTES),
        row(_("Given"), moment(vote.decided_at), *VOTES),
        row(_("By"), vote.by.get_full_name(), Mark.DECIDERS, *VOTES),
        row(_("Set aside"), moment(vote.void_at), *VOTES),
        row(_("Reason"), vote.reason.words if vote.reason else "", *VOTES),
        row(_("The mail by which they answered"), vote.evidence.words if vote.evidence and view.hub else "", *VOTES),
    )


def _confirmations(request: AccessRequest) -> list[Item]:
    """Where hub staff confirmed what the votes came to; each with its reason, if it has one."""
    texts = {each.digest: each.words for each in request.texts.all()}
    found = []
    for event in sorted(request.events.all(), key=lambda each: each.number):
        if event.verb == Verb.CONFIRM:
            answer = _("Approved") if event.payload.get("answer") == "approve" else _("Rejected")
            told = rows(
                row(_("Outcome"), answer),
                row(_("When"), moment(event.at)),
                row(_("By"), event.by.get_full_name() if event.by else ""),
                row(_("Reason"), texts.get(str(event.payload.get("reason")), ""), f"reason-{event.number}"),
            )
            found.append(Item(_("Confirmed by hub staff"), told))
    return found
