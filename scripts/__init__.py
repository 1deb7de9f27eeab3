"""What is done around the site: checks, locks, words, screenshots, a throw-away PostgreSQL."""

import os

# The environment that a program of this folder was started in: importing the site's own modules adds to it.
AS_STARTED = dict(os.environ)
