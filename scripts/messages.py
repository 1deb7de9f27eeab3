"""Brings the Swedish words up to date with the code, compiles them, and says which strings have none yet.

What is untranslated is shown in English. Needs the programs of GNU gettext.
"""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import django
from django.core.management import call_command
from django.core.management.commands import makemessages

ROOT = Path(__file__).resolve().parent.parent
SWEDISH = ROOT / "locale/sv/LC_MESSAGES/django.po"
NOT_FOR_PEOPLE = [".venv", "var", "tests", "bench", "scripts", "docs", "staticfiles"]


class Messages(makemessages.Command):
    """Django's own collection of strings, without guesses: a new string is untranslated, never half right."""

    msgmerge_options = [*makemessages.Command.msgmerge_options, "--no-fuzzy-matching"]


def collect() -> None:
    """Write the strings of code and templates into the .po file; a translation stays while its string does."""
    kept = {"no_obsolete": True, "no_location": True, "no_wrap": True}
    call_command(Messages(), locale=["sv"], ignore_patterns=NOT_FOR_PEOPLE, verbosity=0, **kept)
    # The time of the run would make every run a change.
    undated = re.sub(r'^"POT-Creation-Date: .*\n', "", SWEDISH.read_text("utf-8"), flags=re.MULTILINE)
    SWEDISH.write_text(undated, "utf-8")


def untranslated() -> list[str]:
    """The strings without a translation, as the .po file writes them."""
    command = ["msgattrib", "--untranslated", "--no-obsolete", "--no-wrap", str(SWEDISH)]
    entries = subprocess.run(command, check=True, capture_output=True, text=True, encoding="utf-8").stdout
    return re.findall(r'^msgid (?!""\nmsgstr)((?:".*"\n)+)', entries, flags=re.MULTILINE)


def main() -> int:
    """Collect, compile and report; 1 when gettext is missing, msgfmt's own exit code when a translation is wrong."""
    if not shutil.which("msgfmt"):
        print("The programs of GNU gettext are missing. On Debian and Ubuntu: apt-get install gettext")
        return 1
    os.chdir(ROOT)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "aidahub.settings")
    django.setup()
    collect()
    if code := subprocess.call(["msgfmt", "--check", "-o", str(SWEDISH.with_suffix(".mo")), str(SWEDISH)]):
        return code
    missing = untranslated()
    print("".join(f"  {words}" for words in missing) + f"{len(missing)} strings are untranslated in {SWEDISH.name}.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
