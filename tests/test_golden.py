"""Whole documents of a small publication, as bytes. `make golden` writes them anew."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from feedpress import snapshot
from feedpress.editors import clippings_file

_GOLDEN = Path(__file__).parent / "data" / "golden"
_PATHS = {
    "/": "index.html",
    "/atom.xml": "atom.xml",
    "/rss.xml": "rss.xml",
    "/projects/portal/": "portal.html",
    "/projects/portal/atom.xml": "portal.atom.xml",
    "/projects/empty/rss.xml": "empty.rss.xml",
    "/clippings/full/": "full.html",
}


def documents() -> dict[str, bytes]:
    """Give the bytes of each golden file as they are now."""
    data = (_GOLDEN / "clippings.yaml").read_bytes()
    publication, problems = clippings_file.load([("clippings.yaml", data)])
    assert not problems
    built = snapshot.build(publication, datetime(2016, 10, 1, tzinfo=UTC)).documents
    return {name: built[path].body for path, name in _PATHS.items()}


@pytest.mark.parametrize("name", _PATHS.values())
def test_document_is_the_golden_one(name: str) -> None:
    """A change of one byte of a published document is a change that somebody meant."""
    assert documents()[name] == (_GOLDEN / name).read_bytes()
