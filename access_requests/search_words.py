"""The words by which a request is found in lists: what was sent, folded, in one text.

Kept on the request, since no database folds what stands inside JSON: a search is then one comparison per word.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from django.conf import settings
from django.utils.translation import override

from datasets.register.values import fold

from .kinds import Kind
from .questions import Question, shown, words

CHOSEN = frozenset({Kind.ONE_OF, Kind.SOME_OF, Kind.COUNTRY})


def words_of(texts: Iterable[object], answers: Iterable[Mapping[str, Any]]) -> str:
    """One folded text.

    Args:
        texts: references and names.
        answers: what was sent, each sending's answers by the key of their question.
    """
    found = [*texts, *(value for given in answers for value in _leaves(given))]
    return "\n".join(dict.fromkeys(folded for text in found if (folded := fold(str(text)))))


def readings(asked: Iterable[Question], answers: Mapping[str, Any]) -> Iterator[str]:
    """How answers that were chosen read, in each language of the site: a country's name, not its code alone."""
    chosen = [question for question in shown(asked, answers) if question.kind in CHOSEN]
    for language, _name in settings.LANGUAGES:
        with override(language):
            yield from [words(question, answers.get(question.key)) for question in chosen]


def _leaves(value: object) -> Iterator[object]:
    """The texts and numbers inside answers; a tick says nothing that anybody would search."""
    if isinstance(value, Mapping):
        for item in value.values():
            yield from _leaves(item)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _leaves(item)
    elif value is not None and not isinstance(value, bool):
        yield value
