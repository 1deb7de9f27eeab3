"""The page on which hub staff write to all who have access to a dataset: first written, then looked at, then sent."""

from __future__ import annotations

import uuid
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods

from access_requests import actions
from access_requests.models import Grant
from access_requests.rules import REASON_LENGTH, Denied
from datasets.models import Dataset

from .filters import user_of
from .frame import frame

TEMPLATE = "admin/access_requests/accessrequest/write.html"


class WriteForm(forms.Form):
    """To those with access to which dataset, and what. `key` makes it go out once, however often it is sent."""

    dataset = forms.ModelChoiceField(Dataset.objects.none(), to_field_name="doi", label=gettext_lazy("Dataset"))
    subject = forms.CharField(label=gettext_lazy("Subject"), max_length=actions.LONGEST_SUBJECT)
    text = forms.CharField(
        label=gettext_lazy("Text"), max_length=REASON_LENGTH, widget=forms.Textarea(attrs={"rows": 10})
    )
    key = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, data: Any = None, **kwargs: Any) -> None:
        """The datasets to which somebody has access now, retired ones too."""
        super().__init__(data, label_suffix="", **kwargs)
        held = Grant.objects.in_force().on(timezone.localdate()).order_by().values("request__dataset")
        self.fields["dataset"].queryset = Dataset.objects.filter(pk__in=held)  # type: ignore[attr-defined]


@require_http_methods(["GET", "HEAD", "POST"])
def write(request: HttpRequest) -> HttpResponse:
    """Write (GET), look at it once more (POST), send it (POST with `send`). Hub staff only."""
    user = user_of(request)
    if not user.is_hub:
        raise Http404
    first = {"key": uuid.uuid4(), "dataset": request.GET.get("dataset", "").replace("\0", "")}
    form = WriteForm(request.POST) if request.method == "POST" else WriteForm(initial=first)
    if not form.is_valid():
        return _page(request, form)
    asked = form.cleaned_data
    if "send" not in request.POST:
        return _page(request, form, number=len(actions.holders_of(asked["dataset"])))
    try:
        number = actions.write_to_holders(by=user, **asked)
    except Denied as denied:
        form.add_error(None, str(denied))
        return _page(request, form)
    sentence = ngettext("Written to %(number)s person.", "Written to %(number)s people.", number)
    messages.success(request, sentence % {"number": number})
    return HttpResponseRedirect(reverse("admin:access_requests_accessrequest_who"))


def _page(request: HttpRequest, form: WriteForm, number: int | None = None) -> HttpResponse:
    context = {**frame(request, _("Write to all who have access")), "form": form, "number": number}
    return TemplateResponse(request, TEMPLATE, context)
