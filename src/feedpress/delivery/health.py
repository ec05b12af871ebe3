"""How a server is, for those who run it: what is on the air, and what is wrong with the file.

Whoever can reach the server can read it. So it has places, codes and numbers, and nothing of what
an editor has typed: that may be held back still.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

from feedpress import times
from feedpress.delivery import responses
from feedpress.editors.problems import CODES, Problem, Severity
from feedpress.snapshot import Snapshot

_MOST_TOLD = 100


@dataclass(frozen=True, slots=True)
class Health:
    """What is on the air, and how the newest state of the file was."""

    snapshot: Snapshot | None
    problems: tuple[Problem, ...]
    #: Whether the newest state of the file could be read.
    is_read: bool
    #: How many clippings are broken and shown as they last were.
    kept: int = 0

    @property
    def status(self) -> str:
        """Give it in one word."""
        if self.snapshot is None:
            return "down"
        if not self.is_read:
            return "stale"
        return "errors" if self.errors else "ok"

    @property
    def errors(self) -> tuple[Problem, ...]:
        """The problems that keep something off the air."""
        return tuple(each for each in self.problems if each.severity is Severity.ERROR)


def answer(health: Health) -> responses.Answer:
    """Say how the server is: 503 only where it has nothing to serve."""
    body = json.dumps(dict(_told(health)), indent=2) + "\n"
    return responses.health(body.encode(), is_up=health.snapshot is not None)


def _told(health: Health) -> Iterator[tuple[str, Any]]:
    yield "status", health.status
    if snapshot := health.snapshot:
        yield "clippings", snapshot.clippings
        yield "feeds", snapshot.feeds
        yield "as_of", times.typed(snapshot.as_of)
    errors = health.errors
    yield "kept", health.kept
    yield "errors", len(errors)
    yield "warnings", len(health.problems) - len(errors)
    yield "problems", [_problem(each) for each in islice(errors, _MOST_TOLD)]


def _problem(problem: Problem) -> dict[str, Any]:
    place = problem.place
    return {
        "code": problem.code,
        "meaning": CODES[problem.code],
        "severity": problem.severity,
        "file": place.file.rpartition("/")[2],
        "line": place.line,
        "column": place.column,
    }
