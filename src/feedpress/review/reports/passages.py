"""The line that a problem stands in, and which part of that line is meant.

A place is a line and a column. How far it goes is worked out from the line: the key alone where a
key stands there, a text in quotation marks, an item between brackets, else the value.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from feedpress.model import Place
from feedpress.reading.problems import Problem
from feedpress.reading.yaml_errors import LINE_BREAK
from feedpress.reading.yaml_reader import without_marks

# Characters of a line that are looked at, each way: a whole file may stand in one line.
_LOOK = 300

# These are about a clipping as a whole: all that its first line says of it is meant.
_ABOUT_A_CLIPPING = frozenset(
    {"dated-after-added", "duplicate", "missing-date", "no-effect", "missing-id", "no-project"}
    | {"held-back", "possible-duplicate", "same-instant"}
)

_QUOTED = r'"(?:[^"\\]|\\.)*"|' + r"'(?:[^']|'')*'"
_QUOTED_TEXT = re.compile(_QUOTED)
# Where a nested list ends; a quotation mark inside a word opens nothing.
_BRACKET = re.compile(rf"(?<=[\s,:\[{{])(?:{_QUOTED})|(?P<open>[\[{{])|(?P<close>[\]}}])")
_COLON = re.compile(r":(?=\s|$)")
_COMMENT = re.compile(r"\s#")
_END_OF_ITEM = re.compile(r"[,\[\]{}]|:(?=\s|$)|\s#")
_BEFORE_AN_ITEM = (",", "[", "{")
_OPENED = re.compile(r"(?:^|[\s,\[{])[\[{]")


@dataclass(frozen=True, slots=True)
class Passage:
    """A part of a line: from one character, counted from 0, to before another."""

    line: str
    start: int
    end: int


class Texts:
    """The lines of an editor's files, from their bytes; nothing is decoded before it is asked for.

    A file that is not there, or is not UTF-8, has no lines.
    """

    def __init__(self, files: Iterable[tuple[str, bytes]]) -> None:
        self._files = dict(files)
        self._lines: dict[str, list[str]] = {}

    def passage(self, problem: Problem) -> Passage | None:
        """Return what a problem is about, or None where there is nothing to be shown."""
        line = self._line(problem.place)
        if not line:
            return None
        start = min(problem.place.column - 1, len(line))
        is_whole = problem.code in _ABOUT_A_CLIPPING
        return Passage(line, start, start + _length(line, start, is_whole=is_whole))

    def _line(self, place: Place) -> str | None:
        if place.file not in self._lines:
            self._lines[place.file] = _lines(self._files.get(place.file, b""))
        lines = self._lines[place.file]
        return lines[place.line - 1] if place.line <= len(lines) else None


def _lines(data: bytes) -> list[str]:
    try:
        text = without_marks(data.decode())[1]
    except UnicodeDecodeError:
        return []
    return LINE_BREAK.split(text) if "\r" in text else text.split("\n")


def _length(line: str, start: int, *, is_whole: bool) -> int:
    """Return how many characters are meant from a start on; 0 where the line ends there."""
    before, rest = line[max(0, start - _LOOK) : start], line[start : start + _LOOK]
    sign = rest[:1]
    if is_whole:
        length = _value(rest)
    elif quoted := _QUOTED_TEXT.match(rest):
        length = quoted.end()
    elif sign and sign in "[{":
        length = _brackets(rest)
    elif sign == "\\":
        length = 2  # with the character that it makes special
    elif sign and (sign in ":,]}" or not sign.isprintable()):
        length = 1
    else:
        length = _plain(before, rest)
    return max(min(length, len(rest)), min(1, len(rest)))


def _plain(before: str, rest: str) -> int:
    last = before.rstrip()[-1:]
    if last != ":" and (key := _key(rest, is_item=last in _BEFORE_AN_ITEM)):
        return key
    if _is_in_brackets(before, last, rest) and (end := _END_OF_ITEM.search(rest)):
        return len(rest[: end.start()].rstrip())
    return _value(rest)


def _is_in_brackets(before: str, last: str, rest: str) -> bool:
    if last == ":":
        return _OPENED.search(before) is not None
    if not last:  # a list between brackets may go on over several lines
        return rest.rstrip().endswith((",", "]", "}"))
    return last in _BEFORE_AN_ITEM


def _key(rest: str, *, is_item: bool) -> int:
    """Return how long the key is that begins here; 0 where none does."""
    colon = _COLON.search(rest)
    if not colon:
        return 0
    key = rest[: colon.start()]
    end = (_END_OF_ITEM if is_item else _COMMENT).search(key)
    return 0 if end else len(key.rstrip())


def _value(rest: str) -> int:
    """Return how long a value is that goes to the end of the line, without a note behind it."""
    comment = _COMMENT.search(rest)
    return len((rest[: comment.start()] if comment else rest).rstrip())


def _brackets(rest: str) -> int:
    """Return where the bracket is closed that opens here; the bracket alone where it is not."""
    depth = 0
    for found in _BRACKET.finditer(rest):
        depth += (found["open"] is not None) - (found["close"] is not None)
        if not depth:
            return found.end()
    return 1
