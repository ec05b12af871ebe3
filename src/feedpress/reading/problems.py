"""Problem: what is wrong in an editor's file, where, and how to fix it; and the list of codes.

Texts that fit one place only are written there; `docs/problems.md` explains each code.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Self

from feedpress.errors import FeedpressError
from feedpress.model import Place


class Severity(StrEnum):
    """An error keeps this version of the files from being published, a warning does not."""

    ERROR = "error"
    WARNING = "warning"


#: Where the codes are explained. An absolute address is as good; only this line knows it.
PAGE = "docs/problems.md"

#: Every code, with what it is in a few words.
CODES = {
    "address": "not a web address that can be published",
    "alias": "an anchor, an alias or a merge key of YAML",
    "ambiguous-name": "a name that two projects or sources claim",
    "bad-id": "an id that can't be part of an address",
    "bad-value": "a value that this key can't have",
    "bracket": "a bracket that is not closed",
    "clippings-missing": "a file without clippings",
    "colon": "a colon inside a text without quotation marks",
    "conflict": "marks that are left of two versions of the same lines",
    "control-character": "a character that no feed can carry",
    "curly-quotes": "curly quotation marks where straight ones must be",
    "damaged-text": "a character that stands for a lost one",
    "date": "not a date, or one that never was",
    "dated-after-added": "an article that came out after it was added",
    "duplicate": "a clipping that derives the same id as another one",
    "duplicate-section": "a section that is in two files",
    "empty-file": "a file with nothing in it",
    "encoding": "a file that is not UTF-8",
    "escape": "a backslash that means something special",
    "held-back": "an article that is still to come out",
    "hyphen": "a hyphen that is missing, or another sign in its place",
    "indentation": "a line that starts at the wrong column",
    "lost-in-comment": "the rest of a text that is taken for a note",
    "missing-colon": "a line without a key and its colon",
    "missing-date": "a clipping without a date",
    "missing-id": "a clipping without an id",
    "missing-key": "a key that must be there",
    "near-name": "a project or source whose name is nearly that of another",
    "no-effect": "a date that changes nothing",
    "no-project": "a clipping in no project",
    "not-a-list": "something else where a list must be",
    "not-a-mapping": "something else where keys must be",
    "not-text": "a list or keys where a text must be",
    "possible-duplicate": "a clipping that looks like another one",
    "publication-missing": "a file that does not say what it publishes",
    "quote": "a quotation mark that is not closed, or text behind one",
    "repeated-id": "an id that another clipping has",
    "repeated-key": "a key that is there twice",
    "same-instant": "two clippings that were added in the same second",
    "several-documents": "a second YAML document in the file",
    "special-character": "a text that starts with a character special to YAML",
    "surrogate": "half of a character",
    "syntax": "something that is not YAML",
    "tab": "a tab where spaces must be",
    "tag": "a type written with an exclamation mark",
    "too-deep": "lists in lists in lists",
    "too-large": "a file larger than feedpress reads",
    "too-long": "a text longer than any clipping needs",
    "unknown-key": "a key that feedpress does not know",
    "unknown-project": "a project that the file does not describe",
    "unreadable": "a file that can't be opened",
}


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong at one place."""

    code: str
    message: str
    fix: str
    place: Place
    severity: Severity = Severity.ERROR

    def __post_init__(self) -> None:
        if self.code not in CODES:
            raise ValueError(f"unknown problem code {self.code!r}: add it to CODES")

    def __str__(self) -> str:
        place = self.place
        where = f"{place.file}:{place.line}:{place.column}"
        return f"{where}: {self.severity}: {self.message}; {self.fix} [{self.code}]"


#: Problems with the same code and severity that a file may have, and problems in all.
MOST_OF_A_KIND = 100
MOST = 1_000


class Problems(list[Problem]):
    """The problems found so far; beyond the limits, each kind's others are only counted.

    The last problem of a kind then says how many there are, with the place of the first of them.
    So a file with a million mistakes stays invalid and its report stays small.
    """

    def __init__(self) -> None:
        super().__init__()
        self._kept = Counter[tuple[str, str, Severity]]()
        # For each kind with a problem that counts the others: where it is, and the number.
        self._index: dict[tuple[str, str, Severity], int] = {}
        self._more = Counter[tuple[str, str, Severity]]()

    def append(self, problem: Problem) -> None:
        """Add a problem, or count it."""
        kind = (problem.place.file, problem.code, problem.severity)
        if not self._more[kind] and self._kept[kind] < MOST_OF_A_KIND and len(self) < MOST:
            self._kept[kind] += 1
            super().append(problem)
            return
        self._more[kind] += 1
        place = self[self._index[kind]].place if kind in self._index else problem.place
        message = f"and {self._more[kind]:,} more of this kind"
        rest = Problem(problem.code, message, "fix the others first", place, problem.severity)
        if kind in self._index:
            self[self._index[kind]] = rest
        else:
            self._index[kind] = len(self)
            super().append(rest)

    def extend(self, problems: Iterable[Problem]) -> None:
        """Add or count each problem."""
        for problem in problems:
            self.append(problem)

    # list's own takes any iterable, too, but mypy compares it with list's __add__.
    def __iadd__(self, problems: Iterable[Problem]) -> Self:  # type: ignore[override,misc]
        self.extend(problems)
        return self


class InvalidFile(FeedpressError):
    """This version of the files can't be published, because it has errors."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = sorted_problems(problems)
        super().__init__("\n".join(map(str, self.problems)))


def help_link(code: str) -> str:
    """Return where a code is explained."""
    return f"{PAGE}#{code}"


def quoted(typed: str) -> str:
    """Return what an editor typed as a message shows it: in quotation marks, and not too long."""
    return repr(typed if len(typed) <= 60 else f"{typed[:57]}...")


def line_of(other: Place, place: Place) -> str:
    """Return in words the line of another place, with its file where that is another, too."""
    elsewhere = f" of {other.file}" if other.file != place.file else ""
    return f"line {other.line}{elsewhere}"


def sorted_problems(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    """Sort errors before warnings, and each by file and line."""
    return tuple(sorted(problems, key=_rank))


def counted(number: int, noun: str) -> str:
    """Return a number of things in words: "1 error", "2 errors"."""
    return f"{number} {noun}" + ("" if number == 1 else "s")


def _rank(problem: Problem) -> tuple[bool, str, int, int]:
    place = problem.place
    return (problem.severity is Severity.WARNING, place.file, place.line, place.column)
