"""Files with mistakes: the code and the place of each problem."""

import contextlib
import re
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

import test_check
from feedpress.model import Clipping, Place, Publication, Source
from feedpress.reading import fitting, publication_file, schema_models, yaml_errors, yaml_reader
from feedpress.reading.problems import (
    CODES,
    MOST,
    MOST_OF_A_KIND,
    InvalidFile,
    Problem,
    Problems,
    Severity,
)
from feedpress.serving import files
from support import file_text

TABLE = sorted((Path(__file__).parent / "data" / "invalid").glob("*.yaml"))
EXPECTED = re.compile(r"([a-z-]+) (\d+):(\d+)")
# Names of classes: of Python, of PyYAML's events and tokens, of the shapes and of pydantic.
CLASS_NAME = re.compile(
    r"\b(str|int|bool|dict|NoneType|ZoneInfo|Mapping|Sequence|Scalar)\b|__|<class|pydantic"
    r"|\w(Error|Event|Token|Shape|Model|Node|Mark)\b"
)
MEGABYTE = 2**20

HEAD = """\
publication:
  title: In the media
  url: https://feeds.example.org/
  tag: example.org,2016
projects:
  portal: {title: LA Business Portal}
"""
CLIPPINGS = "clippings:\n- title: Portal opens\n  published: 2016-09-14\n"
FULL = f"""\
{HEAD}\
sources:
  Government Technology: {{url: https://www.govtech.com/, also: [GovTech]}}
clippings:
- id: portal-opens
  title: "Portal: It's Open"
  url: https://example.com/portal
  source: GovTech
  published: 2016-09-14
  added: 2016-09-15T17:05:00Z
  projects: [LA Business Portal]
  summary: >-
    The city opens
    its portal.
  image: {{url: https://example.com/portal.png, alt: 'The portal''s page'}}
- {{title: Portal closes, added: 2017, withdrawn: 2017-01-01, draft: true}}
"""


def read(
    *texts: str | bytes, name: str = "clippings.yaml"
) -> tuple[Publication | None, tuple[Problem, ...]]:
    """Load texts as files; return no publication if there is an error."""
    names = [name] if len(texts) == 1 else [f"{number}.yaml" for number in range(len(texts))]
    encoded = [text.encode() if isinstance(text, str) else text for text in texts]
    try:
        return publication_file.load(zip(names, encoded, strict=True))
    except InvalidFile as error:
        return None, error.problems


def in_short(problems: tuple[Problem, ...]) -> list[tuple[str, int, int]]:
    """Return each problem's code, line and column."""
    return [(problem.code, problem.place.line, problem.place.column) for problem in problems]


def expected(path: Path) -> list[tuple[str, int, int]]:
    """Read the first line of a file of the table."""
    first_line = path.read_bytes().partition(b"\n")[0].decode()
    assert first_line.startswith("# expect: ")
    return [
        (code, int(line), int(column)) for code, line, column in EXPECTED.findall(first_line[10:])
    ]


def only_clipping(text: str) -> Clipping:
    """Return the clipping of a text that has one and no problem."""
    publication, problems = read(text)
    assert publication is not None
    assert not problems
    (clipping,) = publication.clippings
    return clipping


@pytest.mark.parametrize("path", TABLE, ids=lambda path: path.stem)
def test_problems_of_a_file(path: Path) -> None:
    """A file's problems are exactly those of its first line, in that order."""
    assert in_short(read(path.read_bytes())[1]) == expected(path)


@pytest.mark.parametrize("path", TABLE, ids=lambda path: path.stem)
def test_wording(path: Path) -> None:
    """A problem says what is wrong and what to do, in a line each, and names no class."""
    for problem in read(path.read_bytes(), name="file")[1]:
        for text in (problem.message, problem.fix):
            assert text
            assert text.strip() == text
            assert not text.endswith(".")
            assert "\n" not in text
            assert len(text) < 200
            assert not CLASS_NAME.search(text)


