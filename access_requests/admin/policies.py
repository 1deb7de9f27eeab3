"""What hub staff set for a licence: its policy."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from access_requests.models import Form, Policy
from access_requests.questions import BUILTIN, builtin, text_in
from access_requests.workflow import DecidedBy, Quorum
from aidahub.accounts.permissions import HubAdmin

if TYPE_CHECKING:
    PolicyBase = admin.ModelAdmin[Policy]
    PolicyModelForm = forms.ModelForm[Policy]
else:
    PolicyBase = admin.ModelAdmin
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
    """The forms that a licence can have, by the names that people read: built-in ones, and those that are published."""
    published = Form.objects.filter(versions__number=1).order_by("slug").values_list("slug", "name")
    names = {**{slug: builtin(slug)["name"] for slug in BUILTIN}, **dict(published)}
    return [(slug, text_in(None, name) or slug) for slug, name in names.items()]


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
