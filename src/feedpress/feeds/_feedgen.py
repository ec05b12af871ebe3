"""What Atom and RSS share; the only module that imports feedgen, and that knows its traps.

feedgen makes single entries, and feeds without entries; they are put together here, so that an
entry is turned into XML once, however many feeds have it. What feedgen 1.0.0 does wrong:

- Its RSS dates are formatted by `formatRFC2822`, which switches the locale of the whole process:
  feedgen never gets them, and we write `lastBuildDate` and `pubDate` ourselves.
- `updated` and `lastBuildDate` default to now: Atom's is always set, RSS's is cleared.
- A link of an Atom entry loses all but its href: such links are added to the element.
- The link of an RSS channel is the last one set, whatever its rel: the alternate link comes last.
- Extensions are loaded by name for each entry, and have no `media:content` with a description:
  what goes beyond the core is added to the element.
- Naive dates, control characters and empty titles raise: the editors' side lets none through.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime
from functools import cached_property, partial
from itertools import islice
from typing import Any

import feedgen.entry
import feedgen.feed
from feedgen.ext.base import BaseExtension
from lxml import etree

from feedpress import urls
from feedpress.feeds.feed import Entry
from feedpress.feeds.history import FeedDocument

ATOM_NS = "http://www.w3.org/2005/Atom"
CONTENT_NS = "http://purl.org/rss/1.0/modules/content/"
DC_NS = "http://purl.org/dc/elements/1.1/"
MEDIA_NS = "http://search.yahoo.com/mrss/"
HISTORY_NS = "http://purl.org/syndication/history/1.0"
TOMBSTONE_NS = "http://purl.org/atompub/tombstones/1.0"
_XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"

# Elements that hold plain text. Some readers take a "&lt;" there for markup, but not a "&#x3C;"
# (RSS Advisory Board, RSS Best Practices Profile, "Character Data"); to XML they are the same.
_PLAIN_TEXT = re.compile(
    rb"<(?:title|subtitle|summary|name|rights|copyright|category|dc:creator|media:description)\b"
    rb"[^>]*>[^<]*"
)
_AT_ONCE = 500  # entries
_CHANNEL_DESCRIPTION = re.compile(rb"<description>[^<]*")


@dataclass(frozen=True)
class XmlFormat:
    """How a document of one format is put together."""

    media_type: str
    #: The elements around the entries, the root first.
    around: tuple[str, ...]
    #: The element of an entry.
    entry: bytes
    #: Namespaces that entries have beyond feedgen's core, declared on the root.
    prefixes: dict[str, str]

    @cached_property
    def closing(self) -> bytes:
        """The end of a document, as it is printed."""
        return b"".join(b"%s</%s>\n" % each for each in reversed(list(self._indented())))

    @cached_property
    def end_of_entry(self) -> bytes:
        """The end tag of an entry, as it is printed."""
        return b"%s</%s>\n" % (b"  " * len(self.around), self.entry)

    def _indented(self) -> Iterator[tuple[bytes, bytes]]:
        return ((b"  " * depth, name.encode()) for depth, name in enumerate(self.around))


ATOM = XmlFormat(urls.ATOM, ("feed",), b"entry", {"media": MEDIA_NS})
RSS = XmlFormat(
    urls.RSS,
    ("rss", "channel"),
    b"item",
    {"atom": ATOM_NS, "content": CONTENT_NS, "dc": DC_NS, "media": MEDIA_NS},
)


class _FeedGenerator(feedgen.feed.FeedGenerator):  # type: ignore[misc] # feedgen has no types
    def __init__(self) -> None:
        super().__init__()
        # feedgen has no public way to leave out lastBuildDate.
        self._FeedGenerator__rss_lastBuildDate = None


class _Additions(BaseExtension):  # type: ignore[misc] # feedgen has no types
    """What goes beyond feedgen's core, in the head of a document."""

    def __init__(self, document: FeedDocument, form: XmlFormat) -> None:
        self._document = document
        self._form = form

    def extend_ns(self) -> dict[str, str]:
        document, declared = self._document, dict(self._form.prefixes)
        if document.is_complete or document.is_marked_as_archive:
            declared["fh"] = HISTORY_NS
        if document.tombstones and self._form is ATOM:
            # Nowhere else, for validators do not know it.
            declared["at"] = TOMBSTONE_NS
        return declared

    def extend_atom(self, feed: Any) -> None:
        self._set_subtitle_apart(feed, "subtitle")
        self._add_history(feed)
        for tombstone in self._document.tombstones:
            when = tombstone.updated.isoformat()
            deleted = f"{{{TOMBSTONE_NS}}}deleted-entry"
            etree.SubElement(feed, deleted, ref=tombstone.id, when=when)

    def extend_rss(self, rss: Any) -> None:
        self._set_subtitle_apart(rss[0], "description")
        last_built = etree.Element("lastBuildDate")
        last_built.text = _rfc822_date(self._document.updated)
        rss[0].find("language").addnext(last_built)
        # feedgen writes the first link with the relation self, and no other.
        for rel, href in self._document.links(self._form.media_type):
            media_type = self._form.media_type
            etree.SubElement(rss[0], f"{{{ATOM_NS}}}link", href=href, rel=rel, type=media_type)
        for hub in self._document.hubs:
            etree.SubElement(rss[0], f"{{{ATOM_NS}}}link", href=hub, rel="hub")
        self._add_history(rss[0])

    def _set_subtitle_apart(self, head: Any, name: str) -> None:
        # Where there is none, it is the title again. Right behind the title `feed.css` hides it.
        if self._document.feed.subtitle == self._document.feed.title:
            head.find("title").addnext(head.find(name))

    def _add_history(self, head: Any) -> None:
        if self._document.is_complete:
            etree.SubElement(head, f"{{{HISTORY_NS}}}complete")
        if self._document.is_marked_as_archive:
            etree.SubElement(head, f"{{{HISTORY_NS}}}archive")


