"""Twenty people act while every part of the site is killed, starved or cut off; then nothing is lost, nothing doubled.

FAULTS_SECONDS and FAULTS_SEED make it longer and other; a failure names its seed.
"""

from __future__ import annotations

import os

import pytest

from aidahub.stack import Stack
from tests.faults.harness import play
from tests.support.mail import MailServer

pytestmark = [pytest.mark.slow, pytest.mark.faults, pytest.mark.xdist_group("make stack")]


def test_nothing_is_lost_and_nothing_done_twice(
    stack: Stack, mail: MailServer, capsys: pytest.CaptureFixture[str]
) -> None:
    seed = int(os.environ.get("FAULTS_SEED", "2026"))
    outcome = play(stack, mail, seed, float(os.environ.get("FAULTS_SECONDS", "75")))
    with capsys.disabled():
        print(f"\n{outcome}")
    assert not outcome.breaches, str(outcome)
