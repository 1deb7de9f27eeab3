"""Datasets in the admin: hub staff read, set parts and confirm; nobody else gets in."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from aidahub.accounts.models import User
from datasets.models import Dataset, DatasetProvider, LicenseText, Provider
from datasets.register.importer import Importer
from tests.cast import PASSWORD
from tests.register.pages import a_page

pytestmark = pytest.mark.django_db


@pytest.fixture
def dataset(tmp_path: Path) -> Dataset:
    """The right page of the tests with one warning, imported."""
    path = tmp_path / "testset.md"
    path.write_bytes(a_page(('- "SE"', '- "UK"')))
    Importer().run([path])
    return Dataset.objects.get(doi="10.23698/aida/testset")


@pytest.fixture
def hub(client: Client, hedda: User) -> Client:
    """Hedda's browser."""
    assert client.login(email=hedda.email, password=PASSWORD)
    return client


def address(model: type, *args: object, view: str = "change") -> str:
    """A page of the admin."""
    return reverse(f"admin:datasets_{model.__name__.lower()}_{view}", args=args)


def test_hub_staff_see_a_datasets_findings_and_licences(hub: Client, dataset: Dataset) -> None:
    shown = hub.get(address(Dataset, dataset.pk)).content.decode()
    assert "UK in countries-shared is not a country" in shown
    assert "Controlled access" in shown
    assert "per.lind@uu.example" in shown
    assert "testset" in hub.get(address(Dataset, view="changelist")).content.decode()


@pytest.mark.parametrize("choice", ["yes", "no"])
def test_the_list_can_be_narrowed_to_pages_with_findings(hub: Client, dataset: Dataset, choice: str) -> None:
    shown = hub.get(address(Dataset, view="changelist") + f"?findings={choice}").content.decode()
    assert (dataset.name in shown) is (choice == "yes")


def test_a_part_that_is_set_here_is_marked_as_set_by_hand(hub: Client, dataset: Dataset) -> None:
    rows = list(dataset.dataset_providers.order_by("order"))
    data: dict[str, object] = {
        "dataset_providers-TOTAL_FORMS": 2, "dataset_providers-INITIAL_FORMS": 2,
        "dataset_providers-0-id": rows[0].pk, "dataset_providers-0-part": "informed",
        "dataset_providers-1-id": rows[1].pk, "dataset_providers-1-part": "handler",
        "licenses-TOTAL_FORMS": 0, "licenses-INITIAL_FORMS": 0,
    }  # fmt: skip
    response = hub.post(address(Dataset, dataset.pk), data)
    assert response.status_code == 302, response.content.decode()
    parts = [(row.part, row.part_by_hand) for row in DatasetProvider.objects.order_by("order")]
    assert parts == [("informed", True), ("handler", False)]
    assert Dataset.objects.get(pk=dataset.pk).imported_at == dataset.imported_at


def test_a_provider_that_waits_is_confirmed(hub: Client, dataset: Dataset) -> None:
    DatasetProvider.objects.update(confirmed=False)
    chosen = DatasetProvider.objects.get(name="Per Lind")
    data = {"action": "confirm", "_selected_action": [chosen.pk]}
    assert hub.post(address(DatasetProvider, view="changelist"), data).status_code == 302
    assert list(DatasetProvider.objects.filter(confirmed=True)) == [chosen]


@pytest.mark.parametrize(("action", "email"), [("accept", "new@uu.example"), ("dismiss", "per.lind@uu.example")])
def test_a_new_address_is_accepted_or_dismissed(hub: Client, dataset: Dataset, action: str, email: str) -> None:
    Provider.objects.filter(name="Per Lind").update(pending_email="new@uu.example")
    per = Provider.objects.get(name="Per Lind")
    hub.post(address(Provider, view="changelist"), {"action": action, "_selected_action": [per.pk]})
    per.refresh_from_db()
    assert (per.email, per.pending_email) == (email, "")


def test_an_address_of_another_provider_is_not_taken_over(hub: Client, dataset: Dataset) -> None:
    Provider.objects.filter(name="Per Lind").update(pending_email="aida-data@nbis.se")
    per = Provider.objects.get(name="Per Lind")
    page = address(Provider, view="changelist")
    shown = hub.post(page, {"action": "accept", "_selected_action": [per.pk]}, follow=True).content.decode()
    assert "another provider" in shown
    per.refresh_from_db()
    assert per.email == "per.lind@uu.example"


