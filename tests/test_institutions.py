"""Whether an address belongs to an institution: as pure functions, and with the table that comes with the site."""

from __future__ import annotations

import pytest
from django.core.management import call_command
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st
from pytest_django import DjangoAssertNumQueries

from access_requests.addresses import FREE_MAIL, domains_above, is_shared, registered_domain
from access_requests.institutions.directory import look_up
from access_requests.institutions.matching import Affiliated, Affiliation, Directory, Listed, affiliation, pieces
from access_requests.models import Institution
from tests.cast import BRGANDI

SAMPLE = BRGANDI.with_name("institutions.json")
BELONGS, ELSEWHERE, UNKNOWN = Affiliation.BELONGS, Affiliation.ELSEWHERE, Affiliation.UNKNOWN
UPPSALA = Listed("Uppsala University", frozenset({"uu.se", "uu.example"}))
KTH = Listed("KTH Royal Institute of Technology", frozenset({"kth.se"}))
OXFORD = Listed("University of Oxford", frozenset({"ox.ac.uk"}))
KNOWN = Directory(
    owners={"uu.se": (UPPSALA.name,), "uu.example": (UPPSALA.name,), "kth.se": (KTH.name,), "ox.ac.uk": (OXFORD.name,)},
    named={
        "uppsala university": (UPPSALA,), "uppsala universitet": (UPPSALA,), "uu": (UPPSALA,), "kth": (KTH,),
        "kth royal institute of technology": (KTH,), "university of oxford": (OXFORD,),
    },
)  # fmt: skip


@pytest.mark.parametrize(
    ("email", "stated"),
    [
        ("ada@uu.se", "Uppsala University"),
        ("ada@it.uu.se", "Uppsala University"),
        ("ADA@IT.UU.SE", "UPPSALA UNIVERSITET"),
        ("ada@uu.se", "Department of Surgical Sciences, Uppsala University"),
        ("ada@uu.se", "Uppsala University (UU)"),
        ("ada@uu.se", "UU"),
        ("ada@uu.se", "Uppsala University – Surgical Sciences"),
        ("ada@cs.ox.ac.uk", "The University of Oxford"),
        ("ada@kth.se", "Uppsala University / KTH"),
    ],
)
def test_an_address_belongs_to_what_was_stated(email: str, stated: str) -> None:
    assert affiliation(email, stated, KNOWN).outcome == BELONGS


@pytest.mark.parametrize(
    ("email", "stated", "expected"),
    [
        ("ada@kth.se", "Uppsala University", Affiliated(ELSEWHERE, "kth.se", KTH.name, ("uu.example", "uu.se"))),
        ("ada@uu.se", "Uppsala University Hospital", Affiliated(ELSEWHERE, "uu.se", UPPSALA.name)),
        ("ada@uu.se", "", Affiliated(UNKNOWN, "uu.se", UPPSALA.name)),
        ("ada@nowhere.example", "Nowhere College", Affiliated(UNKNOWN, "nowhere.example")),
        ("ada@nowhere.example", "KTH", Affiliated(UNKNOWN, "nowhere.example", "", ("kth.se",))),
        ("ada@notkth.se", "KTH", Affiliated(UNKNOWN, "notkth.se", "", ("kth.se",))),
        ("ada@kth.se.evil.example", "KTH", Affiliated(UNKNOWN, "kth.se.evil.example", "", ("kth.se",))),
        ("ada@gmail.com", "Gmail", Affiliated(UNKNOWN, "gmail.com")),
        ("nonsense", "KTH", Affiliated(UNKNOWN, "", "", ("kth.se",))),
        ("ada@uu..se", "KTH", Affiliated(UNKNOWN, "uu..se", "", ("kth.se",))),
    ],
)
def test_what_it_says_otherwise(email: str, stated: str, expected: Affiliated) -> None:
    assert affiliation(email, stated, KNOWN) == expected


def test_free_mail_belongs_to_nobody_even_where_the_table_says_so() -> None:
    listed = Directory(owners={"gmail.com": ("Gmail",)}, named={"gmail": (Listed("Gmail", frozenset({"gmail.com"})),)})
    assert affiliation("ada@gmail.com", "Gmail", listed).outcome == UNKNOWN


labels = st.from_regex(r"[a-z][a-z0-9]{0,8}", fullmatch=True)
names = st.lists(labels, min_size=2, max_size=5).map(".".join)


