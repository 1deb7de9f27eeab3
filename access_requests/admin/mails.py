"""The outbox's page in the admin, without the mails about requests in which the reader is named."""

from __future__ import annotations

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from access_requests.desk import mails_for
from aidahub.outbox.admin import MailAdmin
from aidahub.outbox.models import Mail

from .filters import user_of

admin.site.unregister(Mail)


@admin.register(Mail)
class DiscreetMailAdmin(MailAdmin):
    """The page of the app below, which knows no requests.

    Mails to deciders and to hub staff tell of votes and reasons. Who is the applicant or named sees neither
    (docs/workflow.md), not even as hub staff.
    """

    def get_queryset(self, request: HttpRequest) -> QuerySet[Mail]:
        """The mails but those about the reader's own requests."""
        return super().get_queryset(request) & mails_for(user_of(request))
