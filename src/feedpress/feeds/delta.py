"""What of a feed is new to a subscriber who has an earlier state of it.

RFC 3229 with the instance manipulation "feed": a smaller feed of the same form. No HTTP here.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace

from feedpress.feeds.feed import Entry
from feedpress.feeds.history import FeedDocument

#: What a subscriber has: of each entry and tombstone the id, and what tells its bytes from others.
#: It holds in one process only.
State = Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Polled:
    """A subscription document in one format, with the XML of its entries by id."""

    document: FeedDocument
    entries: Mapping[str, bytes]
    render: Callable[[FeedDocument, Mapping[str, bytes]], bytes]

    def state(self) -> State:
        """Give what somebody has who has read the document."""
        return {entry.id: self._mark(entry) for entry in self._all()}

    def since(self, known: State) -> bytes | None:
        """Give a feed of what is new or has changed since, or None where that would not do.

        Something has left the feed, and no tombstone says so: only the whole feed tells it.
        """
        feed = self.document.feed
        here = {entry.id for entry in self._all()}
        on_the_air = {entry.id for entry in (*feed.entries, feed.ended) if entry}
        if not known.keys() <= here | on_the_air:
            return None
        news = replace(
            self.document,
            entries=self._new(self.document.entries, known),
            tombstones=self._new(self.document.tombstones, known),
            is_delta=True,
        )
        return self.render(news, self.entries)

    def _all(self) -> tuple[Entry, ...]:
        return (*self.document.entries, *self.document.tombstones)

    def _new(self, entries: Iterable[Entry], known: State) -> tuple[Entry, ...]:
        return tuple(each for each in entries if known.get(each.id) != self._mark(each))

    def _mark(self, entry: Entry) -> int:
        # Where a tombstone is no entry, it is its instant that tells it from others.
        return hash(self.entries.get(entry.id) or entry.updated)
