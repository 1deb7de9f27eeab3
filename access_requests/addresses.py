"""What an e-mail address says by itself: its domain, and whose that can be."""

from __future__ import annotations

# Where anybody gets an address in a minute; an address there says nothing about an institution.
FREE_MAIL = frozenset(
    "126.com 163.com aol.com bredband.net fastmail.com gmail.com gmx.com gmx.de gmx.net googlemail.com hey.com "
    "hotmail.com hotmail.se hushmail.com icloud.com inbox.com live.com live.se mac.com mail.com mail.ru me.com "
    "msn.com outlook.com outlook.se pm.me posteo.de proton.me protonmail.com qq.com rediffmail.com sina.com "
    "telia.com tutanota.com web.de yahoo.co.uk yahoo.com yahoo.se yandex.com yandex.ru ymail.com zoho.com".split()
)
# Second levels under which a country gives names to institutions (ox.ac.uk), so that three labels name one.
SHARED_SECOND_LEVELS = frozenset(
    {"ac", "co", "com", "edu", "go", "gob", "gouv", "gov", "govt", "lg", "ne", "net", "nhs", "or", "org", "re", "res"}
)


def domain_of(email: str) -> str:
    """The part after the @, in lower case; empty for what is no address."""
    return email.rpartition("@")[2].strip().casefold() if "@" in email else ""


def registered_domain(host: str) -> str:
    """The part of a host's name that an organisation registers: `uu.se` of `it.uu.se`, `ox.ac.uk` for Oxford."""
    labels = host.split(".")
    keep = 3 if len(labels) > 2 and is_shared(".".join(labels[-2:])) else 2
    return ".".join(labels[-keep:])


def organization_of(email: str) -> str:
    """The part of an address's domain that an organisation registers: `uu.se` for `ada@it.uu.se`."""
    return registered_domain(domain_of(email))


def is_shared(domain: str) -> bool:
    """Whether a country gives names below this domain to whoever asks, so that it is nobody's own: `ac.uk`."""
    labels = domain.split(".")
    return len(labels) == 2 and len(labels[1]) == 2 and labels[0] in SHARED_SECOND_LEVELS


def domains_above(domain: str) -> tuple[str, ...]:
    """A domain and those that it stands below, as far as somebody owns them: `it.uu.se`, `uu.se`."""
    labels = domain.split(".")
    if not all(labels):
        return ()
    above = (".".join(labels[place:]) for place in range(len(labels) - 1))
    return tuple(each for each in above if not is_shared(each))


def is_free_mail(email: str) -> bool:
    """Whether the address is one that anybody can get."""
    return domain_of(email) in FREE_MAIL
