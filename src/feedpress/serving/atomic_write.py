"""Write files whole or not at all: to a file beside them, which is then renamed."""

import os
import secrets
import shutil
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from feedpress.errors import FeedpressError
from feedpress.serving.files import printable

_FIX = "check that the folder exists and that feedpress may write to it"


class NotWritten(FeedpressError):
    """A file that was left as it was."""


def create(path: Path, data: bytes) -> None:
    """Write a new file. Raises NotWritten, also if the file exists already."""
    try:
        with written_beside(path, data) as written:
            _give_name(written, path)
    except FileExistsError as error:
        name = printable(path)
        message = f"{name} exists already and was left as it is; give another name, or move it away"
        raise NotWritten(message) from error
    except OSError as error:
        raise NotWritten(f"{printable(path)} can't be created: {error.strerror}; {_FIX}") from error


def put(path: Path, data: bytes) -> None:
    """Write a file, or replace one with the same rights. Raises NotWritten."""
    try:
        path = path.resolve()  # behind a link, so that the link stays
        with written_beside(path, data) as written:
            if path.exists():
                copy_rights(path, written)
            os.replace(written, path)
    except OSError as error:
        raise NotWritten(f"{printable(path)} can't be written: {error.strerror}; {_FIX}") from error


@contextmanager
def written_beside(path: Path, data: bytes, mode: int = 0o666) -> Iterator[Path]:
    """Write bytes to a file beside a path, safe on the disk; delete it if it is not renamed.

    `mode` is subject to the process' umask, as that of any new file.
    """
    # Hidden, and not a YAML file, so that a folder's reader ignores it.
    name = path.parent / f".{path.name}.{secrets.token_hex(4)}.tmp"
    descriptor = os.open(name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    try:
        with open(descriptor, "wb") as written:
            written.write(data)
            written.flush()
            os.fsync(descriptor)
        yield name
    finally:
        with suppress(FileNotFoundError):
            os.unlink(name)


def copy_rights(file: Path, written: Path) -> None:
    """Copy to a new file the owner, group, mode and extended attributes of an old one.

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


def _give_name(written: Path, path: Path) -> None:
    try:
        # Unlike a rename, it never replaces another file.
        os.link(written, path)
    except FileExistsError:
        raise
    except OSError:
        # A file system without links: the name is taken first, and then filled.
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL))
        os.replace(written, path)
