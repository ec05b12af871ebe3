"""Last-Modified never misses a change; and nothing is kept of paths that are gone."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import support
from feedpress import snapshot
from feedpress.serving.negotiation import Negotiator
from feedpress.serving.state import StateFolder
from feedpress.serving.validators import ValidatorHistory
from feedpress.snapshot import Snapshot

_NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
_PATHS = ("/atom.xml", "/clippings/one/", "/style.css")
_SECOND = timedelta(seconds=1)


def _of(*titles: str) -> Snapshot:
    clippings = [
        {"id": name, "title": title, "added": "2020-01-02"}
        for name, title in zip(("one", "two", "three"), titles, strict=False)
    ]
    return snapshot.build(support.publication(clippings), support.NOW)


_STATES = tuple(_of(*titles) for titles in (("A",), ("B",), ("A", "C"), ()))


class _Process:
    """What a process tells of its documents: its history, and the negotiator of now."""

    def __init__(self, folder: StateFolder | None = None) -> None:
        self._history = ValidatorHistory(folder)
        self._negotiator: Negotiator | None = None

    def show(self, shown: Snapshot, at: datetime) -> None:
        """Have a snapshot worked out at an instant."""
        self._negotiator = Negotiator(replace(shown, as_of=at), self._history)

    def tell(self, path: str, now: datetime) -> tuple[datetime, bytes] | None:
        """Return the Last-Modified and the body that somebody gets who asks, if he gets both."""
        assert self._negotiator
        answer = self._negotiator.respond({"PATH_INFO": path}, now)
        told = dict(answer.headers).get("Last-Modified") if answer else None
        return (parsedate_to_datetime(told), answer.body) if answer and told else None

    def is_same(self, path: str, since: datetime, now: datetime) -> bool:
        """Return whether somebody with that Last-Modified is told that it is the same."""
        assert self._negotiator
        condition = {"HTTP_IF_MODIFIED_SINCE": f"{since:%a, %d %b %Y %H:%M:%S GMT}"}
        answer = self._negotiator.respond({"PATH_INFO": path, **condition}, now)
        return answer is not None and answer.status.startswith("304")


def test_date_comes_two_seconds_later() -> None:
    """A Last-Modified is sent from the second on that it names, two after the snapshot's."""
    process = _Process()
    process.show(_STATES[0], _NOON + 0.9 * _SECOND)
    assert process.tell("/atom.xml", _NOON + 0.9 * _SECOND) is None
    assert process.tell("/atom.xml", _NOON + 1.999 * _SECOND) is None
    told = process.tell("/atom.xml", _NOON + 2 * _SECOND)
    assert told
    assert told[0] == _NOON + 2 * _SECOND


def test_date_does_not_match_before_it_is_sent() -> None:
    """Nobody who guesses a date that is to come is told that his bytes are the same."""
    process = _Process()
    process.show(_STATES[0], _NOON)
    date = _NOON + 2 * _SECOND
    assert not process.is_same("/atom.xml", date, _NOON + _SECOND)
    assert process.is_same("/atom.xml", date, date)


def test_two_changes_in_one_second() -> None:
    """Each of many changes in one second has a second of its own."""
    process = _Process()
    dates = []
    for step in range(6):
        process.show(_STATES[step % 2], _NOON + step * 0.1 * _SECOND)
        told = process.tell("/atom.xml", _NOON + 60 * _SECOND)
        assert told
        dates.append(told[0])
    assert dates == [_NOON + (2 + step) * _SECOND for step in range(6)]


def test_file_that_is_put_back() -> None:
    """What is put back to what it was has a later date, and the first date does not match."""
    process = _Process()
    process.show(_STATES[0], _NOON)
    first = process.tell("/atom.xml", _NOON + 10 * _SECOND)
    process.show(_STATES[1], _NOON + 20 * _SECOND)
    process.tell("/atom.xml", _NOON + 30 * _SECOND)
    process.show(_STATES[0], _NOON + 40 * _SECOND)
    again = process.tell("/atom.xml", _NOON + 50 * _SECOND)
    assert first
    assert again
    assert again[1] == first[1]
    assert again[0] == _NOON + 42 * _SECOND
    assert not process.is_same("/atom.xml", first[0], _NOON + 50 * _SECOND)


def test_what_stays_the_same_keeps_its_date() -> None:
    """A document that a change does not touch has the date that it had."""
    process = _Process()
    process.show(_STATES[0], _NOON)
    before = {path: process.tell(path, _NOON + 5 * _SECOND) for path in _PATHS}
    process.show(_STATES[2], _NOON + 10 * _SECOND)
    after = {path: process.tell(path, _NOON + 15 * _SECOND) for path in _PATHS}
    assert before["/style.css"] == after["/style.css"]
    assert before["/clippings/one/"] == after["/clippings/one/"]
    assert before["/atom.xml"] != after["/atom.xml"]


