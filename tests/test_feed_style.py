"""The style sheet of feeds, and how feeds name it; `test_browser_feeds` has what comes of it."""

import re
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urljoin

import pytest

import support
from feedpress import snapshot
from feedpress.document import Documents
from feedpress.reading import publication_file
from feedpress.site import feed_style

_GOLDEN = Path(__file__).parent / "data" / "golden" / "clippings.yaml"
_XML = ("application/atom+xml", "application/rss+xml")


@pytest.fixture(scope="module")
def documents() -> Documents:
    """All documents of a publication with one of everything."""
    loaded, _ = publication_file.load([(_GOLDEN.name, _GOLDEN.read_bytes())])
    return snapshot.build(loaded, datetime(2016, 10, 1, tzinfo=UTC)).documents


def test_every_feed_names_the_style_sheet(documents: Documents) -> None:
    """Each document of a feed has one style sheet, of CSS, and its relative address is right."""
    feeds = {path: each for path, each in documents.items() if each.media_type in _XML}
    assert any("/archive/" in path for path in feeds)
    for path, each in feeds.items():
        instructions = support.parse(each.body).xpath("//processing-instruction()|/*/preceding::*")
        (named,) = re.findall(rb"<\?(?!xml )([^>]*)\?>", each.body)
        href = re.fullmatch(rb'xml-stylesheet type="text/css" href="([^"]+)"', named)
        assert len(instructions) == 1
        assert href
        assert urljoin(path, href[1].decode()) == "/feed.css"


def test_style_sheet_has_the_texts_and_the_colour_of_the_publication() -> None:
    """A publication's feeds look as its language and its colour have it."""
    loaded = support.publication((), language="es-MX", accent="#1a5fb4")
    text = snapshot.build(loaded, support.NOW).documents["/feed.css"].body.decode()
    assert '--this-is-a-feed: "Esto es un canal web (feed)";' in text
    assert "--accent: #1a5fb4;" in text


def test_every_text_is_used_and_every_one_that_is_used_is_there() -> None:
    """No language lacks a text, and none has one that nobody sees."""
    sheet = feed_style.feed_style_sheet({}, None).decode()
    used = set(re.findall(r"var\(--([a-z-]+)\)", sheet)) - {"accent", "quiet", "line", "box"}
    for language in ("en", "es"):
        assert set(feed_style.words(language)) == used
    assert feed_style.words("en") != feed_style.words("es")


def test_language_without_texts_has_the_english_ones() -> None:
    """English is for those whose language is not there, and none is guessed from a beginning."""
    assert feed_style.words("fi") == feed_style.words("est") == feed_style.words("en-US")


def test_text_can_be_any() -> None:
    """What would end a string of CSS is escaped (CSS Syntax 3 §4.3.7), all else stands there."""
    sheet = feed_style.feed_style_sheet({"date": 'a"b\\c\nd é {}'}, None).decode()
    assert '--date: "a\\22 b\\5c c\\a d é {}";\n' in sheet


def test_nothing_is_fetched_by_the_style_sheet() -> None:
    """There is no other file that it needs, from here or elsewhere."""
    assert not re.search(r"url\(|@import|image-set", feed_style.feed_style_sheet({}, None).decode())
