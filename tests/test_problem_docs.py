"""docs/problems.md: every code has its section, and its examples are what they claim to be."""

import re
from pathlib import Path

import pytest

from feedpress.editors.problems import CODES

PAGE = (Path(__file__).parent.parent / "docs" / "problems.md").read_text(encoding="utf-8")
OPENING, *SECTIONS = re.split(r"^## ", PAGE, flags=re.MULTILINE)
TEXTS = dict(section.split("\n", 1) for section in SECTIONS)


def test_a_section_for_each_code() -> None:
    """The sections of the page are the codes, in the order of the alphabet, each once."""
    assert [section.partition("\n")[0] for section in SECTIONS] == sorted(CODES)


@pytest.mark.parametrize("code", sorted(CODES))
def test_each_section_has_text(code: str) -> None:
    """A section says at least what the problem means and how to mend it."""
    prose = re.sub(r"^```.*?^```", "", TEXTS[code], flags=re.MULTILINE | re.DOTALL)
    assert len([line for line in prose.splitlines() if line]) >= 2


@pytest.mark.parametrize("line", [line for line in PAGE.splitlines() if line.endswith(".")])
def test_one_sentence_a_line(line: str) -> None:
    """Each sentence has a line of its own."""
    assert not re.search(r"[a-z`][.?!] [A-Z]", line)


def test_opening() -> None:
    """The page begins with how to look for problems."""
    assert "`feedpress check`" in OPENING
