"""The twenty people of the harness, and what became of them."""

from __future__ import annotations

from .asking import Applicant
from .deciding import HubStaff, RecipientScientist, Reviewer
from .people import LONGEST, Person, World
from .scene import APPLICANTS, HUB, PROVIDERS, SCIENTISTS


def company(world: World, seed: int) -> list[Person]:
    """Ten who ask, five who provide, two of the hub, three who are named by others."""
    people: list[Person] = []
    for kind, emails in ((Applicant, APPLICANTS), (Reviewer, PROVIDERS), (HubStaff, HUB)):
        people += [kind(world, email, len(people) + place, seed) for place, email in enumerate(emails)]
    named = [RecipientScientist(world, one, len(people) + place, seed) for place, one in enumerate(SCIENTISTS)]
    return [*people, *named]


def part(world: World, people: list[Person]) -> None:
    """Everybody finishes what they are at, and goes."""
    world.stop.set()
    for person in people:
        person.join(LONGEST + 60)
        if person.is_alive():
            world.complain(f"{person.email} never came to an end")
