"""The forms of the steps about people."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from access_requests.labels import NAMED_PART_CHOICES
from access_requests.models import Attachment
from access_requests.people import Named
from access_requests.workflow import Part


class NothingForm(forms.Form):
    """A step that asks for nothing but to be confirmed."""


class PersonForm(forms.Form):
    """Somebody to be named; as what, where that is not settled."""

    part = forms.ChoiceField(
        label=_("As what"),
        choices=[(part, capfirst(label)) for part, label in NAMED_PART_CHOICES if part != Part.APPLICANT],
        initial=Part.MEMBER.value,
    )
    name = forms.CharField(label=_("Name"), max_length=200)
    email = forms.EmailField(label=_("E-mail"), max_length=254)
    title = forms.CharField(label=_("Title"), max_length=200, required=False)
    institution = forms.CharField(label=_("Institution"), max_length=300, required=False)

    def __init__(self, *args: Any, part: Part | None = None, **kwargs: Any) -> None:
        """Keep the question for the part only where no `part` is given."""
        super().__init__(*args, **{"label_suffix": "", **kwargs})
        self.settled = part
        if part is not None:
            del self.fields["part"]

    def named(self) -> Named:
        """The person of a valid form."""
        data = self.cleaned_data
        part = self.settled or Part(data["part"])
        return Named(part, data["name"], data["title"], data["email"], data["institution"])


class ApplicantForm(forms.Form):
    """Whose account the request goes over to."""

    email = forms.EmailField(
        label=_("E-mail of the new applicant"),
        help_text=_("An address that they have verified here; who has no account yet signs in once before."),
    )


class PaperForm(forms.Form):
    """The paper that somebody signed: an internal file of the request."""

    paper = forms.ChoiceField(label=_("The paper"), widget=forms.RadioSelect)

    def __init__(self, *args: Any, files: Iterable[Attachment], **kwargs: Any) -> None:
        """Offer the files that can be had."""
        super().__init__(*args, **{"label_suffix": "", **kwargs})
        self.papers = {str(file.public_id): file for file in files if file.is_there}
        field = self.fields["paper"]
        field.choices = [(key, file.name) for key, file in self.papers.items()]  # type: ignore[attr-defined]
        if not self.papers:
            field.help_text = _("First attach the signed paper to the request as an internal file.")

    def chosen(self) -> Attachment:
        """The file of a valid form."""
        return self.papers[self.cleaned_data["paper"]]
