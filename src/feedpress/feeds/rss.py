"""The documents of a feed as RSS 2.0 (RSS Advisory Board, with its Best Practices Profile).

RSS knows no deletion: an item in its place says that a clipping was taken back.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from feedpress.feeds import _feedgen, markup
from feedpress.feeds.feed import Entry
from feedpress.feeds.history import FeedDocument

# RSS 2.0 allows no other pictures.
_PICTURES = (".gif", ".jpeg", ".jpg", ".png")


def render(document: FeedDocument, items: Mapping[str, bytes]) -> bytes:
    """Return the document; `items` has the XML of its entries by id, from `render_items`."""
    feed = document.feed
    written = _feedgen.new_feed(document, _feedgen.RSS)
    if feed.author.email:
        # The name is a comment of RFC 822 §3.4.3, which ends at a parenthesis.
        name = " ".join(feed.author.name.replace("(", " ").replace(")", " ").split())
        written.managingEditor(f"{feed.author.email} ({name})")
    if feed.logo and feed.logo.lower().endswith(_PICTURES):
        written.image(url=feed.logo, title=feed.title, link=feed.alternate)
    # Constant, though an answer's Cache-Control is shorter where something is due before.
    written.ttl(feed.cache_minutes)
    shown = (items[entry.id] for entry in document.entries_and_notices)
    return _feedgen.put_together(written.rss_str(pretty=True), shown, document, _feedgen.RSS)


def render_items(entries: Iterable[Entry]) -> dict[str, bytes]:
    """Return the XML of each entry by its id, the same in every feed that has it."""
    return dict(_feedgen.print_entries(entries, _element, _feedgen.RSS))


def _element(entry: Entry) -> Any:
    written = _feedgen.new_entry(entry)
    written.link(href=entry.alternate, rel="alternate")
    description = markup.summary_html(entry.summary) if entry.summary else None
    # A description is HTML to every reader, so the text is escaped for it.
    written.description(description)
    written.content(entry.content)
    element = written.rss_entry()
    if not description or description != entry.summary:
        # A browser shows markup as it stands. So a description that has some is not right behind
        # the link, and `feed.css` shows only those that are: no other mark is valid here.
        element.insert(element.index(element.find("description")), element.find("guid"))
    _feedgen.add_published_date(element, entry.published)
    if entry.author:
        _feedgen.add_text(element, _feedgen.DC_NS, "creator", entry.author.name)
    _feedgen.add_text(element, _feedgen.ATOM_NS, "updated", entry.updated.isoformat())
    _feedgen.add_image(element, entry)
    return element
