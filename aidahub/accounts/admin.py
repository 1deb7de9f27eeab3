"""People in the admin: who they are, for whom they act, and invitations. For hub staff; operators change rights."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from allauth.account.models import EmailAddress
from allauth.socialaccount.models import SocialAccount
from django import forms
from django.contrib import admin, messages
from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from aidahub.accounts.invitations import send_invitation
from aidahub.accounts.links import end_link
from aidahub.accounts.models import Invitation, ProviderLink, User
from datasets.admin import ProviderAdmin
from datasets.models import Provider
from datasets.permissions import HubAdmin

if TYPE_CHECKING:
    UserBase = admin.ModelAdmin[User]
    LinkBase = admin.ModelAdmin[ProviderLink]
    InvitationBase = admin.ModelAdmin[Invitation]
    Inline = admin.StackedInline[Any, User]
else:
    UserBase = LinkBase = InvitationBase = admin.ModelAdmin
    Inline = admin.StackedInline


class ReadOnlyInline(HubAdmin, Inline):
    """Rows that belong to a person, for reading."""

    extra = 0


class AddressInline(ReadOnlyInline):
    """Their e-mail addresses."""

    model = EmailAddress
    fields = readonly_fields = ("email", "verified", "primary")


class ServiceInline(ReadOnlyInline):
    """The services they sign in with."""

    model = SocialAccount
    fields = readonly_fields = ("provider", "uid", "date_joined", "last_login")


class LinkInline(ReadOnlyInline):
    """The providers for whom they act or acted."""

    model = ProviderLink
    fk_name = "user"
    fields = readonly_fields = ("provider", "via", "evidence", "since", "ended_at", "ended_by")


@admin.register(User)
class UserAdmin(HubAdmin, UserBase):
    """People. Hub staff look, and suspend or erase an account on pages of their own; an operator says who is staff."""

    list_display = ("email", "name", "institution", "is_hub_staff", "is_active", "date_joined", "last_login")
    change_form_template = "admin/accounts/user/change_form.html"
    list_filter = ("is_hub_staff", "is_active")
    search_fields = ("email", "name", "institution", "emailaddress__email", "socialaccount__uid")
    fields = (
        *("name", "email", "institution", "department", "postal_address", "country", "language"),
        *("date_joined", "last_login", "is_active", "suspended_at", "suspended_by", "suspended_why", "erased_at"),
        "is_hub_staff",
    )
    readonly_fields = fields[:-1]
    inlines = (AddressInline, ServiceInline, LinkInline)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Operators only."""
        return bool(request.user.is_authenticated and request.user.is_superuser)


@admin.register(ProviderLink)
class ProviderLinkAdmin(HubAdmin, LinkBase):
    """Who acts for which provider, on what ground, and whether that still holds."""

    list_display = ("provider", "user", "via", "evidence", "since", "holds", "ended_at", "ended_by")
    list_filter = ("via", ("ended_at", admin.EmptyFieldListFilter))
    list_select_related = ("provider", "user", "ended_by")
    search_fields = ("provider__name", "provider__email", "user__email", "user__name")
    actions = ("end",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[ProviderLink]:
        """All links, each with whether it gives the right now."""
        in_force = ProviderLink.objects.in_force().filter(pk=OuterRef("pk"))
        return super().get_queryset(request).annotate(in_force=Exists(in_force))

    @admin.display(description=_("holds now"), boolean=True)
    def holds(self, link: ProviderLink) -> bool:
        """Whether the link gives the right now."""
        return bool(getattr(link, "in_force", False))

    @admin.action(description=_("End the right of the selected people to act for the provider"), permissions=["view"])
    def end(self, request: HttpRequest, links: QuerySet[ProviderLink]) -> None:
        """End the selected links for good; only a new invitation gives such a right back."""
        by = User.objects.get(pk=request.user.pk or 0)
        standing = list(links.filter(ended_at=None))
        for link in standing:
            end_link(link, by=by)
            self.log_change(request, link, [{"changed": {"fields": ["ended_at"]}}])
        done = ngettext("%(count)d right was ended.", "%(count)d rights were ended.", len(standing))
        messages.success(request, done % {"count": len(standing)})


class InvitationForm(forms.ModelForm[Invitation]):
    """Whom to invite, and where to."""

    class Meta:
        model = Invitation
        fields = ("provider", "email")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """As a model form; the address may be left out."""
        super().__init__(*args, **kwargs)
        if "email" in self.fields:  # not on the page of an invitation that was sent
            self.fields["email"].required = False
            self.fields["email"].help_text = _("Leave it empty for the address that stands in the register.")

    def clean(self) -> dict[str, Any] | None:
        """Fill in the provider's address."""
        cleaned = super().clean() or self.cleaned_data
        provider = cleaned.get("provider")
        cleaned["email"] = cleaned.get("email") or (provider.email if provider else "")
        if provider and not cleaned["email"]:
            self.add_error("email", _("The register has no address of this provider. Enter one."))
        return cleaned


@admin.register(Invitation)
class InvitationAdmin(HubAdmin, InvitationBase):
    """Invitations. Adding one sends it."""

    form = InvitationForm
    list_display = ("provider", "email", "created_at", "expires_at", "open_now", "used_at", "used_by")
    list_filter = (("used_at", admin.EmptyFieldListFilter),)
    list_select_related = ("provider", "used_by")
    search_fields = ("provider__name", "email")
    fields = ("provider", "email", "created_at", "expires_at", "used_at", "used_by")
    readonly_fields = fields[2:]

    def has_add_permission(self, request: HttpRequest, *_args: Any) -> bool:
        """Hub staff send them."""
        return self.has_view_permission(request)

    @admin.display(description=_("still works"), boolean=True)
    def open_now(self, invitation: Invitation) -> bool:
        """Whether it can still be accepted."""
        return invitation.is_open

    def get_fields(self, request: HttpRequest, obj: Invitation | None = None) -> tuple[str, ...]:
        """Only the two that one fills in, for a new one."""
        return self.fields if obj else self.fields[:2]

    def save_model(self, request: HttpRequest, obj: Invitation, form: Any, change: bool) -> None:
        """Send it."""
        obj.pk = send_invitation(obj.provider, email=obj.email).pk


admin.site.unregister(Provider)


@admin.register(Provider)
class InvitingProviderAdmin(ProviderAdmin):
    """The page of the app below, which knows no people, with the action that invites some."""

    actions = (*ProviderAdmin.actions, "invite")  # type: ignore[assignment]  # longer

    @admin.action(description=_("Invite the selected providers"), permissions=["view"])
    def invite(self, request: HttpRequest, providers: QuerySet[Provider]) -> None:
        """Send an invitation to the address of each; say who has none."""
        for provider in providers:
            if provider.email:
                send_invitation(provider)
                messages.success(request, _("An invitation is on its way to %(email)s.") % {"email": provider.email})
            else:
                sentence = _("The register has no address of %(name)s. Add an invitation and enter one.")
                messages.error(request, sentence % {"name": provider.name})
