"""What a process leaves behind is there for the next one, and nothing of it can do harm."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from feedpress.delivery.state import StateFolder
from feedpress.errors import SettingsError

_STATES = (
    (("clippings.yaml", "\ufefftitle: é\r\n".encode()),),
    (("a.yaml", b"publication: {}\n"), ("b.yaml", b"")),
)
_DATES = {
    "/atom.xml": ("abc", datetime(2026, 11, 22, 12, tzinfo=UTC)),
    "": ("", datetime(2026, 11, 23, tzinfo=UTC)),
}


def test_what_is_saved_is_there(tmp_path: Path) -> None:
    """The bytes of the files and the dates come back as they were."""
    folder = StateFolder(tmp_path / "new" / "state")
    assert (folder.files(), folder.dates()) == ((), {})
    folder.save_files(_STATES)
    folder.save_dates(_DATES)
    again = StateFolder(tmp_path / "new" / "state")
    assert again.files() == _STATES
    assert again.dates() == _DATES
    again.save_files(_STATES[:1])
    assert folder.files() == _STATES[:1]
    names = sorted(path.name for path in (tmp_path / "new" / "state").iterdir())
    assert names == ["files.json", "last-modified.json"]


@pytest.mark.parametrize(
    "damaged",
    [b"", b"[", b"\xff", b"[" * 100_000, b"7", b"[7]", b"[[7]]", b"[[[1, 2]]]", b'{"a": 1}'],
    ids=lambda data: data[:12].decode("latin-1"),
)
def test_damage_is_passed_over(
    tmp_path: Path, damaged: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    """A file that somebody or something has damaged is told, and taken for none."""
    folder = StateFolder(tmp_path)
    for name in ("files.json", "last-modified.json"):
        (tmp_path / name).write_bytes(damaged)
    assert (folder.files(), folder.dates()) == ((), {})
    assert [record.getMessage() for record in caplog.records] == [
        f"{tmp_path / name} can't be read, and is passed over"
        for name in ("files.json", "last-modified.json")
    ]


@pytest.mark.parametrize("second", ["soon", None, 1e30, [1]])
def test_dates_beyond_all(tmp_path: Path, second: object) -> None:
    """A date that can't be is no date."""
    (tmp_path / "last-modified.json").write_text(json.dumps({"/": ["a", second]}))
    assert StateFolder(tmp_path).dates() == {}


def test_folder_that_can_not_be_had(tmp_path: Path) -> None:
    """Where nothing can be kept, it is said at the start."""
    (tmp_path / "file").write_text("")
    with pytest.raises(SettingsError, match=r"file/state' can't keep the state: Not a directory; "):
        StateFolder(tmp_path / "file" / "state")


def test_write_that_fails_costs_nothing(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """What can't be kept later is told, and what was kept stays."""
    folder = StateFolder(tmp_path)
    (tmp_path / "files.json").mkdir()
    folder.save_files(_STATES)
    (record,) = caplog.records
    assert record.getMessage().startswith(f"{tmp_path / 'files.json'} can't be written: ")
    assert [path.name for path in tmp_path.iterdir()] == ["files.json"]
    assert folder.files() == ()
