"""Every page is good HTML: by html5lib's strict parser, and by rules that no parser knows."""

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import html5lib
import pytest

import support
from feedpress import snapshot
from feedpress.document import Document
from feedpress.reading import publication_file

_ROOT = Path(__file__).parent.parent
_FILES = {
    "real": (_ROOT / "clippings.yaml", support.NOW),
    "one-of-everything": (
        _ROOT / "tests" / "data" / "golden" / "clippings.yaml",
        datetime(2016, 10, 1, tzinfo=UTC),
    ),
}
_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")


@cache
def _pages(name: str) -> dict[str, Document]:
    path, now = _FILES[name]
    loaded, _ = publication_file.load([(path.name, path.read_bytes())])
    every = snapshot.build(loaded, now).documents
    return {at: every[at] for at in every if every[at].media_type == "text/html"}


_EVERY = [(name, path) for name in _FILES for path in _pages(name)]
_each = pytest.mark.parametrize(("name", "path"), _EVERY)


def _elements(name: str, path: str) -> Iterator[Any]:
    parser = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False)
    tree = parser.parse(_pages(name)[path].body, transport_encoding="utf-8")
    return iter(tree.iter())


def test_there_is_every_kind_of_page() -> None:
    """What is looked at below has the front page, projects, clippings and what is no more."""
    kinds = {path.split("/")[1] for _, path in _EVERY}
    assert {"", "projects", "clippings"} <= kinds
    assert {page.status for name in _FILES for page in _pages(name).values()} == {200, 410}


@_each
def test_page_is_parsed_without_an_error(name: str, path: str) -> None:
    """Nothing is left open, nested wrongly or escaped wrongly."""
    tags = Counter(element.tag for element in _elements(name, path))
    assert tags["title"] == tags["h1"] == tags["main"] == 1


@_each
def test_no_id_stands_twice(name: str, path: str) -> None:
    """Links and labels lead to one element."""
    ids = [element.get("id") for element in _elements(name, path) if "id" in element.keys()]  # noqa: SIM118
    assert len(ids) == len(set(ids))
    assert all(ids)


@_each
def test_labels_and_fragments_have_their_elements(name: str, path: str) -> None:
    """Whatever refers to another element of the page finds it."""
    elements = list(_elements(name, path))
    ids = {element.get("id") for element in elements}
    for element in elements:
        for attribute in ("for", "aria-labelledby", "aria-describedby", "aria-controls"):
            assert set(element.get(attribute, "").split()) <= ids
        if element.tag == "a" and element.get("href", "").startswith("#"):
            assert element.get("href")[1:] in ids


@_each
def test_language_and_pictures_are_described(name: str, path: str) -> None:
    """The page says its language, no element says an empty one, and each picture has a text."""
    root, *elements = _elements(name, path)
    assert root.get("lang")
    for element in elements:
        assert element.get("lang", "some")
        assert element.tag != "img" or element.get("alt") is not None


@_each
def test_headings_leave_no_level_out(name: str, path: str) -> None:
    """The first one is the page's title, and none is more than a level below the one before."""
    levels = [_HEADINGS.index(e.tag) + 1 for e in _elements(name, path) if e.tag in _HEADINGS]
    assert levels[0] == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))


@_each
def test_nothing_runs_that_the_policy_forbids(name: str, path: str) -> None:
    """No style and no script stands in the page itself: the policy of pages refuses them."""
    for element in _elements(name, path):
        assert element.tag != "style"
        assert not [key for key in element.keys() if key == "style" or key.startswith("on")]  # noqa: SIM118
        if element.tag == "script":
            assert element.get("src") or element.get("type") == "application/ld+json"
