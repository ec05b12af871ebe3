"""What a process remembers of the snapshots that it had: it is no part of any document's bytes.

When the bytes at a path were new to it, and what subscribers have who read them.
"""

import threading
from collections import OrderedDict
from collections.abc import MutableMapping
from datetime import UTC, datetime, timedelta

from feedpress import addresses
from feedpress.delivery.state import StateFolder
from feedpress.documents import Document
from feedpress.feeds.delta import Polled, State
from feedpress.snapshot import Snapshot

#: Its Last-Modified is sent only when the second has come: then no other process of this machine,
#: be it one that was ended in that second, can have told it of other bytes.
_SETTLING = timedelta(seconds=2)
_SECOND = timedelta(seconds=1)

#: Combined feeds of which the date is kept: somebody may ask for millions.
_MOST_COMBINED = 2000

#: In all states of feeds that deltas can be told from: about 15 MB.
_MOST_ENTRIES = 100_000


class Memory:
    """The Last-Modified of documents, and the states of feeds, over all snapshots."""

    def __init__(self, folder: StateFolder | None = None) -> None:
        self._folder = folder
        self._newest = datetime(1970, 1, 1, tzinfo=UTC)
        self._new_at: dict[str, tuple[str, datetime]] = {}
        #: The same of combined feeds, the one asked for last at the end.
        self._combined_new_at: OrderedDict[str, tuple[str, datetime]] = OrderedDict()
        self._states: OrderedDict[tuple[str, str], State] = OrderedDict()
        self._entries = 0
        self._lock = threading.Lock()

    def take_in(self, snapshot: Snapshot) -> datetime:
        """Take note of a new snapshot, and give the Last-Modified of what is new in it."""
        with self._lock:
            if self._folder:
                # What other processes have told, be it this one's predecessor or its neighbour.
                for path, told in self._folder.dates().items():
                    self._dates_of(path)[path] = told
                    self._newest = max(self._newest, told[1])
            second = snapshot.as_of.replace(microsecond=0) + _SETTLING
            # One that was never used, though two changes come in one second or the clock is put
            # back.
            self._newest = max(second, self._newest + _SECOND)
            for path, document in snapshot.documents.ready.items():
                self._note(path, document, self._newest)
                if document.polled:
                    self._remember(path, document.etag, document.polled)
            for path in (*self._new_at, *self._combined_new_at):
                if path not in snapshot.documents:
                    del self._dates_of(path)[path]
            self._forget()
            if self._folder:
                # No path is empty: the newest of all, which may be that of one that is no more.
                dates = {**self._new_at, **self._combined_new_at, "": ("", self._newest)}
                self._folder.save_dates(dates)
            return self._newest

    def last_modified(self, path: str, document: Document, newest: datetime) -> datetime:
        """Give the second at which the bytes of a path were new, at the latest `newest`."""
        with self._lock:
            return self._note(path, document, newest)

    def state(self, path: str, etag: str) -> State | None:
        """Give what somebody has who has read the feed at a path with this tag, if it is known."""
        with self._lock:
            if state := self._states.get((path, etag)):
                self._states.move_to_end((path, etag))
            return state

    def _note(self, path: str, document: Document, newest: datetime) -> datetime:
        dates = self._dates_of(path)
        etag, new_at = dates.pop(path, ("", newest))
        new_at = new_at if etag == document.etag else newest
        dates[path] = document.etag, new_at
        self._forget()
        return new_at

    def _dates_of(self, path: str) -> MutableMapping[str, tuple[str, datetime]]:
        return self._combined_new_at if addresses.is_combined(path) else self._new_at

    def _forget(self) -> None:
        # What is asked for again is dated as new, which was told of nothing before this snapshot.
        while len(self._combined_new_at) > _MOST_COMBINED:
            self._combined_new_at.popitem(last=False)

    def _remember(self, path: str, etag: str, polled: Polled) -> None:
        if (path, etag) in self._states:
            self._states.move_to_end((path, etag))
            return
        self._states[path, etag] = state = polled.state()
        self._entries += len(state) + 1  # one with nothing in it takes room, too
        while self._entries > _MOST_ENTRIES:
            self._entries -= len(self._states.popitem(last=False)[1]) + 1
