"""Snapshot: everything that is served, worked out once: a map from path to finished document.

A function of the publication and an instant, and of nothing else: the same file gives the same
bytes on every machine, at every start. What the snapshot before it had and is the same is taken
over from it, which changes no byte.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import cache, lru_cache, partial
from types import MappingProxyType

from feedpress import addresses, times
from feedpress.documents import Document, Documents, Link, Maker, Policy
from feedpress.editors import schema
from feedpress.feeds import atom, combined, feed, history, json_feed, opml, rss
from feedpress.feeds.delta import Polled
from feedpress.feeds.feed import Entry, Feed
from feedpress.feeds.history import FeedDocument
from feedpress.garbage import uncollected
from feedpress.model import Publication
from feedpress.pages import feed_style, html

#: How many bytes of documents are made ahead. A small file of long texts in many projects can come
#: to gigabytes; what is beyond this is made when it is asked for.
_AHEAD_BYTES = 256 * 2**20

#: Entries as one format has them, by id, each with the entry that it is of.
_Printed = Mapping[str, tuple[Entry, bytes]]


@dataclass(frozen=True, slots=True)
class _Parts:
    """What a snapshot is made of, for the one after it."""

    #: All of the publication that is not a clipping.
    head: Publication
    feeds: Mapping[str | None, Feed]
    #: By the media type of the format.
    printed: Mapping[str, _Printed]


@dataclass(frozen=True, slots=True)
class Snapshot:
    """All documents, until the file changes or the clock reaches `next_due`."""

    documents: Documents
    #: The paths that answer 410.
    gone: frozenset[str]
    #: From each slug that a project had to the one that it has now.
    formerly: Mapping[str, str]
    next_due: datetime | None
    #: How long an answer may be kept.
    cache_time: timedelta
    #: How many clippings are on the air, and how many feeds there are in each format.
    clippings: int
    feeds: int
    #: The instant as of which it was worked out.
    as_of: datetime = field(compare=False)
    _parts: _Parts = field(compare=False, repr=False)

    def moved(self, path: str) -> str | None:
        """Give the path that something has now which had this one, never one that moved again."""
        named = addresses.project_of(path)
        slug = combined.canonical(named, self.formerly)
        if slug == named:
            return None
        there = addresses.renamed(path, slug)
        there = there if there in self.documents else f"{there}/"
        return there if there in self.documents else None

    def redirects(self) -> Iterator[tuple[str, str]]:
        """Give every path that has moved, and where to."""
        paths = [path for path in self.documents if addresses.project_of(path)]
        for former, slug in self.formerly.items():
            for path in paths:
                if addresses.project_of(path) == slug:
                    was = addresses.renamed(path, former)
                    yield was, path
                    if path.endswith("/"):
                        yield was.removesuffix("/"), path


def build(publication: Publication, now: datetime, before: Snapshot | None = None) -> Snapshot:
    """Work out every document as it is at an instant; `before` only saves work."""
    with uncollected():
        return _build(publication, now, before)


def _build(publication: Publication, now: datetime, before: Snapshot | None) -> Snapshot:
    feeds = feed.build(publication, now)
    builder = _Builder(publication, feeds, before)
    return Snapshot(
        documents=builder.documents(before.documents.ready if before else {}),
        gone=frozenset(builder.gone),
        formerly=MappingProxyType(
            {former: each.slug for each in publication.projects for former in each.formerly}
        ),
        next_due=times.next_due(publication, now),
        cache_time=timedelta(minutes=publication.cache_minutes),
        clippings=len(feeds[0].entries),
        feeds=sum(not each.is_gone for each in feeds),
        as_of=now,
        _parts=builder.parts,
    )


class _Builder:
    def __init__(
        self, publication: Publication, feeds: tuple[Feed, ...], before: Snapshot | None
    ) -> None:
        # Nothing of `before` is kept here: what is made later would keep it, and all before it.
        self._feeds = feeds
        self._whole = feeds[0]
        self._projects = {each.slug: each for each in publication.projects}
        self.gone: set[str] = set()
        # Nobody learns from it who has written what is still held back.
        shown_sources = {each.author.name for each in feeds[0].entries if each.author}
        self._schema_text = schema.text(publication, shown_sources)
        head = replace(publication, clippings=(), is_whole=True)
        old = before._parts if before else _Parts(head, {}, {})
        # Titles, slugs and addresses of the publication stand in every document.
        comparable = old.feeds if old.head == head else {}
        self._unchanged = {each.slug for each in feeds if comparable.get(each.slug) == each}
        self._documents = {each.slug: history.documents(each) for each in feeds}
        polled = [self._documents[each.slug][0] for each in feeds if not each.is_gone]
        shown = {entry.id: entry for document in polled for entry in document.entries}
        told = {entry.id: entry for document in polled for entry in document.tombstones}
        printed = {
            media_type: _printed(
                (shown | told if form.has_notices else shown).values(),
                form.render_entries,
                old.printed.get(media_type, {}),
            )
            for media_type, form in _FORMATS.items()
        }
        self.parts = _Parts(head, {each.slug: each for each in feeds}, printed)
        self._entries = {media_type: _of_id(every) for media_type, every in printed.items()}

    def documents(self, before: Mapping[str, Document]) -> Documents:
        ready: dict[str, Document] = {}
        makers: dict[str, Maker] = {}
        size = 0
        for path, make in self._asked_for_often(before):
            if size > _AHEAD_BYTES:
                makers[path] = make
            else:
                ready[path] = make()
                size += len(ready[path].body)
        makers.update(self._asked_for_seldom())
        return Documents(MappingProxyType(ready), MappingProxyType(makers), self._combined)

    def _asked_for_often(self, before: Mapping[str, Document]) -> Iterator[tuple[str, Maker]]:
        for each in self._feeds:
            document = self._documents[each.slug][0]
            for media_type in _FORMATS:
                path = addresses.feed_path(each.slug, media_type)
                if each.ended and each.is_gone:
                    yield self._gone(path, each.ended)
                else:
                    old = before.get(path)
                    yield path, partial(self._subscription_document, document, media_type, old)
            if each.slug:
                path = addresses.project_page(each.slug)
                yield path, partial(self._project_page, each, before.get(path))
            path = addresses.embed_page(each.slug)
            yield path, partial(self._embed_page, each, before.get(path))
            if each.is_gone:
                self.gone.add(path)
        yield addresses.FRONT_PAGE, partial(self._front_page, before.get(addresses.FRONT_PAGE))
        yield addresses.OPML_LIST, partial(self._opml, before.get(addresses.OPML_LIST))
        yield addresses.STYLE_SHEET, _style_sheet
        yield addresses.ROBOTS, _robots
        yield addresses.EMBED_SCRIPT, _embed_script
        yield addresses.EMBED_STYLE_SHEET, _embed_style_sheet
        head = self.parts.head
        look = partial(_feed_style_sheet, head.language, head.accent)
        yield addresses.FEED_STYLE_SHEET, look
        yield addresses.SCHEMA, partial(self._schema, before.get(addresses.SCHEMA))

    def _asked_for_seldom(self) -> Iterator[tuple[str, Maker]]:
        for each in self._feeds:
            for document in self._documents[each.slug][1:]:
                for media_type in _FORMATS:
                    path = addresses.feed_path(each.slug, media_type, document.archive)
                    if each.ended and each.is_gone:
                        yield self._gone(path, each.ended)
                    else:
                        yield path, partial(_archive_document, document, media_type)
        for entry in self._whole.entries:
            yield addresses.clipping_page(entry.slug), partial(self._clipping_page, entry)
        for entry in self._whole.withdrawn:
            yield self._gone(addresses.clipping_page(entry.slug), entry)

    def _combined(self, path: str) -> Maker | None:
        name = addresses.project_of(path)
        slugs = combined.members(name, self._projects)
        for media_type in _FORMATS if slugs else ():
            if path == addresses.feed_path(name, media_type):
                return partial(self._combined_document, slugs, media_type)
        return None

    def _combined_document(self, slugs: tuple[str, ...], media_type: str) -> Document:
        documents = [self._documents[slug][0] for slug in slugs]
        projects = [self._projects[slug] for slug in slugs]
        document = combined.document(projects, documents, self._whole, self.parts.head.tag)
        form, printed = _FORMATS[media_type], self._entries[media_type]
        # Of a project whose own feeds are no more, some are in no document that is polled.
        every = (*document.entries, *document.tombstones)
        known = {each.id: printed[each.id] for each in every if each.id in printed}
        new = form.render_entries(each for each in document.entries if each.id not in known)
        body = form.render(document, known | new)
        return Document(body, media_type, links=_links(document, media_type))

    def _front_page(self, old: Document | None) -> Document:
        body = html.front_page(self._feeds)
        return Document(body, addresses.HTML, policy=Policy.PAGE, like=old)

    def _opml(self, old: Document | None) -> Document:
        return Document(opml.render(self._feeds), addresses.OPML, like=old)

    def _schema(self, old: Document | None) -> Document:
        return Document(self._schema_text.encode(), addresses.JSON_SCHEMA, like=old)

    def _project_page(self, each: Feed, old: Document | None) -> Document:
        if old and each.slug in self._unchanged:
            return old
        body = html.project_page(each, self._whole)
        return Document(body, addresses.HTML, policy=Policy.PAGE, like=old)

    def _embed_page(self, each: Feed, old: Document | None) -> Document:
        if old and each.slug in self._unchanged:
            return old
        status = 410 if each.is_gone else 200
        body = html.embed_page(each)
        return Document(body, addresses.HTML, status, policy=Policy.EMBED, like=old)

    def _clipping_page(self, entry: Entry) -> Document:
        body = html.clipping_page(entry, self._whole)
        return Document(body, addresses.HTML, policy=Policy.PAGE)

    def _gone(self, path: str, notice: Entry) -> tuple[str, Maker]:
        self.gone.add(path)
        return path, partial(self._notice, notice, path)

    def _notice(self, entry: Entry, path: str) -> Document:
        body = html.notice_page(entry, path, self._whole)
        return Document(body, addresses.HTML, 410, policy=Policy.PAGE)

    def _subscription_document(
        self, document: FeedDocument, media_type: str, old: Document | None
    ) -> Document:
        form, entries = _FORMATS[media_type], self._entries[media_type]
        polled = Polled(document, entries, form.render) if form.has_deltas else None
        if old and document.feed.slug in self._unchanged:
            return old.made_of(polled)
        body = form.render(document, entries)
        links = _links(document, media_type)
        return Document(body, media_type, links=links, polled=polled, like=old)


_Render = Callable[[FeedDocument, Mapping[str, bytes]], bytes]
_RenderEntries = Callable[[Iterable[Entry]], dict[str, bytes]]


@dataclass(frozen=True, slots=True)
class _Format:
    """How a feed is written."""

    render: _Render
    render_entries: _RenderEntries
    #: Whether an entry says that something was taken back.
    has_notices: bool = True
    #: Whether a reader may ask for what is new alone (RFC 3229).
    has_deltas: bool = True


_FORMATS: Mapping[str, _Format] = {
    addresses.ATOM: _Format(atom.render, atom.render_entries, has_notices=False),
    addresses.RSS: _Format(rss.render, rss.render_items),
    # The feed of what is new is an Atom or RSS feed; of JSON nobody has said what it would be.
    addresses.JSON_FEED: _Format(json_feed.render, json_feed.render_items, has_deltas=False),
}


def _archive_document(document: FeedDocument, media_type: str) -> Document:
    form = _FORMATS[media_type]
    body = form.render(document, form.render_entries(document.entries))
    return Document(body, media_type, links=_links(document, media_type))


def _links(document: FeedDocument, media_type: str) -> tuple[Link, ...]:
    """Give the links of a feed's document that its answer has, too (WebSub §4)."""
    link = document.feed.link(media_type, document.archive)
    return (
        Link(link, "self", media_type),
        *(Link(hub, "hub") for hub in document.hubs),
        Link(document.feed.alternate, "alternate", addresses.HTML),
    )


def _printed(entries: Iterable[Entry], render: _RenderEntries, before: _Printed) -> _Printed:
    """Turn entries into XML; what is the same as before is not turned into XML again."""
    every = tuple(entries)
    old = {e.id: before[e.id] for e in every if e.id in before and before[e.id][0] == e}
    new = [entry for entry in every if entry.id not in old]
    xml = render(new)
    return old | {entry.id: (entry, xml[entry.id]) for entry in new}


def _of_id(printed: _Printed) -> Mapping[str, bytes]:
    return MappingProxyType({entry_id: xml for entry_id, (_, xml) in printed.items()})


@cache
def _style_sheet() -> Document:
    return Document(html.style_sheet(), addresses.CSS)


@cache
def _embed_script() -> Document:
    return Document(html.embed_script(), addresses.JAVASCRIPT)


@cache
def _embed_style_sheet() -> Document:
    return Document(html.embed_style_sheet(), addresses.CSS)


@cache
def _robots() -> Document:
    return Document(b"User-agent: *\nDisallow:\n", addresses.TEXT)


@lru_cache(maxsize=8)
def _feed_style_sheet(language: str, accent: str | None) -> Document:
    return Document(feed_style.style_sheet(feed_style.texts(language), accent), addresses.CSS)
