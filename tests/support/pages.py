"""Reading a dataset's landing page as people and machines do."""

from __future__ import annotations

import json
import re
from typing import Any

from django.test import Client

from tests.cast import BRGANDI_DOI

PAGE = f"/{BRGANDI_DOI}"


def text_of(client: Client, address: str = PAGE) -> str:
    """The page's HTML."""
    response = client.get(address)
    assert response.status_code == 200, response.status_code
    return str(response.content.decode())


def words_of(html: str) -> str:
    """What a reader reads: the main part without mark-up, white space folded."""
    main = html[html.index("<main") : html.index("</main>")]
    return " ".join(re.sub(r"<[^>]+>", " ", main).replace("&#x27;", "'").split())


def ids_of(html: str) -> list[str]:
    """Every id of the page."""
    return re.findall(r'\sid="([^"]*)"', html)


def panel_of(html: str) -> str:
    """The access box alone."""
    return html[html.index('<section class="panel panel-accent access-box"') : html.index("</aside>")]


def schema_of(html: str) -> dict[str, Any]:
    """The JSON-LD block, parsed as a search engine does."""
    (block,) = re.findall(r'<script type="application/ld\+json">(.*?)</script>', html, re.DOTALL)
    data = json.loads(block)
    assert isinstance(data, dict)
    return data
