"""Asking as a member of AIDA: pages speak of the hub, which decides, and of nobody whom the form leaves out."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from aidahub.accounts.models import User
from datasets.models import Dataset
from tests import cast

pytestmark = pytest.mark.django_db
MEMBERS = "AIDA BY license"


def test_review_says_that_the_hub_gets_it(client: Client, brgandi: Dataset, ada: User) -> None:
    """Providers get no mail of it; they can read it."""
    draft = cast.draft_of(ada, brgandi, MEMBERS)
    client.force_login(ada)
    page = client.get(reverse("access_requests:edit_step", args=(draft.reference, "review"))).content.decode()
    assert "AIDA Data Hub. The dataset&#x27;s providers can read it here, too." in page.replace("'", "&#x27;")
    assert "Anders Eklund" not in page
    assert "This is what those who decide will get." in page


@pytest.mark.parametrize(("license_name", "asked"), [(MEMBERS, False), ("Controlled access", True)])
def test_decision_page_names_parts_that_the_form_asks_for(
    client: Client, brgandi: Dataset, ada: User, hedda: User, license_name: str, asked: bool
) -> None:
    request = cast.sent(ada, brgandi, license_name)
    client.force_login(hedda)
    page = client.get(reverse("admin:access_requests_accessrequest_change", args=(request.reference,))).content.decode()
    assert ('id="recipient"' in page, 'id="signatory"' in page) == (asked, asked)
