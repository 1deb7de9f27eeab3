"""`manage.py after_upgrade`: one command brings everything up to date, as often as it is run."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import call_command

from access_requests.models import Form
from aidahub.demo.preparing import PAGE
from datasets.models import Dataset


@pytest.mark.django_db
def test_static_files_forms_and_datasets_are_there_afterwards(capsys: pytest.CaptureFixture[str]) -> None:
    old = Path(settings.STATIC_ROOT) / "of-an-older-version.css"
    old.write_text("")
    for _ in range(2):
        call_command("after_upgrade", str(PAGE))
    assert not old.exists()
    assert list(Path(settings.STATIC_ROOT).rglob("*.css"))
    assert Form.objects.exists()
    assert Dataset.objects.filter(doi="10.23698/aida/synthetic/brgandi").exists()
    assert "No migrations to apply" in capsys.readouterr().out
