"""Files are read when they are whole: until then they are left alone, and never for ever."""

import os
from pathlib import Path

import pytest

from feedpress.delivery.files import Files
from feedpress.delivery.stillness import Stillness

_OLD = b"".join(b"- title: %d\n" % number for number in range(50))


class _Clock:
    def __init__(self) -> None:
        self.seconds = 1000.0

    def __call__(self) -> float:
        return self.seconds


class _Watched:
    """One file, and how long it has to be left alone."""

    def __init__(self, path: Path, *, known: bool = True) -> None:
        self.path, self.clock = path, _Clock()
        path.write_bytes(_OLD)
        self.files = Files(path)
        self.stillness = Stillness(self.files, self.clock)
        if known:
            self.stillness.compare_with(tuple(self.files.read()))

    def save(self, data: bytes) -> None:
        self.path.write_bytes(data)
        os.utime(self.path, (self.clock.seconds, self.clock.seconds))

    def after(self, seconds: float) -> float:
        """Give how long it is to be left alone still, so many seconds later."""
        self.clock.seconds += seconds
        return self.stillness.wait(self.files.fingerprint()).seconds


@pytest.fixture
def watched(tmp_path: Path) -> _Watched:
    """Watch a file whose good state is known."""
    return _Watched(tmp_path / "clippings.yaml")


_ON_TOP = b"- title: new\n" + _OLD


@pytest.mark.parametrize(
    ("new", "seconds", "why"),
    [
        pytest.param(_ON_TOP, 0.1, "", id="a new one on top"),
        pytest.param(_ON_TOP.replace(b"title: 7\n", b""), 0.1, "", id="an edit in the middle"),
        pytest.param(_OLD[13:], 0.1, "", id="the topmost taken out"),
        pytest.param(_OLD.rstrip(), 0.1, "", id="its last line end lost"),
        pytest.param(_OLD + b"- title: new\n", 0.3, "", id="a new one at the end"),
        pytest.param(
            _OLD[: _OLD.index(b"- title: 40")],
            3.0,
            "clippings.yaml has become shorter, and does not end as before",
            id="cut between two",
        ),
        pytest.param(b"", 30.0, "clippings.yaml has become shorter, and ends amid a line"),
        pytest.param(
            _ON_TOP[:300], 30.0, "clippings.yaml has become shorter, and ends amid a line"
        ),
    ],
)
def test_how_long_a_change_is_left_alone(
    watched: _Watched, new: bytes, seconds: float, why: str
) -> None:
    """It depends on how likely it is that there is more to come, and a long wait is told once."""
    watched.save(new)
    assert watched.after(0) == pytest.approx(0.1)
    watched.clock.seconds += 0.1
    first = watched.stillness.wait(watched.files.fingerprint())
    assert first.seconds == pytest.approx(seconds - 0.1)
    assert first.why.endswith(why)
    assert bool(first.why) is bool(why)
    if seconds > 0.1:
        again = watched.stillness.wait(watched.files.fingerprint())
        assert (again.seconds, again.why) == (first.seconds, "")
        assert watched.after(seconds - 0.15) == pytest.approx(0.05)
    assert watched.after(0.06) == 0


def test_each_write_begins_it_anew(watched: _Watched) -> None:
    """Who writes piece by piece is waited for until the last piece is there."""
    for length in range(10, len(_ON_TOP), 100):
        watched.save(_ON_TOP[:length])
        assert watched.after(2) > 0.05
    watched.save(_ON_TOP)
    assert watched.after(0) > 0
    assert watched.after(0.11) == 0


def test_file_that_is_away(watched: _Watched) -> None:
    """One that is taken away has a second to come back."""
    watched.path.unlink()
    assert watched.after(0) == pytest.approx(0.1)
    assert watched.after(0.5) == pytest.approx(0.5)
    assert watched.after(0.5) == 0


def test_one_file_of_a_folder_is_missing(tmp_path: Path) -> None:
    """A file that is gone from a folder may be on its way back."""
    for name in ("2016.yaml", "2017.yaml"):
        (tmp_path / name).write_bytes(_OLD)
    files, clock = Files(tmp_path), _Clock()
    stillness = Stillness(files, clock)
    stillness.compare_with(tuple(files.read()))
    (tmp_path / "2016.yaml").unlink()
    (tmp_path / "2018.yaml").write_bytes(_OLD)
    stillness.wait(files.fingerprint())
    clock.seconds += 0.2
    wait = stillness.wait(files.fingerprint())
    assert wait.seconds == pytest.approx(2.8)
    assert wait.why == f"{tmp_path / '2016.yaml'} is missing"


def test_nothing_to_compare_with(tmp_path: Path) -> None:
    """Where no good state is known, a file only has to be still for a moment, there or not."""
    watched = _Watched(tmp_path / "clippings.yaml", known=False)
    watched.save(b"")
    assert watched.after(0) > 0
    assert watched.after(0.11) == 0
    watched.path.unlink()
    assert watched.after(0) > 0
    assert watched.after(0.11) == 0
