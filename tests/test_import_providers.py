"""Who a provider is, what part it has, and what waits for hub staff."""

from __future__ import annotations

from pathlib import Path

import pytest

from datasets.models import Dataset, DatasetProvider, Provider
from datasets.register.importer import Result
from tests.register.pages import a_page
from tests.test_import import change, import_, write

pytestmark = pytest.mark.django_db

ORCID = "https://orcid.org/0000-0002-1825-0097"
PER = '    email: "Per.Lind@uu.example"\n    "@id": "https://orcid.org/0000-0002-1825-0097"\n'


@pytest.fixture
def page(tmp_path: Path) -> Path:
    """The right page, imported."""
    path = write(tmp_path, "testset.md", a_page())
    import_(path)
    return path


def per() -> Provider:
    """The page's first provider."""
    return Provider.objects.get(name="Per Lind")


def row(name: str = "Per Lind") -> DatasetProvider:
    """A provider's part in the dataset."""
    return DatasetProvider.objects.get(name=name)


def test_one_e_mail_is_one_provider_in_all_datasets(page: Path, tmp_path: Path) -> None:
    other = a_page(
        ("aida/testset", "aida/other"), ('name: "Per Lind"\n    email: "Per.', 'name: "P. Lind"\n    email: "per.')
    )
    import_(write(tmp_path, "other.md", other))
    assert Provider.objects.count() == 2
    assert sorted(DatasetProvider.objects.filter(provider=per()).values_list("name", flat=True)) == [
        "P. Lind",
        "Per Lind",
    ]


def test_without_an_e_mail_the_orcid_tells(page: Path, tmp_path: Path) -> None:
    import_(
        write(tmp_path, "other.md", a_page(("aida/testset", "aida/other"), ('    email: "Per.Lind@uu.example"\n', "")))
    )
    assert DatasetProvider.objects.filter(provider=per()).count() == 2


def test_without_either_the_name_tells_within_the_dataset(tmp_path: Path) -> None:
    paths = [write(tmp_path, f"{n}.md", a_page(("aida/testset", f"aida/{n}"), (PER, ""))) for n in ("one", "two")]
    import_(*paths)
    assert Provider.objects.filter(name="Per Lind").count() == 2
    Dataset.objects.update(source_hash="")
    import_(*paths)
    assert Provider.objects.filter(name="Per Lind").count() == 2


def test_a_new_address_for_a_known_orcid_waits(page: Path) -> None:
    result = change(page, ("Per.Lind@uu.example", "New.Address@uu.example"))
    assert (per().email, per().pending_email) == ("per.lind@uu.example", "new.address@uu.example")
    assert "provider-email-changed" in [finding.code for finding in result.warnings]
    assert DatasetProvider.objects.count() == 2


def test_a_new_orcid_for_a_known_address_waits(page: Path) -> None:
    change(page, (PER, PER.replace("0000-0002-1825-0097", "0000-0001-5109-3700")))
    assert (per().identifier, per().pending_identifier) == (ORCID, "https://orcid.org/0000-0001-5109-3700")


def test_within_one_run_an_orcid_is_completed(tmp_path: Path) -> None:
    first = write(tmp_path, "a.md", a_page((PER, PER.partition('    "@id"')[0])))
    second = write(tmp_path, "b.md", a_page(("aida/testset", "aida/b")))
    import_(first, second)
    assert (per().identifier, per().pending_identifier) == (ORCID, "")


def test_one_orcid_on_two_people_does_not_make_them_one(tmp_path: Path) -> None:
    two = (
        PER
        + f'    "@type": "Person"\n  - name: "Quite Another"\n    email: "another@uu.example"\n    "@id": "{ORCID}"\n'
    )
    import_(write(tmp_path, "x.md", a_page((PER, two))))
    assert Provider.objects.get(email="another@uu.example").identifier == ""
    assert per().identifier == ORCID


def test_a_provider_that_is_added_later_waits_for_the_hub(page: Path) -> None:
    added = '  provider:\n  - name: "New Person"\n    email: "new@uu.example"\n'
    result = change(page, ("  provider:\n", added))
    assert (row().confirmed, row("New Person").confirmed) == (True, False)
    assert "provider-new" in [finding.code for finding in result.warnings]


def test_a_provider_that_is_gone_and_comes_back_waits_too(page: Path) -> None:
    change(page, ('  - name: "Per Lind"\n' + PER + '    "@type": "Person"\n  - name: "AIDA', '  - name: "AIDA'))
    assert row().retired_at is not None
    change(page)
    assert (row().retired_at, row().confirmed) == (None, False)


def test_the_hub_alone_decides(page: Path) -> None:
    assert row("AIDA Data Hub").part == "handler"
    change(page, ('  - name: "Per Lind"\n' + PER + '    "@type": "Person"\n  - name: "AIDA', '  - name: "AIDA'))
    assert row("AIDA Data Hub").part == "decider"


def test_a_part_that_was_set_by_hand_stays(page: Path) -> None:
    DatasetProvider.objects.filter(name="Per Lind").update(part="informed", part_by_hand=True)
    change(page, ("A set for tests", "Changed"))
    assert row().part == "informed"


def test_one_provider_named_twice_is_one(tmp_path: Path) -> None:
    twice = '  provider:\n  - name: "Lind, Per"\n    email: "per.lind@uu.example"\n'
    (result,) = import_(write(tmp_path, "x.md", a_page(("  provider:\n", twice))))
    assert result.result is Result.CREATED
    assert DatasetProvider.objects.count() == 2
    assert "provider-email-twice" in [finding.code for finding in result.findings]
