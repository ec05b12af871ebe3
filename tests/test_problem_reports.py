"""What `check` found, as people, programs and code hosts read it."""

import json
import re
from collections.abc import Iterable
from typing import Any

import pytest

from feedpress.model import Place
from feedpress.reading.problems import Problem, Severity
from feedpress.review.reports import problems as report
from feedpress.review.reports.excerpts import excerpt, safe
from feedpress.review.reports.passages import Passage, Texts
from feedpress.review.reports.problems import MOST_SHOWN, Tone

_FOLDER = "/home/editor/list"


def _problem(
    line: int = 1,
    column: int = 1,
    code: str = "unknown-key",
    *,
    message: str = "the key 'titel' is not known",
    fix: str = "did you mean 'title'?",
    file: str = "clippings.yaml",
    severity: Severity = Severity.ERROR,
) -> Problem:
    return Problem(code, message, fix, Place(file, line, column), severity)


def _texts(text: str, file: str = "clippings.yaml") -> Texts:
    return Texts([(file, text.encode())])


def _plain(text: str, _: Tone) -> str:
    return text


def _marked(line: str, column: int, code: str = "unknown-key") -> str:
    """Return what is underlined of a line where a problem stands at a column."""
    passage = _texts(line).passage(_problem(1, column, code))
    assert passage is not None
    assert passage.line == line
    return line[passage.start : passage.end]


def _told(found: Iterable[Problem], texts: Texts, width: int = 100) -> list[str]:
    return list(report.text(tuple(found), texts, width, _plain))


@pytest.mark.parametrize(
    ("line", "meant"),
    [
        ("- titel: City opens", "titel"),
        ("  titel:", "titel"),
        ("  'titel': City", "'titel'"),
        ("  Smith, Jones: {url: x}", "Smith, Jones"),
        ("- {title: A, sumary: B}", "sumary"),
        ("- {title: A, b: B}", "b"),
        ("  published: 9/14/2016", "9/14/2016"),
        ("  published: 9/14/2016   # a guess", "9/14/2016"),
        ("  title: C# for all  ", "C# for all"),
        ("  url: www.example.com/a,b", "www.example.com/a,b"),
        ('  title: "Portal: opens"  # x', '"Portal: opens"'),
        ('  title: "a \\" b" c', '"a \\" b"'),
        ("  title: 'It''s, here' c", "'It''s, here'"),
        ('  title: "never closed', '"never closed'),
        ("  projects: [Portal, Dta Science, X]", "Dta Science"),
        ("  projects: [Portal, Dta Science]", "Dta Science"),
        ("  projects: [Portal, Dta # x", "Dta"),
        ("  projects: [Portal, 'A, B', X]", "'A, B'"),
        ("  image: {url: www.example.com, alt: x}", "www.example.com"),
        ("  image: {url: www.example.com", "www.example.com"),
        ("             Dta, X]", "Dta"),
        ("  - Dta, X", "Dta, X"),
        ("  just a text", "just a text"),
        ("published:2016-09-14", "published:2016-09-14"),
        ("  title: [Opinion] Portal", "[Opinion]"),
        ("  title: [a, [b, {c: d}], e]  # f", "[a, [b, {c: d}], e]"),
        ("  title: ['a]', \"b]\", it's]", "['a]', \"b]\", it's]"),
        ("  title: [never closed", "["),
        ("  title: }", "}"),
        ("  title: a]", "a]"),
        ("  title: @city opens", "@city opens"),
        ("  title: >-  # folded", ">-"),
        ("  title: a\tb", "\t"),
        ("  title: a: b", ": b"),
        ("  title: \\d", "\\d"),
        ("  title: \\", "\\"),
        ("  title: \x1b[31m", "\x1b"),
        ("  title: # nothing", "# nothing"),
    ],
)
def test_what_is_underlined(line: str, meant: str) -> None:
    """A key alone, a quoted text to its end, an item to its comma, else the value is meant."""
    column = line.index(meant) + 1
    assert _marked(line, column) == (":" if meant == ": b" else meant)


@pytest.mark.parametrize("line", ["- title: City opens", "- id: a # b"])
def test_a_clipping_is_underlined_as_a_whole(line: str) -> None:
    """What is wrong with a clipping and not with its first key underlines more than that."""
    assert _marked(line, 3, "no-project") == line[2:].removesuffix(" # b")
    assert _marked(line, 3) in ("title", "id")


