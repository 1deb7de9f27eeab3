"""Comments from the reviewers at the fields of the request form."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from crispy_forms.layout import LayoutObject
from django import forms
from django.template.loader import render_to_string


class CommentNote:
    """A part of the layout: what the reviewers say about the answer below it."""

    def __init__(self, key: str, comments: Sequence[str]) -> None:
        self.key, self.comments = key, comments

    def render(self, form: forms.Form, context: Any, *args: Any, **kwargs: Any) -> str:
        """The comments as one note."""
        values = {"key": self.key, "comments": self.comments}
        return render_to_string("access_requests/includes/comments_at_field.html", values)


def put_comments(form: forms.Form, layout: LayoutObject, comments: Mapping[str, Sequence[str]]) -> None:
    """Put the comments on answers before their fields, which name them for those who hear the page.

    Args:
        form: the form of the layout.
        layout: of names of fields, and of groups of them.
        comments: by the name of the field; those on fields that are not there are left out.
    """
    placed: list[Any] = []
    for item in layout.fields:
        if isinstance(item, LayoutObject):
            put_comments(form, item, comments)
        elif isinstance(item, str) and item in comments:
            placed.append(CommentNote(item, comments[item]))
            _name_in(form, item)
        placed.append(item)
    layout.fields = placed


def _name_in(form: forms.Form, name: str) -> None:
    field = form.fields[name]
    described = [f"comment-{name}", *([f"id_{name}_helptext"] if field.help_text else [])]
    field.widget.attrs["aria-describedby"] = " ".join(described)
