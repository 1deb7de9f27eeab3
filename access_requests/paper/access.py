"""Access on paper: who had it from when to when, and what was delivered; never a link, a secret or the way there."""

from __future__ import annotations

from django.utils.translation import gettext as _

from access_requests.kinds import day_in_words
from access_requests.models import AccessRequest, Agreement, Grant
from access_requests.workflow import WITH_ACCESS

from .shape import Item, Mark, Row, Section, View, moment, row, rows


def access(request: AccessRequest, view: View) -> Section | None:
    """Grants for whoever sees the request; deliveries and agreements for hub staff."""
    items = [_grant(each, view) for each in request.grants.all()] if view.hub or request.status in WITH_ACCESS else []
    if view.hub:
        items += [_agreement(each) for each in request.agreements.all()]
    return Section("access", _("Access"), tuple(items)) if items else None


def _grant(grant: Grant, view: View) -> Item:
    why = grant.get_end_reason_display() if grant.end_reason else ""
    told = rows(
        row(_("Holder"), grant.participant.name, Mark.NAMES),
        row(_("At"), grant.institution),
        row(_("From"), day_in_words(grant.starts)),
        row(_("To"), day_in_words(grant.ends) if grant.ends else _("No end")),
        row(_("Licence text"), _("number %(number)s") % {"number": grant.acceptance.license_text.number}),
        row(_("Ended on"), day_in_words(grant.closed_on) if grant.closed_on else ""),
        row(_("Why it ended"), why),
        row(_("Copies confirmed deleted"), moment(grant.copies_deleted_at)),
    )
    return Item(_("Grant"), told + (_deliveries(grant) if view.hub else ()))


def _deliveries(grant: Grant) -> tuple[Row, ...]:
    """That something was delivered, when and by whom. What opens the data is on no paper."""
    found = []
    for each in grant.deliveries.all():
        parts = [_("%(moment)s by %(name)s") % {"moment": moment(each.at), "name": each.by.get_full_name()}]
        if each.valid_until:
            parts.append(_("valid until %(day)s") % {"day": day_in_words(each.valid_until)})
        if each.emptied_at:
            parts.append(_("link and secret emptied %(moment)s") % {"moment": moment(each.emptied_at)})
        if each.closed_at:
            parts.append(_("recorded as closed %(moment)s") % {"moment": moment(each.closed_at)})
        found.append(row(_("Delivery %(number)s") % {"number": each.number}, ", ".join(parts)))
    return tuple(found)


def _agreement(agreement: Agreement) -> Item:
    told = rows(
        row(_("Signed on"), day_in_words(agreement.signed_on)),
        row(_("Paper"), agreement.paper.name, f"file-{agreement.paper.public_id}"),
        row(_("Recorded"), moment(agreement.at)),
        row(_("Recorded by"), agreement.by.get_full_name()),
    )
    return Item(_("Agreement"), told)
