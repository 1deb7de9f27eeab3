"""A question about each row of a list that the database must ask for these rows alone."""

from __future__ import annotations

from django.db.models import Exists


class Found(Exists):
    """`Exists`, looked up for each row by an index.

    Where PostgreSQL expects many rows it may answer such a question once for all that there are, and keep the answers
    in a table in memory: of a list of open requests it would read every person of every request that ever was, for
    seconds. With an offset, if only of nothing, it does not (`simplify_EXISTS_query` of its planner).
    """

    template = "EXISTS(%(subquery)s OFFSET 0)"