def test_path_that_was_away() -> None:
    """A document that was away for a while is new when it comes back."""
    process = _Process()
    process.show(_STATES[0], _NOON)
    process.tell("/clippings/one/", _NOON + 5 * _SECOND)
    process.show(_STATES[3], _NOON + 10 * _SECOND)
    assert process.tell("/clippings/one/", _NOON + 15 * _SECOND) is None
    process.show(_STATES[0], _NOON + 20 * _SECOND)
    told = process.tell("/clippings/one/", _NOON + 25 * _SECOND)
    assert told
    assert told[0] == _NOON + 22 * _SECOND


def test_clock_that_is_put_back() -> None:
    """After the clock was put back, a change has a later date than the ones before all the same."""
    process = _Process()
    process.show(_STATES[0], _NOON)
    process.show(_STATES[1], _NOON - timedelta(hours=1))
    assert process.tell("/atom.xml", _NOON - timedelta(minutes=30)) is None
    told = process.tell("/atom.xml", _NOON + 60 * _SECOND)
    assert told
    assert told[0] == _NOON + 3 * _SECOND


@pytest.mark.parametrize("ended_at", [0.0, 0.5, 0.999, 1.0, 1.999, 2.0, 2.5, 10.0])
def test_restart(ended_at: float) -> None:
    """What a process could tell before its end is no date that the next tells of other bytes."""
    first, second = _Process(), _Process()
    end = _NOON + ended_at * _SECOND
    for step in range(3):
        first.show(_STATES[step], _NOON)
        before = first.tell("/atom.xml", end)
        second.show(_STATES[3], end)
        after = second.tell("/atom.xml", end + 3600 * _SECOND)
        assert after
        assert before is None or before[0] < after[0]


_STEPS = st.lists(
    st.tuples(
        st.sampled_from(["wait", "edit", "edit", "restart", "clock back"]),
        st.integers(0, 3),
        st.integers(0, 5_000_000),
    ),
    max_size=25,
)


@given(_STEPS)
def test_a_date_is_never_told_of_other_bytes(steps: list[tuple[str, int, int]]) -> None:
    """Whatever happens, a date that was once told of some bytes is told of no others.

    And it is never later than the clock has been; the clock is not put back together with a
    restart.
    """
    told: dict[tuple[str, datetime], bytes] = {}
    now = latest = _NOON
    shown = _STATES[0]
    process = _Process()
    process.show(shown, now)
    for kind, number, microseconds in steps:
        step = timedelta(microseconds=microseconds)
        now = now - step if kind == "clock back" else now + step
        if kind == "restart":
            now = max(now, latest)
            process = _Process()
        latest = max(now, latest)
        if kind in ("edit", "restart"):
            shown = _STATES[number]
            process.show(shown, now)
        for path in _PATHS:
            if answer := process.tell(path, now):
                date, body = answer
                assert date <= latest
                assert told.setdefault((path, date), body) == body


def test_paths_are_forgotten_with_their_documents() -> None:
    """Of paths that are no more, nothing is remembered."""
    process = _Process()
    for number in range(20):
        process.show(_of(*(str(number),) * (number % 3)), _NOON)
        for path in _PATHS:
            process.tell(path, _NOON)
    assert set(process._history._dates) <= set(_STATES[2].documents)


def test_date_outlives_the_process(tmp_path: Path) -> None:
    """With a folder, a process that follows tells the date of the one before it."""
    folder = StateFolder(tmp_path)
    before, after = _Process(folder), _Process(folder)
    before.show(_STATES[0], _NOON)
    told = before.tell("/atom.xml", _NOON + 5 * _SECOND)
    after.show(_STATES[0], _NOON + 60 * _SECOND)
    assert after.tell("/atom.xml", _NOON + 60 * _SECOND) == told
    after.show(_STATES[1], _NOON + 70 * _SECOND)
    assert after.tell("/atom.xml", _NOON + 90 * _SECOND) != told
    assert after.tell("/style.css", _NOON + 90 * _SECOND) == before.tell(
        "/style.css", _NOON + 90 * _SECOND
    )


def test_neighbours_agree(tmp_path: Path) -> None:
    """Two processes with one folder tell the same date of the same bytes."""
    folder = StateFolder(tmp_path)
    one, other = _Process(folder), _Process(folder)
    for number, shown in enumerate(_STATES):
        now = _NOON + 10 * number * _SECOND
        one.show(shown, now)
        other.show(shown, now + 2.5 * _SECOND)
        for path in ("/atom.xml", "/style.css"):
            later = now + 9 * _SECOND
            assert one.tell(path, later) == other.tell(path, later) is not None


def test_clock_that_is_put_back_with_a_restart(tmp_path: Path) -> None:
    """A second that was told of some bytes is never told of others, whatever the clock says."""
    folder = StateFolder(tmp_path)
    before = _Process(folder)
    before.show(_STATES[0], _NOON + 3600 * _SECOND)
    before.show(_STATES[3], _NOON + 3700 * _SECOND)  # with fewer paths
    told = before.tell("/atom.xml", _NOON + 3800 * _SECOND)
    assert told
    after = _Process(folder)
    after.show(_STATES[1], _NOON)
    new = after.tell("/atom.xml", _NOON + 3800 * _SECOND)
    assert new
    assert new[0] > told[0]
