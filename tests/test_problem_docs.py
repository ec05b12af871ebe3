"""docs/problems.md: every code has its section, and the same three parts in each."""

import inspect
import re
from pathlib import Path

import pytest

import support
from feedpress.reading import publication_file
from feedpress.reading.problems import CODES, Severity, help_link
from feedpress.review import lint
from feedpress.review.reports import problems as report
from feedpress.review.reports.passages import Texts

_INVALID = Path(__file__).parent / "data" / "invalid"
_CHECK = inspect.getsource(lint)
PAGE = (Path(__file__).parent.parent / "docs" / "problems.md").read_text(encoding="utf-8")
OPENING, *SECTIONS = re.split(r"^## ", PAGE.partition("\n# Problems that")[0], flags=re.MULTILINE)
TEXTS = dict(section.split("\n", 1) for section in SECTIONS)


def test_a_section_for_each_code() -> None:
    """The sections of the page are the codes, in the order of the alphabet, each once."""
    assert [section.partition("\n")[0] for section in SECTIONS] == sorted(CODES)


@pytest.mark.parametrize("code", sorted(CODES))
def test_each_section_has_three_parts(code: str) -> None:
    """A section says what the problem means, why it matters and how to fix it, in this order."""
    prose, _, example = TEXTS[code].strip().partition("\n```yaml\n")
    means, why, fix = prose.strip().split("\n\n")
    assert _severities(code)
    assert re.match(r"\*\*[A-Za-z ]+\.\*\* [A-Z`]", means)
    assert re.match(r"\*\*Why it matters:\*\* [^A-Z]", why)
    assert re.match(r"\*\*How to fix it:\*\* [^A-Z]", fix)
    assert prose.count("**") == 6
    assert all(paragraph.endswith(".") for paragraph in prose.strip().split("\n\n"))
    # Behind them there is at most one example.
    assert not example or example.endswith("\n```")
    assert example.count("```") <= 1


_BEGINNINGS = {
    "**Error.** ": {Severity.ERROR},
    "**Warning.** ": {Severity.WARNING},
    "**Error or warning.** ": {Severity.ERROR, Severity.WARNING},
}
#: Codes that no file of the table has, because of its size or its encoding, or as there is none.
_OTHER_ERRORS = {"duplicate-section", "encoding", "too-large", "too-long", "unreadable"}


def _severities(code: str) -> set[Severity]:
    """Return what a section says of its problem: an error, a warning, or now this, now that."""
    text = TEXTS[code].strip()
    return next(each for start, each in _BEGINNINGS.items() if text.startswith(start))


def test_each_section_says_whether_it_is_an_error() -> None:
    """A section names the severities with which the problem is reported, and no other."""
    reported: dict[str, set[Severity]] = {code: {Severity.ERROR} for code in _OTHER_ERRORS}
    reported |= {code: {Severity.WARNING} for code in re.findall(r'_warning\("([a-z-]+)"', _CHECK)}
    for path in _INVALID.glob("*.yaml"):
        for problem in publication_file.examine([(path.name, path.read_bytes())]).problems:
            reported.setdefault(problem.code, set()).add(problem.severity)
    assert {code: _severities(code) for code in CODES} == reported


@pytest.mark.parametrize("code", sorted(CODES))
def test_sections_of_both_severities_say_when(code: str) -> None:
    """If a problem can be an error or a warning, its section says when it is a warning."""
    says_when = "It is a warning" in TEXTS[code].partition("**Why")[0]
    assert says_when == (len(_severities(code)) == 2)


@pytest.mark.parametrize("code", sorted(CODES))
def test_links_lead_to_sections(code: str) -> None:
    """The link of a code is the anchor that code hosts make of its section's heading."""
    assert help_link(code) == f"docs/problems.md#{code}"
    assert re.fullmatch("[a-z]+(-[a-z]+)*", code)


@pytest.mark.parametrize("line", [line for line in PAGE.splitlines() if line.endswith(".")])
def test_one_sentence_a_line(line: str) -> None:
    """Each sentence has a line of its own."""
    assert not re.search(r"[a-z`][.?!] [A-Z]", line)


def test_opening() -> None:
    """The page begins with how to look for problems."""
    assert "`feedpress check`" in OPENING
    assert "--format json" in OPENING
    assert "An **error** would" in OPENING
    assert "A **warning** doesn't" in OPENING


def test_the_report_in_the_opening_is_real() -> None:
    """What the page shows of the command is what the command prints."""
    example = re.search(r"^```\n(.*?)^```", OPENING, re.MULTILINE | re.DOTALL)
    assert example
    sections = support.file_text().replace("clippings: []\n", "")
    above = "\n" * (7 - sections.count("\n"))
    clipping = "clippings:\n- titel: City Opens Its Portal\n  added: 2016\n"
    files = [("clippings.yaml", f"{above}{sections}{clipping}".encode())]
    problems = publication_file.examine(files).problems
    shown = report.text(problems, Texts(files), 100, lambda text, _: text)
    assert "\n".join(shown).strip() == example[1].strip()
