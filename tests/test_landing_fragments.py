"""A landing page's stored parts: made at import, used when they hold, never when something that they show changed."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django.fixtures import DjangoAssertNumQueries, Settings

from access_requests.models import Policy
from aidahub.accounts.models import User
from datasets import fragments, frame, landing_view
from datasets.landing import Party, Picture, Work, landing_of
from datasets.models import Citation, Contributor, Dataset, LandingFragment, License, LicenseText, Provider, SampleImage
from datasets.register.importer import Importer
from datasets.shown import ShownOnPage
from datasets.tasks import render_pages
from tests.cast import BRGANDI, license_of, set_policy
from tests.register.pages import a_page
from tests.support.pages import PAGE, panel_of, text_of

Change = Callable[[Dataset], object]


@pytest.fixture(autouse=True)
def _memory_is_empty() -> None:
    landing_view.memory.clear()


def queries_of(client: Client, address: str = PAGE, **headers: str) -> int:
    """How many queries an answer takes."""
    with CaptureQueriesContext(connection) as queries:
        client.get(address, headers=headers)
    return len(queries)


class TestSignedOut:
    """What a visitor gets: the same bytes as everybody, from memory."""

    def test_it_costs_one_query_from_memory_and_two_from_its_parts(self, client: Client, brgandi: Dataset) -> None:
        assert queries_of(client) == 2
        assert queries_of(client) == 1

    def test_it_costs_at_most_four_when_it_is_made_anew(
        self, client: Client, brgandi: Dataset, django_assert_max_num_queries: DjangoAssertNumQueries
    ) -> None:
        Dataset.objects.update(page_hash="")
        with django_assert_max_num_queries(4):
            client.get(PAGE)

    def test_it_carries_nothing_of_the_visitor(self, client: Client, brgandi: Dataset, ada: User) -> None:
        client.force_login(ada)
        client.post("/accounts/logout/")  # leaves a message
        del client.cookies[settings.SESSION_COOKIE_NAME]  # as a browser does; Django's client sends it on, empty
        for _ in range(2):
            answer = client.get(PAGE)
            html = answer.content.decode()
            assert not answer.cookies
            assert "csrfmiddlewaretoken" not in html
            assert "nonce" not in html
            assert 'class="messages"' not in html
        assert 'class="messages"' in text_of(client, "/datasets/")

    def test_from_memory_from_its_parts_and_made_anew_it_is_the_same(self, client: Client, brgandi: Dataset) -> None:
        stored, remembered = client.get(PAGE), client.get(PAGE)
        Dataset.objects.update(page_hash="")
        made = client.get(PAGE)
        assert stored.content == remembered.content == made.content

    def test_who_has_these_bytes_gets_304(self, client: Client, brgandi: Dataset) -> None:
        etag = client.get(PAGE)["ETag"]
        for wanted in (etag, f'"other", {etag}', "*", f"W/{etag}"):
            answer = client.get(PAGE, headers={"If-None-Match": wanted})
            assert (answer.status_code, answer.content, answer["ETag"]) == (304, b"", etag)
            assert answer["Vary"]
            assert answer["Cache-Control"] == "public, no-cache"
        assert client.head(PAGE, headers={"If-None-Match": etag}).status_code == 304
        assert client.get(PAGE, headers={"If-None-Match": '"other"'}).status_code == 200
        assert queries_of(client, **{"If-None-Match": etag}) == 1

    def test_a_changed_page_has_another_etag(self, client: Client, brgandi: Dataset) -> None:
        etags = [client.get(PAGE)["ETag"]]
        Dataset.objects.update(name="Another name")
        etags.append(client.get(PAGE, headers={"If-None-Match": etags[0]})["ETag"])
        render_pages()
        etags.append(client.get(PAGE, headers={"If-None-Match": etags[0]})["ETag"])
        assert len(set(etags)) == 3

    def test_each_language_has_its_own(self, client: Client, brgandi: Dataset) -> None:
        answers = {code: client.get(PAGE, headers={"Accept-Language": code}) for code in ("en", "sv", "en", "sv", "de")}
        assert 'lang="en"' in answers["en"].content.decode()
        assert 'lang="sv"' in answers["sv"].content.decode()
        assert "Ansök om åtkomst" in answers["sv"].content.decode()
        assert answers["de"].content == answers["en"].content
        swedish = client.get(PAGE, headers={"Accept-Language": "sv", "If-None-Match": answers["en"]["ETag"]})
        assert swedish.status_code == 200
        assert {"Accept", "Accept-Language", "Cookie"} <= set(swedish["Vary"].split(", "))

    def test_the_language_cookie_counts(self, client: Client, brgandi: Dataset) -> None:
        client.get(PAGE)
        client.cookies[settings.LANGUAGE_COOKIE_NAME] = "sv"
        assert 'lang="sv"' in text_of(client)

    def test_the_way_to_sign_in_leads_back(self, client: Client, brgandi: Dataset) -> None:
        back = "/accounts/login/?next=%2F10.23698%2Faida%2Fsynthetic%2Fbrgandi"
        assert f'href="{back}"' in text_of(client)
        assert f'href="{back}"' in text_of(client, f"{PAGE}?from=paper")

    def test_a_session_without_a_person_is_nobody_s(self, client: Client, brgandi: Dataset) -> None:
        session = client.session
        session["something"] = 1
        session.save()
        assert client.get(PAGE).content == Client().get(PAGE).content


class TestSignedIn:
    """Their own page, which nobody keeps."""

    def test_no_cache_keeps_it_and_it_is_never_304(self, client: Client, ada: User, brgandi: Dataset) -> None:
        etag = client.get(PAGE)["ETag"]
        client.force_login(ada)
        answer = client.get(PAGE, headers={"If-None-Match": etag})
        assert answer.status_code == 200
        assert "no-store" in answer["Cache-Control"]
        assert not answer.has_header("ETag")
        assert "Ada Berg" in answer.content.decode()

    def test_nobody_else_gets_it(self, client: Client, ada: User, brgandi: Dataset) -> None:
        client.force_login(ada)
        client.get(PAGE)
        assert "Ada Berg" not in text_of(Client())

    def test_its_article_is_the_stored_one(self, client: Client, ada: User, brgandi: Dataset) -> None:
        LandingFragment.objects.update(article=f"<p>Stored.</p>{fragments.SLOT}")
        client.force_login(ada)
        html = text_of(client)
        assert "Stored." in html
        assert "Request access" in html

    @pytest.mark.parametrize("change", [lambda: None, lambda: Dataset.objects.update(page_hash="")])
    def test_six_queries_at_most(
        self, client: Client, ada: User, brgandi: Dataset, change: Callable[[], object]
    ) -> None:
        client.force_login(ada)
        change()
        assert queries_of(client) <= 6

    def test_the_parts_read_in_one_query_are_the_rows(self, brgandi: Dataset) -> None:
        page = landing_of(brgandi)
        licenses = brgandi.licenses.filter(retired_at=None).order_by("order")
        texts = [(one.name, one.abstract_html, one.anchor, one.text_in_force.html) for one in licenses]  # type: ignore[union-attr]
        assert [(s.license.name, s.license.abstract_html, s.anchor, s.html) for s in page.licenses] == texts
        for role, found in (("author", page.authors), ("copyright-holder", page.holders)):
            people = brgandi.contributors.filter(role=role).order_by("order")
            assert found == list(dict.fromkeys(Party(p.name, p.kind, p.identifier, p.url) for p in people))
        rows = brgandi.dataset_providers.filter(retired_at=None).order_by("order")
        assert page.providers == [Party(row.name, row.provider.kind, row.provider.identifier) for row in rows]
        works = brgandi.citations.order_by("order")
        assert page.works == [Work(work.text, work.identifier) for work in works]
        images = brgandi.sample_images.order_by("order")
        assert page.pictures == [Picture(one.title, one.url, one.thumbnail_url) for one in images]


# Every kind of row that the page shows, written in every way that Django has.
CHANGES: dict[str, Change] = {
    "dataset update": lambda dataset: Dataset.objects.update(name="Changed words"),
    "dataset save": lambda dataset: Dataset(**{**columns(dataset), "name": "Changed words"}).save(),
    "dataset save some": lambda dataset: renamed(dataset).save(update_fields=["name"]),
    "licence update": lambda dataset: License.objects.filter(order=0).update(name="Changed words"),
    "licence related": lambda dataset: dataset.licenses.update(abstract_html="<p>Changed words</p>"),
    "licence create": lambda dataset: dataset.licenses.create(name="Changed words", order=9),
    "text create": lambda dataset: LicenseText.objects.create(
        license=license_of(dataset), number=9, change="editorial", html="<p>Changed words</p>", text="", sha256="9" * 64
    ),
    "citation bulk": lambda dataset: Citation.objects.bulk_create(
        [Citation(dataset=dataset, order=90, text="Changed words")]
    ),
    "contributor save": lambda dataset: Contributor.objects.create(
        dataset=dataset, order=9, role="author", name="Changed words"
    ),
    "image create": lambda dataset: SampleImage.objects.create(
        dataset=dataset, order=9, title="Changed words", url="/x.png"
    ),
    "provider's name": lambda dataset: dataset.dataset_providers.update(name="Changed words"),
    "bulk update": lambda dataset: Citation.objects.bulk_update(
        [Citation(pk=row.pk, text="Changed words") for row in dataset.citations.all()], ["text"]
    ),
    "get or create": lambda dataset: dataset.citations.update_or_create(order=0, defaults={"text": "Changed words"}),
}


def columns(dataset: Dataset) -> dict[str, object]:
    """A dataset's columns."""
    return {field.name: getattr(dataset, field.name) for field in Dataset._meta.concrete_fields}


