"""What an error of libyaml means in an editor's words, at the line that is wrong.

libyaml says what it expected and where it stopped, which may be lines below the mistake. Each rule
has a pattern for the lines around and, if need be, one for what libyaml said. The first rule that
matches is reported. The rules keep no state and know nothing of YAML beyond what they look for.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum, auto
from typing import Any

from feedpress.model import Place
from feedpress.reading import schema_models
from feedpress.reading.problems import Problem

LINE_BREAK = re.compile(r"\r\n?|\n")

# Limits that keep the time linear in the length of a file.
_MOST_LINES = 2_000
_LINES_BELOW = 20
_MOST_CHARACTERS = 1024  # libyaml allows no longer key

_PARTS = (
    schema_models.ClippingShape,
    schema_models.PublicationShape,
    schema_models.ProjectShape,
    schema_models.SourceShape,
    schema_models.ImageShape,
    schema_models.PersonShape,
)
# Patterns of names of keys.
_CLIPPING = "|".join(schema_models.ClippingShape.model_fields)
_PUBLICATION = "|".join(schema_models.PublicationShape.model_fields)
_SECTION = "|".join(schema_models.FileShape.model_fields)
_PART = "|".join(sorted({key for part in _PARTS for key in part.model_fields}))
_ANY = f"{_PART}|{_SECTION}"
# A line that begins with a key, and one that goes on with a text.
_KEY_LINE = rf" *(?:- +)?(?:{_ANY}):\s"
_TEXT = r"[^\s#.\]}%{\[&*!|>@`\"'?-](?!.*:(?:\s|$)).*"
_BULLET = "[*+•·–—−]"

_SECTION_LINE = re.compile(rf"(?:{_SECTION})(?= *:(?! *\[)(?:\s|$))")


class Scope(Enum):
    """The text that a rule's pattern is matched with."""

    #: Each line from the start of the part that libyaml could not parse down to the mark, in turn.
    #: The pattern may go on to the lines below.
    ALL = auto()
    #: The same with the few lines at the start, and at the mark.
    NEAR = auto()
    #: The line of the mark with a line break at the mark.
    MARK = auto()
    #: The line where the quotation mark, bracket or key began with a line break at that place.
    START = auto()


@dataclass(frozen=True, slots=True)
class _Rule:
    """A mistake, and how it is recognized.

    The problem stands at the pattern's group `at`; without one, at the line break of MARK or START.
    Message and fix may name the pattern's groups.
    """

    where: Scope
    pattern: str
    code: str
    message: str
    fix: str
    #: Matches what libyaml said, "on the same line" if it did so, and "in" the section.
    said: str = ""


_QUOTE_IT = "put the whole text in quotation marks"
_QUOTE_BRACKETS = "a text with brackets goes in quotation marks"
_NO_ITEM = (
    "hyphen",
    "clippings and items of a list begin with a hyphen and a space",
    "put a hyphen and a space in place of {at!r}",
)
_UNCLOSED = (
    "quote",
    "the quotation mark that opens here is never closed",
    "close it with a straight one at the end of the text, or remove it",
)
_NO_KEY = (
    "missing-colon",
    "this line has no key with a colon",
    "write a key and a colon in front, # before a note, or indent it as part of what is above",
)
_NO_HYPHEN = (
    "hyphen",
    "a clipping begins here without a hyphen",
    "put a hyphen and a space in front of {at}:",
)
_TOO_FAR_LEFT = (
    "indentation",
    "the key {at!r} begins further to the left than what it belongs to",
    "put spaces in front, or a hyphen and a space if a clipping begins here",
)

