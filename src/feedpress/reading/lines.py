"""The lines of a file as editors mostly write it: sections, hyphens, keys, and what goes on below.

Not all that YAML allows is understood here. It is for the search of a mistake in a text that is
not YAML, where nobody can know what is what.
"""

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import islice

from feedpress.reading import schema_models

# Characters of a line that are looked at, so that no line takes the square of its length.
LOOK = 1024

_PARTS = (
    schema_models.ClippingShape,
    schema_models.PublicationShape,
    schema_models.ProjectShape,
    schema_models.SourceShape,
    schema_models.ImageShape,
    schema_models.PersonShape,
)
_SECTION = "|".join(schema_models.FileShape.model_fields)
# Patterns of keys: a clipping's, the publication's, those of all parts, and the sections', too.
OF_CLIPPING = "|".join(schema_models.ClippingShape.model_fields)
OF_PUBLICATION = "|".join(schema_models.PublicationShape.model_fields)
KNOWN = "|".join(sorted({key for part in _PARTS for key in part.model_fields}))
ANY = f"{KNOWN}|{_SECTION}"

# A line that is neither blank nor a note, nor the rest of one.
IS_TEXT = re.compile(r"\s*[^\s#]")
SECTION_LINE = re.compile(rf"(?P<key>{_SECTION}) *:(?! *\[)(?:\s|$)")
# A clipping's first line, from its hyphen.
ITEM = re.compile(rf"(?P<indent> *)- +(?:(?P<key>{OF_CLIPPING}) *:(?:\s|$)|\{{)")
_HYPHENS = re.compile(r"\s*(?:- +)*")
_KEY_LINE = re.compile(r"\s*(?:- +)*(?P<key>[^\s:#\"'{\[-][^:#]*+):(?:\s+|$)")
KNOWN_KEY = re.compile(rf" *(?:{KNOWN}) *:(?:\s|$)")
HAS_SHAPE = re.compile(rf"\s*(?:(?:- +)?(?:{KNOWN})\b|[-*+•·–—−])")
_BLOCK = re.compile(r"[|>][-+0-9]*\s*(?:#.*)?$")
EMPTY_BLOCK = re.compile(r"\s*(?:- +)*\w+: +[|>][-+0-9]*\s*$")
_QUOTE = re.compile("""(?P<sign>["'])""")
# To the end of the line where they do not close, so that no mark is looked at twice.
_QUOTED = re.compile(r"""'[^']*+(?:'|$)|"(?:[^"\\]|\\.?)*+(?:"|$)|(?<=\s)#.*""")
#: What closes a text, from behind the mark that opens it.
_REST = {"'": re.compile(r"(?:[^']|'')*+'"), '"': re.compile(r'(?:[^"\\]|\\.)*+"')}
_BRACKETED = re.compile(r"[\[{]")
# Where a quotation mark opens a text within brackets.
_OPENING = re.compile(r"""(?:(?<=[\[{])|(?<=[,:] )) *(?P<sign>["'])""")


@dataclass(slots=True)
class Walk:
    """A line that is looked at, and what is known of those above it."""

    lines: list[str]
    #: The column of the clippings' hyphens, and the key that most of them begin with.
    hyphen: int
    first_key: str | None
    number: int = 0
    section: str = ""
    #: The keys of the clipping so far.
    keys: set[str] = field(default_factory=set)
    #: The column of the last key, and whether nothing stands behind it, or else a list.
    last: int = 0
    is_open: bool = False

    @property
    def line(self) -> str:
        """The line that is looked at."""
        return self.lines[self.number]

    @property
    def value(self) -> int:
        """The column at which the line's value begins, which may be its end."""
        found = _KEY_LINE.match(self.line, 0, LOOK) or _HYPHENS.match(self.line, 0, LOOK)
        return found.end() if found else 0

    @property
    def unclosed(self) -> re.Match[str] | None:
        """The quotation mark that opens a text which does not end in this line."""
        line, at = self.line, self.value
        if not _BRACKETED.match(line, at):
            opening = _QUOTE.match(line, at)
            return opening if opening and not _REST[opening["sign"]].match(line, at + 1) else None
        while opening := _OPENING.search(line, at):
            closed = _REST[opening["sign"]].match(line, opening.end())
            if not closed:
                return opening
            at = closed.end()
        return None

    @property
    def is_never_closed(self) -> bool:
        """Whether a line that can't be part of it comes before the end of such a text."""
        opening = self.unclosed
        if not opening:
            return False
        closing = _REST[opening["sign"]]
        key = _KEY_LINE.match(self.line, 0, LOOK)
        column = key.start("key") if key else indent(self.line)
        for line in islice(self.lines, self.number + 1, None):
            if IS_TEXT.match(line) and indent(line) <= column:
                return True
            if closing.match(line):
                return False
        return True

    def take_in(self) -> int:
        """Go past the line and what goes on from it; give the next one that has a shape."""
        line = self.line
        section = SECTION_LINE.match(line)
        if section:
            self.section = section["key"]
            self.keys.clear()
        if item := ITEM.match(line):
            self.keys = {item["key"] or "{"}
        if key := _KEY_LINE.match(line, 0, LOOK):
            if not section:
                self.keys.add(key["key"].rstrip())
            self.last = key.start("key")
            self.is_open = not IS_TEXT.match(line, key.end())
            if _BLOCK.match(line, key.end()):
                return self._behind(self._is_deeper)
        if opening := self.unclosed:
            closing = _REST[opening["sign"]]
            return self._behind(lambda line: not closing.match(line)) + 1
        if _BRACKETED.match(line, self.value):
            return self._behind_brackets()
        return self._behind(self._goes_on)

    def _behind(self, is_passed: Callable[[str], object]) -> int:
        number = self.number + 1
        while number < len(self.lines) and is_passed(self.lines[number]):
            number += 1
        return number

    def _behind_brackets(self) -> int:
        depth, number = 0, self.number
        while number < len(self.lines):
            line = _QUOTED.sub("", self.lines[number])
            depth += line.count("[") + line.count("{") - line.count("]") - line.count("}")
            number += 1
            if depth <= 0:
                break
        return number

    def _is_deeper(self, line: str) -> bool:
        return not line.strip() or indent(line) > self.last

    def _goes_on(self, line: str) -> bool:
        """Tell whether a line goes on with a text that has no marks around it."""
        return not (self.is_open or HAS_SHAPE.match(line)) and self._is_deeper(line)


def indent(line: str) -> int:
    """Give the column at which a line's text begins."""
    return len(line) - len(line.lstrip())


def habits(items: list[str]) -> tuple[int, str | None]:
    """Give the column of the clippings' hyphens and the key behind them, as most have them."""
    found = [each for line in items if (each := ITEM.match(line))]
    columns = Counter(len(each["indent"]) for each in found).most_common(1)
    keys = Counter(each["key"] for each in found).most_common(1)
    return (columns[0][0], keys[0][0]) if found else (-1, None)


def section_of(above: list[str]) -> str:
    """Give the section in which the line below these stands, or nothing."""
    found = next(filter(None, map(SECTION_LINE.match, reversed(above))), None)
    return found["key"] if found else ""
