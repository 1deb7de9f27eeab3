"""Many rows, a few at a time, so that nobody waits for long behind a task that tidies up."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

SIZE = 500
A_NIGHT = 100_000  # rows of one kind that one night takes; what is left goes in the next ones


def in_batches(rows: QuerySet[Any], act: Callable[[list[Any]], object], most: int | None = None) -> int:
    """Do something with the keys of rows, each batch in a transaction of its own; how many rows there were.

    Args:
        rows: asked anew for each batch; one that is gone, or has become another kind, by then is passed over.
        act: takes at most `SIZE` keys.
        most: after so many rows it ends; by default when there are none left.
    """
    done, last = 0, None
    while most is None or done < most:
        with transaction.atomic():
            left = rows if last is None else rows.filter(pk__gt=last)
            keys = list(left.order_by("pk").values_list("pk", flat=True)[:SIZE])
            if not keys:
                return done
            act(keys)
        done, last = done + len(keys), keys[-1]
    return done
