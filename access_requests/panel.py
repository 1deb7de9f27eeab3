"""The ways to ask for a dataset, as its landing page offers them to one person."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import CharField, Exists, F, OuterRef, Subquery, Value
from django.utils.text import slugify

from aidahub.accounts.models import User
from datasets.models import Dataset, DatasetProvider, License, LicenseText

from .labels import STATUS_LABELS
from .models import AccessRequest, AnyUser, Policy
from .policies import opens_a_way, policy_of
from .waiting import LOOKS
from .workflow import FINISHED, DecidedBy, Status


@dataclass(frozen=True)
class Own:
    """The request that this person has under way: its reference and how its status looks."""

    reference: str
    status: Status

    @property
    def word(self) -> str:
        """The status in words for the applicant."""
        return str(STATUS_LABELS[self.status])

    @property
    def kind(self) -> str:
        """Its colour: ok, wait, act, stop or none."""
        return LOOKS[self.status][0]

    @property
    def icon(self) -> str:
        """Its drawing."""
        return LOOKS[self.status][1]

    @property
    def is_draft(self) -> bool:
        """Whether it has not been sent."""
        return self.status is Status.DRAFT


@dataclass(frozen=True)
class Way:
    """One licence to ask under, how that is decided, and the person's own request if there is one under way."""

    license: License
    policy: Policy
    own: Own | None

    @property
    def slug(self) -> str:
        """What the address of the start page calls the licence."""
        return slugify(self.license.name)

    @property
    def by_hub(self) -> bool:
        """Whether hub staff decide."""
        return self.policy.decided_by == DecidedBy.HUB

    @property
    def for_members(self) -> bool:
        """Whether it is meant for AIDA's members only."""
        return self.policy.form == "aida-member"


def licenses_for_panel(dataset: Dataset, user: AnyUser) -> list[License]:
    """The dataset's licences with everything the panel asks about them, in one query."""
    texts = LicenseText.objects.filter(license=OuterRef("pk")).exclude(change=LicenseText.Change.WAITING)
    providers = DatasetProvider.objects.filter(dataset=dataset, retired_at=None)
    rows = License.objects.filter(dataset=dataset, retired_at=None).select_related("policy").order_by("order")
    asked = rows.annotate(
        html_in_force=Subquery(texts.order_by("-number").values("html")[:1]), has_provider=Exists(providers)
    )
    if not isinstance(user, User):
        nothing = Value("", output_field=CharField())
        return list(asked.annotate(own_reference=nothing, own_status=nothing))
    own = AccessRequest.objects.filter(license=OuterRef("pk"), applicant=user).exclude(status__in=FINISHED)
    newest = own.order_by(F("submitted_at").desc(nulls_last=True), "-pk")
    return list(
        asked.annotate(
            own_reference=Subquery(newest.values("reference")[:1]), own_status=Subquery(newest.values("status")[:1])
        )
    )


def ways_in(licenses: list[License]) -> list[Way]:
    """Of licences that `licenses_for_panel` read, those that can be asked under: what `licenses_to_ask` answers."""
    return [  # what `licenses_for_panel` annotates is unknown to mypy, here and below
        Way(license, policy_of(license), own_of(license))
        for license in licenses
        if opens_a_way(license) and license.html_in_force is not None and license.has_provider  # type: ignore[attr-defined]
    ]


def own_of(license: License) -> Own | None:
    """The person's own request under a licence that `licenses_for_panel` read."""
    reference, status = license.own_reference, license.own_status  # type: ignore[attr-defined]
    return Own(reference, Status(status)) if reference else None
