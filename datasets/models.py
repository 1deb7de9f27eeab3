"""What can be asked for: datasets, their licences, their providers.

Rows are written by `datasets.register.importer` from the register's own pages; what hub staff set by
hand (a provider's part) is kept by every import. Nothing here knows of access requests.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from datasets.fragment_models import LandingFragment as LandingFragment
from datasets.refused_models import RefusedPage as RefusedPage
from datasets.search_models import EntryTerm as EntryTerm
from datasets.search_models import SearchEntry as SearchEntry
from datasets.search_models import Term as Term
from datasets.shown import ShownOnPage

if TYPE_CHECKING:
    from django_stubs_ext.db.models.manager import RelatedManager


class DatasetQuerySet(models.QuerySet["Dataset"]):
    """Questions about many datasets."""

    def listed(self) -> DatasetQuerySet:
        """The datasets that may stand in lists, feeds, search and metrics: neither hidden nor retired."""
        return self.filter(hidden=False, retired_at=None)

    def newest_first(self) -> DatasetQuerySet:
        """By the day published, the latest first; without a day last."""
        return self.order_by(F("date_published").desc(nulls_last=True), "name")

    def update(self, **values: Any) -> int:
        """As Django's; a landing page that shows what was written is made anew (see `datasets.shown`)."""
        return super().update(**with_page_hash(values))


def with_page_hash(values: dict[str, Any]) -> dict[str, Any]:
    """What to write, and with it an empty `page_hash` unless no page shows any of it."""
    return values if Dataset.UNSEEN.issuperset(values) else {**values, "page_hash": values.get("page_hash", "")}


class Dataset(models.Model):
    """One dataset, keyed by its DOI, as its page in the register describes it.

    The validated front matter is kept whole in `front_matter`; the columns beside it are those that are
    searched, sorted, joined or shown often. A number or date that does not parse is null, with the page's
    own words in `front_matter`.
    """

    doi = models.CharField(_("DOI"), max_length=255, unique=True, help_text=_("Lower case, without https://doi.org/."))
    path = models.CharField(_("page"), max_length=500, blank=True, help_text=_("The page's path inside the register."))
    name = models.CharField(_("name"), max_length=1000)
    short_name = models.CharField(_("short name"), max_length=200, blank=True)
    field = models.CharField(_("field"), max_length=200, blank=True)
    origin = models.CharField(_("origin"), max_length=200, blank=True)
    status = models.CharField(_("status"), max_length=200, blank=True)
    version = models.CharField(_("version"), max_length=100, blank=True)
    keywords = models.JSONField(_("keywords"), default=list, blank=True)
    modality = models.JSONField(_("modality"), default=list, blank=True)
    organ = models.JSONField(_("organ"), default=list, blank=True, help_text=_("Items with name and sctid."))
    bytes = models.BigIntegerField(_("size in bytes"), null=True, blank=True)
    number_of_scans = models.BigIntegerField(_("number of scans"), null=True, blank=True)
    number_of_annotations = models.BigIntegerField(_("number of annotations"), null=True, blank=True)
    date_created = models.DateField(_("created"), null=True, blank=True)
    date_published = models.DateField(_("published"), null=True, blank=True)
    date_modified = models.DateField(_("modified"), null=True, blank=True)
    hidden = models.BooleanField(_("hidden"), default=False)
    synthetic = models.BooleanField(_("synthetic"), default=False)
    scapis = models.BooleanField(_("SCAPIS"), default=False)
    description_html = models.TextField(_("description"), blank=True)
    annotation_html = models.TextField(_("annotation"), blank=True)
    body_html = models.TextField(_("body"), blank=True, help_text=_("The page's body without its licence sections."))
    image = models.CharField(_("thumbnail"), max_length=1000, blank=True)
    front_matter = models.JSONField(_("front matter"), default=dict)
    findings = models.JSONField(_("findings"), default=list, blank=True)
    countries = models.JSONField(_("countries shared with"), default=list, blank=True, help_text=_("ISO 3166-1 codes."))
    source_hash = models.CharField(_("source hash"), max_length=64, blank=True)
    page_hash = models.CharField(_("hash of the landing page"), max_length=64, blank=True)
    imported_at = models.DateTimeField(_("imported"), auto_now=True)
    retired_at = models.DateTimeField(_("retired"), null=True, blank=True)

    objects = DatasetQuerySet.as_manager()
    UNSEEN = frozenset({"findings", "source_hash", "path", "imported_at", "page_hash"})
    license_names: list[str] | None = None  # of licences that are not retired, from whoever has just written them

    if TYPE_CHECKING:
        licenses: RelatedManager[License]
        dataset_providers: RelatedManager[DatasetProvider]
        contributors: RelatedManager[Contributor]
        citations: RelatedManager[Citation]
        sample_images: RelatedManager[SampleImage]

    class Meta:
        verbose_name = _("dataset")
        verbose_name_plural = _("datasets")
        ordering = ("name",)
        constraints = (
            models.CheckConstraint(condition=Q(doi=Lower("doi")), name="dataset_doi_is_lower_case"),
            models.CheckConstraint(condition=~Q(doi=""), name="dataset_has_a_doi"),
        )
        indexes = (
            models.Index(fields=("hidden", "retired_at", "date_published"), name="dataset_listed"),
            models.Index(fields=("page_hash",), name="dataset_page_hash"),
            models.Index(fields=("name",), name="dataset_by_name"),
        )

    def __str__(self) -> str:
        return self.short_name or self.name

    def save(self, *args: Any, **kwargs: Any) -> None:
        """As Django's; a landing page that shows what was written is made anew (see `datasets.shown`)."""
        columns = kwargs.get("update_fields")
        if columns is None or not self.UNSEEN.issuperset(columns):
            self.page_hash = ""
            kwargs["update_fields"] = columns and {*columns, "page_hash"}
        super().save(*args, **kwargs)

    @property
    def display_name(self) -> str:
        """What people call it in a sentence: the short name, else the name."""
        return self.short_name or self.name

    def get_absolute_url(self) -> str:
        """The landing page, at exactly the DOI's path, because every DOI already minted resolves to it."""
        return reverse("datasets:landing", kwargs={"doi": self.doi})