@pytest.mark.parametrize("path", TABLE, ids=lambda path: path.stem)
def test_windows_line_breaks_change_nothing(path: Path) -> None:
    """With the line breaks of Windows, every problem is at the same place."""
    data = path.read_bytes().replace(b"\n", b"\r\n")
    assert in_short(read(data)[1]) == expected(path)


def test_windows_line_breaks_in_a_good_file() -> None:
    """With the line breaks of Windows, the clippings and their places are the same."""
    unix, _ = read(FULL)
    windows, problems = read(FULL.replace("\n", "\r\n"))
    assert unix == windows
    assert not problems
    assert unix
    assert windows
    assert [c.place for c in unix.clippings] == [c.place for c in windows.clippings]


def test_byte_order_mark_of_utf_8() -> None:
    """The mark that some editors put at the front of a UTF-8 file changes nothing."""
    assert read(b"\xef\xbb\xbf" + FULL.encode()) == read(FULL)


@pytest.mark.parametrize(
    ("data", "place"),
    [
        pytest.param(b"\xff\xfe" + FULL.encode("utf-16-le"), (1, 1), id="utf-16-le"),
        pytest.param(b"\xfe\xff" + FULL.encode("utf-16-be"), (1, 1), id="utf-16-be"),
        pytest.param(FULL.encode("utf-16-le"), (1, 1), id="utf-16-le-without-mark"),
        pytest.param(FULL.encode("utf-16-be"), (1, 1), id="utf-16-be-without-mark"),
        pytest.param(FULL.encode("utf-32"), (1, 1), id="utf-32"),
        pytest.param(f"{HEAD}# à propos\n".encode("latin-1"), (7, 3), id="latin-1"),
        pytest.param(
            f"{HEAD}# “à” ".encode() + "é".encode("latin-1"), (7, 7), id="latin-1-behind-utf-8"
        ),
        pytest.param(
            HEAD.replace("\n", "\r").encode() + b"# \xe9", (7, 3), id="latin-1-of-an-old-mac"
        ),
        pytest.param(b"\xef\xbb\xbf# \xe9", (1, 3), id="latin-1-behind-a-mark"),
        pytest.param(rb"{\rtf1\ansi " + FULL.encode(), (1, 1), id="rich-text"),
        pytest.param(b"PK\x03\x04" + FULL.encode(), (1, 1), id="docx"),
    ],
)
def test_encoding(data: bytes, place: tuple[int, int]) -> None:
    """A file that is not UTF-8 is refused; the problem is where the first wrong byte is."""
    assert in_short(read(data)[1]) == [("encoding", *place)]


@pytest.mark.parametrize("text", ["", " \n\n", "# Nothing yet\n", "---", "\ufeff"])
def test_empty_file(text: str) -> None:
    """A file with nothing in it, or nothing but comments, is refused."""
    publication, problems = read(text)
    assert publication is None
    assert in_short(problems) == [("empty-file", 1, 1)]


@pytest.mark.parametrize("character", ["\x85", "\u2028", "\u2029"])
def test_breaks_of_yaml_1_1_are_text(character: str) -> None:
    """The line breaks that YAML 1.2 dropped are text like any other."""
    clipping = only_clipping(
        f"{HEAD}clippings:\n- title: Portal{character}opens\n  published: 2016\n"
    )
    assert clipping.title == f"Portal{character}opens"


@pytest.mark.parametrize("character", ["\x85", "\u2028"])
def test_breaks_of_yaml_1_1_end_no_line(character: str) -> None:
    """The line breaks that YAML 1.2 dropped do not count where a problem's place is told."""
    text = f"{HEAD}clippings:\n- title: A{character}B\n  published: 2016-02-30\n  title\n"
    assert in_short(read(text)[1]) == [("missing-colon", 10, 3)]


@pytest.mark.parametrize("typed", ["1984", "No", "12:30", "0x1F", "null", "~", "1e3", "=", "true"])
def test_text_stays_text(typed: str) -> None:
    """A title is what the editor typed, whatever YAML 1.1 would have made of it."""
    clipping = only_clipping(f"{HEAD}clippings:\n- title: {typed}\n  published: 2016\n")
    assert clipping.title == typed