def test_nothing_behind_the_line() -> None:
    """Where a value is missing, the place behind the colon is shown, and none beyond the line."""
    for column in (7, 8, 99):
        passage = _texts("title:").passage(_problem(1, column))
        assert passage == Passage("title:", 6, 6)
        assert excerpt(passage, 50) == ("title:", "      ^")


@pytest.mark.parametrize(
    "problem",
    [
        _problem(3),
        _problem(99),
        _problem(file="other.yaml"),
        _problem(file="latin.yaml"),
    ],
    ids=["an empty line", "no such line", "no such file", "not UTF-8"],
)
def test_no_line_to_show(problem: Problem) -> None:
    """Where there is no line, the problem is told without it."""
    texts = Texts([("clippings.yaml", b"a\nb\n\nc"), ("latin.yaml", b"caf\xe9")])
    assert texts.passage(problem) is None
    place = problem.place
    assert _told([problem], texts) == [
        f"{place.file}:{place.line}:1: error: the key 'titel' is not known [unknown-key]",
        "  fix: did you mean 'title'?",
        "  help: docs/problems.md#unknown-key",
        "",
    ]
    assert json.loads(report.as_json([problem], texts))[0]["end_column"] is None
    assert "endColumn" not in next(report.github([problem], texts, _FOLDER))


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_lines_are_counted_as_in_yaml(end: str) -> None:
    """Every line end counts once, a byte order mark and a separator of lines are none."""
    texts = _texts(f"\ufeffone{end}two\u2028\x85more{end}three")
    lines = [passage.line for n in (1, 2, 3) if (passage := texts.passage(_problem(n)))]
    assert lines == ["one", "two\u2028\x85more", "three"]


@pytest.mark.parametrize(
    ("line", "start", "end", "expected"),
    [
        ("title: x", 0, 5, ("title: x", "^^^^^")),
        ("  京都: x", 2, 4, ("  京都: x", "  ^^^^")),
        ("京都: x", 4, 5, ("京都: x", "      ^")),
        ("cafe\u0301: x", 0, 5, ("cafe\u0301: x", "^^^^")),
        ("cafe\u0301: x", 7, 8, ("cafe\u0301: x", "      ^")),
        ("\u0301: x", 0, 1, ("\u0301: x", "^")),
        ("\t- b", 0, 1, ("    - b", "^^^^")),
        ("\tx", 1, 2, ("    x", "    ^")),
        ("a\u3000b\xa0c", 4, 5, ("a  b c", "     ^")),
        ("a\x1b[31m", 1, 2, ("a\u241b[31m", " ^")),
        ("a\x7f\x9b\u202eb", 4, 5, ("a\u2421\ufffd\ufffdb", "    ^")),
    ],
)
def test_underline_is_below(line: str, start: int, end: int, expected: tuple[str, str]) -> None:
    """Wide letters take two columns, marks on letters none, a tab four; signs are shown as one."""
    assert excerpt(Passage(line, start, end), 80) == expected


@pytest.mark.parametrize("length", [100, 101, 5_000, 100_000])
@pytest.mark.parametrize("letter", ["x", "京", "\u0301", "\t"])
@pytest.mark.parametrize("at", [0.0, 0.01, 0.5, 0.99, 1.0])
def test_long_line_is_cut_around_the_place(length: int, letter: str, at: float) -> None:
    """Of a long line no more is shown than fits, and the place is in it."""
    start = int(at * (length - 4))
    line = f"{letter * start}HERE{letter * (length - start - 4)}"
    shown, underline = excerpt(Passage(line, start, start + 4), 60)
    assert "HERE" in shown
    assert len(underline) <= 60
    assert len(shown) <= 60 * 4 + 6
    assert underline.endswith("^^^^")
    if letter == "x":
        assert len(shown) <= 60
        assert shown[underline.index("^") :].startswith("HERE")
        assert shown.startswith("...") == (length > 60 and start > 20)
        assert shown.endswith("...") == (start + 50 < length)
        assert len(shown) == 60


def test_line_that_just_fits_is_whole() -> None:
    """A line is cut only where it is longer than there is room."""
    assert excerpt(Passage("x" * 60, 59, 60), 60) == ("x" * 60, " " * 59 + "^")
    assert excerpt(Passage("x" * 61, 0, 61), 60) == ("x" * 57 + "...", "^" * 57)


