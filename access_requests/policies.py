"""How requests under a licence are asked for and decided: what hub staff set, else what its page says."""

from __future__ import annotations

from typing import Any

from datasets.models import Dataset, DatasetProvider, License

from .at_hand import is_at_hand
from .models import Policy
from .workflow import Before, DecidedBy, Needed, Quorum

RESEARCH = "research"
AIDA_MEMBER = "aida-member"
# The two ways that hub staff begin with: the shortest that works, and AIDA's own practice (docs/workflow.md).
PRESETS: dict[str, dict[str, Any]] = {
    "direct": {
        "decided_by": DecidedBy.DECIDERS,
        "triage": False,
        "quorum": Quorum.ANY,
        "confirm": False,
        "needed": Needed.RECIPIENT_SCIENTIST,
        "needed_before": Before.GRANT,
    },
    "aida": {
        "decided_by": DecidedBy.DECIDERS,
        "triage": True,
        "quorum": Quorum.ALL,
        "confirm": True,
        "needed": Needed.RECIPIENT_SCIENTIST,
        "needed_before": Before.REVIEW,
    },
}


def for_members(license: License) -> bool:
    """Whether this is one of the AIDA licences ("free for use within AIDA"), which the hub decides."""
    return license.form_hint == AIDA_MEMBER or license.name.strip().casefold().startswith("aida")


def policy_of(license: License) -> Policy:
    """The policy of a licence: its row, or `policy_without_row`."""
    policy: Policy | None = getattr(license, "policy", None)
    return policy if policy is not None else policy_without_row(license)


def policy_without_row(license: License) -> Policy:
    """The shortest way that works for what a licence's page says (not saved).

    The AIDA licences are decided by the hub, which knows AIDA's partners; all others by the dataset's deciders.
    """
    if for_members(license):
        return Policy(license=license, form=AIDA_MEMBER, decided_by=DecidedBy.HUB)
    return Policy(license=license, form=license.form_hint or RESEARCH)


def is_requestable(license: License) -> bool:
    """Whether one can ask under this licence here: the page opens a way, and somebody is there to decide."""
    if not opens_a_way(license) or license.text_in_force is None:
        return False
    return bool(providers_named(license.dataset))


def opens_a_way(license: License) -> bool:
    """Whether the page lets one ask under this licence, should it have a text and somebody to decide."""
    return not is_retired(license, license.dataset) and (license.requestable or for_members(license))


def is_retired(license: License, dataset: Dataset) -> bool:
    """Whether a licence or its dataset takes no new request: hub staff decide where one that was sent goes on."""
    return bool(license.retired_at or dataset.retired_at)


def providers_named(dataset: Dataset, *, whole: bool = False) -> list[DatasetProvider]:
    """The providers that the page names today, in its order; uses prefetched rows where there are any.

    Args:
        dataset: whose.
        whole: where they are asked for, ask for the providers themselves, too.
    """
    rows = dataset.dataset_providers.all()
    if whole and not is_at_hand(dataset, "dataset_providers"):
        rows = rows.select_related("provider")
    return sorted((row for row in rows if row.retired_at is None), key=lambda row: row.order)


def licenses_to_ask(dataset: Dataset) -> list[License]:
    """The licences of a dataset under which one can ask here, in the page's order."""
    return [license for license in dataset.licenses.all() if is_requestable(license)]
