"""Problems as text for people, JSON for programs, and annotations for GitHub."""

import json
import os.path
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from enum import Enum, auto
from functools import lru_cache

from feedpress.reading.problems import Problem, Severity, counted, help_link
from feedpress.review.reports.excerpts import excerpt, safe
from feedpress.review.reports.github import command
from feedpress.review.reports.passages import Texts

#: The number of entries that are shown to people, who fix these first if there are more.
MOST_SHOWN = 50
# From so many warnings on that say the same, all but the first become a list of lines.
_MANY = 4
_MOST_LINES = 12
# A terminal may be as narrow as it likes; a line is not cut to less than this.
_NARROWEST = 40


class Tone(Enum):
    """What a part of the text is, so that it can have a colour."""

    PLACE = auto()
    ERROR = auto()
    WARNING = auto()
    LABEL = auto()
    GOOD = auto()


#: Gives a text the colour of its tone, or leaves it as it is.
Paint = Callable[[str, Tone], str]


@dataclass
class _Entry:
    problem: Problem
    #: Where else the same is wrong.
    others: list[Problem] = field(default_factory=list)


def text(found: Sequence[Problem], texts: Texts, width: int, paint: Paint) -> Iterator[str]:
    """Yield the lines for people: each problem with its line, its fix, and where to read more."""
    entries = _entries(found)
    for entry in entries[:MOST_SHOWN]:
        yield from _shown(entry, texts, width, paint)
        yield ""
    left = sum(1 + len(entry.others) for entry in entries[MOST_SHOWN:])
    if left:
        yield f"and {left:,} more; --format json tells all of them"
        yield ""


def summary(found: Iterable[Problem], clippings: int | None) -> str:
    """Return how much is wrong, and how many clippings can be published if there is no error."""
    severities = [problem.severity for problem in found]
    errors = severities.count(Severity.ERROR)
    warned = len(severities) - errors
    counts = f"{counted(errors, 'error')}, {counted(warned, 'warning')}."
    if clippings is None:
        what = "the error is" if errors == 1 else "all errors are"
        return f"{counts} Nothing in this version is published until {what} fixed."
    praise = "" if severities else " All is well."
    return f"{counted(clippings, 'clipping')} can be published; {counts}{praise}"


def as_json(found: Iterable[Problem], texts: Texts) -> str:
    """Return a list of objects, one for each problem, each on a line of its own."""
    objects = (
        {
            "code": problem.code,
            "severity": problem.severity,
            "message": problem.message,
            "fix": problem.fix,
            "file": problem.place.file,
            "line": problem.place.line,
            "column": problem.place.column,
            "end_column": end_column(problem, texts),
            "link": help_link(problem.code),
        }
        for problem in found
    )
    # Object by object and without indents, which takes a third of the time.
    return "[" + ",\n ".join(json.dumps(each, ensure_ascii=True) for each in objects) + "]"


def github(found: Iterable[Problem], texts: Texts, folder: str) -> Iterator[str]:
    """Yield a workflow command for each problem, with its file as seen from a folder."""
    for problem in found:
        place = problem.place
        where: dict[str, str | int] = {
            "file": safe(relative_path(place.file, folder)),
            "line": place.line,
            "col": place.column,
        }
        if end := end_column(problem, texts):
            where["endColumn"] = end
        message = safe(f"{problem.message}; {problem.fix} ({help_link(problem.code)})")
        yield command(problem.severity, message, **where, title=problem.code)


def end_column(problem: Problem, texts: Texts) -> int | None:
    """Return the column before which a problem ends, or None where there is no such line."""
    passage = texts.passage(problem)
    return passage.end + 1 if passage else None


@lru_cache
def relative_path(file: str, folder: str) -> str:
    """Return a file's name as seen from a folder, with slashes; a file elsewhere keeps its own."""
    inside = os.path.relpath(os.path.join(folder, file), folder)
    name = file if inside.split(os.sep)[0] == os.pardir else inside
    return name.replace(os.sep, "/")


def _entries(found: Sequence[Problem]) -> list[_Entry]:
    alike: dict[tuple[str, str, str], list[Problem]] = {}
    for problem in found:
        if problem.severity is Severity.WARNING:
            alike.setdefault(_kind(problem), []).append(problem)
    entries = []
    for problem in found:
        same = alike.get(_kind(problem), [])
        if problem.severity is Severity.ERROR or len(same) < _MANY:
            entries.append(_Entry(problem))
        elif problem is same[0]:
            entries.append(_Entry(problem, same[1:]))
    return entries


def _kind(problem: Problem) -> tuple[str, str, str]:
    return (problem.code, problem.message, problem.fix)


def _shown(entry: _Entry, texts: Texts, width: int, paint: Paint) -> Iterator[str]:
    problem, place = entry.problem, entry.problem.place
    tone = Tone.ERROR if problem.severity is Severity.ERROR else Tone.WARNING
    where = paint(f"{place.file}:{place.line}:{place.column}:", Tone.PLACE)
    severity = paint(f"{problem.severity}:", tone)
    yield f"{where} {severity} {safe(problem.message)} [{problem.code}]"
    if passage := texts.passage(problem):
        number = f"  {place.line} | "
        line, underline = excerpt(passage, max(width, _NARROWEST) - len(number))
        yield f"{paint(number, Tone.LABEL)}{line}".rstrip()
        margin = "| ".rjust(len(number))
        yield f"{paint(margin, Tone.LABEL)}{_painted(underline, tone, paint)}"
    yield f"  {paint('fix:', Tone.LABEL)} {safe(problem.fix)}"
    if entry.others:
        yield f"  {paint('also:', Tone.LABEL)} {_lines(entry.others, place.file)}"
    yield f"  {paint('help:', Tone.LABEL)} {help_link(problem.code)}"


def _painted(underline: str, tone: Tone, paint: Paint) -> str:
    mark = underline.lstrip()
    return " " * (len(underline) - len(mark)) + paint(mark, tone)


def _lines(others: list[Problem], file: str) -> str:
    """Return the lines of problems in words, with the file's name where it is another."""
    places = [problem.place for problem in others[:_MOST_LINES]]
    named = (f"{each.line}" if each.file == file else f"{each.file}:{each.line}" for each in places)
    left = len(others) - len(places)
    more = f" and {left:,} more" if left else ""
    return f"in lines {', '.join(named)}{more}"
