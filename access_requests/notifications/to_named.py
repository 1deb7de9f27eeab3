"""Letters to those who are named in a request: what they are asked to confirm, and what becomes of it.

Whoever reads them may have no account: then the one link takes their part for whoever opens it and signs in.
"""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.utils import timezone
from django.utils.text import get_text_list
from django.utils.translation import gettext as _

from access_requests.duties import DUTIES
from access_requests.labels import PART_LABELS
from access_requests.models import Participant
from access_requests.taking_part import holds_up_review
from access_requests.workflow import HOLDERS, Part, Status
from datasets.differences import taken_out_and_put_in

from .case import Case
from .letter import Letter, Section
from .of_copies import how_to_confirm, what_to_delete
from .parts import brief, changes, day, planned_use, what
from .readers import Reader, link_to_part, people_of
from .to_people import period


def roles(reader: Reader) -> str:
    """What the reader is named as, in a sentence."""
    parts = sorted((part for part in reader.parts if part in DUTIES), key=list(DUTIES).index)
    return get_text_list([str(PART_LABELS[part]) for part in parts], _("and"))


def duties(reader: Reader) -> str:
    """What the reader is asked to confirm, part by part."""
    return " ".join(str(duty) for part, duty in DUTIES.items() if part in reader.parts)


def effect(case: Case, reader: Reader) -> str:
    """Whether the request waits for the reader, or what else follows from their answer."""
    people = people_of(case, reader)
    if any(person in case.waited_for for person in people):
        if any(holds_up_review(case.request, person) for person in people):
            return _("The request waits for you: nobody decides on it before you have confirmed.")
        return _("The request waits for you: access does not open before you have confirmed.")
    if any(Part(person.part) in HOLDERS for person in people):
        return _("The request goes on without your answer, but you get no access before you have confirmed.")
    return _("The request goes on without your answer; please give it all the same.")


def how_to_decline(case: Case) -> str:
    """What to do when it is not right."""
    return (
        _(
            "If it is not right, or you know nothing of it, say so on the same page; you need not say why. "
            "You can also write to %(address)s."
        )
        % case.names
    )


def about_link(invitation: bool) -> str:
    """Whom the link lets in and until when, or how to sign in."""
    if not invitation:
        return _("To open the page, sign in with the account that has this e-mail address, or that took this part.")
    last = timezone.localdate() + timedelta(days=settings.INVITATION_DAYS)
    return _(
        "The link is for you alone: whoever opens it and signs in takes this part, so please do not pass it on. "
        "It works once, until %(day)s. Any account will do, also one with another e-mail address."
    ) % {"day": day(last)}


def no_vote() -> str:
    """That whoever is named does not decide."""
    return _(
        "As you are named in the request, you do not decide on it, even if you are one of the dataset's providers."
    )


def _asked(case: Case, reader: Reader, subject: str, lead: str, *, told: bool = True) -> Letter:
    """A letter that asks its reader to confirm. `told`: whether it tells all about the request."""
    url, invitation = link_to_part(case, reader)
    return Letter(
        subject,
        lead,
        brief(case),
        [*changes(case), *planned_use(case)] if told else [],
        _("Confirm or decline"),
        url,
        [duties(reader), effect(case, reader), how_to_decline(case), about_link(invitation), no_vote()],
    )


def named(case: Case, reader: Reader) -> Letter:
    """To those whom the applicant named, on submit: by whom, for what, and what they are asked to confirm."""
    names = case.names | {"roles": roles(reader)}
    if has_confirmed(case, reader):
        return _changed(case, reader)
    lead = _(
        "%(asker)s named you as %(roles)s in a request for access to %(dataset)s. Please confirm that this is right, "
        "or say that it is not."
    )
    if case.again:
        lead = _(
            "%(asker)s changed and sent again a request for access to %(dataset)s in which you are %(roles)s. Please "
            "confirm that this is right, or say that it is not."
        )
    subject = _("Confirm your part: request for access to %(dataset)s by %(who)s")
    return _asked(case, reader, subject % names, lead % names)


def has_confirmed(case: Case, reader: Reader) -> bool:
    """Whether the reader has confirmed all that they are named as."""
    return all(person.confirmed_at for person in people_of(case, reader))


def _changed(case: Case, reader: Reader) -> Letter:
    """To somebody who has confirmed a request that was changed since."""
    names = case.names | {"roles": roles(reader)}
    return Letter(
        _("Changed: request for access to %(dataset)s by %(who)s") % names,
        _("%(asker)s changed and sent again a request for access to %(dataset)s in which you are %(roles)s.") % names,
        brief(case),
        [*changes(case), *planned_use(case)],
        _("Read the request"),
        case.own_url,
        [
            _("You have confirmed your part, and that still holds. You need to do nothing if you agree with this."),
            _("If you do not, say so on the request's page: what you confirmed you can take back there."),
        ],
    )


def added(case: Case, reader: Reader) -> Letter:
    """To somebody who was named after the request had been sent."""
    names = case.names | {"roles": roles(reader)}
    lead = _(
        "You were named as %(roles)s in the request of %(asker)s for access to %(dataset)s. Please confirm that this "
        "is right, or say that it is not."
    )
    subject = _("Confirm your part: request for access to %(dataset)s by %(who)s")
    return _asked(case, reader, subject % names, lead % names)