@pytest.mark.parametrize("typed", ["2016-09-15T17:05:00+05:30", "2016-09-15 05:05-06:30"])
def test_time_with_its_zone(typed: str) -> None:
    """A time is written with its distance from UTC, with or without seconds."""
    added = only_clipping(f"{HEAD}clippings:\n- title: x\n  added: {typed}\n").added
    assert added
    assert added.time
    assert added.time.astimezone(UTC) == datetime(2016, 9, 15, 11, 35, tzinfo=UTC)


def test_id_stays_text() -> None:
    """An id that looks like a month is an id."""
    assert only_clipping(f"{HEAD}{CLIPPINGS}  id: 2016-10\n").id == "2016-10"


@pytest.mark.parametrize(
    "key",
    sorted(
        schema_models.ClippingShape.model_fields.keys()
        - {"title", "published", "draft", "withdrawn"}
    ),
)
def test_blank_optional_key(key: str) -> None:
    """An optional key with nothing behind it counts as not given."""
    assert only_clipping(f"{HEAD}{CLIPPINGS}  {key}:\n") == only_clipping(HEAD + CLIPPINGS)


@pytest.mark.parametrize("key", ["draft", "withdrawn"])
@pytest.mark.parametrize("value", ["", " # true"])
def test_blank_key_that_hides_a_clipping(key: str, value: str) -> None:
    """Without a value nobody knows whether people may see the clipping: it is an error."""
    publication, (problem,) = read(f"{HEAD}{CLIPPINGS}  {key}:{value}\n")
    assert publication is None
    assert (problem.code, problem.place.line) == ("missing-key", 10)
    assert problem.fix == "write it, or take the key out"


def test_each_bad_item_is_reported() -> None:
    """Every bad item of a list is an error at its own place."""
    publication, problems = read(
        f"{HEAD}{CLIPPINGS}  projects: [Zoo, *x , [a], '', LA Business Portal]\n"
    )
    assert publication is None
    assert [problem.code for problem in problems] == [
        "unknown-project",
        "alias",
        "not-text",
        "missing-key",
    ]


@pytest.mark.parametrize(
    "line",
    [
        "summary: !x The city opens its portal",
        "image: {url: 'https://example.com/a.png', <<: {alt: x}}",
        "image: !x {url: 'https://example.com/a.png'}",
        "title: Portal closes",
        "&x withdrawn: 2017-01-01",
        "<<: {withdrawn: 2017-01-01}",
        "? [withdrawn]\n  : 2017-01-01",
        "note: !x a",
        "note: a\n  note: b",
        "id: https://old.example.org/?p=1\n  url: [https://example.com/]",
    ],
)
def test_error_of_one_clipping(line: str) -> None:
    """An error in one clipping is reported once, and nothing of the file is published.

    `test_severity` tries a bad value of every key.
    """
    publication, problems = read(f"{HEAD}{CLIPPINGS}  {line}\n- title: B\n  published: 2017\n")
    assert publication is None
    assert len(problems) == 1


@pytest.mark.parametrize(
    "project",
    [
        "{title: Portal, formerly: [Online Portal, online-portal]}",
        "{title: Portal, formerly: [*x , online-portal]}",
        "{title: Portal, formerly: online-portal}",
        "{title: Portal, formerlie: [online-portal]}",
        "{title: Portal, retired: soon}",
        "{title: Portal, <<: {retired: 2017}}",
        "{title: }",
        "",
        "!x {title: Portal}",
    ],
)
def test_error_of_a_project(project: str) -> None:
    """A mistake in a project is reported once, and not again at the clippings that name it."""
    text = HEAD.replace("{title: LA Business Portal}", project)
    publication, problems = read(f"{text}{CLIPPINGS}  projects: [Portal]\n")
    assert publication is None
    assert len(problems) == 1