_HOSTILE = "\x1b[31m \x9b31m \u202eevil \u2066 \x00 \r \n \u2028 \u200b \ufeff \ud800"


def test_nothing_acts_upon_the_terminal() -> None:
    """Neither a line nor a message sends a control character, nor one that turns text around."""
    line = _HOSTILE.replace("\r", "").replace("\n", "").replace("\ud800", "")
    assert safe(_HOSTILE).isprintable()
    for width in (40, 60, 100):
        problem = _problem(1, 9, message=_HOSTILE, fix=_HOSTILE)
        assert all(each.isprintable() for each in _told([problem], _texts(line), width))


def test_text() -> None:
    """People get the place, what is wrong, the line, the fix, and where to read more."""
    text = "clippings:\n- titel: City opens  # x\n"
    assert _told([_problem(2, 3)], _texts(text)) == [
        "clippings.yaml:2:3: error: the key 'titel' is not known [unknown-key]",
        "  2 | - titel: City opens  # x",
        "    |   ^^^^^",
        "  fix: did you mean 'title'?",
        "  help: docs/problems.md#unknown-key",
        "",
    ]


def test_line_fits_the_terminal() -> None:
    """A line and its number are no wider than the terminal; a very narrow one is let be."""
    texts = _texts("\n" * 999 + "x" * 500)
    for width, most in ((80, 80), (41, 41), (1, 40)):
        _, line, underline, *_ = _told([_problem(1000, 250)], texts, width)
        assert line.startswith("  1000 | ...")
        assert len(underline) <= len(line) == most


def test_colours_have_a_meaning() -> None:
    """The severity and the mark have one colour, errors another one than warnings."""
    found = (_problem(), _problem(severity=Severity.WARNING))
    texts = _texts("titel:")
    lines = list(report.text(found, texts, 80, lambda text, tone: f"<{tone.name} {text}>"))
    assert lines[0].startswith("<PLACE clippings.yaml:1:1:> <ERROR error:> the key")
    assert lines[2] == "<LABEL     | ><ERROR ^^^^^>"
    assert lines[6].startswith("<PLACE clippings.yaml:1:1:> <WARNING warning:> the key")
    assert lines[8] == "<LABEL     | ><WARNING ^^^^^>"


def _warnings(number: int, **kwargs: Any) -> list[Problem]:
    return [_problem(n + 1, severity=Severity.WARNING, **kwargs) for n in range(number)]


def test_warning_of_many_lines_is_told_once() -> None:
    """From four on, warnings that say the same are one entry with the lines of the others."""
    texts = _texts("a: b\n" * 30)
    assert len(_told(_warnings(3), texts)) == 3 * 6
    lines = _told(_warnings(4), texts)
    assert len(lines) == 7
    assert lines[4] == "  also: in lines 2, 3, 4"
    also = "  also: in lines 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13"
    assert _told(_warnings(13), texts)[4] == also
    assert _told(_warnings(30), texts)[4] == f"{also} and 17 more"


def test_other_files_are_named() -> None:
    """In a folder, a line of another file has its name."""
    found = [*_warnings(2), *_warnings(2, file="b.yaml")]
    (also,) = (line for line in _told(found, _texts("a")) if "also" in line)
    assert also == "  also: in lines 2, b.yaml:1, b.yaml:2"


@pytest.mark.parametrize("key", ["code", "message", "fix"])
def test_different_warnings_stay_apart(key: str) -> None:
    """Only what has code, message and fix in common is told once."""
    other: dict[str, Any] = {key: "duplicate"}
    found = [*_warnings(3), *_warnings(1, **other)]
    assert not [line for line in _told(found, _texts("a")) if "also" in line]


def test_errors_are_told_each() -> None:
    """An error is never told as one of many; beyond a bound they are counted."""
    texts = _texts("a: b\n" * 60)
    errors = [_problem(n + 1) for n in range(MOST_SHOWN)]
    lines = _told(errors, texts)
    assert sum(" error: " in line for line in lines) == MOST_SHOWN
    assert lines[-1] == "" != lines[-2]
    assert "more" not in lines[-2]
    more = _told([*errors, _problem(51), *_warnings(1000)], texts)
    assert more[:-2] == lines
    assert more[-2:] == ["and 1,001 more; --format json tells all of them", ""]


