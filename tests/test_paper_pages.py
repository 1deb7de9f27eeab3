"""The pages on which a request is taken out on paper: who may, what they get, what is noted, what is refused."""

from __future__ import annotations

import hashlib
import io
import zipfile
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.test import Client
from django.urls import reverse

from access_requests import actions
from access_requests.events import verify
from access_requests.models import AccessRequest, SealedText
from access_requests.paper import setting
from access_requests.workflow import Status
from aidahub.accounts.models import User
from aidahub.outbox.models import Mail
from datasets.models import Dataset
from tests.cast import RequestAt, draft_of
from tests.support.read_pdf import squeezed
from tests.support.whole import attach

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("files_folder")]
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "sandbox; default-src 'none'",
}


def paper_url(request: AccessRequest) -> str:
    return reverse("admin:access_requests_accessrequest_paper", args=(request.reference,))


def text_url(request: AccessRequest, text: SealedText) -> str:
    return reverse("admin:access_requests_accessrequest_redact_text", args=(request.reference, text.digest))


def copy_url(request: AccessRequest) -> str:
    return f"{request.get_absolute_url()}copy.pdf"


def body(response: Any) -> bytes:
    """The bytes of a download."""
    return b"".join(response.streaming_content)


def check_headers(response: Any) -> None:
    """That a download is neither shown within the site, nor kept, nor taken for something else."""
    assert {header: response[header] for header in HEADERS} == HEADERS
    assert {"private", "no-store"} <= {part.strip() for part in response["Cache-Control"].split(",")}


def folded(page: Any) -> str:
    """The page's text with white space folded."""
    return " ".join(page.content.decode().replace("&#x27;", "'").split())


@pytest.fixture
def as_(client: Client) -> Callable[[User], Client]:
    """`as_(user)`: the browser, in which they have signed in."""

    def sign(user: User) -> Client:
        client.force_login(user)
        return client

    return sign


Sign = Callable[[User], Client]


