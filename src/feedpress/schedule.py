"""What is published at an instant, how it is dated, and when the clock alone changes that.

This is the only place that decides it; `docs/identity.md` fixes the rules. Feeds only sort, group
and write what is scheduled here.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from feedpress import identity, times
from feedpress.model import Clipping, Publication, When

_SECOND = timedelta(seconds=1)


class Dated(NamedTuple):
    """A clipping that is published or was withdrawn, with the instants of its entry."""

    clipping: Clipping
    published: datetime
    #: Of the entry, or of the tombstone of a withdrawn one.
    updated: datetime
    is_withdrawn: bool = False


@dataclass(frozen=True, slots=True)
class Ending:
    """The end of a retired project's feeds."""

    instant: datetime
    #: Whether the feeds ended so long ago that they are no longer served.
    is_gone: bool


@dataclass(frozen=True, slots=True)
class Schedule:
    """What a publication publishes at an instant."""

    now: datetime
    #: In the order of the file; no drafts, and nothing that is held back.
    clippings: tuple[Dated, ...]
    #: Of each project that has ended, by its slug.
    endings: Mapping[str, Ending]
    #: The next instant at which the clock alone changes any of this.
    next_due: datetime | None


class _State(NamedTuple):
    """What an entry or its tombstone is dated from an instant on."""

    begins: datetime
    updated: datetime
    is_withdrawn: bool = False


def schedule(publication: Publication, now: datetime) -> Schedule:
    """Decide what is published at an instant, and when that changes next."""
    zone = publication.timezone
    clippings: list[Dated] = []
    endings: dict[str, Ending] = {}
    changes: list[datetime] = []
    for clipping in publication.clippings:
        if not is_ever_shown(clipping, zone):
            continue
        published, states = _timeline(clipping, zone)
        current: _State | None = None
        for state in states:
            if state.begins > now:
                changes.append(state.begins)
                break
            current = state
        if current:
            clippings.append(Dated(clipping, published, current.updated, current.is_withdrawn))
    for project in publication.projects:
        if project.retired:
            ends = times.due(project.retired, zone)
            gone = ends + times.GRACE
            changes += (each for each in (ends, gone) if each > now)
            if ends <= now:
                name = identity.ending(project.first_slug)
                instant = times.instant(project.retired, zone, name)
                endings[project.slug] = Ending(instant, is_gone=gone <= now)
    return Schedule(now, tuple(clippings), endings, min(changes, default=None))


def is_ever_shown(clipping: Clipping, zone: ZoneInfo) -> bool:
    """Return whether there is a time at which people see the clipping, or its tombstone."""
    if clipping.draft or clipping.withdrawn is None:
        return not clipping.draft
    # Withdrawn on the day on which it was added, it had been there for a while.
    return times.end(clipping.withdrawn, zone) > times.start(times.first_shown(clipping), zone)


def effective_updated(clipping: Clipping, zone: ZoneInfo) -> When | None:
    """Return `updated`, or the second after a time in `added` if `updated` is that day.

    An editor who corrects a clipping on the day on which it was stamped writes the date alone.
    """
    updated = clipping.updated
    if updated and not updated.time and (first := times.first_shown(clipping)).time:
        shown = times.start(first, zone)
        if times.start(updated, zone) <= shown < times.end(updated, zone):
            later = shown + _SECOND
            return When(later.year, later.month, later.day, later)
    return updated


def _timeline(clipping: Clipping, zone: ZoneInfo) -> tuple[datetime, list[_State]]:
    """Return the entry's `published` and, in order, all states that it will ever be in.

    Before the first of them it is held back.
    """
    first = times.first_shown(clipping)
    published = times.instant(first, zone, clipping.id)
    appears = published if first.time else times.due(first, zone)
    states = [_State(appears, published)]
    if updated := effective_updated(clipping, zone):
        corrected = times.instant(updated, zone, clipping.id)
        if corrected > published:
            states.append(_State(max(times.due(updated, zone), appears), corrected))
    if clipping.withdrawn:
        withdrawn = times.start(clipping.withdrawn, zone)
        tombstones = _tombstones(states, withdrawn, times.end(clipping.withdrawn, zone))
        states = [*(each for each in states if each.begins < withdrawn), *tombstones]
    return published, states


def _tombstones(states: list[_State], withdrawn: datetime, over: datetime) -> Iterator[_State]:
    """Yield the tombstone's states: later than each date of the entry that people may have seen.

    Otherwise readers would keep the entry. What came due after the day of the withdrawal was over
    was seen by nobody.
    """
    updated = withdrawn
    for number, state in enumerate(states):
        if number == 0 or state.begins <= over:
            updated = max(withdrawn, state.updated + _SECOND)
            yield _State(max(state.begins, updated), updated, is_withdrawn=True)
    # From then on no feed shows it any more.
    yield _State(updated + times.GRACE, updated, is_withdrawn=True)