def renamed(dataset: Dataset) -> Dataset:
    """The dataset with another name, not saved."""
    dataset.name = "Changed words"
    return dataset


class TestChanges:
    """A row written in any way shows at once; the clock then stores the page again."""

    @pytest.mark.parametrize("name", CHANGES)
    def test_a_change_shows_at_once(self, client: Client, brgandi: Dataset, name: str) -> None:
        assert "Changed words" not in text_of(client)
        CHANGES[name](brgandi)
        assert "Changed words" in text_of(client)
        assert Dataset.objects.get().page_hash == ""
        render_pages()
        assert queries_of(client) == 2
        assert "Changed words" in text_of(client)

    def test_deleting_shows_too(self, client: Client, brgandi: Dataset) -> None:
        assert "TCGA-GBM" in text_of(client)
        for work in brgandi.citations.all()[:1]:
            work.delete()
        assert Dataset.objects.get().page_hash == ""
        render_pages()
        brgandi.citations.all().delete()
        assert 'class="works' not in text_of(client)

    @pytest.mark.parametrize("how", ["save", "update", "delete"])
    def test_a_policy_shows_at_once(self, client: Client, brgandi: Dataset, how: str) -> None:
        policy = set_policy(license_of(brgandi), decided_by="deciders" if how != "delete" else "hub")
        render_pages()
        before = panel_of(text_of(client))
        if how == "save":
            policy.decided_by = "hub"
            policy.save()
        elif how == "update":
            Policy.objects.update(decided_by="hub")
        else:
            policy.delete()
        assert panel_of(text_of(client)) != before

    def test_a_provider_s_orcid_shows_on_every_page_but_their_address_on_none(
        self, client: Client, brgandi: Dataset
    ) -> None:
        provider = Provider.objects.order_by("pk")[0]
        before = Dataset.objects.get().page_hash
        provider.email = "new@provider.example"
        provider.save(update_fields=["email"])
        brgandi.dataset_providers.update(part="informed")
        assert Dataset.objects.get().page_hash == before
        provider.identifier = "https://orcid.org/0000-0002-1825-0097"
        provider.save(update_fields=["identifier"])
        assert "0000-0002-1825-0097" in text_of(client)

    def test_only_the_pages_that_show_it_are_made_anew(self, brgandi: Dataset, other: Dataset) -> None:
        render_pages()
        before = Dataset.objects.get(pk=other.pk).page_hash
        License.objects.filter(dataset=brgandi).update(abstract_html="Changed")
        assert dict(Dataset.objects.values_list("pk", "page_hash")) == {brgandi.pk: "", other.pk: before}

    def test_hidden_and_retired_show_at_once(self, client: Client, brgandi: Dataset) -> None:
        text_of(client)
        Dataset.objects.update(hidden=True)
        assert "Preview." in text_of(client)
        Dataset.objects.update(retired_at=datetime(2026, 3, 1, 12, tzinfo=UTC))
        render_pages()
        assert "was retired on 1 March 2026" in text_of(client)

    def test_other_words_for_the_hub_are_never_stale(
        self, client: Client, brgandi: Dataset, settings: Settings
    ) -> None:
        text_of(client)
        settings.HUB_NAME = "Another Hub"
        assert "Another Hub" in text_of(client)
        render_pages()
        assert queries_of(client) == 2
        assert "Another Hub" in text_of(client)

    def test_parts_of_another_version_are_not_used(self, client: Client, brgandi: Dataset) -> None:
        """Stored by older code: the hash begins with another stamp."""
        LandingFragment.objects.update(article="<p>Old.</p>", page_hash="0" * 64)
        Dataset.objects.update(page_hash="0" * 64)
        assert "Old." not in text_of(client)
        Importer().run([BRGANDI])  # an unchanged page
        assert Dataset.objects.get().page_hash not in {"", "0" * 64}
        assert queries_of(client) == 2

    def test_a_half_written_page_is_not_used(self, client: Client, brgandi: Dataset) -> None:
        """The hash of the dataset and that of the parts are compared in the query."""
        LandingFragment.objects.update(article="<p>Other.</p>", page_hash="1" * 64)
        assert "Other." not in text_of(client)

    def test_nothing_to_store_costs_one_query(
        self, brgandi: Dataset, django_assert_num_queries: DjangoAssertNumQueries
    ) -> None:
        with django_assert_num_queries(1):
            render_pages()


