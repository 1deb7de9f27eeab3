"""The ways to ask for a dataset, as its landing page offers them to one person."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.utils.text import slugify

from datasets.models import Dataset, License, LicenseText

from .labels import STATUS_LABELS
from .models import AnyUser, Policy
from .policies import opens_a_way, policy_without_row
from .waiting import LOOKS
from .workflow import FINISHED, DecidedBy, Status

NOBODY = 0  # no user has this key
LICENSE_COLUMNS = ("id", "name", "anchor", "abstract_html", "requestable", "form_hint")
POLICY_COLUMNS = ("id", "form", "decided_by")
LICENSE, POLICY = len(LICENSE_COLUMNS), len(POLICY_COLUMNS)
# Written out, as `datasets.landing` does it. Of a person's requests under way, the newest is shown.
ASKED = """
    SELECT
        asked.id, asked.name, anchor, abstract_html, requestable, form_hint, policy.id, policy.form, decided_by,
        (SELECT html FROM datasets_licensetext
         WHERE license_id = asked.id AND change <> %s ORDER BY number DESC LIMIT 1),
        EXISTS (SELECT 1 FROM datasets_datasetprovider WHERE dataset_id = asked.dataset_id AND retired_at IS NULL),
        own.reference, own.status,
        COALESCE(
            (SELECT days FROM access_requests_usualtime WHERE dataset_id = asked.dataset_id),
            (SELECT days FROM access_requests_usualtime WHERE dataset_id IS NULL)
        )
    FROM datasets_license AS asked
    LEFT JOIN access_requests_policy AS policy ON policy.license_id = asked.id
    LEFT JOIN access_requests_accessrequest AS own ON own.id = (
        SELECT id FROM access_requests_accessrequest
        WHERE license_id = asked.id AND applicant_id = %s AND status NOT IN ({finished})
        ORDER BY submitted_at DESC NULLS LAST, id DESC LIMIT 1
    )
    WHERE asked.dataset_id = %s AND asked.retired_at IS NULL ORDER BY asked."order"
"""


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
    """One licence to ask under, how that is decided, and the person's own request if there is one under way.

    `usual`: within how many working days answers came lately, where enough did.
    """

    license: License
    policy: Policy
    own: Own | None
    usual: int | None

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


@dataclass(frozen=True)
class Asked:
    """A licence and all that the panel asks about it. `html` is its text in force, None where it has none."""

    license: License
    html: str | None
    has_provider: bool
    policy: Policy
    own: Own | None
    usual: int | None


def licenses_for_panel(dataset: Dataset, user: AnyUser) -> list[Asked]:
    """The dataset's licences with everything the panel asks about them, in one query."""
    finished = [status.value for status in sorted(FINISHED)]
    parameters: list[int | str] = [LicenseText.Change.WAITING.value, user.pk or NOBODY, *finished, dataset.pk]
    with connection.cursor() as cursor:
        cursor.execute(ASKED.format(finished=", ".join(["%s"] * len(finished))), parameters)
        rows = cursor.fetchall()
    return [_asked(dataset, row[:LICENSE], row[LICENSE : LICENSE + POLICY], *row[LICENSE + POLICY :]) for row in rows]


def _asked(
    dataset: Dataset,
    license_row: tuple[Any, ...],
    policy_row: tuple[Any, ...],
    html: str | None,
    has_provider: bool,
    reference: str | None,
    status: str | None,
    usual: int | None,
) -> Asked:
    license = License(dataset=dataset, **dict(zip(LICENSE_COLUMNS, license_row, strict=True)))
    own = Own(reference, Status(status)) if reference and status else None
    if policy_row[0] is None:
        policy = policy_without_row(license)
    else:
        policy = Policy(license=license, **dict(zip(POLICY_COLUMNS, policy_row, strict=True)))
    return Asked(license, html, bool(has_provider), policy, own, usual)


def ways_in(licenses: list[Asked]) -> list[Way]:
    """Of licences that `licenses_for_panel` read, those that can be asked under: what `licenses_to_ask` answers."""
    return [
        Way(one.license, one.policy, one.own, one.usual)
        for one in licenses
        if opens_a_way(one.license) and one.html is not None and one.has_provider
    ]
