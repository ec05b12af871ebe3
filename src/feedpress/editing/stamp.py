"""Write into a file what makes its clippings permanent: each one's id, and when it was added."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence, Set
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from itertools import count

from feedpress import identity, times
from feedpress.editing import insertion
from feedpress.errors import FeedpressError
from feedpress.model import Clipping, Place, Publication, When
from feedpress.reading import publication_file
from feedpress.reading.clippings import WithoutId
from feedpress.reading.problems import InvalidFile, Problem


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
    #: Where it begins once all keys are written.
    place_after: Place | None = None

    @property
    def keys(self) -> tuple[tuple[str, str], ...]:
        """The keys with their values, as they are written."""
        added = (("added", times.to_rfc3339(self.added)),) if self.added else ()
        return (("id", self.id), *added)


@dataclass(frozen=True, slots=True)
class Stamped:
    """What the files lack, and the files with it."""

    #: In the order of the files.
    stamps: tuple[Stamp, ...]
    #: Name and bytes of each file that changes.
    files: tuple[tuple[str, bytes], ...]


def stamp_files(
    files: Sequence[tuple[str, bytes]],
    now: datetime,
    *,
    history: bool = False,
    keep_both: bool = False,
) -> Stamped:
    """Return files with the ids that were derived so far, and `added` for what is published.

    The topmost clipping gets the newest `added`; of several files, that of the last one. With
    `history`, none gets one: the article's own date goes on to count. Drafts are left alone. With
    `keep_both`, a clipping that derives another one's id gets its own. Raises InvalidFile if there
    is any other error, and StampError if a file can't be changed safely.
    """
    reading = publication_file.examine(files)
    publication, found = reading.publication, reading.clippings
    other_errors = [each for each in reading.errors if not (keep_both and _is_duplicate(each))]
    if publication is None or found is None or other_errors:
        raise InvalidFile(reading.errors)
    without_id = tuple(each for each in found.without_id if _is_stamped(each))
    instants = {} if history else _instants(publication, without_id, now)
    stamps = tuple(_stamps(without_id, set(found.taken), instants))
    insertions: defaultdict[str, list[insertion.Insertion]] = defaultdict(list)
    for each, what in zip(without_id, stamps, strict=True):
        for key, value in what.keys:
            room = each.typed.insertion_point(key)
            insertions[what.place.file].append(insertion.Insertion(room, key, value))
    changed = {
        name: insertion.insert(data, insertions[name]) for name, data in files if name in insertions
    }
    after = [(name, changed.get(name, data)) for name, data in files]
    duplicates = tuple(each.clipping for each in without_id if each.is_duplicate)
    wanted = _wanted((*publication.clippings, *duplicates), stamps, [name for name, _ in files])
    written = _read_again(after, wanted, stamps)
    now_at = {was.place: each.place for was, each in zip(wanted, written, strict=True)}
    placed = tuple(replace(each, place_after=now_at[each.place]) for each in stamps)
    return Stamped(placed, tuple(changed.items()))


def _is_duplicate(problem: Problem) -> bool:
    return problem.code == "duplicate"


def _is_stamped(each: WithoutId) -> bool:
    # A draft that derives another clipping's id keeps the whole file from being published.
    return each.is_duplicate or not each.clipping.draft


def _stamps(
    without_id: Iterable[WithoutId], taken: set[str], instants: dict[Place, datetime]
) -> Iterator[Stamp]:
    numbers: defaultdict[str, Iterator[int]] = defaultdict(partial(count, 2))
    for each in without_id:
        clipping = each.clipping
        clipping_id = clipping.id
        while each.is_duplicate and clipping_id in taken:
            clipping_id = f"{clipping.id}-{next(numbers[clipping.id])}"
        taken.add(clipping_id)
        yield Stamp(clipping.title, clipping_id, instants.get(clipping.place), clipping.place)


def _wants_added(clipping: Clipping, publication: Publication, now: datetime) -> bool:
    def has_begun(when: When | None) -> bool:
        return when is not None and times.start(when, publication.timezone) <= now

    # `added` would publish an article whose day is still to come, or one that was withdrawn.
    return (
        clipping.added is None
        and not clipping.draft
        and has_begun(clipping.published)
        and not has_begun(clipping.withdrawn)
    )


def _instants(
    publication: Publication, without_id: Iterable[WithoutId], now: datetime
) -> dict[Place, datetime]:
    """Return `added` to what wants it: distinct seconds, each later than what was added before now.

    They end now. A batch that comes right after another ends a little later, one second for each
    clipping: subscribers who have polled in between would else miss some of a large one.
    """
    zone = publication.timezone
    clippings = [each.clipping for each in without_id]
    wanting = [each.place for each in clippings if _wants_added(each, publication, now)]
    # Of files named after years the last has the newest clippings.
    wanting.sort(key=lambda place: place.file, reverse=True)
    given = (each.added for each in (*publication.clippings, *clippings))
    used = {times.due(added, zone) for added in given if added and added.time}
    return dict(zip(reversed(wanting), fresh_instants(used, now, len(wanting)), strict=True))


def fresh_instants(used: Set[datetime], now: datetime, number: int) -> Iterator[datetime]:
    """Yield so many seconds, the last of them now, later than what was used before now."""
    second = timedelta(seconds=1)
    start = now.replace(microsecond=0) - number * second
    instant = max([start, *(each for each in used if each <= now)])
    for _ in range(number):
        instant += second
        while instant in used:
            instant += second
        yield instant


def _wanted(
    clippings: Iterable[Clipping], stamps: Iterable[Stamp], names: Sequence[str]
) -> list[Clipping]:
    """Return the clippings as they are to be, in the order of the files."""
    stamped = {stamp.place: stamp for stamp in stamps}
    order = {name: index for index, name in enumerate(names)}

    def position(clipping: Clipping) -> tuple[int, int, int]:
        place = clipping.place
        return order[place.file], place.line, place.column

    return [_with(each, stamped.get(each.place)) for each in sorted(clippings, key=position)]


def _read_again(
    files: Iterable[tuple[str, bytes]], wanted: list[Clipping], stamps: Iterable[Stamp]
) -> tuple[Clipping, ...]:
    """Return the clippings of the changed files; raise StampError if they aren't as wanted."""
    try:
        after, _ = publication_file.load(files)
    except InvalidFile as error:
        raise _failure(stamps) from error
    if [(c, c.has_id) for c in after.clippings] != [(c, c.has_id) for c in wanted]:
        raise _failure(stamps)
    return after.clippings


def _with(clipping: Clipping, stamp: Stamp | None) -> Clipping:
    if stamp is None:
        return clipping
    added = clipping.added
    if stamp.added:
        instant = stamp.added
        added = When(instant.year, instant.month, instant.day, instant)
    slug = identity.page_slug(stamp.id)
    return replace(clipping, id=stamp.id, slug=slug, added=added, has_id=True)


def _failure(stamps: Iterable[Stamp]) -> StampError:
    def lines() -> Iterator[str]:
        for each in stamps:
            keys = "  ".join(f"{key}: {value}" for key, value in each.keys)
            yield f"{each.place.file}:{each.place.line}: {keys}"

    fix = "put them in by hand, each on a line of its own"
    return StampError("\n".join(("the keys can't be put in safely here; " + fix, *lines())))
