"""What outlives a process, in a folder: the last good files, and the dates of Last-Modified.

Several processes of one publication may use the folder at once, and it only moves forward. The
files are kept as they were read, so that another release reads them by its own rules. Whatever
is damaged there is treated as missing.
"""

import json
import logging
import re
import tempfile
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

from feedpress.errors import FeedpressError, SettingsError
from feedpress.reading.publication_file import Files
from feedpress.serving import atomic_write

_FILES = re.compile(r"files-(\d{1,20})\.json")
_DATES = "last-modified.json"
_TRIES = 10

_log = logging.getLogger("feedpress")

#: The entity tag of each path's bytes, and the second at which they were new there.
Dates = Mapping[str, tuple[str, datetime]]


class GoodFiles(NamedTuple):
    """A version of the files that was published; a larger number is a newer one."""

    number: int
    files: Files


class StateFolder:
    """A folder that keeps the state of one publication."""

    def __init__(self, folder: Path) -> None:
        """Make the folder if it is missing; raise SettingsError if it can't be written to."""
        self._folder = folder
        self._ignored: set[str] = set()
        try:
            folder.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryFile(dir=folder):
                pass
        except OSError as error:
            fix = "name another with --state, or let feedpress write there"
            message = f"the folder {str(folder)!r} can't keep the state: {error.strerror}"
            raise SettingsError(f"{message}; {fix}") from error

    def files(self) -> GoodFiles | None:
        """Return the newest files that were saved."""
        for _ in range(_TRIES):
            saved = sorted(self._saved(), reverse=True)
            for number, path in saved:
                found = self._read(path.name)
                if found is not None:
                    try:
                        texts = tuple((str(name), text.encode()) for name, text in found)
                        return GoodFiles(number, texts)
                    except (AttributeError, TypeError, ValueError):
                        self._ignore(path.name)
            # Another process may have saved newer files and removed those that were listed.
            if all(path.exists() for _, path in saved):
                break
        return None

    def save_files(self, good: GoodFiles) -> None:
        """Keep files, all of which are UTF-8, and drop older ones.

        The number is in the name, so a process that is late can't replace newer files.
        """
        texts = [(name, data.decode()) for name, data in good.files]
        if self._write(f"files-{good.number}.json", texts):
            for number, path in self._saved():
                if number < good.number:
                    self._remove(path)

    def _remove(self, path: Path) -> None:
        try:
            path.unlink(missing_ok=True)
        except OSError as error:
            _log.error("%s can't be removed: %s", path, error.strerror)

    def dates(self) -> Dates:
        """Return the dates that were saved."""
        try:
            return {
                str(path): (str(etag), datetime.fromtimestamp(second, UTC))
                for path, (etag, second) in dict(self._read(_DATES) or ()).items()
            }
        except (TypeError, ValueError, OverflowError, OSError):
            self._ignore(_DATES)
            return {}

    def save_dates(self, dates: Dates) -> None:
        """Keep dates, replacing those saved before."""
        seconds = {path: (etag, int(at.timestamp())) for path, (etag, at) in dates.items()}
        self._write(_DATES, seconds)

    def _saved(self) -> Iterator[tuple[int, Path]]:
        try:
            for path in self._folder.iterdir():
                found = _FILES.fullmatch(path.name)
                if found and path.is_file():
                    yield int(found[1]), path
        except OSError as error:
            _log.error("%s can't be read: %s", self._folder, error.strerror)

    def _read(self, name: str) -> Any:
        path = self._folder / name
        try:
            # A named pipe would never end.
            return json.loads(path.read_bytes()) if path.is_file() else None
        except FileNotFoundError:  # since it was looked for
            return None
        except (OSError, ValueError, RecursionError):
            self._ignore(name)
            return None

    def _ignore(self, name: str) -> None:
        if name not in self._ignored:
            self._ignored.add(name)
            _log.error("%s is damaged and ignored", self._folder / name)

    def _write(self, name: str, value: object) -> bool:
        # A failure is logged, and costs nobody an answer.
        try:
            atomic_write.put(self._folder / name, json.dumps(value).encode())
        except FeedpressError as error:
            _log.error("%s", error)
            return False
        return True