def new_feed(document: FeedDocument, form: XmlFormat) -> Any:
    """Return a FeedGenerator with all that both formats have, and no entries."""
    feed, media_type = document.feed, form.media_type
    written = _FeedGenerator()
    written.register_extension("additions", partial(_Additions, document, form))
    written.id(feed.id)
    written.title(feed.title)
    written.subtitle(feed.subtitle)
    written.language(feed.language)
    written.generator("feedpress")
    written.rights(feed.rights)
    written.link(href=feed.link(media_type, document.archive), rel="self", type=media_type)
    for rel, href in document.links(media_type):
        written.link(href=href, rel=rel, type=media_type)
    for hub in document.hubs:
        written.link(href=hub, rel="hub")
    written.link(href=feed.alternate, rel="alternate", type=urls.HTML)
    return written


def new_entry(entry: Entry) -> Any:
    """Return a FeedEntry with all that both formats have in the same way."""
    written = feedgen.entry.FeedEntry()
    written.id(entry.id)
    written.title(entry.title)
    if entry.categories:
        written.category(
            [{"term": c.term, "label": c.label, "scheme": c.scheme} for c in entry.categories]
        )
    return written


def add_link(element: Any, href: str, rel: str) -> None:
    """Add a link to an Atom entry (RFC 4287 §4.2.7)."""
    etree.SubElement(element, "link", href=href, rel=rel)


def add_image(element: Any, entry: Entry) -> None:
    """Add an entry's picture (Media RSS 1.5, `media:content`)."""
    if entry.image:
        picture = etree.SubElement(
            element, f"{{{MEDIA_NS}}}content", url=entry.image.url, medium="image"
        )
        if entry.image.alt:
            etree.SubElement(picture, f"{{{MEDIA_NS}}}description").text = entry.image.alt


def add_text(element: Any, namespace: str, name: str, text: str) -> None:
    """Add a child element that holds a text."""
    etree.SubElement(element, f"{{{namespace}}}{name}").text = text


def add_published_date(item: Any, published: datetime) -> None:
    """Add `pubDate` to an RSS item."""
    etree.SubElement(item, "pubDate").text = _rfc822_date(published)


def set_language(element: Any, language: str | None) -> None:
    """Set an entry's language if it is not the feed's (RFC 4287 §2)."""
    if language:
        element.set(_XML_LANG, language)


def print_entries(
    entries: Iterable[Entry], make_element: Callable[[Entry], Any], form: XmlFormat
) -> Iterator[tuple[str, bytes]]:
    """Yield each entry's id and the XML that stands in a document, whose root has the prefixes.

    Many are printed at once, which is faster than one by one, but not all: the tree is large.
    """
    waiting = iter(entries)
    while some := list(islice(waiting, _AT_ONCE)):
        root = inner = etree.Element(form.around[0], nsmap=form.prefixes)
        for name in form.around[1:]:
            inner = etree.SubElement(inner, name)
        inner.extend(map(make_element, some))
        printed = etree.tostring(root, encoding="UTF-8", pretty_print=True)
        # In a text "<" is written as "&lt;", so these are tags and nothing else.
        start = printed.index(b"<%s" % form.entry) - 2 * len(form.around)
        whole = _PLAIN_TEXT.sub(_with_hexadecimal_references, printed[start:])
        *parts, _closing = whole.split(form.end_of_entry)
        for entry, part in zip(some, parts, strict=True):
            yield entry.id, part + form.end_of_entry


def put_together(
    head: bytes, entries: Iterable[bytes], document: FeedDocument, form: XmlFormat
) -> bytes:
    """Put printed entries, and the style sheet's address, into a feed without entries."""
    declaration, end_of_line, start = head[: -len(form.closing)].partition(b"\n")
    for plain in (_PLAIN_TEXT, _CHANNEL_DESCRIPTION):
        start = plain.sub(_with_hexadecimal_references, start)
    return b"".join(
        (declaration, end_of_line, _style(document, form), start, *entries, form.closing)
    )


def _style(document: FeedDocument, form: XmlFormat) -> bytes:
    # Relative, so that it holds wherever the document is served.
    path = urls.feed_path(document.feed.slug, form.media_type, document.archive)
    href = urls.relative(urls.FEED_STYLE_SHEET, path)
    return f'<?xml-stylesheet type="{urls.CSS}" href="{href}"?>\n'.encode()


def _rfc822_date(time: datetime) -> str:
    return format_datetime(time.astimezone(UTC), usegmt=True)


def _with_hexadecimal_references(found: re.Match[bytes]) -> bytes:
    return found[0].replace(b"&amp;", b"&#x26;").replace(b"&lt;", b"&#x3C;")
