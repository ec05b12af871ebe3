"""The documents of a feed as Atom 1.0 (RFC 4287), with tombstones (RFC 6721)."""

from collections.abc import Iterable, Mapping
from typing import Any

from feedpress.feeds import _feedgen
from feedpress.feeds.feed import Entry
from feedpress.feeds.history import FeedDocument


def render(document: FeedDocument, entries: Mapping[str, bytes]) -> bytes:
    """Return the document; `entries` has the XML of its entries by id, from `render_entries`."""
    feed = document.feed
    written = _feedgen.new_feed(document, _feedgen.ATOM)
    written.updated(document.updated)
    written.author(_person(feed.author.name, feed.author.email, feed.author.uri))
    written.icon(feed.icon)
    written.logo(feed.logo)
    shown = (entries[entry.id] for entry in document.entries)
    return _feedgen.put_together(written.atom_str(pretty=True), shown, document, _feedgen.ATOM)


def render_entries(entries: Iterable[Entry]) -> dict[str, bytes]:
    """Return the XML of each entry by its id, the same in every feed that has it."""
    return dict(_feedgen.print_entries(entries, _element, _feedgen.ATOM))


def _element(entry: Entry) -> Any:
    written = _feedgen.new_entry(entry)
    written.published(entry.published)
    written.updated(entry.updated)
    if entry.author:
        written.author(_person(entry.author.name, uri=entry.author.url))
    written.summary(entry.summary)
    written.content(entry.content, type="html")
    element = written.atom_entry()
    _feedgen.add_link(element, entry.alternate, "alternate")
    _feedgen.set_language(element, entry.language)
    _feedgen.add_image(element, entry)
    return element


def _person(name: str, email: str | None = None, uri: str | None = None) -> dict[str, Any]:
    return {"name": name, "email": email, "uri": uri}
