"""Attached files: what is taken, where it is kept, how it leaves. Knows nothing of requests, people or rules.

`inspect` looks into a file, `kept` stores it while a row is written, `remove` and `remove_orphans` remove it,
`download` gives it out (`as_download`: bytes that are made here); `takes_files` marks the view whose form may send
files, `dropped` says which were not taken.
"""

from .filetypes import ACCEPT, TYPES, FileType, by_content_type
from .inspecting import Inspected, inspect
from .keeping import Sweep, is_key, kept, open_whole, remove, remove_orphans, store
from .names import clean_name
from .problems import NotKept, NotReadable, Problem, Refused
from .serving import as_download, download
from .uploads import dropped, files_in, takes_files

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
    "files_in",
    "inspect",
    "is_key",
    "kept",
    "open_whole",
    "remove",
    "remove_orphans",
    "store",
    "takes_files",
]
