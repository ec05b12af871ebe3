"""Remember the Last-Modified of each document over all snapshots of a process.

It is the one thing served that depends on more than the file, the settings and the clock: on when
this server first had the bytes.
"""

import threading
from datetime import UTC, datetime, timedelta

from feedpress.document import Document
from feedpress.serving.state import StateFolder
from feedpress.snapshot import Snapshot

#: Last-Modified is only sent once its second has come. By then no other process, including one
#: that was ended in that second, may have sent the date for different bytes.
_SETTLING = timedelta(seconds=2)
_SECOND = timedelta(seconds=1)


class ValidatorHistory:
    """The second at which the bytes at each path were new, kept in the state folder if any."""

    def __init__(self, folder: StateFolder | None = None) -> None:
        self._folder = folder
        self._newest = datetime(1970, 1, 1, tzinfo=UTC)
        self._dates: dict[str, tuple[str, datetime]] = {}
        self._lock = threading.Lock()

    def update(self, snapshot: Snapshot) -> datetime:
        """Note a new snapshot, and return the Last-Modified of what is new in it."""
        with self._lock:
            if self._folder:
                # What other processes have sent: the one before this, or its neighbours.
                for path, dated in self._folder.dates().items():
                    self._dates[path] = dated
                    self._newest = max(self._newest, dated[1])
            second = snapshot.as_of.replace(microsecond=0) + _SETTLING
            # A new one, even if two changes come in one second or the clock is put back.
            self._newest = max(second, self._newest + _SECOND)
            for path, document in snapshot.documents.ready.items():
                self._note(path, document, self._newest)
            for path in [each for each in self._dates if each not in snapshot.documents]:
                del self._dates[path]
            if self._folder:
                # No path is empty: this is the newest of all, also of what is gone.
                self._folder.save_dates({**self._dates, "": ("", self._newest)})
            return self._newest

    def last_modified(self, path: str, document: Document, newest: datetime) -> datetime:
        """Return the second at which the bytes at a path were new, at the latest `newest`."""
        with self._lock:
            return self._note(path, document, newest)

    def _note(self, path: str, document: Document, newest: datetime) -> datetime:
        etag, new_at = self._dates.get(path, ("", newest))
        new_at = new_at if etag == document.etag else newest
        self._dates[path] = document.etag, new_at
        return new_at
