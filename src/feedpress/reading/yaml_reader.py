"""YAML text to plain lists, mappings and texts that know their places.

The only module that imports `yaml`. It takes libyaml's events one by one, which carry line and
column, and makes no value of any type but text: what a date or a number is, the file's shape
decides. So `no` stays "no" and `12:30` stays "12:30", as in YAML 1.2. Anchors, aliases and tags
are refused where they stand, so that nothing can expand.
"""

import codecs
import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import yaml
from yaml.cyaml import CParser  # type: ignore[attr-defined] # its stubs leave it out

from feedpress.model import Place
from feedpress.reading import schema_models, yaml_errors, yaml_lint
from feedpress.reading.nodes import SPOILT, Mapping, Sequence, Spoilt, place_of_mark
from feedpress.reading.problems import InvalidFile, Problem, Severity, quoted

MAX_BYTES = 64 * 2**20
MAX_TEXT = 100_000  # characters of one value
_MAX_DEPTH = 12  # the format needs 4
# Rich text, and what is packed (ZIP) or in the older form of Office.
_OF_WORD_PROCESSORS = (b"{\\rtf", b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
_SLICE = 2**16  # characters that are looked at in one go
_KEYS = frozenset(schema_models.ClippingShape.model_fields)
_BLOCK_STYLES = ("|", ">")

# YAML 1.2 §5.1 allows no other character in a file; libyaml gives up at the first one.
_UNPRINTABLE = re.compile(
    "[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufdcf\ufdf0-\ufffd\U00010000-\U0010ffff]+"
)
# XML 1.0 §2.2 allows no other character in a feed.
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
# What is left where a text went through a wrong encoding.
_DAMAGED = re.compile("[\x7f-\x84\x86-\x9f\ufffd]")
# libyaml reads these as line breaks, as YAML 1.1 did. In YAML 1.2 (§5.4) they are text, so they
# pass it in the guise of characters that no file may hold.
_BREAKS_OF_1_1 = "\x85\u2028\u2029"
_GUISES = "\ufdd0\ufdd1\ufdd2"
_FROM_GUISE = str.maketrans(_GUISES, _BREAKS_OF_1_1)


def parse(data: bytes, file: str, problems: list[Problem]) -> tuple[Any, Place]:
    """Return the value that a file holds and its place: Mapping, Sequence, text, or None if empty.

    Problems after which the rest can still be read are added to `problems`. Raises InvalidFile.
    """
    return _Reader(_decoded(data, file), file, problems).document()


class _Reader:
    def __init__(self, text: str, file: str, problems: list[Problem]) -> None:
        self._file = file
        self._problems = problems
        doubtful = list(_doubtful(text))
        self._unprintable = _unprintable(text, doubtful)
        if self._unprintable:
            self._report_unprintable(text)
            text = _UNPRINTABLE.sub(lambda found: " " * len(found[0]), text)
        self._disguised = any(character in text for character in _BREAKS_OF_1_1)
        for character, guise in zip(_BREAKS_OF_1_1, _GUISES, strict=True):
            text = text.replace(character, guise)
        self._text = text
        # Most files have no character that is worth a second look, except by way of escapes.
        is_damaged = any(_DAMAGED.search(text, *each) for each in doubtful)
        self._is_doubtful = bool(self._unprintable or self._disguised or is_damaged)
        self._has_notes = yaml_lint.has_notes(text)
        self._merged: Mapping | None = None  # the mapping whose repeated key is reported
        self._depth = 0
        self._last: Any = None  # the event that ended the last value
        self._next: Callable[[], Any] = CParser(self._text).get_event

    def document(self) -> tuple[Any, Place]:
        try:
            return self._document()
        except yaml.MarkedYAMLError as error:
            # After a quotation mark that is never closed, libyaml's words are beside the point.
            errors = (each for each in self._problems if each.severity is Severity.ERROR)
            problem = yaml_errors.diagnose(error, self._text, self._file)
            is_echo = any(each.code == "quote" or each.place == problem.place for each in errors)
            raise InvalidFile(() if is_echo else [problem]) from error

    def _document(self) -> tuple[Any, Place]:
        self._next()  # the stream's start
        if isinstance(self._next(), yaml.StreamEndEvent):
            return None, Place(self._file, 1, 1)
        first = self._next()
        value = self._value(first)
        self._next()  # the document's end
        if isinstance(second := self._next(), yaml.DocumentStartEvent):
            message = "a second document begins here"
            fix = "take the line of hyphens or dots out, or make two files"
            raise self._unreadable("several-documents", second, message, fix)
        if value is None:
            return None, Place(self._file, 1, 1)
        return value, place_of_mark(self._file, first.start_mark)

    def _value(self, event: Any) -> Any:
        kind = type(event)
        self._last = event
        if kind is yaml.ScalarEvent:
            return self._scalar(event)
        if kind is yaml.AliasEvent:
            return self._refuse(event)
        refused = self._refuse(event) if event.anchor or event.tag else None
        self._depth += 1
        if self._depth > _MAX_DEPTH:
            message = "lists or keys are nested too deep here"
            raise self._unreadable("too-deep", event, message, "take the extra brackets out")
        read = self._mapping if kind is yaml.MappingStartEvent else self._sequence
        collection = read(event)
        self._depth -= 1
        return refused or collection

    def _sequence(self, _event: Any) -> Sequence:
        sequence = Sequence(self._file)
        while type(event := self._next()) is not yaml.SequenceEndEvent:
            value = self._value(event)
            if type(value) is str and (self._has_notes or " - " in value):
                self._is_wrong(yaml_lint.Position.BEHIND, event)
                if self._is_wrong(yaml_lint.Position.ITEM, event):
                    value = SPOILT
            sequence.add(value, event.start_mark)
        self._last = event
        return sequence

    def _mapping(self, start: Any) -> Mapping:
        mapping = Mapping(self._file, start)
        while type(key_event := self._next()) is not yaml.MappingEndEvent:
            key = self._value(key_event)
            value_event = self._next()
            value = self._value(value_event)
            if mapping.is_empty:
                # The end of a block scalar or of a list is not where its last text ends.
                last = self._last
                is_text = type(last) is yaml.ScalarEvent and last.style not in _BLOCK_STYLES
                mapping.end_first(last.end_mark, is_end_of_text=is_text)
            # Most texts are known to be good without a call.
            if type(value) is str:
                is_odd = (": " in value) if value_event.style else value[-1] in yaml_lint.MARKS
                where = yaml_lint.Position.LINES if value_event.style else yaml_lint.Position.PLAIN
                if is_odd and self._is_wrong(where, value_event):
                    value = SPOILT
                    mapping.is_whole = False  # the text has keys in it
            if not self._is_key(key, key_event):
                mapping.is_whole = False
            elif self._is_new_key(key, key_event, mapping):
                mapping.add(key, value, key_event.start_mark, value_event.start_mark)
                is_text = type(value_event) is yaml.ScalarEvent
                if is_text and self._has_notes and key in yaml_lint.HASH_KEYS:
                    self._is_wrong(yaml_lint.Position.BEHIND, value_event)
        self._last = key_event
        return mapping

    def _scalar(self, event: Any) -> str | Spoilt | None:
        value: str = event.value
        if event.anchor or event.tag:
            return self._refuse(event)
        if not value:
            return value if event.style else None
        if len(value) > MAX_TEXT:
            message = f"this text has {len(value):,} characters"
            fix = f"shorten it to {MAX_TEXT:,}; a quotation mark may be missing"
            return self._report("too-long", event, message, fix)
        # Without quotation marks there are no escapes, and so nothing but what the file holds.
        if self._is_doubtful or event.style == '"':
            return self._looked_at(value, event)
        return value

    def _looked_at(self, value: str, event: Any) -> str | Spoilt:
        if self._unprintable and self._has_unprintable(event):
            return SPOILT
        if self._disguised:
            value = value.translate(_FROM_GUISE)
        if bad := _NOT_XML.search(value):
            message = f"the text has the character U+{ord(bad[0]):04X}, which no feed can carry"
            fix = "take it out; a backslash in double quotation marks is written twice"
            return self._report("control-character", event, message, fix)
        if bad := _DAMAGED.search(value):
            message = f"the text has the character U+{ord(bad[0]):04X}, a sign of damage"
            fix = "copy the text anew from where it comes from"
            self._report("damaged-text", event, message, fix, Severity.WARNING)
        return value

    def _is_wrong(self, where: yaml_lint.Position, event: Any) -> bool:
        """Report what is odd about a text; return whether that is an error."""
        problem = yaml_lint.find(where, event, self._text, self._file)
        if problem is None:
            return False
        self._problems.append(problem)
        return problem.severity is Severity.ERROR

    def _is_key(self, key: Any, event: Any) -> bool:
        if key is SPOILT:
            return False
        if not isinstance(key, str):
            fix = "write a name and a colon, like title:"
            self._report("syntax", event, "a key is wanted here", fix)
            return False
        if key == "<<":
            self._report("alias", event, "keys can't be merged", "write the keys out")
            return False
        return True

    def _is_new_key(self, key: str, event: Any, mapping: Mapping) -> bool:
        if key in mapping or key in mapping.spoilt:
            if self._merged is not mapping or key not in _KEYS:
                first = mapping.place_of_key(key).line
                message = f"{quoted(key)} stands twice; the first is in line {first}"
                fix = "keep the one that is right"
                if key in _KEYS and not mapping.is_flow:
                    # Where a hyphen is missing, most keys stand twice: one of them is enough.
                    self._merged = mapping
                    fix += "; if a clipping begins here, put a hyphen and a space in front"
                self._report("repeated-key", event, message, fix)
            mapping.spoil(key)  # which of them was meant can't be known
            return False
        return True

    def _refuse(self, event: Any) -> Spoilt:
        if event.anchor is None:
            fix = "take the word with the exclamation mark out, or put the text in quotation marks"
            tag = event.tag.replace("tag:yaml.org,2002:", "!!", 1)
            return self._report("tag", event, f"{quoted(tag)} is a YAML tag", fix)
        is_alias = isinstance(event, yaml.AliasEvent)
        name = f"*{event.anchor}" if is_alias else f"&{event.anchor}"
        message = f"{quoted(name)} is a YAML {'alias' if is_alias else 'anchor'}"
        fix = "write the text out; if it begins like that, put it in quotation marks"
        return self._report("alias", event, message, fix)

    def _has_unprintable(self, event: Any) -> bool:
        start = bisect_left(self._unprintable, event.start_mark.index)
        return start < bisect_left(self._unprintable, event.end_mark.index)

    def _report_unprintable(self, text: str) -> None:
        line_starts = [0, *(found.end() for found in yaml_errors.LINE_BREAK.finditer(text))]
        for index in self._unprintable:
            line = bisect_right(line_starts, index)
            message = f"the character U+{ord(text[index]):04X} stands here, which no feed can carry"
            fix = "it can't be seen: delete it, or type the words around it anew"
            column = index - line_starts[line - 1] + 1
            place = Place(self._file, line, column)
            self._problems.append(Problem("control-character", message, fix, place))

    def _report(
        self, code: str, event: Any, message: str, fix: str, severity: Severity = Severity.ERROR
    ) -> Spoilt:
        place = place_of_mark(self._file, event.start_mark)
        self._problems.append(Problem(code, message, fix, place, severity))
        return SPOILT

    def _unreadable(self, code: str, event: Any, message: str, fix: str) -> InvalidFile:
        return InvalidFile(
            [Problem(code, message, fix, place_of_mark(self._file, event.start_mark))]
        )


def _doubtful(text: str) -> Iterator[tuple[int, int]]:
    """Yield start and end of each slice of a text in which there may be an unusual character.

    In slices, because a search of all of a long text would keep other threads from their work.
    """
    for start in range(0, len(text), _SLICE):
        part = text[start : start + _SLICE]
        plain = part.replace("\n", "").replace("\r", "")
        if not plain.isprintable() or "\ufffd" in plain:
            yield start, start + _SLICE


def _unprintable(text: str, slices: Iterable[tuple[int, int]]) -> list[int]:
    """Return where characters begin that no file may hold, a run of them once."""
    starts, last_end = [], -1
    for each in slices:
        for found in _UNPRINTABLE.finditer(text, *each):
            if found.start() != last_end:  # else it goes on from the slice before
                starts.append(found.start())
            last_end = found.end()
    return starts


def without_marks(text: str) -> tuple[str, str]:
    """Divide a file's text into its byte order marks and the rest, in which places are counted."""
    rest = text.lstrip("\ufeff")
    return text[: len(text) - len(rest)], rest


def _decoded(data: bytes, file: str) -> str:
    if data.startswith(_OF_WORD_PROCESSORS):
        message = "this is the file of a word processor, and no plain text"
        fix = "copy the text of it into a text editor, and save that in its place"
        raise InvalidFile([Problem("encoding", message, fix, Place(file, 1, 1))])
    if len(data) > MAX_BYTES:
        message = f"the file has more than {MAX_BYTES:,} bytes"
        fix = "divide it into files in a folder"
        raise InvalidFile([Problem("too-large", message, fix, Place(file, 1, 1))])
    wide = data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) or b"\0" in data[:4]
    try:
        if not wide:
            return without_marks(data.decode())[1]
        place = Place(file, 1, 1)
    except UnicodeDecodeError as error:
        good = without_marks(error.object[: error.start].decode())[1]
        lines = yaml_errors.LINE_BREAK.split(good)
        place = Place(file, len(lines), len(lines[-1]) + 1)
    message = "the file is not written in UTF-8" + (" but in UTF-16 or the like" if wide else "")
    fix = "save it again and choose UTF-8 as the encoding"
    raise InvalidFile([Problem("encoding", message, fix, place)])
