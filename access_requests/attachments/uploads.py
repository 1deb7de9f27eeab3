"""Files as they come in with a form: kept on the disk while they are looked at, dropped where no page wants them."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from typing import Any, TypeVar, cast

import structlog
from django.conf import settings
from django.core.files.base import File
from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler
from django.http import HttpRequest
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _

from .inspecting import most_bytes

log = structlog.stdlib.get_logger("access_requests.attachments")
View = TypeVar("View", bound=Callable[..., Any])
_DROPPED = "_files_dropped"
_CAME = "_files_came"
MOST_NOTED = 100  # as many as Django takes in one form (`DATA_UPLOAD_MAX_NUMBER_FILES`)


def takes_files(view: View) -> View:
    """Mark a view as one whose form sends files; the outermost decorator, or within ones that use `wraps`."""
    view.takes_files = True  # type: ignore[attr-defined]
    return view


def dropped(request: HttpRequest) -> list[str]:
    """Why files that came with this request were not kept: a sentence for each, to show beside the form."""
    return [sentence for sentences in dropped_by_field(request).values() for sentence in sentences]


def dropped_by_field(request: HttpRequest) -> dict[str, list[str]]:
    """The same, by the field of the form in which the file was."""
    list(request.FILES)  # asking for the files is what takes them in
    found: dict[str, list[str]] = {}
    for field, sentence in getattr(request, _DROPPED, ()):
        found.setdefault(field, []).append(sentence)
    return found


def names_that_came(request: HttpRequest) -> list[str]:
    """What the files that came with this request are called, also where the page or the person may not send any."""
    list(request.FILES)
    return list(getattr(request, _CAME, ()))


class ForPagesThatTakeFiles(FileUploadHandler):
    """Django's upload handler of this site.

    Django reads what a form sent, files among it, before the view runs, to find the secret against forged forms. Files
    are written down only for views marked by `takes_files` and for people who have signed in; all others are
    dropped as they come and fill neither disk nor memory. No more of a file is written than one file may have, no
    more in one go than one request may have, and no more files. A full disk loses a file, not the whole form. What is
    written down has no name on the disk, so that a process that is killed leaves nothing of it behind.
    """

    def __init__(self, request: HttpRequest | None = None) -> None:
        """Args: request: of the person who sends."""
        super().__init__(request)
        self.wanted = request is not None and _wants_files(request)
        self.room = int(settings.REQUEST_FILES_MAX_MB * 1024 * 1024)
        self.taken = 0
        self.written = 0  # of the file at hand
        self.part: UploadedFile[Any] | None = None
        self.problem = ""

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        """Begin a file."""
        super().new_file(*args, **kwargs)
        self.part, self.problem, self.written = None, "", 0
        self._note(_CAME, str(self.file_name))
        if not self.wanted:
            return
        self.taken += 1
        if self.taken > settings.REQUEST_FILES_MAX:
            self.problem = _("no more than %(most)d files are taken at once") % {"most": settings.REQUEST_FILES_MAX}
            return
        self._attempt(self._begin)

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        """Write a part of a file down, as long as there is room for it."""
        if self.part is None:
            return
        end = start + len(raw_data)
        if end > most_bytes():
            self._drop(_("it has more than %(most)s") % {"most": filesizeformat(most_bytes())})
        elif len(raw_data) > self.room:
            most = filesizeformat(settings.REQUEST_FILES_MAX_MB * 1024 * 1024)
            self._drop(_("all files together have more than %(most)s") % {"most": most})
        else:
            self.room -= len(raw_data)
            self.written += len(raw_data)
            self._attempt(lambda: self._write(raw_data))

    def file_complete(self, file_size: int) -> UploadedFile[Any] | None:
        """The whole file, or nothing and a sentence why."""
        if self.part is not None:
            self._attempt(self._finish)
        if self.problem:
            sentence = _("“%(name)s” was not taken: %(problem)s.") % {"name": self.file_name, "problem": self.problem}
            self._note(_DROPPED, (str(self.field_name), sentence))
            return None
        whole, self.part = self.part, None
        if whole is not None:
            whole.size = file_size
        return whole

    def upload_interrupted(self) -> None:
        """The rest will not come: remove what was written."""
        self._drop("")

    def _note(self, what: str, entry: object) -> None:
        """Remember something with the request, for the view; no more of it than anybody would read."""
        noted = getattr(self.request, what, ())
        if len(noted) < MOST_NOTED:
            setattr(self.request, what, [*noted, entry])

    def _begin(self) -> None:
        nameless = tempfile.TemporaryFile(dir=settings.FILE_UPLOAD_TEMP_DIR)  # noqa: SIM115  closed with the request
        self.part = UploadedFile(nameless, self.file_name, self.content_type or "", 0, self.charset)

    def _write(self, data: bytes) -> None:
        cast("UploadedFile[Any]", self.part).write(data)

    def _finish(self) -> None:
        part = cast("UploadedFile[Any]", self.part)
        part.flush()
        part.seek(0)

    def _attempt(self, step: Callable[[], None]) -> None:
        """Do something with the disk, which may be full."""
        try:
            step()
        except OSError as problem:
            log.error("upload_not_written", errno=problem.errno)
            self._drop(_("it could not be written down just now, try again later"))

    def _drop(self, problem: str) -> None:
        """Give up the file at hand, and its place on the disk, for this reason."""
        self.problem = problem
        self.room += self.written
        unfinished, self.part = self.part, None
        if unfinished is not None:
            try:
                unfinished.close()
            except OSError:
                log.error("upload_not_removed")


def _wants_files(request: HttpRequest) -> bool:
    """Whether the page takes files, and from this person."""
    match = request.resolver_match
    if match is None or not getattr(match.func, "takes_files", False):
        return False
    user = getattr(request, "user", None)
    return bool(user is not None and user.is_authenticated)


def files_in(request: HttpRequest, field: str) -> list[File[Any]]:
    """The files that came in a field of a form, in their order."""
    return list(request.FILES.getlist(field))
