"""Read an editor's file, or the files of a folder, from the disk. Nothing is parsed here."""

import errno
from pathlib import Path

from feedpress.model import Place
from feedpress.reading.problems import InvalidFile, Problem
from feedpress.reading.yaml_reader import MAX_BYTES

#: What tells one state of the files from another, without reading them.
Fingerprint = tuple[tuple[str, int, int, int, int], ...]

#: How the names of the files in a folder end.
SUFFIXES = (".yaml", ".yml")


class Files:
    """One file, or all YAML files of a folder. Which of the two is decided once, here."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._is_folder = path.is_dir()

    @property
    def folder(self) -> Path:
        """The folder in which a change can be seen."""
        return self._path if self._is_folder else self._path.parent

    def read(self) -> list[tuple[str, bytes]]:
        """Return each file's name and bytes, by name. Raises InvalidFile if one can't be opened."""
        try:
            files = [(printable(file), bytes_of(file)) for file in self._list()]
        except OSError as error:
            fix = "look whether the name is right and whether feedpress may read it"
            message = f"the file can't be opened: {error.strerror}"
            raise self._unreadable(error.filename or self._path, message, fix) from error
        if not files:
            fix = "put a file into it whose name ends in .yaml"
            raise self._unreadable(self._path, "the folder has no YAML file in it", fix)
        return files

    def path_of(self, name: str) -> Path | None:
        """Return the path of a file, named as `read` has it, behind any links."""
        found = (file for file in self._list() if printable(file) == name)
        return next((file.resolve() for file in found), None)

    def fingerprint(self) -> Fingerprint:
        """Return what changes with the files; empty if one of them is missing."""
        try:
            states = [(str(file), file.stat()) for file in self._list()]
        except OSError:
            return ()
        # The inode sees a save by rename, ctime a change of rights.
        return tuple(
            (name, s.st_ino, s.st_mtime_ns, s.st_ctime_ns, s.st_size) for name, s in states
        )

    def _list(self) -> list[Path]:
        if not self._is_folder:
            return [self._path]
        return sorted(
            file
            for file in self._path.iterdir()
            if file.suffix in SUFFIXES and not file.name.startswith(".") and not file.is_dir()
        )

    @staticmethod
    def _unreadable(name: str | Path, message: str, fix: str) -> InvalidFile:
        return InvalidFile([Problem("unreadable", message, fix, Place(printable(name), 1, 1))])


def printable(name: str | Path) -> str:
    """Return a name as it can be printed to a terminal or a log, without line breaks."""
    text = str(name)
    if text.startswith(("::", "##[")):
        text = f"./{text}"  # the start of a command to code hosts
    return text if text.isprintable() else repr(text)[1:-1]


def bytes_of(file: Path) -> bytes:
    """Return what a file holds, up to one byte more than is ever read. Raises OSError."""
    # A pipe would never end, and a file that is too large need not be read to its end.
    if file.exists() and not file.is_file():
        raise OSError(errno.EINVAL, "it is no file", str(file))
    with file.open("rb") as opened:
        return opened.read(MAX_BYTES + 1)
