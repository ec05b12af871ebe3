"""When something is due, and at which instant it stands in a feed. The clock is never read here."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from feedpress.identity import seconds_after_noon
from feedpress.model import Clipping, Project, Publication, When

#: How long subscribers are told of what was taken back, and how long an ended feed is served.
GRACE = timedelta(days=90)


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


def typed(instant: datetime) -> str:
    """Give an instant as an editor types it, in UTC (RFC 3339 §5.6)."""
    return instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def is_due(when: When | None, zone: ZoneInfo, now: datetime) -> bool:
    """Tell whether there is such a date and it has come."""
    return when is not None and due(when, zone) <= now


def was_shown(clipping: Clipping, zone: ZoneInfo, now: datetime) -> bool:
    """Tell whether people may have seen a clipping, be it now or before it was withdrawn."""
    return _is_ever_shown(clipping, zone) and is_due(first_shown(clipping), zone, now)


def published_at(clipping: Clipping, zone: ZoneInfo) -> datetime:
    """Give the instant of an entry's `published` (RFC 4287 §4.2.9)."""
    return instant(first_shown(clipping), zone, clipping.id)


def updated_at(clipping: Clipping, zone: ZoneInfo, now: datetime) -> datetime:
    """Give the instant of an entry's `updated` (RFC 4287 §4.2.15): never before `published`."""
    shown = published_at(clipping, zone)
    if clipping.updated is None or not is_due(clipping.updated, zone, now):
        return shown
    return max(shown, instant(clipping.updated, zone, clipping.id))


def withdrawn_at(clipping: Clipping, zone: ZoneInfo, now: datetime) -> datetime | None:
    """Give the instant at which a clipping was deleted (RFC 6721 §3), or None if it was not.

    It is later than the entry's `updated`: else readers would keep the entry.
    """
    if clipping.withdrawn is None or not is_due(clipping.withdrawn, zone, now):
        return None
    # What falls due after it has been seen by nobody.
    last_seen = min(now, _end_of(clipping.withdrawn, zone))
    a_second_later = updated_at(clipping, zone, last_seen) + timedelta(seconds=1)
    return max(instant(clipping.withdrawn, zone, clipping.id), a_second_later)


def is_over(project: Project, zone: ZoneInfo, now: datetime) -> bool:
    """Tell whether a project was retired so long ago that its feeds are no longer served."""
    return project.retired is not None and due(project.retired, zone) + GRACE <= now


def tag_instant(tag: str) -> datetime:
    """Give the first second, in UTC, of the date of tag URIs: what dates a feed with nothing in it.

    `tag` is an authority, a comma and a year, month or day (RFC 4151 §2.1).
    """
    year, month, day = (*map(int, tag.rpartition(",")[2].split("-")), 1, 1)[:3]
    return datetime(year, month, day, tzinfo=UTC)


def next_due(publication: Publication, now: datetime) -> datetime | None:
    """Give the next instant at which the clock alone changes what is published."""
    zone = publication.timezone
    turns = [turn for each in publication.clippings for turn in _turns(each, zone, now)]
    turns += (turn for each in publication.projects for turn in _ends(each, zone))
    return min((turn for turn in turns if turn > now), default=None)


def _turns(clipping: Clipping, zone: ZoneInfo, now: datetime) -> Iterator[datetime]:
    if not _is_ever_shown(clipping, zone):
        return
    for when in (first_shown(clipping), clipping.updated, clipping.withdrawn):
        if when:
            yield due(when, zone)
    if deleted := withdrawn_at(clipping, zone, now):
        yield deleted + GRACE


def _ends(project: Project, zone: ZoneInfo) -> Iterator[datetime]:
    if project.retired:
        yield due(project.retired, zone)
        yield due(project.retired, zone) + GRACE


def _is_ever_shown(clipping: Clipping, zone: ZoneInfo) -> bool:
    if clipping.draft or clipping.withdrawn is None:
        return not clipping.draft
    # Taken back on the day on which it was added, it had been there for a while.
    return _end_of(clipping.withdrawn, zone) > due(first_shown(clipping), zone)


def _end_of(when: When, zone: ZoneInfo) -> datetime:
    """Give the first second after a day, or the time itself."""
    if when.time:
        return _utc(when.time, zone)
    day = date(when.year, when.month or 1, when.day or 1) + timedelta(days=1)
    return _first_day(When(day.year, day.month, day.day), zone)


def _first_day(when: When, zone: ZoneInfo, hour: int = 0) -> datetime:
    return datetime(when.year, when.month or 1, when.day or 1, hour, tzinfo=zone).astimezone(UTC)


def _utc(time: datetime, zone: ZoneInfo) -> datetime:
    aware = time if time.tzinfo else time.replace(tzinfo=zone)
    return aware.astimezone(UTC)
