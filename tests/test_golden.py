"""Whole documents of a small publication and of the real list, as bytes. `make golden` writes them.

Each of them is read back by feedparser without complaint, too, and fits the schema of its format.
"""

import io
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import feedparser
import pytest
from lxml import etree

import support
from feedpress import snapshot
from feedpress.document import Document
from feedpress.reading import publication_file

GOLDEN = Path(__file__).parent / "data" / "golden"
_ROOT = Path(__file__).parent.parent
_SCHEMA = etree.RelaxNG(etree.parse(Path(__file__).parent / "data" / "atom.rng"))
_NOW = datetime(2016, 10, 1, tzinfo=UTC)
_SMALL = {
    "/": "index.html",
    "/atom.xml": "atom.xml",
    "/rss.xml": "rss.xml",
    "/feed.json": "feed.json",
    "/opml.xml": "opml.xml",
    "/archive/2/feed.json": "archive-2.feed.json",
    "/embed/": "embed.html",
    "/feed.css": "feed.css",
    "/archive/1/atom.xml": "archive-1.atom.xml",
    "/archive/1/rss.xml": "archive-1.rss.xml",
    "/archive/2/atom.xml": "archive-2.atom.xml",
    "/archive/2/rss.xml": "archive-2.rss.xml",
    "/projects/portal/": "portal.html",
    "/projects/portal/atom.xml": "portal.atom.xml",
    "/projects/empty/rss.xml": "empty.rss.xml",
    "/projects/ended/": "ended.html",
    "/projects/ended/atom.xml": "ended.atom.xml",
    "/projects/ended/rss.xml": "ended.rss.xml",
    "/clippings/full/": "full.html",
    "/years/2016/": "2016.html",
    "/search.json": "search.json",
    "/icon.svg": "icon.svg",
    "/clippings/lately-taken-back/": "withdrawn.html",
}
_REAL = {
    "/atom.xml": "real/atom.xml",
    "/rss.xml": "real/rss.xml",
    "/archive/1/atom.xml": "real/archive-1.atom.xml",
    "/archive/1/rss.xml": "real/archive-1.rss.xml",
}
_NAMES = (*_SMALL.values(), *_REAL.values())


def _built(file: Path, now: datetime, names: dict[str, str]) -> dict[str, Document]:
    publication, problems = publication_file.load([(file.name, file.read_bytes())])
    assert not problems
    built = snapshot.build(publication, now).documents
    return {name: built[path] for path, name in names.items()}


@cache
def documents() -> dict[str, bytes]:
    """Return the bytes of each golden file as they are now."""
    small = _built(GOLDEN / "clippings.yaml", _NOW, _SMALL)
    real = _built(_ROOT / "clippings.yaml", support.NOW, _REAL)
    return {name: document.body for name, document in (small | real).items()}


@pytest.mark.parametrize("name", _NAMES)
def test_document_is_the_golden_one(name: str) -> None:
    """A change of one byte of a published document is a change that somebody meant."""
    assert documents()[name] == (GOLDEN / name).read_bytes()


def test_no_golden_document_is_left_over() -> None:
    """Every file in the folder is one that is compared."""
    there = {path.relative_to(GOLDEN).as_posix() for path in GOLDEN.rglob("*") if path.is_file()}
    assert there == {*_NAMES, "clippings.yaml"}


@pytest.mark.parametrize(
    "name", [name for name in _NAMES if name.endswith(("atom.xml", "rss.xml"))]
)
def test_golden_feed_is_read_without_complaint(name: str) -> None:
    """feedparser finds every golden feed in order, archives and tombstones included."""
    format_ = "rss" if name.endswith("rss.xml") else "atom"
    parsed = feedparser.parse(
        io.BytesIO((GOLDEN / name).read_bytes()),
        response_headers={"content-type": f"application/{format_}+xml; charset=utf-8"},
    )
    assert not parsed.bozo, parsed.get("bozo_exception")
    assert parsed.version == {"rss": "rss20", "atom": "atom10"}[format_]
    assert parsed.entries or name == "empty.rss.xml"
    assert all(entry.title and entry.id and entry.link for entry in parsed.entries)


@pytest.mark.parametrize("name", [name for name in _NAMES if name.endswith("atom.xml")])
def test_golden_atom_document_fits_the_schema(name: str) -> None:
    """Every golden Atom document is valid by the schema of RFC 4287, with what it lets through."""
    _SCHEMA.assertValid(support.parse((GOLDEN / name).read_bytes()))
