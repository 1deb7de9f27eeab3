"""Who and what is there when the curtain rises: `python -m tests.faults.scene` makes it in the site's database."""

from __future__ import annotations

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

    for email in (*APPLICANTS, *(one.account for one in SCIENTISTS)):
        cast.make_user(email, email.partition("@")[0].title())
    for email in HUB:
        cast.make_user(email, email.partition("@")[0].title(), is_hub_staff=True)
    for doi, email, policy in zip(DATASETS, PROVIDERS, POLICIES, strict=True):
        dataset = cast.make_dataset(doi)
        cast.act_for(cast.make_user(email, email.partition("@")[0].title()), cast.provider_of(dataset, 1))
        fields = PRESETS["aida"] if policy.get("preset") else policy
        if fields:
            cast.set_policy(cast.license_of(dataset), **fields)


if __name__ == "__main__":
    django.setup()
    make()
