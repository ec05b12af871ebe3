"""Which files are read from the disk, and which never are."""

import os
from pathlib import Path

import pytest

from feedpress.delivery import files
from feedpress.editors.problems import Unreadable


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
        with pytest.raises(Unreadable, match="it is no file"):
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
    with pytest.raises(Unreadable):
        decided.read()
    assert decided.folder == tmp_path
    assert files.Files(path).folder == path


def test_name_can_do_no_harm_in_a_log(tmp_path: Path) -> None:
    """A file's name with line breaks or terminal escapes is shown with these written out."""
    (tmp_path / "a\n\x1b[2Jb.yaml").write_text("x", encoding="utf-8")
    ((name, _),) = files.Files(tmp_path).read()
    assert name.endswith("/a\\n\\x1b[2Jb.yaml")