@pytest.mark.parametrize(
    "projects",
    ["project: {zoo: {title: Zoo}}", "projects: [Zoo]", "projects: !x {zoo: {title: Zoo}}"],
)
def test_bad_projects_are_reported_once(projects: str) -> None:
    """If the projects can't be read, no clipping is blamed for naming one."""
    text = FULL.replace(HEAD[HEAD.index("projects") :], f"{projects}\n")
    publication, problems = read(text)
    assert publication is None
    assert len(problems) == 1


def test_all_problems_at_once_in_order() -> None:
    """All problems of a file are reported at once: errors first, then warnings, each by line."""
    clippings = (
        "- title: Damage\ufffd\n  added: 2016-13\n  url: /a\n- source: x\n- title: Bad\ufffd\n"
    )
    about = HEAD.replace("  tag: example.org,2016\n", "  mood: good\n  languge: en\n")
    text = f"{about}clippings:\n{clippings}"
    _, problems = read(text)
    assert [(p.severity, p.code, p.place.line) for p in problems] == [
        (Severity.ERROR, "missing-key", 2),
        (Severity.ERROR, "unknown-key", 5),
        (Severity.ERROR, "date", 10),
        (Severity.ERROR, "address", 11),
        (Severity.ERROR, "missing-key", 12),
        (Severity.ERROR, "missing-date", 12),
        (Severity.ERROR, "missing-date", 13),
        (Severity.WARNING, "unknown-key", 4),
        (Severity.WARNING, "damaged-text", 9),
        (Severity.WARNING, "damaged-text", 13),
    ]


def test_folder_in_order_of_names(tmp_path: Path) -> None:
    """A folder's files are read by name, and each section may stand in any one of them."""
    (tmp_path / "2016.yaml").write_text("clippings:\n- {title: A, added: 2016, projects: [P]}\n")
    (tmp_path / "2015.yml").write_text("clippings:\n- {title: B, added: 2015, source: S}\n")
    (tmp_path / "sources.yaml").write_text("sources:\n  Source: {also: [S]}\n")
    (tmp_path / "about.yaml").write_text(HEAD.replace("LA Business Portal", "P"))
    (tmp_path / ".hidden.yaml").write_text("[")
    (tmp_path / "notes.txt").write_text("[")
    publication, problems = publication_file.load(files.Files(tmp_path).read())
    assert not problems
    assert [clipping.title for clipping in publication.clippings] == ["B", "A"]
    assert publication.clippings[0].source
    assert publication.clippings[0].source.name == "Source"
    assert publication.clippings[1].projects == publication.projects


@pytest.mark.parametrize("section", ["publication", "projects", "sources"])
def test_section_in_two_files(section: str) -> None:
    """A section that stands in two files is refused, and the problem names the other file."""
    publication, problems = read(FULL, f"# more\n{section}: {{a: {{title: b}}}}\n")
    assert publication is None
    assert in_short(problems) == [("duplicate-section", 2, 1)]
    assert problems[0].place.file == "1.yaml"
    assert "0.yaml" in problems[0].message


def test_id_in_two_files() -> None:
    """An id is unique over all files; the problem is at the second and names the first."""
    again = "clippings:\n- title: Another\n  added: 2018\n  id: portal-opens\n"
    publication, problems = read(FULL, again)
    assert publication is None
    assert in_short(problems) == [("repeated-id", 4, 7)]
    assert "line 10 of 0.yaml" in problems[0].message


def test_each_unreadable_file_is_told() -> None:
    """Of several files, all that can't be read are reported at once."""
    publication, problems = read("clippings: [", FULL, "")
    assert publication is None
    assert [(problem.code, problem.place.file) for problem in problems] == [
        ("bracket", "0.yaml"),
        ("empty-file", "2.yaml"),
    ]


def test_missing_file(tmp_path: Path) -> None:
    """A file that is not there is a problem with its name."""
    with pytest.raises(InvalidFile) as caught:
        files.Files(tmp_path / "clippings.yaml").read()
    (problem,) = caught.value.problems
    assert problem.code == "unreadable"
    assert problem.place.file == str(tmp_path / "clippings.yaml")


