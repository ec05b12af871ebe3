"""Keep a snapshot of the newest good files: read, build, swap.

A thread watches the files. It reads them once nobody seems to be writing them, and builds a
snapshot if they have no error; otherwise the last good version stays and goes on following the
clock. A request only ever sees a finished snapshot.
"""

import logging
import os
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import PurePath
from typing import NamedTuple

import watchfiles

from feedpress import snapshot as snapshots
from feedpress.model import Publication
from feedpress.reading import json_schema, publication_file
from feedpress.reading.problems import InvalidFile, Problem, Severity, counted
from feedpress.reading.publication_file import Files
from feedpress.serving import files, theme_folder
from feedpress.serving.health import Health
from feedpress.serving.state import GoodFiles, StateFolder
from feedpress.settings import Settings
from feedpress.snapshot import Snapshot

#: Longest time until a change is seen if the file system doesn't report it.
POLL_MS = 500
#: How long before something is due its snapshot is built.
AHEAD = timedelta(minutes=1)

# What an editor's program leaves on the disk while it saves may be valid YAML that has half of
# the clippings. So files are read after they have been unchanged for a while, in seconds:
_QUIET_S = 0.1
# if one became shorter, or is missing,
_SHORTER_S = 3.0
# and if it also ends within a line.
_CUT_S = 30.0
_POLL_WHILE_WRITTEN_S = 0.05
_LOOKS_AT_START = 20

_REPEAT_ERRORS = timedelta(hours=1)

_log = logging.getLogger("feedpress")


class _Good(NamedTuple):
    """The last good version of the files."""

    files: Files
    publication: Publication
    #: When the files were read, in nanoseconds: a larger number is a newer version.
    number: int


class _Rejected(NamedTuple):
    """Why the newest version of the files is not published."""

    #: Empty after an unexpected failure.
    errors: tuple[Problem, ...]
    since: datetime
    logged: datetime


