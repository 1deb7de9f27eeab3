"""The first chapters of a paper: what was asked for, where it stands, and the people."""

from __future__ import annotations

from django.utils.text import capfirst
from django.utils.translation import gettext as _

from access_requests.labels import PART_LABELS, STATUS_LABELS
from access_requests.models import AccessRequest, LicenseAcceptance, Participant
from access_requests.workflow import Part, Status
from aidahub.accounts.models import User

from .shape import Item, Mark, Row, Section, View, moment, row, rows


def about(request: AccessRequest, view: View) -> Section:
    """The dataset as submitted, the licence by the number and hash of its text, the register number."""
    sent = request.last_submission
    text = sent.license_text if sent else None
    dataset = Item(
        _("Dataset"),
        rows(
            row(_("Name"), request.dataset.name),
            row(_("DOI"), request.dataset.doi),
            row(_("Version as submitted"), sent.dataset_version if sent else ""),
        ),
    )
    licence = Item(
        _("Licence"),
        rows(
            row(_("Name"), request.license.name),
            row(_("Text number"), text.number if text else ""),
            row(_("SHA-256 of the text"), text.sha256 if text else ""),
        ),
    )
    return Section("about", _("What was asked for"), (dataset, licence, _standing(request, view)))


def _standing(request: AccessRequest, view: View) -> Item:
    assigned = request.assigned_to if view.hub else None
    return Item(
        _("Request"),
        rows(
            row(_("Reference"), request.reference),
            row(_("Register number"), request.register_number or (_("None yet") if view.hub else "")),
            row(_("Status"), STATUS_LABELS[Status(request.status)]),
            row(_("Since"), moment(request.status_since)),
            row(_("First sent"), moment(request.submitted_at)),
            row(_("Ended"), moment(request.ended_at)),
            row(_("Assigned to"), assigned.get_full_name() if assigned else ""),
            row(_("Copies confirmed deleted"), moment(request.copies_deleted_at)),
        ),
    )


def people(request: AccessRequest, view: View) -> Section:
    """Everybody who is named and, for those who see inside, who was: what each has confirmed and accepted."""
    order = list(PART_LABELS)
    named = sorted(request.participants.all(), key=lambda one: (order.index(Part(one.part)), one.number))
    here = [one for one in named if view.inside or one.removed_at is None]
    return Section("people", _("People"), tuple(_person(one, request, view) for one in here))


def _person(one: Participant, request: AccessRequest, view: View) -> Item:
    why = one.declined_why.words if one.declined_why and view.inside else ""
    told = rows(
        row(_("Name"), one.name, Mark.NAMES),
        row(_("Title"), one.title),
        row(_("Institution"), one.institution),
        row(_("E-mail"), one.email if _may_write_to(one, view) else "", Mark.CONTACT),
        row(_("Named"), moment(one.added_at)),
        row(_("Confirmed their part"), moment(one.confirmed_at)),
        row(_("Declined their part"), moment(one.declined_at)),
        row(_("Why they declined"), why, "declined"),
        row(_("Removed"), moment(one.removed_at)),
    )
    accepted = [each for each in request.acceptances.all() if each.participant_id == one.pk]
    return Item(capfirst(str(PART_LABELS[Part(one.part)])), told + tuple(map(_acceptance, accepted)))


def _may_write_to(one: Participant, view: View) -> bool:
    """Addresses are for those who see inside and for the applicant, who gave them; others see their own."""
    if view.inside or Part.APPLICANT in view.parts:
        return True
    return isinstance(view.user, User) and one.email in view.user.verified_emails


def _acceptance(accepted: LicenseAcceptance) -> Row:
    sentence = _("%(moment)s: text number %(number)s, SHA-256 %(hash)s")
    if accepted.paper_id:
        sentence = _("%(moment)s, on paper: text number %(number)s, SHA-256 %(hash)s")
    text = accepted.license_text
    facts = {"moment": moment(accepted.accepted_at), "number": text.number, "hash": text.sha256}
    return row(_("Accepted the licence"), sentence % facts)
