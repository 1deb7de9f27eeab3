"""What a policy does with a request, in the order in which it happens, for hub staff to read before they save it."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django_countries import countries

from .models import Policy
from .regions import EEA
from .workflow import Before, DecidedBy, Needed, Quorum

NAMED_COUNTRIES = 6


def in_words(policy: Policy) -> str:
    """All that a policy says: who confirms when, who checks, who decides how, what opens access and for how long."""
    return " ".join([*_before_review(policy), *_decision(policy), *_before_access(policy), _end(policy)])


def _decided_by_hub(policy: Policy) -> bool:
    return policy.decided_by == DecidedBy.HUB


def _before_review(policy: Policy) -> Iterator[str]:
    if policy.needed_before == Before.REVIEW and (sentence := _confirm_first(policy)):
        yield sentence
    if _decided_by_hub(policy):
        return
    if policy.triage:
        yield _("Hub staff check each request before the deciders are asked.")
    elif policy.free_countries:
        yield _checked_countries(policy)
    else:
        yield _("No request is checked before the deciders are asked.")


def _confirm_first(policy: Policy) -> str:
    """Who confirms before anybody decides; nothing where only the applicant is needed, who has confirmed by sending."""
    if _decided_by_hub(policy):
        return {
            Needed.APPLICANT: "",
            Needed.RECIPIENT_SCIENTIST: _("First the recipient scientist confirms; only then hub staff are asked."),
            Needed.SIGNATORY: _(
                "First the recipient scientist and the signatory confirm; only then hub staff are asked."
            ),
            Needed.EVERYBODY: _("First everybody who is named confirms; only then hub staff are asked."),
        }[Needed(policy.needed)]
    return {
        Needed.APPLICANT: "",
        Needed.RECIPIENT_SCIENTIST: _("First the recipient scientist confirms; only then the deciders are asked."),
        Needed.SIGNATORY: _(
            "First the recipient scientist and the signatory confirm; only then the deciders are asked."
        ),
        Needed.EVERYBODY: _("First everybody who is named confirms; only then the deciders are asked."),
    }[Needed(policy.needed)]


def _checked_countries(policy: Policy) -> str:
    codes = {country.code for country in policy.free_countries}
    if codes == EEA:
        return _(
            "Hub staff check a request first where the data would go outside the EU and the EEA, unless it is "
            "synthetic; all others go straight to the deciders."
        )
    if len(codes) > NAMED_COUNTRIES:
        sentence = ngettext(
            "Hub staff check a request first where the data would go to a country that is not among the %(number)s "
            "chosen one, unless it is synthetic; all others go straight to the deciders.",
            "Hub staff check a request first where the data would go to a country that is not among the %(number)s "
            "chosen ones, unless it is synthetic; all others go straight to the deciders.",
            len(codes),
        )
        return sentence % {"number": len(codes)}
    names = ", ".join(sorted(str(countries.name(code)) for code in codes))
    return _(
        "Hub staff check a request first where the data would go to any other country than %(names)s, unless it is "
        "synthetic; all others go straight to the deciders."
    ) % {"names": names}


def _decision(policy: Policy) -> Iterator[str]:
    if _decided_by_hub(policy):
        yield _("Hub staff decide; nothing is confirmed after.")
        return
    if policy.quorum == Quorum.ALL:
        yield _("The dataset’s deciders are asked: every decider votes, and one rejection rejects it.")
    else:
        yield _("The dataset’s deciders are asked: the first vote settles it.")
    if policy.confirm:
        yield _("Hub staff confirm the outcome; the applicant reads their words, never the deciders’.")
    else:
        yield _("The outcome counts at once, and the applicant reads the deciders’ reasons, unsigned.")


def _before_access(policy: Policy) -> Iterator[str]:
    yield _accepted(policy)
    if policy.agreement:
        yield _("Access opens when hub staff have the signed agreement, too.")


def _accepted(policy: Policy) -> str:
    """Who does what before access opens. A signatory gets no access, so accepts no licence."""
    if policy.needed == Needed.APPLICANT:
        return _("Before access opens, the applicant accepts the licence; nobody else is waited for.")
    if policy.needed_before == Before.REVIEW:
        return {
            Needed.RECIPIENT_SCIENTIST: _(
                "Before access opens, the applicant and the recipient scientist accept the licence."
            ),
            Needed.SIGNATORY: _(
                "Before access opens, the applicant and the recipient scientist accept the licence; the signatory gets "
                "no access."
            ),
            Needed.EVERYBODY: _(
                "Before access opens, the applicant and everybody who gets access accept the licence; the signatory "
                "gets none."
            ),
        }[Needed(policy.needed)]
    return {
        Needed.RECIPIENT_SCIENTIST: _(
            "Before access opens, the recipient scientist confirms, and accepts the licence, as the applicant does."
        ),
        Needed.SIGNATORY: _(
            "Before access opens, the recipient scientist and the signatory confirm, and the recipient scientist "
            "accepts the licence, as the applicant does."
        ),
        Needed.EVERYBODY: _(
            "Before access opens, everybody who is named confirms, and whoever gets access accepts the licence, as the "
            "applicant does."
        ),
    }[Needed(policy.needed)]


def _end(policy: Policy) -> str:
    if not policy.days:
        return _("Access has no end.")
    sentence = ngettext("Access ends after %(days)s day.", "Access ends after %(days)s days.", policy.days)
    return sentence % {"days": policy.days}
