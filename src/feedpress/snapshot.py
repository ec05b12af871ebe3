"""Snapshot: everything that is served, worked out once: a map from path to finished document.

A function of the publication and an instant, and of nothing else: the same file gives the same
bytes on every machine, at every start.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from types import MappingProxyType

from feedpress import addresses, times
from feedpress.editors import shape
from feedpress.feeds import atom, feed, rss
from feedpress.model import Publication
from feedpress.pages import html


@dataclass(frozen=True, slots=True)
class Document:
    """The bytes of one path, and what is said of them."""

    body: bytes
    media_type: str
    #: The entity tag without its quotation marks (RFC 9110 §8.8.3): a hash of the body.
    etag: str

    @property
    def content_type(self) -> str:
        """The Content-Type field; every document is text in UTF-8."""
        return f"{self.media_type}; charset=utf-8"


@dataclass(frozen=True, slots=True)
class Snapshot:
    """All documents, until the file changes or the clock reaches `next_due`."""

    documents: Mapping[str, Document]
    next_due: datetime | None
    #: How many clippings are on the air, and how many feeds there are in each format.
    clippings: int
    feeds: int


def build(publication: Publication, now: datetime) -> Snapshot:
    """Work out every document as it is at an instant."""
    feeds = feed.build(publication, now)
    documents = {
        path: Document(body, media_type, hashlib.sha256(body).hexdigest()[:16])
        for path, media_type, body in _documents(feeds)
    }
    return Snapshot(
        documents=MappingProxyType(documents),
        next_due=times.next_due(publication, now),
        clippings=len(feeds[0].entries),
        feeds=len(feeds),
    )


def _documents(feeds: tuple[feed.Feed, ...]) -> Iterator[tuple[str, str, bytes]]:
    whole = feeds[0]
    yield addresses.FRONT_PAGE, addresses.HTML, html.front_page(feeds)
    yield addresses.STYLE_SHEET, addresses.CSS, html.style_sheet()
    yield addresses.SCHEMA, addresses.JSON_SCHEMA, _schema()
    # However many feeds have an entry, it is turned into XML once in each format.
    shown = {entry.id: entry for each in feeds for entry in each.recent}.values()
    entries, items = atom.render_entries(shown), rss.render_items(shown)
    for each in feeds:
        atom_path = addresses.feed_path(each.slug, addresses.ATOM)
        rss_path = addresses.feed_path(each.slug, addresses.RSS)
        yield atom_path, addresses.ATOM, atom.render(each, entries)
        yield rss_path, addresses.RSS, rss.render(each, items)
        if each.slug:
            page = addresses.project_page(each.slug)
            yield page, addresses.HTML, html.project_page(each, whole)
    for entry in whole.entries:
        page = addresses.clipping_page(entry.slug)
        yield page, addresses.HTML, html.clipping_page(entry, whole)


@cache
def _schema() -> bytes:
    return (json.dumps(shape.json_schema(), ensure_ascii=False, indent=2) + "\n").encode()