_RULES = (
    # What a line shows by itself, whatever libyaml said.
    _Rule(
        Scope.ALL,
        r"(?P<at><{7}|>{7}|\|{7}|={7})(?:\s|$)",
        "conflict",
        "two versions of the next lines met in a conflict, and its marks were left here",
        "keep the lines that are right, and remove the lines of <<<<<<<, ======= and >>>>>>>",
    ),
    _Rule(  # some versions of libyaml stop here before they report the brackets one by one
        Scope.ALL,
        r"(?:[^\[\]{}\n]*[\[{]){12}[^\[\]{}\n]*(?P<at>[\[{])",
        "too-deep",
        "lists or keys are nested too deep here",
        "remove the extra brackets",
    ),
    _Rule(
        Scope.ALL,
        rf" *(?:-|(?:- +)?(?:{_ANY}) *:)?(?P<at>[^\S \t\n])",
        "indentation",
        "the space here is not an ordinary one",
        "delete it and type spaces instead",
    ),
    _Rule(
        Scope.ALL,
        rf" *(?P<at>{_BULLET}|\d{{1,3}}[.)]|-(?! )) *(?:{_PART}) *:\s",
        *_NO_ITEM,
    ),
    _Rule(
        Scope.ALL,
        rf"( *)(?:- +)?\w+: +[|>][-+\d]* *\n(?!\1 |{_KEY_LINE}) *(?P<at>[^\s#-])",
        "indentation",
        "this line does not belong to the text that the line above begins",
        "indent it: put more spaces in front than the line above has",
    ),
    _Rule(Scope.ALL, r"(?P<at>id|title) *:\s", *_NO_HYPHEN, said="in clippings"),
    _Rule(Scope.ALL, rf"clippings: *\n(?:\s*#.*\n)* *(?P<at>{_CLIPPING}) *:\s", *_NO_HYPHEN),
    _Rule(Scope.ALL, rf"(?P<at>(?!(?:{_SECTION}) *:)(?:{_PART})) *:\s", *_TOO_FAR_LEFT, said="in "),
    _Rule(Scope.ALL, rf"(?P<at>{_TEXT})(?:\n|$)", *_NO_KEY),
    _Rule(
        Scope.ALL,
        rf" +(?P<at>{_PUBLICATION}) *:\s",
        "publication-missing",
        "this key is indented, and nothing says what it belongs to",
        "write publication: on a line of its own above",
        said="document start>$",
    ),
    _Rule(
        Scope.ALL,
        r"\.\.\.\s*\n(?P<at>.)",
        "several-documents",
        "a second document begins here",
        "remove the line of dots above, or make two files",
        said="document start",
    ),
    # What is wrong only because libyaml stopped here.
    _Rule(
        Scope.NEAR,
        rf"(?:( *)- .*\n\1|( *)(?:{_ANY}): *\n\2 *)(?P<at>{_BULLET}(?=\s)|-(?=[^\s-]))",
        *_NO_ITEM,
    ),
    _Rule(
        Scope.NEAR,
        rf"(?:.*[{{,])?\s*(?:- +)?(?P<key>{_ANY})(?P<at> *[=;,：]| +(?=[^\s:])(?!.*:(?:\s|$)))",
        "missing-colon",
        "no colon stands behind {key!r}",
        "write {key}: and a space behind the colon",
    ),
    _Rule(
        Scope.NEAR,
        rf"\s*(?:- +)?(?P<at>{_ANY}):[^\s:]",
        "missing-colon",
        "no space stands behind the colon of this line",
        "put one there",
    ),
    _Rule(
        Scope.NEAR,
        r".*?\w: +(?P<at>[“”„«])[^“”„«\n]*?(?:: | #)",
        "curly-quotes",
        "curly quotation marks don't hold a text together",
        'put straight quotation marks around the whole text: "…"',
    ),
    _Rule(
        Scope.NEAR,
        r"\s*(?:- +)*\w[^:{\[\"'\n]*: +(?P<at>[^\s\[{\"'|>])[^{\n]*: [^{\n]*\}\s*(?:\n|$)",
        "bracket",
        "a bracket closes here that was never opened",
        "put '{{' behind the first colon",
    ),
    _Rule(
        Scope.NEAR,
        r" *(?P<at>-) +title *:\s",
        "not-a-mapping",
        "a project begins with its short name, and not with a hyphen",
        "write a short name and a colon, like technology:, above title: and remove the hyphen",
        said="expected '-' .* in projects",
    ),
    _Rule(
        Scope.MARK,
        rf" *\n- +(?:(?:{_CLIPPING}) *:\s|\{{)",
        "clippings-missing",
        "a list of clippings begins here, and nothing says that it is one",
        "write clippings: on a line of its own above",
        said="expected key .* in (?!clippings)",
    ),
    _Rule(Scope.NEAR, rf"( *)(?P<at>{_TEXT})\n\1(?:{_ANY}):\s", *_NO_KEY),
    # What libyaml said.
    _Rule(
        Scope.MARK,
        r".*\n\t",
        "tab",
        "a tab stands here",
        "put spaces in its place",
    ),
    _Rule(Scope.START, r".*\n", *_UNCLOSED, said="unexpected .*quoted scalar"),
    _Rule(
        Scope.MARK,
        r".*\n",
        "surrogate",
        "this escape is half of a character, or none",
        "type the character itself",
        said="Unicode character escape",
    ),
    _Rule(
        Scope.MARK,
        r".*\n",
        "escape",
        "a backslash means something special in double quotation marks",
        "write it twice, or use single quotation marks",
        said="escape character|hexdecimal",
    ),
    _Rule(
        Scope.MARK,
        r".*\n(?P<sign>[\]}])",
        "bracket",
        "{sign!r} closes no bracket",
        f"remove it, or {_QUOTE_IT}",
        said="expected (?!',')",
    ),
    _Rule(
        Scope.START,
        r".*\n(?P<sign>.)",
        "special-character",
        "a text can't begin with {sign!r}",
        _QUOTE_IT,
        said="cannot start any token|alias|anchor|directive|block scalar|block node",
    ),
    _Rule(
        Scope.MARK,
        r".*\n(?P<sign>.)",
        "special-character",
        "a text can't begin with {sign!r} and a space",
        f"{_QUOTE_IT}; a list begins on the next line",
        said="sequence entries|mapping keys",
    ),
    _Rule(
        Scope.MARK,
        r".*\n:",
        "colon",
        "a colon stands here that does not fit",
        "put a space behind it, or the text that it belongs to in quotation marks",
        said="unexpected ':'|flow .*on the same line",
    ),
    _Rule(
        Scope.MARK,
        r".*\n(?P<sign>.)",
        "bracket",
        "something is missing between the brackets before {sign!r}",
        f"put a comma between the parts, or a colon behind a key; {_QUOTE_BRACKETS}",
        said="flow .*on the same line",
    ),
    _Rule(
        Scope.START,
        r".*\n",
        "bracket",
        "the bracket that opens here is never closed",
        f"close it where its last part ends; {_QUOTE_BRACKETS}",
        said="flow",
    ),
    _Rule(
        Scope.MARK,
        r"\s*(?:- +)*[^\s:][^:\n]*:\s.*\n",
        "colon",
        "a second colon stands in this line",
        f"{_QUOTE_IT}; if another key begins here, put it on a line of its own",
        said="mapping values",
    ),
    _Rule(Scope.START, r".*\n", *_NO_KEY, said="expected ':'"),
    _Rule(
        Scope.MARK,
        r".*[\"']\s*\n",
        "quote",
        "text stands behind a closing quotation mark",
        "put all in one pair and double the marks inside, 'it''s'; or one above is not closed",
    ),
    _Rule(
        Scope.MARK,
        r".*[\s:-](?P<at>\*\S+)\s+\n",
        "special-character",
        "a text can't begin with '*'",
        _QUOTE_IT,
    ),
    _Rule(
        Scope.MARK,
        r".*[\]}]\s*\n",
        "bracket",
        "text stands behind a closing bracket",
        _QUOTE_IT,
    ),
    _Rule(
        Scope.MARK,
        r"\s*(?:- +)?\n:",
        "missing-colon",
        "this line has a colon and no key before it",
        "write the key in front of the colon, or remove the line",
    ),
    _Rule(
        Scope.MARK,
        r" *\n- ",
        "indentation",
        "this clipping begins in another column than the others",
        "begin its hyphen in the same column, and its keys as those of the others",
    ),
    _Rule(
        Scope.MARK,
        r".*\n",
        "indentation",
        "this line does not fit in with the lines above",
        "begin it in the same column as the other keys, and look for a colon missing above",
        said="mapping values|did not find expected",
    ),
    _Rule(
        Scope.MARK,
        r".*\n",
        "syntax",
        "this is not YAML: {said}",
        "look at this line and the one above",
    ),
)


