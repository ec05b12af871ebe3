"""An editor's file, or the files of a folder, from the disk and back. Nothing is parsed here."""

import errno
import os
import shutil
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from feedpress.editors.problems import Problem, Unreadable
from feedpress.editors.yaml_text import MAX_BYTES
from feedpress.errors import FeedpressError
from feedpress.model import Place

#: What tells one state of the files from another, without reading them.
Fingerprint = tuple[tuple[str, int, int, int, int], ...]

#: How the names of the files in a folder end.
SUFFIXES = (".yaml", ".yml")


class NotWritten(FeedpressError):
    """A file that was left as it was."""


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
            files = [(printable(file), _bytes(file)) for file in self._list()]
        except OSError as error:
            cure = "look whether the name is right and whether feedpress may read it"
            message = f"the file can't be opened: {error.strerror}"
            raise self._unreadable(error.filename or self._path, message, cure) from error
        if not files:
            cure = "put a file into it whose name ends in .yaml"
            raise self._unreadable(self._path, "the folder has no YAML file in it", cure)
        return files

    def replace(self, name: str, old: bytes, new: bytes) -> None:
        """Replace a file's bytes, all of them or none; keep its mode and, if permitted, its owner.

        `name` is as `read` gave it. Raises NotWritten where the file is not what it was, or
        can't be written.
        """
        try:
            # Behind a link, so that the link stays.
            file = next(each for each in self._list() if printable(each) == name).resolve()
            # A rename does not need write permission on the file, and root can write any file.
            mode = file.stat().st_mode
            if not (mode & 0o222 and os.access(file, os.W_OK, effective_ids=True)):
                raise PermissionError(errno.EACCES, "it is read-only", str(file))
            _replace(file, name, old, new)
        except (OSError, StopIteration) as error:
            why = error.strerror if isinstance(error, OSError) else "it is gone"
            cure = "run it again as somebody who may write the file and its folder"
            raise NotWritten(f"{name} was left as it was: {why}; {cure}") from error

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
            if file.suffix in SUFFIXES and not file.name.startswith(".") and not file.is_dir()
        )

    @staticmethod
    def _unreadable(name: str | Path, message: str, cure: str) -> Unreadable:
        return Unreadable([Problem("unreadable", message, cure, Place(printable(name), 1, 1))])


def printable(name: str | Path) -> str:
    """Give a name as it can go to a terminal or a log, where a line break would do harm."""
    text = str(name)
    if text.startswith(("::", "##[")):
        text = f"./{text}"  # the beginning of a command to some that run checks
    return text if text.isprintable() else repr(text)[1:-1]


def _bytes(file: Path) -> bytes:
    # A pipe would never end, and a file that is too large need not be read to its end.
    if file.exists() and not file.is_file():
        raise OSError(errno.EINVAL, "it is no file", str(file))
    with file.open("rb") as opened:
        return opened.read(MAX_BYTES + 1)


def create(path: Path, data: bytes) -> None:
    """Make a new file, whole or not at all. Raises NotWritten, also where there is one already."""
    cure = "look whether the folder is there and whether feedpress may write to it"
    with _told(f"{printable(path)} can't be made", cure):
        try:
            with _beside(path, data) as written:
                _set_default_mode(written)
                _give_name(written, path)
        except FileExistsError as error:
            cure = "give another name, or move the file away"
            message = f"{printable(path)} is there already and was left as it is; {cure}"
            raise NotWritten(message) from error


def put(path: Path, data: bytes) -> None:
    """Write a file, whole or not at all, be there one already or not. Raises NotWritten."""
    cure = "look whether the folder is there and whether feedpress may write to it"
    with _told(f"{printable(path)} can't be written", cure):
        path = path.resolve()  # behind a link, so that the link stays
        with _beside(path, data) as written:
            if path.exists():
                _copy_rights(path, written)
            else:
                _set_default_mode(written)
            os.replace(written, path)


def _replace(file: Path, name: str, old: bytes, new: bytes) -> None:
    with _beside(file, new) as written:
        _copy_rights(file, written)
        if _bytes(file) != old:
            cure = "somebody else is changing it; run it again"
            raise NotWritten(f"{name} was left as it was: it has changed meanwhile; {cure}")
        os.replace(written, file)


def _copy_rights(file: Path, written: Path) -> None:
    """Give a new file the owner, group, mode and extended attributes of an old one.

    Only root may give a file to another owner, and others only to a group that they are in. The
    new file may never be read or written by more people than the old one.
    """
    state = file.stat()
    mode = stat.S_IMODE(state.st_mode)
    try:
        os.chown(written, state.st_uid, state.st_gid)
    except OSError:
        mode &= 0o777  # set-user-ID would mean another user
        try:
            os.chown(written, -1, state.st_gid)
        except OSError:
            # The new file has another group, and the old group's members now count as others.
            both = (mode >> 3) & mode & 0o7
            os.chmod(written, (mode & 0o700) | (both << 3) | both)
            return
    shutil.copystat(file, written)
    os.chmod(written, mode)
    os.utime(written)


def _set_default_mode(written: Path) -> None:
    os.chmod(written, 0o666 & ~_umask())


def _give_name(written: Path, path: Path) -> None:
    try:
        # Unlike a rename, it never takes the place of another.
        os.link(written, path)
    except FileExistsError:
        raise
    except OSError:
        # A file system without links: the name is taken first, and then filled.
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL))
        os.replace(written, path)


@contextmanager
def _beside(path: Path, data: bytes) -> Iterator[Path]:
    """Have bytes in a file beside a path, safe on the disk, until they are put in place.

    Only its owner may read it until the caller sets its mode.
    """
    # Hidden, and not a YAML file: a folder's reader passes over it.
    descriptor, name = tempfile.mkstemp(".tmp", f".{path.name}.", path.parent)
    try:
        with open(descriptor, "wb") as written:
            written.write(data)
            written.flush()
            os.fsync(descriptor)
        yield Path(name)
    finally:
        with suppress(FileNotFoundError):
            os.unlink(name)


def _umask() -> int:
    umask = os.umask(0)
    os.umask(umask)
    return umask


@contextmanager
def _told(what: str, cure: str) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise NotWritten(f"{what}: {error.strerror}; {cure}") from error