def test_file_in_a_folder_that_is_gone(tmp_path: Path) -> None:
    """A file of a folder that can't be opened is a problem with the file's name."""
    (tmp_path / "a.yaml").write_text(FULL)
    (tmp_path / "b.yaml").symlink_to(tmp_path / "nowhere")
    with pytest.raises(InvalidFile) as caught:
        files.Files(tmp_path).read()
    (problem,) = caught.value.problems
    assert problem.code == "unreadable"
    assert problem.place.file == str(tmp_path / "b.yaml")


def test_folder_without_yaml(tmp_path: Path) -> None:
    """A folder without a YAML file is a problem."""
    (tmp_path / "readme.txt").write_text("nothing here")
    with pytest.raises(InvalidFile) as caught:
        files.Files(tmp_path).read()
    assert [problem.code for problem in caught.value.problems] == ["unreadable"]


def test_file_that_is_too_large(monkeypatch: pytest.MonkeyPatch) -> None:
    """A file above the limit is refused before it is looked at; one at the limit is read."""
    monkeypatch.setattr(yaml_reader, "MAX_BYTES", len(FULL))
    assert not read(FULL)[1]
    assert in_short(read(f"{FULL}\n")[1]) == [("too-large", 1, 1)]


@pytest.mark.parametrize(
    ("opening", "column"),
    [("[", 10), ("{", 10), ("- ", 19), ("? ", 19), ("[{a: ", 28)],
)
def test_ten_thousand_openings(opening: str, column: int) -> None:
    """Lists in lists are refused at the twelfth, however many follow."""
    _, problems = read(opening * 10_000)
    assert [problem.code for problem in problems] == ["too-deep"]
    assert problems[0].place.line == 1


def test_same_misspelt_project_in_several_clippings() -> None:
    """Each clipping that misspells a project gets the same suggestion."""
    row = "- {{title: {0}, published: 2016, projects: [LA Busines Portal]}}\n"
    _, problems = read(f"{HEAD}clippings:\n" + row.format("A") + row.format("B"))
    assert [problem.code for problem in problems] == ["unknown-project"] * 2
    assert all("'LA Business Portal'" in problem.fix for problem in problems)


def test_run_of_control_characters_is_one_problem() -> None:
    """Control characters in a row are reported once, wherever the text is cut for the search."""
    for length in range(2**16 - 3, 2**16 + 1):
        start = f"{HEAD}clippings:\n- title: "
        text = start + "a" * (length - len(start)) + "\x01\x01\x01\n  published: 2016\n"
        _, problems = read(text)
        assert [problem.code for problem in problems if problem.code == "control-character"] == [
            "control-character"
        ]


def test_nesting_that_libyaml_refuses_itself() -> None:
    """Some versions of libyaml refuse deep nesting before its events are read."""
    mark = yaml.Mark("", 0, 0, 0, None, 0)
    error = yaml.MarkedYAMLError("while parsing a flow sequence", mark, "too many levels", mark)
    for opening in ("[", "{", "[{a: "):
        assert yaml_errors.diagnose(error, opening * 10_000, "clippings.yaml").code == "too-deep"


@pytest.mark.parametrize(
    ("head", "lines", "code"),
    [
        pytest.param("sources:", "  s: {{}}\n", "repeated-key", id="repeated"),
        pytest.param("sources:", "  s{0}: x\n", "not-a-mapping", id="sources"),
        pytest.param("clippings:", "- {{title: x, added: 2016}}\n", "duplicate", id="duplicates"),
        pytest.param(
            "clippings:",
            "- {{title: x{0}, added: 2016, projects: [LA Busines Portal {0}]}}\n",
            "unknown-project",
            id="projects",
        ),
        pytest.param("clippings:", "- a\n", "not-a-mapping", id="texts"),
        pytest.param("clippings:", "- title: a\x01b\n", "control-character", id="characters"),
    ],
)
def test_mistake_in_every_line(head: str, lines: str, code: str) -> None:
    """Of ten thousand mistakes of a kind the first hundred are reported, and the others counted."""
    text = f"{HEAD}{head}\n{''.join(map(lines.format, range(10_000)))}"
    _, problems = read(text)
    *first, last = [problem for problem in problems if problem.code == code]
    assert len(first) == MOST_OF_A_KIND
    assert re.fullmatch(r"and 9,(900|899) more of this kind", last.message)
    assert last.severity is Severity.ERROR
    assert last.place.line == first[-1].place.line + 1


