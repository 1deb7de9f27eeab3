"""Who and what is there when the curtain rises.

python -m tests.faults.scene            makes it in the site's database
python -m tests.faults.scene ADDRESS    writes one mail to an address
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import Any

import django

PASSWORD = "correct horse battery staple"
APPLICANTS = tuple(f"applicant{number}@uu.example" for number in range(1, 11))
PROVIDERS = tuple(f"provider{number}@provider.example" for number in range(1, 6))
HUB = ("hedda@hub.example", "hugo@hub.example")


@dataclass(frozen=True)
class Scientist:
    """A recipient scientist: the address that requests name, and that of the account."""

    named: str
    account: str


# The last one has an account at another address, so that the mail's own link must let them in.
SCIENTISTS = (
    Scientist("rut@kth.example", "rut@kth.example"),
    Scientist("ragna@kth.example", "ragna@kth.example"),
    Scientist("rolf@kth.example", "rolf@home.example"),
)
DATASETS = tuple(f"10.23698/aida/faults{number}" for number in range(1, 6))
# The policy of each dataset; what is not said is as usual: any decider, no triage, the scientist before access.
POLICIES: tuple[dict[str, Any], ...] = ({}, {"preset": "aida"}, {"decided_by": "hub"}, {"quorum": "all"}, {})


def make() -> None:
    """Datasets with their providers and policies, and everybody with an account."""
    from access_requests.policies import PRESETS
    from tests import cast

    for scientist in SCIENTISTS:
        _person(scientist.account)
    applicants = [_person(email) for email in APPLICANTS]
    for email in HUB:
        _person(email, is_hub_staff=True)
    for doi, email, policy in zip(DATASETS, PROVIDERS, POLICIES, strict=True):
        dataset = cast.make_dataset(doi)
        cast.act_for(_person(email), cast.provider_of(dataset, 1))
        fields = PRESETS["aida"] if policy.get("preset") else policy
        if fields:
            cast.set_policy(cast.license_of(dataset), **fields)
        for place, applicant in enumerate(applicants):
            if place % 2 == int(doi[-1]) % 2:
                _ask(applicant, dataset, SCIENTISTS[place % len(SCIENTISTS)].named)


def _person(email: str, **fields: Any) -> Any:
    from tests import cast

    return cast.make_user(email, email.partition("@")[0].title(), **fields)


def _ask(applicant: Any, dataset: Any, scientist: str) -> None:
    """A request that was sent before anybody comes."""
    from access_requests import actions
    from tests import cast

    draft = actions.start(license=cast.license_of(dataset), by=applicant)
    actions.submit(request=cast.fill(draft, recipient_email=scientist), by=applicant)


def write_to(address: str) -> None:
    """One more mail in the outbox."""
    from aidahub.outbox.queue import queue

    queue(about="faults/last", kind="last", recipient=address, subject="The last mail", text="All is well.")


if __name__ == "__main__":
    django.setup()
    write_to(sys.argv[1]) if sys.argv[1:] else make()
