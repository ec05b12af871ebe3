"""docs/editors.md: its wrong examples have the problem that it names, its right ones have none."""

import re
from pathlib import Path

import pytest

import support
from feedpress.reading import json_schema, publication_file
from feedpress.reading.problems import CODES, InvalidFile, Problem

_PAGE = (Path(__file__).parent.parent / "docs" / "editors.md").read_text(encoding="utf-8")
_BLOCK = r"```yaml\n(.*?)```"
_WRONG = re.findall(rf"^Wrong \(\[(.*?)\]\((.*?)\)\):\n\n{_BLOCK}", _PAGE, re.M | re.S)
_OTHERS = re.findall(_BLOCK, re.sub(rf"^Wrong .*?\n\n{_BLOCK}", "", _PAGE, flags=re.M | re.S), re.S)
_ABOUT = f"publication: {support.yaml_value(support.ABOUT)}\n"
_PROJECTS = "projects:\n  technology:\n    title: Technology\n"


def _problems(example: str) -> tuple[Problem, ...]:
    """Return the problems of an example, put where it belongs in a file that has none."""
    if example.startswith("projects:"):
        text = f"{_ABOUT}{example}clippings:\n"
    else:
        text = f"{_ABOUT}{_PROJECTS}clippings:\n{example}"
    try:
        return publication_file.load([("clippings.yaml", text.encode())])[1]
    except InvalidFile as error:
        return error.problems


@pytest.mark.parametrize(("code", "link", "example"), _WRONG, ids=[each[0] for each in _WRONG])
def test_wrong_examples(code: str, link: str, example: str) -> None:
    """A wrong example has the problem that the page names, and no other."""
    assert [problem.code for problem in _problems(example)] == [code]
    assert link == f"problems.md#{code}"
    assert code in CODES


@pytest.mark.parametrize("example", _OTHERS)
def test_other_examples(example: str) -> None:
    """Every other example is read without any problem."""
    assert _problems(example) == ()


def test_ten_mistakes() -> None:
    """There are ten mistakes, each another one, each with a wrong example and a right one."""
    headings = re.findall(r"^### (\d+)\. ", _PAGE, re.M)
    assert headings == [str(number) for number in range(1, 11)]
    assert len({code for code, _, _ in _WRONG}) == len(_WRONG) == 10
    for section in re.split(r"^### ", _PAGE, flags=re.M)[1:]:
        assert re.search(r"^Wrong .*^Right:$", section, re.M | re.S)


def test_every_key_of_a_clipping_is_real() -> None:
    """What the page writes as a key in its text is a key of the file, a command, or a name."""
    keys = set(re.findall(r'"([a-z_]+)": \{', json_schema.schema_text()))
    words = set(re.findall(r"`([a-z_]+):?`", _PAGE))
    assert words <= keys
    assert {"title", "published", "added", "updated", "formerly", "also"} <= words


def test_one_sentence_a_line() -> None:
    """Each sentence of the running text has a line of its own."""
    text = re.sub(r"^(```.*?^```|\d+\. .*?$)", "", _PAGE, flags=re.M | re.S)
    assert not re.search(r"[a-z`][.?!] [A-Z]", text)
