"""What is published at an instant, how it is dated, and when the clock alone changes it."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import support
from feedpress.feeds import feed
from feedpress.model import Clipping, Project, Publication
from feedpress.reading import values
from feedpress.schedule import is_ever_shown, schedule

_SECOND = timedelta(seconds=1)
_GRACE = timedelta(days=90)


def _at(written: str) -> datetime:
    return datetime.fromisoformat(written)


def _dates(clipping: dict[str, Any], now: str) -> tuple[str, str, bool] | None:
    """Return an entry's published and updated, and whether it was withdrawn."""
    clippings = schedule(support.publication([{"id": "a", "title": "A"} | clipping]), _at(now))
    for dated in clippings.clippings:
        published, updated = (f"{each:%d %H:%M:%S}" for each in (dated.published, dated.updated))
        return published, updated, dated.is_withdrawn
    return None


# The id "a" lies 250 seconds after the first instant of a day. In Los Angeles that is 8:00 UTC
# in November.


def test_a_day_appears_after_its_first_hour() -> None:
    """A clipping of a day is there once the hour is over in which it is dated."""
    assert _dates({"added": "2026-11-20"}, "2026-11-20T08:59:59Z") is None
    shown = ("20 08:04:10", "20 08:04:10", False)
    assert _dates({"added": "2026-11-20"}, "2026-11-20T09:00:00Z") == shown


def test_correction_with_the_date_of_today_is_not_dated_ahead_of_the_clock() -> None:
    """An editor writes `updated:` with today's date at 17:22 UTC, and subscribers see it."""
    now = _at("2026-11-28T17:22:00Z")
    rows = [
        {"id": f"c{n}", "title": "A", "added": "2020-01-01T10:00:00Z", "updated": "2026-11-28"}
        for n in range(50)
    ]
    loaded = support.publication([*rows, {"title": "New", "added": "2026-11-28"}])
    (built,) = feed.build(loaded, now)
    assert {entry.updated for entry in built.entries} | {built.updated} <= {
        _at("2026-11-28T08:00:00Z") + n * _SECOND for n in range(3_600)
    }
    assert all(entry.updated > entry.published for entry in built.entries if entry.title == "A")
    assert schedule(loaded, now).next_due is None


@pytest.mark.parametrize(
    ("keys", "expected"),
    [
        ({"added": "2026-11-20T18:00:00Z", "updated": "2026-11-20"}, "20 18:00:01"),
        ({"published": "2026-11-20T18:00:00Z", "updated": "2026-11-20"}, "20 18:00:01"),
        # It is the 20th in Los Angeles still.
        ({"added": "2026-11-21T07:59:59Z", "updated": "2026-11-20"}, "21 08:00:00"),
        ({"added": "2026-11-01T18:00:00Z", "updated": "2026-11"}, "01 18:00:01"),
        ({"added": "2026-11-20T18:00:00Z", "updated": "2026-11-19"}, "20 18:00:00"),
        ({"added": "2026-11-20T18:00:00Z", "updated": "2026-11-20T17:00:00Z"}, "20 18:00:00"),
        ({"added": "2026-11-20T18:00:00Z", "updated": "2026-11-21"}, "21 08:04:10"),
        ({"added": "2026-11-20", "updated": "2026-11-20"}, "20 08:04:10"),
        ({"added": "2026-11-20", "updated": "2026-11-20T08:04:11Z"}, "20 08:04:11"),
    ],
)
def test_updated_on_the_day_of_adding(keys: dict[str, str], expected: str) -> None:
    """A day in `updated` counts as the second after a time in `added` on that day."""
    dates = _dates(keys, "2026-11-22T18:00:00Z")
    assert dates is not None
    assert dates[1] == expected


def test_updated_on_the_day_of_adding_is_due_a_second_later() -> None:
    """In the second of `added` the entry is new, in the next one it is updated."""
    clipping = {"added": "2026-11-20T18:00:00Z", "updated": "2026-11-20"}
    new = ("20 18:00:00", "20 18:00:00", False)
    assert _dates(clipping, "2026-11-20T18:00:00Z") == new
    assert _dates(clipping, "2026-11-20T18:00:01Z") == ("20 18:00:00", "20 18:00:01", False)


