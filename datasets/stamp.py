"""What else, besides a dataset's rows, decides the bytes of its landing page: code, templates, words, settings."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path

import django
from django.apps import apps
from django.conf import settings
from django.contrib.staticfiles.storage import staticfiles_storage

LENGTH = 16
ENDINGS = {".py", ".html", ".mo"}


def stamp() -> str:
    """The first part of every `page_hash` made by this process: 16 hexadecimal digits.

    Pages that were stored under another stamp (by an older version, with another name of the hub, with other static
    files) are not used, but made anew. The files are read once for each process.
    """
    return _stamp(
        settings.BASE_URL,
        settings.HUB_NAME,
        settings.HUB_EMAIL,
        settings.REGISTER_URL,
        settings.DOI_PREFIX,
        settings.TIME_ZONE,
        str(settings.PROMISED_DAYS),
        settings.STATIC_URL,
        *map(str, settings.STATICFILES_DIRS),
        *(code for code, _name in settings.LANGUAGES),
    )


@lru_cache(maxsize=16)
def _stamp(*deciding: str) -> str:
    digest = hashlib.sha256(repr((deciding, django.VERSION, version("django-countries"), _static_names())).encode())
    digest.update(_sources())
    return digest.hexdigest()[:LENGTH]


def _static_names() -> list[tuple[str, str]]:
    """Static files and the names under which browsers get them, where these tell versions apart."""
    names: dict[str, str] = getattr(staticfiles_storage, "hashed_files", {})
    return sorted(names.items())


@lru_cache(maxsize=1)
def _sources() -> bytes:
    """The hash of the project's modules, templates and compiled words."""
    digest = hashlib.sha256()
    for path in sorted(_files()):
        digest.update(path.name.encode() + b"\0" + path.read_bytes())
    return digest.digest()


def _files() -> Iterator[Path]:
    apps_ = (Path(app.path) for app in apps.get_app_configs())
    ours = [path for path in apps_ if path.is_relative_to(settings.ROOT) and "site-packages" not in path.parts]
    for folder in {*ours, settings.ROOT / "templates", *map(Path, settings.LOCALE_PATHS)}:
        yield from (path for path in folder.rglob("*") if path.suffix in ENDINGS)