def invitation(case: Case, reader: Reader) -> Letter:
    """To somebody whose answer is missing, with a fresh link: asked for by hub staff or by whoever had an old link."""
    names = case.names | {"roles": roles(reader)}
    lead = _(
        "%(asker)s named you as %(roles)s in a request for access to %(dataset)s, and your answer is missing. Please "
        "confirm that this is right, or say that it is not."
    )
    subject = _("Your answer is missing: request for access to %(dataset)s by %(who)s")
    return _asked(case, reader, subject % names, lead % names)


def waited_for(case: Case, reader: Reader) -> Letter:
    """To somebody named for whom alone access waits, when the request is approved."""
    names = case.names | {"roles": roles(reader)}
    lead = _(
        "The request of %(asker)s for access to %(dataset)s, in which you are %(roles)s, is approved. Access opens "
        "when you have done your part: please confirm it, or say that it is not right."
    )
    subject = _("Approved, and waiting for you: access to %(dataset)s for %(who)s")
    return _asked(case, reader, subject % names, lead % names, told=False)


def removed(case: Case, reader: Reader) -> Letter:
    """To somebody who is not named any more; where they had access, with what must be done now."""
    names = case.names
    if case.payload.get("ended"):
        return _removed_from_access(case)
    return Letter(
        _("No longer named: request for access to %(dataset)s by %(who)s") % names,
        _("You are not named any more in the request of %(asker)s for access to %(dataset)s.") % names,
        what(case),
        [],
        _("The dataset's page"),
        settings.BASE_URL + case.request.dataset.get_absolute_url(),
        [
            _("You need to do nothing. You do not see the request any more; links in earlier mails do not work."),
            _("If this is not right, write to %(address)s.") % names,
        ],
    )


def _removed_from_access(case: Case) -> Letter:
    names = case.names
    return Letter(
        _("Delete your copies: your access to %(dataset)s has ended") % names,
        _(
            "You are not named any more in the request of %(asker)s for access to %(dataset)s, so your access by it "
            "has ended. All your copies of the data must be deleted now."
        )
        % names,
        what(case),
        [],
        "",
        "",
        [
            what_to_delete(),
            how_to_confirm(case, case.person),
            _("You do not see the request any more; links in earlier mails do not work."),
            _("If this is not right, write to %(address)s.") % names,
        ],
    )


def accepted_on_paper(case: Case, reader: Reader) -> Letter:
    """To somebody for whom hub staff recorded that they accepted the licence on paper."""
    names = case.names
    return Letter(
        _("Recorded: you accepted the licence of %(dataset)s on paper") % names,
        _("%(hub)s recorded that you accepted the licence of %(dataset)s on paper, and keeps that paper.") % names,
        brief(case),
        [],
        _("Read the request"),
        case.own_url,
        [_("You need to do nothing if this is right. If you signed nothing, write to %(address)s at once.") % names],
    )


def granted_named(case: Case, reader: Reader) -> Letter:
    """To those named: access is open, for the reader or for others."""
    names = case.names
    people = people_of(case, reader)
    url, link = case.own_url, _("Read the request")
    if any(person.number in case.granted_to for person in people):
        lead = _("Your access to %(dataset)s, for which %(asker)s asked, is open.")
        notes = [_("%(hub)s tells you how to get the data; it has been asked to do so.") % names]
    elif any(_may_still_come(person) for person in people):
        lead = _("%(asker)s, who named you in the request, now has access to %(dataset)s. You have none yet.")
        (url, invited), link = link_to_part(case, reader), _("Confirm or decline")
        notes = [duties(reader), _("You get access yourself when you have confirmed."), about_link(invited)]
    else:
        lead = _("%(asker)s, who named you in the request, now has access to %(dataset)s.")
        notes = [_("You need to do nothing now. If you do not agree, write to %(address)s.") % names]
    subject = _("Access granted: %(dataset)s for %(who)s") % names
    return Letter(subject, lead % names, [*what(case), *period(case)], [], link, url, notes)


def _may_still_come(person: Participant) -> bool:
    return Part(person.part) in HOLDERS and person.confirmed_at is None and person.declined_at is None


def license_changed(case: Case, reader: Reader) -> Letter:
    """To somebody who accepted the licence in a wording that counts no more: what changed, and where to accept it."""
    names = case.names
    text = case.request.license.text_in_force
    accepted = case.last_accepted_by(reader.known_by)
    sections = []
    if text and accepted:
        out, new = taken_out_and_put_in(accepted.text, text.text)
        sections = [Section(_("No longer in it"), words=out)] if out else []
        sections += [Section(_("New in it"), words=new)] if new else []
    approved = case.request.status == Status.APPROVED
    subject = _("Accept the changed licence: request for access to %(dataset)s by %(who)s")
    if Part.APPLICANT in reader.parts:
        subject = _("Accept the changed licence: your request for access to %(dataset)s")
    return Letter(
        subject % names,
        _("The licence of %(dataset)s has changed since you accepted it. Please read it and accept it again.") % names,
        what(case),
        sections,
        _("See what changed and accept it"),
        case.own_page("accept"),
        [
            _("Access does not open before you have accepted it.")
            if approved
            else _("The request goes on meanwhile, but access does not open before you have accepted it."),
            _("If you do not want to accept it, write to %(address)s.") % names,
        ],
    )