@pytest.mark.parametrize(
    ("clipping", "expected"),
    [
        pytest.param(
            {"added": "2026-11-18", "withdrawn": "2026-11-20"},
            {"20T07:59:59": ("18 08:04:10", False), "20T08:00:00": ("20 08:00:00", True)},
            id="works at once when its day has begun",
        ),
        pytest.param(
            {"added": "2026-11-18", "withdrawn": "2026-11-20T12:00:00Z"},
            {"20T11:59:59": ("18 08:04:10", False), "20T12:00:00": ("20 12:00:00", True)},
            id="at a time",
        ),
        pytest.param(
            {"added": "2026-11-20", "withdrawn": "2026-11-20"},
            {"20T08:59:59": None, "20T09:00:00": ("20 08:04:11", True)},
            id="on the day of adding",
        ),
        pytest.param(
            {"added": "2026-11-20T18:00:00Z", "withdrawn": "2026-11-20"},
            {
                "20T17:59:59": None,
                "20T18:00:00": None,
                "20T18:00:01": ("20 18:00:01", True),
                "21T18:00:00": ("20 18:00:01", True),
            },
            id="on the day of a time",
        ),
        pytest.param(
            {"added": "2026-11-18", "updated": "2026-11-20T18:00:00Z", "withdrawn": "2026-11-20"},
            {
                "20T08:00:00": ("20 08:00:00", True),
                "20T18:00:00": ("20 08:00:00", True),
                "20T18:00:01": ("20 18:00:01", True),
            },
            id="on the day of a correction",
        ),
        pytest.param(
            {"added": "2026-11-18", "updated": "2026-11-20", "withdrawn": "2026-11-20"},
            {
                "20T08:30:00": ("20 08:00:00", True),
                "20T09:00:00": ("20 08:04:11", True),
            },
            id="on the day of a correction without a time",
        ),
        pytest.param(
            {"added": "2026-11-18", "updated": "2026-11-21", "withdrawn": "2026-11-20"},
            {"22T18:00:00": ("20 08:00:00", True)},
            id="a correction that nobody saw",
        ),
        pytest.param(
            {
                "added": "2026-11-18",
                "updated": "2026-11-20T18:00:00Z",
                "withdrawn": "2026-11-20T18:00:00Z",
            },
            {"20T18:00:00": ("20 18:00:00", True), "20T18:00:01": ("20 18:00:01", True)},
            id="in the second of a correction",
        ),
        pytest.param(
            {"added": "2026-11-20", "withdrawn": "2026-11-20T08:00:01Z"},
            {"20T08:30:00": None, "20T09:00:00": ("20 08:04:11", True)},
            id="in the hour before it appears",
        ),
    ],
)
def test_withdrawn(clipping: dict[str, str], expected: dict[str, tuple[str, bool] | None]) -> None:
    """A tombstone is later than what people may have seen, and never ahead of the clock."""
    for now, dates in expected.items():
        found = _dates(clipping, f"2026-11-{now}Z")
        assert (found and found[1:]) == dates, now


@pytest.mark.parametrize(
    ("added", "withdrawn", "shown"),
    [
        pytest.param("2020-01-02", "2020-01-02", True, id="on the same day"),
        pytest.param("2020-01-02", "2020-01-01", False, id="on the day before"),
        pytest.param("2020-01-02", "2020-01", False, id="in that month: its first day"),
        pytest.param("2020-01-01", "2020-01", True, id="in that month, first day"),
        pytest.param("2020-01-01", "2020", True, id="in that year, first day"),
        pytest.param("2020-01-02T10:00:00Z", "2020-01-02T09:59:59Z", False, id="a second before"),
        pytest.param("2020-01-02T10:00:00Z", "2020-01-02T10:00:00Z", False, id="that second"),
        pytest.param("2020-01-02T10:00:00Z", "2020-01-02T10:00:01Z", True, id="a second later"),
        pytest.param("2020-01-02T10:00:00Z", "2020-01-02", True, id="a day with a time in it"),
        pytest.param("2020-01-01", None, True, id="never"),
    ],
)
def test_is_ever_shown(added: str, withdrawn: str | None, shown: bool) -> None:
    """What was withdrawn before it was added was never there; on the same day it was."""
    clipping = {"title": "A", "added": added, "withdrawn": withdrawn}
    loaded = support.publication([{k: v for k, v in clipping.items() if v}])
    assert is_ever_shown(loaded.clippings[0], loaded.timezone) is shown
    assert bool(schedule(loaded, support.NOW).clippings) is shown


def test_next_due_is_the_earliest_of_what_the_clock_will_change() -> None:
    """Added, updated and withdrawn days that are to come wake the clock; drafts and past do not."""
    loaded = support.publication(
        [
            {"title": "Past", "added": "2020-01-01"},
            {"title": "Draft", "added": "2026-11-23", "draft": True},
            {"title": "Never there", "added": "2026-11-24", "withdrawn": "2026-11-23"},
            {"title": "No effect", "added": "2026-12-01", "updated": "2026-11-26"},
            {"title": "Held back", "added": "2026-12-01"},
            {"title": "Withdrawn later", "added": "2020-01-01", "withdrawn": "2026-11-28"},
            {"title": "Seen again later", "added": "2020-01-01", "updated": "2026-11-30"},
        ],
        {"a": {"title": "A", "retired": "2026-12-02"}, "b": {"title": "B"}},
        timezone="UTC",
    )
    dues = []
    due = schedule(loaded, support.NOW).next_due
    while due:
        dues.append(f"{due:%Y-%m-%dT%H:%M}")
        due = schedule(loaded, due).next_due
    assert dues == [
        "2026-11-28T00:00",
        "2026-11-30T01:00",
        "2026-12-01T01:00",
        "2026-12-02T01:00",
        "2027-02-26T00:00",  # the tombstone's 90 days are over
        "2027-03-02T01:00",  # and the project's
    ]


