"""Datasets in the admin: hub staff read what the pages say, set providers' parts, and confirm what waits."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin, messages
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from datasets.differences import difference
from datasets.findings import findings
from datasets.models import Dataset, DatasetProvider, License, LicenseText, Provider
from datasets.permissions import HubAdmin
from datasets.register.findings import Finding, known

if TYPE_CHECKING:
    DatasetBase = admin.ModelAdmin[Dataset]
    ProviderBase = admin.ModelAdmin[Provider]
    PartBase = admin.ModelAdmin[DatasetProvider]
    TextBase = admin.ModelAdmin[LicenseText]
    LicenseRows = admin.StackedInline[License, Dataset]
    PartRows = admin.StackedInline[DatasetProvider, Dataset]
else:
    DatasetBase = ProviderBase = PartBase = TextBase = admin.ModelAdmin
    LicenseRows = PartRows = admin.StackedInline


class FindingsFilter(admin.SimpleListFilter):
    """Whether a page has warnings."""

    title = _("findings")
    parameter_name = "findings"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        """With or without."""
        return [("yes", _("With findings")), ("no", _("Without findings"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Dataset]) -> QuerySet[Dataset]:
        """The datasets chosen."""
        if self.value() == "yes":
            return queryset.exclude(findings=[])
        return queryset.filter(findings=[]) if self.value() == "no" else queryset


class LicenseInline(HubAdmin, LicenseRows):
    """A dataset's licences, for reading."""

    model = License
    extra = 0
    fields = ("name", "form_hint", "requestable", "coauthorship", "retired_at", "texts_link")
    readonly_fields = fields
    show_change_link = False

    @admin.display(description=_("texts"))
    def texts_link(self, license: License) -> SafeString:
        """Leads to the texts of the licence."""
        address = f"{reverse('admin:datasets_licensetext_changelist')}?license__id__exact={license.pk}"
        return format_html('<a href="{}">{}</a>', address, gettext("Texts"))


class ProviderInline(HubAdmin, PartRows):
    """A dataset's providers; their part can be set."""

    model = DatasetProvider
    extra = 0
    fields = ("name", "provider", "email", "part", "part_by_hand", "confirmed", "retired_at")
    readonly_fields = ("name", "provider", "email", "part_by_hand", "confirmed", "retired_at")
    show_change_link = False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Hub staff, the part only."""
        return self.has_view_permission(request)

    def get_queryset(self, request: HttpRequest) -> QuerySet[DatasetProvider]:
        """With the providers, whose names are shown."""
        return super().get_queryset(request).select_related("provider")

    @admin.display(description=_("e-mail"))
    def email(self, row: DatasetProvider) -> str:
        """Where mails about requests go."""
        return row.provider.email


@admin.register(Dataset)
class DatasetAdmin(HubAdmin, DatasetBase):
    """What the importer made of the register's pages."""

    list_display = ("name", "short_name", "doi", "synthetic", "hidden", "retired", "number_of_findings", "imported_at")
    list_filter = (FindingsFilter, "synthetic", "hidden", "scapis", ("retired_at", admin.EmptyFieldListFilter))
    search_fields = ("name", "short_name", "doi")
    show_full_result_count = False
    inlines = (ProviderInline, LicenseInline)
    fields = ("doi", "page", "path", "name", "short_name", "version", "imported_at", "retired_at", "findings_list")
    readonly_fields = fields

    def get_queryset(self, request: HttpRequest) -> QuerySet[Dataset]:
        """Without the long texts, which no page of the admin shows."""
        return super().get_queryset(request).defer("front_matter", "body_html", "description_html", "annotation_html")

    def get_urls(self) -> list[URLPattern]:
        """The stock pages, and one of all findings."""
        page = path("findings/", self.admin_site.admin_view(findings), name="datasets_dataset_findings")
        return [page, *super().get_urls()]

    def has_change_permission(self, request: HttpRequest, obj: Dataset | None = None) -> bool:
        """Hub staff, for the providers' parts; every field of the page itself is read-only."""
        return self.has_view_permission(request)

    @admin.display(description=_("landing page"))
    def page(self, dataset: Dataset) -> SafeString:
        """Leads to the landing page."""
        return format_html('<a href="{0}">{0}</a>', dataset.get_absolute_url())

    @admin.display(description=_("retired"), boolean=True)
    def retired(self, dataset: Dataset) -> bool:
        """Whether its page is gone."""
        return dataset.retired_at is not None

    @admin.display(description=_("findings"))
    def number_of_findings(self, dataset: Dataset) -> int:
        """How many."""
        return len(dataset.findings)

    @admin.display(description=_("findings"))
    def findings_list(self, dataset: Dataset) -> SafeString:
        """What is odd in the page, each with its line."""
        findings = [Finding.from_dict(stored) for stored in dataset.findings if known(stored["code"])]
        if not findings:
            return format_html("{}", gettext("Nothing is odd in this page."))
        items = format_html_join("", "<li>{}</li>", ((in_words(finding),) for finding in findings))
        return format_html('<ul class="findings">{}</ul>', items)

    def save_model(self, request: HttpRequest, obj: Dataset, form: Any, change: bool) -> None:
        """Write nothing of the dataset itself: it is the page's, and so is the time of its import."""

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        """A part that was set here survives every import."""
        for row in formset.save(commit=False):
            row.part_by_hand = True
            row.save(update_fields=["part", "part_by_hand"])


def in_words(finding: Finding) -> str:
    """A finding as one sentence or two, with its line and code."""
    line = gettext("Line %(line)s: ") % {"line": finding.line} if finding.line else ""
    return f"{line}{finding.message} [{finding.code}]"


