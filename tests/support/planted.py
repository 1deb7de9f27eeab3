"""Pages and tasks that fail in every way over words that must not reach a log. They are there in tests only.

As ROOT_URLCONF it is the site with these pages beside its own; as a module of Celery it adds the tasks.
"""

from __future__ import annotations

import json
import logging
import threading
import warnings
from collections.abc import Callable
from urllib.request import urlopen

from celery import shared_task
from django.conf import settings
from django.core.cache import cache
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.template import Context, Template
from django.urls import path

from aidahub import urls
from aidahub.accounts.models import User

handler400 = urls.handler400
handler500 = urls.handler500
library = logging.getLogger("some.library")


def in_words(words: str) -> None:
    """Raise an error that quotes."""
    person = {"name": words}  # what a traceback with local variables would show
    raise ValueError(f"no such person: {person['name']}")


def in_a_chain(words: str) -> None:
    """Raise an error because of another one, with notes."""
    try:
        in_words(words)
    except ValueError as error:
        error.add_note(words)
        raise KeyError(words) from error


def in_the_database(words: str) -> None:
    """Have the database refuse a second account with an address."""
    User.objects.filter(email=f"{words}@example.org").delete()
    User.objects.create(email=f"{words}@example.org", name=words, password="!")
    User.objects.create(email=f"{words}@example.org", name=words, password="!")


def in_sql(words: str) -> None:
    """Send the database a statement with words that it does not take."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT '{words}' FROM {words}")


def in_json(words: str) -> None:
    """Read what is no JSON."""
    json.loads(f'{{"{words}": {words}}}')


def in_a_file(words: str) -> None:
    """Open a file that is not there."""
    (settings.VAR_DIR / words).read_text()


def in_a_template(words: str) -> None:
    """Fail within a template."""
    Template("{{ person.name.first }}{% if person.fails %}{% endif %}").render(Context({"person": Failing(words)}))


def on_the_way(words: str) -> None:
    """Ask another server that is not there."""
    urlopen(f"http://127.0.0.1:9/{words}", timeout=1)


class Failing:
    """Something whose parts raise errors that quote."""

    def __init__(self, words: str) -> None:
        """Args: words: what it quotes."""
        self.words = words

    @property
    def fails(self) -> bool:
        """Never."""
        raise RuntimeError(self.words)

    def __repr__(self) -> str:
        return self.words


WAYS: dict[str, Callable[[str], None]] = {
    way.__name__: way
    for way in (in_words, in_a_chain, in_the_database, in_sql, in_json, in_a_file, in_a_template, on_the_way)
}


def fail(request: HttpRequest, way: str, words: str) -> HttpResponse:
    """A page that fails."""
    WAYS[way](words)
    return HttpResponse()


def speak(request: HttpRequest, words: str) -> HttpResponse:
    """A page of which a careless library writes to the log in every way there is."""
    library.warning("Somebody called %s came %d times", words, 3)
    library.warning("Somebody called %(name)s came", {"name": words})
    library.warning(f"Somebody called {words} came")
    library.warning("Somebody called %s came", words, "once too often")
    library.error(Failing(words))
    library.debug("Somebody called %r came", Failing(words), stack_info=True)
    warnings.warn(words, stacklevel=1)
    thread = threading.Thread(target=in_words, args=(words,))
    thread.start()
    thread.join()
    cache.set(words, words, 1)
    library.warning("Nothing else happened")
    return HttpResponse("said")


@shared_task(name="planted.fail")
def fail_in_task(way: str, words: str) -> None:
    """A task that fails."""
    held = {"words": words}
    WAYS[way](held["words"])


@shared_task(name="planted.answer")
def answer(words: str) -> str:
    """A task that returns what it should not tell."""
    return words


urlpatterns = [
    path("planted/<str:way>/<str:words>", fail),
    path("spoken/<str:words>", speak),
    *urls.urlpatterns,
]
