"""Whether somebody is still writing the files: then they are left alone until they are still.

Editors and tools save in many ways: they cut the file to nothing and write it anew, take it away
and put another in its place, write piece by piece. What lies there meanwhile may well be good YAML
with half of the clippings in it.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass

from feedpress.delivery.files import Files, Fingerprint
from feedpress.editors import keeping
from feedpress.editors.problems import Unreadable

#: So long a file must be as it is until it is read; the clock of files is no finer than some
#: thousandths of a second.
_QUIET_S = 0.1
#: Where it ends in another way than it did. Editors work on top, so its end is mostly the same.
_OTHER_END_S = 0.3
#: Where it is not there: some tools take it away and put the new one in its place.
_ABSENT_S = 1.0
#: Where it has become shorter, too, or one of several is missing.
_SHORTER_S = 3.0
#: Where it has become shorter, and ends amid a line.
_CUT_S = 30.0

_END = 64  # characters that are compared


@dataclass(frozen=True, slots=True)
class Wait:
    """For how long files must be still, and why, if that is worth telling."""

    seconds: float
    why: str = ""


class Stillness:
    """Watches files that have changed until they can be taken for whole."""

    def __init__(self, files: Files, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._files = files
        self._monotonic = monotonic
        self._good: keeping.Files = ()
        self._seen: Fingerprint | None = None
        self._since = 0.0
        self._wait: Wait | None = None

    def compare_with(self, good: keeping.Files) -> None:
        """Take files that are whole as what the next ones are compared with."""
        self._good = good

    def wait(self, seen: Fingerprint) -> Wait:
        """Give how long files with this fingerprint have to be left alone still; 0 is not at all.

        It has a reason where the wait is long, once.
        """
        now = self._monotonic()
        if seen != self._seen:
            self._seen, self._since, self._wait = seen, now, None
        passed = now - self._since
        if passed < _QUIET_S:
            return Wait(_QUIET_S - passed)
        why = ""
        if self._wait is None:
            self._wait = self._judge()
            why = self._wait.why
        left = max(self._wait.seconds - passed, 0.0)
        return Wait(left, why if left else "")

    def _judge(self) -> Wait:
        try:
            files = dict(self._files.read())
        except Unreadable:
            return Wait(_ABSENT_S if self._good else 0)
        waits = [_judged(name, old, files.get(name)) for name, old in self._good]
        return max(waits, key=lambda wait: wait.seconds, default=Wait(0))


def _judged(name: str, old: bytes, new: bytes | None) -> Wait:
    if new is None:
        return Wait(_SHORTER_S, f"{name} is missing")
    if _end(new) == _end(old):
        return Wait(0)
    if len(new) >= len(old):
        return Wait(_OTHER_END_S)
    if not new.endswith(b"\n") and old.endswith(b"\n"):
        return Wait(_CUT_S, f"{name} has become shorter, and ends amid a line")
    return Wait(_SHORTER_S, f"{name} has become shorter, and does not end as before")


def _end(data: bytes) -> bytes:
    return data.rstrip()[-_END:]
