"""What libyaml says of a text that is not YAML, in an editor's words.

libyaml says what it expected and where; what an editor did is worked out from that, from the line
and from where the quotation mark, bracket or key that went wrong began. The first case that
applies is told.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from feedpress.model import Place
from feedpress.reading.problems import Problem

# Characters of a line that are looked at: libyaml takes no longer text for a key.
_LOOK_BACK = 1024

LINE_BREAK = re.compile(r"\r\n?|\n")

# The start of a line that has a key and its colon.
_KEY = re.compile(r"\s*(?:- +)*[^\s:][^:]*:\s")
# The end of a line's start that has an alias in it: what stands behind it can't be.
_ALIAS = re.compile(r"(?<=[\s:-])\*\S+\s+$")
# A key and its value without a space between them.
_GLUED_KEY = re.compile(r"[a-z_]+:[^\s/]", re.IGNORECASE)
# What libyaml says where a text begins with a sign that has a meaning in YAML.
_SPECIAL = re.compile(r"cannot start any token|alias|anchor|directive|block scalar")


class _Complaint:
    """What libyaml said, and the text around it."""

    def __init__(self, error: Any, text: str) -> None:
        self.said = f"{error.problem} {error.context or ''}".strip()
        self.mark = error.problem_mark
        #: Where the quotation mark, bracket or key that went wrong began.
        self.opened = error.context_mark or self.mark
        self.text = text
        self.lines = LINE_BREAK.split(text)
        # At the end of a file libyaml may count a line that is not there.
        line = self.lines[self.mark.line] if self.mark.line < len(self.lines) else ""
        self.before = line[: self.mark.column]
        self.sign = line[self.mark.column : self.mark.column + 1]
        self.last = self.before.rstrip()[-1:]
        self.is_unexpected = "did not find expected" in self.said
        self.is_value_misplaced = "mapping values are not allowed" in self.said
        self.is_in_brackets = "flow" in self.said
        self.is_on_the_line_that_opens = self.mark.line == self.opened.line

    @property
    def opening(self) -> str:
        """The sign that opened what went wrong."""
        return self.text[self.opened.index : self.opened.index + 1]

    @property
    def closing(self) -> str:
        """The bracket that would close it."""
        return "}" if self.opening == "{" else "]"

    @property
    def alias(self) -> re.Match[str] | None:
        """An alias that ends just before."""
        return _ALIAS.search(self.before, max(0, len(self.before) - _LOOK_BACK))


@dataclass(frozen=True, slots=True)
class _Case:
    applies: Callable[[_Complaint], Any]
    code: str
    #: Both may name what the complaint has: {c.sign}.
    message: str
    cure: str
    #: The line and column, from 0, that the problem is shown at.
    place: Callable[[_Complaint], tuple[int, int]] = lambda c: (c.mark.line, c.mark.column)


def _where_it_opened(c: _Complaint) -> tuple[int, int]:
    return (c.opened.line, c.opened.column)


def _where_the_alias_is(c: _Complaint) -> tuple[int, int]:
    return (c.mark.line, c.alias.start() if c.alias else c.mark.column)


_QUOTE_IT = "put the whole text in quotation marks"
_QUOTE_BRACKETS = "a text with brackets goes in quotation marks"

#: Code, message and cure of a line that is text alone.
NO_KEY = (
    "missing-colon",
    "this line has no key with a colon",
    "write a key and a colon in front, # before a note, or indent it as part of what is above",
)

_CASES = (
    _Case(
        lambda c: "tab" in c.said or c.sign == "\t",
        "tab",
        "a tab stands here",
        "put spaces in its place",
    ),
    _Case(
        lambda c: "quoted scalar" in c.said and "unexpected" in c.said,
        "quote",
        "the quotation mark that opens here is never closed",
        "close it at the end of the text, or take it out",
        _where_it_opened,
    ),
    _Case(
        lambda c: "Unicode character escape" in c.said,
        "surrogate",
        "this escape is half of a character, or none",
        "type the character itself",
    ),
    _Case(
        lambda c: "escape character" in c.said or "hexdecimal" in c.said,
        "escape",
        "a backslash means something special in double quotation marks",
        "write it twice, or use single quotation marks",
    ),
    _Case(
        lambda c: _SPECIAL.search(c.said) or (c.sign == "," and c.last == ":"),
        "special-character",
        "a text can't begin with {c.opening!r}",
        _QUOTE_IT,
        _where_it_opened,
    ),
    _Case(
        lambda c: "sequence entries" in c.said or "mapping keys" in c.said,
        "special-character",
        "a text can't begin with {c.sign!r} and a space",
        f"{_QUOTE_IT}; a list begins on the next line",
    ),
    _Case(
        lambda c: (
            "unexpected ':'" in c.said
            or (c.is_in_brackets and c.sign == ":" and c.is_on_the_line_that_opens)
        ),
        "colon",
        "a colon stands here that does not fit",
        "put a space behind it, or the text that it belongs to in quotation marks",
    ),
    _Case(
        lambda c: c.is_in_brackets and c.is_on_the_line_that_opens and c.sign,
        "bracket",
        "something is missing between the brackets before {c.sign!r}",
        f"put a comma between the parts, or a colon behind a key; {_QUOTE_BRACKETS}",
    ),
    _Case(
        lambda c: c.is_in_brackets,
        "bracket",
        "the bracket that opens here is never closed",
        f"put {{c.closing!r}} at its end; {_QUOTE_BRACKETS}",
        _where_it_opened,
    ),
    _Case(
        lambda c: c.is_unexpected and c.sign and c.sign in "]}",
        "bracket",
        "{c.sign!r} closes no bracket",
        f"take it out, or {_QUOTE_IT}",
    ),
    _Case(
        lambda c: c.is_value_misplaced and _KEY.match(c.before[:_LOOK_BACK]),
        "colon",
        "a second colon stands in this line",
        "put the whole text behind the first colon in quotation marks",
    ),
    _Case(
        lambda c: (
            "could not find expected ':'" in c.said and _GLUED_KEY.match(c.text, c.opened.index)
        ),
        "missing-colon",
        "no space stands behind the colon of this line",
        "put one there",
        _where_it_opened,
    ),
    _Case(
        lambda c: "could not find expected ':'" in c.said,
        *NO_KEY,
        _where_it_opened,
    ),
    _Case(
        lambda c: c.is_unexpected and c.last and c.last in "\"'",
        "quote",
        "text stands behind a closing quotation mark",
        "put all in one pair and double the marks inside, 'it''s'; or one above is not closed",
    ),
    _Case(
        lambda c: c.is_unexpected and c.alias,
        "special-character",
        "a text can't begin with '*'",
        _QUOTE_IT,
        _where_the_alias_is,
    ),
    _Case(
        lambda c: c.is_unexpected and c.last and c.last in "]}",
        "bracket",
        "text stands behind a closing bracket",
        _QUOTE_IT,
    ),
    _Case(
        lambda c: c.is_unexpected and c.sign == ":",
        "missing-colon",
        "this line has a colon and no key before it",
        "write the key in front of the colon, or take the line out",
    ),
    _Case(
        lambda c: (
            "document start" in c.said
            and any(line.rstrip() == "..." for line in c.lines[: c.mark.line])
        ),
        "several-documents",
        "a second document begins here",
        "take the line of dots above out, or make two files",
    ),
    _Case(
        lambda c: c.is_value_misplaced or c.is_unexpected,
        "indentation",
        "this line does not fit in with the lines above",
        "begin it in the same column as the other keys, and look for a colon missing above",
    ),
    _Case(
        lambda _: True,
        "syntax",
        "this is not YAML: {c.said}",
        "look at this line and the one above",
    ),
)


def problem(error: Any, text: str, file: str) -> Problem:
    """Give the problem that a MarkedYAMLError of libyaml is about."""
    complaint = _Complaint(error, text)
    case = next(case for case in _CASES if case.applies(complaint))
    line, column = case.place(complaint)
    place = Place(file, min(line + 1, len(complaint.lines)), column + 1)
    message, cure = case.message.format(c=complaint), case.cure.format(c=complaint)
    return Problem(case.code, message, cure, place)
