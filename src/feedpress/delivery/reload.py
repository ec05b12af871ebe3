"""Hold the current Snapshot; work out a new one when the file or the clock says so.

The file is watched from a thread, and read when nobody writes it. A file that can't be read
changes nothing: what was on the air stays there.
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
from feedpress.delivery import files, theme_folder
from feedpress.delivery.health import Health
from feedpress.delivery.state import StateFolder
from feedpress.delivery.stillness import Stillness
from feedpress.editors import check
from feedpress.editors.keeping import Files, Keeper, Loaded
from feedpress.editors.problems import Problem, Severity, Unreadable, counted
from feedpress.garbage import uncollected
from feedpress.model import Publication
from feedpress.settings import Settings
from feedpress.snapshot import Snapshot

#: Longest time until a change is seen where the file system does not tell of it, and until what
#: is due by the clock is shown.
LOOK_EVERY_MS = 500

#: How long before something is due the snapshot is made that has it.
AHEAD = timedelta(minutes=1)

# How often a file that somebody writes is looked at.
_LOOK_SOON_S = 0.05
# While it is left alone for longer, the clock is followed.
_SHORT_WAIT_S = 0.5

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
        """Raises SettingsError where a folder of the settings can't be used."""
        self.settings = settings
        self._theme = theme_folder.read(settings.theme)
        self._files = files.Files(settings.file)
        self._stillness = Stillness(self._files)
        #: What outlives the process, if anything does.
        self.folder = StateFolder(settings.state) if settings.state else None
        self._keeper = Keeper()
        self._clock = clock
        self._on_built = on_built
        #: The newest bytes of the files, whatever is in them.
        self.read: Files = ()
        #: The newest state of the files that could be read.
        self.loaded: Loaded | None = None
        # What is wrong with the newest state of the files, and whether it could be read.
        self._problems: tuple[Problem, ...] = ()
        self._is_read = False
        self._publication: Publication | None = None
        # The snapshot of now, and once it is made the one that follows when something is due.
        self._on_air: tuple[Snapshot | None, Snapshot | None] = (None, None)
        self._seen: files.Fingerprint | None = None
        self._is_moving = False
        self._is_restored = False
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

    def health(self) -> Health:
        """Give what is on the air and how the newest state of the files is."""
        kept = len(self.loaded.kept) if self.loaded else 0
        return Health(self.current(), self._problems, self._is_read, kept)

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
        if seen == self._seen:
            self._follow_the_clock()
            return
        self._restore()
        try:
            self.read = read = tuple(self._files.read())
        except Unreadable as error:
            # Not noted as seen: what keeps it from being read may pass without a trace.
            if self._is_read or error.problems != self._problems:
                self._refuse(error)
            self._follow_the_clock()
            return
        if self._files.fingerprint() != seen:
            return  # somebody wrote while it was read: the next look sees all of it
        self._drop_upcoming()
        # Not noted before it is loaded: a process forked meanwhile has to load it itself.
        try:
            self._load(read)
        finally:
            self._seen = seen

    def _drop_upcoming(self) -> None:
        # What was made ahead of the old files must not come on the air when they have changed.
        self._on_air = (self._on_air[0], None)

    def _restore(self) -> None:
        """Load, once, what a process before this one had on the air; it is shown if need be."""
        states = self.folder.files() if self.folder and not self._is_restored else ()
        self._is_restored = True
        for state in states:
            try:
                self.loaded = self._keeper.load(state, self._clock())
            except Unreadable as error:  # to another release of feedpress
                _log.error("a state that was kept can't be read any more:\n%s", error)
        if states:
            self._stillness.compare_with(states[-1])

    def _load(self, read: Files) -> None:
        try:
            loaded = self._keeper.load(read, self._clock())
        except Unreadable as error:
            self._refuse(error)
            return
        self.loaded = loaded
        self._stillness.compare_with(read)
        warnings = check.warnings(loaded.publication, self._clock())
        self._note((*loaded.problems, *warnings), is_read=True)
        errors = [each for each in self._problems if each.severity is Severity.ERROR]
        for problem in errors:
            _log.error("%s", problem)
        counts = (
            counted(len(errors), "error"),
            counted(len(self._problems) - len(errors), "warning"),
        )
        told = ", ".join(count for count in counts if not count.startswith("0 "))
        kept = f"; {counted(len(loaded.kept), 'clipping')} as before" if loaded.kept else ""
        self._show(loaded, f"{told} (feedpress check tells more){kept}" if told else "")
        if self.folder:
            self.folder.save_files(self._keeper.states)

    def _refuse(self, error: Unreadable) -> None:
        """Tell what is wrong with files that can't be published, and leave all as it is."""
        self._note(error.problems, is_read=False)
        if self._on_air[0]:
            stays = "what was published stays"
        elif self.loaded:
            stays = "what was kept of it is published"
        else:
            stays = "nothing is published yet"
        _log.error("%s can't be published, %s:\n%s", self.settings.file, stays, error)
        if self.loaded and not self._on_air[0]:
            self._show(self.loaded, "as it was kept")

    def _note(self, problems: tuple[Problem, ...], *, is_read: bool) -> None:
        self._problems, self._is_read = problems, is_read

    def _show(self, loaded: Loaded, remark: str) -> None:
        publication = loaded.publication
        if self.settings.url:
            publication = publication.at(self.settings.url)
        self._show_now(publication, remark)

    def _show_now(self, publication: Publication, remark: str) -> None:
        snapshot = self._build(publication, self._clock())
        self._publication, self._on_air = publication, (snapshot, None)
        self._tell(snapshot, remark)

    def _follow_the_clock(self) -> None:
        publication = self._publication
        if publication is None:
            return
        (snapshot, upcoming), now = self._on_air, self._clock()
        due = snapshot.next_due if snapshot else None
        if _is_due(snapshot, now):
            remark = "what was due by the clock has changed"
            if upcoming and not _is_due(upcoming, now):
                self._on_air = (upcoming, None)
                self._tell(upcoming, remark)
            else:
                self._show_now(publication, remark)
        elif upcoming is None and due and due - now <= AHEAD:
            self._on_air = (snapshot, self._build(publication, due))

    def _build(self, publication: Publication, now: datetime) -> Snapshot:
        snapshot = snapshots.build(publication, now, self._on_air[0], self._theme)
        self._on_built()
        return snapshot

    def _tell(self, snapshot: Snapshot, remark: str) -> None:
        clippings, feeds = counted(snapshot.clippings, "clipping"), counted(snapshot.feeds, "feed")
        end = f"; {remark}" if remark else ""
        _log.info("%s: %s in %s%s", self.settings.file, clippings, feeds, end)

    def _watch(self) -> None:
        for _ in self._ticks():
            self.look_when_still()

    def look_when_still(self) -> None:
        """Look, unless somebody is writing the files."""
        seen = self._files.fingerprint()
        wait = self._stillness.wait(seen) if seen != self._seen else None
        self._is_moving = bool(wait and wait.seconds)
        if wait and wait.why:
            _log.warning("%s: it is read when it has been still for a while", wait.why)
        if not wait or not wait.seconds:
            self.look_whatever_comes()
        elif wait.seconds <= _SHORT_WAIT_S:
            self._drop_upcoming()
        else:
            self._whatever_comes(self._follow_the_clock)

    def look_whatever_comes(self) -> None:
        """Look, and tell the log of what goes wrong."""
        self._whatever_comes(self.look)

    def _whatever_comes(self, action: Callable[[], None]) -> None:
        try:
            action()
        except Exception:
            # Whatever is wrong with one state of the file must not end the watching of it.
            _log.exception("this state of %s can't be shown", self.settings.file)

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
                    while self._is_moving and not self._stop.wait(_LOOK_SOON_S):
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
