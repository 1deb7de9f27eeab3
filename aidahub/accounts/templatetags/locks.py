"""What templates of the account ask about second steps and sign-ins."""

from __future__ import annotations

from django import template

from aidahub.accounts.models import User
from aidahub.accounts.second_factor import is_required
from aidahub.accounts.sessions import device_of

register = template.Library()


@register.filter
def device(user_agent: str) -> str:
    """What kind of browser on what kind of device: "Firefox on Windows"."""
    return device_of(user_agent)


@register.filter
def needs_second_step(user: User) -> bool:
    """Whether this person may not do without a second step."""
    return is_required(user)
