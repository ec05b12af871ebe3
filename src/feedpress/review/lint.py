"""What is allowed in a file and yet will be regretted: warnings about a Publication."""

import re
import unicodedata
from collections.abc import Callable, Hashable, Iterable, Iterator
from datetime import datetime, timedelta

from feedpress import schedule, times
from feedpress.model import Clipping, Place, Publication
from feedpress.reading.problems import Problem, Severity, line_of, quoted

# In shorter names one letter makes another name: KTLA, KTLB.
_SHORTEST_NAME = 6  # letters and digits
_LONGEST_NAME = 80
# So many names are compared letter by letter; what that takes of memory is not for a stranger.
_MOST_NAMES = 5_000


def warnings(publication: Publication, now: datetime) -> tuple[Problem, ...]:
    """Find what will hurt later, by the clock's and the readers' rules as they are now."""
    found = [*_doubles(publication), *_near_projects(publication), *_near_sources(publication)]
    for clipping in publication.clippings:
        found += _of_clipping(clipping, publication, now)
    return (*found, *_same_instant(publication))


def _of_clipping(clipping: Clipping, publication: Publication, now: datetime) -> Iterator[Problem]:
    place = clipping.place
    if not (clipping.has_id or clipping.draft):
        fix = "run feedpress stamp before you publish it"
        message = "this clipping has no id, so its title and address may not change"
        yield _warning("missing-id", message, fix, place)
    if publication.projects and not clipping.projects:
        fix = "add projects: with the projects that it is about"
        yield _warning("no-project", "this clipping is in no project", fix, place)
    yield from _of_dates(clipping, publication, now)


def _of_dates(clipping: Clipping, publication: Publication, now: datetime) -> Iterator[Problem]:
    # Most clippings have few of the dates, so nothing is worked out before it is needed.
    zone, place = publication.timezone, clipping.place
    if clipping.added and clipping.published:
        # A day may be over where the article came out, and not yet begun here.
        a_day_later = times.start(clipping.added, zone) + timedelta(days=1)
        if times.start(clipping.published, zone) >= a_day_later:
            fix = "look up both dates; to hold it back until then, change added:"
            message = "this article came out after it was added"
            yield _warning("dated-after-added", message, fix, place)
    # A day in `added` is meant; a year that is mistyped here would hide the clipping.
    is_dated_by_article = not (clipping.added or clipping.draft or clipping.withdrawn)
    if is_dated_by_article and times.start(times.first_shown(clipping), zone) > now:
        message = "this clipping is held back until the day of its article, which is to come"
        fix = "if the article is out, correct published:; if not, write that day into added: too"
        yield _warning("held-back", message, fix, place)
    if updated := schedule.effective_updated(clipping, zone):
        first = times.instant(times.first_shown(clipping), zone, clipping.id)
        if times.instant(updated, zone, clipping.id) <= first:
            message = "'updated' is not later than the date on which subscribers saw it first"
            fix = "write a time, like 2016-09-14T17:22, or a later day, so that they see it again"
            yield _warning("no-effect", message, fix, place)
    if not (clipping.draft or schedule.is_ever_shown(clipping, zone)):
        message = "'withdrawn' is before the clipping was added, so subscribers don't learn of it"
        fix = "if it has been published, write the day on which you withdrew it"
        yield _warning("no-effect", message, fix, place)


def _doubles(publication: Publication) -> Iterator[Problem]:
    """Find the clippings that look like another one: the same article, or the same headline."""
    told: set[str] = set()
    for alike, what in ((_by_address, "address"), (_by_headline, "title and source")):
        for clipping, other in _alike(publication, alike):
            if clipping.id not in told:  # once is enough
                told.add(clipping.id)
                line = line_of(other.place, clipping.place)
                message = f"this clipping has the same {what} as the one in {line}"
                fix = "take one of them out, unless both are meant"
                yield _warning("possible-duplicate", message, fix, clipping.place)


def _alike(
    publication: Publication, alike: Callable[[Clipping], Hashable | None]
) -> Iterator[tuple[Clipping, Clipping]]:
    first: dict[Hashable, Clipping] = {}
    for clipping in publication.clippings:
        key = alike(clipping)
        if key is not None and (other := first.setdefault(key, clipping)) is not clipping:
            yield clipping, other


def _by_address(clipping: Clipping) -> Hashable | None:
    return clipping.url


def _by_headline(clipping: Clipping) -> Hashable | None:
    if clipping.source is None:
        return None
    return (" ".join(clipping.title.split()).casefold(), clipping.source.name.casefold())


def _same_instant(publication: Publication) -> Iterator[Problem]:
    def by_added(clipping: Clipping) -> Hashable | None:
        if clipping.added is None or clipping.added.time is None:
            return None
        return times.start(clipping.added, publication.timezone)

    for clipping, other in _alike(publication, by_added):
        line = line_of(other.place, clipping.place)
        message = f"this clipping was added in the same second as the one in {line}"
        fix = "make 'added' of one of them a second later, so that their order is yours"
        yield _warning("same-instant", message, fix, clipping.place)


def _near_projects(publication: Publication) -> Iterator[Problem]:
    places = {project.title: project.place for project in publication.projects}
    for name, other in _near(places):
        message = f"the project {quoted(name)} is nearly called like {quoted(other)}"
        fix = "if it is the same, keep one of them and put the other name into its also:"
        yield _warning("near-name", message, fix, places[name])


def _near_sources(publication: Publication) -> Iterator[Problem]:
    described = dict.fromkeys(source.name for source in publication.sources)
    first: dict[str, Clipping] = {}
    for clipping in publication.clippings:
        if clipping.source:
            first.setdefault(clipping.source.name, clipping)
    # The names that an editor has decided upon come first; between those, all is meant.
    for name, other in _near((*described, *(name for name in first if name not in described))):
        if name not in described:
            message = f"the source {quoted(name)} is nearly called like {quoted(other)}"
            fix = f"write {quoted(other)}, or describe both under sources:"
            yield _warning("near-name", message, fix, first[name].place)


def _near(names: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Yield each name that differs from an earlier one in no more than one letter or digit.

    Two names do if taking one character out of each can make them the same, so that many names
    take no longer than their length.
    """
    first: dict[str, str] = {}
    for number, name in enumerate(names):
        letters = re.sub(r"[\W_]+", "", unicodedata.normalize("NFKC", name).casefold()) or name
        shortened: list[str] = [letters]
        if number < _MOST_NAMES and _SHORTEST_NAME <= len(letters) <= _LONGEST_NAME:
            # A digit is no slip: Channel 4, Channel 5.
            shortened += (
                letters[:at] + letters[at + 1 :]
                for at, character in enumerate(letters)
                if not character.isdigit()
            )
        other = next((first[short] for short in shortened if short in first), None)
        if other:
            yield name, other
        else:
            first |= dict.fromkeys(shortened, name)


def _warning(code: str, message: str, fix: str, place: Place) -> Problem:
    return Problem(code, message, fix, place, Severity.WARNING)