def test_many_warnings_hide_no_error() -> None:
    """Behind more problems than are kept, an error of another kind still counts."""
    place = Place("clippings.yaml", 1, 1)
    problems = Problems()
    for code in list(CODES)[: MOST // MOST_OF_A_KIND]:
        problems += [Problem(code, "odd", "look", place, Severity.WARNING)] * MOST_OF_A_KIND
    problems.append(Problem("tab", "a tab stands here", "use spaces", place))
    assert len(problems) == MOST + 1
    assert (problems[-1].code, problems[-1].severity) == ("tab", Severity.ERROR)
    assert problems[-1].message == "and 1 more of this kind"


# What a child process runs: it allows itself so many bytes more than an empty file takes.
CHILD = """
import os, resource, sys, time
from feedpress.reading import publication_file
from feedpress.reading.problems import InvalidFile

def load(data):
    try:
        return publication_file.load([("clippings.yaml", data)])[1]
    except InvalidFile as error:
        return error.problems

data = sys.stdin.buffer.read()
load(b"")
with open("/proc/self/statm") as file:
    size = int(file.read().split()[0]) * os.sysconf("SC_PAGE_SIZE")
resource.setrlimit(resource.RLIMIT_AS, (size + int(sys.argv[1]), -1))
start = time.monotonic()
codes = sorted({problem.code for problem in load(data)})
print(time.monotonic() - start, *codes)
"""
needs_proc = pytest.mark.skipif(
    not Path("/proc/self/statm").exists(), reason="the size of a process is read from /proc"
)


def read_in_a_child(text: str, more_bytes: int) -> tuple[float, list[str]]:
    """Load a text with a limit on memory; give the seconds that it took and the codes found."""
    command = [sys.executable, "-c", CHILD, str(more_bytes)]
    ran = subprocess.run(command, input=text.encode(), capture_output=True, timeout=60, check=False)
    assert ran.returncode == 0, ran.stderr.decode()
    seconds, *codes = ran.stdout.decode().split()
    return float(seconds), codes


@pytest.mark.slow
@needs_proc
def test_alias_bomb() -> None:
    """Aliases of aliases, gigabytes if they were followed, are refused at once and cost nothing."""
    lines = ["a0: &a0 [lol, lol, lol, lol, lol, lol, lol, lol, lol]"]
    lines += [
        f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]".replace("]", " ]") for n in range(1, 11)
    ]
    bomb = "\n".join(lines) + "\n"
    assert len(bomb) < 1000
    seconds, codes = read_in_a_child(bomb, 50 * MEGABYTE)
    assert "alias" in codes
    assert seconds < 1


@pytest.mark.slow
@needs_proc
@pytest.mark.parametrize("quote", ["", "'", '"'])
def test_ten_megabytes_of_one_text(quote: str) -> None:
    """A text of ten megabytes is refused; it takes less than 150 MB and a few seconds."""
    text = f"{HEAD}{CLIPPINGS}  summary: {quote}{'portal ' * (10 * MEGABYTE // 7)}{quote}\n"
    seconds, codes = read_in_a_child(text, 150 * MEGABYTE)
    assert codes == ["too-long"]
    assert seconds < 10


def test_place_of_a_text_that_is_too_long() -> None:
    """A text that is too long is an error; one of exactly the longest length is fine."""
    text = f"{HEAD}{CLIPPINGS}  summary: "
    assert only_clipping(text + "x" * yaml_reader.MAX_TEXT).summary == "x" * yaml_reader.MAX_TEXT
    publication, problems = read(text + "x" * (yaml_reader.MAX_TEXT + 1))
    assert publication is None
    assert in_short(problems) == [("too-long", 10, 12)]