@given(domain=names, below=st.lists(labels, max_size=3), local=labels)
def test_whoever_stands_below_a_domain_belongs_to_its_owner_and_nobody_else_does(
    domain: str, below: list[str], local: str
) -> None:
    """Against the plain definition: equal, or ends in a full stop and the domain; what a country shares is no one's."""
    owner = Listed("Owner of it", frozenset({domain}))
    known = Directory(owners={domain: (owner.name,)}, named={"owner of it": (owner,), "other": (KTH,)})
    host = ".".join([*below, domain])
    email = f"{local}@{host}"
    expected = not is_shared(domain) and host not in FREE_MAIL
    assert (affiliation(email, "Owner of it", known).outcome == BELONGS) == expected
    assert (affiliation(email, "Other", known).outcome == ELSEWHERE) == expected
    beside = affiliation(f"{local}@x{domain}", "Owner of it", known)
    assert beside.outcome == UNKNOWN


@given(text=st.text(max_size=80), name=labels)
def test_any_text_can_be_stated(text: str, name: str) -> None:
    found = pieces(f"{text}; {name}{name}")
    assert all(piece == piece.strip() and len(piece) > 1 for piece in found)
    assert len(found) <= 12
    affiliation(text, text, KNOWN)


@pytest.mark.parametrize(
    ("domain", "above"),
    [
        ("it.uu.se", ("it.uu.se", "uu.se")), ("uu.se", ("uu.se",)), ("cs.ox.ac.uk", ("cs.ox.ac.uk", "ox.ac.uk")),
        ("ac.uk", ()), ("localhost", ()), ("", ()), ("a..se", ()), ("iac.go.jp", ("iac.go.jp",)),
    ],
)  # fmt: skip
def test_the_domains_above_one(domain: str, above: tuple[str, ...]) -> None:
    assert domains_above(domain) == above


def test_what_an_organisation_registers() -> None:
    hosts = ("www.it.uu.se", "www.ox.ac.uk", "uu.se")
    assert [registered_domain(host) for host in hosts] == ["uu.se", "ox.ac.uk", "uu.se"]


@pytest.mark.django_db
class TestTheTable:
    """With the sample that comes with the site."""

    @pytest.fixture(autouse=True)
    def _sample(self) -> None:
        call_command("import_institutions", str(SAMPLE), verbosity=0)

    @pytest.mark.parametrize(
        ("email", "stated", "outcome", "institution"),
        [
            ("ada.berg@uu.example", "Uppsala University", BELONGS, "Uppsala University"),
            ("a@surgsci.uu.se", "Uppsala universitet", BELONGS, "Uppsala University"),
            ("a@kth.se", "Kungliga Tekniska hogskolan", BELONGS, "KTH Royal Institute of Technology"),
            ("a@ki.se", "Karolinska Institute", BELONGS, "Karolinska Institutet"),
            ("a@ki.se", "Karolinska University Hospital", ELSEWHERE, "Karolinska Institutet"),
            ("a@sahlgrenska.se", "SU", BELONGS, "Sahlgrenska University Hospital"),
            ("a@su.se", "SU", BELONGS, "Stockholm University"),
            ("a@example.org", "Uppsala University", UNKNOWN, ""),
        ],
    )
    def test_it_knows(self, email: str, stated: str, outcome: Affiliation, institution: str) -> None:
        found = affiliation(email, stated, look_up([(email, stated)]))
        assert (found.outcome, found.institution) == (outcome, institution)

    def test_a_withdrawn_institution_is_not_known_any_more(self) -> None:
        Institution.objects.filter(name="Lund University").update(retired_at=timezone.now())
        found = affiliation("a@lu.se", "Lunds universitet", look_up([("a@lu.se", "Lunds universitet")]))
        assert found == Affiliated(UNKNOWN, "lu.se")

    def test_two_queries_however_many_people(self, django_assert_num_queries: DjangoAssertNumQueries) -> None:
        people = [(f"a@dep{number}.lu.se", f"Unit {number}, Lund University") for number in range(20)]
        with django_assert_num_queries(2):
            directory = look_up(people)
        assert all(affiliation(*person, directory).outcome == BELONGS for person in people)

    def test_what_was_typed_cannot_break_the_question(self) -> None:
        for text in ("", "%", "'; --", "a" * 5000, ",,,", "@", "a@" + "b." * 200 + "se", "é̂\u202e@x.se"):
            look_up([(text, text)])
