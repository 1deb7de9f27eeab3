"""The mail to hub staff when the votes are in: what it says of them, and to whom."""

from __future__ import annotations

import pytest

from access_requests import actions
from access_requests.workflow import Answer
from aidahub.accounts.models import User
from aidahub.outbox.models import Mail
from datasets.models import Dataset
from tests import cast
from tests.mails import ADA, HUB, PER, PETRA, RUT, SUNE
from tests.test_notifications import mail, told

pytestmark = pytest.mark.django_db


def test_votes_that_the_hub_confirms_stay_with_the_hub(
    brgandi: Dataset, ada: User, per: User, petra: User, hedda: User
) -> None:
    cast.set_policy(cast.license_of(brgandi), confirm=True, quorum="all")
    request = cast.sent(ada, brgandi)
    actions.decide(request=request, by=per, answer=Answer.REJECT, reason="I distrust them.")
    actions.decide(request=request, by=petra, answer=Answer.APPROVE)
    assert told(3) == {HUB: "confirm", PER: "outcome", PETRA: "outcome"}
    assert "Muhammad Usman Akbar: reject" in mail("confirm").text
    actions.confirm(request=request, by=hedda, answer=Answer.REJECT, reason="The aim is unclear.")
    assert told(4) == {ADA: "rejected", RUT: "over", SUNE: "over", PER: "outcome", PETRA: "outcome"}
    to_ada = "".join(Mail.objects.filter(recipient__in=(ADA, RUT, SUNE)).values_list("text", flat=True))
    assert "The aim is unclear." in to_ada
    assert "AIDA Data Hub rejected" in to_ada
    for secret in ("I distrust them", "Muhammad", "Anders", "Hedda", "Per Provider"):
        assert secret not in to_ada


@pytest.mark.django_db
@pytest.mark.parametrize("named", [False, True])
def test_votes_are_in_no_mail_where_hub_staff_are_named(
    brgandi: Dataset, ada: User, per: User, petra: User, hedda: User, named: bool
) -> None:
    """The hub's mailbox may be read by them; the answers stand on the request's page."""
    cast.make_user("gun@hub.example", "Gun Hub", is_hub_staff=True)
    cast.set_policy(cast.license_of(brgandi), confirm=True, quorum="all")
    draft = cast.fill(cast.draft_of(ada, brgandi), **({"signatory_email": "gun@hub.example"} if named else {}))
    request = actions.submit(request=draft, by=ada)
    actions.decide(request=request, by=per, answer=Answer.REJECT, reason="Too vague.")
    actions.decide(request=request, by=petra, answer=Answer.APPROVE)
    text = mail("confirm", HUB).text
    assert "Please confirm the outcome." in text
    assert ("Muhammad Usman Akbar: reject" in text) == (not named)
    assert ("approve" in text.lower()) == (not named)
