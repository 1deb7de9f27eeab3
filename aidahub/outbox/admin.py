"""The outbox as hub staff see it: what was sent to whom, what waits, what could not be sent."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from django.conf import settings
from django.contrib import admin, messages
from django.core.paginator import Paginator
from django.http import HttpRequest
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.timesince import timesince
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from datasets.permissions import HubAdmin

from .delivery import unlinked
from .models import Mail
from .queue import is_address

if TYPE_CHECKING:
    from django.db.models import QuerySet


NEWEST = 10_000
LOOKED_AT = 2000


class NewestPaginator(Paginator[Mail]):
    """The newest ten thousand of a list: nobody turns two hundred pages, and to count millions takes seconds."""

    @cached_property
    def count(self) -> int:
        """How many of them there are."""
        mails = cast("QuerySet[Mail]", self.object_list)
        return mails.order_by().values("pk")[:NEWEST].count()


class KindFilter(admin.SimpleListFilter):
    """Which mail it is, of the kinds among the newest: to look through all for kinds takes as long as they are many."""

    title = _("kind")
    parameter_name = "kind"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """The kinds, and the one that is asked for."""
        newest = Mail.objects.order_by("-created_at").values_list("kind", flat=True)[:LOOKED_AT]
        return [(kind, kind) for kind in sorted({*newest, *filter(None, [self.value()])})]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Mail]) -> QuerySet[Mail]:
        """The mails of that kind."""
        kind = self.value()
        if kind and "\0" in kind:  # which PostgreSQL refuses
            return queryset.none()
        return queryset.filter(kind=kind) if kind else queryset


@admin.register(Mail)
class MailAdmin(HubAdmin, admin.ModelAdmin[Mail]):
    """A list to read, and one action: try again now."""

    list_display = ("titled", "whom", "standing", "tries", "trouble", "age")
    list_filter = ("status", KindFilter, "created_at")
    search_fields = ("about", "recipient", "subject")
    paginator = NewestPaginator
    list_per_page = 50
    show_full_result_count = False
    actions = ("try_again",)
    fields = (
        "titled",
        "whom",
        "about",
        "kind",
        "standing",
        "tries",
        "created_at",
        "next_try_at",
        "sent_at",
        "last_error",
        "message_id",
        "request_id",
        "readable_text",
    )
    readonly_fields = fields

    def get_fields(self, request: HttpRequest, obj: Mail | None = None) -> tuple[str, ...]:
        """As listed; the text with its secrets only for an operator of a trial site."""
        return (*self.fields[:-1], "whole_text" if reads_secrets(request) else "readable_text")

    def get_readonly_fields(self, request: HttpRequest, obj: Mail | None = None) -> tuple[str, ...]:
        """All of them."""
        return self.get_fields(request, obj)

    @admin.display(description=_("subject"), ordering="subject")
    def titled(self, mail: Mail) -> str:
        """The subject; of a mail that was emptied the word for it."""
        return gettext("(emptied)") if mail.emptied_at else mail.subject

    @admin.display(description=_("to"), ordering="recipient")
    def whom(self, mail: Mail) -> str:
        """The address, while it is kept."""
        return "–" if mail.emptied_at else mail.recipient

    @admin.display(description=_("status"), ordering="status")
    def standing(self, mail: Mail) -> str:
        """How far it has got, in words."""
        if mail.status == Mail.Status.WAITING and not settings.OUTBOX_EMAIL_BACKEND:
            return gettext("is kept here: no mail server is set (EMAIL_URL)")
        return mail.get_status_display()

    @admin.display(description=_("last error"), empty_value="–")
    def trouble(self, mail: Mail) -> str:
        """The beginning of what went wrong last."""
        return mail.last_error[:80]

    @admin.display(description=_("written"), ordering="created_at")
    def age(self, mail: Mail) -> str:
        """How long ago it was written."""
        return gettext("%(time)s ago") % {"time": timesince(mail.created_at)}

    @admin.display(description=_("text"))
    def readable_text(self, mail: Mail) -> str:
        """The text without anything that would let its reader in as somebody else."""
        if mail.emptied_at:
            return gettext("Emptied: the time for which mails are kept is over, or its reader was erased.")
        if mail.secret:
            return gettext("Not shown: it holds a code or a link that signs somebody in.")
        return unlinked(mail.text)

    @admin.display(description=_("text"))
    def whole_text(self, mail: Mail) -> str:
        """The text as written."""
        return mail.text

    @admin.action(description=_("Try again now"), permissions=["view"])
    def try_again(self, request: HttpRequest, queryset: QuerySet[Mail]) -> None:
        """Have the chosen mails sent at the next tick, with three days of tries before them."""
        chosen = queryset.filter(status__in=(Mail.Status.WAITING, Mail.Status.FAILED)).exclude(text="")
        keys = [key for key, recipient in chosen.values_list("pk", "recipient") if is_address(recipient)]
        count = chosen.filter(pk__in=keys).update(
            status=Mail.Status.WAITING, next_try_at=timezone.now(), tries=0, tried_since=None
        )
        if count:
            said = ngettext("%(count)s mail is tried again now.", "%(count)s mails are tried again now.", count)
            self.message_user(request, said % {"count": count}, messages.SUCCESS)
        if left := queryset.count() - count:
            said = ngettext(
                "%(count)s mail was left as it is: it is sent, being sent, emptied, or has no usable address.",
                "%(count)s mails were left as they are: they are sent, being sent, emptied, or have no usable address.",
                left,
            )
            self.message_user(request, said % {"count": left}, messages.WARNING)


def reads_secrets(request: HttpRequest) -> bool:
    """Whether this person may read codes and links here: on a trial site the operator must, as no mail leaves it."""
    return bool(settings.DEMO and getattr(request.user, "is_superuser", False))
