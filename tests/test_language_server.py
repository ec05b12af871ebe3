"""The schema in a text editor: the language server of VS Code's YAML extension, really started."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

import lsp
import support
from feedpress.reading import json_schema

pytestmark = pytest.mark.slow

_ROOT = Path(__file__).parent.parent
_HEAD = "# yaml-language-server: $schema=clippings.schema.json\n"
_PROJECTS = {"portal": {"title": "LA Business Portal"}, "q": {"title": "Q&A: Portal # 1"}}
_CLIPPING = {"id": "a", "title": "A", "added": "2016", "source": "The Courier"}


@pytest.fixture
def editor(tmp_path: Path) -> Iterator[lsp.Editor]:
    """A text editor in a folder with a schema of its own."""
    publication = support.publication([_CLIPPING], _PROJECTS)
    path = tmp_path / "clippings.schema.json"
    path.write_text(json_schema.schema_text(publication), encoding="utf-8")
    with lsp.editing(tmp_path) as opened:
        yield opened


def test_real_list_is_not_underlined(tmp_path: Path) -> None:
    """The repository's own list, opened in its folder as it is, has nothing underlined."""
    for name in ("clippings.yaml", "clippings.schema.json"):
        shutil.copy(_ROOT / name, tmp_path / name)
    text = (tmp_path / "clippings.yaml").read_text(encoding="utf-8")
    line = text.splitlines().index("publication:")
    with lsp.editing(tmp_path) as editor:
        assert editor.open(text) == []
        assert "What is published, and where." in editor.hover(line, 3)


def test_key_is_completed(editor: lsp.Editor) -> None:
    """In a clipping, the keys are offered that it does not have yet, each without a value."""
    editor.open(f"{_HEAD}clippings:\n- title: A\n  added: 2016\n  p\n")
    offered = editor.complete(4, 3)
    assert {"published", "projects", "source", "withdrawn", "draft"} < set(offered)
    assert not {"title", "added"} & set(offered)
    texts = {key: text.split() for key, text in offered.items()}
    assert texts.pop("projects") == ["projects:", "-"]
    assert texts.pop("image") == ["image:", "url:"]
    assert texts == {key: [f"{key}:"] for key in texts}


@pytest.mark.parametrize(
    ("typed", "line", "character"),
    [("  projects: [Bus]", 4, 16), ("  projects:\n  - ", 5, 4), ("  projects:\n    - ", 5, 6)],
    ids=["brackets", "hyphen", "hyphen further in"],
)
def test_project_is_completed(editor: lsp.Editor, typed: str, line: int, character: int) -> None:
    """The file's projects are offered, in quotation marks where they need them, and no more."""
    editor.open(f"{_HEAD}clippings:\n- title: A\n  added: 2016\n{typed}\n")
    offered = list(editor.complete(line, character).values())
    assert offered == ["LA Business Portal", '"Q&A: Portal # 1"']


def test_source_is_completed(editor: lsp.Editor) -> None:
    """The sources that the file names are offered, and so are the schema's own examples."""
    editor.open(f"{_HEAD}clippings:\n- title: A\n  added: 2016\n  source: \n")
    assert set(editor.complete(4, 10)) == {"The Courier", "Government Technology", "LAist"}


def test_mistakes_are_underlined(editor: lsp.Editor) -> None:
    """Only what is wrong is underlined, and the message says how to fix it."""
    text = (
        f"{_HEAD}clippings:\n- title: A\n  publishd: 2016\n  added: 9/14/2016\n"
        "  projects: [A new one]\n  source: Nobody\n- title: [Opinion]\n  added: 2016\n"
    )
    assert sorted(editor.open(text)) == [
        "4: publishd: Property publishd is not allowed.",
        "5: 9/14/2016: Write a day as 2016-09-14, a month as 2016-09, a year as 2016.",
        "8: [Opinion]: A text is wanted. If it has brackets, put quotation marks around it.",
    ]


def test_what_is_wanted_for_publication(editor: lsp.Editor) -> None:
    """A key that must be there and is not is named; YAML that can't be read is told as such."""
    found = editor.open(f"{_HEAD}publication:\n  title: A\nclippings:\n- added: 2016\n")
    assert {each.rpartition(": ")[2] for each in found} == {
        'Missing property "url".',
        'Missing property "tag".',
        'Missing property "title".',
    }


def test_words_of_yaml_1_1_are_texts(editor: lsp.Editor) -> None:
    """Titles such as No and 12:30 are not underlined: the extension reads YAML 1.2."""
    titles = ("No", "12:30", "1984", "2016-10", "on")
    clippings = "".join(f"- title: {title}\n  added: 2016-09-14\n" for title in titles)
    assert editor.open(f"{_HEAD}clippings:\n{clippings}") == []


def test_hover(editor: lsp.Editor) -> None:
    """Resting the mouse on a key shows its title, what it means, and examples."""
    editor.open(f"{_HEAD}clippings:\n- title: A\n  added: 2016\n  source: Nobody\n")
    shown = editor.hover(3, 4)
    assert shown.startswith("#### Date of the clipping\n\nWhen subscribers see it as new.")
    assert "2016-09-15T17:05:00Z" in shown
    assert editor.hover(4, 4).startswith("#### Source\n\nWho published the article.")
