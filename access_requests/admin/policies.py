"""What hub staff set for a licence: its policy."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from access_requests.models import Form, FormVersion, Policy
from access_requests.policy_words import in_words
from access_requests.questions import BUILTIN, builtin, text_in
from aidahub.accounts.permissions import HubAdmin

from .policy_page import SET_HERE, ExplainedPolicyForm, PolicyPage

if TYPE_CHECKING:
    PolicyBase = admin.ModelAdmin[Policy]
    FormBase = admin.ModelAdmin[Form]
    VersionBase = admin.ModelAdmin[FormVersion]
else:
    PolicyBase = FormBase = VersionBase = admin.ModelAdmin


def form_choices() -> list[tuple[str, str]]:
    """The forms that a licence can have, by the names that people read: built-in ones, and those that are published."""
    published = Form.objects.filter(versions__number=1).order_by("slug").values_list("slug", "name")
    names = {**{slug: builtin(slug)["name"] for slug in BUILTIN}, **dict(published)}
    return [(slug, text_in(None, name) or slug) for slug, name in names.items()]


class PolicyForm(ExplainedPolicyForm):
    """The form of a policy, in which the request form is a choice."""

    form = forms.ChoiceField(label=_("Form"), choices=form_choices, help_text=_("What applicants fill in."))


@admin.register(Policy)
class PolicyAdmin(HubAdmin, PolicyPage, PolicyBase):
    """How requests under a licence are decided. A change counts for what is sent from then on."""

    form = PolicyForm
    list_display = ("license", "in_words", "form_name")
    list_select_related = ("license__dataset",)
    search_fields = ("license__name", "license__dataset__name", "license__dataset__short_name")
    fields = ("license", "form", *SET_HERE, "in_words", "concerns")
    show_full_result_count = False

    @admin.display(description=_("what it does"))
    def in_words(self, policy: Policy) -> str:
        """What the policy does, as a sentence; for a new one, what it does if nothing is set otherwise."""
        return in_words(policy)

    @admin.display(description=_("form"))
    def form_name(self, policy: Policy) -> str:
        """The form's name."""
        return dict(form_choices()).get(policy.form, policy.form)

    def has_add_permission(self, request: HttpRequest, *_args: Any) -> bool:
        """Hub staff."""
        return self.has_view_permission(request)

    def has_change_permission(self, request: HttpRequest, obj: Policy | None = None) -> bool:
        """Hub staff."""
        return self.has_view_permission(request)

    def get_readonly_fields(self, request: HttpRequest, obj: Policy | None = None) -> tuple[str, ...]:
        """The sentence, and the licence once it is chosen."""
        computed = ("in_words", "concerns")
        return computed if obj is None else (*computed, "license")
