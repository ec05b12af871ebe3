"""What YAML accepts without a word and an editor hardly meant.

The reader passes only values that look odd, so a good file costs next to nothing. Each rule has a
pattern for a value as it is typed; the first rule of its kind that matches is reported.
"""

import re
from dataclasses import dataclass
from enum import Enum, auto
from typing import Any, NamedTuple

from feedpress.reading import schema_models
from feedpress.reading.nodes import place_of_mark
from feedpress.reading.problems import Problem, Severity, quoted
from feedpress.reading.yaml_errors import LINE_BREAK

#: The keys whose values are for people to read, or begin with a #.
HASH_KEYS = frozenset({"accent", "alt", "name", "rights", "source", "subtitle", "summary", "title"})
#: The marks that a text without quotation marks of its own may end with by mistake.
MARKS = frozenset("\"'”’“‘")

_KEYS = "|".join(schema_models.ClippingShape.model_fields)
_KEY = rf"[\r\n](?P<indent> *)(?P<at>(?:- +)?(?:{_KEYS}):) "


class Position(Enum):
    """The text that a rule's pattern is searched in."""

    #: A text without quotation marks, from its start.
    PLAIN = auto()
    #: The lines of a text in quotation marks or in a block, that is a key's value.
    LINES = auto()
    #: The lines of an item of a list, if it has no quotation marks.
    ITEM = auto()
    #: What stands behind a text without quotation marks.
    BEHIND = auto()


@dataclass(frozen=True, slots=True)
class _Rule:
    where: Position
    #: The problem stands at the group `at`, else where the value begins.
    pattern: str
    code: str
    message: str
    fix: str
    severity: Severity = Severity.WARNING


_RULES = (
    _Rule(
        Position.PLAIN,
        r"^[“„‘][^“”„‘’]*[“”„‘’][^“”„‘’]*$",
        "curly-quotes",
        "the curly quotation marks around this text will be published with it",
        "type straight quotation marks in their place, or, if these are meant, around them",
    ),
    _Rule(  # the last of an odd number, or one that is no apostrophe
        Position.PLAIN,
        r"""(?s)^(?:[^"]*"[^"]*")*[^"]*"$|^(?:.*''.*|(?!.*(?<![\w'])'\w).*[^sSxXzZ])'$""",
        "quote",
        "this text ends with a quotation mark, and none opens it",
        "put a quotation mark in front of the text, too, or remove the one behind it",
    ),
    _Rule(
        Position.LINES,
        _KEY,
        "indentation",
        "{at} is part of the text above, and not a key",
        "if it is one, begin it where its clipping's other keys begin",
    ),
    _Rule(
        Position.ITEM,
        r"[\r\n] *(?P<at>- )",
        "indentation",
        "this line goes on with the item above and is none of its own",
        "begin its hyphen in the same column",
        Severity.ERROR,
    ),
    _Rule(
        Position.BEHIND,
        r"^[ \t]+(?P<at>#[^\s#][^\r\n]{,200})",
        "lost-in-comment",
        "{at} is taken for a note, and not published",
        "put quotation marks around the whole text; if it is a note, a space behind the #",
    ),
)
#: The rule for a key in quotation marks that begins no deeper than the text's own key.
_UNCLOSED = _Rule(
    Position.LINES,
    _KEY,
    "quote",
    "the text that begins here goes on over {at} in a line below",
    "close the quotation mark at the end of the text",
    Severity.ERROR,
)


class _Mark(NamedTuple):
    line: int
    column: int


def has_notes(text: str) -> bool:
    """Return whether there is a # that might be part of a text: with no space behind it."""
    at = text.find(" #")
    while at >= 0:
        if not text[at + 2 : at + 3].isspace():
            return True
        at = text.find(" #", at + 2)
    return False


def find(where: Position, event: Any, text: str, file: str) -> Problem | None:
    """Return what is probably wrong with a scalar event of a text."""
    start, end = event.start_mark, event.end_mark
    if where is not Position.LINES and event.style:
        return None
    first, last = start.index, end.index
    if where is Position.BEHIND:
        start, first, last = end, end.index, end.index + 1024
    for rule in _RULES:
        typed = event.value if where is Position.PLAIN else text[first:last]
        if rule.where is where and (found := re.search(rule.pattern, typed)):
            if rule.where is Position.LINES and not _is_deeper(found["indent"], event, text):
                rule = _UNCLOSED
            words = {name: quoted(group.strip()) for name, group in found.groupdict().items()}
            mark = start
            if words and rule is not _UNCLOSED:
                *above, rest = LINE_BREAK.split(typed[: found.start("at")])
                mark = _Mark(start.line + len(above), len(rest) + (0 if above else start.column))
            message = rule.message.format(**words)
            return Problem(rule.code, message, rule.fix, place_of_mark(file, mark), rule.severity)
    return None


def _is_deeper(indent: str, event: Any, text: str) -> bool:
    """Return whether a line begins deeper than a text's own key, or the text is a block."""
    start = event.start_mark
    line = text[start.index - start.column : start.index]
    hyphens = re.match(r" *(?:- +)*", line[:1024])
    return event.style in ("|", ">") or len(indent) > (hyphens.end() if hyphens else 0)
