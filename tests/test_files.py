"""Which files are read from the disk, and which never are."""

import errno
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from feedpress.editing import saving
from feedpress.reading.problems import InvalidFile
from feedpress.serving import files
from feedpress.serving.atomic_write import NotWritten


def test_folder_gives_its_yaml_files_by_name(tmp_path: Path) -> None:
    """Files ending in .yaml and .yml, by name; no hidden ones, no folders, no others."""
    for name in ("b.yml", "a.yaml", ".hidden.yaml", "notes.txt"):
        (tmp_path / name).write_text(name, encoding="utf-8")
    (tmp_path / "folder.yaml").mkdir()
    read = files.Files(tmp_path).read()
    assert read == [(str(tmp_path / name), name.encode()) for name in ("a.yaml", "b.yml")]


def test_pipe_is_no_file(tmp_path: Path) -> None:
    """A pipe, whose end never comes, is refused and not waited for, in a folder too."""
    os.mkfifo(tmp_path / "clippings.yaml")
    for path in (tmp_path, tmp_path / "clippings.yaml"):
        with pytest.raises(InvalidFile, match="it is no file"):
            files.Files(path).read()


def test_no_more_is_read_than_is_needed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of a file that is too large only so much is read that this can be seen."""
    monkeypatch.setattr(files, "MAX_BYTES", 10)
    path = tmp_path / "clippings.yaml"
    path.write_bytes(b"x" * 1000)
    assert files.Files(path).read() == [(str(path), b"x" * 11)]


def test_file_or_folder_is_decided_once(tmp_path: Path) -> None:
    """What was a file at the start is looked for as a file, whatever takes its place."""
    path = tmp_path / "clippings.yaml"
    path.write_text("a", encoding="utf-8")
    decided = files.Files(path)
    path.unlink()
    path.mkdir()
    (path / "a.yaml").write_text("a", encoding="utf-8")
    with pytest.raises(InvalidFile):
        decided.read()
    assert decided.folder == tmp_path
    assert files.Files(path).folder == path


def test_name_can_do_no_harm_in_a_log(tmp_path: Path) -> None:
    """A file's name with line breaks or terminal escapes is shown with these written out."""
    (tmp_path / "a\n\x1b[2Jb.yaml").write_text("x", encoding="utf-8")
    ((name, _),) = files.Files(tmp_path).read()
    assert name.endswith("/a\\n\\x1b[2Jb.yaml")


def _list(folder: Path) -> list[str]:
    return sorted(each.name for each in folder.iterdir())


def test_file_is_replaced(tmp_path: Path) -> None:
    """A file gets its new bytes and keeps its mode and owner; nothing else is left behind."""
    path = tmp_path / "clippings.yaml"
    path.write_bytes(b"old")
    if os.geteuid() == 0:
        os.chown(path, 1234, 1235)
    path.chmod(0o640)
    os.utime(path, (1, 1))
    before = path.stat()
    on_disk = files.Files(path)
    fingerprint = on_disk.fingerprint()
    saving.save(on_disk, str(path), b"old", b"new")
    after = path.stat()
    assert path.read_bytes() == b"new"
    assert stat.S_IMODE(after.st_mode) == 0o640
    assert (after.st_uid, after.st_gid) == (before.st_uid, before.st_gid)
    assert after.st_mtime > 1
    assert on_disk.fingerprint() != fingerprint
    assert _list(tmp_path) == ["clippings.yaml"]


_EDITOR, _COLLEAGUE, _TEAM = 65534, 1234, 1235


@contextmanager
def _as_editor(*groups: int) -> Iterator[None]:
    """Run as a user who is not root and owns nothing."""
    if os.geteuid():
        pytest.skip("only root can become another user")
    before = os.getgroups(), os.getegid()
    os.setgroups(groups)
    os.setegid(_EDITOR)
    os.seteuid(_EDITOR)
    try:
        yield
    finally:
        os.seteuid(0)
        os.setgroups(before[0])
        os.setegid(before[1])


