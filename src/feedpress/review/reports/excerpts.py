"""A line as a terminal can show it, with the place underlined.

What is typed in a file never acts upon a terminal: tabs become spaces, and what can't be printed
becomes a sign that can. The underline counts the columns that each character takes.
"""

import unicodedata
from collections.abc import Iterable

from feedpress.review.reports.passages import Passage

_TAB = 4
_CUT = "..."
# A column may be taken by a letter and many marks on it.
_MOST_MARKS = 4


def excerpt(passage: Passage, room: int) -> tuple[str, str]:
    """Return the line, cut so that it takes no more than `room` columns, and its underline."""
    line, start = passage.line, passage.start
    first, last = _window(line, start, room)
    head = _CUT if first else ""
    tail = _CUT if last < len(line) else ""
    indent = len(head) + _width(line[first:start])
    marked = _width(line[start : min(passage.end, last)])
    return f"{head}{safe(line[first:last])}{tail}", " " * indent + "^" * max(1, marked)


def safe(text: str) -> str:
    """Return a text as it can go to a terminal."""
    return text if text.isprintable() else "".join(map(_shown, text))


def _window(line: str, start: int, room: int) -> tuple[int, int]:
    """Return the part of a line that is shown: all of it, or what stands around the start."""
    if _fitting(line[: room * _MOST_MARKS + 1], room) == len(line):
        return 0, len(line)
    before = line[max(0, start - room) : start]
    first = start - _fitting(reversed(before), room // 3)
    left = room - len(_CUT)
    last = first + _fitting(line[first : first + room * _MOST_MARKS], left)
    if last == len(line):  # there is room for more of what stands before
        return min(first, last - _fitting(reversed(line[-room:]), left)), last
    if first:
        last = first + _fitting(line[first:last], left - len(_CUT))
    return first, last


def _fitting(characters: Iterable[str], room: int) -> int:
    """Return how many of some characters take no more than `room` columns."""
    number = 0
    for character in characters:
        room -= _width(character)
        if room < 0:
            break
        number += 1
    return number


def _width(text: str) -> int:
    if text.isascii() and text.isprintable():
        return len(text)
    return sum(map(_columns, text))


def _columns(character: str) -> int:
    if character == "\t":
        return _TAB
    if unicodedata.category(character) in ("Mn", "Me"):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def _shown(character: str) -> str:
    if character.isprintable():
        return character
    if character == "\t" or unicodedata.category(character) == "Zs":
        return " " * _columns(character)
    # The signs that Unicode has for what can't be seen, else the sign for what is lost.
    pictures = {"\x7f": "\u2421"}
    return chr(0x2400 + ord(character)) if character < " " else pictures.get(character, "\ufffd")
