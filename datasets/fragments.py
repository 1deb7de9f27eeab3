"""The parts of a landing page that its dataset decides: made at import, stored, and read when a visitor comes.

`Dataset.page_hash` names what is stored: 16 digits for the code, words and settings that made it (`stamp`), and 48 for
the parts in all languages. It is empty while something that the page shows has changed and nothing is stored yet.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Iterable
from dataclasses import astuple, dataclass
from html import unescape
from typing import Any

import structlog
from django.conf import settings
from django.contrib.staticfiles.storage import staticfiles_storage
from django.db import DatabaseError, connection, transaction
from django.db.models import Q
from django.template.loader import get_template
from django.utils import translation
from django.utils.html import strip_tags
from django.utils.text import Truncator

from aidahub.faults import told
from datasets import facts
from datasets.addresses import local_image, page_address
from datasets.exports.citing import citations
from datasets.exports.record import record_of
from datasets.exports.schemaorg import as_script, described
from datasets.exports.serve import link_header
from datasets.headings import texts_of
from datasets.landing import Landing, landing_of
from datasets.models import Dataset
from datasets.pictures import pictures_of
from datasets.stamp import LENGTH, stamp

SLOT = "<!--access-box-->"  # sanitised text holds no comments, so that no page can write this
KNOWN = "SELECT id, page_hash FROM datasets_dataset WHERE doi = %s"
STORED = """
    SELECT head, links, article, panel FROM datasets_landingfragment
    WHERE dataset_id = %s AND language = %s AND page_hash = %s
"""
ROW = "(%s, %s, %s, %s, %s, %s, %s)"
STORE = """
    INSERT INTO datasets_landingfragment (dataset_id, language, page_hash, head, links, article, panel) VALUES {rows}
    ON CONFLICT (dataset_id, language) DO UPDATE SET
        page_hash = excluded.page_hash, head = excluded.head, links = excluded.links,
        article = excluded.article, panel = excluded.panel
"""
NAME = "UPDATE datasets_dataset SET page_hash = %s WHERE id = %s"
log = structlog.stdlib.get_logger("datasets.fragments")


@dataclass(frozen=True, slots=True)
class Parts:
    """What one page shows in one language to whoever has not signed in.

    `article` has `SLOT` where the access box, `panel`, stands; a tombstone has neither. `links` is the `Link` header.
    """

    head: str
    links: str
    article: str
    panel: str


def make(page: Landing, language: str, *, shared: dict[str, Any] | None = None, panel: bool = True) -> Parts:
    """The parts of a page in one language.

    Args:
        shared: `context_for_all` of the page, where several languages are made.
        panel: whether to make the access box, which costs a query.
    """
    with translation.override(language):
        context = {**(shared or context_for_all(page)), **context_of(page)}
        retired = page.dataset.retired_at is not None
        article = "datasets/tombstone.html" if retired else "datasets/article.html"
        return Parts(
            head=filled("datasets/parts/head.html", context),
            links=link_header(page.dataset),
            article=filled(article, context),
            panel=filled("datasets/parts/access.html", context) if panel and not retired else "",
        )


def filled(template: str, context: dict[str, Any]) -> str:
    """A template with its context, and no request: what is stored is the same for everybody."""
    return get_template(template).render(context)


def context_of(page: Landing) -> dict[str, object]:
    """What the templates of a landing page need besides what all languages share."""
    pictures = pictures_of(page)
    return {
        "groups": facts.groups(page),
        "pictures": pictures,
        "picture_alt": next((picture.alt for picture in pictures if picture.local), ""),
    }


def context_for_all(page: Landing) -> dict[str, object]:
    """What the templates need that is the same in each language."""
    dataset = page.dataset
    with translation.override("en"):  # what machines read has one language
        record = record_of(page)
        schema, cite = as_script(described(record)), citations(record)
    summary = " ".join(unescape(strip_tags(dataset.description_html)).split()) or dataset.name
    local = next((local for picture in page.pictures if (local := local_image(picture.url))), "")
    return {
        "dataset": dataset,
        "page": page,
        "slot": SLOT,
        "address": page_address(dataset.doi),
        "summary": Truncator(summary).chars(155),
        "schema": schema,
        "cite": cite,
        "texts": texts_of(page),
        "picture_address": f"{settings.BASE_URL}{local}" if local else "",
        "viewer": bool(local),
        "shared": {},  # where `once` and the access box keep what they made for the first language
    }


def ready() -> bool:
    """Whether pages can be made: static files have the names that `collectstatic` gives, where names tell versions."""
    names = getattr(staticfiles_storage, "hashed_files", None)
    return settings.DEBUG or names is None or bool(names)


def store(dataset: Dataset) -> None:
    """Make and store the parts of a dataset's page. The caller holds the lock on the dataset's row, and read all of it.

    A page that cannot be made is left without: whoever asks for it finds out, and an import goes on.
    """
    if not ready():
        return
    try:
        page = landing_of(dataset)
        shared = context_for_all(page)
        parts = {code: make(page, code, shared=shared) for code, _name in settings.LANGUAGES}
    except DatabaseError:
        raise
    except Exception as error:
        log.warning("page not stored", doi=dataset.doi, why=told(error))
        return
    page_hash = hash_of(parts)
    rows = [(dataset.pk, code, page_hash, *astuple(one)) for code, one in parts.items()]
    with connection.cursor() as cursor:
        cursor.execute(STORE.format(rows=", ".join([ROW] * len(rows))), [part for row in rows for part in row])
        cursor.execute(NAME, [page_hash, dataset.pk])
    dataset.page_hash = page_hash


def hash_of(parts: dict[str, Parts]) -> str:
    """What `Dataset.page_hash` is for these parts, by language, made by this process."""
    content = hashlib.sha256()
    for code, one in sorted(parts.items()):
        for text in (code, *astuple(one)):
            content.update(f"{len(text)}:{text}".encode())
    return stamp() + content.hexdigest()[LENGTH:]


def render(keys: Iterable[int]) -> int:
    """Make and store the pages of those of these datasets that are not stored, each in a transaction; how many."""
    number = 0
    for key in keys if ready() else ():
        with transaction.atomic():
            # Nobody who writes something that the page shows can do so between reading and storing it.
            dataset = Dataset.objects.select_for_update(no_key=True).filter(pk=key).first()
            if dataset and not in_use(dataset.page_hash):
                store(dataset)
                number += 1
    return number


def render_stale(seconds: float = 50) -> int:
    """Make and store the pages that are not stored or were made by other code, until the time is over; how many."""
    end = time.monotonic() + seconds
    stale = Dataset.objects.filter(Q(page_hash__lt=stamp()) | Q(page_hash__gt=f"{stamp()}g")).order_by("pk")
    keys = list(stale.values_list("pk", flat=True))
    return render(key for key in keys if time.monotonic() < end)


def in_use(page_hash: str) -> bool:
    """Whether what is stored under this hash was made as this process would make it."""
    return page_hash.startswith(stamp())


def known(doi: str) -> tuple[int, str] | None:
    """The key and `page_hash` of a dataset; None when there is none. The one query of most visits, so it is plain."""
    with connection.cursor() as cursor:
        cursor.execute(KNOWN, [doi])
        row = cursor.fetchone()
    return (row[0], row[1]) if row else None


def stored(key: int, page_hash: str, language: str) -> Parts | None:
    """The stored parts of a page, made together under this hash; None when they were replaced, or are out of use."""
    if not in_use(page_hash):
        return None
    with connection.cursor() as cursor:
        cursor.execute(STORED, [key, language, page_hash])
        row = cursor.fetchone()
    return Parts(*row) if row else None
