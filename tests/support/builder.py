"""Hub staff who build forms in the admin as a browser does: open the page, post what it asks for."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

from django.test import Client

from access_requests.models import FormDraft

FORMS = "/admin/access_requests/form/"
SEEN = re.compile(r'name="seen" value="([0-9a-f]{64})"')
# A question of every kind, as hub staff would fill in its page; `key` and `label_en` are made of the kind.
EVERY_KIND: dict[str, dict[str, Any]] = {
    "short-text": {"max": "40", "help_en": "A line will do.", "required": "on"},
    "long-text": {"min": "5", "max": "400", "required": "on"},
    "email": {"required": "on"},
    "phone": {"required": "on"},
    "number": {"min": "2", "max": "30", "required": "on"},
    "date": {"from_today": "on", "required": "on"},
    "url": {"required": "on"},
    "country": {"required": "on"},
    "one-of": {"option-0-en": "Yes", "option-0-sv": "Ja", "option-1-en": "Not at all", "required": "on"},
    "some-of": {"min": "1", "max": "2", "option-0-en": "CT", "option-1-en": "MR", "option-2-en": "PET",
                "required": "on"},
    "confirm": {"required": "on"},
    "orcid": {"required": "on"},
    "person": {"required": "on"},
    "file": {"max": "2"},
    "explanation": {"help_en": "What follows is short."},
}  # fmt: skip
ANSWERS: dict[str, Any] = {
    "q_short_text": "Title", "q_long_text": "Some words\nin lines", "q_email": "x@uu.example",
    "q_phone": "+46 13 28 10 00", "q_number": "12", "q_date": "2099-01-31", "q_url": "https://uu.example/x",
    "q_country": "SE", "q_one_of": "not-at-all", "q_some_of": ["ct", "pet"], "q_confirm": "on",
    "q_orcid": "0000-0002-1825-0097", "q_person_name": "Rut Ek", "q_person_title": "Professor",
    "q_person_email": "rut@uu.example",
}  # fmt: skip


def key_of(kind: str) -> str:
    """The key under which `build_every_kind` asks a question of a kind."""
    return f"q_{kind.replace('-', '_')}"


def question(slug: str, key: str) -> dict[str, Any]:
    """A question of a form's draft."""
    return next(each for each in FormDraft.objects.get(form__slug=slug).questions if each["key"] == key)


class Builder:
    """A browser on the pages of the builder."""

    def __init__(self, client: Client) -> None:
        self.client = client

    def get(self, path: str) -> str:
        """A page, as its source."""
        response = self.client.get(FORMS + path)
        assert response.status_code == 200, (path, response.status_code)
        return response.content.decode()

    def seen(self, form: str) -> str:
        """What a page of the form would send back with a change."""
        found = SEEN.search(self.get(f"{form}/questions/new/?kind=email&step=you"))
        assert found
        return found[1]

    def post(self, path: str, data: dict[str, Any]) -> Any:
        """Post to a page, and go where it leads."""
        return self.client.post(FORMS + path, data, follow=True)

    def new(self, slug: str, **fields: str) -> Any:
        """Make a form."""
        return self.post("new/", {"slug": slug, "name_en": f"The form {slug}", "name_sv": "", "copy_of": "", **fields})

    def add(self, form: str, kind: str, step: str = "project", **fields: Any) -> Any:
        """Add a question."""
        data = {"key": key_of(kind), "label_en": f"Asks for {kind}?", "step": step, "kind": kind, **fields}
        return self.post(f"{form}/questions/new/?kind={kind}&step={step}", {"seen": self.seen(form), **data})

    def edit(self, form: str, question: str, /, **fields: Any) -> Any:
        """Change a question: what its page shows, but for these fields; None empties one."""
        page = f"{form}/questions/{question}/change/"
        data = {**shown(self.get(page)), **fields}
        return self.post(page, {name: value for name, value in data.items() if value is not None})

    def move(self, form: str, key: str, way: str) -> Any:
        """Move a question up or down."""
        return self.post(f"{form}/questions/{key}/move/", {"seen": self.seen(form), "way": way})

    def remove(self, form: str, key: str) -> Any:
        """Delete a question."""
        return self.post(f"{form}/questions/{key}/remove/", {"seen": self.seen(form)})

    def publish(self, form: str) -> Any:
        """Publish the draft."""
        return self.post(f"{form}/publish/", {"seen": self.seen(form)})

    def build_every_kind(self, slug: str) -> None:
        """Build and publish a form with a question of every kind, with the applicant's name before them."""
        self.new(slug)
        self.add(slug, "short-text", "you", key="applicant_name", label_en="Your name", max="200", required="on")
        for kind, fields in EVERY_KIND.items():
            self.add(slug, kind, **fields)
        self.publish(slug)


def shown(page: str) -> dict[str, Any]:
    """What a browser would post of the form on a page if nothing in it were changed."""
    form = page[page.index('class="rd-form"') :]
    data: dict[str, Any] = {}
    for tag in re.findall(r"<input\b[^>]*>", form):
        attributes = dict(re.findall(r'([\w-]+)="([^"]*)"', tag))
        ticked = attributes.get("type") not in {"checkbox", "radio"} or re.search(r"\bchecked\b", tag)
        if "name" in attributes and ticked:
            value = unescape(attributes.get("value", "on" if attributes.get("type") == "checkbox" else ""))
            if attributes.get("type") == "checkbox" and "value" in attributes:
                data.setdefault(attributes["name"], []).append(value)
            else:
                data[attributes["name"]] = value
    for name, body in re.findall(r'<textarea\b[^>]*name="([^"]+)"[^>]*>(.*?)</textarea>', form, re.DOTALL):
        data[name] = unescape(body).removeprefix("\n")
    for name, body in re.findall(r'<select\b[^>]*name="([^"]+)"[^>]*>(.*?)</select>', form, re.DOTALL):
        chosen = re.search(r'value="([^"]*)" selected', body) or re.search(r'value="([^"]*)"', body)
        data[name] = unescape(chosen[1]) if chosen else ""
    data.pop("csrfmiddlewaretoken", None)
    return data
