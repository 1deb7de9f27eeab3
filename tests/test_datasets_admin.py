"""Datasets in the admin: hub staff read, set parts and confirm; nobody else gets in."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse

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
