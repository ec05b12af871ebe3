"""Collect what the preview shows to editors: every clipping as it will be, and every problem.

Nothing of it is published. What subscribers don't see is marked, with the reason.
"""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache, partial
from zoneinfo import ZoneInfo

from jinja2 import Environment, PackageLoader, StrictUndefined

from feedpress import schedule, times, urls
from feedpress.feeds.feed import Entry, entry_of
from feedpress.model import Clipping, Place
from feedpress.reading.problems import Problem, Severity, counted
from feedpress.reading.publication_file import Reading
from feedpress.review.changes import MEANING, Change
from feedpress.schedule import Dated

_NOT_PUBLISHED = "nothing in this version is published."


@dataclass(frozen=True, slots=True)
class Row:
    """A clipping as it stands in the file."""

    #: What links within the page lead to.
    anchor: str
    entry: Entry
    #: Why subscribers do not see it as it is here, or nothing.
    mark: str
    problems: tuple[Problem, ...]


@dataclass(frozen=True, slots=True)
class Told:
    """A problem, and the clipping that it is in, if it is in one that can be shown."""

    problem: Problem
    anchor: str | None
    #: The line that it stands in and a mark below it, or nothing.
    excerpt: str


@dataclass(frozen=True, slots=True)
class Group:
    """Changes that mean the same to subscribers of one feed."""

    feed_title: str
    kind: str
    meaning: str
    is_error: bool
    changes: tuple[Change, ...]


@dataclass(frozen=True, slots=True)
class PreviewPage:
    """All that the page shows."""

    title: str
    language: str
    file: str
    #: How much of this version is published, in a sentence.
    state: str
    #: Whether this very version of the file is published.
    is_published: bool
    errors: tuple[Told, ...]
    #: Warnings, those that say the same together.
    hints: tuple[tuple[Told, ...], ...]
    groups: tuple[Group, ...]
    #: Why it can't be told what subscribers will see, or nothing.
    why_no_changes: str
    rows: tuple[Row, ...]


def build_page(
    file: str,
    reading: Reading,
    problems: Iterable[Problem],
    changes: Iterable[Change],
    now: datetime,
    *,
    is_published: bool,
    why_no_changes: str = "",
    excerpt: Callable[[Problem], str] = lambda _: "",
) -> PreviewPage:
    """Put together what there is to show of the newest version of the file."""
    problems, publication = tuple(problems), reading.publication
    if publication is None:
        told = _told(problems, {}, excerpt)
        return PreviewPage(
            file, "en", file, _NOT_PUBLISHED, is_published, *told, (), why_no_changes, ()
        )
    clippings = sorted(publication.clippings, key=lambda each: _position(each.place))
    broken = reading.clippings.broken if reading.clippings else ()
    at_place = _by_place(clippings, broken, problems)
    zone = publication.timezone
    scheduled = schedule.schedule(publication, now).clippings
    is_withdrawn = {each.clipping.id: each.is_withdrawn for each in scheduled}
    rows = tuple(
        Row(
            _anchor(each),
            entry_of(_dated(each, zone), publication),
            _mark(each, is_withdrawn.get(each.id), zone),
            tuple(at_place.get(_position(each.place), ())),
        )
        for each in clippings
    )
    anchors = {id(problem): row.anchor for row in rows for problem in row.problems}
    errors, hints = _told(problems, anchors, excerpt)
    return PreviewPage(
        title=publication.title,
        language=publication.language,
        file=file,
        state=_state(rows) if is_published else _NOT_PUBLISHED,
        is_published=is_published,
        errors=errors,
        hints=hints,
        groups=tuple(_groups(changes)),
        why_no_changes=why_no_changes,
        rows=rows,
    )


def render_page(preview: PreviewPage, state: str) -> bytes:
    """Render the page; `state` is the entity tag by which its script asks whether it changed."""
    template = _environment().get_template("preview.html")
    link = partial(urls.relative, page=urls.PREVIEW)
    return template.render(preview=preview, state=state, link=link, urls=urls).encode()


@cache
def _environment() -> Environment:
    return Environment(
        loader=PackageLoader("feedpress.review"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def _told(
    problems: Iterable[Problem], anchors: Mapping[int, str], excerpt: Callable[[Problem], str]
) -> tuple[tuple[Told, ...], tuple[tuple[Told, ...], ...]]:
    errors: list[Told] = []
    hints: defaultdict[tuple[str, str, str], list[Told]] = defaultdict(list)
    for problem in problems:
        told = Told(problem, anchors.get(id(problem)), excerpt(problem))
        if problem.severity is Severity.ERROR:
            errors.append(told)
        else:
            hints[problem.code, problem.message, problem.fix].append(told)
    return tuple(errors), tuple(map(tuple, hints.values()))


def _anchor(clipping: Clipping) -> str:
    return f"clipping-{clipping.slug}"


def _state(rows: Sequence[Row]) -> str:
    marked = sum(bool(row.mark) for row in rows)
    return (
        f"{counted(len(rows) - marked, 'clipping')} published as in the file, "
        f"{marked} marked below."
    )


def _dated(clipping: Clipping, zone: ZoneInfo) -> Dated:
    # Editors see drafts and what is held back, too.
    published = times.instant(times.first_shown(clipping), zone, clipping.id)
    return Dated(clipping, published, published)


def _mark(clipping: Clipping, is_withdrawn: bool | None, zone: ZoneInfo) -> str:
    """Return what a clipping is marked with; `is_withdrawn` is None if it is not scheduled."""
    if clipping.draft:
        return "Draft: nobody sees it"
    if is_withdrawn is None:
        if not schedule.is_ever_shown(clipping, zone):
            return "Withdrawn before anybody saw it"
        due = times.due(times.first_shown(clipping), zone)
        return f"Held back until {due.astimezone(zone):%Y-%m-%d %H:%M}, {zone.key}"
    return "Withdrawn: nobody sees it any more" if is_withdrawn else ""


def _position(place: Place) -> tuple[str, int]:
    return place.file, place.line


def _by_place(
    clippings: Iterable[Clipping], broken: Iterable[Place], problems: Iterable[Problem]
) -> dict[tuple[str, int], list[Problem]]:
    """Return the problems that stand in each clipping, by where it begins."""
    places = (*(each.place for each in clippings), *broken)
    starts = sorted({_position(place) for place in places})
    found: defaultdict[tuple[str, int], list[Problem]] = defaultdict(list)
    for problem in problems:
        at = bisect_right(starts, _position(problem.place)) - 1
        if at >= 0 and starts[at][0] == problem.place.file:
            found[starts[at]].append(problem)
    return found


def _groups(changes: Iterable[Change]) -> Iterator[Group]:
    groups: defaultdict[tuple[str, str, bool], list[Change]] = defaultdict(list)
    for change in changes:
        groups[change.feed_title, change.kind, change.is_error].append(change)
    for (title, kind, is_error), found in groups.items():
        yield Group(title, kind, MEANING[found[0].kind], is_error, tuple(found))