class TestImport:
    """At import, in its transaction."""

    def test_the_parts_are_there_in_each_language(self, brgandi: Dataset) -> None:
        parts = dict(LandingFragment.objects.values_list("language", "page_hash"))
        assert set(parts) == {code for code, _name in settings.LANGUAGES}
        assert set(parts.values()) == {Dataset.objects.get().page_hash}
        assert len(parts["en"]) == 64

    def test_an_import_that_fails_at_the_end_leaves_the_page_as_it_was(
        self, client: Client, tmp_path: Path, db: None
    ) -> None:
        page = tmp_path / "page.md"
        page.write_bytes(a_page())
        Importer().run([page])
        address = Dataset.objects.get().get_absolute_url()
        before = client.get(address).content
        page.write_bytes(a_page(("A set for tests", "Half of it")))
        with transaction.atomic():  # what a killed import leaves behind: nothing
            Importer().run([page])
            transaction.set_rollback(True)
        assert client.get(address).content == before

    def test_a_changed_page_is_stored_anew_and_a_dry_run_stores_nothing(
        self, client: Client, tmp_path: Path, db: None
    ) -> None:
        page = tmp_path / "page.md"
        page.write_bytes(a_page())
        Importer().run([page])
        before = Dataset.objects.get().page_hash
        page.write_bytes(a_page(("A set for tests", "Other words")))
        Importer(dry_run=True).run([page])
        assert Dataset.objects.get().page_hash == before
        Importer().run([page])
        assert Dataset.objects.get().page_hash not in {"", before}
        assert "Other words" in text_of(client, Dataset.objects.get().get_absolute_url())

    def test_pruning_stores_the_tombstone(self, client: Client, brgandi: Dataset, tmp_path: Path) -> None:
        (tmp_path / "page.md").write_bytes(a_page())
        call_command("import_datasets", str(tmp_path), prune=True, verbosity=0)
        assert fragments.in_use(Dataset.objects.get(pk=brgandi.pk).page_hash)
        assert "is gone from the register" in text_of(client)

    def test_without_collected_files_an_import_goes_on(self, settings: Settings, tmp_path: Path, db: None) -> None:
        settings.STORAGES = {
            **settings.STORAGES,
            "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.ManifestStaticFilesStorage"},
        }
        settings.STATIC_ROOT = tmp_path / "none"
        (result,) = Importer().run([BRGANDI])
        assert str(result.result) == "created"
        assert Dataset.objects.get().page_hash == ""


