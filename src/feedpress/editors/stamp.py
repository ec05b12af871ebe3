"""Write into a file what makes its clippings permanent: each one's id, and when it was added."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from feedpress import identity, times
from feedpress.editors import clippings_file, editing
from feedpress.editors.clippings import Unpinned
from feedpress.editors.problems import Problem, Unreadable
from feedpress.errors import FeedpressError
from feedpress.model import Clipping, Place, Publication, When


class StampError(FeedpressError):
    """A file in which the keys can't be put without a change of something else."""


@dataclass(frozen=True, slots=True)
class Stamp:
    """What one clipping lacks."""

    title: str
    id: str
    #: None where it has been given already, or does not belong there.
    added: datetime | None
    #: Where the clipping begins.
    place: Place

    @property
    def keys(self) -> tuple[tuple[str, str], ...]:
        """The keys with their values, as they are written."""
        added = (("added", _written(self.added)),) if self.added else ()
        return (("id", self.id), *added)


@dataclass(frozen=True, slots=True)
class Stamped:
    """What the files lack, and what they are with it."""

    #: In the order of the files.
    stamps: tuple[Stamp, ...]
    #: Name and bytes of each file that changes.
    files: tuple[tuple[str, bytes], ...]
    #: What is wrong with the files as they were; what it concerns is left alone.
    problems: tuple[Problem, ...]


def stamp(files: Sequence[tuple[str, bytes]], now: datetime, *, history: bool = False) -> Stamped:
    """Give files with the ids that were being published, and with `added` for what is on the air.

    The topmost clipping gets the newest `added`. With `history`, none gets one: the article's own
    date goes on to count. Drafts are left alone until they are none. Raises Unreadable, and
    StampError where a file can't be changed without harm.
    """
    publication, problems, found = clippings_file.load_unpinned(files)
    unpinned = tuple(each for each in found.unpinned if not each.clipping.draft)
    instants = {} if history else _instants(publication, unpinned, now)
    stamps = tuple(_stamps(unpinned, set(found.taken), instants))
    insertions: defaultdict[str, list[editing.Insertion]] = defaultdict(list)
    for each, what in zip(unpinned, stamps, strict=True):
        for key, value in what.keys:
            room = each.typed.room_for(key)
            insertions[what.place.file].append(editing.Insertion(room, key, value))
    changed = {
        name: editing.insert(data, insertions[name]) for name, data in files if name in insertions
    }
    before = _Before(publication, problems, unpinned)
    _require_nothing_else_changed(before, stamps, files, changed)
    return Stamped(stamps, tuple(changed.items()), problems)


def _stamps(
    unpinned: Iterable[Unpinned], taken: set[str], instants: dict[Place, datetime]
) -> Iterator[Stamp]:
    for each in unpinned:
        clipping = each.clipping
        clipping_id = _other_id(clipping.id, taken) if each.is_double else clipping.id
        taken.add(clipping_id)
        yield Stamp(clipping.title, clipping_id, instants.get(clipping.place), clipping.place)


def _wants_added(clipping: Clipping, publication: Publication, now: datetime) -> bool:
    zone = publication.timezone
    # What is held back would be shown by it, and what was taken back was never added after that.
    is_on_air = times.was_shown(clipping, zone, now) and not times.is_due(
        clipping.withdrawn, zone, now
    )
    return is_on_air and clipping.added is None


def _instants(
    publication: Publication, unpinned: Iterable[Unpinned], now: datetime
) -> dict[Place, datetime]:
    """Give `added` to what wants it: distinct seconds, each later than what was added before now.

    They end now. A batch that comes right after another ends a little later, one second for each
    clipping: subscribers who have polled in between would else miss some of a large one.
    """
    zone = publication.timezone
    clippings = [each.clipping for each in unpinned]
    wanting = [each.place for each in clippings if _wants_added(each, publication, now)]
    given = (each.added for each in (*publication.clippings, *clippings))
    used = {times.due(added, zone) for added in given if added and added.time}
    second = timedelta(seconds=1)
    start = now.replace(microsecond=0) - len(wanting) * second
    instant = max([start, *(each for each in used if each <= now)])
    instants: dict[Place, datetime] = {}
    for place in reversed(wanting):
        instant += second
        while instant in used:
            instant += second
        instants[place] = instant
    return instants


def _other_id(derived: str, taken: set[str]) -> str:
    number = 2
    while f"{derived}-{number}" in taken:
        number += 1
    return f"{derived}-{number}"


def _written(instant: datetime) -> str:
    return instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


@dataclass(frozen=True, slots=True)
class _Before:
    publication: Publication
    problems: tuple[Problem, ...]
    unpinned: tuple[Unpinned, ...]


def _require_nothing_else_changed(
    before: _Before,
    stamps: Sequence[Stamp],
    files: Sequence[tuple[str, bytes]],
    changed: dict[str, bytes],
) -> None:
    """Read the changed files, and raise StampError unless they say what they said, and the keys."""
    stamped = {stamp.place: stamp for stamp in stamps}
    doubles = [each.clipping for each in before.unpinned if each.is_double]
    order = {name: index for index, (name, _) in enumerate(files)}
    clippings = (*before.publication.clippings, *doubles)
    in_order = sorted(clippings, key=lambda each: _position(each, order))
    wanted = [_with(each, stamped.get(each.place)) for each in in_order]
    try:
        after, problems = clippings_file.load((name, changed.get(name, d)) for name, d in files)
    except Unreadable as error:
        raise _failure(stamps) from error
    is_same = [(each, each.pinned) for each in after.clippings] == [
        (each, each.pinned) for each in wanted
    ]
    # A key that went astray may be a new mistake, and the clipping the same without it.
    if not is_same or len(problems) != len(before.problems) - len(doubles):
        raise _failure(stamps)


def _position(clipping: Clipping, order: dict[str, int]) -> tuple[int, int, int]:
    place = clipping.place
    return order[place.file], place.line, place.column


def _with(clipping: Clipping, stamp: Stamp | None) -> Clipping:
    if stamp is None:
        return clipping
    added = clipping.added
    if stamp.added:
        instant = stamp.added
        added = When(instant.year, instant.month, instant.day, instant)
    slug = identity.page_slug(stamp.id)
    return replace(clipping, id=stamp.id, slug=slug, added=added, pinned=True)


def _failure(stamps: Iterable[Stamp]) -> StampError:
    def lines() -> Iterator[str]:
        for each in stamps:
            keys = "  ".join(f"{key}: {value}" for key, value in each.keys)
            yield f"{each.place.file}:{each.place.line}: {keys}"

    cure = "put them in by hand, each on a line of its own"
    return StampError("\n".join(("the keys can't be put in safely here; " + cure, *lines())))
