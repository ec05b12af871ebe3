"""A snapshot as files in a folder, for a web server that knows nothing of feedpress.

The bytes are the same as served. Each file is put in place whole, by a rename, and only what
feedpress has made itself is ever changed or taken away: it keeps a list. What somebody else has
changed of it is made anew. No host is known here.
"""

import fcntl
import hashlib
import json
import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from feedpress.document import IDENTITY
from feedpress.serving.atomic_write import NotWritten
from feedpress.serving.files import printable
from feedpress.snapshot import Snapshot

#: What is in the folder and not for the public: the list, the hosts' configurations, and the pages
#: of what is gone, which no host may give as if it were there.
PRIVATE = ".feedpress"
GONE = f"{PRIVATE}/gone"

_LIST = f"{PRIVATE}/files.json"
_LOCK = f"{PRIVATE}/lock"
_WRITING = f"{PRIVATE}/writing"
_SUFFIXES = {IDENTITY: "", "gzip": ".gz", "br": ".br"}


@dataclass
class Report:
    """What a build has done."""

    files: int = 0
    written: int = 0
    removed: int = 0
    #: Made by feedpress once, changed by somebody else since, and left where they were.
    left: list[str] = field(default_factory=list)


def file_name(path: str, *, is_gone: bool = False) -> str:
    """Return the name of the file that has the document of a path."""
    name = f"{path}index.html" if path.endswith("/") else path
    return f"{GONE}{name}" if is_gone else name.removeprefix("/")


def export_snapshot(
    snapshot: Snapshot,
    folder: Path,
    configurations: Iterable[tuple[str, str]] = (),
    on_document: Callable[[], None] = lambda: None,
) -> Report:
    """Make a folder hold a snapshot, and texts by their names; `on_document` is called
    for each document.

    Raises NotWritten, before anything is written if something foreign is in the way.
    """
    configured = {name: text.encode() for name, text in configurations}
    try:
        if (folder / PRIVATE).is_symlink():
            raise _in_the_way(folder / PRIVATE)
        (folder / PRIVATE).mkdir(parents=True, exist_ok=True)
        with _alone(folder):
            return _Export(folder).write(snapshot, configured, on_document)
    except OSError as error:
        name = printable(error.filename or folder)
        fix = "look whether it is a folder that you may write, and run it again"
        raise NotWritten(f"{name} can't be written: {error.strerror}; {fix}") from error


class _Export:
    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._listed = self._read_list()

    def write(
        self, snapshot: Snapshot, configured: dict[str, bytes], on_document: Callable[[], None]
    ) -> Report:
        possible = {*configured}
        for _, name in _names(snapshot):
            possible |= {name + suffix for suffix in _SUFFIXES.values()}
        self._require_room(possible, snapshot, configured)
        # Before anything is written: what is made now is known even if this is as far as it comes,
        # and of what is in its place by then it can't be told which bytes it has.
        self._write_list(self._listed | dict.fromkeys(possible, ""))
        report, made = Report(), dict[str, str]()
        for name, data in _contents(snapshot, configured):
            made[name] = hashlib.sha256(data).hexdigest()
            report.files += 1
            report.written += self._put(name, data)
            if name not in configured and not name.endswith((".gz", ".br")):
                on_document()
        for name in sorted((possible | self._listed.keys()) - made.keys()):
            self._take_away(name, report)
        self._write_list(made)
        return report

    def _require_room(
        self, possible: set[str], snapshot: Snapshot, configured: dict[str, bytes]
    ) -> None:
        """Refuse where something stands in the way that is not ours."""
        folders = {parent for name in possible for parent in PurePosixPath(name).parents}
        for parent in sorted(folders, key=str):
            there = self._folder / parent
            if str(parent) != "." and (
                there.is_symlink() or (there.exists() and not there.is_dir())
            ):
                raise _in_the_way(there)
        foreign = {
            name for name in possible - self._listed.keys() if os.path.lexists(self._folder / name)
        }
        if foreign:
            for name, data in _contents(snapshot, configured):
                if name in foreign and self._has(name, data):
                    foreign.remove(name)
        for name in sorted(foreign):
            raise _in_the_way(self._folder / name)

    def _has(self, name: str, data: bytes) -> bool:
        file = self._folder / name
        return not file.is_symlink() and file.is_file() and file.read_bytes() == data

    def _put(self, name: str, data: bytes) -> bool:
        """Put bytes in place, unless they are there; tell whether they were put."""
        if self._has(name, data):
            return False
        file, writing = self._folder / name, self._folder / _WRITING
        file.parent.mkdir(parents=True, exist_ok=True)
        writing.unlink(missing_ok=True)
        with writing.open("xb") as opened:  # it follows no link
            opened.write(data)
        writing.replace(file)
        return True

    def _take_away(self, name: str, report: Report) -> None:
        file = self._folder / name
        if not os.path.lexists(file):
            return
        known = self._listed.get(name, "")
        parents = PurePosixPath(name).parents
        is_elsewhere = any((self._folder / each).is_symlink() for each in parents[:-1])
        is_ours = file.is_file() and not file.is_symlink() and not is_elsewhere
        if not is_ours or (known and known != _hash(file)):
            report.left.append(name)
            return
        file.unlink()
        report.removed += 1
        for parent in parents[:-1]:
            with suppress(OSError):  # something is in it
                (self._folder / parent).rmdir()

    def _read_list(self) -> dict[str, str]:
        try:
            listed = json.loads((self._folder / _LIST).read_text(encoding="utf-8"))
            if not isinstance(listed, dict):
                raise ValueError(listed)
        except FileNotFoundError:
            return {}
        except ValueError as error:
            fix = "build into an empty folder"
            name = printable(self._folder / _LIST)
            raise NotWritten(f"{name} is damaged: what is ours can't be told; {fix}") from error
        return {str(name): str(known) for name, known in listed.items() if _is_inside(name)}

    def _write_list(self, listed: dict[str, str]) -> None:
        text = json.dumps(listed, indent=1, sort_keys=True)
        self._put(_LIST, f"{text}\n".encode())


def _contents(snapshot: Snapshot, configured: dict[str, bytes]) -> Iterator[tuple[str, bytes]]:
    yield from configured.items()
    for path, name in _names(snapshot):
        for coding, body in snapshot.documents[path].codings.items():
            yield name + _SUFFIXES[coding], body


def _names(snapshot: Snapshot) -> Iterator[tuple[str, str]]:
    """Yield each path and the name of its file, what others lead to first."""
    documents = snapshot.documents
    for path in (*(path for path in documents if path not in documents.ready), *documents.ready):
        yield path, file_name(path, is_gone=path in snapshot.gone)


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Keep another build out of the folder."""
    flags = os.O_CREAT | os.O_WRONLY | os.O_NOFOLLOW
    with open(os.open(folder / _LOCK, flags, 0o666), "w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            message = f"{printable(folder)} is being written by another build; run it again later"
            raise NotWritten(message) from error
        yield


def _is_inside(name: str) -> bool:
    return not name.startswith("/") and ".." not in name.split("/")


def _hash(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()


def _in_the_way(file: Path) -> NotWritten:
    fix = "move it, or build into another folder"
    return NotWritten(f"{printable(file)} was not made by feedpress build; {fix}")
