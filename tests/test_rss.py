"""RSS documents: the exact elements, and what they say."""

import locale
from typing import Any

import feedgen.entry
import feedgen.feed
import feedgen.util
import pytest

import support

_FULL = {
    "id": "full",
    "title": "AT&T <b>",
    "url": "https://news.example.org/?a=1&b=2",
    "source": "GovTech & Co",
    "published": "2016-09",
    "added": "2020-01-01T10:00:00+05:45",
    "updated": "2020-02-01T10:00:00Z",
    "projects": ["Portal"],
    "summary": "One & two.\n\nThree.",
    "image": {"url": "https://news.example.org/a.jpg", "alt": "A picture"},
}
_PROJECTS = {"portal": {"title": "R&D <Portal>", "also": ["Portal"]}}


def _channel(*clippings: dict[str, Any], **about: Any) -> Any:
    loaded = support.publication(clippings, _PROJECTS, **about)
    (channel,) = support.parse(support.rss_documents(loaded)[0])
    return channel


def test_item_has_exactly_what_the_file_says() -> None:
    """Every element of a full item; the description stands before content:encoded."""
    item = _channel(_FULL).find("item")
    assert support.names_of_children(item) == [
        "title", "link", "guid", "description", "content:encoded", "category", "pubDate",
        "dc:creator", "atom:updated", "media:content",
    ]  # fmt: skip
    assert support.text_at(item, "title") == "AT&T <b>"
    assert support.text_at(item, "link") == "https://news.example.org/?a=1&b=2"
    assert support.text_at(item, "description") == "<p>One &amp; two.</p>\n\n<p>Three.</p>"
    assert support.text_at(item, "content:encoded") == (
        "<p>GovTech &amp; Co, September 2016</p>\n<p>One &amp; two.</p>\n\n<p>Three.</p>"
    )
    assert support.text_at(item, "guid[@isPermaLink='false']") == (
        "tag:example.org,2016:clippings/full"
    )
    assert support.text_at(item, "category[@domain='https://feeds.example.org/projects/']") == (
        "R&D <Portal>"
    )
    assert support.text_at(item, "pubDate") == "Wed, 01 Jan 2020 04:15:00 GMT"
    assert support.text_at(item, "dc:creator") == "GovTech & Co"
    assert support.text_at(item, "a:updated") == "2020-02-01T10:00:00+00:00"
    assert support.text_at(item, "media:content/media:description") == "A picture"


def test_item_of_which_little_is_known_has_no_empty_element() -> None:
    """Without a summary the description is what there is; nothing else is made up."""
    item = _channel({"title": "A", "added": "2020"}).find("item")
    assert support.names_of_children(item) == [
        "title", "link", "guid", "description", "pubDate", "atom:updated",
    ]  # fmt: skip
    assert support.text_at(item, "description") == "<p>A</p>"


@pytest.mark.parametrize(
    ("summary", "before"),
    [("Two.\nLines.", "link"), ("A & b", "guid"), ("One.\n\nTwo.", "guid"), (None, "guid")],
)
def test_only_a_description_without_markup_is_right_behind_the_link(
    summary: str | None, before: str
) -> None:
    """By its place `feed.css` knows which descriptions a browser can show as they stand."""
    about = {"summary": summary} if summary else {}
    item = _channel({"title": "A", "added": "2020", "source": "B", **about}).find("item")
    names = support.names_of_children(item)
    assert names[names.index("description") - 1] == before


def test_channel_has_exactly_what_the_file_says() -> None:
    """Every element of a channel, before its items."""
    channel = _channel(
        _FULL,
        subtitle="The team's work & more",
        rights="CC BY",
        logo="https://example.org/logo.png",
        language="en-US",
    )
    assert support.names_of_children(channel) == [
        "title", "link", "description", "atom:link", "copyright", "docs", "generator", "image",
        "language", "lastBuildDate", "managingEditor", "ttl", "fh:complete", "item",
    ]  # fmt: skip
    assert support.text_at(channel, "link") == "https://example.org/media/"
    assert support.text_at(channel, "description") == "The team's work & more"
    assert support.text_at(channel, "copyright") == "CC BY"
    assert support.text_at(channel, "image/url") == "https://example.org/logo.png"
    assert support.text_at(channel, "image/link") == "https://example.org/media/"
    assert support.text_at(channel, "language") == "en-US"
    assert support.text_at(channel, "lastBuildDate") == "Sat, 01 Feb 2020 10:00:00 GMT"
    assert support.text_at(channel, "managingEditor") == "team@example.org (Innovation Team)"
    assert support.text_at(channel, "ttl") == "30"
    assert dict(channel.find("a:link", support.NAMESPACES).attrib) == {
        "href": "https://feeds.example.org/rss.xml",
        "rel": "self",
        "type": "application/rss+xml",
    }