@pytest.fixture
def shared() -> Iterator[Path]:
    """A file of a colleague in a folder where everybody may write."""
    # Other users can't reach `tmp_path`.
    with TemporaryDirectory() as folder:
        os.chmod(folder, 0o777)  # noqa: S103
        path = Path(folder) / "clippings.yaml"
        path.write_bytes(b"old")
        if os.geteuid() == 0:
            os.chown(path, _COLLEAGUE, _TEAM)
        yield path


@pytest.mark.parametrize("mode", [0o660, 0o664, 0o4664])
def test_editor_may_replace_a_file_of_the_own_group(shared: Path, mode: int) -> None:
    """The group and its rights stay, so the colleague can go on editing."""
    shared.chmod(mode)
    with _as_editor(_TEAM):
        saving.save(files.Files(shared), str(shared), b"old", b"new")
    state = shared.stat()
    assert (shared.read_bytes(), state.st_uid, state.st_gid) == (b"new", _EDITOR, _TEAM)
    assert stat.S_IMODE(state.st_mode) == mode & 0o777
    assert _list(shared.parent) == ["clippings.yaml"]


@pytest.mark.parametrize(
    ("before", "after"), [(0o666, 0o666), (0o646, 0o644), (0o606, 0o600), (0o2666, 0o666)]
)
def test_rights_of_a_lost_group_go_to_no_other(shared: Path, before: int, after: int) -> None:
    """An editor outside the file's group can't keep it; nobody may read or write more for that."""
    shared.chmod(before)
    with _as_editor():
        saving.save(files.Files(shared), str(shared), b"old", b"new")
    state = shared.stat()
    assert (shared.read_bytes(), state.st_uid, state.st_gid) == (b"new", _EDITOR, _EDITOR)
    assert stat.S_IMODE(state.st_mode) == after


def test_group_of_a_shared_folder_is_kept(shared: Path) -> None:
    """In a set-group-ID folder new files have the folder's group, also by somebody outside it."""
    if os.geteuid() == 0:
        os.chown(shared.parent, 0, _TEAM)
    shared.parent.chmod(0o2777)
    shared.chmod(0o666)
    with _as_editor():
        saving.save(files.Files(shared), str(shared), b"old", b"new")
    state = shared.stat()
    assert (stat.S_IMODE(state.st_mode), state.st_gid) == (0o666, _TEAM)


def test_editor_may_not_replace_what_they_may_not_write(shared: Path) -> None:
    """A colleague's file without write permission stays, though its folder can be written to."""
    shared.chmod(0o644)
    with _as_editor(_TEAM), pytest.raises(NotWritten, match="it is read-only"):
        saving.save(files.Files(shared), str(shared), b"old", b"new")
    assert shared.read_bytes() == b"old"
    assert _list(shared.parent) == ["clippings.yaml"]