@pytest.mark.parametrize(
    "text",
    [
        'He said "no"',
        "the boys'",
        "Police with 'Chip'",
        "“Chip,” the city says",
        "a “word”",
        '"“It is done”"',
        "City # 1",
        "'City #1'",
        "Out - and in\n    again",
        "|\n    note: this\n    is text",
        ">-\n    the\n    end: here",
        "'one: two\n    three'",
    ],
)
def test_honest_text(text: str) -> None:
    """Marks, notes and lines as people write them are no problem."""
    assert only_clipping(f"{HEAD}{CLIPPINGS}  summary: {text}\n").summary


def test_honest_item_of_a_list() -> None:
    """An item may go over two lines, and have a hyphen in it."""
    projects = "projects:\n  portal:\n    title: A\n    also:\n    - The - new\n      portal\n"
    text = HEAD[: HEAD.index("projects:")] + projects + CLIPPINGS
    publication, problems = read(f"{text}  projects: [The - new portal]\n")
    assert not problems
    assert publication
    assert publication.clippings[0].projects == publication.projects


def test_notes_of_other_values() -> None:
    """A note behind a date or an address may begin without a space."""
    only_clipping(f"{HEAD}{CLIPPINGS}  url: https://example.com/ #old\n  added: 2016 #a guess\n")


def test_key_in_a_quoted_text() -> None:
    """A text without a closing mark may contain `draft: true`, so it is an error."""
    text = f"{HEAD}{CLIPPINGS}  summary: 'It opens\n  draft: true\n  source: boys'\n"
    publication, problems = read(text)
    assert publication is None
    assert in_short(problems) == [("quote", 10, 12)]


def test_warning_does_not_hide_an_error_of_its_place() -> None:
    """Where the text breaks off amid a doubtful value, the error is told, and what came before."""
    _, problems = read(f'{HEAD}clippings:\n- title: Portal"\n  source: x"\n \tid: y\n')
    assert [problem.code for problem in problems] == ["tab", "quote"]


PIECES = st.one_of(
    st.binary(max_size=4),
    st.text(max_size=3).map(str.encode),
    st.sampled_from(
        ["\t", '"', "'", ": ", "- ", "[", "]", "{", "}", "\n", "\r", ",", "\\", "---\n"]
    ).map(str.encode),
    st.sampled_from([b"&a ", b"*a", b"!x ", b"<<: ", b"|", b">", b"#", b"%", b"@", b"? ", b'"\\x']),
    st.sampled_from([b"\xc2\x85", b"\xe2\x80\xa8", b"\xef\xbb\xbf", b"\0", b"\xff", b"...\n"]),
)


@st.composite
def damaged_files(draw: st.DrawFn) -> bytes:
    """Draw a good file with some of its bytes or lines replaced, doubled or taken out."""
    data = bytearray(FULL.encode())
    for _ in range(draw(st.integers(1, 5))):
        start = draw(st.integers(0, len(data)))
        end = start + draw(st.integers(0, 30))
        kept = data[start:end] if draw(st.booleans()) else b""
        data[start:end] = draw(PIECES) + kept
    return bytes(data)


@settings(max_examples=400, deadline=None)
@given(st.one_of(damaged_files(), st.lists(PIECES).map(b"".join), st.binary(max_size=200)))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    """Whatever bytes a file holds, it is read or refused, and every problem lies within it."""
    lines = re.split(r"\r\n?|\n", data.decode("utf-8-sig", errors="replace"))
    publication, problems = read(data)
    assert (publication is None) is any(each.severity is Severity.ERROR for each in problems)
    for problem in problems:
        assert 1 <= problem.place.line <= len(lines)
        assert problem.place.column >= 1
        assert problem.message
        assert problem.fix


def test_code_that_is_not_in_the_list() -> None:
    """A problem can't have a code that the documentation does not have."""
    with pytest.raises(ValueError, match="add it to CODES"):
        Problem("typo", "this is wrong", "fix it", Place("clippings.yaml", 1, 1))


