"""Save an editor's file, if nobody else has changed it in the meantime."""

import errno
import os
from pathlib import Path

from feedpress.serving.atomic_write import NotWritten, copy_rights, written_beside
from feedpress.serving.files import Files, bytes_of


def save(files: Files, name: str, old: bytes, new: bytes) -> None:
    """Replace a file's bytes, all of them or none; keep its mode and, if permitted, its owner.

    `name` is as `Files.read` has it. Raises NotWritten if the file no longer has the old bytes, or
    can't be written.
    """
    try:
        file = files.path_of(name)
        if file is None:
            raise FileNotFoundError(errno.ENOENT, "it is gone", name)
        _replace(file, name, old, new)
    except OSError as error:
        fix = "run it again as somebody who may write the file and its folder"
        raise NotWritten(f"{name} was left as it was: {error.strerror}; {fix}") from error


def _replace(file: Path, name: str, old: bytes, new: bytes) -> None:
    # A rename does not need write permission on the file, and root can write any file.
    if not (file.stat().st_mode & 0o222 and os.access(file, os.W_OK, effective_ids=True)):
        raise PermissionError(errno.EACCES, "it is read-only", str(file))
    with written_beside(file, new, mode=0o600) as written:
        copy_rights(file, written)
        if bytes_of(file) != old:
            fix = "somebody else is changing it; run it again"
            raise NotWritten(f"{name} was left as it was: it has changed in the meantime; {fix}")
        os.replace(written, file)
