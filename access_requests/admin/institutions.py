"""The institutions as the register has them, for looking up."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import admin

from access_requests.models import Institution
from aidahub.accounts.permissions import HubAdmin

if TYPE_CHECKING:
    Base = admin.ModelAdmin[Institution]
else:
    Base = admin.ModelAdmin


@admin.register(Institution)
class InstitutionAdmin(HubAdmin, Base):
    """Institutions and their domains. They come from a file; nobody edits them here.

    The search takes a part of a name, a whole domain or a whole ID.
    """

    list_display = ("name", "country", "domains", "source_version", "retired_at")
    list_filter = (("retired_at", admin.EmptyFieldListFilter),)
    list_per_page = 50
    show_full_result_count = False
    search_fields = ("name", "=known_domains__domain", "=ror_id")
    fields = ("name", "other_names", "country", "domains", "ror_id", "source_version", "retired_at")
    readonly_fields = fields
