"""Atom documents: the schema, the exact elements, and what they say."""

from pathlib import Path
from typing import Any

import pytest
from lxml import etree

import support

_SCHEMA = etree.RelaxNG(etree.parse(Path(__file__).parent / "data" / "atom.rng"))
_FULL = {
    "id": "full",
    "title": "AT&T <b>",
    "url": "https://news.example.org/?a=1&b=2",
    "source": "GovTech",
    "published": "2016-09-14",
    "added": "2020-01-01T10:00:00Z",
    "updated": "2020-02-01T10:00:00Z",
    "projects": ["Portal"],
    "summary": "One & two.\n\nThree.",
    "image": {"url": "https://news.example.org/a.jpg", "alt": "A <picture>"},
    "language": "es",
}
_PROJECTS = {"portal": {"title": "R&D <Portal>", "also": ["Portal"]}}
_SOURCES = {"Government Technology": {"url": "https://www.govtech.com/", "also": ["GovTech"]}}


def _feed(*clippings: dict[str, Any], **about: Any) -> Any:
    document = support.atom_documents(support.publication(clippings, _PROJECTS, _SOURCES, **about))[
        0
    ]
    root = support.parse(document)
    _SCHEMA.assertValid(root)
    return root


def test_entry_has_exactly_what_the_file_says() -> None:
    """Every element of a full entry, in the order in which it is written."""
    (entry,) = _feed(_FULL).findall("{*}entry")
    assert support.names_of_children(entry) == [
        "id", "title", "updated", "author", "content", "summary", "category", "published", "link",
        "media:content",
    ]  # fmt: skip
    assert support.text_at(entry, "a:id") == "tag:example.org,2016:clippings/full"
    assert support.text_at(entry, "a:title") == "AT&T <b>"
    assert support.text_at(entry, "a:updated") == "2020-02-01T10:00:00+00:00"
    assert support.text_at(entry, "a:published") == "2020-01-01T10:00:00+00:00"
    assert support.text_at(entry, "a:author/a:name") == "Government Technology"
    assert support.text_at(entry, "a:author/a:uri") == "https://www.govtech.com/"
    assert support.text_at(entry, "a:summary") == "One & two.\n\nThree."
    assert support.text_at(entry, "a:content[@type='html']") == (
        "<p>Government Technology, 14 September 2016</p>\n<p>One &amp; two.</p>\n\n<p>Three.</p>"
    )
    assert dict(entry.find("{*}link").attrib) == {
        "href": "https://news.example.org/?a=1&b=2",
        "rel": "alternate",
    }
    assert dict(entry.find("{*}category").attrib) == {
        "term": "portal",
        "label": "R&D <Portal>",
        "scheme": "https://feeds.example.org/projects/",
    }
    assert entry.get("{http://www.w3.org/XML/1998/namespace}lang") == "es"
    picture = entry.find("{http://search.yahoo.com/mrss/}content")
    assert dict(picture.attrib) == {"url": "https://news.example.org/a.jpg", "medium": "image"}
    assert support.text_at(entry, "media:content/media:description") == "A <picture>"


def test_entry_of_which_little_is_known_has_no_empty_element() -> None:
    """What is not known is not there: no author, summary, category, language or picture."""
    (entry,) = _feed({"title": "A", "added": "2020"}).findall("{*}entry")
    assert support.names_of_children(entry) == [
        "id", "title", "updated", "content", "published", "link",
    ]  # fmt: skip
    assert entry.attrib == {}


def test_picture_without_a_description() -> None:
    """A picture may come without words."""
    image = {"url": "https://news.example.org/a.jpg"}
    (entry,) = _feed({"title": "A", "added": "2020", "image": image}).findall("{*}entry")
    assert len(entry.find("{http://search.yahoo.com/mrss/}content")) == 0