class License(ShownOnPage):
    """One way to use a dataset. Keyed by dataset and name; its words are `LicenseText` rows."""

    dataset = models.ForeignKey(Dataset, models.PROTECT, related_name="licenses", verbose_name=_("dataset"))
    name = models.CharField(_("name"), max_length=300)
    order = models.PositiveIntegerField(_("order"), default=0)
    anchor = models.CharField(_("anchor of its heading"), max_length=300, blank=True)
    page_anchor = models.CharField(_("anchor of its id"), max_length=300, blank=True)
    identifier = models.CharField(_("id on the page"), max_length=1000, blank=True)
    abstract_html = models.TextField(_("abstract"), blank=True)
    requestable = models.BooleanField(_("has a way to ask"), default=False)
    form_hint = models.CharField(_("form that the page asks for"), max_length=50, blank=True)
    coauthorship = models.BooleanField(_("asks for co-authorship"), default=False)
    blurb = models.JSONField(_("parameters of its include"), default=dict, blank=True)
    retired_at = models.DateTimeField(_("retired"), null=True, blank=True)

    if TYPE_CHECKING:
        texts: RelatedManager[LicenseText]

    class Meta:
        verbose_name = _("licence")
        verbose_name_plural = _("licences")
        ordering = ("dataset", "order")
        constraints = (models.UniqueConstraint(fields=("dataset", "name"), name="license_name_in_dataset"),)

    def __str__(self) -> str:
        return f"{self.dataset}: {self.name}"

    @property
    def text_in_force(self) -> LicenseText | None:
        """The newest text that does not wait for hub staff; uses prefetched texts where there are any."""
        known = [text for text in self.texts.all() if text.change != LicenseText.Change.WAITING]
        return max(known, key=lambda text: text.number, default=None)

    @property
    def texts_as_good(self) -> list[LicenseText]:
        """The text in force and those before it that differ from it editorially only: who accepted one, accepted it."""
        found: list[LicenseText] = []
        for text in sorted(self.texts.all(), key=lambda text: text.number):
            if text.change in {LicenseText.Change.FIRST, LicenseText.Change.MATERIAL}:
                found = []
            if text.change != LicenseText.Change.WAITING:
                found.append(text)
        return found


class ImmutableError(TypeError):
    """Somebody tried to alter or delete what must stay as it is."""