class TestTakingItOut:
    """`/admin/.../<reference>/paper/`."""

    def test_the_decision_page_leads_there(self, request_at: RequestAt, hedda: User, per: User, as_: Sign) -> None:
        request = request_at(Status.REJECTED)
        change = reverse("admin:access_requests_accessrequest_change", args=(request.reference,))
        assert paper_url(request) in folded(as_(hedda).get(change))
        page = folded(as_(per).get(change))
        assert paper_url(request) not in page
        assert copy_url(request) in page

    def test_the_page_offers_both_versions_and_what_to_withhold(
        self, request_at: RequestAt, ada: User, hedda: User, as_: Sign
    ) -> None:
        request = request_at(Status.IN_REVIEW)
        actions.write(request=request, by=ada, text="When will you answer?")
        page = folded(as_(hedda).get(paper_url(request)))
        for words in ("The complete file as a PDF", "To hand out, as a PDF", "When will you answer?", "Planned use",
                      "Nobody has taken this request out yet.", "OSL 21:3"):  # fmt: skip
            assert words in page, words
        ticked = [
            part.split(">")[0] for part in page.split('<input type="checkbox"')[1:] if "checked" in part.split(">")[0]
        ]
        assert [text.split('value="')[1].split('"')[0] for text in ticked] == ["contact", "notes"]

    def test_the_complete_file_is_a_download_and_is_noted(self, request_at: RequestAt, hedda: User, as_: Sign) -> None:
        request = request_at(Status.IN_REVIEW)
        response = as_(hedda).post(paper_url(request), {"kind": "complete", "form": "pdf"})
        content = body(response)
        assert (response.status_code, response["Content-Type"]) == (200, "application/pdf")
        name = f"request-{request.reference}-complete.pdf"
        assert response["Content-Disposition"] == f'attachment; filename="{name}"'
        check_headers(response)
        assert "PerProvider" not in squeezed(content), "who has not voted is not named by it"
        page = folded(as_(hedda).get(paper_url(request)))
        assert "Hedda Hub" in page
        assert f"SHA-256 {hashlib.sha256(content).hexdigest()}" in page

    def test_nothing_else_changes_by_it(self, request_at: RequestAt, hedda: User, as_: Sign) -> None:
        request = request_at(Status.IN_REVIEW)
        events, mails = request.events.count(), Mail.objects.count()
        as_(hedda).get(paper_url(request))
        assert LogEntry.objects.count() == 0
        as_(hedda).post(paper_url(request), {"kind": "complete", "form": "zip"})
        assert (request.events.count(), Mail.objects.count(), LogEntry.objects.count()) == (events, mails, 1)

    def test_what_is_handed_out_leaves_out_what_was_ticked(
        self, request_at: RequestAt, ada: User, hedda: User, as_: Sign
    ) -> None:
        request = request_at(Status.IN_REVIEW)
        attach(request, ada, "ethicsname.pdf")
        actions.note(request=request, by=hedda, text="noteword")
        chosen = {"kind": "release", "form": "zip", "marks": ["notes", "answer-planned_use"], "ground": " OSL\n 21:3 "}
        response = as_(hedda).post(paper_url(request), chosen)
        archive = zipfile.ZipFile(io.BytesIO(body(response)))
        assert response["Content-Disposition"] == f'attachment; filename="request-{request.reference}-release.zip"'
        check_headers(response)
        assert archive.namelist() == [f"request-{request.reference}-release.pdf", "files/01-ethicsname.pdf"]
        words = squeezed(archive.read(archive.namelist()[0]))
        assert "[withheld:OSL21:3]" in words
        assert "noteword" not in words
        assert "Wecomparesegmentation" not in words
        assert "OSL 21:3" in folded(as_(hedda).get(paper_url(request)))

    @pytest.mark.parametrize(
        ("wrong", "sentence"),
        [
            ({"marks": ["notes"], "ground": " \n "}, "Say on which ground you withhold what you ticked."),
            ({"marks": ["notes"], "ground": "x" * 201}, "at most 200 characters"),
            ({"marks": ["message-99"], "ground": "OSL"}, "Something in the form is not from this page."),
            ({"kind": "everything"}, "Something in the form is not from this page."),
            ({"form": "docx"}, "Something in the form is not from this page."),
        ],
    )
    def test_bad_input_says_what_and_makes_nothing(
        self, request_at: RequestAt, hedda: User, as_: Sign, wrong: dict[str, Any], sentence: str
    ) -> None:
        request = request_at(Status.IN_REVIEW)
        page = as_(hedda).post(paper_url(request), {"kind": "release", "form": "pdf", **wrong})
        assert page.status_code == 200
        assert sentence in folded(page)
        assert LogEntry.objects.count() == 0

    def test_a_failure_is_a_sentence(
        self, request_at: RequestAt, hedda: User, ada: User, as_: Sign, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        request = request_at(Status.IN_REVIEW)
        monkeypatch.setattr(setting, "LETTERS_MAX", 10)
        page = as_(hedda).post(paper_url(request), {"kind": "complete", "form": "pdf"})
        assert (page.status_code, "too long for one document" in folded(page)) == (503, True)
        assert LogEntry.objects.count() == 0
        own = as_(ada).get(copy_url(request))
        assert (own.status_code, "too long for one document" in folded(own)) == (503, True)

    def test_only_hub_staff_who_are_not_named_get_there(
        self, request_at: RequestAt, ada: User, per: User, petra: User, rut: User, otto: User, hedda: User, as_: Sign
    ) -> None:
        request = request_at(Status.IN_REVIEW)
        said = actions.write(request=request, by=ada, text="Hello")
        rut.is_hub_staff = True
        rut.save()
        for user in (ada, per, petra, rut, otto):
            browser = as_(user)
            for url in (paper_url(request), text_url(request, said.text)):
                assert browser.get(url).status_code == 404, user
                assert browser.post(url, {"kind": "complete", "form": "pdf"}).status_code == 404, user
        assert as_(hedda).get(paper_url(request)).status_code == 200

    def test_anonymous_people_sign_in_and_other_methods_are_refused(
        self, request_at: RequestAt, hedda: User, client: Client
    ) -> None:
        request = request_at(Status.IN_REVIEW)
        for url in (paper_url(request), paper_url(request).replace(request.reference, "AIDA-2026-99999")):
            assert client.get(url)["Location"].startswith("/admin/login/")
        client.force_login(hedda)
        assert client.delete(paper_url(request)).status_code == 405
        assert client.get(paper_url(request).replace(request.reference, "AIDA-2026-99999")).status_code == 404

    def test_a_draft_is_on_no_paper(self, ada: User, brgandi: Dataset, hedda: User, as_: Sign) -> None:
        draft = draft_of(ada, brgandi)
        assert as_(hedda).get(paper_url(draft)).status_code == 404
        page = as_(ada).get(copy_url(draft))
        assert (page.status_code, "once it is sent" in folded(page)) == (403, True)
        assert copy_url(draft) not in folded(as_(ada).get(draft.get_absolute_url()))


class TestOnesOwnCopy:
    """`/requests/<reference>/copy.pdf`."""

    @pytest.mark.parametrize("who", ["ada", "rut", "per"])
    def test_whoever_sees_the_request_gets_their_own(
        self, request_at: RequestAt, who: str, ada: User, rut: User, per: User, as_: Sign
    ) -> None:
        request = request_at(Status.IN_REVIEW)
        browser = as_({"ada": ada, "rut": rut, "per": per}[who])
        response = browser.get(copy_url(request))
        assert response["Content-Disposition"] == f'attachment; filename="request-{request.reference}.pdf"'
        check_headers(response)
        assert "Segmentingbraintumours" in squeezed(body(response))
        assert LogEntry.objects.count() == 0

    def test_the_request_page_leads_there(self, request_at: RequestAt, ada: User, as_: Sign) -> None:
        request = request_at(Status.IN_REVIEW)
        assert copy_url(request) in folded(as_(ada).get(request.get_absolute_url()))

    def test_hub_staff_are_led_to_their_page_and_strangers_to_nothing(
        self, request_at: RequestAt, hedda: User, otto: User, opal: User, client: Client
    ) -> None:
        request = request_at(Status.IN_REVIEW)
        assert client.get(copy_url(request))["Location"].startswith("/accounts/login/")
        for user in (otto, opal):
            client.force_login(user)
            assert client.get(copy_url(request)).status_code == 404
        client.force_login(hedda)
        assert client.get(copy_url(request))["Location"] == paper_url(request)
        assert client.post(copy_url(request)).status_code == 405


class TestTakingATextAway:
    """`/admin/.../<reference>/texts/<digest>/redact/`."""

    def test_it_asks_first_then_the_text_is_gone_for_good(
        self, request_at: RequestAt, ada: User, hedda: User, as_: Sign
    ) -> None:
        request = request_at(Status.IN_REVIEW)
        text = actions.write(request=request, by=ada, text="The patient is called patientword.").text
        browser = as_(hedda)
        assert text_url(request, text) in folded(browser.get(paper_url(request)))
        page = folded(browser.get(text_url(request, text)))
        assert "patientword" in page
        assert "Message 1," in page
        assert SealedText.objects.get(pk=text.pk).erased_at is None, "looking takes nothing away"
        done = browser.post(text_url(request, text), {"reason": "A patient is named."}, follow=True)
        assert "The text is gone." in folded(done)
        assert "patientword" not in folded(done)
        assert "(Removed on " in folded(done)
        content = body(browser.post(paper_url(request), {"kind": "complete", "form": "pdf"}))
        assert "patientword" not in squeezed(content)
        assert "(Removedon" in squeezed(content)
        assert not list(verify())

    def test_every_sort_of_text_is_offered(self, request_at: RequestAt, per: User, hedda: User, as_: Sign) -> None:
        request = request_at(Status.RETURNED)
        actions.note(request=request, by=hedda, text="A note")
        page = folded(as_(hedda).get(paper_url(request)))
        for words in ("Which scanner do you mean?", "Written with: send back,", "A note", "Internal note 1,"):
            assert words in page, words

    def test_a_reason_is_needed_and_what_is_gone_is_not_taken_again(
        self, request_at: RequestAt, ada: User, hedda: User, as_: Sign
    ) -> None:
        request = request_at(Status.IN_REVIEW)
        text = actions.write(request=request, by=ada, text="patientword").text
        browser = as_(hedda)
        assert "Something is missing" in folded(browser.post(text_url(request, text), {"reason": " "}))
        assert browser.post(text_url(request, text), {"reason": "Why."}).status_code == 302
        again = browser.post(text_url(request, text), {"reason": "Why."})
        assert (again.status_code, "not there any more" in folded(again)) == (403, True)

    def test_texts_of_other_requests_and_invented_ones_are_not_found(
        self, request_at: RequestAt, alva: User, other: Dataset, hedda: User, opal: User, as_: Sign
    ) -> None:
        request = request_at(Status.IN_REVIEW)
        foreign = actions.submit(request=draft_of(alva, other), by=alva)
        text = actions.write(request=foreign, by=alva, text="Hello").text
        browser = as_(hedda)
        assert browser.post(text_url(request, text), {"reason": "Why."}).status_code == 404
        assert browser.get(text_url(request, text).replace(text.digest, "0" * 64)).status_code == 404
        assert SealedText.objects.get(pk=text.pk).text == "Hello"
