"""A file parsed item by item, so that the next time only the items that are new are parsed.

What libyaml makes of an item depends on its text and the column of its hyphen alone, once all
before it has ended. So each item is parsed between the list's key and one more hyphen, as it
stands in the file. If that hyphen begins the next item, the text before it has ended there.
Where it does not, say for a quotation mark that closes further down, the whole file is parsed.
"""

import re
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

from feedpress.editors import yaml_text
from feedpress.editors.problems import Problem, Unreadable
from feedpress.editors.yaml_values import Mapping, Origin, Sequence
from feedpress.model import Place

#: Items by their hyphen, with the spaces before it, and the text behind it.
Items = dict[tuple[bytes, bytes], Mapping]

_KEY = "clippings"
# From the list's key to its first hyphen there are only comments and blank lines.
_LIST = re.compile(rb"(?:\xef\xbb\xbf)*+clippings:[^\n]*+\n(?: *+(?:#[^\n]*+|\r)?\n)*+( *+-)")
# It may change what a tag in an item means, and an item is parsed without it.
_DIRECTIVE = re.compile(rb"^(?:\xef\xbb\xbf)*+%", re.MULTILINE)


class Parser:
    """Parses files once; `items` is what the next parser may know of them."""

    def __init__(self, known: Items) -> None:
        self.items: Items = {}
        self._known = known

    def parse(self, data: bytes, origin: Origin, problems: list[Problem]) -> tuple[Any, Place]:
        """Give what `yaml_text.parse` gives, except that there is no room for keys in it."""
        told: list[Problem] = []
        with suppress(Unreadable):  # whoever sees the whole file can say why
            if parsed := self._by_items(data, origin.file, told):
                problems += told
                return parsed
        return yaml_text.parse(data, origin, problems)

    def _by_items(
        self, data: bytes, file: str, problems: list[Problem]
    ) -> tuple[Mapping, Place] | None:
        found = _first_hyphen(data)
        if found is None:
            return None
        head, hyphen = data[: found.start(1)], found[1]
        document, place = yaml_text.parse(head + hyphen, Origin(file), problems)
        items: Any = document.get(_KEY) if isinstance(document, Mapping) else None
        if not _is_list(items, 1):
            return None
        items.clear()
        line = head.count(b"\n")
        for text, is_last in _cut(data, hyphen, found.end()):
            item = self._item((hyphen, text), Origin(file, line - 1), problems, is_last=is_last)
            if item is None:
                return None
            items.append(item)
            line += text.count(b"\n") + 1
        return document, place

    def _item(
        self, key: tuple[bytes, bytes], origin: Origin, problems: list[Problem], *, is_last: bool
    ) -> Mapping | None:
        if is_last:  # no hyphen stands behind it
            return _parsed(b"".join(key), 1, origin, problems)
        # Of two that are alike, each needs places of its own.
        item = self._known.get(key) if key not in self.items else None
        if item is not None:
            item.origin.file, item.origin.line = origin.file, origin.line
        else:
            told = len(problems)
            hyphen, text = key
            item = _parsed(b"".join((hyphen, text, b"\n", hyphen)), 2, origin, problems)
            if item is None or len(problems) > told:  # which is to be told the next time, too
                return item
        self.items[key] = item
        return item


def _first_hyphen(data: bytes) -> re.Match[bytes] | None:
    """Find where the items of a file begin; None where it is not to be parsed by items."""
    found = _LIST.match(data, data.find(b"\nclippings:") + 1)
    if found is None or len(data) > yaml_text.MAX_BYTES:
        return None
    head = data[: found.start(1)]
    return None if _DIRECTIVE.search(head) or _has_odd_ends(head) else found


def _cut(data: bytes, hyphen: bytes, start: int) -> Iterator[tuple[bytes, bool]]:
    """Give the text behind each hyphen, without the line end before the next, and if it is last."""
    # One at a time: a call for the whole file would keep other threads from their work.
    border = b"\n" + hyphen
    while (end := data.find(border, start)) >= 0:
        yield data[start:end], False
        start = end + len(border)
    yield data[start:], True


def _parsed(text: bytes, count: int, origin: Origin, problems: list[Problem]) -> Mapping | None:
    """Give the first of so many items that a text is to hold, None if it holds anything else.

    `origin` is where the line before the text stands.
    """
    if _has_odd_ends(text):
        return None
    document, _ = yaml_text.parse(b"clippings:\n" + text, origin, problems)
    items = document.get(_KEY)
    is_alone = len(document) == 1 and document.is_whole and not document.spoilt
    is_good = is_alone and _is_list(items, count) and isinstance(items[0], Mapping)
    return items[0] if is_good else None


def _is_list(items: Any, count: int) -> bool:
    return isinstance(items, Sequence) and len(items) == count


def _has_odd_ends(text: bytes) -> bool:
    """Tell whether a line ends in a lone carriage return: those are not counted here."""
    return b"\r" in text.replace(b"\r\n", b"")
