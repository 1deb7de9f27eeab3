"""Letters about messages, notes and files: to those who review a request, and to those named in it.

The named read of "the dataset's providers" and the hub, never the name of somebody who reviews.
"""

from __future__ import annotations

from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _

from access_requests.events import text_of
from access_requests.models import Attachment, Message
from access_requests.talk import names_of_writers, signature
from access_requests.workflow import Part
from aidahub.outbox.wording import one_line

from .case import Case
from .letter import Letter, Section
from .parts import brief, what
from .readers import Reader, link_for
from .to_providers import invited


def asked(case: Case, reader: Reader) -> Letter:
    """To those who review: somebody who is named in the request wrote to them."""
    names = _names(case)
    url, invitation = link_for(case, reader)
    lead = _("%(writer)s wrote to those who review the request of %(asker)s for access to %(dataset)s.")
    if case.event and case.event.by_id == case.request.applicant_id:
        lead = _("%(asker)s wrote about the request for access to %(dataset)s.")
    return Letter(
        _("Answer: %(writer)s wrote about access to %(dataset)s") % names,
        lead % names,
        [],
        [*_words(case), Section(_("The request"), brief(case))],
        _("Answer"),
        url if invitation else f"{url}#messages",
        [
            *([invited()] if invitation else []),
            _(
                "Your answer goes to the applicant and to those named in the request. They read it as from the "
                "dataset's providers or from %(hub)s, without your name."
            )
            % names,
        ],
    )


def answered(case: Case, reader: Reader) -> Letter:
    """To the applicant and to the named: those who review the request wrote to them."""
    names = _names(case)
    if Part.APPLICANT in reader.parts:
        subject = _("Read and answer: a message about your request for access to %(dataset)s")
        lead = _("%(writer)s wrote to you about your request for access to %(dataset)s.")
    else:
        subject = _("Read: a message about the request of %(who)s for access to %(dataset)s")
        lead = _("%(writer)s wrote about the request of %(asker)s for access to %(dataset)s, in which you are named.")
    return Letter(
        subject % names,
        lead % names,
        what(case),
        _words(case),
        _("Answer"),
        f"{case.own_url}#messages",
        [_("Everybody who is named in the request and everybody who reviews it reads your answer.")],
    )


def copied(case: Case, reader: Reader) -> Letter:
    """To the applicant: somebody else who is named in the request wrote to those who review it."""
    names = _names(case)
    return Letter(
        _("Read: %(writer)s wrote about your request for access to %(dataset)s") % names,
        _("%(writer)s, whom you named, wrote to those who review your request for access to %(dataset)s.") % names,
        what(case),
        _words(case),
        _("Answer"),
        f"{case.own_url}#messages",
        [_("You need to do nothing if you have nothing to add.")],
    )


def noted(case: Case, reader: Reader) -> Letter:
    """To hub staff: a decider wrote an internal note, whose words are on the page only."""
    names = case.names
    return Letter(
        _("Read: a note on access to %(dataset)s for %(who)s") % names,
        _(
            "A decider wrote an internal note on the request of %(asker)s for access to %(dataset)s. You find it on "
            "the request's page."
        )
        % names,
        what(case),
        [],
        _("Read the note"),
        f"{link_for(case, reader)[0]}#notes",
        [_("Only deciders and hub staff read notes. Nobody who is named in the request does.")],
    )


def attached(case: Case, reader: Reader) -> Letter:
    """To those who review: somebody who is named in the request attached a file."""
    names = _names(case)
    url, invitation = link_for(case, reader)
    return Letter(
        _("Look: %(writer)s attached a file about access to %(dataset)s") % names,
        _("%(writer)s attached a file to the request of %(asker)s for access to %(dataset)s.") % names,
        [*_file(case), *brief(case)],
        [],
        _("Open the request"),
        url,
        [invited()] if invitation else [],
    )


def attached_for_you(case: Case, reader: Reader) -> Letter:
    """To the applicant and to the named: those who review the request attached a file for them."""
    names = case.names
    return Letter(
        _("Look: a file about access to %(dataset)s for %(who)s") % names,
        _("Those who review the request of %(asker)s for access to %(dataset)s attached a file to it.") % names,
        [*_file(case), *what(case)],
        [],
        _("Open the request"),
        case.own_url,
        [_("You find the file on the request's page, after signing in.")],
    )


def file_of(case: Case) -> Attachment | None:
    """The file that the event tells of."""
    files = case.request.attachments.filter(public_id=case.payload["file"]).select_related("by")
    return files.first()


def _file(case: Case) -> list[tuple[str, str]]:
    file = file_of(case)
    return [(_("File"), f"{one_line(file.name, 200)} ({filesizeformat(file.size)})")] if file else []


def _names(case: Case) -> dict[str, str]:
    """What the sentences are filled in with, with who wrote, as the named may read it."""
    by = case.event.by if case.event else None
    message = case.request.messages.filter(number=case.payload.get("message", 0)).select_related("by").first()
    if message is None:  # a file, whose writer is named in the request
        message = Message(by=by, voice=Message.Voice.PARTICIPANT)
    writer = signature(message, names_of_writers(case.request, [message]), inner=False)
    return case.names | {"writer": one_line(writer, 80)}


def _words(case: Case) -> list[Section]:
    return [Section(_("The message"), words=text_of(case.event, "text") if case.event else "")]
