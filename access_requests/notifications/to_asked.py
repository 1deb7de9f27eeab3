"""Letters about what happens around a decision: who is asked no more or again, who takes care, what is reopened."""

from __future__ import annotations

from django.conf import settings
from django.utils.translation import gettext as _

from access_requests.events import text_of
from access_requests.models import Decider
from access_requests.workflow import Part

from .case import Case
from .letter import Letter, Section
from .parts import brief, day, in_words, in_working_days, listed, planned_use, what, who
from .readers import Reader, link_for, link_of_visitor


def excused(case: Case, reader: Reader) -> Letter:
    """To a decider whom somebody else excused: nothing is asked of you any more."""
    names = case.names
    return Letter(
        _("Nothing to decide any more: access to %(dataset)s for %(who)s") % names,
        _("You are no longer asked to decide on the request of %(asker)s for access to %(dataset)s.") % names,
        [*what(case), *who(case)],
        _why(case),
        _("Read the request"),
        link_of_visitor(case, reader),
        [
            _("A vote that you have cast does not count. You are asked again about other requests."),
            _("If this is a mistake, write to %(address)s.") % names,
        ],
    )


def one_fewer(case: Case, reader: Reader) -> Letter:
    """To hub staff, when a decider excused themselves and others still decide."""
    names = case.names | {"provider": _provider(case), "rest": listed([row.name for row in case.deciders])}
    return Letter(
        _("Excused: %(provider)s, access to %(dataset)s for %(who)s") % names,
        _(
            "%(provider)s does not decide on the request of %(asker)s for access to %(dataset)s. You need to do "
            "nothing: the others are still asked."
        )
        % names,
        [*what(case), *who(case)],
        _why(case),
        _("Read the request"),
        link_for(case, reader)[0],
        [_("Still asked to decide: %(rest)s.") % names],
    )


def passed_on(case: Case, reader: Reader) -> Letter:
    """To hub staff, when the last decider is excused: the decision is theirs."""
    names = case.names | {"provider": _provider(case)}
    due = {"day": day(in_working_days(settings.REMIND_AFTER))}
    return Letter(
        _("Decide: access to %(dataset)s for %(who)s") % names,
        _(
            "Nobody is left whom the request of %(asker)s for access to %(dataset)s could be put to, so you are asked "
            "to decide."
        )
        % names,
        brief(case),
        [*_why(case), *planned_use(case)],
        _("Read and decide"),
        link_for(case, reader)[0],
        [
            _("%(provider)s was excused last.") % names,
            _("Please decide by %(day)s; that day you are reminded. Nothing is decided by waiting.") % due,
        ],
    )


def of_retired(case: Case, reader: Reader) -> Letter:
    """To hub staff, when a dataset was retired while its deciders were asked."""
    names = case.names
    return Letter(
        _("Decide: access to %(dataset)s for %(who)s") % names,
        _("%(dataset)s was retired while the request of %(asker)s was being decided. The decision is yours now.")
        % names,
        brief(case),
        [],
        _("Read and decide"),
        link_for(case, reader)[0],
        [_("The deciders were told that they are no longer asked. Votes that they had cast do not count.")],
    )


def no_longer_asked(case: Case, reader: Reader) -> Letter:
    """To the deciders of a dataset that was retired."""
    names = case.names
    return Letter(
        _("Nothing to decide any more: access to %(dataset)s for %(who)s") % names,
        _("%(dataset)s was retired, so %(hub)s decides on the request of %(asker)s.") % names,
        [*what(case), *who(case)],
        [],
        _("Read the request"),
        link_of_visitor(case, reader),
        [_("There is nothing left for you to decide.")],
    )


def decide_again(case: Case, reader: Reader) -> Letter:
    """To whoever else acts for a decider whose vote was set aside."""
    names = case.names | {"provider": _provider(case)}
    return Letter(
        _("Decide again: access to %(dataset)s for %(who)s") % names,
        _("The vote of %(provider)s on access to %(dataset)s for %(asker)s was set aside, and you are asked to decide.")
        % names,
        brief(case),
        planned_use(case),
        _("Read and decide"),
        link_for(case, reader)[0],
        [
            _("It was cast with an account that was suspended since. Votes of other deciders stand as they are."),
            _("If you have questions about this, write to %(address)s.") % names,
        ],
    )


def set_aside(case: Case, reader: Reader) -> Letter:
    """To hub staff, for each vote of a suspended account that counts no more."""
    names = case.names | {"provider": _provider(case)}
    return Letter(
        _("Vote set aside: %(provider)s, access to %(dataset)s for %(who)s") % names,
        _(
            "The vote of %(provider)s on access to %(dataset)s for %(asker)s was cast with an account that is "
            "suspended now. It counts no more."
        )
        % names,
        [*what(case), *who(case)],
        [],
        _("Read the request"),
        link_for(case, reader)[0],
        [
            _(
                "If others act for that provider, they were asked again. If nobody does, invite somebody, record an "
                "answer that comes by mail, or excuse the provider."
            )
        ],
    )


def reopened(case: Case, reader: Reader) -> Letter:
    """To the applicant and those named: the request is taken up again."""
    names = case.names
    own = Part.APPLICANT in reader.parts
    subject = (
        _("Taken up again: your request for access to %(dataset)s")
        if own
        else _("Taken up again: the request of %(who)s for access to %(dataset)s")
    )
    lead = (
        _("%(hub)s has taken up again your request for access to %(dataset)s. It is decided on anew.")
        if own
        else _("%(hub)s has taken up again the request of %(asker)s for access to %(dataset)s. It is decided on anew.")
    )
    return Letter(
        subject % names,
        lead % names,
        what(case),
        _why(case),
        _("See where the request stands"),
        link_for(case, reader)[0],
        [_("There is nothing you need to do now. You get a mail when there is an answer.")],
    )


def assigned(case: Case, reader: Reader) -> Letter:
    """To the member of hub staff whom a colleague gave a request."""
    by = case.event.by if case.event else None
    names = case.names | {"colleague": by.get_full_name() if by else settings.HUB_NAME}
    return Letter(
        _("Yours now: access to %(dataset)s for %(who)s") % names,
        _("%(colleague)s assigned to you the request of %(asker)s for access to %(dataset)s.") % names,
        brief(case),
        [],
        _("Read the request"),
        link_for(case, reader)[0],
        [_("If you cannot take care of it, assign it to somebody else on its page.")],
    )


def _provider(case: Case) -> str:
    """The decider whom the event is about, as the page names it."""
    provider = Decider.objects.by_place(case.request)[case.payload["round"], case.payload["decider"]]
    return next((row.name for row in case.providers if row.provider_id == provider.pk), provider.name)


def _why(case: Case) -> list[Section]:
    """The reason of the event itself, as it was written."""
    text = text_of(case.event) if case.event else ""
    return in_words([text] if text else [])
