"""Clippings that break stay on the air as they last were, while somebody remembers them.

It is the one exception to "a function of the file": what it adds depends on what the file was.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from feedpress import times
from feedpress.addresses import to_uri
from feedpress.editors import values, yaml_values
from feedpress.editors.clippings_file import Loader
from feedpress.editors.problems import Problem
from feedpress.model import Clipping, Place, Project, Publication, When

#: The names and bytes of the files that one publication was read from.
Files = tuple[tuple[str, bytes], ...]


@dataclass(frozen=True, slots=True)
class Loaded:
    """What was read, and what is kept of what was read before."""

    #: With the clippings that are kept.
    publication: Publication
    problems: tuple[Problem, ...]
    kept: tuple[Clipping, ...]
    #: Where each clipping begins that is left out for a mistake, be it kept or not.
    broken: tuple[Place, ...] = ()


class Keeper:
    """Reads files again and again, and keeps what was on the air and can't be read any more."""

    def __init__(self) -> None:
        self._loader = Loader()
        self._before: Publication | None = None
        self._number = 0
        self._newest: tuple[int, Files] = (0, ())
        # By id of what is kept, the files that it was last good in.
        self._origins: dict[str, tuple[int, Files]] = {}

    def load(self, files: Files, now: datetime) -> Loaded:
        """Read files. Raises Unreadable, and then everything stays as it was."""
        publication, problems, found = self._loader.load(files)
        kept = _kept(found.broken, publication, self._before, now)
        self._origins = {each.id: self._origins.get(each.id, self._newest) for each in kept}
        self._number += 1
        self._newest = (self._number, files)
        whole = replace(publication, clippings=(*publication.clippings, *kept))
        self._before = whole
        return Loaded(whole, problems, kept, tuple(row.place for row in found.broken))

    @property
    def states(self) -> tuple[Files, ...]:
        """The states of the files from which, loaded in this order, all is as it is now."""
        return tuple(files for _, files in sorted({self._newest, *self._origins.values()}))


def _kept(
    broken: Iterable[yaml_values.Mapping],
    publication: Publication,
    before: Publication | None,
    now: datetime,
) -> tuple[Clipping, ...]:
    """Give, of what was on the air, the clippings that now are broken."""
    if before is None:
        return ()
    there = {name for each in publication.clippings for name in (each.id, each.slug)}
    left = [
        each
        for each in before.clippings
        if each.id not in there
        and each.slug not in there
        and times.was_shown(each, before.timezone, now)
    ]
    projects = {each.first_slug: each for each in publication.projects}
    by_key = [(key, _by(of, left)) for key, of in _KEYS]
    found: dict[str, Clipping] = {}
    for row in broken:
        if row.get("draft") in values.TRUE:
            continue
        for clipping in _meant(row, by_key):
            found[clipping.id] = replace(
                clipping,
                projects=tuple(_still_there(clipping.projects, projects)),
                withdrawn=_withdrawn(row) or clipping.withdrawn,
                place=row.place,
            )
    return tuple(found.values())


#: By which keys a broken clipping is known again, the surest first.
_KEYS: tuple[tuple[str, Callable[[Clipping], str | None]], ...] = (
    ("id", lambda clipping: clipping.id),
    ("url", lambda clipping: clipping.url),
    ("title", lambda clipping: clipping.title),
)

_ByValue = Mapping[str | None, list[Clipping]]


def _by(of: Callable[[Clipping], str | None], clippings: Iterable[Clipping]) -> _ByValue:
    by_value: dict[str | None, list[Clipping]] = {}
    for clipping in clippings:
        by_value.setdefault(of(clipping), []).append(clipping)
    return by_value


def _meant(row: yaml_values.Mapping, by_key: Iterable[tuple[str, _ByValue]]) -> list[Clipping]:
    """Give the clippings that a broken row was: two, where one has lost its hyphen."""
    for key, by_value in by_key:
        typed = {_as_read(key, each) for each in row.every(key)}
        if found := [clipping for each in typed for clipping in by_value.get(each, ())]:
            return found
    return []


def _as_read(key: str, typed: str) -> str:
    if key != "url":
        return typed
    try:
        return to_uri(typed.strip())
    except ValueError:
        return typed


def _still_there(projects: Iterable[Project], there: dict[str, Project]) -> Iterator[Project]:
    return (there[each.first_slug] for each in projects if each.first_slug in there)


def _withdrawn(row: yaml_values.Mapping) -> When | None:
    typed = row.get("withdrawn")
    try:
        return values.when(typed) if isinstance(typed, str) else None
    except values.BadValue:
        return None
