"""An editor's file, or the files of a folder, from the disk. Nothing is parsed here."""

import errno
from pathlib import Path

from feedpress.editors.problems import Problem, Unreadable
from feedpress.editors.yaml_text import MAX_BYTES
from feedpress.model import Place

#: What tells one state of the files from another, without reading them.
Fingerprint = tuple[tuple[str, int, int, int, int], ...]

_SUFFIXES = (".yaml", ".yml")


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
        """Give each file's name and bytes, by name.

        Raises Unreadable where one of them can't be had.
        """
        try:
            files = [(_name(file), _bytes(file)) for file in self._list()]
        except OSError as error:
            cure = "look whether the name is right and whether feedpress may read it"
            message = f"the file can't be opened: {error.strerror}"
            raise self._unreadable(error.filename or self._path, message, cure) from error
        if not files:
            cure = "put a file into it whose name ends in .yaml"
            raise self._unreadable(self._path, "the folder has no YAML file in it", cure)
        return files

    def fingerprint(self) -> Fingerprint:
        """Give what changes with the files; empty where they can't be had."""
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
            if file.suffix in _SUFFIXES and not file.name.startswith(".") and not file.is_dir()
        )

    @staticmethod
    def _unreadable(name: str | Path, message: str, cure: str) -> Unreadable:
        return Unreadable([Problem("unreadable", message, cure, Place(_name(name), 1, 1))])


def _name(file: str | Path) -> str:
    # It goes to a terminal and into logs, where a line break or an escape would do harm.
    name = str(file)
    return name if name.isprintable() else repr(name)[1:-1]


def _bytes(file: Path) -> bytes:
    # A pipe would never end, and a file that is too large need not be read to its end.
    if file.exists() and not file.is_file():
        raise OSError(errno.EINVAL, "it is no file", str(file))
    with file.open("rb") as opened:
        return opened.read(MAX_BYTES + 1)
