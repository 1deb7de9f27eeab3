"""What speaks for or against a request at first sight: plain facts for those who decide, who draw the conclusions.

Pure functions of `Facts`; nothing here reads the database or refuses anything.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlsplit

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from .addresses import domain_of as domain_of
from .addresses import is_free_mail as is_free_mail
from .addresses import organization_of as organization_of
from .finding import Finding as Finding
from .finding import Level as Level
from .finding import fine, look
from .identity import CHECKS as CHECKS_OF_A_PERSON
from .identity import Person
from .labels import PART_LABELS
from .regions import EEA
from .workflow import Part


@dataclass(frozen=True)
class Facts:
    """What the checks look at.

    Args:
        answers: as sent last, by the key of their question.
        verified_emails: addresses that the applicant's account has proven, case-folded.
        orcid: the ORCID iD that the applicant signed in with, or an empty text.
        text_in_force: whether the licence text that was accepted is still the licence's text.
        synthetic: whether the dataset holds no real person's data.
        rejected: references of earlier requests of the same person that were rejected.
        open: references of other open requests of the same person for the same dataset.
        provider_emails: addresses of the dataset's providers, case-folded.
        named_deciders: names of the deciders who are named in the request, each with what they are named as.
        today: the day of the check.
        people: the applicant, recipient scientist and signatory, with how they are known.
    """

    answers: Mapping[str, Any]
    verified_emails: frozenset[str] = frozenset()
    orcid: str = ""
    text_in_force: bool = True
    synthetic: bool = False
    rejected: tuple[str, ...] = ()
    open: tuple[str, ...] = ()
    provider_emails: frozenset[str] = frozenset()
    named_deciders: tuple[tuple[str, Part], ...] = ()
    today: date = date.min
    people: tuple[Person, ...] = ()

    def answer(self, key: str) -> str:
        """One answer as a stripped text."""
        return str(self.answers.get(key) or "").strip()


SHORTEST_PLAN = 100


def orcid_in(text: str) -> str:
    """The ORCID iD in a link or text as sixteen characters with hyphens, or an empty text."""
    last = text.strip().rstrip("/").rpartition("/")[2].upper()
    digits = last.replace("-", "")
    return last if len(last) == 19 and len(digits) == 16 and digits[:15].isdigit() else ""


def _applicant_email(facts: Facts) -> Finding | None:
    email = facts.answer("applicant_email").casefold()
    if not email:
        return look(_("The applicant gives no e-mail address."))
    if email not in facts.verified_emails:
        return look(_("The applicant has not shown that %(email)s is theirs.") % {"email": email})
    if is_free_mail(email):
        return look(_("%(email)s is theirs, but anybody can get an address there.") % {"email": email})
    return fine(_("The applicant has shown that %(email)s is theirs.") % {"email": email})


def _orcid(facts: Facts) -> Finding | None:
    typed = orcid_in(facts.answer("recipient_profile"))
    same = facts.answer("recipient_same") != "no"
    if facts.orcid and same and typed and typed != facts.orcid:
        return look(
            _("The ORCID they signed in with (%(orcid)s) is not the one they wrote (%(typed)s).")
            % {"orcid": facts.orcid, "typed": typed}
        )
    if facts.orcid:
        return fine(_("The applicant has signed in with ORCID %(orcid)s.") % {"orcid": facts.orcid})
    return None if not same else _only_typed(typed)


def _recipient_orcid(facts: Facts) -> Finding | None:
    """The ORCID iD in the answers is the recipient scientist's; what they signed in with, `identity` says."""
    proven = any(person.orcid for person in facts.people if person.part == Part.RECIPIENT_SCIENTIST)
    if facts.answer("recipient_same") != "no" or proven:
        return None
    return _only_typed(orcid_in(facts.answer("recipient_profile")))


def _only_typed(typed: str) -> Finding | None:
    if typed:
        return look(_("ORCID %(typed)s was only typed; nobody has signed in with it.") % {"typed": typed})
    return None


def _profile(facts: Facts) -> Finding | None:
    if "recipient_profile" not in facts.answers:
        return None
    host = urlsplit(facts.answer("recipient_profile")).hostname
    if host:
        return fine(_("There is a link to the recipient scientist's profile at %(host)s.") % {"host": host})
    return look(_("There is no link to a profile of the recipient scientist."))


