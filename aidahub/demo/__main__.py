"""`python -m aidahub.demo`: the trial site, from nothing to the address of a page that answers.

Starts an embedded Valkey, the web server, the worker and its clock; ends all of them on Ctrl-C and SIGTERM.
With `--with-parent` it also ends when the process that started it does.
"""

from __future__ import annotations

import sys

from aidahub.running.until_told import until_told


def run() -> None:
    """Run the trial site; what it needs is imported late, so that what is not installed can be named."""
    from aidahub.demo.site import run

    run()


if __name__ == "__main__":
    sys.exit(until_told(run))
