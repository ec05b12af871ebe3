"""The state folder keeps what the next process needs, and damage in it does no harm."""

import json
import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from feedpress.errors import SettingsError
from feedpress.serving.state import GoodFiles, StateFolder

_ONE = (("clippings.yaml", "\ufefftitle: é\r\n".encode()),)
_TWO = (("a.yaml", b"publication: {}\n"), ("b.yaml", b""))
_DATES = {
    "/atom.xml": ("abc", datetime(2026, 11, 22, 12, tzinfo=UTC)),
    "": ("", datetime(2026, 11, 23, tzinfo=UTC)),
}


def _names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_files_and_dates_come_back(tmp_path: Path) -> None:
    """The bytes of the files and the dates come back as they were."""
    folder = StateFolder(tmp_path / "new" / "state")
    assert (folder.files(), folder.dates()) == (None, {})
    folder.save_files(GoodFiles(7, _ONE))
    folder.save_dates(_DATES)
    again = StateFolder(tmp_path / "new" / "state")
    assert again.files() == GoodFiles(7, _ONE)
    assert again.dates() == _DATES
    again.save_files(GoodFiles(12, _TWO))
    assert folder.files() == GoodFiles(12, _TWO)
    assert _names(tmp_path / "new" / "state") == ["files-12.json", "last-modified.json"]


def test_only_moves_forward(tmp_path: Path) -> None:
    """A process that is late with an older version doesn't replace a newer one."""
    folder = StateFolder(tmp_path)
    folder.save_files(GoodFiles(9, _TWO))
    folder.save_files(GoodFiles(8, _ONE))
    assert folder.files() == GoodFiles(9, _TWO)


def test_files_that_are_replaced_while_they_are_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Files that another process replaces meanwhile are not taken for damaged or missing ones."""
    folder, other = StateFolder(tmp_path), StateFolder(tmp_path)
    folder.save_files(GoodFiles(1, _ONE))
    read_bytes = Path.read_bytes

    def replace_then_read(path: Path) -> bytes:
        monkeypatch.setattr(Path, "read_bytes", read_bytes)
        other.save_files(GoodFiles(2, _TWO))
        return read_bytes(path)

    monkeypatch.setattr(Path, "read_bytes", replace_then_read)
    assert folder.files() == GoodFiles(2, _TWO)
    assert not caplog.records


def test_files_that_are_replaced_again_and_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A reader that never meets a file that it has listed gives up."""
    folder = StateFolder(tmp_path)
    monkeypatch.setattr(StateFolder, "_saved", lambda _: [(1, tmp_path / "files-1.json")])
    assert folder.files() is None


def test_older_files_that_can_not_be_removed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Older files of another user stay, which is logged, and the newest are kept all the same."""

    def refuse(path: Path, *, missing_ok: bool) -> None:
        raise PermissionError(1, "Operation not permitted")

    folder = StateFolder(tmp_path)
    folder.save_files(GoodFiles(1, _ONE))
    monkeypatch.setattr(Path, "unlink", refuse)
    folder.save_files(GoodFiles(2, _TWO))
    assert folder.files() == GoodFiles(2, _TWO)
    assert caplog.messages == [
        f"{tmp_path / 'files-1.json'} can't be removed: Operation not permitted"
    ]


@pytest.mark.parametrize(
    "damaged",
    [
        pytest.param(b"", id="empty"),
        pytest.param(b"[", id="cut"),
        pytest.param(b"\xff", id="not UTF-8"),
        pytest.param(b"[" * 100_000, id="deep nesting"),
        pytest.param(b"7", id="a number"),
        pytest.param(b"[7]", id="a list of numbers"),
        pytest.param(b"[[7]]", id="a short pair"),
        pytest.param(b"[[[1, 2]]]", id="lists in a pair"),
        pytest.param(b'{"a": 1}', id="a mapping"),
    ],
)
def test_damage_is_ignored(
    tmp_path: Path, damaged: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    """A damaged file is reported once and treated as missing; an older good one is used."""
    folder = StateFolder(tmp_path)
    folder.save_files(GoodFiles(1, _ONE))
    for name in ("files-2.json", "last-modified.json"):
        (tmp_path / name).write_bytes(damaged)
    for _ in range(2):
        assert (folder.files(), folder.dates()) == (GoodFiles(1, _ONE), {})
    assert [record.getMessage() for record in caplog.records] == [
        f"{tmp_path / name} is damaged and ignored"
        for name in ("files-2.json", "last-modified.json")
    ]


def test_named_pipe_is_ignored(tmp_path: Path) -> None:
    """A pipe in place of a file is not waited for."""
    for name in ("files-1.json", "last-modified.json"):
        os.mkfifo(tmp_path / name)
    assert StateFolder(tmp_path).files() is None
    assert StateFolder(tmp_path).dates() == {}


@pytest.mark.parametrize("second", ["soon", None, 1e30, [1]])
def test_impossible_dates(tmp_path: Path, second: object) -> None:
    """Dates are ignored if one of them is impossible."""
    (tmp_path / "last-modified.json").write_text(json.dumps({"/": ["a", second]}))
    assert StateFolder(tmp_path).dates() == {}


def test_unusable_folder(tmp_path: Path) -> None:
    """A folder that can't be written to is reported at the start."""
    (tmp_path / "file").write_text("")
    with pytest.raises(SettingsError, match=r"file/state' can't keep the state: Not a directory; "):
        StateFolder(tmp_path / "file" / "state")


def test_folder_that_vanishes(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """A folder that is deleted later is reported, and costs nobody an answer."""
    folder = StateFolder(tmp_path / "state")
    (tmp_path / "state").rmdir()
    assert folder.files() is None
    folder.save_files(GoodFiles(1, _ONE))
    assert "can't be read: No such file" in caplog.text
    assert "can't be written: " in caplog.text


def test_failed_write(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """A write that fails is reported, and what was saved stays."""
    folder = StateFolder(tmp_path)
    folder.save_files(GoodFiles(1, _ONE))
    (tmp_path / "files-2.json").mkdir()
    folder.save_files(GoodFiles(2, _TWO))
    assert folder.files() == GoodFiles(1, _ONE)
    assert f"{tmp_path / 'files-2.json'} can't be written: " in caplog.text
