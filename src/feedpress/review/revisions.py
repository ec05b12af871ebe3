"""An editor's files as they were in a revision of git; the work tree is not touched."""

import os
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

from feedpress.errors import FeedpressError
from feedpress.reading.yaml_reader import MAX_BYTES
from feedpress.serving.files import SUFFIXES, printable

_BRACES = re.compile(r"\{[^}]*\}")


class RevisionError(FeedpressError):
    """A revision that git doesn't know, or that has no such file."""


def read_revision(path: Path, revision: str) -> list[tuple[str, bytes]]:
    """Return each file's name and bytes as `Files.read` does, from a revision.

    `revision` is what git takes for one, such as HEAD or main~2. With a colon and a path it names
    the file or folder itself, for one that has moved. Raises RevisionError.
    """
    path = path.resolve()
    folder = path if path.is_dir() else path.parent
    inside = _path_in_repository(path, folder)
    found = _resolved(folder, revision)
    kind = _git(folder, "cat-file", "-t", found).stdout if found else b""
    if not kind:
        raise RevisionError(f"git knows no revision {revision!r}; look whether it is right")
    # A colon in braces belongs to a text that is looked for: HEAD^{/fix: all}.
    if kind in (b"blob\n", b"tree\n") and ":" in _BRACES.sub("", revision):
        name = printable(revision)
    else:
        name = printable(f"{revision}:{inside}")
        found = _resolved(folder, f"{found}:{inside}")
    if not found:
        fix = "if it has moved since, write REVISION:PATH, or name another state with --against"
        raise RevisionError(f"git has no {name!r}, so all of it would be new; {fix}")
    if _git(folder, "cat-file", "-t", found).stdout == b"blob\n":
        return [(name, _blob(folder, found))]
    files = list(_files(folder, found, name if name.endswith((":", "/")) else f"{name}/"))
    if not files:
        raise RevisionError(f"{name!r} has no YAML file in it; name another revision")
    return files


def _files(folder: Path, tree: str, prefix: str) -> Iterator[tuple[str, bytes]]:
    listed = _git(folder, "ls-tree", "--full-tree", "-z", tree).stdout.decode(errors="replace")
    for line in sorted(listed.split("\0")[:-1], key=lambda line: line.partition("\t")[2]):
        about, _, name = line.partition("\t")
        mode, _, inner = about.split()
        if mode.startswith("100") and name.endswith(SUFFIXES) and not name.startswith("."):
            yield prefix + printable(name), _blob(folder, inner)


def _path_in_repository(path: Path, folder: Path) -> str:
    ran = _git(folder, "rev-parse", "--show-prefix")
    if ran.returncode:
        why = printable(ran.stderr.decode(errors="replace").partition("\n")[0])
        fix = "name another state of the file with --against FILE"
        raise RevisionError(f"git can't be asked about {folder}: {why}; {fix}")
    inside = os.fsdecode(ran.stdout).removesuffix("\n")
    return inside.removesuffix("/") if path == folder else f"{inside}{path.name}"


def _resolved(folder: Path, name: str) -> str:
    ran = _git(folder, "rev-parse", "--verify", "--quiet", "--end-of-options", name)
    return ran.stdout.decode().strip()


def _blob(folder: Path, name: str) -> bytes:
    if int(_git(folder, "cat-file", "-s", name).stdout) > MAX_BYTES:
        raise RevisionError(f"a file was larger than {MAX_BYTES:,} bytes then; name another one")
    return _git(folder, "cat-file", "blob", name).stdout


# A hook has these of its own repository and folder, which need not be the file's.
_OF_A_HOOK = {"GIT_DIR", "GIT_WORK_TREE", "GIT_PREFIX", "GIT_COMMON_DIR"}


def _git(folder: Path, *arguments: str) -> "subprocess.CompletedProcess[bytes]":
    try:
        return subprocess.run(  # noqa: S603 - no shell, and a revision can't pass for an option
            ["git", "-C", str(folder), *arguments],  # noqa: S607 - the user's own git
            capture_output=True,
            check=False,
            env={name: value for name, value in os.environ.items() if name not in _OF_A_HOOK},
        )
    except OSError as error:
        message = "git can't be run; install it, or name another state of the file with --against"
        raise RevisionError(message) from error