class LicenseText(ShownOnPage):
    """One distinct text of a licence. Who accepted a licence accepted this; it is never altered or deleted.

    Only `change` may be set later, once, by hub staff: a text that came by import waits until they call it
    editorial (acceptance carries over) or material (people of unfinished requests accept again).
    """

    path_to_dataset = "license__dataset"
    dataset_by = ("licenses", "license_id")

    class Change(models.TextChoices):
        """What the text is to the one before it."""

        FIRST = "first", _("the first text")
        WAITING = "waiting", _("waits for hub staff")
        EDITORIAL = "editorial", _("editorial change")
        MATERIAL = "material", _("material change")

    license = models.ForeignKey(License, models.PROTECT, related_name="texts", verbose_name=_("licence"))
    number = models.PositiveIntegerField(_("number"))
    change = models.CharField(_("change"), max_length=20, choices=Change, default=Change.FIRST)
    html = models.TextField(_("text as HTML"))
    text = models.TextField(_("text"), help_text=_("Without mark-up, white space folded."))
    sha256 = models.CharField(_("SHA-256 of the words and links"), max_length=64)
    created_at = models.DateTimeField(_("first read"), auto_now_add=True)

    class Meta:
        verbose_name = _("licence text")
        verbose_name_plural = _("licence texts")
        ordering = ("license", "number")
        constraints = (
            models.UniqueConstraint(fields=("license", "sha256"), name="license_text_once"),
            models.UniqueConstraint(fields=("license", "number"), name="license_text_number"),
        )

    def __str__(self) -> str:
        return f"{self.license}, {self.number}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Insert; afterwards only `change` may be written (`update_fields=["change"]`).

        Raises:
            ImmutableError: when anything else of a stored text would be written.
        """
        if self.pk is not None and set(kwargs.get("update_fields") or ()) != {"change"}:
            raise ImmutableError("A licence text is never altered: people have accepted it.")
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        """Refuse: people have accepted this text."""
        raise ImmutableError("A licence text is never deleted: people have accepted it.")


class Provider(ShownOnPage):
    """A person or organization that decides on or handles access to a dataset.

    Identity: a valid e-mail (case-folded), else an ORCID or URL, else the name within the dataset
    (`local_to`). A new address for a known ORCID waits in `pending_email` until hub staff accept it, because
    it would open existing requests to whoever reads that address; so does a new ORCID for a known address, in
    `pending_identifier`.
    """

    path_to_dataset = "dataset_providers__dataset"
    dataset_by = ("dataset_providers__provider", "pk")
    unseen = frozenset({"name", "email", "pending_email", "pending_identifier", "local_to"})
    always = True

    class Kind(models.TextChoices):
        """What a provider is."""

        PERSON = "person", _("person")
        ORGANIZATION = "organization", _("organisation")

    name = models.CharField(_("name"), max_length=300)
    kind = models.CharField(_("kind"), max_length=20, choices=Kind, default=Kind.PERSON)
    email = models.EmailField(_("e-mail"), max_length=254, blank=True)
    pending_email = models.EmailField(_("e-mail that waits for the hub"), max_length=254, blank=True)
    identifier = models.CharField(_("ORCID or URL"), max_length=500, blank=True)
    pending_identifier = models.CharField(_("ORCID or URL that waits for the hub"), max_length=500, blank=True)
    local_to = models.ForeignKey(
        Dataset, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("known only in")
    )

    if TYPE_CHECKING:
        dataset_providers: RelatedManager[DatasetProvider]

    class Meta:
        verbose_name = _("provider")
        verbose_name_plural = _("providers")
        ordering = ("name",)
        constraints = (
            models.CheckConstraint(condition=Q(email=Lower("email")), name="provider_email_is_lower_case"),
            models.UniqueConstraint(fields=("email",), condition=~Q(email=""), name="provider_email"),
            models.UniqueConstraint(
                fields=("identifier",), condition=~Q(identifier="") & Q(email=""), name="provider_identifier"
            ),
            models.UniqueConstraint(
                fields=("local_to", "name"), condition=Q(email="", identifier=""), name="provider_name_in_dataset"
            ),
        )
        indexes = (models.Index(fields=("identifier",), name="provider_by_identifier"),)

    def __str__(self) -> str:
        return self.name

    @property
    def orcid(self) -> str:
        """The sixteen characters with hyphens of its ORCID iD, or an empty text."""
        prefix, _slash, last = self.identifier.rpartition("/")
        return last.upper() if prefix in {"https://orcid.org", "http://orcid.org"} else ""


class DatasetProvider(ShownOnPage):
    """A provider's part in one dataset, with the name as the page writes it.

    `confirmed` is false for a provider that a later import added: it sees new requests at once and the
    existing ones only after hub staff confirm it.
    """

    unseen = frozenset({"part", "part_by_hand", "confirmed", "added_at"})

    class Part(models.TextChoices):
        """What a provider does when somebody asks."""

        DECIDER = "decider", _("decides")
        HANDLER = "handler", _("handles")
        INFORMED = "informed", _("is informed")

    dataset = models.ForeignKey(Dataset, models.PROTECT, related_name="dataset_providers", verbose_name=_("dataset"))
    provider = models.ForeignKey(Provider, models.PROTECT, related_name="dataset_providers", verbose_name=_("provider"))
    name = models.CharField(_("name as written"), max_length=300)
    order = models.PositiveIntegerField(_("order"), default=0)
    part = models.CharField(_("part"), max_length=20, choices=Part, default=Part.DECIDER)
    part_by_hand = models.BooleanField(_("part set by hand"), default=False)
    confirmed = models.BooleanField(_("may see earlier requests"), default=True)
    added_at = models.DateTimeField(_("first named"), auto_now_add=True)
    retired_at = models.DateTimeField(_("no longer named"), null=True, blank=True)

    class Meta:
        verbose_name = _("provider of a dataset")
        verbose_name_plural = _("providers of datasets")
        ordering = ("dataset", "order")
        constraints = (models.UniqueConstraint(fields=("dataset", "provider"), name="provider_once_in_dataset"),)

    def __str__(self) -> str:
        return f"{self.name}, {self.dataset}"


class Contributor(ShownOnPage):
    """An author or a holder of the copyright, as the page names them."""

    class Role(models.TextChoices):
        """In which list of the page the name stands."""

        AUTHOR = "author", _("author")
        COPYRIGHT_HOLDER = "copyright-holder", _("copyright holder")

    dataset = models.ForeignKey(Dataset, models.CASCADE, related_name="contributors", verbose_name=_("dataset"))
    role = models.CharField(_("role"), max_length=20, choices=Role)
    order = models.PositiveIntegerField(_("order"))
    name = models.CharField(_("name"), max_length=500)
    kind = models.CharField(_("kind"), max_length=20, choices=Provider.Kind, default=Provider.Kind.PERSON)
    identifier = models.CharField(_("ORCID or other identifier"), max_length=500, blank=True)
    url = models.CharField(_("web page"), max_length=1000, blank=True)

    class Meta:
        verbose_name = _("contributor")
        verbose_name_plural = _("contributors")
        ordering = ("dataset", "role", "order")
        constraints = (
            models.UniqueConstraint(fields=("dataset", "role", "order"), name="contributor_place_in_dataset"),
        )

    def __str__(self) -> str:
        return self.name


class Citation(ShownOnPage):
    """A work that the page refers to."""

    dataset = models.ForeignKey(Dataset, models.CASCADE, related_name="citations", verbose_name=_("dataset"))
    order = models.PositiveIntegerField(_("order"))
    text = models.TextField(_("text"))
    identifier = models.CharField(_("address"), max_length=1000, blank=True)

    class Meta:
        verbose_name = _("citation")
        verbose_name_plural = _("citations")
        ordering = ("dataset", "order")
        constraints = (models.UniqueConstraint(fields=("dataset", "order"), name="citation_place_in_dataset"),)

    def __str__(self) -> str:
        return self.text[:80]


class SampleImage(ShownOnPage):
    """An example image; addresses are as written, relative ones belong to the register's own site."""

    dataset = models.ForeignKey(Dataset, models.CASCADE, related_name="sample_images", verbose_name=_("dataset"))
    order = models.PositiveIntegerField(_("order"))
    title = models.TextField(_("title"), blank=True)
    url = models.CharField(_("address"), max_length=1000)
    thumbnail_url = models.CharField(_("address of the thumbnail"), max_length=1000, blank=True)

    class Meta:
        verbose_name = _("example image")
        verbose_name_plural = _("example images")
        ordering = ("dataset", "order")
        constraints = (models.UniqueConstraint(fields=("dataset", "order"), name="image_place_in_dataset"),)

    def __str__(self) -> str:
        return self.title or self.url
