"""The clippings by the year in which their articles came out: each of them stands in one place."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from feedpress.feeds.feed import Entry
from feedpress.model import When


@dataclass(frozen=True, slots=True)
class Month:
    """The clippings of a month, or of all for which no more is known; the newest first."""

    #: None where the month is not known.
    when: When | None
    entries: tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class Year:
    """The clippings of a year, in the order in which they were added."""

    #: None where the year is not known.
    number: int | None
    entries: tuple[Entry, ...]

    @property
    def months(self) -> tuple[Month, ...]:
        """Return them by month, the newest first and what has none last."""
        found: defaultdict[int, list[Entry]] = defaultdict(list)
        for entry in sorted(self.entries, key=_day, reverse=True):
            found[entry.dated.month or 0 if entry.dated else 0].append(entry)
        return tuple(
            Month(When(self.number, month) if self.number and month else None, tuple(entries))
            for month, entries in found.items()
        )


def by_year(entries: Iterable[Entry]) -> tuple[Year, ...]:
    """Return every year that has clippings, the newest first, and last those of no known year."""
    found: defaultdict[int | None, list[Entry]] = defaultdict(list)
    for entry in entries:
        found[entry.dated.year if entry.dated else None].append(entry)
    numbers = sorted(found, key=lambda number: number or 0, reverse=True)
    return tuple(Year(number, tuple(found[number])) for number in numbers)


def _day(entry: Entry) -> tuple[int, int]:
    return (entry.dated.month or 0, entry.dated.day or 0) if entry.dated else (0, 0)
