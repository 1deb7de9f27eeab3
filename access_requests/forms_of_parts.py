"""The forms of those who are named, and of the applicant who names members."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from datasets.models import LicenseText

from .duties import SAYS
from .rules import REASON_LENGTH
from .taking_part import PersonState


class PartForm(forms.Form):
    """Asks somebody to confirm each of their parts, and to accept the licence if they get access.

    Args:
        states: what they are named as.
        text: the text of the licence in force, which the page shows.
    """

    def __init__(self, *args: Any, states: Sequence[PersonState], text: LicenseText | None, **kwargs: Any) -> None:
        """Make a box for each part, and one for the licence."""
        super().__init__(*args, **{"label_suffix": "", **kwargs})
        must = {"required": gettext_lazy("Please tick this box to confirm, or decline below.")}
        for state in states:
            self.fields[state.part] = forms.BooleanField(label=str(SAYS[state.part]), error_messages=must)
        self.accepts = any(state.accepts for state in states)
        if self.accepts and text:
            label = _("I have read the licence above and accept it.")
            self.fields["accept_license"] = forms.BooleanField(label=label, error_messages=must)
            self.fields["text"] = forms.CharField(widget=forms.HiddenInput, initial=text.sha256, required=False)


class DeclineForm(forms.Form):
    """Asks why somebody declines, which they need not say."""

    reason = forms.CharField(
        label=gettext_lazy("What is not right? (you may leave it out)"),
        help_text=gettext_lazy("Hub staff and the dataset's providers read this; the applicant does not."),
        required=False,
        max_length=REASON_LENGTH,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class MemberForm(forms.Form):
    """A member, as the applicant names them."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=200)
    email = forms.EmailField(
        label=gettext_lazy("E-mail"),
        help_text=gettext_lazy("They are told by mail when you send the request, and asked to confirm."),
        max_length=254,
    )
    title = forms.CharField(label=gettext_lazy("Title (you may leave it out)"), max_length=200, required=False)
    institution = forms.CharField(
        label=gettext_lazy("Institution (if another than yours)"), max_length=300, required=False
    )
