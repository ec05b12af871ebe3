"""Report the state of a server to those who run it: what is published, and what is wrong.

Whoever can reach the server can read it. So it has places, codes and numbers, and nothing that an
editor has typed, which may be held back.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any

from feedpress import times
from feedpress.reading.problems import CODES, Problem
from feedpress.serving import responses
from feedpress.snapshot import Snapshot

_MOST_LISTED = 100


@dataclass(frozen=True, slots=True)
class Health:
    """What is published, and why the newest version of the files is not."""

    snapshot: Snapshot | None
    #: The errors of the newest version; empty if it is published.
    errors: tuple[Problem, ...] = ()
    #: Since when the newest version can't be published.
    since: datetime | None = None
    #: How many warnings the published version has.
    warnings: int = 0

    @property
    def status(self) -> str:
        """`ok`, `stale` while an older version is published, or `down` with nothing published."""
        if self.snapshot is None:
            return "down"
        return "ok" if self.since is None else "stale"


def answer(health: Health, *, strict: bool = False) -> responses.Response:
    """Return a report: with 503 if nothing is published, or when `strict` also while stale."""
    body = json.dumps(dict(_report(health)), indent=2) + "\n"
    is_up = health.status == "ok" if strict else health.snapshot is not None
    return responses.health(body.encode(), is_up=is_up)


def _report(health: Health) -> Iterator[tuple[str, Any]]:
    yield "status", health.status
    if health.since:
        yield "since", times.to_rfc3339(health.since)
    if snapshot := health.snapshot:
        yield "clippings", snapshot.clippings
        yield "feeds", snapshot.feeds
        yield "as_of", times.to_rfc3339(snapshot.as_of)
    yield "errors", len(health.errors)
    yield "warnings", health.warnings
    yield "problems", [_problem(each) for each in islice(health.errors, _MOST_LISTED)]


def _problem(problem: Problem) -> dict[str, Any]:
    place = problem.place
    return {
        "code": problem.code,
        "meaning": CODES[problem.code],
        "file": place.file.rpartition("/")[2],
        "line": place.line,
        "column": place.column,
    }
