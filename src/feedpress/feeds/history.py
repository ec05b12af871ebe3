"""The documents of a feed: the one that subscribers poll, and archives of what is older.

RFC 5005. Clippings fill archives of `feed_size` in the order in which they were published. An
archive begins to exist when it is full, and a clipping that was taken back keeps its place, so
that what is added on top changes none of them.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from operator import attrgetter

from feedpress.feeds.feed import Entry, Feed, sorted_entries


@dataclass(frozen=True, slots=True)
class FeedDocument:
    """One document of a feed, whatever format it is written in."""

    feed: Feed
    #: None for the subscription document; of archive documents 1 is the oldest.
    archive: int | None
    #: How many archive documents the feed has.
    archives: int
    updated: datetime
    entries: tuple[Entry, ...]
    #: For what was taken back, in formats that know of deletions (RFC 6721 §3).
    tombstones: tuple[Entry, ...] = ()

    @property
    def entries_and_notices(self) -> tuple[Entry, ...]:
        """The entries for formats that know of none: with one in the place of each tombstone."""
        return sorted_entries((*self.entries, *self.tombstones))

    @property
    def is_complete(self) -> bool:
        """Whether a reader may conclude that what is not here was deleted (RFC 5005 §2)."""
        return not self.archives

    @property
    def is_marked_as_archive(self) -> bool:
        """Whether it says that it is an archive document (RFC 5005 §4)."""
        # Not the only one: validators take an archive that leads to no other for a broken one.
        return self.archive is not None and self.archives > 1

    @property
    def hubs(self) -> tuple[str, ...]:
        """The hubs that tell of its changes (WebSub §4): an archive document's are told by none."""
        return () if self.archive else self.feed.hubs

    def links(self, media_type: str) -> Iterator[tuple[str, str]]:
        """Yield the relation and address of the documents around it (RFC 5005 §4)."""
        before = self.archives if self.archive is None else self.archive - 1
        if before:
            yield "prev-archive", self.feed.link(media_type, before)
        if self.archive and self.archive < self.archives:
            yield "next-archive", self.feed.link(media_type, self.archive + 1)
        if self.archive:
            yield "current", self.feed.link(media_type)


def documents(feed: Feed) -> tuple[FeedDocument, ...]:
    """Return the subscription document of a feed, then its archive documents, the oldest first."""
    cut = archives(feed)
    number = len(cut)
    is_archived = {entry.id for archive in cut for entry in archive}
    recent = {entry.id for entry in feed.recent}
    shown = [e for e in feed.entries if e.id in recent or e.id not in is_archived]
    shown += [feed.ended] if feed.ended else []
    withdrawn = {entry.id for entry in feed.withdrawn}
    return (
        FeedDocument(feed, None, number, feed.updated, sorted_entries(shown), feed.tombstones),
        *(
            FeedDocument(
                feed,
                index,
                number,
                updated=max(entry.updated for entry in archive),
                entries=sorted_entries(entry for entry in archive if entry.id not in withdrawn),
            )
            for index, archive in enumerate(cut, 1)
        ),
    )


def archives(feed: Feed) -> list[tuple[Entry, ...]]:
    """Return what each archive document holds, what was taken back included, the oldest first."""
    ever = sorted((*feed.entries, *feed.withdrawn), key=attrgetter("published", "id"))
    if len(ever) <= feed.size:
        return []
    whole = len(ever) // feed.size * feed.size
    return [tuple(ever[start : start + feed.size]) for start in range(0, whole, feed.size)]
