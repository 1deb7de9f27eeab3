"""That PostgreSQL asks a question about each row of a list of these rows alone."""

from __future__ import annotations

import pytest
from django.db import connection
from django.db.models import OuterRef

from access_requests.models import AccessRequest, Participant
from aidahub.accounts.models import User
from aidahub.row_by_row import Found
from datasets.models import Dataset
from tests import cast

pytestmark = pytest.mark.django_db


def test_it_finds_what_exists_finds(ada: User, brgandi: Dataset) -> None:
    request = cast.sent(ada, brgandi)
    named = Participant.objects.filter(request=OuterRef("pk"), name="Ada Berg")
    nobody = named.filter(name="Nobody")
    assert list(AccessRequest.objects.filter(Found(named))) == [request]
    assert not AccessRequest.objects.filter(Found(nobody)).exists()
    rows = AccessRequest.objects.annotate(named=Found(named), nobody=Found(nobody))
    assert rows.values_list("named", "nobody").get() == (True, False)


@pytest.mark.postgres
@pytest.mark.skipif(connection.vendor != "postgresql", reason="only PostgreSQL keeps such answers in a table")
def test_no_table_of_all_answers_is_made() -> None:
    named = Participant.objects.filter(request=OuterRef("pk"))
    plan = AccessRequest.objects.annotate(named=Found(named)).explain()
    assert "SubPlan" in plan
    assert "hashed SubPlan" not in plan
