"""What the export holds, and what it leaves out with the reason: every column that leads to a person is in one of them.

`tests/test_my_data_whole.py` walks all models and fails for one that is in neither.
"""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from . import account, requests
from .shape import Section

SECTIONS: tuple[Section, ...] = (*account.SECTIONS, *requests.SECTIONS)

STAFF = _("Who of the staff did something with an account or a request is about the staff’s work, not about you.")
FLAGGED = _(
    "Notes that hub staff may have made about a person, to protect the data: whether they can be given out is decided "
    "by a person for each (GDPR, article 23; Public Access to Information and Secrecy Act 2009:400). Ask for them."
)
OWN_WORK = _("That you edited a form as hub staff: no more than your name on the hub’s own work.")
SECRETS = _("Keys and codes that sign somebody in: they are worth something only to a thief.")

# By column, or by model where no column of it leads to a person directly.
LEFT_OUT: dict[str, Promise] = {
    "accounts.User.suspended_by": STAFF,
    "accounts.ProviderLink.ended_by": STAFF,
    "access_requests.AccessRequest.assigned_to": STAFF,
    "access_requests.PersonFlag.user": FLAGGED,
    "access_requests.PersonFlag.email": FLAGGED,
    "access_requests.PersonFlag.set_by": STAFF,
    "access_requests.PersonFlag.lifted_by": STAFF,
    "access_requests.FormVersion.published_by": OWN_WORK,
    "access_requests.FormDraft.changed_by": OWN_WORK,
    "datasets.Provider.pending_email": _("An address that the register has changed and hub staff have not accepted."),
    "account.EmailConfirmation": SECRETS,
    "socialaccount.SocialToken": SECRETS,
    "sessions.Session": SECRETS,
}


def documented() -> str:
    """The files of the archive and their keys, as Markdown."""
    blocks = []
    for section in SECTIONS:
        keys = "\n".join(f"| `{key}` | {meaning} |" for key, meaning in section.keys.items())
        blocks.append(f"### `{section.file}`\n\n{section.what}\n\n| key | what it holds |\n| --- | --- |\n{keys}")
    reasons: dict[str, list[str]] = {}
    for column, reason in LEFT_OUT.items():
        reasons.setdefault(str(reason), []).append(f"`{column}`")
    left = "\n".join(f"- {', '.join(columns)}: {reason}" for reason, columns in reasons.items())
    return "\n\n".join(blocks) + f"\n\n### Left out\n\n{left}"