def test_file_system_that_keeps_no_owner(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where nobody can change a file's owner or group, it is written all the same."""

    def refuse(*_: object) -> None:
        raise PermissionError(errno.EPERM, "Operation not permitted")

    monkeypatch.setattr(os, "chown", refuse)
    path = tmp_path / "clippings.yaml"
    path.write_bytes(b"old")
    path.chmod(0o664)
    saving.save(files.Files(path), str(path), b"old", b"new")
    assert (path.read_bytes(), stat.S_IMODE(path.stat().st_mode)) == (b"new", 0o644)


def test_private_file_is_private_at_every_moment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The new bytes of a private file can be read by no other user before it is in place either."""
    modes = []
    monkeypatch.setattr(os, "fsync", lambda fd: modes.append(os.fstat(fd).st_mode & 0o777))
    path = tmp_path / "clippings.yaml"
    path.write_bytes(b"old")
    path.chmod(0o600)
    saving.save(files.Files(path), str(path), b"old", b"new")
    assert modes == [0o600]


def test_link_stays_a_link(tmp_path: Path) -> None:
    """Behind a symbolic link, the file that it leads to is replaced, wherever that is."""
    (tmp_path / "far").mkdir()
    (tmp_path / "near").mkdir()
    target, link = tmp_path / "far" / "a.txt", tmp_path / "near" / "clippings.yaml"
    target.write_bytes(b"old")
    link.symlink_to("../far/a.txt")
    for path, old, new in ((link, b"old", b"new"), (link.parent, b"new", b"newer")):
        on_disk = files.Files(path)
        ((name, data),) = on_disk.read()
        saving.save(on_disk, name, data, new)
        assert data == old
        assert target.read_bytes() == link.read_bytes() == new
        assert os.readlink(link) == "../far/a.txt"
    assert (_list(target.parent), _list(link.parent)) == (["a.txt"], ["clippings.yaml"])


def test_file_of_a_folder_is_replaced(tmp_path: Path) -> None:
    """A file goes by the name under which it was read, with whatever is shown of it there."""
    for name in ("a.yaml", "b\n.yaml"):
        (tmp_path / name).write_bytes(b"old")
    on_disk = files.Files(tmp_path)
    for name, data in on_disk.read():
        saving.save(on_disk, name, data, data + b" and new")
    assert [data for _, data in on_disk.read()] == [b"old and new", b"old and new"]
    assert _list(tmp_path) == ["a.yaml", "b\n.yaml"]


@pytest.mark.parametrize("found", [b"", b"other", b"older", b"ol"])
def test_file_that_changed_meanwhile(tmp_path: Path, found: bytes) -> None:
    """What somebody else saved in between is not overwritten."""
    path = tmp_path / "clippings.yaml"
    path.write_bytes(found)
    with pytest.raises(NotWritten, match="has changed in the meantime"):
        saving.save(files.Files(path), str(path), b"old", b"new")
    assert path.read_bytes() == found
    assert _list(tmp_path) == ["clippings.yaml"]


def test_file_that_is_gone(tmp_path: Path) -> None:
    """A file that was taken away, or its folder, or that is none any more, is not made anew."""
    folder = tmp_path / "folder"
    folder.mkdir()
    path = folder / "clippings.yaml"
    path.write_bytes(b"old")
    single, whole = files.Files(path), files.Files(folder)
    path.unlink()
    with pytest.raises(NotWritten, match="No such file"):
        saving.save(single, str(path), b"old", b"new")
    with pytest.raises(NotWritten, match="it is gone"):
        saving.save(whole, str(path), b"old", b"new")
    assert _list(folder) == []
    path.mkdir()
    with pytest.raises(NotWritten, match="it is no file"):
        saving.save(single, str(path), b"old", b"new")
    assert (_list(folder), _list(path)) == (["clippings.yaml"], [])
    path.rmdir()
    folder.rmdir()
    for on_disk in (single, whole):
        with pytest.raises(NotWritten, match="No such file"):
            saving.save(on_disk, str(path), b"old", b"new")
    assert _list(tmp_path) == []


def test_folder_that_takes_no_file(tmp_path: Path) -> None:
    """Where no second file can be written, the first one stays, and it is said why."""
    path = tmp_path / ("x" * 250 + ".yaml")
    path.write_bytes(b"old")
    with pytest.raises(NotWritten, match="was left as it was: File name too long; "):
        saving.save(files.Files(path), str(path), b"old", b"new")
    assert path.read_bytes() == b"old"
    assert _list(tmp_path) == [path.name]


def test_folder_without_files(tmp_path: Path) -> None:
    """A folder with no YAML file in it is told; one that vanishes shows as another state."""
    folder = tmp_path / "folder"
    folder.mkdir()
    on_disk = files.Files(folder)
    with pytest.raises(InvalidFile, match="no YAML file"):
        on_disk.read()
    (folder / "a.yaml").write_bytes(b"x")
    assert on_disk.fingerprint()
    (folder / "a.yaml").unlink()
    folder.rmdir()
    assert on_disk.fingerprint() == ()


def test_read_only_file_stays(tmp_path: Path) -> None:
    """A file that its owner has made read-only is not to be changed, whoever could."""
    path = tmp_path / "clippings.yaml"
    path.write_bytes(b"old")
    path.chmod(0o444)
    with pytest.raises(NotWritten, match="read-only"):
        saving.save(files.Files(path), str(path), b"old", b"new")
    assert path.read_bytes() == b"old"
    assert _list(tmp_path) == [path.name]


@pytest.mark.parametrize("name", ["::error::x.yaml", "##[error]x.yaml"])
def test_name_is_no_command(name: str) -> None:
    """A file's name can't begin a line that a service which runs checks would obey."""
    assert files.printable(name) == f"./{name}"
