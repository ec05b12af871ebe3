"""Put keys into an editor's YAML text, and leave every other byte of it as it was."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from operator import itemgetter

from feedpress.editors.syntax import LINE_BREAK
from feedpress.editors.yaml_text import without_marks
from feedpress.editors.yaml_values import Room, Style

# What other programs would take for a number (YAML 1.2 §10.3.2), though here it is a text.
_LIKE_A_NUMBER = re.compile(r"[0-9]+(?:e[0-9]+)?")


@dataclass(frozen=True, slots=True)
class Insertion:
    """A key with its value, which needs no quotation marks, and where it goes."""

    room: Room
    key: str
    value: str


def insert(data: bytes, insertions: Iterable[Insertion]) -> bytes:
    """Give a file with keys put in, those of one place in the order in which they are given.

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
