"""Answers posted by somebody whose sign-in has run out: kept in their browser's session until they are back.

Files are not: nobody who has not signed in fills the disk. What they are called is kept, to say that they must be
chosen again. Answers are put into the draft only by whom that draft belongs to; anybody else who signs in there never
gets them.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, QueryDict
from django.utils.datastructures import MultiValueDict

KEY = "kept_answers"
LONGEST = 200_000


@dataclass(frozen=True)
class Kept:
    """What was put aside: the answers as they were posted, and what the files are called that came with them."""

    posted: MultiValueDict[str, Any]
    files: list[str]


def keep(request: HttpRequest, reference: str, step: str, files: Sequence[str] = ()) -> None:
    """Put what was posted aside. A page more than ten times longer than people write is not kept.

    Args:
        request: of somebody who has not signed in.
        reference: of the request that they wrote.
        step: which step.
        files: what the files are called that came, too.
    """
    posted = {key: request.POST.getlist(key) for key in request.POST if key != "csrfmiddlewaretoken"}
    if len(json.dumps(posted)) <= LONGEST:
        request.session[KEY] = {"reference": reference, "step": step, "posted": posted, "files": [*files]}


def take(request: HttpRequest, reference: str, step: str) -> Kept | None:
    """What was put aside for this step of this request, once; what was put aside for another is thrown away."""
    kept = request.session.pop(KEY, None)
    if not kept or (kept["reference"], kept["step"]) != (reference, step):
        return None
    posted = QueryDict(mutable=True)
    for key, values in kept["posted"].items():
        posted.setlist(key, values)
    return Kept(posted, kept.get("files", []))
