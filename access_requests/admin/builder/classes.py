"""The admin classes of forms and their versions: the addresses of the builder, and versions for reading."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import admin
from django.urls import URLPattern, path
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from access_requests.models import Form, FormVersion
from access_requests.questions import parse, text_in
from aidahub.accounts.permissions import HubAdmin

from . import pages, preview, publishing, question
from .shared import KIND_WORDS

if TYPE_CHECKING:
    FormBase = admin.ModelAdmin[Form]
    VersionBase = admin.ModelAdmin[FormVersion]
else:
    FormBase = VersionBase = admin.ModelAdmin


@admin.register(Form)
class FormAdmin(HubAdmin, FormBase):
    """The builder of forms in place of the stock pages. Forms are named by their slug in addresses."""

    def get_urls(self) -> list[URLPattern]:
        """The builder's pages and none of the stock ones."""
        pages_ = {
            "changelist": ("", pages.form_list),
            "add": ("new/", pages.new_form),
            "change": ("<slug:form>/change/", pages.form_page),
            "discard": ("<slug:form>/discard/", publishing.discard),
            "publish": ("<slug:form>/publish/", publishing.publish),
            "preview": ("<slug:form>/preview/<slug:step>/", preview.preview),
            "question_add": ("<slug:form>/questions/new/", question.add),
            "question": ("<slug:form>/questions/<slug:key>/change/", question.edit),
            "question_move": ("<slug:form>/questions/<slug:key>/move/", question.move),
            "question_remove": ("<slug:form>/questions/<slug:key>/remove/", question.remove),
        }
        wrap = self.admin_site.admin_view
        return [
            path(address, wrap(view), name=f"access_requests_form_{name}") for name, (address, view) in pages_.items()
        ]


@admin.register(FormVersion)
class FormVersionAdmin(HubAdmin, VersionBase):
    """The versions of the forms, for reading: one that was used is frozen."""

    list_display = ("__str__", "created_at", "published_by", "sha256")
    list_select_related = ("form", "published_by")
    fields = ("form", "number", "created_at", "published_by", "sha256", "asked")
    readonly_fields = fields

    @admin.display(description=_("questions"))
    def asked(self, version: FormVersion) -> SafeString:
        """The questions in their order."""
        rows = [(text_in(None, each.label), KIND_WORDS[each.kind][0]) for each in parse(version.questions)]
        return format_html_join("", "<p>{} ({})</p>", rows)
