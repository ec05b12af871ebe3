"""The documents of a feed as JSON Feed 1.1 (jsonfeed.org).

JSON Feed knows no deletion: an item in its place says that a clipping was taken back.
"""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from feedpress import urls
from feedpress.feeds.feed import Entry
from feedpress.feeds.history import FeedDocument
from feedpress.model import Person

_VERSION = "https://jsonfeed.org/version/1.1"
_ITEM_INDENT = b"    "


def render(document: FeedDocument, items: Mapping[str, bytes]) -> bytes:
    """Return the document; `items` has the JSON of its entries by id, from `render_items`."""
    shown = b",\n".join(items[entry.id] for entry in document.entries_and_notices)
    head = _text(_head(document)).removesuffix(b"\n}")
    listed = b"[\n%s\n  ]" % shown if shown else b"[]"
    return b'%s,\n  "items": %s\n}\n' % (head, listed)


def render_items(entries: Iterable[Entry]) -> dict[str, bytes]:
    """Return the JSON of each entry by its id, the same in every feed that has it."""
    # A line break within a text is escaped, so these are those between lines.
    return {
        entry.id: _ITEM_INDENT + _text(_item(entry)).replace(b"\n", b"\n" + _ITEM_INDENT)
        for entry in entries
    }


def _head(document: FeedDocument) -> dict[str, Any]:
    feed = document.feed
    return {
        "version": _VERSION,
        "title": feed.title,
        "home_page_url": feed.alternate,
        # It tells one feed from another, so it is the same in archive documents.
        "feed_url": feed.link(urls.JSON_FEED),
        "description": feed.subtitle,
        "next_url": _next_url(document),
        "icon": feed.logo,
        "favicon": feed.icon,
        "authors": [_author(feed.author)],
        "language": feed.language,
        "expired": True if feed.ended else None,
        "hubs": [{"type": "WebSub", "url": hub} for hub in document.hubs],
    }


def _next_url(document: FeedDocument) -> str | None:
    """Return where what is older goes on, if anything is."""
    for rel, href in document.links(urls.JSON_FEED):
        if rel == "prev-archive":
            return href
    return None


def _item(entry: Entry) -> dict[str, Any]:
    return {
        "id": entry.id,
        "url": entry.alternate,
        "title": entry.title,
        "content_html": entry.content,
        "summary": entry.summary,
        "image": entry.image.url if entry.image else None,
        "date_published": entry.published.isoformat(),
        "date_modified": entry.updated.isoformat(),
        "authors": [_author(Person(entry.author.name, uri=entry.author.url))]
        if entry.author
        else None,
        "tags": [category.label for category in entry.categories],
        "language": entry.language,
        "_feedpress": _filled(_known_here(entry)) or None,
    }


def _known_here(entry: Entry) -> dict[str, Any]:
    # JSON Feed has no word for these. `date_published` is not the date of the article.
    return {"dateline": entry.dateline, "withdrawn": entry.is_withdrawn or None}


def _author(person: Person) -> dict[str, Any]:
    # It has no place for an e-mail address but `url`, which readers open as a page.
    return _filled({"name": person.name, "url": person.uri})


def _text(members: dict[str, Any]) -> bytes:
    return json.dumps(_filled(members), ensure_ascii=False, indent=2).encode()


def _filled(members: dict[str, Any]) -> dict[str, Any]:
    """Leave out what has no value: there is no null in JSON Feed."""
    return {name: value for name, value in members.items() if value not in (None, [])}
