"""What is due when, and which instant stands in a feed."""

from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest

import support
from feedpress import times
from feedpress.model import Clipping, When

_LA = ZoneInfo("America/Los_Angeles")
_KATHMANDU = timezone(timedelta(hours=5, minutes=45))


@pytest.mark.parametrize(
    ("when", "expected"),
    [
        pytest.param(When(2016, 9, 14), datetime(2016, 9, 14, 7, tzinfo=UTC), id="a day"),
        pytest.param(When(2016, 12), datetime(2016, 12, 1, 8, tzinfo=UTC), id="a month"),
        pytest.param(When(2016), datetime(2016, 1, 1, 8, tzinfo=UTC), id="a year"),
        pytest.param(
            When(2016, 9, 14, datetime(2016, 9, 14, 8, 30)),  # noqa: DTZ001 - as an editor types it
            datetime(2016, 9, 14, 15, 30, tzinfo=UTC),
            id="a time in the publication's zone",
        ),
        pytest.param(
            When(2016, 9, 14, datetime(2016, 9, 14, 8, 30, tzinfo=_KATHMANDU)),
            datetime(2016, 9, 14, 2, 45, tzinfo=UTC),
            id="a time with an odd offset",
        ),
    ],
)
def test_due(when: When, expected: datetime) -> None:
    """A day, month or year is due at its first second in the zone; a time is due then."""
    assert times.due(when, _LA) == expected


def test_a_time_that_the_clocks_skip_is_still_an_instant() -> None:
    """Half past two on the night when clocks go forward is an hour later."""
    skipped = When(2016, 3, 13, datetime(2016, 3, 13, 2, 30))  # noqa: DTZ001 - as typed
    assert times.due(skipped, _LA) == datetime(2016, 3, 13, 10, 30, tzinfo=UTC)


def test_instant_of_a_day_is_in_its_afternoon() -> None:
    """A day's instant lies from noon to the day's last second, wherever the reader is."""
    instants = {times.instant(When(2016, 9, 14), _LA, f"clipping-{n}") for n in range(500)}
    assert min(instants) >= datetime(2016, 9, 14, 12, tzinfo=_LA)
    assert max(instants) < datetime(2016, 9, 15, tzinfo=_LA)
    assert len(instants) > 490


def test_instant_of_a_time_is_the_time() -> None:
    """A time stands in the feed as it is."""
    when = When(2016, 9, 14, datetime(2016, 9, 14, 8, tzinfo=UTC))
    assert times.instant(when, _LA, "x") == datetime(2016, 9, 14, 8, tzinfo=UTC)


def test_added_dates_an_entry_before_published() -> None:
    """`added` says when subscribers see a clipping as new; without it, the article's date does."""
    added, published = When(2026), When(2016)
    both = Clipping("a", "a", "A", added=added, published=published)
    assert times.first_shown(both) == added
    assert times.first_shown(Clipping("a", "a", "A", published=published)) == published
    with pytest.raises(ValueError, match="'a' has neither"):
        times.first_shown(Clipping("a", "a", "A"))


@pytest.mark.parametrize(
    ("tag", "expected"),
    [
        ("example.org,2016", datetime(2016, 1, 1, tzinfo=UTC)),
        ("example.org,2016-05", datetime(2016, 5, 1, tzinfo=UTC)),
        ("team@example.org,2016-05-06", datetime(2016, 5, 6, tzinfo=UTC)),
    ],
)
def test_tag_instant(tag: str, expected: datetime) -> None:
    """A tag's date is its first second in UTC."""
    assert times.tag_instant(tag) == expected


def test_next_due_is_the_earliest_of_what_the_clock_will_change() -> None:
    """Added, updated and withdrawn days that are to come wake the clock; drafts and past do not."""
    loaded = support.publication(
        [
            {"title": "Past", "added": "2020-01-01"},
            {"title": "Draft", "added": "2026-11-23", "draft": True},
            {"title": "Held back", "added": "2026-12-01"},
            {"title": "Withdrawn later", "added": "2020-01-01", "withdrawn": "2026-11-28"},
            {"title": "Seen again later", "added": "2020-01-01", "updated": "2026-11-30"},
        ],
        timezone="UTC",
    )
    first = times.next_due(loaded, support.NOW)
    assert first == datetime(2026, 11, 28, tzinfo=UTC)
    assert first is not None
    assert times.next_due(loaded, first) == datetime(2026, 11, 30, tzinfo=UTC)
    grace_over = times.next_due(loaded, datetime(2027, 1, 1, tzinfo=UTC))
    assert grace_over is not None
    taken_back = grace_over - timedelta(days=90)
    assert datetime(2026, 11, 28, 12, tzinfo=UTC) <= taken_back < datetime(2026, 11, 29, tzinfo=UTC)
    assert times.next_due(loaded, grace_over) is None


def test_a_project_wakes_the_clock_twice() -> None:
    """A retired project's feeds end at the first second of its day, and are gone 90 days later."""
    projects = {"a": {"title": "A", "retired": "2026-12-01"}, "b": {"title": "B"}}
    loaded = support.publication([], projects)
    ends = datetime(2026, 12, 1, 8, tzinfo=UTC)
    assert times.next_due(loaded, support.NOW) == ends
    assert times.next_due(loaded, ends) == ends + timedelta(days=90)
    assert times.next_due(loaded, ends + timedelta(days=90)) is None


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
def test_was_shown(added: str, withdrawn: str | None, shown: bool) -> None:
    """What was taken back before it was added was never there; on the same day it was."""
    clipping = {"title": "A", "added": added, "withdrawn": withdrawn}
    loaded = support.publication([{k: v for k, v in clipping.items() if v}])
    assert times.was_shown(loaded.clippings[0], loaded.timezone, support.NOW) is shown


@pytest.mark.parametrize(
    ("withdrawn", "expected"),
    [
        ("2020-01-02", "2020-01-02T23:00:01-08:00"),
        ("2020-02-01", "2020-02-01T23:59:01-08:00"),
        ("2020-02-01T23:59:00-08:00", "2020-02-01T23:59:01-08:00"),
        ("2020-02-01T23:00:00-08:00", "2020-02-01T23:00:00-08:00"),
    ],
    ids=["day of adding", "day of updating", "second of updating", "before updating"],
)
def test_withdrawn_is_later_than_what_was_seen(withdrawn: str, expected: str) -> None:
    """A deletion is later than the entry that was seen: else readers would keep it."""
    keys = {"added": "2020-01-02T23:00:00-08:00", "updated": "2020-02-01T23:59:00-08:00"}
    loaded = support.publication([{"title": "A", "withdrawn": withdrawn} | keys])
    (clipping,), zone = loaded.clippings, loaded.timezone
    deleted = times.withdrawn_at(clipping, zone, support.NOW)
    assert deleted == datetime.fromisoformat(expected)


def test_clock_wakes_for_nothing_that_is_never_shown() -> None:
    """What was taken back before it was to be shown changes nothing at any time."""
    clipping = {"title": "A", "added": "2026-12-02", "withdrawn": "2026-12-01"}
    assert times.next_due(support.publication([clipping]), support.NOW) is None
