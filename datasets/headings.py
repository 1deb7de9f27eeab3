"""The ids and headings of a page's own texts: no id stands twice, and each heading links to itself."""

from __future__ import annotations

import re

from datasets.landing import Landing

# The ids of the landing page's own sections and of the frame around it, and what theirs begin with.
OWN = frozenset({"main", "license", "access-heading", "viewer", "viewer-title"})
BEGINNINGS = ("about-", "facts-", "cite-")
ID = re.compile(r'(<[a-zA-Z][^<>]*?)\sid="([^"]*)"')
HEADING = re.compile(r'<h([2-6])((?:\s[^<>]*)?\sid="([^"]+)"[^<>]*)>(.*?)</h\1>', re.DOTALL)
LINK = re.compile(r"<a[\s>]", re.IGNORECASE)


def with_links(html: str) -> str:
    """Sanitised HTML whose headings with an id are links to themselves, as those of the page around it."""
    return HEADING.sub(_linked, html)


def _linked(match: re.Match[str]) -> str:
    level, attributes, anchor, words = match.groups()
    if LINK.search(words):
        return match[0]
    return f'<h{level}{attributes}><a class="heading-link" href="#{anchor}">{words}</a></h{level}>'


def texts_of(page: Landing) -> dict[str, object]:
    """The page's own texts with links in their headings: `description`, `annotation`, `body`, and a list `licences`.

    An id that stands on the page already is left out, whatever pages name their headings.
    """
    taken = set(OWN) | {section.anchor for section in page.licenses} | {one.other_anchor for one in page.licenses}

    def once(match: re.Match[str]) -> str:
        if match[2] in taken or match[2].startswith(BEGINNINGS):
            return match[1]
        taken.add(match[2])
        return match[0]

    def ready(html: str) -> str:
        return with_links(ID.sub(once, html))

    dataset = page.dataset
    licences = [(section, ready(section.html or section.license.abstract_html)) for section in page.licenses]
    return {
        "description": ready(dataset.description_html),
        "annotation": ready(dataset.annotation_html),
        "body": ready(dataset.body_html),
        "licences": licences,
    }
