"""Attached files: what is taken, where it is kept, how it leaves. Knows nothing of requests, people or rules.

`inspect` looks into a file, `kept` stores it while a row is written, `remove` and `remove_orphans` remove it,
`download` gives it out (`as_download`: bytes that are made here); `takes_files` marks the view whose form may send
files, `dropped` says which were not taken, `names_that_came` what they are called.
"""

from .filetypes import ACCEPT, TYPES, FileType, by_content_type
from .inspecting import Inspected, inspect, most_bytes
from .keeping import Sweep, is_key, kept, open_whole, remove, remove_orphans, store
from .names import clean_name
from .problems import NotKept, NotReadable, Problem, Refused
from .serving import as_download, download
from .uploads import dropped, dropped_by_field, files_in, names_that_came, takes_files

__all__ = [
    "ACCEPT",
    "TYPES",
    "FileType",
    "Inspected",
    "NotKept",
    "NotReadable",
    "Problem",
    "Refused",
    "Sweep",
    "as_download",
    "by_content_type",
    "clean_name",
    "download",
    "dropped",
    "dropped_by_field",
    "files_in",
    "inspect",
    "is_key",
    "kept",
    "most_bytes",
    "names_that_came",
    "open_whole",
    "remove",
    "remove_orphans",
    "store",
    "takes_files",
]
