"""One thing that was checked, and how it reads."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Sentence = str | Promise


class Level(StrEnum):
    """How a finding reads: nothing to do, or worth a look."""

    FINE = "fine"
    LOOK = "look"


LEVEL_LABELS = {Level.FINE: _("In order"), Level.LOOK: _("Worth a look")}


@dataclass(frozen=True)
class Finding:
    """One thing that was checked, as a sentence."""

    level: Level
    sentence: Sentence

    @property
    def label(self) -> Sentence:
        """The level in words, which its icon and colour only repeat."""
        return LEVEL_LABELS[self.level]


def fine(sentence: Sentence) -> Finding:
    """Nothing to do."""
    return Finding(Level.FINE, sentence)


def look(sentence: Sentence) -> Finding:
    """Worth a look."""
    return Finding(Level.LOOK, sentence)
