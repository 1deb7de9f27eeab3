"""How long everything that is kept about people stays, why, and what ends it: one table.

`/privacy/` shows it, `docs/retention.md` is written from it, and the clock does what stands in it (`forget`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import structlog
from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from access_requests import forgetting as requests
from aidahub.accounts import forgetting as accounts
from aidahub.outbox import forgetting as outbox

log = structlog.stdlib.get_logger("aidahub.forgetting")
CLOCK = "pages.forget"
Words = str | Promise


@dataclass(frozen=True)
class Ground:
    """On which ground something is kept: two words, and the sentence with the law."""

    name: Words
    words: Words


@dataclass(frozen=True)
class Kept:
    """One kind of what is kept: in plain words, for how long, on which ground, and what happens then.

    `how_long` knows the settings. `by` names what ends it: a task of the clock, a verb, or who must see to it. Where
    that is the task that forgets, `sweep` does it and says how many rows it took. Without an end: `lasts`.
    """

    slug: str
    kind: Words
    what: Words
    how_long: Callable[[], Words]
    ground: Ground
    then: Words
    by: str
    sweep: Callable[[], int] | None = None
    lasts: bool = False


def days(setting: str) -> str:
    """A setting that counts days, in words; whole years, from two on, as years."""
    number = getattr(settings, setting)
    years, rest = divmod(number, 365)
    if years > 1 and not rest:
        return ngettext("%(number)s year", "%(number)s years", years) % {"number": years}
    return ngettext("%(number)s day", "%(number)s days", number) % {"number": number}


def after(words: Promise, setting: str) -> Callable[[], str]:
    """A sentence with the days of a setting in it."""
    return lambda: str(words) % {"days": days(setting)}


def fixed(words: Promise) -> Callable[[], Words]:
    """The same words whatever the settings are."""
    return lambda: words


def _idle_term() -> str:
    months = settings.ACCOUNT_MONTHS
    if not months:
        return str(_("Until you erase it; nothing ends it by itself."))
    sentence = ngettext(
        "Until you erase it, or nobody has signed in for %(number)s month; a mail warns 30 days before.",
        "Until you erase it, or nobody has signed in for %(number)s months; a mail warns 30 days before.",
        months,
    )
    return sentence % {"number": months}


TASK = Ground(
    _("Public task"), _("AIDA’s task to share research data safely is in the public interest (GDPR, article 6.1 e).")
)
RECORD = Ground(
    _("Public record"),
    _("A request that was sent is a public record, which may be destroyed only by a decision of the archival authority "
      "(Archives Act 1990:782, sections 3 and 10; GDPR, articles 6.1 c, 6.1 e and 17.3 b, d)."),
)  # fmt: skip
SECURITY = Ground(
    _("Security"), _("The site and the data must be kept safe, and misuse be found (GDPR, articles 6.1 e and 32).")
)
NO_GROUND = Ground(_("None is needed"), "")
GROUNDS = (TASK, RECORD, SECURITY)
FOR_EVER = fixed(_("As long as the archives of the controller keep it."))
NOTHING = _("Nothing: it stays.")
NOTHING_KEPT = _("Nothing is kept, so nothing goes.")
WITH_THE_RECORD = _(
    "Nothing by itself. A text or a file that must not be kept is taken out by hub staff; that it was, stays."
)

TABLE: tuple[Kept, ...] = (
    Kept(
        "visits", _("Visits without an account"), _("Nothing that identifies you."),
        fixed(_("Not at all.")), NO_GROUND, NOTHING_KEPT, "nobody", lasts=True,
    ),
    Kept(
        "sessions", _("Where you are signed in"),
        _("A key in your browser; on the server your account, what the browser calls itself, and when it was used."),
        fixed(_("Until you sign out; at most two weeks after you last came back and 30 days after you signed in.")),
        SECURITY, _("Deleted."), CLOCK, accounts.forget_sessions,
    ),
    Kept(
        "counts", _("Sign-in codes and attempts"),
        _("Codes that were mailed, and how often a client address or an account tried to sign in."),
        fixed(_("Codes 30 minutes, counts at most a day.")),
        SECURITY, _("Deleted in the following night."), CLOCK, accounts.forget_counts,
    ),
    Kept(
        "unproven", _("Accounts that were never used"),
        _("An address that somebody typed and nobody has proven."),
        after(_("%(days)s."), "NEW_ACCOUNT_DAYS"), TASK, _("Deleted."), CLOCK, accounts.forget_unproven,
    ),
    Kept(
        "accounts", _("Your account"),
        _("Name, addresses, institution, department, postal address, country, language, ways to sign in, and what a "
          "service such as ORCID told when you signed in by it."),
        _idle_term, TASK,
        _("Emptied: what stays is a key that leads to nobody. Not while you have access, an open request or a part in "
          "one, or act for a provider."),
        CLOCK, requests.forget_idle_accounts,
    ),
    Kept(
        "links", _("For whom you act"),
        _("For which provider of the register you act or acted, since when, on what ground."),
        FOR_EVER, RECORD, _("With your account the address on which it rests is emptied; that you acted stays."),
        "access_requests.actions.erase_own_account", lasts=True,
    ),
    Kept(
        "drafts", _("Drafts"), _("What you have written and not sent, with its files."),
        after(_("%(days)s after the last change; a mail warns 7 days before."), "DRAFT_DAYS"),
        TASK, _("Deleted."), "access_requests.warn",
    ),
    Kept(
        "uploads", _("Uploads that were never attached"), _("Files that came and were not taken, or were taken back."),
        fixed(_("One day.")), TASK, _("Deleted in the following night."), "access_requests.sweep_files",
    ),
    Kept(
        "requests", _("Requests that were sent"),
        _("The answers as sent, the people named in them, licences accepted, access given and ended, and the chain of "
          "what happened, when and by whom."),
        FOR_EVER, RECORD, NOTHING, "actions.redact_text", lasts=True,
    ),
    Kept(
        "votes", _("Votes and internal notes"), _("How each provider decided and why; notes among those who decide."),
        FOR_EVER, RECORD, WITH_THE_RECORD, "actions.redact_text", lasts=True,
    ),
    Kept(
        "messages", _("Messages and files"), _("What was written and attached in a request that was sent."),
        FOR_EVER, RECORD, WITH_THE_RECORD, "actions.redact_file", lasts=True,
    ),
    Kept(
        "secrets", _("The way to the data"), _("Link, secret and words by which you get the data."),
        fixed(_("Until your access ends.")), TASK, _("Emptied; that data was handed over stays."),
        "access_requests.end_access",
    ),
    Kept(
        "mails", _("Mails that the hub sent"), _("Your address, the subject and the text."),
        after(_("%(days)s after sending; codes and links that sign in until they are sent."), "MAIL_DAYS"), TASK,
        _("Emptied, at once when your account is erased; that a mail about a request was written, and when, stays."),
        CLOCK, outbox.empty_old,
    ),
    Kept(
        "invitations", _("Invitations to act for a provider"),
        _("The address to which one was sent, and by whom it was used."),
        after(_("%(days)s after it was used or ran out."), "MAIL_DAYS"), TASK, _("Deleted."),
        CLOCK, accounts.forget_invitations,
    ),
    Kept(
        "part-invitations", _("Links to a part in a request"),
        _("Whose part it is, and until when the link works; the link itself is not kept."),
        after(_("%(days)s after it ran out unused; a used one as long as the request."), "MAIL_DAYS"), TASK,
        _("Deleted."), CLOCK, requests.forget_part_invitations,
    ),
    Kept(
        "evidence", _("Checks of who you are"),
        _("Nothing of its own: pages compare your addresses, ORCID and institution with public registers when somebody "
          "looks. A mail that a provider answered by is kept with the vote."),
        fixed(_("Not at all; the mail with its vote as long as the request.")), RECORD, NOTHING_KEPT, "nobody",
        lasts=True,
    ),
    Kept(
        "flags", _("Flags on people"),
        _("That hub staff look first at requests that name a person, and why. Few people have one."),
        after(_("%(days)s; a lifted one a third of that. Also after the account was erased."), "FLAG_DAYS"),
        SECURITY, _("Deleted."), CLOCK, requests.forget_flags,
    ),
    Kept(
        "history", _("The admin’s own history"),
        _("Who of the staff changed which settings, people and datasets."),
        after(_("%(days)s; who took out a request on paper as long as the request."), "HISTORY_DAYS"), SECURITY,
        _("Deleted; the name of an erased person at once."), CLOCK, requests.forget_history,
    ),
    Kept(
        "register", _("People in the register"),
        _("Authors, copyright holders and providers as the pages of the datasets name them; addresses of providers, to "
          "send them requests."),
        fixed(_("As long as the register names them, or a request that was sent does.")), TASK,
        _("Follows the register."), "import_datasets", lasts=True,
    ),
    Kept(
        "checkpoints", _("Copies of the record’s heads"), _("References of requests and digests; nobody’s name."),
        fixed(_("As long as the operator keeps them.")), RECORD, NOTHING, "operator", lasts=True,
    ),
    Kept(
        "logs", _("Logs"),
        _("Which kind of page was asked for, how it went, how long it took; no address, no name."),
        fixed(_("As long as the operator keeps them.")), SECURITY, _("Deleted by the operator."), "operator",
        lasts=True,
    ),
    Kept(
        "backups", _("Backups"), _("Everything above, as it was on the day of the backup."),
        after(_("%(days)s. What was erased after one was made is erased again when it is restored."), "BACKUP_DAYS"),
        SECURITY, _("Deleted by the operator."), "operator", lasts=True,
    ),
)  # fmt: skip


def forget() -> dict[str, int]:
    """Do what the table says the clock does; how many rows each took. One that fails stops no other.

    Raises:
        RuntimeError: at the end, with the slugs of those that failed.
    """
    taken: dict[str, int] = {}
    failed = []
    for row in TABLE:
        if row.sweep is None:
            continue
        try:
            taken[row.slug] = row.sweep()
        except Exception as error:
            failed.append(row.slug)
            log.exception("not forgotten", kind=row.slug, reason=type(error).__name__)
    log.info("forgotten", **{slug.replace("-", "_"): number for slug, number in taken.items() if number})
    if failed:
        raise RuntimeError(f"Not forgotten: {', '.join(failed)}.")
    return taken