class _Report:
    """What libyaml said, and the lines around."""

    def __init__(self, error: Any, text: str) -> None:
        self.lines = LINE_BREAK.split(text)
        self.words = f"{error.problem} {error.context or ''}".strip()
        self.mark = error.problem_mark
        self.start = error.context_mark or self.mark
        #: Whether a text, a list in brackets or the like began at the start, not a whole block.
        self.is_near = "block" not in self.words
        self.first = error.context_mark.line - 1 if error.context_mark else 0
        self.last = min(self.mark.line, len(self.lines) - 1)
        self.said = self.words
        if error.context_mark and self.mark.line == self.start.line:
            self.said += " on the same line"
        above = map(_SECTION_LINE.match, self.lines[: self.last][::-1])
        if section := next(filter(None, above), None):
            self.said += f" in {section[0]}"

    def find(self, rule: _Rule) -> tuple[re.Match[str], int, int] | None:
        """Return a rule's match with the line and column of the problem, counted from 0."""
        if not re.search(rule.said, self.said):
            return None
        if rule.where is Scope.MARK:
            return self._at(self.mark, rule.pattern)
        if rule.where is Scope.START:
            return self._at(self.start, rule.pattern)
        for number in self._numbers(rule.where):
            below = "\n".join(self.lines[number : number + _LINES_BELOW])[:_MOST_CHARACTERS]
            if found := re.match(rule.pattern, below):
                *above, last = below[: found.start("at")].split("\n")
                return found, number + len(above), len(last)
        return None

    def _at(self, mark: Any, pattern: str) -> tuple[re.Match[str], int, int] | None:
        line = self.lines[mark.line] if mark.line < len(self.lines) else ""
        skipped = max(0, mark.column - _MOST_CHARACTERS)
        broken = f"{line[skipped : mark.column]}\n{line[mark.column :][:_MOST_CHARACTERS]}"
        found = re.match(pattern, broken)
        if not found:
            return None
        is_before = "at" in found.groupdict()
        return found, mark.line, skipped + found.start("at") if is_before else mark.column

    def _numbers(self, where: Scope) -> Iterable[int]:
        """Return the numbers of the lines to look at, without comments."""
        numbers: Iterable[int] = range(max(0, self.first, self.last - _MOST_LINES), self.last + 1)
        if where is Scope.NEAR:
            above = next((n for n in range(self.last - 1, 0, -1) if self.lines[n].strip()), 0)
            near = {above, self.last}
            if self.is_near:
                near |= {self.start.line - 1, self.start.line}
            numbers = sorted(near.intersection(range(self.last + 1)))
        return (number for number in numbers if not self.lines[number].lstrip().startswith("#"))


def diagnose(error: Any, text: str, file: str) -> Problem:
    """Return the problem that a MarkedYAMLError of libyaml is about."""
    report = _Report(error, text)
    matches = ((rule, report.find(rule)) for rule in _RULES)
    rule, (match, line, column) = next((r, found) for r, found in matches if found)
    words = match.groupdict() | {"said": report.words}
    place = Place(file, min(line + 1, len(report.lines)), column + 1)
    return Problem(rule.code, rule.message.format(**words), rule.fix.format(**words), place)