def test_a_day_of_many_clippings_costs_one_rebuild() -> None:
    """All that has the same day comes due together."""
    keys = ("added", "updated")
    rows = [{"title": f"{n}", "added": "2026-01-01", keys[n % 2]: "2026-12-01"} for n in range(99)]
    loaded = support.publication(rows, {"a": {"title": "A", "retired": "2026-12-01"}})
    due = _at("2026-12-01T09:00:00Z")
    assert schedule(loaded, support.NOW).next_due == due
    assert schedule(loaded, due).next_due == due + _GRACE  # the project's


_ZONES = ["UTC", "America/Los_Angeles", "Africa/Cairo", "America/Havana", "Pacific/Apia"]
# Around the clock changes of 2016 in Havana and Los Angeles, and in Cairo's of 2014.
_INSTANTS = st.builds(
    lambda start, hours, minutes, seconds: (
        _at(start) + timedelta(hours=hours, minutes=minutes, seconds=seconds)
    ),
    st.sampled_from(["2016-03-12T12:00:00Z", "2014-05-15T12:00:00Z", "2011-12-29T00:00:00Z"]),
    st.integers(0, 72),
    st.sampled_from([0, 0, 30, 59]),
    st.sampled_from([0, 0, 1, 59]),
)
_DATES = st.one_of(
    _INSTANTS.map(lambda at: f"{at:%Y-%m-%d}"),
    _INSTANTS.map(lambda at: f"{at:%Y-%m-%dT%H:%M:%SZ}"),
    _INSTANTS.map(lambda at: f"{at:%Y-%m-%dT%H:%M:%S}"),
    _INSTANTS.map(lambda at: f"{at:%Y-%m}"),
    st.just("2016"),
).map(values.when)
_SOME_PROJECT = st.sampled_from([(), (Project("p", "P"),)])
_CLIPPINGS = st.builds(
    Clipping,
    id=st.uuids().map(str),
    slug=st.just("s"),
    title=st.just("T"),
    published=_DATES,
    added=st.none() | _DATES,
    updated=st.none() | _DATES,
    withdrawn=st.none() | _DATES,
    projects=_SOME_PROJECT,
    draft=st.sampled_from([False, False, False, True]),
)
_PUBLICATIONS = st.builds(
    lambda zone, clippings, retired: replace(
        support.publication([]),
        timezone=values.time_zone(zone),
        tag="example.org,2010",
        clippings=tuple(clippings),
        projects=(Project("p", "P", retired=retired),),
    ),
    st.sampled_from(_ZONES),
    st.lists(_CLIPPINGS, max_size=4),
    st.none() | _DATES,
)
_NOWS = st.builds(
    lambda at, after: at + after,
    _INSTANTS,
    st.sampled_from([timedelta(), timedelta(), timedelta(milliseconds=1), timedelta(days=90)]),
)


@settings(max_examples=500, deadline=None)
@given(_PUBLICATIONS, _NOWS)
def test_nothing_is_dated_ahead_of_the_clock(publication: Publication, now: datetime) -> None:
    """No entry, tombstone, last entry or feed has a date after now, or was updated before it."""
    for built in feed.build(publication, now):
        assert built.updated <= now
        assert not built.is_gone or built.ended
        for entry in (*built.entries, *built.withdrawn, *filter(None, [built.ended])):
            assert entry.published <= entry.updated <= now
        for tombstone in built.withdrawn:
            assert tombstone.published < tombstone.updated


@settings(max_examples=500, deadline=None)
@given(_PUBLICATIONS, _NOWS)
def test_next_due_is_when_the_feeds_change(publication: Publication, now: datetime) -> None:
    """Until the second before it the feeds stay the same, and then they differ."""
    for _ in range(8):
        due = schedule(publication, now).next_due
        built = feed.build(publication, now)
        if due is None:
            assert feed.build(publication, now + timedelta(days=4_000)) == built
            break
        assert due > now
        if due - _SECOND > now:
            assert feed.build(publication, due - _SECOND) == built
            assert feed.build(publication, now + (due - now) / 2) == built
        assert feed.build(publication, due) != built
        now = due


@settings(max_examples=500, deadline=None)
@given(_PUBLICATIONS, _NOWS)
def test_a_deletion_is_later_than_what_was_seen(publication: Publication, now: datetime) -> None:
    """A tombstone is later than every date that the entry had, at whatever time it was read."""
    seen: dict[str, datetime] = {}
    turn: datetime | None = now - timedelta(days=9)
    while turn:
        for built in feed.build(publication, turn)[:1]:
            seen |= {entry.id: entry.updated for entry in built.entries}
            for tombstone in built.withdrawn:
                assert tombstone.updated > seen.get(tombstone.id, tombstone.published)
        turn = schedule(publication, turn).next_due
