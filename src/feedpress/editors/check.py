"""What is allowed in a file and yet will be regretted: warnings about a Publication."""

from collections.abc import Callable, Hashable, Iterator

from feedpress.editors.problems import Problem, Severity
from feedpress.model import Clipping, Publication


def warnings(publication: Publication) -> tuple[Problem, ...]:
    """Find the clippings that look like another one: the same article, or the same headline."""
    found: dict[str, Problem] = {}
    for alike, what in ((_by_address, "address"), (_by_headline, "title and source")):
        for clipping, problem in _doubles(publication, alike, what):
            found.setdefault(clipping.id, problem)  # once is enough
    return tuple(found.values())


def _doubles(
    publication: Publication,
    alike: Callable[[Clipping], Hashable | None],
    what: str,
) -> Iterator[tuple[Clipping, Problem]]:
    first: dict[Hashable, Clipping] = {}
    for clipping in publication.clippings:
        key = alike(clipping)
        if key is None or (other := first.setdefault(key, clipping)) is clipping:
            continue
        place = other.place
        elsewhere = f" of {place.file}" if place.file != clipping.place.file else ""
        problem = Problem(
            "double",
            f"this clipping has the same {what} as the one in line {place.line}{elsewhere}",
            "take one of them out, unless both are meant",
            clipping.place,
            Severity.WARNING,
        )
        yield clipping, problem


def _by_address(clipping: Clipping) -> Hashable | None:
    return clipping.url


def _by_headline(clipping: Clipping) -> Hashable | None:
    if clipping.source is None:
        return None
    return (" ".join(clipping.title.split()).casefold(), clipping.source.name.casefold())
