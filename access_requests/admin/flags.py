"""Flags on people: hub staff set them from a person's page or a request's, list them, and lift them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from access_requests import flags
from access_requests.models import PersonFlag
from access_requests.rules import Denied
from aidahub.accounts.admin import UserAdmin
from aidahub.accounts.models import User
from aidahub.accounts.permissions import HubAdmin

from .filters import user_of
from .frame import frame

if TYPE_CHECKING:
    Base = admin.ModelAdmin[PersonFlag]
    FlagModelForm = forms.ModelForm[PersonFlag]
else:
    Base = admin.ModelAdmin
    FlagModelForm = forms.ModelForm

LIST = "admin:access_requests_personflag_changelist"


class FlagForm(FlagModelForm):
    """Whom to flag, and why. `person` is the account from whose page one came."""

    person = forms.UUIDField(required=False, widget=forms.HiddenInput)
    by: User

    class Meta:
        model = PersonFlag
        fields = ("email", "reason")
        widgets = {"reason": forms.Textarea(attrs={"rows": 4})}
        help_texts = {
            "email": _("Whoever has proven this address is flagged, too, whichever address a request names."),
            "reason": _("Only hub staff read it. It is kept when the flag is lifted."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """As a model form, in which an address is needed."""
        super().__init__(*args, **kwargs)
        if "email" in self.fields:  # not on the page of a flag that is set
            self.fields["email"].required = True

    def clean(self) -> dict[str, Any] | None:
        """Ask the rule."""
        cleaned = super().clean() or self.cleaned_data
        try:
            flags.check_may_flag(self.by, str(cleaned.get("email") or "").casefold(), self.account())
        except Denied as denied:
            self.add_error("email", str(denied))
        return cleaned

    def clean_reason(self) -> str:
        """Ask the rule.

        Raises:
            ValidationError: with what it says.
        """
        try:
            return flags.check_reason(self.cleaned_data["reason"])
        except Denied as denied:
            raise forms.ValidationError(str(denied)) from denied

    def account(self) -> User | None:
        """The account from whose page one came, if the address is still one of its own."""
        person = self.cleaned_data.get("person")
        user = User.objects.filter(public_id=person).first() if person else None
        email = str(self.cleaned_data.get("email") or "").casefold()
        return user if user and email in {user.email, *user.verified_emails} else None


@admin.register(PersonFlag)
class PersonFlagAdmin(HubAdmin, Base):
    """The flags that the reader may see: none on themselves, nor on people of their own requests."""

    form = FlagForm
    list_display = ("__str__", "reason", "set_by", "set_at", "lifted_by", "lifted_at")
    list_filter = (("lifted_at", admin.EmptyFieldListFilter),)
    list_select_related = ("user", "set_by", "lifted_by")
    search_fields = ("email", "user__name", "user__email", "reason")
    readonly_fields = ("email", "user", "reason", "set_by", "set_at", "lifted_by", "lifted_at", "lifting")

    def get_queryset(self, request: HttpRequest) -> QuerySet[PersonFlag]:
        """What the reader may see."""
        return flags.visible_to(user_of(request))

    def has_add_permission(self, request: HttpRequest, *_args: Any) -> bool:
        """Hub staff."""
        return self.has_view_permission(request)

    def get_fields(self, request: HttpRequest, obj: PersonFlag | None = None) -> tuple[str, ...]:
        """What one fills in, and for a flag that is set all of it."""
        return self.readonly_fields if obj else ("email", "reason", "person")

    def get_readonly_fields(self, request: HttpRequest, obj: PersonFlag | None = None) -> tuple[str, ...]:
        """All of a flag that is set."""
        return self.readonly_fields if obj else ()

    def get_form(self, request: HttpRequest, obj: PersonFlag | None = None, change: bool = False, **kwargs: Any) -> Any:
        """The form, which knows who fills it in."""
        form = super().get_form(request, obj, change, **kwargs)
        return type(form.__name__, (form,), {"by": user_of(request)})

    def save_model(self, request: HttpRequest, obj: PersonFlag, form: Any, change: bool) -> None:
        """Set it by the function that does."""
        made = flags.flag(by=user_of(request), email=obj.email, user=form.account(), reason=obj.reason)
        obj.pk, obj.email, obj.user = made.pk, made.email, made.user

    @admin.display(description=_("lift it"))
    def lifting(self, flag: PersonFlag) -> str:
        """The way to lift it."""
        if not flag.is_set:
            return gettext("It has been lifted.")
        url = reverse("admin:access_requests_personflag_lift", args=(flag.pk,))
        return format_html('<a href="{}">{}</a>', url, gettext("Lift this flag"))

    def get_urls(self) -> list[URLPattern]:
        """The stock pages, and the one that lifts a flag."""
        lift = path(
            "<int:object_id>/lift/", self.admin_site.admin_view(self.lift), name="access_requests_personflag_lift"
        )
        return [lift, *super().get_urls()]

    def lift(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """Ask once more (GET), and lift it (POST)."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        flag = get_object_or_404(self.get_queryset(request), pk=object_id)
        if request.method == "POST":
            return self._lifted(request, flag)
        context = {**frame(request, gettext("Lift the flag on %(person)s") % {"person": flag}), "flag": flag}
        return TemplateResponse(request, "admin/access_requests/personflag/lift.html", context)

    def _lifted(self, request: HttpRequest, flag: PersonFlag) -> HttpResponse:
        try:
            flags.lift(flag, by=user_of(request))
        except Denied as denied:
            messages.error(request, str(denied))
        else:
            self.log_change(request, flag, [{"changed": {"fields": ["lifted_at"]}}])
            messages.success(request, gettext("The flag on %(person)s is lifted.") % {"person": flag})
        return HttpResponseRedirect(reverse(LIST))


admin.site.unregister(User)


@admin.register(User)
class FlaggingUserAdmin(UserAdmin):
    """The page of the app below, which knows no flags, with those on the person and the way to set one."""

    change_form_template = "admin/accounts/user/flags.html"

    def render_change_form(self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any) -> Any:
        """With the flags that the reader may see."""
        person, reader = kwargs.get("obj"), user_of(request)
        if person is not None and person.pk != reader.pk:
            mine = [flag.pk for flag in flags.flagged([person], [person.email])]
            context |= {"flags": flags.visible_to(reader).filter(pk__in=mine), "may_flag": True, "person": person}
        return super().render_change_form(request, context, *args, **kwargs)