def test_feed_has_exactly_what_the_file_says() -> None:
    """Every element of the feed of all clippings, before its entries."""
    root = _feed(
        _FULL,
        subtitle="The team's work & more",
        rights="CC BY",
        logo="https://example.org/logo.png",
        icon="https://example.org/icon.png",
        language="en-US",
        author={"name": "A & B", "email": "team@example.org", "uri": "https://example.org/"},
    )
    assert support.names_of_children(root) == [
        "id", "title", "updated", "author", "link", "link", "generator", "icon", "logo", "rights",
        "subtitle", "fh:complete", "entry",
    ]  # fmt: skip
    assert support.text_at(root, "a:id") == "tag:example.org,2016:feeds"
    assert support.text_at(root, "a:updated") == "2020-02-01T10:00:00+00:00"
    assert support.text_at(root, "a:author/a:name") == "A & B"
    assert support.text_at(root, "a:author/a:email") == "team@example.org"
    assert support.text_at(root, "a:author/a:uri") == "https://example.org/"
    assert support.text_at(root, "a:generator") == "feedpress"
    assert support.text_at(root, "a:subtitle") == "The team's work & more"
    assert support.text_at(root, "a:rights") == "CC BY"
    assert support.text_at(root, "a:logo") == "https://example.org/logo.png"
    assert support.text_at(root, "a:icon") == "https://example.org/icon.png"
    assert root.get("{http://www.w3.org/XML/1998/namespace}lang") == "en-US"
    assert [dict(link.attrib) for link in root.findall("{*}link")] == [
        {
            "href": "https://feeds.example.org/atom.xml",
            "rel": "self",
            "type": "application/atom+xml",
        },
        {"href": "https://example.org/media/", "rel": "alternate", "type": "text/html"},
    ]


def test_project_feed_names_itself() -> None:
    """A project's self link is its own address, and its page is the alternate."""
    documents = support.atom_documents(support.publication([_FULL], _PROJECTS, _SOURCES))
    root = support.parse(documents[1])
    _SCHEMA.assertValid(root)
    assert support.text_at(root, "a:title") == "R&D <Portal>"
    assert [link.get("href") for link in root.findall("{*}link")] == [
        "https://feeds.example.org/projects/portal/atom.xml",
        "https://feeds.example.org/projects/portal/",
    ]


def test_entry_is_the_same_bytes_in_every_feed() -> None:
    """An entry's XML stands in the project's feed as in the feed of all."""
    whole, portal = support.atom_documents(support.publication([_FULL], _PROJECTS, _SOURCES))
    entry = whole[whole.index(b"  <entry") : whole.index(b"</feed>")]
    assert entry in portal


@pytest.mark.parametrize("number", [0, 1, 499, 500, 501, 1001])
def test_every_entry_is_there_once(number: int) -> None:
    """However many entries there are, each is written once, in order."""
    clippings = [{"id": f"c{n}", "title": f"</entry> {n}", "added": "2020"} for n in range(number)]
    root = _feed(*clippings, feed_size=2000)
    ids = root.xpath("a:entry/a:id/text()", namespaces=support.NAMESPACES)
    assert len(set(ids)) == len(ids) == number


def test_plain_texts_write_no_named_references() -> None:
    """In titles, summaries and names `&` and `<` are hexadecimal, so that no reader sees markup."""
    document = support.atom_documents(
        support.publication([_FULL], _PROJECTS, _SOURCES, title="Q&A1 <i>")
    )[0]
    assert b"<title>Q&#x26;A1 &#x3C;i&gt;</title>" in document
    assert b"<title>AT&#x26;T &#x3C;b&gt;</title>" in document
    assert b'label="R&#x26;D &#x3C;Portal&gt;"' in document
    assert b"<summary>One &#x26; two." in document


def test_document_with_all_that_may_stand_before_its_entries() -> None:
    """Archive links, then tombstones, stand between the feed's own elements and its entries."""
    gone = {"id": "gone", "title": "Gone", "added": "2010-06-01", "withdrawn": "2026-11-01"}
    old = {"id": "old", "title": "Old", "added": "2019-01-01"}
    root = _feed(_FULL, old, gone, feed_size=1)
    assert support.names_of_children(root) == [
        "id", "title", "subtitle", "updated", "author", "link", "link", "link", "generator",
        "at:deleted-entry", "entry",
    ]  # fmt: skip
    assert sorted(link.get("rel") for link in root.findall("{*}link")) == [
        "alternate", "prev-archive", "self",
    ]  # fmt: skip
    assert {link.get("type") for link in root.findall("{*}link")} == {
        "application/atom+xml",
        "text/html",
    }
