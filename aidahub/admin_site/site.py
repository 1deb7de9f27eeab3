"""The admin site: one way in, a desk as its front page, 404 for everything that is not for this person."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import update_wrapper
from typing import Any, cast

from allauth.account.decorators import secure_admin_login
from django.conf import settings
from django.contrib.admin import AdminSite, ModelAdmin
from django.core.exceptions import PermissionDenied
from django.db.models import Model
from django.db.models.base import ModelBase
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext_lazy as _

from aidahub.accounts.again import ask_again
from aidahub.accounts.models import User

from .asked_again import is_asked
from .desk import sections_for
from .heaps_of_hub import heaps_of_hub

OUR_PACKAGES = frozenset({"aidahub", "datasets", "access_requests"})


class Discreet:
    """Mixed into every admin class: what is missing and what is not for this person look the same."""

    def _get_obj_does_not_exist_redirect(self, request: HttpRequest, opts: Any, object_id: str) -> HttpResponse:
        raise Http404


class AidaAdminSite(AdminSite):
    """The admin of providers and hub staff."""

    site_title = settings.HUB_NAME
    site_header = settings.HUB_NAME
    index_title = _("Your desk")
    enable_nav_sidebar = False

    def __init__(self, name: str = "admin") -> None:
        """Without the stock action that deletes rows: nothing of the record may go."""
        super().__init__(name)
        self.disable_action("delete_selected")

    def register(
        self,
        model_or_iterable: type[Model] | Iterable[type[Model]],
        admin_class: type[ModelAdmin[Any]] | None = None,
        **options: Any,
    ) -> None:
        """Register an admin class, made discreet.

        Classes that come with other packages are left out: they would open groups, sign-in secrets and addresses
        to changes behind the back of the code that looks after them.
        """
        models = [model_or_iterable] if isinstance(model_or_iterable, ModelBase) else list(model_or_iterable)
        ours = [model for model in models if model.__module__.partition(".")[0] in OUR_PACKAGES]
        stock = admin_class or ModelAdmin
        discreet = type(stock.__name__, (Discreet, stock), {"__module__": stock.__module__, "__doc__": stock.__doc__})
        super().register(ours, discreet, **options)

    def admin_view(self, view: Callable[..., Any], cacheable: bool = False) -> Any:
        """A view of the admin in which a refused permission reads as 404, as for an address that does not exist.

        Before some, somebody is asked again who they are (`asked_again`).

        Whoever has not signed in is led to the sign-in page, whatever the address.
        """
        guarded = ask_again(super().admin_view(view, cacheable), when=is_asked)

        def discreet(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if request.user.is_authenticated and not self.has_permission(request):
                raise Http404
            try:
                return guarded(request, *args, **kwargs)
            except PermissionDenied as refused:
                raise Http404 from refused

        return update_wrapper(discreet, guarded)

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """The site's own sign-in, with its limits and second factor, in place of the stock form."""
        if request.user.is_authenticated:
            if not self.has_permission(request):
                raise Http404
            return redirect("admin:index")
        response: HttpResponse = secure_admin_login(super().login)(request, extra_context)
        return response

    login.login_required = False  # type: ignore[attr-defined]  # a function's own attribute, as Django sets it

    def password_change(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        """The site's own page for it, which asks for the old password and ends other sessions."""
        return redirect("account_change_password")

    def password_change_done(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        """Nothing leads here."""
        raise Http404

    def autocomplete_view(self, request: HttpRequest) -> HttpResponse:
        """Suggestions for the fields of hub staff; a provider fills in none."""
        self._for_hub(request)
        return super().autocomplete_view(request)

    def _for_hub(self, request: HttpRequest) -> None:
        if not (isinstance(request.user, User) and request.user.is_hub):
            raise Http404

    def get_urls(self) -> list[Any]:
        """The stock addresses; those that turn a row's key into an address (`r/...`) are for hub staff."""
        urls = super().get_urls()
        for pattern in urls:
            if getattr(pattern, "name", None) == "view_on_site":
                pattern.callback = self._hub_only(pattern.callback)
        return urls

    def _hub_only(self, view: Any) -> Callable[..., HttpResponseBase]:
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if request.user.is_authenticated:
                self._for_hub(request)
            return cast("HttpResponseBase", view(request, *args, **kwargs))

        return update_wrapper(guarded, view)

    def index(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> TemplateResponse:
        """The desk: what waits for this person first."""
        user = cast("User", request.user)  # has_permission has seen them
        first, *others = sections_for(user)
        sections = [first, *heaps_of_hub(user), *others]
        return super().index(request, {"sections": sections, **(extra_context or {})})
