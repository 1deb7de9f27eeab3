"""What hub staff set for a licence (its policy), and the forms as they stand, for reading."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from access_requests.models import Form, FormVersion, Policy
from access_requests.questions import BUILTIN, builtin, parse, text_in
from access_requests.workflow import DecidedBy, Quorum
from aidahub.accounts.permissions import HubAdmin

if TYPE_CHECKING:
    PolicyBase = admin.ModelAdmin[Policy]
    FormBase = admin.ModelAdmin[Form]
    VersionBase = admin.ModelAdmin[FormVersion]
    PolicyModelForm = forms.ModelForm[Policy]
else:
    PolicyBase = FormBase = VersionBase = admin.ModelAdmin
    PolicyModelForm = forms.ModelForm


def in_words(policy: Policy) -> str:
    """What a policy does with a request, in the order in which it happens."""
    return " ".join([_way(policy), _end(policy)])


def _way(policy: Policy) -> str:
    if policy.decided_by == DecidedBy.HUB:
        return gettext("A request goes to hub staff, who decide on it; nothing is checked before or confirmed after.")
    votes = (
        gettext("every decider votes, and one rejection rejects it")
        if policy.quorum == Quorum.ALL
        else gettext("the first vote settles it")
    )
    sentences = {
        (False, False): _("A request goes straight to the dataset’s deciders; %(votes)s."),
        (True, False): _("Hub staff check a request first; then the dataset’s deciders are asked; %(votes)s."),
        (False, True): _(
            "A request goes straight to the dataset’s deciders; %(votes)s; hub staff confirm the outcome."
        ),
        (True, True): _(
            "Hub staff check a request first; then the dataset’s deciders are asked; %(votes)s; "
            "hub staff confirm the outcome."
        ),
    }
    return str(sentences[policy.triage, policy.confirm]) % {"votes": votes}


def _end(policy: Policy) -> str:
    if not policy.days:
        return gettext("Access has no end.")
    return ngettext("Access ends after %(days)s day.", "Access ends after %(days)s days.", policy.days) % {
        "days": policy.days
    }


def form_choices() -> list[tuple[str, str]]:
    """The forms that a licence can have, by the names that people read."""
    return [(slug, text_in(None, builtin(slug)["name"])) for slug in BUILTIN]


class PolicyForm(PolicyModelForm):
    """The form of a policy, in which the request form is a choice."""

    form = forms.ChoiceField(label=_("Form"), choices=form_choices, help_text=_("What applicants fill in."))


@admin.register(Policy)
class PolicyAdmin(HubAdmin, PolicyBase):
    """How requests under a licence are decided. A change counts for what is sent from then on."""

    form = PolicyForm
    list_display = ("license", "in_words", "form_name")
    list_select_related = ("license__dataset",)
    search_fields = ("license__name", "license__dataset__name", "license__dataset__short_name")
    fields = ("license", "form", "decided_by", "triage", "quorum", "confirm", "days", "in_words")
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
        return ("in_words",) if obj is None else ("in_words", "license")


@admin.register(Form)
class FormAdmin(HubAdmin, FormBase):
    """The forms, for reading."""

    list_display = ("slug", "__str__")
    fields = ("slug", "__str__")
    readonly_fields = fields


@admin.register(FormVersion)
class FormVersionAdmin(HubAdmin, VersionBase):
    """The versions of the forms, for reading: one that was used is frozen."""

    list_display = ("__str__", "created_at", "sha256")
    list_select_related = ("form",)
    fields = ("form", "number", "created_at", "sha256", "asked")
    readonly_fields = fields

    @admin.display(description=_("questions"))
    def asked(self, version: FormVersion) -> SafeString:
        """The questions in their order."""
        rows = [(text_in(None, question.label), question.kind.value) for question in parse(version.questions)]
        return format_html_join("", "<p>{} ({})</p>", rows)