SHOWN_BY: dict[str, Callable[..., None]] = {
    "dated-after-added": test_check.test_article_that_came_out_after_it_was_added,
    "duplicate-section": test_section_in_two_files,
    "encoding": test_encoding,
    "held-back": test_check.test_article_that_is_still_to_come_out,
    "near-name": test_check.test_source_nearly_called_like_another,
    "no-effect": test_check.test_date_that_changes_nothing,
    "no-project": test_check.test_clipping_in_no_project_is_warned_of,
    "possible-duplicate": test_check.test_same_address_is_a_possible_duplicate,
    "same-instant": test_check.test_same_second_is_warned_of,
    "too-large": test_file_that_is_too_large,
    "too-long": test_place_of_a_text_that_is_too_long,
    "missing-id": test_check.test_clipping_without_an_id_is_warned_of,
    "unreadable": test_missing_file,
}


def test_every_code_is_shown() -> None:
    """Every code is shown by a file of the table, or else by a test."""
    in_table = {code for path in TABLE for code, _, _ in expected(path)}
    assert in_table | SHOWN_BY.keys() == CODES.keys()
    assert in_table.isdisjoint(SHOWN_BY)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(f'- title: {"-*" * 50_000}x\n  a: [{"-*" * 50_000}]"x"', id="aliases"),
        pytest.param(f"- title: b\n  {'- ' * 50_000}c: d", id="hyphens"),
        pytest.param(
            "\n".join(f"- {{title: a{n}, added: 2020, projects: [no{n}]}}" for n in range(5_000)),
            id="names",
        ),
        pytest.param(f"- {{title: a, {', '.join(f'k{n}: 1' for n in range(50_000))}}}", id="keys"),
        pytest.param('- title: ["' + '\\"' * 2_000_000, id="escapes"),
        pytest.param("- title: |\n" * 100_000 + "x", id="blocks"),
        pytest.param('- title: "a\n   "\n' * 30_000 + "- a: b: c", id="quotes"),
        pytest.param("- title: [a\n" * 100_000, id="brackets"),
        pytest.param(f"- title{' ' * 1000}\n  a{': ' * 500}{{}}\n" * 2_000, id="spaces"),
        pytest.param(f"- title: “{': “' * 300}\n" * 2_000, id="curly"),
        pytest.param(f"- title: a{' #1' * 1_000_000}", id="notes"),
        pytest.param("- title: a\n" + "  k: 1\n" * 100_000, id="repeated keys"),
        pytest.param("- a\n" * 500_000, id="texts"),
        pytest.param(f"- {{title: a, {'b: c, ' * 200_000}}}", id="a long line"),
        pytest.param(
            "- title: a\n  projects:\n" + "".join(f"  - {n:\u2003>79}\n" for n in range(2_000)),
            id="long names",
        ),
    ],
)
def test_hostile_text_takes_no_more_than_its_length(text: str) -> None:
    """What would take the square of a text's length is looked at in part only."""
    about = "publication: {title: A, url: https://a.example/, tag: 'a.example,2016'}\nclippings:\n"
    projects = "projects:\n" + "\n".join(f"  p{n}: {{title: name {n}}}" for n in range(500)) + "\n"
    start = time.process_time()
    with contextlib.suppress(InvalidFile):
        publication_file.load([("clippings.yaml", (projects + about + text).encode())])
    assert time.process_time() - start < 20  # it was minutes


def test_more_mistakes_than_anybody_makes() -> None:
    """Of very many mistakes in one clipping, only the first are reported."""
    keys = {f"k{n}": "1" for n in range(2 * fitting.MOST_FAULTS)}
    publication, problems = read(file_text([{"title": "A", "added": "2020"} | keys]))
    assert publication is None
    assert len(problems) == fitting.MOST_FAULTS + 1


def test_source_of_which_nothing_is_known_needs_no_keys() -> None:
    """Nothing behind a source's colon is fine, and joins the ways of writing its name."""
    clippings = "clippings:\n- {title: A, added: 2020, source: github}\n"
    publication, problems = read(f"{HEAD}sources:\n  GitHub:\n{clippings}")
    assert not problems
    assert publication is not None
    assert publication.clippings[0].source == Source("GitHub")
