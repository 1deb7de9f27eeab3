"""What lies on somebody's desk."""

from aidahub.accounts.models import User


def sections_for(user: User) -> list[object]:
    """Nothing yet."""
    return []