def _recipient(facts: Facts) -> Finding | None:
    if facts.answer("recipient_same") != "no":
        return None
    email = facts.answer("recipient_email")
    if is_free_mail(email):
        return look(_("The recipient scientist's address %(email)s is one that anybody can get.") % {"email": email})
    if organization_of(email) != organization_of(facts.answer("applicant_email")):
        return look(
            _("Applicant and recipient scientist have addresses at different organisations: %(one)s and %(two)s.")
            % {"one": organization_of(facts.answer("applicant_email")), "two": organization_of(email)}
        )
    return fine(
        _("Applicant and recipient scientist have addresses at %(domain)s.") % {"domain": organization_of(email)}
    )


def _signatory(facts: Facts) -> Finding | None:
    if facts.answer("signatory_same") != "no":
        return None
    email = facts.answer("signatory_email")
    scientist = facts.answer("recipient_email") or facts.answer("applicant_email")
    if is_free_mail(email):
        return look(_("The signatory's address %(email)s is one that anybody can get.") % {"email": email})
    if organization_of(email) != organization_of(scientist):
        return look(
            _("Signatory and recipient scientist have addresses at different organisations: %(one)s and %(two)s.")
            % {"one": organization_of(email), "two": organization_of(scientist)}
        )
    return fine(
        _("Signatory and recipient scientist have addresses at %(domain)s.") % {"domain": organization_of(email)}
    )


def _planned_use(facts: Facts) -> Finding | None:
    if "planned_use" in facts.answers and len(facts.answer("planned_use")) < SHORTEST_PLAN:
        return look(_("The planned use is described in very few words."))
    return None


def _country(facts: Facts) -> Finding | None:
    codes = {facts.answer(key).upper() for key in ("applicant_country", "recipient_country")} - {""}
    if not codes or facts.synthetic:
        return None
    if codes <= EEA:
        return fine(_("The data would stay inside the EU and the EEA."))
    return look(_("The data would leave the EU and the EEA."))


def _last_day(facts: Facts) -> Finding | None:
    try:
        last = date.fromisoformat(facts.answer("last_day"))
    except ValueError:
        return None
    if last < facts.today:
        return look(_("The course's last day has passed."))
    return None


def _license_text(facts: Facts) -> Finding | None:
    if facts.text_in_force:
        return None
    return look(_("The licence has a newer text than the one that was accepted."))


def _rejected(facts: Facts) -> Finding | None:
    if not facts.rejected:
        return None
    number = len(facts.rejected)
    return look(
        ngettext_lazy(
            "An earlier request by the same person was rejected: %(references)s.",
            "Earlier requests by the same person were rejected: %(references)s.",
            number,
        )
        % {"references": ", ".join(facts.rejected)}
    )


def _open(facts: Facts) -> Finding | None:
    if not facts.open:
        return None
    return look(
        ngettext_lazy(
            "The same person has another open request for this dataset: %(references)s.",
            "The same person has other open requests for this dataset: %(references)s.",
            len(facts.open),
        )
        % {"references": ", ".join(facts.open)}
    )


def _provider_named(facts: Facts) -> Finding | None:
    keys = ("applicant_email", "recipient_email", "signatory_email")
    named = {facts.answer(key).casefold() for key in keys} | facts.verified_emails
    if named & facts.provider_emails - {""} and not facts.named_deciders:
        return look(_("Somebody named here is a provider of this dataset and may not decide on the request."))
    return None


def _deciders_named(facts: Facts) -> list[Finding]:
    """Each decider of the dataset whom somebody named, and so kept from deciding; the applicant names nobody."""
    sentence = _("%(name)s, a decider of this dataset, is named as %(part)s and is not asked.")
    asks = _("%(name)s, a decider of this dataset, is the applicant and is not asked.")
    return [
        look((asks if part == Part.APPLICANT else sentence) % {"name": name, "part": PART_LABELS[part]})
        for name, part in facts.named_deciders
    ]


CHECKS: tuple[Callable[[Facts], Finding | None], ...] = (
    _applicant_email,
    _orcid,
    _recipient_orcid,
    _recipient,
    _profile,
    _signatory,
    _planned_use,
    _country,
    _last_day,
    _license_text,
    _provider_named,
    _rejected,
    _open,
)


def findings(facts: Facts) -> list[Finding]:
    """What the checks say, what is worth a look first."""
    found = [finding for check in CHECKS if (finding := check(facts))]
    found += _deciders_named(facts)
    found += [finding for person in facts.people for check in CHECKS_OF_A_PERSON if (finding := check(person))]
    return sorted(found, key=lambda finding: finding.level != Level.LOOK)