class Reloader:
    """Holds the current snapshot of the files that the settings name."""

    def __init__(
        self,
        settings: Settings,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        on_built: Callable[[], None] = lambda: None,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        """Raise SettingsError if a folder of the settings can't be used."""
        self.settings = settings
        #: What outlives the process, if anything does.
        self.folder = StateFolder(settings.state) if settings.state else None
        #: The newest version of the files, whatever is in it.
        self.newest: Files = ()
        self._theme = theme_folder.load_theme(settings.theme)
        self._files = files.Files(settings.file)
        self._clock, self._monotonic, self._on_built = clock, monotonic, on_built
        self._good: _Good | None = None
        self._rejected: _Rejected | None = None
        self._warnings = 0
        # The snapshot of now, and once it is built, the one that follows when something is due.
        self._snapshots: tuple[Snapshot | None, Snapshot | None] = (None, None)
        # The version of the files that was read last, the one that was seen last, since when,
        # and how long it must stay unchanged before it is read.
        self._read_version: files.Fingerprint | None = None
        self._seen_version: files.Fingerprint | None = None
        self._seen_at = 0.0
        self._wait_s: float | None = None
        # Since when there is a version that has not been read.
        self._unread_since: float | None = None
        self._stop = threading.Event()
        self._starting = threading.Lock()
        self._watching_process: int | None = None

    def current(self) -> Snapshot | None:
        """Return the snapshot to answer from, or None until there is a first one."""
        if self._watching_process != os.getpid():
            self.start()  # the server forked after the app was made, and threads don't follow
        # Decided here, so that what is due appears at its second and not at the next look.
        snapshot, upcoming = self._snapshots
        return upcoming if upcoming and _is_due(snapshot, self._clock()) else snapshot

    def health(self) -> Health:
        """Return what is published and what is wrong with the newest version of the files."""
        errors, since, _ = self._rejected or ((), None, None)
        return Health(self.current(), errors, since, self._warnings)

    def start(self) -> None:
        """Look at the files now, and go on in a thread until `stop` is called."""
        with self._starting:  # the first requests in a forked process may come at the same time
            if self._watching_process == os.getpid():
                return
            self.look_once()
            self._watching_process = os.getpid()
        threading.Thread(target=self._watch, name="feedpress-reload", daemon=True).start()

    def look_once(self) -> None:
        """Publish the newest good files, as a process does that has just started."""
        # A process that was forked has what there was at that moment; the folder has what other
        # processes have published since.
        self._guarded(self._restore)
        self.look(wait=self._good is not None)
        for _ in range(_LOOKS_AT_START):
            if not self._is_being_written() or self._stop.wait(_POLL_WHILE_WRITTEN_S):
                return
            self.look(wait=True)

    def stop(self) -> None:
        """End the thread; the snapshot stays as it is."""
        self._stop.set()

    def look(self, *, wait: bool = False) -> None:
        """Read the files if they have changed, and follow the clock. Never raise.

        With `wait`, files that somebody may still be writing are left for a later look.
        """
        self._guarded(lambda: self._look(wait=wait))

    def _look(self, *, wait: bool) -> None:
        version = self._files.fingerprint()
        if version == self._read_version:
            # A change that was undone is over.
            self._seen_version, self._unread_since = version, None
        else:
            now = self._monotonic()
            self._unread_since = now if self._unread_since is None else self._unread_since
            left = self._seconds_to_wait(version) if wait else 0
            if not left:
                self._read(version)
            elif left <= _QUIET_S and now - self._unread_since <= _QUIET_S:
                # What is due waits for the new version, unless the file goes on changing.
                self._drop_upcoming()
                return
        self._follow_the_clock()
        self._repeat_errors()

    def _seconds_to_wait(self, version: files.Fingerprint) -> float:
        now = self._monotonic()
        if version != self._seen_version:
            self._seen_version, self._seen_at, self._wait_s = version, now, None
        quiet = now - self._seen_at
        if quiet < _QUIET_S:
            return _QUIET_S - quiet
        if self._wait_s is None:
            self._wait_s, why = self._judge()
            if why:
                _log.warning("%s; waiting %.0f s for the rest of it", why, self._wait_s)
        return max(0, self._wait_s - quiet)

    def _judge(self) -> tuple[float, str]:
        """Return how long the files must stay unchanged, and why if that is long."""
        try:
            # By their last part, because a restart may name the same files in another way.
            new = {PurePath(name).name: data for name, data in self._files.read()}
        except InvalidFile:
            new = {}
        waits = [(0.0, "")]
        for name, old in self._good.files if self._good else ():
            data = new.get(PurePath(name).name)
            if data is None:
                waits.append((_SHORTER_S, f"{name} is missing"))
            elif len(data) < len(old):
                if old.endswith(b"\n") and not data.endswith(b"\n"):
                    waits.append((_CUT_S, f"{name} has become shorter and ends within a line"))
                else:
                    waits.append((_SHORTER_S, f"{name} has become shorter"))
        return max(waits)

    def _read(self, version: files.Fingerprint) -> None:
        number = time.time_ns()
        self._unread_since = None
        try:
            newest = tuple(self._files.read())
        except InvalidFile as error:
            # What prevents it may pass and leave no trace on the file, so it is read again.
            self._read_version = None
            self._reject(error.problems)
            return
        if self._files.fingerprint() != version:
            return  # somebody wrote in the meantime: the next look reads all of it
        self.newest = newest
        self._drop_upcoming()
        try:
            self._accept(newest, number)
        except InvalidFile as error:
            self._reject(error.problems)
        except Exception:
            now = self._clock()
            self._rejected = _Rejected((), self._rejected.since if self._rejected else now, now)
            raise
        finally:
            # Not before it is built: a process that is forked meanwhile has to build it itself.
            self._read_version = version

    def _drop_upcoming(self) -> None:
        # It may show what the new version of the files no longer has.
        self._snapshots = (self._snapshots[0], None)

    def _accept(self, newest: Files, number: int) -> None:
        """Publish files; raise InvalidFile if they have an error."""
        publication, warnings = publication_file.load(newest)
        number = max(number, self._good.number + 1 if self._good else 0)
        good = _Good(newest, self._at_public_address(publication), number)
        more = f"; {counted(len(warnings), 'warning')}, see feedpress check" if warnings else ""
        self._publish(good, more)
        self._rejected, self._warnings = None, len(warnings)
        if self.folder:
            self.folder.save_files(GoodFiles(number, newest))

    def _reject(self, problems: tuple[Problem, ...]) -> None:
        """Keep what is published, and report the errors of the newest version."""
        errors = tuple(each for each in problems if each.severity is Severity.ERROR)
        now, before = self._clock(), self._rejected
        if before and before.errors == errors:
            return
        self._rejected = _Rejected(errors, before.since if before else now, now)
        self._log_errors()

    def _repeat_errors(self) -> None:
        now = self._clock()
        if self._rejected and not timedelta() <= now - self._rejected.logged < _REPEAT_ERRORS:
            self._rejected = self._rejected._replace(logged=now)
            self._log_errors()

    def _log_errors(self) -> None:
        errors = self._rejected.errors if self._rejected else ()
        reasons = "\n".join(map(str, errors)) or "it failed unexpectedly; see the log before"
        stays = "the last good version stays" if self._good else "nothing is published yet"
        _log.error("%s can't be published, %s:\n%s", self.settings.file, stays, reasons)

    def _restore(self) -> None:
        """Publish the last good files of a process before this one, if they are newer."""
        saved = self.folder.files() if self.folder else None
        if saved is None or (self._good and self._good.number >= saved.number):
            return
        if self._good and self._good.files == saved.files:
            self._good = self._good._replace(number=saved.number)
            if self._rejected:
                self._rejected = self._read_version = None
            return
        try:
            publication, warnings = publication_file.load(saved.files)
        except InvalidFile as error:  # by the rules of another release
            _log.error("the saved version can't be published any more:\n%s", error)
            return
        good = _Good(saved.files, self._at_public_address(publication), saved.number)
        self._publish(good, "; the last good version")
        self._rejected, self._warnings = None, len(warnings)
        self._read_version = None

    def _at_public_address(self, publication: Publication) -> Publication:
        return publication.at(self.settings.url) if self.settings.url else publication

    def _publish(self, good: _Good, remark: str) -> None:
        snapshot = self._build(good.publication, self._clock())
        self._good, self._snapshots = good, (snapshot, None)
        self._log_snapshot(snapshot, remark)

    def _follow_the_clock(self) -> None:
        """Swap in what is due, and build what will be due soon."""
        if self._good is None:
            return
        (snapshot, upcoming), now = self._snapshots, self._clock()
        due = snapshot.next_due if snapshot else None
        if _is_due(snapshot, now):
            if not upcoming or _is_due(upcoming, now):
                upcoming = self._build(self._good.publication, now)
            self._snapshots = (upcoming, None)
            self._log_snapshot(upcoming, "; something was due")
        elif upcoming is None and due and due - now <= AHEAD:
            self._snapshots = (snapshot, self._build(self._good.publication, due))

    def _build(self, publication: Publication, now: datetime) -> Snapshot:
        before = self._snapshots[0]
        snapshot = snapshots.build(publication, now, before, self._theme, json_schema.schema_text)
        self._on_built()
        return snapshot

    def _log_snapshot(self, snapshot: Snapshot, remark: str) -> None:
        clippings, feeds = counted(snapshot.clippings, "clipping"), counted(snapshot.feeds, "feed")
        _log.info("%s: %s in %s%s", self.settings.file, clippings, feeds, remark)

    def _guarded(self, action: Callable[[], None]) -> None:
        try:
            action()
        except Exception:
            # A fault of our own with one version of the files must not end the watching.
            _log.exception("this version of %s can't be published", self.settings.file)

    def _watch(self) -> None:
        for _ in self._ticks():
            self.look(wait=True)

    def _ticks(self) -> Iterator[None]:
        """Yield when the folder of the files changes, and every half second in any case."""
        while not self._stop.is_set():
            try:
                for _ in watchfiles.watch(
                    self._files.folder,
                    watch_filter=None,
                    debounce=50,
                    step=20,
                    stop_event=self._stop,
                    rust_timeout=POLL_MS,
                    yield_on_timeout=True,
                    raise_interrupt=False,
                    recursive=False,
                ):
                    yield
                    while self._is_being_written() and not self._stop.wait(_POLL_WHILE_WRITTEN_S):
                        yield
            except (OSError, RuntimeError):
                # The folder itself is gone, or the system has no watch left: a RuntimeError of a
                # class that watchfiles 1.3 doesn't export.
                yield
            self._stop.wait(POLL_MS / 1000)

    def _is_being_written(self) -> bool:
        is_unread = self._seen_version not in (None, self._read_version)
        return is_unread and self._wait_s is None


def _is_due(snapshot: Snapshot | None, now: datetime) -> bool:
    """Return whether the clock has changed what is published since a snapshot."""
    return bool(snapshot and snapshot.next_due and snapshot.next_due <= now)