@pytest.mark.django_db(transaction=True)
def test_who_writes_while_a_page_is_made_is_not_forgotten(client: Client) -> None:
    """Whichever of the two comes first, in the end the stored page shows the new words or is out of use."""
    call_command("import_datasets", str(BRGANDI), verbosity=0)
    dataset = Dataset.objects.get()

    def write() -> None:
        for number in range(5):
            License.objects.filter(dataset=dataset).update(abstract_html=f"<p>Words {number}</p>")
        connection.close()

    writer = threading.Thread(target=write)
    writer.start()
    while writer.is_alive():
        fragments.render([dataset.pk])
    writer.join()
    assert "Words 4" in text_of(client)
    render_pages()
    assert "Words 4" in text_of(client)


def test_the_frame_holds_no_mark_of_its_own(brgandi: Dataset) -> None:
    """Every mark that stands for a part is filled."""
    parts = fragments.Parts("<title>t</title>", "", f"before{fragments.SLOT}after", "panel")
    page = frame.whole_page(parts, "10.23698/aida/ö <&>", "en").decode()
    assert "xx" not in page
    assert "beforepanelafter" in page
    assert "next=%2F10.23698%2Faida%2F%C3%B6+%3C%26%3E" in page


def test_every_model_that_points_at_a_dataset_says_whether_pages_show_it() -> None:
    """A new model whose rows a landing page shows inherits `ShownOnPage`; the others stand here."""
    unshown = {"LandingFragment", "AccessRequest", "SearchEntry", "EntryTerm", "Term"}
    owners = (Dataset, License)
    pointing = {
        relation.related_model for owner in owners for relation in owner._meta.related_objects if relation.related_model
    }
    names = {model.__name__ for model in pointing if not issubclass(model, ShownOnPage)}
    assert names - unshown == set()