def test_nobody_alters_or_deletes_a_text(hub: Client, dataset: Dataset) -> None:
    text = LicenseText.objects.first()
    assert text is not None
    assert hub.get(address(LicenseText, text.pk)).status_code == 200
    assert hub.post(address(LicenseText, text.pk), {"text": "x"}).status_code in {403, 404}
    assert hub.post(address(LicenseText, text.pk, view="delete"), {"post": "yes"}).status_code in {403, 404}
    assert hub.get(address(LicenseText, view="add")).status_code in {403, 404}


@pytest.mark.parametrize("model", [Dataset, DatasetProvider, Provider, LicenseText])
def test_a_provider_of_the_dataset_does_not_get_in(client: Client, per: User, dataset: Dataset, model: type) -> None:
    client.login(email=per.email, password=PASSWORD)
    assert client.get(address(model, view="changelist")).status_code in {302, 403, 404}


@pytest.mark.parametrize("model", [Dataset, DatasetProvider, Provider, LicenseText])
def test_every_list_shows_for_hub_staff(hub: Client, dataset: Dataset, model: type) -> None:
    assert hub.get(address(model, view="changelist") + "?q=lind").status_code == 200


class TestAllFindings:
    """The page of all findings of the register."""

    @pytest.fixture
    def refused(self, tmp_path: Path) -> Path:
        """A page that was refused."""
        path = tmp_path / "broken.md"
        path.write_bytes(b"---\na: 'open\n---\n")
        Importer().run([path])
        return path

    def test_it_shows_what_is_wrong_where_by_kind(self, hub: Client, dataset: Dataset, refused: Path) -> None:
        shown = hub.get(address(Dataset, view="findings")).text
        assert shown.index("yaml-error") < shown.index("unknown-country"), "errors come first"
        assert "UK in countries-shared is not a country" in shown
        assert address(Dataset, dataset.pk) in shown
        assert "broken.md" in shown
        assert "1 error" in shown
        assert "1 warning" in shown

    def test_it_costs_few_queries(
        self, hub: Client, dataset: Dataset, refused: Path, django_assert_max_num_queries: DjangoAssertNumQueries
    ) -> None:
        with django_assert_max_num_queries(5):
            hub.get(address(Dataset, view="findings"))

    def test_one_kind_can_be_chosen(self, hub: Client, dataset: Dataset, refused: Path) -> None:
        shown = hub.get(address(Dataset, view="findings"), {"code": "yaml-error"}).text
        assert "broken.md" in shown
        assert "UK in countries-shared" not in shown
        assert "Nothing of this kind" in hub.get(address(Dataset, view="findings"), {"code": "no-name"}).text
        assert hub.get(address(Dataset, view="findings"), {"code": "no-such-code"}).status_code == 404

    def test_a_mended_page_is_forgotten(self, hub: Client, refused: Path) -> None:
        refused.write_bytes(a_page())
        Importer().run([refused])
        assert "broken.md" not in hub.get(address(Dataset, view="findings")).text

    def test_a_refused_page_that_is_gone_is_forgotten_when_pruned(
        self, hub: Client, refused: Path, tmp_path: Path
    ) -> None:
        refused.unlink()
        (tmp_path / "other.md").write_bytes(a_page())
        importer = Importer()
        importer.run([tmp_path])
        assert "broken.md" in hub.get(address(Dataset, view="findings")).text
        importer.prune()
        assert "broken.md" not in hub.get(address(Dataset, view="findings")).text

    def test_the_desk_and_the_list_lead_there(self, hub: Client, dataset: Dataset, refused: Path) -> None:
        where = address(Dataset, view="findings")
        assert where in hub.get(address(Dataset, view="changelist")).text
        desk = hub.get(reverse("admin:index")).text
        assert where in desk
        assert "broken.md" in desk

    def test_nobody_but_the_hub_sees_it(self, client: Client, per: User, dataset: Dataset) -> None:
        assert client.login(email=per.email, password=PASSWORD)
        assert client.get(address(Dataset, view="findings")).status_code == 404