def test_author_without_an_address_is_no_editor() -> None:
    """RSS wants an e-mail address in managingEditor; without one the element is left out."""
    assert _channel(author={"name": "Team"}).find("managingEditor") is None


def test_name_of_the_editor_opens_no_parenthesis_of_its_own() -> None:
    """The name stands in parentheses, which a parenthesis in it would end."""
    channel = _channel(author={"name": "R&D (LA) team", "email": "team@example.org"})
    assert support.text_at(channel, "managingEditor") == "team@example.org (R&D LA team)"


def test_logo_that_rss_does_not_know_is_left_out() -> None:
    """RSS 2.0 wants GIF, JPEG or PNG; an SVG stays in Atom alone."""
    assert _channel(logo="https://example.org/logo.svg").find("image") is None


def test_plain_texts_are_written_as_the_profile_wants() -> None:
    """In titles `&` is written as &#x26; and `<` as &#x3C; (RSS Best Practices Profile)."""
    loaded = support.publication([_FULL], _PROJECTS, title="Q&A1 <i>", subtitle="B&B <i>")
    document = support.rss_documents(loaded)[0]
    assert b"<title>Q&#x26;A1 &#x3C;i&gt;</title>" in document
    assert b"<description>B&#x26;B &#x3C;i&gt;</description>" in document
    assert b"<title>AT&#x26;T &#x3C;b&gt;</title>" in document
    assert b">R&#x26;D &#x3C;Portal&gt;</category>" in document
    assert b"<dc:creator>GovTech &#x26; Co</dc:creator>" in document


def test_prefixes_are_declared_on_the_root_alone() -> None:
    """No item declares a namespace again."""
    loaded = support.publication([_FULL, _FULL | {"id": "other"}], _PROJECTS)
    document = support.rss_documents(loaded)[0]
    assert document.count(b"xmlns:") == document[: document.index(b"<channel>")].count(b"xmlns:")


def test_dates_leave_the_locale_of_the_process_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """feedgen formats RSS dates by switching the locale of the process; ours never does."""

    def refuse(*_: object) -> str:
        raise AssertionError("the locale was touched")

    monkeypatch.setattr(locale, "setlocale", refuse)
    channel = _channel(_FULL)
    assert support.text_at(channel, "lastBuildDate") == "Sat, 01 Feb 2020 10:00:00 GMT"
    assert support.text_at(channel, "item/pubDate") == "Wed, 01 Jan 2020 04:15:00 GMT"


def test_feedgen_is_not_patched() -> None:
    """Another part of the same process that uses feedgen gets feedgen's own functions."""
    _channel(_FULL)
    assert feedgen.feed.formatRFC2822 is feedgen.util.formatRFC2822
    assert feedgen.entry.formatRFC2822 is feedgen.util.formatRFC2822
    assert feedgen.util.formatRFC2822.__module__ == "feedgen.util"


def test_channel_with_an_archive() -> None:
    """The link to the archive stands behind the channel's own elements, before its items."""
    channel = _channel(_FULL, {"id": "old", "title": "Old", "added": "2019"}, feed_size=1)
    assert support.names_of_children(channel) == [
        "title", "description", "link", "atom:link", "docs", "generator", "language",
        "lastBuildDate", "managingEditor", "ttl", "atom:link", "item",
    ]  # fmt: skip
    assert dict(channel.findall("a:link", support.NAMESPACES)[1].attrib) == {
        "href": "https://feeds.example.org/archive/2/rss.xml",
        "rel": "prev-archive",
        "type": "application/rss+xml",
    }


def test_ttl_is_the_uncut_cache_time() -> None:
    """`ttl` is the same though something is due in a minute."""
    held_back = {"title": "Held back", "added": "2026-11-22T18:01:00Z"}
    assert support.text_at(_channel(_FULL, held_back), "ttl") == "30"
