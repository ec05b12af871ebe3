"""docs/problems.md: every code has its section, and the same three parts in each."""

import re
from pathlib import Path

import pytest

import support
from feedpress.reading import publication_file
from feedpress.reading.problems import CODES, link
from feedpress.review.reports import problems as report
from feedpress.review.reports.passages import Texts

PAGE = (Path(__file__).parent.parent / "docs" / "problems.md").read_text(encoding="utf-8")
OPENING, *SECTIONS = re.split(r"^## ", PAGE.partition("\n# Mistakes")[0], flags=re.MULTILINE)
TEXTS = dict(section.split("\n", 1) for section in SECTIONS)


def test_a_section_for_each_code() -> None:
    """The sections of the page are the codes, in the order of the alphabet, each once."""
    assert [section.partition("\n")[0] for section in SECTIONS] == sorted(CODES)


@pytest.mark.parametrize("code", sorted(CODES))
def test_each_section_has_three_parts(code: str) -> None:
    """A section says what the problem means, why it matters and how to mend it, in this order."""
    prose, _, example = TEXTS[code].strip().partition("\n```yaml\n")
    means, why, cure = prose.strip().split("\n\n")
    assert means[0].isupper()
    assert re.match(r"\*\*Why it matters:\*\* [^A-Z]", why)
    assert re.match(r"\*\*How to mend it:\*\* [^A-Z]", cure)
    assert prose.count("**") == 4
    assert all(paragraph.endswith(".") for paragraph in prose.strip().split("\n\n"))
    # Behind them there is at most one example.
    assert not example or example.endswith("\n```")
    assert example.count("```") <= 1


@pytest.mark.parametrize("code", sorted(CODES))
def test_links_lead_to_sections(code: str) -> None:
    """The link of a code is the anchor that code hosts make of its section's heading."""
    assert link(code) == f"docs/problems.md#{code}"
    assert re.fullmatch("[a-z]+(-[a-z]+)*", code)


@pytest.mark.parametrize("line", [line for line in PAGE.splitlines() if line.endswith(".")])
def test_one_sentence_a_line(line: str) -> None:
    """Each sentence has a line of its own."""
    assert not re.search(r"[a-z`][.?!] [A-Z]", line)


def test_opening() -> None:
    """The page begins with how to look for problems."""
    assert "`feedpress check`" in OPENING
    assert "--format json" in OPENING


def test_the_report_in_the_opening_is_real() -> None:
    """What the page shows of the command is what the command prints."""
    example = re.search(r"^```\n(.*?)^```", OPENING, re.MULTILINE | re.DOTALL)
    assert example
    sections = support.file_text().replace("clippings: []\n", "")
    above = "\n" * (7 - sections.count("\n"))
    clipping = "clippings:\n- titel: City Opens Its Portal\n  added: 2016\n"
    files = [("clippings.yaml", f"{above}{sections}{clipping}".encode())]
    _, problems = publication_file.load(files)
    shown = report.text(problems, Texts(files), 100, lambda text, _: text)
    assert "\n".join(shown).strip() == example[1].strip()