@admin.register(DatasetProvider)
class DatasetProviderAdmin(HubAdmin, PartBase):
    """Who provides what; providers that a later page added wait here for hub staff."""

    list_display = ("name", "dataset", "part", "part_by_hand", "confirmed", "added_at", "retired_at")
    list_filter = ("confirmed", "part", ("retired_at", admin.EmptyFieldListFilter))
    list_select_related = ("dataset",)
    search_fields = ("name", "dataset__name", "dataset__short_name", "provider__email")
    show_full_result_count = False
    fields = ("dataset", "provider", "name", "part", "part_by_hand", "confirmed", "added_at", "retired_at")
    readonly_fields = fields
    actions = ("confirm",)

    @admin.action(description=_("Confirm: may see earlier requests"))
    def confirm(self, request: HttpRequest, queryset: QuerySet[DatasetProvider]) -> None:
        """Open earlier requests of the dataset to the chosen providers."""
        number = queryset.filter(confirmed=False, retired_at=None).update(confirmed=True)
        said = ngettext("%(n)s provider was confirmed.", "%(n)s providers were confirmed.", number) % {"n": number}
        self.message_user(request, said, messages.SUCCESS)


class WaitingFilter(admin.SimpleListFilter):
    """Whether a new address or ORCID waits for hub staff."""

    title = _("waiting")
    parameter_name = "waiting"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        """Only one choice is of use."""
        return [("yes", _("Something waits for the hub"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Provider]) -> QuerySet[Provider]:
        """The providers chosen."""
        waiting = ~Q(pending_email="") | ~Q(pending_identifier="")
        return queryset.filter(waiting) if self.value() == "yes" else queryset


@admin.register(Provider)
class ProviderAdmin(HubAdmin, ProviderBase):
    """People and organisations that decide or handle; a new address or ORCID from a page waits here."""

    list_display = ("name", "kind", "email", "pending_email", "identifier", "pending_identifier")
    list_filter = (WaitingFilter, "kind")
    search_fields = ("name", "email", "identifier")
    show_full_result_count = False
    fields = ("name", "kind", "email", "pending_email", "identifier", "pending_identifier", "local_to")
    readonly_fields = fields
    actions = ("accept", "dismiss")

    @admin.action(description=_("Accept the e-mail or ORCID that waits"))
    def accept(self, request: HttpRequest, queryset: QuerySet[Provider]) -> None:
        """Take over what the pages say. Whoever reads that address sees the provider's requests."""
        for provider in queryset:
            self._accept(request, provider)

    def _accept(self, request: HttpRequest, provider: Provider) -> None:
        email = provider.pending_email
        if email and Provider.objects.filter(email=email).exclude(pk=provider.pk).exists():
            said = gettext("%(email)s is another provider's address already, so nothing was changed for %(name)s.")
            self.message_user(request, said % {"email": email, "name": provider.name}, messages.ERROR)
            return
        provider.email = email or provider.email
        provider.identifier = provider.pending_identifier or provider.identifier
        provider.pending_email = provider.pending_identifier = ""
        provider.save(update_fields=["email", "identifier", "pending_email", "pending_identifier"])
        said = gettext("%(name)s now has the e-mail %(email)s.") % {"name": provider.name, "email": provider.email}
        self.message_user(request, said, messages.SUCCESS)

    @admin.action(description=_("Dismiss what waits"))
    def dismiss(self, request: HttpRequest, queryset: QuerySet[Provider]) -> None:
        """Keep what is known; the next changed page asks again."""
        number = queryset.update(pending_email="", pending_identifier="")
        said = ngettext("%(n)s provider stays as it was.", "%(n)s providers stay as they were.", number) % {"n": number}
        self.message_user(request, said, messages.SUCCESS)


@admin.register(LicenseText)
class LicenseTextAdmin(HubAdmin, TextBase):
    """The texts that people accept, for reading: none is ever altered."""

    list_display = ("license", "number", "change", "difference", "created_at")
    list_filter = ("change",)
    list_select_related = ("license__dataset",)
    search_fields = ("license__name", "license__dataset__name", "license__dataset__short_name")
    show_full_result_count = False
    fields = ("license", "number", "change", "difference", "text", "sha256", "created_at")
    readonly_fields = fields
    actions = ("call_editorial", "call_material")

    @admin.display(description=_("difference to the text before"))
    def difference(self, text: LicenseText) -> SafeString | str:
        """What was taken out and what came in since the text before."""
        before = text.license.texts.filter(number__lt=text.number).order_by("number").last()
        return difference(before.text, text.text) if before else "–"

    @admin.action(description=_("Editorial change: who accepted the text before has accepted this one"))
    def call_editorial(self, request: HttpRequest, texts: QuerySet[LicenseText]) -> None:
        """Bring waiting texts into force; acceptances carry over."""
        self._call(request, texts, LicenseText.Change.EDITORIAL)

    @admin.action(description=_("Material change: people of unfinished requests accept the licence again"))
    def call_material(self, request: HttpRequest, texts: QuerySet[LicenseText]) -> None:
        """Bring waiting texts into force; they must be accepted anew."""
        self._call(request, texts, LicenseText.Change.MATERIAL)

    def _call(self, request: HttpRequest, texts: QuerySet[LicenseText], change: LicenseText.Change) -> None:
        waiting = list(texts.filter(change=LicenseText.Change.WAITING).order_by("number"))
        for text in waiting:
            text.change = change
            text.save(update_fields=["change"])
            self.log_change(request, text, f"change: {change}")
            self.message_user(request, _("In force now: %(text)s.") % {"text": text}, messages.SUCCESS)
        if not waiting:
            self.message_user(request, _("None of these texts waits: nothing was changed."), messages.WARNING)

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        """The link from a dataset's licence, besides the filters."""
        return lookup == "license__id__exact" or super().lookup_allowed(lookup, value, request)
