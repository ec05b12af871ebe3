"""What is written as YAML is read back as it was, by feedpress and by others."""

from typing import Any

import pytest
import yaml
from hypothesis import example, given
from hypothesis import strategies as st

from feedpress.editing import yaml_writing
from feedpress.reading import yaml_reader
from feedpress.reading.problems import Problem

# No feed can carry others, so none is ever written.
_TEXTS = st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters=[*map(chr, range(32))]), min_size=1
).filter(lambda text: "\ufffe" not in text and "\uffff" not in text)


def _read(text: str) -> Any:
    problems: list[Problem] = []
    found, _ = yaml_reader.parse(text.encode(), "a.yaml", problems)
    assert not [each for each in problems if each.code != "damaged-text"]
    return found


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ("LA launches a portal", "LA launches a portal"),
        ("https://example.org/a?b=c&d=é#part", '"https://example.org/a?b=c&d=é#part"'),
        ("https://example.org/a?b=c&d", "https://example.org/a?b=c&d"),
        ("Cities: a portal", '"Cities: a portal"'),
        ("City #1", '"City #1"'),
        ("It's here", "It's here"),
        ('He said "no"', '"He said \\"no\\""'),
        ("No", '"No"'),
        ("1984", "1984"),
        ("12:30", '"12:30"'),
        ("1e3", '"1e3"'),
        ("2016-09-14", "2016-09-14"),
        ("2016-09-14T10:00:00Z", "2016-09-14T10:00:00Z"),
        ("- a", '"- a"'),
        (" a", '" a"'),
        ("a ", '"a "'),
        ("a\nb", '"a\\nb"'),
        ("الترجمة", "الترجمة"),
        ("\u2028\U000e0001", '"\\u2028\\U000e0001"'),
        (["One", "Two, three"], '[One, "Two, three"]'),
        ({"url": "https://example.org/a.jpg", "alt": "A: b"}, None),
    ],
)
def test_written(value: yaml_writing.Value, written: str | None) -> None:
    """What needs no quotation marks gets none."""
    expected = written or '{url: https://example.org/a.jpg, alt: "A: b"}'
    assert yaml_writing.value(value) == expected


@given(_TEXTS, _TEXTS)
@example("a: b", "#")
@example("-", "?")
def test_read_back(one: str, other: str) -> None:
    """Any text comes back, alone, in a list and in braces."""
    item = {"title": one, "projects": [one, other], "image": {"url": one, "alt": other}}
    written = "clippings:\n" + yaml_writing.item(item, "  ")
    assert _read(written) == {"clippings": [item]}


@given(_TEXTS)
def test_other_programs_take_it_for_a_text(text: str) -> None:
    """PyYAML's loader, which follows YAML 1.1, takes all but plain years and days for texts."""
    read = yaml.safe_load(f"title: {yaml_writing.scalar(text)}\n")["title"]
    assert isinstance(read, str) or text[:1].isdigit()
