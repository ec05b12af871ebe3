"""What YAML reads without complaint, and an editor hardly meant.

Quotation marks that hold nothing together, a rest that became a note, lines that a text has
swallowed. Each is looked for in what a good file has not, or seldom: it has to cost nothing.
"""

import re
from typing import Any, NamedTuple

from feedpress.reading import schema_models
from feedpress.reading.problems import Severity, shown
from feedpress.reading.syntax import LINE_BREAK

#: The keys whose values are for people to read, or begin with a #.
HASH_KEYS = frozenset({"accent", "alt", "name", "rights", "source", "subtitle", "summary", "title"})
#: The marks that a text without quotation marks of its own may end with by mistake.
MARKS = frozenset("\"'”’“‘")

_NOTE = re.compile(r"[ \t]+(#[^\s#][^\r\n]{,200})")
_KEY = re.compile(
    rf"[\r\n]( *)((?:- +)?(?:{'|'.join(schema_models.ClippingShape.model_fields)}): )"
)
_BLOCK_STYLES = ("|", ">")
_HYPHENS = re.compile(r" *(?:- +)*")
_ITEM = re.compile(r"[\r\n] *(?=- )")
_OPENING_APOSTROPHE = re.compile(r"(?:^|[^\w'])'\w")
_CURLY = re.compile(r"[“”„‘’]")


class Misreading(NamedTuple):
    """What is probably wrong, and its line and column in the text, both from 0."""

    code: str
    message: str
    cure: str
    line: int
    column: int
    severity: Severity = Severity.WARNING


def has_notes(text: str) -> bool:
    """Tell whether there is a # that might be part of a text: with no space behind it."""
    at = text.find(" #")
    while at >= 0:
        if not text[at + 2 : at + 3].isspace():
            return True
        at = text.find(" #", at + 2)
    return False


def in_text(event: Any, text: str) -> Misreading | None:
    """Look at a value that ends with one of MARKS, or has marks around it and a colon in it."""
    if not event.style:
        return _unpaired(event.value, event.start_mark)
    is_one_line = event.start_mark.line == event.end_mark.line
    return None if is_one_line else _swallowed(event, text)


def in_item(event: Any, text: str) -> Misreading | None:
    """Look at an item of a list: a line of it may be an item of its own."""
    start, end = event.start_mark, event.end_mark
    if event.style or " - " not in event.value or start.line == end.line:
        return None
    found = _ITEM.search(text, start.index, end.index)
    if not found:
        return None
    message = "this line goes on with the item above and is none of its own"
    cure = "begin its hyphen in the same column"
    place = _place(start, text, found.end())
    return Misreading("indentation", message, cure, *place, Severity.ERROR)


def behind(event: Any, text: str) -> Misreading | None:
    """Look behind a value that is to be read by people: a note there may be the rest of it."""
    end = event.end_mark
    if type(event).__name__ != "ScalarEvent" or event.style:
        return None
    found = _NOTE.match(text, end.index)
    if not found:
        return None
    message = f"{shown(found[1])} is taken for a note, and not published"
    cure = "put quotation marks around the whole text; if it is a note, a space behind the #"
    return Misreading("lost-in-comment", message, cure, *_place(end, text, found.start(1)))


def _unpaired(value: str, start: Any) -> Misreading | None:
    if value[0] in "“„‘" and len(_CURLY.findall(value)) == 2:
        message = "the curly quotation marks around this text will be published with it"
        cure = "type straight quotation marks in their place, or, if these are meant, around them"
        return Misreading("curly-quotes", message, cure, start.line, start.column)
    is_double = value[-1] == '"' and value.count('"') % 2
    if is_double or (value[-1] == "'" and not _is_apostrophe(value)):
        message = "this text ends with a quotation mark, and none opens it"
        cure = "put a quotation mark in front of the text, too, or take out the one behind it"
        return Misreading("quote", message, cure, start.line, start.column)
    return None


def _is_apostrophe(value: str) -> bool:
    if "''" in value:
        return False
    return value[-2:-1] in "sSxXzZ" or bool(_OPENING_APOSTROPHE.search(value))


def _swallowed(event: Any, text: str) -> Misreading | None:
    """Look at a text of several lines: one of them may be a key or a clipping of its own."""
    start, end = event.start_mark, event.end_mark
    found = _KEY.search(text, start.index, end.index)
    if not found:
        return None
    key = found[2].strip()
    hyphens = _HYPHENS.match(text, start.index - start.column)
    column = len(hyphens[0]) if hyphens else 0  # where the text's own key begins
    if event.style not in _BLOCK_STYLES and len(found[1]) <= column:
        message = f"the text that begins here goes on over {key!r} in a line below"
        cure = "close the quotation mark at the end of the text"
        return Misreading("quote", message, cure, start.line, start.column, Severity.ERROR)
    message = f"{key!r} is part of the text above, and not a key"
    cure = f"if it is one, begin it in column {column + 1} or where its clipping's other keys do"
    return Misreading("indentation", message, cure, *_place(start, text, found.start(2)))


def _place(mark: Any, text: str, index: int) -> tuple[int, int]:
    """Give the line and the column of a place behind a mark."""
    *lines, last = LINE_BREAK.split(text[mark.index : index])
    return mark.line + len(lines), len(last) + (0 if lines else mark.column)
