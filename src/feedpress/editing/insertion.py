"""Put keys into an editor's YAML text, and leave every other byte of it as it was."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise
from operator import itemgetter

from feedpress.reading.nodes import InsertionPoint, Mapping, Sequence, Style
from feedpress.reading.yaml_errors import LINE_BREAK
from feedpress.reading.yaml_reader import without_marks

# What other programs would take for a number (YAML 1.2 §10.3.2), though here it is a text.
_LIKE_A_NUMBER = re.compile(r"[0-9]+(?:e[0-9]+)?")
# What may stand behind a key whose list is empty.
_NOTHING = re.compile(r"(?P<list>[ \t]*\[\s*\])?(?P<note>[ \t]*(?:[ \t]#[^\r\n]*)?(?=[\r\n]|\Z))")


@dataclass(frozen=True, slots=True)
class Insertion:
    """A key with its value, which needs no quotation marks, and where it goes."""

    room: InsertionPoint
    key: str
    value: str


def insert(data: bytes, insertions: Iterable[Insertion]) -> bytes:
    """Return a file with keys put in, those of one place in the order in which they are given.

    A line that is put in ends as the one above it does.
    """
    marks, text = without_marks(data.decode())
    starts = [0, *(found.end() for found in LINE_BREAK.finditer(text))]
    pieces: list[str] = []
    done = 0
    # A value before a further key behind it.
    in_order = sorted(insertions, key=lambda each: each.room.style is not Style.VALUE)
    written_at = (_written(each, text, starts) for each in in_order)
    for index, written in sorted(written_at, key=itemgetter(0)):
        pieces += text[done:index], written
        done = index
    return "".join((marks, *pieces, text[done:])).encode()


def insert_item(data: bytes, document: Mapping, key: str, item: str) -> bytes | None:
    """Return a file with an item on top of a list, right above the hyphen that is there first.

    The item has no indentation yet. Its lines end as the one above them does, and a blank line
    follows where the items of the list are set apart. None where the list has another form.
    """
    marks, text = without_marks(data.decode())
    starts = [0, *(found.end() for found in LINE_BREAK.finditer(text))]
    place, items = document.place_of(key), document.get(key)
    start = starts[place.line - 1]
    at = start + place.column - 1
    if document.is_flow:
        return None
    if items and text[at] == "-" and not text[start:at].strip(" "):
        item += "\n" if _are_set_apart(items, text, starts) else ""
        above, indent, below = text[:start], text[start:at], text[start:]
    else:
        # An empty value begins right behind the colon, an empty list further on.
        colon = at - 1 if items is None else text.rfind(":", start, at)
        found = _NOTHING.match(text, colon + 1)
        if items or not found or text[colon] != ":":
            return None
        line_end = LINE_BREAK.match(text, found.end())
        above = (
            text[: colon + 1] + found["note"] + (line_end[0] if line_end else _first_break(text))
        )
        indent = " " * (document.place_of_key(key).column - 1)
        below = text[line_end.end() if line_end else found.end() :]
    return "".join((marks, above, _indented(item, indent, _last_break(above)), below)).encode()


def _are_set_apart(items: Sequence, text: str, starts: list[int]) -> bool:
    lines = [items.place_of(index).line for index in range(min(2, len(items)))]
    # Above the second hyphen.
    return any(not text[starts[at - 2] : starts[at - 1]].strip() for _, at in pairwise(lines))


def _last_break(text: str) -> str:
    *_, found = LINE_BREAK.finditer(text, max(0, len(text) - 2))
    return found[0]


def _first_break(text: str) -> str:
    found = LINE_BREAK.search(text)
    return found[0] if found else "\n"


def _indented(item: str, indent: str, line_end: str) -> str:
    lines = item.removesuffix("\n").split("\n")
    return "".join(f"{indent if line else ''}{line}{line_end}" for line in lines)


def _written(insertion: Insertion, text: str, starts: list[int]) -> tuple[int, str]:
    room, value = insertion.room, insertion.value
    if _LIKE_A_NUMBER.fullmatch(value):
        value = f"'{value}'"
    if room.style is Style.VALUE:
        has_colon = ":" in text[room.key_index : room.index]
        return room.index, f" {value}" if has_colon else f": {value}"
    key = f"{insertion.key}: {value}"
    if room.style is Style.FLOW:
        return room.index, f", {key}"
    index = starts[room.line]
    line_end = LINE_BREAK.findall(text, max(0, index - 2), index)[-1]
    return index, f"{' ' * room.column}{key}{line_end}"
