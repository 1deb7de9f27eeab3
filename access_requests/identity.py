"""How it is known who somebody is who asks, is responsible or signs: facts and what they come to, without a database.

Advice for those who decide. Nothing here refuses anything.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from .finding import Finding, Sentence, fine, look
from .institutions.matching import Affiliated, Affiliation
from .lookalikes import for_machines, mixed_word
from .rows import Shown
from .workflow import Part, Status


@dataclass(frozen=True)
class Earlier:
    """Another request that the reader may see, and what the person is to it."""

    part: Part
    status: Status
    line: Shown


@dataclass(frozen=True)
class Person:
    """One person of a request: what is said of them, and what is known.

    Args:
        part: applicant, recipient scientist or signatory.
        name, title, email: as the answers have them; the e-mail case-folded.
        institution: that which they state; for a signatory that of the recipient scientist, for whom they sign.
        affiliated: what the table of institutions says of address and institution.
        has_account: whether an account has proven this address, or is known to be theirs.
        verified: whether that account holds the address as proven now.
        orcid: the ORCID iD that they signed in with, or an empty text.
        typed_orcid: the one that the answers give for them.
        signed_in_as: the proven addresses of the account that took their part, where this one is none of them.
        services: through which they have signed in; empty for the site's own account.
        since: when their account was made.
        earlier: other requests of theirs that the reader may see, the latest first.
    """

    part: Part
    name: str
    email: str
    affiliated: Affiliated
    title: str = ""
    institution: str = ""
    has_account: bool = False
    verified: bool = False
    orcid: str = ""
    typed_orcid: str = ""
    signed_in_as: tuple[str, ...] = ()
    services: tuple[str, ...] = ()
    since: datetime | None = None
    earlier: tuple[Earlier, ...] = ()

    @property
    def belongs(self) -> bool:
        """Whether the address belongs to the stated institution."""
        return self.affiliated.outcome == Affiliation.BELONGS

    @property
    def is_elsewhere(self) -> bool:
        """Whether the address belongs to another institution than the stated one."""
        return self.affiliated.outcome == Affiliation.ELSEWHERE

    @property
    def domain(self) -> str:
        """The address's domain."""
        return self.email.rpartition("@")[2]

    @property
    def typed_only(self) -> str:
        """The ORCID iD that nobody has signed in with, where there is no other."""
        return "" if self.orcid else self.typed_orcid

    def with_status(self, status: Status, part: Part | None = None) -> tuple[str, ...]:
        """References of their other requests that stand there; of those in which they are one part, if given."""
        rows = [row for row in self.earlier if row.status == status and part in (None, row.part)]
        return tuple(row.line.reference for row in rows)

    @property
    def rejected(self) -> int:
        """How many of their other requests were rejected."""
        return len(self.with_status(Status.REJECTED))


OWN: dict[Part, Sentence] = {
    Part.APPLICANT: _("The applicant’s address is at %(domain)s, which belongs to %(institution)s."),
    Part.RECIPIENT_SCIENTIST: _(
        "The recipient scientist’s address is at %(domain)s, which belongs to %(institution)s."
    ),
    Part.SIGNATORY: _("The signatory’s address is at %(domain)s, which belongs to %(institution)s."),
}
OTHERS: dict[Part, Sentence] = {
    Part.APPLICANT: _(
        "The applicant states %(stated)s, but the address is at %(domain)s, which belongs to %(institution)s."
    ),
    Part.RECIPIENT_SCIENTIST: _(
        "The recipient scientist is said to be at %(stated)s, but the address is at %(domain)s, which belongs to "
        "%(institution)s."
    ),
    Part.SIGNATORY: _(
        "The signatory is to sign for %(stated)s, but the address is at %(domain)s, which belongs to %(institution)s."
    ),
}
UNUSUAL: dict[Part, Sentence] = {
    Part.APPLICANT: _("The applicant’s address is at %(domain)s; %(stated)s is known to use %(usual)s."),
    Part.RECIPIENT_SCIENTIST: _(
        "The recipient scientist’s address is at %(domain)s; %(stated)s is known to use %(usual)s."
    ),
    Part.SIGNATORY: _("The signatory’s address is at %(domain)s; %(stated)s is known to use %(usual)s."),
}


def about_the_address(person: Person) -> Finding | None:
    """Whether the address belongs to the stated institution; nothing where the table knows neither."""
    known = person.affiliated
    words = {
        "domain": known.domain,
        "institution": known.institution,
        "stated": person.institution,
        "usual": ", ".join(known.usual),
    }
    if person.belongs:
        return fine(OWN[person.part] % words)
    if person.is_elsewhere:
        return look(OTHERS[person.part] % words)
    return look(UNUSUAL[person.part] % words) if known.usual and known.domain else None


def about_the_orcid(person: Person) -> Finding | None:
    """How the recipient scientist's ORCID iD is known, where the answers or their account have one."""
    typed, proven = person.typed_orcid, person.orcid
    if person.part != Part.RECIPIENT_SCIENTIST:
        return None
    if proven and typed and proven != typed:
        return look(
            _("The recipient scientist signed in with ORCID %(orcid)s, which is not the one in the answers: %(typed)s.")
            % {"orcid": proven, "typed": typed}
        )
    if proven:
        return fine(_("The recipient scientist has signed in with ORCID %(orcid)s.") % {"orcid": proven})
    return None


def about_earlier_requests(person: Person) -> Finding | None:
    """Whether a request that named the recipient scientist was rejected."""
    rejected = person.with_status(Status.REJECTED)
    if person.part != Part.RECIPIENT_SCIENTIST or not rejected:
        return None
    return look(
        ngettext_lazy(
            "An earlier request of the recipient scientist’s was rejected: %(references)s.",
            "Earlier requests of the recipient scientist’s were rejected: %(references)s.",
            len(rejected),
        )
        % {"references": ", ".join(rejected)}
    )


def about_the_letters(person: Person) -> Finding | None:
    """Whether a name, an institution or an address is written so that it can be taken for another one."""
    if machines := for_machines(person.domain):
        return look(
            _("%(domain)s is %(machines)s for machines: letters of another alphabet can look like the usual ones.")
            % {"domain": person.domain, "machines": machines}
        )
    word = mixed_word(f"{person.name} {person.institution} {person.email} {person.title}")
    if not word:
        return None
    return look(_("“%(word)s” mixes letters of several alphabets and can be taken for another word.") % {"word": word})


CHECKS = (about_the_address, about_the_letters, about_the_orcid, about_earlier_requests)
