"""Letters about the copies of people whose own access ended, while the request goes on."""

from __future__ import annotations

from django.utils.translation import gettext as _

from access_requests.models import AccessRequest, Grant, Participant
from aidahub.outbox.wording import one_line

from .case import Case
from .letter import Letter
from .parts import brief, day, listed, what, who
from .readers import Reader, link_for


class Ended(Case):
    """One person's grant that ended some time ago."""

    def __init__(self, request: AccessRequest, grant: Grant) -> None:
        """Args: grant: whose copies nobody has confirmed deleted."""
        super().__init__(request)
        self.grant = grant

    @property
    def names(self) -> dict[str, str]:
        """Also whose access it was, and when it ended."""
        ended = self.grant.closed_on
        name = one_line(self.grant.participant.name, 80)
        return {**super().names, "name": name, "day": day(ended) if ended else ""}


def what_to_delete() -> str:
    """What is meant by copies of one's own."""
    return _("That is every copy that you made, also parts of the data and backups.")


def how_to_confirm(case: Case, person: Participant) -> str:
    """How somebody says that their own copies are deleted; whoever is not named any more does not see the page."""
    if person.removed_at is None:
        return _("When they are deleted, confirm it on the request's page.")
    return _("When they are deleted, write it to %(address)s: hub staff record it.") % case.names


def link_to_own(case: Case, person: Participant) -> tuple[str, str]:
    """The page on which they confirm it; none for who is not named any more."""
    if person.removed_at is None:
        return _("Confirm that your copies are deleted"), case.own_page("deletion")
    return "", ""


def declined_access(case: Case, reader: Reader) -> Letter:
    """To somebody who declined their part and had access by it."""
    names = case.names
    return Letter(
        _("Delete your copies: your access to %(dataset)s has ended") % names,
        _("You declined your part in the request of %(asker)s, so your access to %(dataset)s has ended.") % names,
        what(case),
        [],
        *link_to_own(case, case.person),
        [
            _("All your copies of the data must be deleted now."),
            what_to_delete(),
            how_to_confirm(case, case.person),
            _("If you declined by mistake, you can still confirm your part: %(page)s")
            % {"page": case.own_page("part")},
        ],
    )


def delete_own_copies(case: Ended, reader: Reader) -> Letter:
    """To somebody whose own access ended a while ago, when nobody has confirmed that their copies are deleted."""
    names, person = case.names, case.grant.participant
    return Letter(
        _("Still to confirm: your copies of %(dataset)s are deleted") % names,
        _("Your access to %(dataset)s ended on %(day)s, and it is not confirmed yet that all your copies are deleted.")
        % names,
        what(case),
        [],
        *link_to_own(case, person),
        [what_to_delete(), how_to_confirm(case, person)],
    )


def own_copies_uncertain(case: Ended, reader: Reader) -> Letter:
    """To hub staff: somebody's access ended, and nobody has said that their copies are gone."""
    names = case.names
    return Letter(
        _("Copies of %(name)s not yet deleted: %(dataset)s, request of %(who)s") % names,
        _(
            "The access of %(name)s to %(dataset)s by the request of %(asker)s ended on %(day)s. Nobody has confirmed "
            "that their copies are deleted."
        )
        % names,
        brief(case),
        [],
        _("See the request"),
        link_for(case, reader)[0],
        [_("They were reminded today. You can record their confirmation.")],
    )


def own_copies_deleted(case: Case, reader: Reader) -> Letter:
    """To hub staff: somebody whose own access ended confirms that their copies are deleted."""
    by = case.event.by.get_full_name() if case.event and case.event.by else ""
    names = case.names | {"name": by}
    return Letter(
        _("Copies of %(name)s deleted: %(dataset)s, %(who)s") % names,
        _("%(name)s confirmed that all their own copies of %(dataset)s are deleted.") % names,
        [*what(case), *who(case)],
        [],
        _("Read the request"),
        link_for(case, reader)[0],
        [_("You need to do nothing.")],
    )


def own_deletion_recorded(case: Case, reader: Reader) -> Letter:
    """To those whose own access ended, where hub staff recorded that their copies are deleted."""
    numbers = case.payload["persons"]
    people = case.request.participants.filter(number__in=numbers, email=reader.known_by).order_by("number")
    here = any(person.takes_part for person in people)
    names = case.names | {"people": listed([person.name for person in people])}
    return Letter(
        _("Recorded: your copies of %(dataset)s are deleted") % names,
        _("%(hub)s recorded that all copies of %(dataset)s that %(people)s had are deleted.") % names,
        what(case),
        [],
        *((_("See the request"), case.own_url) if here else ("", "")),
        [_("If this is not right, write to %(address)s.") % names],
    )
