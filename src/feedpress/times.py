"""When something is due, and at which instant it stands in a feed. The clock is never read here."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from feedpress.identity import seconds_after_noon
from feedpress.model import Clipping, Publication, When


def due(when: When, zone: ZoneInfo) -> datetime:
    """Give the first second of a day, month or year in the zone, or the time itself, in UTC."""
    return _utc(when.time, zone) if when.time else _first_day(when, zone)


def instant(when: When, zone: ZoneInfo, clipping_id: str) -> datetime:
    """Give the one instant that stands in feeds, in UTC.

    A time is itself. A day is its noon in the zone plus seconds taken from the id, a month or a
    year its first day: noon, so that no reader's zone shows another day.
    """
    if when.time:
        return _utc(when.time, zone)
    noon = _first_day(when, zone, hour=12)
    return noon + timedelta(seconds=seconds_after_noon(clipping_id))


def first_shown(clipping: Clipping) -> When:
    """Give what dates the entry: `added`, else the article's own date. A file has one of them."""
    when = clipping.added or clipping.published
    if when is None:  # the file's shape refuses such a clipping
        raise ValueError(f"clipping {clipping.id!r} has neither added nor published")
    return when


def tag_instant(tag: str) -> datetime:
    """Give the first second, in UTC, of the date of tag URIs: what dates a feed with nothing in it.

    `tag` is an authority, a comma and a year, month or day (RFC 4151 §2.1).
    """
    year, month, day = (*map(int, tag.rpartition(",")[2].split("-")), 1, 1)[:3]
    return datetime(year, month, day, tzinfo=UTC)


def next_due(publication: Publication, now: datetime) -> datetime | None:
    """Give the next instant at which the clock alone changes what is published."""
    zone = publication.timezone
    whens = (
        when
        for clipping in publication.clippings
        if not clipping.draft
        for when in (first_shown(clipping), clipping.updated, clipping.withdrawn)
        if when
    )
    return min((instant for when in whens if (instant := due(when, zone)) > now), default=None)


def _first_day(when: When, zone: ZoneInfo, hour: int = 0) -> datetime:
    return datetime(when.year, when.month or 1, when.day or 1, hour, tzinfo=zone).astimezone(UTC)


def _utc(time: datetime, zone: ZoneInfo) -> datetime:
    aware = time if time.tzinfo else time.replace(tzinfo=zone)
    return aware.astimezone(UTC)
