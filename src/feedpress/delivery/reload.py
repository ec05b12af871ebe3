"""Hold the current Snapshot; work out a new one when the file or the clock says so.

The file is watched from a thread. A file that can't be read changes nothing: what was on the air
stays there.
"""

import gc
import logging
import os
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import watchfiles

from feedpress import snapshot as snapshots
from feedpress.delivery import files
from feedpress.editors import check, clippings_file
from feedpress.editors.problems import Severity, Unreadable, counted
from feedpress.garbage import uncollected
from feedpress.model import Publication
from feedpress.settings import Settings
from feedpress.snapshot import Snapshot

#: Longest time until a change is seen where the file system does not tell of it, and until what
#: is due by the clock is shown.
LOOK_EVERY_MS = 500

#: How long before something is due the snapshot is made that has it.
AHEAD = timedelta(minutes=1)

_GIVES_WAY_AFTER_S = 0.0005

_log = logging.getLogger("feedpress")


class Reloader:
    """The current snapshot of the files that the settings name."""

    def __init__(
        self,
        settings: Settings,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        on_built: Callable[[], None] = lambda: None,
    ) -> None:
        self._settings = settings
        self._files = files.Files(settings.file)
        self._loader = clippings_file.Loader()
        self._clock = clock
        self._on_built = on_built
        self._publication: Publication | None = None
        # The snapshot of now, and once it is made the one that follows when something is due.
        self._on_air: tuple[Snapshot | None, Snapshot | None] = (None, None)
        self._seen: files.Fingerprint | None = None
        self._stop = threading.Event()
        self._starting = threading.Lock()
        self._collects_garbage = gc.isenabled()
        self._watching_process: int | None = None

    def current(self) -> Snapshot | None:
        """Give the snapshot that is on the air, or None until there is a first one."""
        if self._watching_process != os.getpid():
            self.start()  # a server forked after the app was made, and threads do not follow
        # Decided here, so that what is due is there at its second and not at the next look.
        snapshot, upcoming = self._on_air
        return upcoming if upcoming and _is_due(snapshot, self._clock()) else snapshot

    def start(self) -> None:
        """Look at the files once, now, and go on in a thread until `stop`."""
        with self._starting:  # a forked server's first requests may come at the same time
            if self._watching_process == os.getpid():
                return
            self._watching_process = os.getpid()
        if self._collects_garbage:
            gc.enable()  # it was forked while a snapshot was made
        self.look_whatever_comes()
        threading.Thread(target=self._watch, name="feedpress-reload", daemon=True).start()

    def stop(self) -> None:
        """End the thread; the snapshot stays as it is."""
        self._stop.set()

    def look(self) -> None:
        """Work out a new snapshot if the files changed or something is due."""
        with uncollected(), _giving_way():
            self._look()

    def _look(self) -> None:
        seen = self._files.fingerprint()
        if seen != self._seen:
            # What was made ahead of the old files must not come on the air meanwhile.
            self._on_air = (self._on_air[0], None)
            # Not noted before it is loaded: a process forked meanwhile has to load it itself.
            try:
                self._load()
            finally:
                self._seen = seen
        elif self._publication:
            self._follow_the_clock(self._publication)

    def _load(self) -> None:
        name = self._settings.file
        try:
            publication, problems = self._loader.load(self._files.read())
        except Unreadable as error:
            stays = "what was published stays" if self._on_air[0] else "nothing is published yet"
            _log.error("%s can't be published, %s:\n%s", name, stays, error)
            return
        if self._settings.url:
            publication = publication.at(self._settings.url)
        found = (*problems, *check.warnings(publication))
        errors = [problem for problem in found if problem.severity is Severity.ERROR]
        for problem in errors:
            _log.error("%s", problem)
        counts = (counted(len(errors), "error"), counted(len(found) - len(errors), "warning"))
        told = ", ".join(count for count in counts if not count.startswith("0 "))
        self._show(publication, f"{told} (feedpress check tells more)" if told else "")

    def _show(self, publication: Publication, remark: str) -> None:
        snapshot = self._build(publication, self._clock())
        self._publication, self._on_air = publication, (snapshot, None)
        self._tell(snapshot, remark)

    def _follow_the_clock(self, publication: Publication) -> None:
        (snapshot, upcoming), now = self._on_air, self._clock()
        due = snapshot.next_due if snapshot else None
        if _is_due(snapshot, now):
            remark = "what was due by the clock has changed"
            if upcoming and not _is_due(upcoming, now):
                self._on_air = (upcoming, None)
                self._tell(upcoming, remark)
            else:
                self._show(publication, remark)
        elif upcoming is None and due and due - now <= AHEAD:
            self._on_air = (snapshot, self._build(publication, due))

    def _build(self, publication: Publication, now: datetime) -> Snapshot:
        snapshot = snapshots.build(publication, now, self._on_air[0])
        self._on_built()
        return snapshot

    def _tell(self, snapshot: Snapshot, remark: str) -> None:
        clippings, feeds = counted(snapshot.clippings, "clipping"), counted(snapshot.feeds, "feed")
        end = f"; {remark}" if remark else ""
        _log.info("%s: %s in %s%s", self._settings.file, clippings, feeds, end)

    def _watch(self) -> None:
        for _ in self._ticks():
            self.look_whatever_comes()

    def look_whatever_comes(self) -> None:
        """Look, and tell the log of what goes wrong."""
        try:
            self.look()
        except Exception:
            # Whatever is wrong with one state of the file must not end the watching of it.
            _log.exception("this state of %s can't be shown", self._settings.file)

    def _ticks(self) -> Iterator[None]:
        """Tick when the folder of the file changes, and every half second in any case."""
        while not self._stop.is_set():
            try:
                for _ in watchfiles.watch(
                    self._files.folder,
                    watch_filter=None,
                    debounce=50,
                    step=20,
                    stop_event=self._stop,
                    rust_timeout=LOOK_EVERY_MS,
                    yield_on_timeout=True,
                    raise_interrupt=False,
                    recursive=False,
                ):
                    yield
            except (OSError, RuntimeError):
                # The folder itself is gone, or the system has no watch left to give: a
                # RuntimeError in watchfiles 1.3, of a class that it does not export.
                yield
            self._stop.wait(LOOK_EVERY_MS / 1000)


@contextmanager
def _giving_way() -> Iterator[None]:
    """Let threads that answer have the interpreter ten times as soon as they usually get it."""
    interval = sys.getswitchinterval()
    sys.setswitchinterval(_GIVES_WAY_AFTER_S)
    try:
        yield
    finally:
        sys.setswitchinterval(interval)


def _is_due(snapshot: Snapshot | None, now: datetime) -> bool:
    """Tell whether the clock has changed what is published since a snapshot."""
    return bool(snapshot and snapshot.next_due and snapshot.next_due <= now)
