"""Texts that are used again: put into the field of a form in the applicant's language, and kept by hub staff."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.conf import settings
from django.contrib import admin
from django.http import HttpRequest, QueryDict
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _

from access_requests.models import AccessRequest, CannedText
from access_requests.rules import REASON_LENGTH
from aidahub.accounts.permissions import HubAdmin

if TYPE_CHECKING:
    Base = admin.ModelAdmin[CannedText]
    CannedModelForm = forms.ModelForm[CannedText]
else:
    Base = admin.ModelAdmin
    CannedModelForm = forms.ModelForm

# The button beside the choice of texts, which puts one into the field and does nothing else.
INSERT = "insert"


def given(request: HttpRequest, field: str, *about: AccessRequest) -> tuple[QueryDict | None, dict[str, Any] | None]:
    """What a form begins with: what was posted; or where only a text was asked for, all that was typed and that text.

    Args:
        request: the web request.
        field: the field that gets the text.
        about: the requests whose applicants will read it; in their language if it is the same one.

    Returns:
        Data to check, or values to show; at most one of the two.
    """
    if request.method != "POST":
        return None, None
    if INSERT not in request.POST:
        return request.POST, None
    typed: dict[str, Any] = request.POST.dict()
    text = chosen(request.POST.get("canned", ""), language_for(about))
    return None, {**typed, field: "\n\n".join(filter(None, (typed.get(field, "").strip(), text)))}


def chosen(slug: str, language: str) -> str:
    """The text that was chosen, in a language; empty where nothing was."""
    found = next((text for text in CannedText.objects.all() if text.slug == slug), None)
    return found.text_in(language) if found else ""


def language_for(requests: tuple[AccessRequest, ...]) -> str:
    """The language of the applicants of these requests; the site's where they differ or chose none."""
    languages = {request.applicant.language or settings.LANGUAGE_CODE for request in requests}
    return languages.pop() if len(languages) == 1 else str(settings.LANGUAGE_CODE)


class CannedTextForm(CannedModelForm):
    """A text in both languages; it must fit where it is used."""

    text_en = forms.CharField(label=_("Text in English"), max_length=REASON_LENGTH, widget=forms.Textarea)
    text_sv = forms.CharField(
        label=_("Text in Swedish"),
        max_length=REASON_LENGTH,
        required=False,
        widget=forms.Textarea,
        help_text=_("Left empty, applicants who read Swedish get the English text."),
    )


@admin.register(CannedText)
class CannedTextAdmin(HubAdmin, Base):
    """The texts that hub staff and deciders put into reasons and messages. No record: what is used is copied."""

    form = CannedTextForm
    list_display = ("__str__", "title_sv", "order")
    fields = ("title_en", "text_en", "title_sv", "text_sv", "order")
    show_full_result_count = False

    def save_model(self, request: HttpRequest, obj: CannedText, form: Any, change: bool) -> None:
        """Save it; a new one gets a slug from its title."""
        if not obj.slug:
            obj.slug = free_slug(obj.title_en)
        super().save_model(request, obj, form, change)

    def has_add_permission(self, request: HttpRequest, *_args: Any) -> bool:
        """Hub staff."""
        return self.has_view_permission(request)

    def has_change_permission(self, request: HttpRequest, obj: CannedText | None = None) -> bool:
        """Hub staff."""
        return self.has_view_permission(request)

    def has_delete_permission(self, request: HttpRequest, obj: CannedText | None = None) -> bool:
        """Hub staff."""
        return self.has_view_permission(request)


def free_slug(title: str) -> str:
    """A slug that no other text has."""
    wanted = slugify(title)[:40] or "text"
    taken = set(CannedText.objects.filter(slug__startswith=wanted).values_list("slug", flat=True))
    slugs = (wanted if not number else f"{wanted}-{number + 1}" for number in range(len(taken) + 1))
    return next(slug for slug in slugs if slug not in taken)
