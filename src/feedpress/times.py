"""What one date of the file means: its instant in feeds, and when it comes due.

`docs/identity.md` fixes these rules. The clock is never read here; `schedule` compares with it.
"""

from bisect import bisect_left
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from feedpress import identity
from feedpress.model import Clipping, When

#: How long a withdrawn clipping has a tombstone, and an ended feed is still served.
GRACE = timedelta(days=90)

_DAY = timedelta(days=1)


def start(when: When, zone: ZoneInfo) -> datetime:
    """Return the first instant of the day, month or year in the zone, or the time itself, in UTC.

    A time without an offset is a time in the zone.
    """
    if when.time:
        return (when.time if when.time.tzinfo else when.time.replace(tzinfo=zone)).astimezone(UTC)
    return _first_instant(_first_day(when), zone)


def end(when: When, zone: ZoneInfo) -> datetime:
    """Return the first instant after the day, or after the first day of a month or a year.

    A time ends when it starts.
    """
    return start(when, zone) if when.time else _first_instant(_first_day(when) + _DAY, zone)


def instant(when: When, zone: ZoneInfo, clipping_id: str) -> datetime:
    """Return the instant that stands in feeds.

    A day lies in its first hour, a month or a year in its first day.
    """
    begins = start(when, zone)
    span = _span(when)
    return begins + timedelta(seconds=identity.offset(clipping_id, span)) if span else begins


def due(when: When, zone: ZoneInfo) -> datetime:
    """Return when a date takes effect: no instant of the same day, month or year is later."""
    return start(when, zone) + timedelta(seconds=_span(when))


def first_shown(clipping: Clipping) -> When:
    """Return the date of the entry: `added`, else the article's own. A file has one of them."""
    when = clipping.added or clipping.published
    if when is None:  # the file's shape refuses such a clipping
        raise ValueError(f"clipping {clipping.id!r} has neither added nor published")
    return when


def to_rfc3339(instant: datetime) -> str:
    """Return an instant as an editor types it, in UTC (RFC 3339 §5.6)."""
    return instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def tag_instant(tag: str) -> datetime:
    """Return the first instant, in UTC, of the date of tag URIs, which dates an empty feed.

    `tag` is an authority, a comma and a year, month or day (RFC 4151 §2.1).
    """
    year, month, day = (*map(int, tag.rpartition(",")[2].split("-")), 1, 1)[:3]
    return datetime(year, month, day, tzinfo=UTC)


def _span(when: When) -> int:
    """Return the number of seconds among which the id chooses."""
    if when.time:
        return 0
    return 3_600 if when.day else 86_400


def _first_day(when: When) -> date:
    return date(when.year, when.month or 1, when.day or 1)


@lru_cache(maxsize=4096)  # thousands of clippings share their days
def _first_instant(day: date, zone: ZoneInfo) -> datetime:
    """Return the first instant, in UTC, at which the zone's date is this day or a later one."""
    midnight = datetime.combine(day, time(), zone)
    # Where midnight comes twice, the first one counts.
    first = midnight.astimezone(UTC)
    gap = int((first - midnight.replace(fold=1).astimezone(UTC)).total_seconds())
    if gap <= 0:
        return first
    # The clocks skip midnight: the day begins when they change, at most the gap's length earlier.
    earliest = first - timedelta(seconds=gap)

    def has_begun(seconds: int) -> bool:
        return (earliest + timedelta(seconds=seconds)).astimezone(zone).date() >= day

    return earliest + timedelta(seconds=bisect_left(range(gap), True, key=has_begun))
