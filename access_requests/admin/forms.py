"""The forms of the confirmation pages."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from access_requests.labels import ANSWER_LABELS
from access_requests.rules import REASON_LENGTH
from access_requests.workflow import Answer
from datasets.models import Provider

from .steps import Reason, Step

EVIDENCE_LENGTH = 50_000


class StepForm(forms.Form):
    """Asks what a step needs: a reason, for whom the vote counts, the mail that it came by.

    Args:
        step: the step to confirm.
        providers: deciders to choose from; a single one is taken without asking unless the step is by mail.
        readers: the sentence that says who reads the reason.
    """

    provider = forms.ChoiceField(label=gettext_lazy("Whose decision is it?"), widget=forms.RadioSelect)
    answer = forms.ChoiceField(
        label=gettext_lazy("What did they answer?"),
        widget=forms.RadioSelect,
        choices=[(answer.value, capfirst(ANSWER_LABELS[answer])) for answer in Answer],
    )
    evidence = forms.CharField(
        label=gettext_lazy("Their mail"),
        help_text=gettext_lazy("Paste it whole, with sender and date. It is kept with the decision as evidence."),
        max_length=EVIDENCE_LENGTH,
        widget=forms.Textarea(attrs={"rows": 8}),
    )
    reason = forms.CharField(
        label=gettext_lazy("Reason"), max_length=REASON_LENGTH, widget=forms.Textarea(attrs={"rows": 5})
    )

    def __init__(self, *args: Any, step: Step, providers: Sequence[Provider], readers: Any = "", **kwargs: Any) -> None:
        """Keep the fields that this step needs."""
        super().__init__(*args, **{"label_suffix": "", **kwargs})
        self.step, self.providers = step, list(providers)
        if not step.by_mail:
            del self.fields["answer"], self.fields["evidence"]
        if step.by_mail or len(self.providers) > 1:
            self.fields["provider"].choices = [  # type: ignore[attr-defined]  # a ChoiceField
                (str(provider.pk), provider.name) for provider in self.providers
            ]
        else:
            del self.fields["provider"]
        if step.reason == Reason.NONE:
            del self.fields["reason"]
        else:
            self.fields["reason"].required = step.reason == Reason.REQUIRED
            self.fields["reason"].help_text = readers
            if step.reason == Reason.OPTIONAL:
                self.fields["reason"].label = _("Reason (you may leave it out)")

    def clean(self) -> dict[str, Any]:
        """A rejection that came by mail needs a reason, too."""
        data = super().clean() or {}
        if data.get("answer") == Answer.REJECT and not data.get("reason") and "reason" not in self.errors:
            self.add_error("reason", _("Please give the reason for the rejection."))
        return data

    def chosen_provider(self) -> Provider | None:
        """The decider whose vote it is; none where nobody had to be chosen."""
        chosen = self.cleaned_data.get("provider")
        return next((provider for provider in self.providers if str(provider.pk) == chosen), None)
