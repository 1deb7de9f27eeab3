"""The answers for those who watch over the site."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client

from aidahub import health


@pytest.mark.django_db
def test_ready(client: Client) -> None:
    assert client.get("/readyz").status_code == 200


def test_alive_asks_nothing_of_the_database(client: Client) -> None:
    answer = client.get("/healthz")  # without the django_db mark, any query would fail the test
    assert (answer.status_code, answer.content) == (200, b"ok\n")


@pytest.mark.django_db
def test_not_ready_while_a_migration_is_missing(client: Client) -> None:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE app = 'outbox'")
    answer = client.get("/readyz")
    assert (answer.status_code, answer.content) == (503, b"migrations are missing\n")


@pytest.mark.django_db
def test_not_ready_while_the_cache_has_no_table(client: Client) -> None:
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE cache")
    answer = client.get("/readyz")
    assert (answer.status_code, answer.content) == (503, b"the database does not answer\n")


@pytest.mark.parametrize("path", health.VIEWS)
def test_probe_knows_neither_name_nor_scheme(client: Client, path: str, settings: object, db: None) -> None:
    settings.SECURE_SSL_REDIRECT = True  # type: ignore[attr-defined]
    assert client.get(path, headers={"host": "10.1.2.3:8000"}).status_code == 200


@pytest.mark.parametrize("path", health.VIEWS)
def test_only_reading(client: Client, path: str) -> None:
    assert client.post(path).status_code == 405
