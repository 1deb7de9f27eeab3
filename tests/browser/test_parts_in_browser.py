"""The pages of those who are named in a real browser: axe finds nothing, light at 1280 px and dark at 360 px."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from access_requests import actions
from access_requests.models import AccessRequest
from access_requests.part_invitations import invite
from access_requests.workflow import Part, Status
from aidahub.accounts.models import User
from tests.browser.test_every_page import enter, faults_of
from tests.cast import RequestAt, change_license, confirm, draft_of, make_dataset, make_user
from tests.mails import SUNE
from tests.support.parts import link_to, member, person
from tests.support.processes import Server

pytestmark = [pytest.mark.slow, pytest.mark.browser, pytest.mark.django_db(transaction=True)]
Visit = tuple[str, User | None, str]


@pytest.fixture
def visits(request_at: RequestAt, ada: User, rut: User, hedda: User) -> Callable[[], list[Visit]]:
    """What is opened by whom, when the site is there."""
    request = request_at(Status.APPROVED)
    draft = draft_of(ada, make_dataset())
    actions.add_person(request=draft, by=ada, person=member())
    actions.add_person(request=request, by=hedda, person=member())
    signatory = person(request, Part.SIGNATORY)
    own, admin = f"/requests/{request.reference}/", f"/admin/access_requests/accessrequest/{request.reference}/"

    def all_of_them() -> list[Visit]:
        return [
            ("link", None, link_to(SUNE)),
            ("link-signed-in", hedda, link_to(SUNE)),
            ("link-applicant", ada, link_to(SUNE)),
            ("link-closed", None, f"/parts/{'x' * 43}/"),
            ("part", rut, f"{own}part/"),
            ("request-named", rut, own),
            ("request-applicant", ada, own),
            ("mine", rut, "/requests/"),
            ("members", ada, f"/requests/{draft.reference}/people/"),
            ("step", ada, f"/requests/{draft.reference}/edit/people/"),
            ("review", ada, f"/requests/{draft.reference}/edit/review/"),
            ("admin", hedda, f"{admin}change/"),
            ("admin-add", hedda, f"{admin}people/add/"),
            ("admin-remind", hedda, f"{admin}people/{signatory.number}/remind/"),
            ("admin-paper", hedda, f"{admin}people/2/paper/"),
        ]

    return all_of_them


def later(request: AccessRequest, rut: User) -> list[Visit]:
    """What is there after Sune declined, Rut confirmed and the licence changed."""
    sune = make_user(SUNE, "Sune Holm")
    actions.decline_part(request=request, by=sune, reason="I have never heard of this request.")
    confirm(request, rut)
    change_license(request.dataset)
    own = f"/requests/{request.reference}/"
    return [
        ("accept-again", rut, f"{own}accept/"),
        ("part-confirmed", rut, f"{own}part/"),
        ("part-declined", sune, f"{own}part/"),
        ("request-later", rut, own),
        (
            "admin-later",
            User.objects.get(email="hedda@hub.example"),
            f"/admin/access_requests/accessrequest/{request.reference}/change/",
        ),
    ]


@pytest.mark.parametrize(("width", "dark"), [(1280, False), (360, True)])
def test_the_pages_of_named_people(
    width: int, dark: bool, visits: Callable[[], list[Visit]], rut: User,
    run_server: Callable[..., Server], new_page: Callable[..., Page],
) -> None:  # fmt: skip
    page, server = new_page(width=width, dark=dark), run_server()
    request = AccessRequest.objects.get(status=Status.APPROVED)
    assert invite(person(request, Part.SIGNATORY))
    faults = []
    for stage in (visits, lambda: later(request, rut)):
        for name, user, path in stage():
            enter(page, server.url, user)
            page.goto(server.url + path)
            faults += list(faults_of(page, f"{name} ({path})"))
    assert not faults, "\n".join(faults)
