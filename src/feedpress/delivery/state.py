"""What outlives a process, in a folder: the last good state of the files, and Last-Modified.

Of the files it is their bytes that are kept and not what was made of them, so that another release
of feedpress reads them by its own rules. One folder belongs to one publication.
"""

import json
import logging
import tempfile
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from feedpress.delivery import files
from feedpress.editors.keeping import Files
from feedpress.errors import FeedpressError, SettingsError

_FILES = "files.json"
_DATES = "last-modified.json"

_log = logging.getLogger("feedpress")

#: The entity tag of each path's bytes, and the second at which they were new there.
Dates = Mapping[str, tuple[str, datetime]]


class StateFolder:
    """A folder that several processes of one publication may use at once."""

    def __init__(self, folder: Path) -> None:
        """Make the folder if need be. Raises SettingsError where nothing can be kept in it."""
        self._folder = folder
        try:
            folder.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryFile(dir=folder):
                pass
        except OSError as error:
            cure = "name another with --state, or let feedpress write there"
            message = f"the folder {str(folder)!r} can't keep the state: {error.strerror}"
            raise SettingsError(f"{message}; {cure}") from error

    def files(self) -> tuple[Files, ...]:
        """Give the states of the files that were saved, the oldest first."""
        found = self._read(_FILES)
        try:
            return tuple(
                tuple((str(name), text.encode()) for name, text in state) for state in found
            )
        except (AttributeError, TypeError, ValueError):
            self._ignore(_FILES)
            return ()

    def save_files(self, states: Iterable[Files]) -> None:
        """Keep states of files, all of which are UTF-8, in the place of those before."""
        texts = [[(name, data.decode()) for name, data in state] for state in states]
        self._write(_FILES, texts)

    def dates(self) -> Dates:
        """Give the dates that were saved."""
        found = self._read(_DATES)
        try:
            return {
                str(path): (str(etag), datetime.fromtimestamp(second, UTC))
                for path, (etag, second) in dict(found).items()
            }
        except (TypeError, ValueError, OverflowError, OSError):
            self._ignore(_DATES)
            return {}

    def save_dates(self, dates: Dates) -> None:
        """Keep dates in the place of those before."""
        seconds = {path: (etag, int(at.timestamp())) for path, (etag, at) in dates.items()}
        self._write(_DATES, seconds)

    def _read(self, name: str) -> Any:
        try:
            return json.loads((self._folder / name).read_bytes())
        except FileNotFoundError:
            return ()
        except (OSError, ValueError, RecursionError):
            self._ignore(name)
            return ()

    def _ignore(self, name: str) -> None:
        _log.error("%s can't be read, and is passed over", self._folder / name)

    def _write(self, name: str, value: object) -> None:
        # What can't be kept is told, and costs nobody an answer.
        try:
            files.put(self._folder / name, json.dumps(value).encode())
        except FeedpressError as error:
            _log.error("%s", error)
