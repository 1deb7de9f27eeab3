"""The members of drafts that belong together: one form names the same people in each, and so does a renewal."""

from __future__ import annotations

from access_requests.models import AccessRequest, Participant
from access_requests.workflow import Part

MOST_MEMBERS = 50


def copy_members(source: AccessRequest, target: AccessRequest) -> None:
    """Name the members of a request in a locked draft, too, as far as there is room; they confirm there for themselves.

    Whoever was removed or has declined is not copied, and whom the draft names already stays as they are.
    """
    there = set(target.participants.filter(removed_at=None).values_list("email", flat=True))
    room = MOST_MEMBERS - target.participants.filter(removed_at=None, part=Part.MEMBER).count()
    members = Participant.objects.taking_part().filter(request=source, part=Part.MEMBER).order_by("number")
    for person in [row for row in members if row.email not in there][: max(0, room)]:
        target.participants.create(
            part=Part.MEMBER,
            name=person.name,
            title=person.title,
            email=person.email,
            institution=person.institution,
        )