@pytest.mark.parametrize(
    ("found", "clippings", "expected"),
    [
        ([], 57, "57 clippings can be published; 0 errors, 0 warnings. All is well."),
        (_warnings(2), 0, "0 clippings can be published; 0 errors, 2 warnings."),
        (
            [_problem()],
            None,
            "1 error, 0 warnings. Nothing in this version is published until the error is fixed.",
        ),
        (
            [_problem(1), _problem(2), *_warnings(1)],
            None,
            "2 errors, 1 warning. Nothing in this version is published until all errors are fixed.",
        ),
    ],
)
def test_summary(found: list[Problem], clippings: int | None, expected: str) -> None:
    """The last line counts what is wrong, and says what an error means for the whole file."""
    assert report.summary(found, clippings) == expected


def test_json() -> None:
    """Programs get a list of objects with the same keys, and nothing that acts upon a terminal."""
    problem = _problem(2, 3, message="京都 \x1b[31m \x7f\u202e")
    told = report.as_json([problem], _texts("clippings:\n- titel: x"))
    assert json.loads(told) == [
        {
            "code": "unknown-key",
            "severity": "error",
            "message": "京都 \x1b[31m \x7f\u202e",
            "fix": "did you mean 'title'?",
            "file": "clippings.yaml",
            "line": 2,
            "column": 3,
            "end_column": 8,
            "link": "docs/problems.md#unknown-key",
        }
    ]
    assert told.isascii()
    assert told.isprintable()
    assert report.as_json([], _texts("")) == "[]"


def test_json_tells_all() -> None:
    """However many problems there are, programs get each of them."""
    found = [*(_problem(n + 1) for n in range(200)), *_warnings(100)]
    told = report.as_json(found, _texts("a\n" * 200))
    assert len(json.loads(told)) == len(told.splitlines()) == 300


def test_github() -> None:
    """GitHub gets one command for each problem."""
    found = [_problem(2, 3), _problem(1, 1, "no-project", severity=Severity.WARNING)]
    lines = list(report.github(found, _texts("a: b\n- titel: x"), _FOLDER))
    told = "the key 'titel' is not known; did you mean 'title'? (docs/problems.md#"
    assert lines == [
        "::error file=clippings.yaml,line=2,col=3,endColumn=8,title=unknown-key"
        f"::{told}unknown-key)",
        "::warning file=clippings.yaml,line=1,col=1,endColumn=5,title=no-project"
        f"::{told}no-project)",
    ]


@pytest.mark.parametrize(
    "hostile", ["x\n::error::y", "x\r::error::y", "% %0A::error::y", "\x1b[31m", "\u2028::error::"]
)
def test_no_text_starts_a_command_of_its_own(hostile: str) -> None:
    """Whatever a message or a file's name says, it stays where it belongs."""
    problem = _problem(message=hostile, fix=hostile, file=f"a,b:{hostile}")
    (line,) = report.github([problem], _texts("a"), _FOLDER)
    assert line.startswith("::error file=a%2Cb%3A")
    assert not re.search(r"[\r\n\x1b]", line)
    properties, _, message = line[2:].partition("::")
    assert properties.endswith(",line=1,col=1,title=unknown-key")
    assert message.endswith("(docs/problems.md#unknown-key)")


@pytest.mark.parametrize(
    ("file", "expected"),
    [
        ("clippings.yaml", "clippings.yaml"),
        ("lists/2016.yaml", "lists/2016.yaml"),
        ("./a/../b.yaml", "b.yaml"),
        ("..a.yaml", "..a.yaml"),
        (f"{_FOLDER}/a.yaml", "a.yaml"),
        ("../a.yaml", "../a.yaml"),
        ("/elsewhere/a.yaml", "/elsewhere/a.yaml"),
    ],
)
def test_files_are_named_from_the_folder(file: str, expected: str) -> None:
    """A code host knows files by their path in the project, with slashes."""
    assert report.relative_path(file, _FOLDER) == expected


def test_one_long_line_takes_no_square() -> None:
    """A file that is one line with thousands of problems is looked at in part for each of them."""
    text = "[" + "'" * 200_000 + "[" * 200_000
    texts = _texts(text)
    found = [_problem(1, column) for column in range(1, 400_000, 4_000)]
    for each in json.loads(report.as_json(found, texts)):
        assert 0 < each["end_column"] - each["column"] <= 300
    assert all(len(line) < 200 for line in _told(found, texts))
