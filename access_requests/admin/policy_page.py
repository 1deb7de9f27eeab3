"""The page of a policy: its fields explained, presets that fill it, a preview, and what open requests will notice."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING, Any

from django import forms
from django.http import HttpRequest, QueryDict
from django.utils.functional import Promise
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from access_requests.actions import apply_policy
from access_requests.models import AccessRequest, Policy
from access_requests.policies import PRESETS, policy_without_row
from access_requests.policy_words import in_words
from access_requests.workflow import OPEN

if TYPE_CHECKING:
    from django.contrib import admin

    Page = admin.ModelAdmin[Policy]
    FormBase = forms.ModelForm[Policy]
else:
    Page, FormBase = object, forms.ModelForm

PRESET, PREVIEW = "_preset", "_preview"
SET_HERE = (
    *("decided_by", "triage", "free_countries", "quorum", "confirm"),
    *("needed", "needed_before", "agreement", "days"),
)
PRESET_NAMES: dict[str, str | Promise] = {"direct": gettext_lazy("Use: direct"), "aida": gettext_lazy("Use: AIDA")}
EXPLAINED: dict[str, str | Promise] = {
    "decided_by": gettext_lazy(
        "The deciders are the providers that the dataset’s page names. Where hub staff decide, nothing is checked "
        "before and nothing confirmed after."
    ),
    "triage": gettext_lazy("Hub staff see whether a request is complete and credible before anybody else is asked."),
    "free_countries": gettext_lazy(
        "Where not every request is checked: hub staff still check first where real data would go to any other "
        "country. None chosen: no country needs a check."
    ),
    "quorum": gettext_lazy("A round that is open keeps the rule with which it was opened."),
    "confirm": gettext_lazy(
        "The applicant hears nothing until hub staff confirm, and reads their words. Without it the applicant reads "
        "the deciders’ reasons."
    ),
    "needed": gettext_lazy("The applicant always accepts the licence. Members are waited for only with everybody."),
    "needed_before": gettext_lazy(
        "If it is before the deciders are asked, they see only requests that the people named know of."
    ),
    "agreement": gettext_lazy("Hub staff keep the signed paper with the request; access waits for it."),
    "days": gettext_lazy("Counted from the day on which access opens. Empty: access has no end."),
}


def _codes(value: str | Collection[Any]) -> set[str]:
    """Countries as two letters each: of a field's value, or of a new policy's, which is one text with commas."""
    countries = value.split(",") if isinstance(value, str) else value
    return {str(getattr(country, "code", country)) for country in countries}


def _show_chosen_first(field: Any, codes: Collection[str]) -> None:
    """Countries as boxes to tick, those that are ticked on top: a list of 250 lines hides what is chosen in it."""
    choices = sorted(((code, name) for code, name in field.choices if code), key=lambda choice: choice[0] not in codes)
    field.widget = forms.CheckboxSelectMultiple(attrs={"class": "rd-countries"}, choices=choices)


class ExplainedPolicyForm(FormBase):
    """A policy's form with every field explained. A preset or a preview fills it and saves nothing."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Take the explanations; remember the policy as it was, in words."""
        super().__init__(*args, **kwargs)
        self.before = in_words(self.instance) if self.instance.pk else ""
        for name, words in EXPLAINED.items():
            if name in self.fields:
                self.fields[name].help_text = str(words)
        if "free_countries" in self.fields:
            field = self.fields["free_countries"]
            initial = self.get_initial_for_field(field, "free_countries")
            self.initial["free_countries"] = sorted(_codes(initial or ()))
            _show_chosen_first(field, _codes(self["free_countries"].value() or ()))

    def is_valid(self) -> bool:
        """Not while somebody only tries a preset or looks at the preview: the page comes back with the sentence."""
        valid = super().is_valid()
        return valid and not ({PRESET, PREVIEW} & set(self.data))


class PolicyPage(Page):
    """Mixed into the admin of policies: presets, preview, history, and what it means for open requests."""

    change_form_template = "admin/access_requests/policy/change_form.html"

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> Any:
        """The page; with a preset chosen, its values stand in the form."""
        slug = request.POST.get(PRESET, "")
        if request.method == "POST" and slug in PRESETS:
            request.POST = with_preset(request.POST, slug)  # type: ignore[assignment]  # a QueryDict as before
        tried = bool({PRESET, PREVIEW} & set(request.POST))
        context = {"presets": PRESET_NAMES.items(), "tried": tried, **(extra_context or {})}
        return super().changeform_view(request, object_id, form_url, context)

    def save_model(self, request: HttpRequest, obj: Policy, form: Any, change: bool) -> None:
        """Save, and move on whatever waits for nothing any more."""
        form.before = form.before or in_words(policy_without_row(obj.license))
        super().save_model(request, obj, form, change)
        moved = apply_policy(license=obj.license)
        if moved:
            sentence = ngettext(
                "%(number)s open request waits for nothing any more and went on.",
                "%(number)s open requests wait for nothing any more and went on.",
                len(moved),
            )
            self.message_user(request, sentence % {"number": len(moved)})

    def construct_change_message(self, request: HttpRequest, form: Any, formsets: Any, add: bool = False) -> Any:
        """For the history: what it did before, and what it does now."""
        after = in_words(form.instance)
        if after == form.before:
            return super().construct_change_message(request, form, formsets, add)
        return _("Before: %(before)s Now: %(after)s") % {"before": form.before, "after": after}

    def concerns(self, policy: Policy) -> SafeString:
        """What open requests will notice of a change."""
        if not policy.license_id:
            return format_html("{}", _("Choose a licence; requests that are open under it are counted here."))
        number = AccessRequest.objects.filter(license=policy.license_id, status__in=OPEN).count()
        counted = ngettext(
            "%(number)s request is open under this licence.", "%(number)s requests are open under this licence.", number
        ) % {"number": number}
        if not number:
            return format_html("{}", counted)
        sentences = [
            _("At once: who is waited for, the agreement, whether hub staff confirm, and how long access lasts."),
            _("Those that wait for nothing any more go on by themselves, to the deciders or to open access."),
            _("Votes being collected: the round keeps its deciders and the votes that it needs."),
            _("Access that is open stays as it is."),
        ]
        return format_html("{}<ul>{}</ul>", counted, format_html_join("", "<li>{}</li>", ((one,) for one in sentences)))

    concerns.short_description = gettext_lazy("open requests")  # type: ignore[attr-defined]  # as the admin reads it


def with_preset(data: QueryDict, slug: str) -> QueryDict:
    """What was posted, with a preset's values in place of those that it sets; the rest stays as it was typed."""
    filled = data.copy()
    for name, value in PRESETS[slug].items():
        filled.pop(name, None)
        if value is True:
            filled[name] = "on"
        elif value is not False:
            filled[name] = str(value)
    return filled
