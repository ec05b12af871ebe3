"""What one date means: when it begins, when it comes due, and its instant in feeds."""

from datetime import UTC, date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedpress import times
from feedpress.model import Clipping, When
from feedpress.reading import values

_LA = ZoneInfo("America/Los_Angeles")
_KATHMANDU = timezone(timedelta(hours=5, minutes=45))


_TYPED = datetime(2016, 9, 14, 8, 30)  # noqa: DTZ001 - as an editor types it


@pytest.mark.parametrize(
    ("when", "starts", "ends", "is_due"),
    [
        pytest.param(When(2016, 9, 14), "09-14T07:00", "09-15T07:00", "09-14T08:00", id="a day"),
        pytest.param(When(2016, 9), "09-01T07:00", "09-02T07:00", "09-02T07:00", id="a month"),
        pytest.param(When(2016), "01-01T08:00", "01-02T08:00", "01-02T08:00", id="a year"),
        pytest.param(When(2016, 3, 13), "03-13T08:00", "03-14T07:00", "03-13T09:00", id="23 hours"),
        pytest.param(When(2016, 11, 6), "11-06T07:00", "11-07T08:00", "11-06T08:00", id="25 hours"),
        pytest.param(
            When(2016, 9, 14, _TYPED), *["09-14T15:30"] * 3, id="a time in the publication's zone"
        ),
        pytest.param(
            When(2016, 9, 14, _TYPED.replace(tzinfo=_KATHMANDU)),
            *["09-14T02:45"] * 3,
            id="a time with an odd offset",
        ),
    ],
)
def test_start_end_and_due(when: When, starts: str, ends: str, is_due: str) -> None:
    """A day is due after its first hour, a month or a year after its first day, a time at once."""
    found = [function(when, _LA) for function in (times.start, times.end, times.due)]
    assert found == [datetime.fromisoformat(f"2016-{each}Z") for each in (starts, ends, is_due)]


def test_a_time_that_the_clocks_skip_is_still_an_instant() -> None:
    """Half past two on the night when clocks go forward is an hour later."""
    skipped = When(2016, 3, 13, datetime(2016, 3, 13, 2, 30))  # noqa: DTZ001 - as typed
    assert times.due(skipped, _LA) == datetime(2016, 3, 13, 10, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    "when", [When(2016, 9, 14), When(2016, 3), When(2016)], ids=["a day", "a month", "a year"]
)
def test_instants_of_a_date_lie_before_it_is_due(when: When) -> None:
    """All instants of a date lie between its start and the moment at which it comes due."""
    instants = {times.instant(when, _LA, f"clipping-{n}") for n in range(1_000)}
    assert times.start(when, _LA) <= min(instants)
    assert max(instants) < times.due(when, _LA)
    assert len(instants) > 850


@given(
    st.sampled_from(sorted(available_timezones())),
    st.dates(date(1900, 1, 1), date(2100, 1, 1)),
)
def test_first_instant_of_a_day_is_the_first(zone: str, day: date) -> None:
    """In no zone is there an earlier second of the day, or of a day that the zone skipped."""
    in_zone = values.time_zone(zone)
    first = times.start(When(day.year, day.month, day.day), in_zone)
    assert first.astimezone(in_zone).date() >= day
    hours_before = [*range(1, 3_600, 7), *range(3_600, 90_000, 300)]
    for seconds in hours_before:
        assert (first - timedelta(seconds=seconds)).astimezone(in_zone).date() < day


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
