"""Snapshot: everything that is served, worked out once: a map from path to finished document.

A function of the publication and an instant, and of nothing else: the same file gives the same
bytes on every machine, at every start. What the snapshot before it had and is the same is taken
over from it, which changes no byte.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial
from types import MappingProxyType

from feedpress import addresses, times
from feedpress.documents import Document, Documents, Link, Maker, Policy
from feedpress.editors import schema
from feedpress.feeds import combined, feed, formats, history, opml
from feedpress.feeds.delta import Polled
from feedpress.feeds.feed import Entry, Feed
from feedpress.feeds.history import FeedDocument
from feedpress.model import Publication
from feedpress.pages import feed_style, html, icon, search
from feedpress.pages.theme import PLAIN, Theme
from feedpress.pages.years import Year, by_year

#: How many bytes of documents are made ahead. A small file of long texts in many projects can come
#: to gigabytes; what is beyond this is made when it is asked for.
_AHEAD_BYTES = 256 * 2**20

_ROBOTS = b"User-agent: *\nDisallow:\n"


@dataclass(frozen=True, slots=True)
class _Parts:
    """What a snapshot is made of, for the one after it."""

    #: All of the publication that is not a clipping.
    head: Publication
    theme: Theme
    feeds: Mapping[str | None, Feed]
    #: By the media type of the format.
    printed: Mapping[str, formats.Printed]


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


def build(
    publication: Publication,
    now: datetime,
    before: Snapshot | None = None,
    theme: Theme = PLAIN,
) -> Snapshot:
    """Work out every document as it is at an instant; `before` only saves work."""
    feeds = feed.build(publication, now)
    builder = _Builder(publication, feeds, before, theme)
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
        self,
        publication: Publication,
        feeds: tuple[Feed, ...],
        before: Snapshot | None,
        theme: Theme,
    ) -> None:
        # Nothing of `before` is kept here: what is made later would keep it, and all before it.
        self._feeds = feeds
        self._whole = feeds[0]
        self._projects = {each.slug: each for each in publication.projects}
        self._by_slug = {each.slug: each for each in feeds}
        self._theme = theme
        self._accent = publication.accent
        self._years = by_year(feeds[0].entries)
        self.gone: set[str] = set()
        # Nobody learns from it who has written what is still held back.
        shown_sources = {each.author.name for each in feeds[0].entries if each.author}
        self._schema_text = schema.text(publication, shown_sources)
        head = replace(publication, clippings=())
        old = before._parts if before else _Parts(head, theme, {}, {})
        # Titles, slugs and addresses of the publication stand in every document.
        comparable = old.feeds if (old.head, old.theme) == (head, theme) else {}
        self._unchanged = {each.slug for each in feeds if comparable.get(each.slug) == each}
        self._documents = {each.slug: history.documents(each) for each in feeds}
        polled = [self._documents[each.slug][0] for each in feeds if not each.is_gone]
        shown = {entry.id: entry for document in polled for entry in document.entries}
        told = {entry.id: entry for document in polled for entry in document.tombstones}
        printed = {
            media_type: formats.printed(
                (shown | told if form.has_notices else shown).values(),
                form.render_entries,
                old.printed.get(media_type, {}),
            )
            for media_type, form in formats.FORMATS.items()
        }
        self.parts = _Parts(head, theme, self._by_slug, printed)
        self._entries = {media_type: formats.of_id(every) for media_type, every in printed.items()}

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
            for media_type in formats.FORMATS:
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
        yield from self._look(before)
        yield addresses.SCHEMA, partial(self._schema, before.get(addresses.SCHEMA))

    def _asked_for_seldom(self) -> Iterator[tuple[str, Maker]]:
        for each in self._feeds:
            for document in self._documents[each.slug][1:]:
                for media_type in formats.FORMATS:
                    path = addresses.feed_path(each.slug, media_type, document.archive)
                    if each.ended and each.is_gone:
                        yield self._gone(path, each.ended)
                    else:
                        yield path, partial(_archive_document, document, media_type)
        for year, later, earlier in _with_neighbours(self._years):
            path = addresses.year_page(year.number)
            yield path, partial(self._year_page, year, later, earlier)
        yield addresses.SEARCH_INDEX, self._search_index
        for entry in self._whole.entries:
            yield addresses.clipping_page(entry.slug), partial(self._clipping_page, entry)
        for entry in self._whole.withdrawn:
            yield self._gone(addresses.clipping_page(entry.slug), entry)

    def _combined(self, path: str) -> Maker | None:
        name = addresses.project_of(path)
        slugs = combined.members(name, self._projects)
        for media_type in formats.FORMATS if slugs else ():
            if path == addresses.feed_path(name, media_type):
                return partial(self._combined_document, slugs, media_type)
        return None

    def _combined_document(self, slugs: tuple[str, ...], media_type: str) -> Document:
        documents = [self._documents[slug][0] for slug in slugs]
        projects = [self._projects[slug] for slug in slugs]
        document = combined.document(projects, documents, self._whole, self.parts.head.tag)
        form, printed = formats.FORMATS[media_type], self._entries[media_type]
        # Of a project whose own feeds are no more, some are in no document that is polled.
        every = (*document.entries, *document.tombstones)
        known = {each.id: printed[each.id] for each in every if each.id in printed}
        new = form.render_entries(each for each in document.entries if each.id not in known)
        body = form.render(document, known | new)
        return Document(body, media_type, links=_links(document, media_type))

    def _opml(self, old: Document | None) -> Document:
        return Document(opml.render(self._feeds), addresses.OPML, like=old)

    def _look(self, before: Mapping[str, Document]) -> Iterator[tuple[str, Maker]]:
        """Give what pages look like: their style, their script, the icon, a theme's files."""
        title, theme = self._whole.title, self._theme
        bodies = {
            addresses.STYLE_SHEET: (html.style_sheet(self._accent, theme), addresses.CSS),
            addresses.FEED_STYLE_SHEET: (self._feed_style_sheet(), addresses.CSS),
            addresses.EMBED_STYLE_SHEET: (html.embed_style_sheet(), addresses.CSS),
            addresses.EMBED_SCRIPT: (html.embed_script(self._whole.language), addresses.JAVASCRIPT),
            addresses.ROBOTS: (_ROBOTS, addresses.TEXT),
            addresses.PAGE_SCRIPT: (html.page_script(), addresses.JAVASCRIPT),
            addresses.ICON: (icon.svg(title, self._accent).encode(), addresses.SVG),
            addresses.FAVICON: (icon.ico(title, self._accent), addresses.ICO),
        }
        for path, (body, media_type) in bodies.items():
            own = theme.of_path(path) or body
            yield path, partial(Document, own, media_type, like=before.get(path))
        for name, body in theme.files:
            path, media_type = addresses.theme_file(name), addresses.kind_of(name)
            if f"/{name}" not in bodies:
                yield path, partial(Document, body, media_type, like=before.get(path))

    def _feed_style_sheet(self) -> bytes:
        return feed_style.style_sheet(feed_style.words(self._whole.language), self._accent)

    def _front_page(self, old: Document | None) -> Document:
        body = html.front_page(self._feeds, self._years, self._theme)
        return _page(body, like=old)

    def _schema(self, old: Document | None) -> Document:
        return Document(self._schema_text.encode(), addresses.JSON_SCHEMA, like=old)

    def _project_page(self, each: Feed, old: Document | None) -> Document:
        if old and each.slug in self._unchanged:
            return old
        body = html.project_page(each, self._whole, self._theme)
        return _page(body, like=old)

    def _embed_page(self, each: Feed, old: Document | None) -> Document:
        if old and each.slug in self._unchanged:
            return old
        status = 410 if each.is_gone else 200
        body = html.embed_page(each, self._theme)
        return Document(body, addresses.HTML, status, policy=Policy.EMBED, like=old)

    def _year_page(self, year: Year, later: Year | None, earlier: Year | None) -> Document:
        body = html.year_page(year, later, earlier, self._whole, self._theme)
        return _page(body)

    def _search_index(self) -> Document:
        body = search.index(self._whole.entries)
        return Document(body, addresses.JSON)

    def _clipping_page(self, entry: Entry) -> Document:
        projects = [self._by_slug[category.slug] for category in entry.categories]
        body = html.clipping_page(entry, self._whole, projects, self._theme)
        return _page(body)

    def _gone(self, path: str, notice: Entry) -> tuple[str, Maker]:
        self.gone.add(path)
        return path, partial(self._notice, notice, path)

    def _notice(self, entry: Entry, path: str) -> Document:
        body = html.notice_page(entry, path, self._whole, self._theme)
        return _page(body, 410)

    def _subscription_document(
        self, document: FeedDocument, media_type: str, old: Document | None
    ) -> Document:
        form, entries = formats.FORMATS[media_type], self._entries[media_type]
        polled = Polled(document, entries, form.render) if form.has_deltas else None
        if old and document.feed.slug in self._unchanged:
            return old.made_of(polled)
        body = form.render(document, entries)
        links = _links(document, media_type)
        return Document(body, media_type, links=links, polled=polled, like=old)


def _archive_document(document: FeedDocument, media_type: str) -> Document:
    form = formats.FORMATS[media_type]
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


def _page(body: bytes, status: int = 200, like: Document | None = None) -> Document:
    return Document(body, addresses.HTML, status, policy=Policy.PAGE, like=like)


def _with_neighbours(
    years: Sequence[Year],
) -> Iterator[tuple[Year, Year | None, Year | None]]:
    """Give each year with the later and the earlier one, where there are."""
    around = (None, *years, None)
    return zip(years, around, around[2:], strict=False)
