"""Backups: one archive of all that the site knows, and its way back into an empty database of either kind.

`container` is the file: a tar with a seal. `contents` says what goes in and what stays out, `rows` turns rows into
lines and back, `snapshot` holds the database still for one reader, `migrations` brings models and tables to the state
that an archive was made in. `making`, `checking` and `restoring` put these together. docs/backups.md describes the
format for who has the archive and not this program.
"""
