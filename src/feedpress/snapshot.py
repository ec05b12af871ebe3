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
from feedpress.feeds import atom, feed, history, rss
from feedpress.model import Publication
from feedpress.pages import html


@dataclass(frozen=True, slots=True)
class Document:
    """The bytes of one path, and what is said of them."""

    body: bytes
    media_type: str
    #: The entity tag without its quotation marks (RFC 9110 §8.8.3): a hash of the body.
    etag: str
    #: 200, or 410 where there was something once (RFC 9110 §15.5.11).
    status: int = 200

    @property
    def content_type(self) -> str:
        """The Content-Type field; every document is text in UTF-8."""
        return f"{self.media_type}; charset=utf-8"


@dataclass(frozen=True, slots=True)
class Snapshot:
    """All documents, until the file changes or the clock reaches `next_due`."""

    documents: Mapping[str, Document]
    #: From each slug that a project had to the one that it has now.
    formerly: Mapping[str, str]
    next_due: datetime | None
    #: How many clippings are on the air, and how many feeds there are in each format.
    clippings: int
    feeds: int

    def moved(self, path: str) -> str | None:
        """Give the path that something has now which had this one, never one that moved again."""
        slug = self.formerly.get(addresses.project_of(path))
        if slug is None:
            return None
        there = addresses.renamed(path, slug)
        there = there if there in self.documents else f"{there}/"
        return there if there in self.documents else None


def build(publication: Publication, now: datetime) -> Snapshot:
    """Work out every document as it is at an instant."""
    feeds = feed.build(publication, now)
    documents = dict((*_pages(feeds), *_feed_documents(feeds)))
    return Snapshot(
        documents=MappingProxyType(documents),
        formerly=MappingProxyType(
            {former: each.slug for each in publication.projects for former in each.formerly}
        ),
        next_due=times.next_due(publication, now),
        clippings=len(feeds[0].entries),
        feeds=sum(not each.is_gone for each in feeds),
    )


def _document(body: bytes, media_type: str, status: int = 200) -> Document:
    return Document(body, media_type, hashlib.sha256(body).hexdigest()[:16], status)


def _pages(feeds: tuple[feed.Feed, ...]) -> Iterator[tuple[str, Document]]:
    whole = feeds[0]
    yield addresses.FRONT_PAGE, _document(html.front_page(feeds), addresses.HTML)
    yield addresses.STYLE_SHEET, _document(html.style_sheet(), addresses.CSS)
    yield addresses.SCHEMA, _document(_schema(), addresses.JSON_SCHEMA)
    for each in feeds:
        if each.slug:
            body = html.project_page(each, whole)
            yield addresses.project_page(each.slug), _document(body, addresses.HTML)
    for entry in whole.entries:
        body = html.clipping_page(entry, whole)
        yield addresses.clipping_page(entry.slug), _document(body, addresses.HTML)
    for entry in whole.withdrawn:
        page = addresses.clipping_page(entry.slug)
        yield page, _document(html.notice_page(entry, page, whole), addresses.HTML, 410)


def _feed_documents(feeds: tuple[feed.Feed, ...]) -> Iterator[tuple[str, Document]]:
    # However many documents have an entry, it is turned into XML once in each format.
    ends = [each.ended for each in feeds if each.ended and not each.is_gone]
    entries = atom.render_entries((*feeds[0].entries, *ends))
    items = rss.render_items((*feeds[0].entries, *ends, *feeds[0].tombstones))
    for each in feeds:
        for document in history.documents(each):
            atom_path = addresses.feed_path(each.slug, addresses.ATOM, document.archive)
            rss_path = addresses.feed_path(each.slug, addresses.RSS, document.archive)
            if each.is_gone and each.ended:
                for path in (atom_path, rss_path):
                    page = html.notice_page(each.ended, path, feeds[0])
                    yield path, _document(page, addresses.HTML, 410)
            else:
                yield atom_path, _document(atom.render(document, entries), addresses.ATOM)
                yield rss_path, _document(rss.render(document, items), addresses.RSS)


@cache
def _schema() -> bytes:
    return (json.dumps(shape.json_schema(), ensure_ascii=False, indent=2) + "\n").encode()
