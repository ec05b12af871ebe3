"""What is read from YAML: lists, mappings and texts that know their places and where there is room.

The marks are libyaml's own, for most are never looked at; nothing is parsed here.
"""

from collections.abc import Set
from dataclasses import dataclass
from enum import Enum
from typing import Any

from feedpress.model import Place


class Spoilt:
    """Stands for a value whose problem is already reported."""


SPOILT = Spoilt()


class Style(Enum):
    """How something is put into a mapping."""

    LINES = "keys on lines of their own"
    FLOW = "keys within a line, behind a comma"
    VALUE = "the value of a key that has none"


@dataclass(frozen=True, slots=True)
class InsertionPoint:
    """Where something can be put into a mapping without a change of anything else in it."""

    style: Style
    #: How many characters the file has before the place, without a byte order mark.
    index: int
    #: The line, from 0; with LINES it is the line before which they come, and `index` is unused.
    line: int
    #: The column at which the mapping's keys begin, from 0.
    column: int
    #: With VALUE, how many characters the file has before the key.
    key_index: int = 0


def place_of_mark(file: str, mark: Any) -> Place:
    """Return the place of one of libyaml's marks, which count from 0."""
    return Place(file, mark.line + 1, mark.column + 1)


class Mapping(dict[str, Any]):
    """A YAML mapping: its good values, the places of all its keys, and the keys that went wrong."""

    __slots__ = (
        "_file",
        "_first_end",
        "_index",
        "_mark",
        "_marks",
        "is_flow",
        "is_whole",
        "spoilt",
    )

    def __init__(self, file: str, event: Any) -> None:
        super().__init__()
        self._file = file
        self._mark = event.start_mark
        #: Whether it is written in braces.
        self.is_flow: bool = event.flow_style
        # Where the first key's value ends, or None where a line of its own can't follow there.
        self._first_end: Any = None
        # Key, its mark, its value's mark, and so on. Marks are what libyaml made anyway; they are
        # looked for, and turned into places, only where something is wrong.
        self._marks: list[Any] = []
        self._index: dict[str, int] | None = None
        #: Keys whose value can't be used and has been reported, or that were misspelt.
        self.spoilt: Set[str] = frozenset()
        #: False where a key can't be made out: it may be any.
        self.is_whole = True

    def add(self, key: str, value: Any, key_mark: Any, value_mark: Any) -> None:
        """Take in a key, and its value unless that is spoilt."""
        self._marks += (key, key_mark, value_mark)
        if value is SPOILT:
            self.spoil(key)
        else:
            self[key] = value

    def end_first(self, mark: Any, *, is_end_of_text: bool) -> None:
        """Note where the first key's value ends, and whether that is where its text does."""
        if self.is_flow or is_end_of_text:
            self._first_end = mark

    def insertion_point(self, key: str) -> InsertionPoint:
        """Where a key can be put, behind the first one; or its value, if it stands there empty."""
        end, column = self._first_end, self._mark.column
        if self.has_key(key):
            at = self._found()[key]
            key_mark, mark = self._marks[at + 1], self._marks[at + 2]
            return InsertionPoint(Style.VALUE, mark.index, mark.line, column, key_mark.index)
        if self.is_flow:
            return InsertionPoint(Style.FLOW, end.index, end.line, column)
        # In a block each key has a line of its own. A clipping always has a second one: it can't
        # do without a title and a date.
        second_key = self._marks[4]
        return InsertionPoint(Style.LINES, 0, end.line + 1 if end else second_key.line, column)

    def spoil(self, key: str) -> None:
        """Take a key's value out; its place stays known."""
        self.pop(key, None)
        if not isinstance(self.spoilt, set):  # most mappings never need one
            self.spoilt = set()
        self.spoilt.add(key)

    def has_key(self, key: str) -> bool:
        """Return whether a key stands there, whatever became of its value."""
        return key in self._found()

    @property
    def is_empty(self) -> bool:
        """Whether no key has been taken in yet."""
        return not self._marks

    @property
    def place(self) -> Place:
        """The place where it begins."""
        return place_of_mark(self._file, self._mark)

    def place_of_key(self, key: str) -> Place:
        """Return the place of a key."""
        return place_of_mark(self._file, self._marks[self._found()[key] + 1])

    def place_of(self, key: str) -> Place:
        """Return the place of a key's value."""
        return place_of_mark(self._file, self._marks[self._found()[key] + 2])

    def _found(self) -> dict[str, int]:
        """Return where in the marks each key is; what is new since the last time is added."""
        if self._index is None:
            self._index = {}
        for index in range(len(self._index) * 3, len(self._marks), 3):
            self._index[self._marks[index]] = index
        return self._index


class Sequence(list[Any]):
    """A YAML sequence: its good items and their places."""

    __slots__ = ("_file", "_marks")

    def __init__(self, file: str) -> None:
        super().__init__()
        self._file = file
        self._marks: list[Any] = []

    def add(self, value: Any, mark: Any) -> None:
        """Take in an item, unless it is spoilt."""
        if value is not SPOILT:
            self.append(value)
            self._marks.append(mark)

    def place_of(self, index: int) -> Place:
        """Return the place of an item."""
        return place_of_mark(self._file, self._marks[index])
