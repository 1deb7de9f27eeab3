"""The form in which people write messages, notes and comments."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from .models import Message
from .plain import plain
from .rules import REASON_LENGTH


class WordsField(forms.CharField):
    """A text as people write it: line ends count once, and what does not belong into text is taken out."""

    def to_python(self, value: Any) -> str:
        """The plain text."""
        return plain(str(super().to_python(value) or ""))


class MessageForm(forms.Form):
    """One text.

    Args:
        name: what is written, which keeps the forms of one page apart.
        label, help_text: above the field; who will read it.

    `message` is what became of it, once it was written.
    """

    use_required_attribute = False
    message: Message | None = None
    text = WordsField(
        max_length=REASON_LENGTH,
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={
            "required": _("Please write something."),
            "max_length": _("The text is too long: at most %(limit_value)s characters, and this has %(show_value)s."),
        },
    )

    def __init__(self, data: Any = None, *, name: str, label: Any, help_text: Any = "", **kwargs: Any) -> None:
        super().__init__(data, auto_id=f"{name}-%s", label_suffix="", **kwargs)
        self.fields["text"].label, self.fields["text"].help_text = label, help_text
        self.fields["text"].widget.attrs["class"] = "form-control"
