"""The full-text index, the one place that knows which database it is.

`datasets_searchindex` holds a row for each listed dataset, `rowid` its key and `words` its tokens: in SQLite an FTS5
table whose tokenizer only cuts at spaces (https://www.sqlite.org/fts5.html#ascii_tokenizer), in PostgreSQL a table
with a stored tsvector and a GIN index. Neither parses words: `datasets.search.tokens` has done that. The migration
makes it; no trigger keeps it, `datasets.search.writing` does.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django.db import connection

from datasets.search.tokens import Wanted

TABLE = "datasets_searchindex"
PUT = {
    "sqlite": "INSERT OR REPLACE INTO datasets_searchindex (rowid, words) VALUES (%s, %s)",
    "postgresql": """
        INSERT INTO datasets_searchindex (rowid, words) VALUES (%s, array_to_tsvector(string_to_array(%s, ' ')))
        ON CONFLICT (rowid) DO UPDATE SET words = excluded.words""",
}
MATCH = {"sqlite": "datasets_searchindex MATCH %s", "postgresql": "words @@ %s::tsquery"}


def put(rows: Iterable[tuple[int, Iterable[str]]]) -> None:
    """Write the tokens of datasets, by key, over what was there."""
    with connection.cursor() as cursor:
        cursor.executemany(PUT[connection.vendor], [(key, " ".join(tokens)) for key, tokens in rows])


def remove(keys: Sequence[int]) -> None:
    """Forget these datasets."""
    marks = ", ".join(["%s"] * len(keys))
    with connection.cursor() as cursor:
        cursor.execute(f"DELETE FROM {TABLE} WHERE rowid IN ({marks})", keys)  # noqa: S608 # nosec B608 # marks only


def empty() -> None:
    """Forget all datasets."""
    with connection.cursor() as cursor:
        cursor.execute(f"DELETE FROM {TABLE}")  # noqa: S608 # nosec B608 # a constant


def found_by(wanted: Sequence[Wanted]) -> tuple[str, list[str]]:
    """A SELECT of the keys of all datasets that have every token, and its parameters. `wanted` is not empty."""
    sql = f"SELECT rowid FROM {TABLE} WHERE {MATCH[connection.vendor]}"  # noqa: S608 # nosec B608 # constants
    write, conjunction = (_fts5, " AND ") if connection.vendor == "sqlite" else (_tsquery, " & ")
    return sql, [conjunction.join(write(each) for each in wanted)]


def _fts5(wanted: Wanted) -> str:
    quoted = '"' + wanted.token.replace('"', '""') + '"'
    return f"{quoted} *" if wanted.prefix else quoted


def _tsquery(wanted: Wanted) -> str:
    quoted = "'" + wanted.token.replace("\\", "\\\\").replace("'", "''") + "'"
    return f"{quoted}:*" if wanted.prefix else quoted
