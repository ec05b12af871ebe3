"""Build the snapshot: everything that is served, as a map from path to finished document.

It is a function of the publication, the theme and an instant: the same file gives the same bytes
on every machine, at every start. What is the same as in the snapshot before is taken from there.
"""

from collections.abc import Callable, Container, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial
from types import MappingProxyType
from typing import ParamSpec

from feedpress import urls
from feedpress.document import Document, Documents, Link, Maker, Policy
from feedpress.feeds import feed, formats, history, opml
from feedpress.feeds.feed import Entry, Feed
from feedpress.feeds.history import FeedDocument
from feedpress.model import Publication
from feedpress.schedule import schedule
from feedpress.site import feed_style, icon, pages, search
from feedpress.site.theme import PLAIN, Theme
from feedpress.site.years import Year, by_year

#: How many bytes of documents are built ahead. A small file with long texts in many projects can
#: come to gigabytes; the rest is built when somebody asks for it.
_AHEAD_BYTES = 256 * 2**20

_ROBOTS = b"User-agent: *\nDisallow:\n"

#: Writes the JSON Schema of the file, which offers the publication's projects, and of its sources
#: those that are named.
WriteSchema = Callable[[Publication, Container[str]], str]

_Paths = Iterator[tuple[str, Maker]]
_P = ParamSpec("_P")


@dataclass(frozen=True, slots=True)
class _Parts:
    """What a snapshot was built from, for the next one to compare with."""

    #: All of the publication except its clippings.
    head: Publication
    theme: Theme
    feeds: Mapping[str | None, Feed]
    #: By the media type of the format.
    written: Mapping[str, formats.Printed]


@dataclass(frozen=True, slots=True)
class Snapshot:
    """All documents, until the file changes or the clock reaches `next_due`."""

    documents: Documents
    #: The paths that answer 410.
    gone: frozenset[str]
    #: From each slug that a project had to the one that it has now.
    formerly: Mapping[str, str]
    next_due: datetime | None
    #: How long a response may be cached.
    cache_time: timedelta
    #: How many clippings are published, and how many feeds there are in each format.
    clippings: int
    feeds: int
    #: The instant as of which it was built.
    as_of: datetime = field(compare=False)
    _parts: _Parts = field(compare=False, repr=False)

    def moved(self, path: str) -> str | None:
        """Return the path that a renamed project's path has now; never one that redirects again."""
        slug = self.formerly.get(urls.project_of(path))
        if slug is None:
            return None
        target = urls.renamed(path, slug)
        target = target if target in self.documents else f"{target}/"
        return target if target in self.documents else None

    def redirects(self) -> Iterator[tuple[str, str]]:
        """Return every path that redirects, and its target."""
        paths = [path for path in self.documents if urls.project_of(path)]
        for former, slug in self.formerly.items():
            for path in paths:
                if urls.project_of(path) == slug:
                    was = urls.renamed(path, former)
                    yield was, path
                    if path.endswith("/"):
                        yield was.removesuffix("/"), path


@dataclass(frozen=True, slots=True)
class _Content:
    """What the documents are made from. Must not refer to an older snapshot, to let it go."""

    feeds: tuple[Feed, ...]
    #: The subscription document of each feed, then its archives, by slug.
    documents: Mapping[str | None, tuple[FeedDocument, ...]]
    #: Each entry as it is written, by media type of the format, then by id.
    entries: Mapping[str, Mapping[str, bytes]]
    years: tuple[Year, ...]
    theme: Theme
    accent: str | None
    schema: str

    @property
    def main(self) -> Feed:
        """The feed of all clippings."""
        return self.feeds[0]


def build(
    publication: Publication,
    now: datetime,
    before: Snapshot | None = None,
    theme: Theme = PLAIN,
    write_schema: WriteSchema = lambda publication, sources: "{}",
) -> Snapshot:
    """Build every document as it is at an instant; `before` only saves work."""
    scheduled = schedule(publication, now)
    feeds = feed.build_scheduled(publication, scheduled)
    documents = {each.slug: history.documents(each) for each in feeds}
    head = replace(publication, clippings=())
    old = before._parts if before else _Parts(head, theme, {}, {})
    written = _written(feeds, documents, old)
    # Don't reveal the sources of unpublished clippings.
    sources = {each.author.name for each in feeds[0].entries if each.author}
    content = _Content(
        feeds=feeds,
        documents=documents,
        entries={media_type: formats.of_id(every) for media_type, every in written.items()},
        years=by_year(feeds[0].entries),
        theme=theme,
        accent=publication.accent,
        schema=write_schema(publication, sources),
    )
    # Titles, slugs and addresses of the publication are in every document.
    same_head = (old.head, old.theme) == (head, theme)
    unchanged = {each.slug for each in feeds if same_head and old.feeds.get(each.slug) == each}
    ready: dict[str, Document] = {}
    makers: dict[str, Maker] = {}
    size = 0
    old_documents = before.documents.ready if before else {}
    for path, make in (*_polled(content, old_documents, unchanged), *_assets(content)):
        if size > _AHEAD_BYTES:
            makers[path] = make
        else:
            ready[path] = make().encoded(like=old_documents.get(path))
            size += len(ready[path].body)
    makers.update(_on_demand(content))
    return Snapshot(
        documents=Documents(MappingProxyType(ready), MappingProxyType(makers)),
        gone=frozenset(_gone(content)),
        formerly=MappingProxyType(
            {former: each.slug for each in publication.projects for former in each.formerly}
        ),
        next_due=scheduled.next_due,
        cache_time=timedelta(minutes=publication.cache_minutes),
        clippings=len(feeds[0].entries),
        feeds=sum(not each.is_gone for each in feeds),
        as_of=now,
        _parts=_Parts(head, theme, {each.slug: each for each in feeds}, written),
    )


def _written(
    feeds: tuple[Feed, ...], documents: Mapping[str | None, tuple[FeedDocument, ...]], old: _Parts
) -> dict[str, formats.Printed]:
    """Write the entries that are polled in each format, once, however many feeds have them."""
    polled = [documents[each.slug][0] for each in feeds if not each.is_gone]
    shown = {entry.id: entry for document in polled for entry in document.entries}
    tombstones = {entry.id: entry for document in polled for entry in document.tombstones}
    return {
        media_type: formats.printed(
            (shown | tombstones if form.has_notices else shown).values(),
            form.render_entries,
            old.written.get(media_type, {}),
        )
        for media_type, form in formats.FORMATS.items()
    }


def _polled(content: _Content, old: Mapping[str, Document], unchanged: set[str | None]) -> _Paths:
    """Yield what clients ask for again and again: subscription documents and main pages."""
    for each in content.feeds:
        document = content.documents[each.slug][0]
        for media_type in formats.FORMATS:
            path = urls.feed_path(each.slug, media_type)
            if each.slug in unchanged and path in old:
                yield path, partial(_same, old[path])
            elif each.ended and each.is_gone:
                yield path, partial(_notice, content, each.ended, path)
            else:
                entries = content.entries[media_type]
                yield path, partial(_feed_document, document, media_type, entries)
        makers: dict[str, Maker] = {urls.embed_path(each.slug): partial(_embed, content, each)}
        if each.slug:
            page = urls.project_path(each.slug)
            makers[page] = partial(_page, pages.project_page, each, content.main, content.theme)
        for path, make in makers.items():
            is_same = each.slug in unchanged and path in old
            yield path, partial(_same, old[path]) if is_same else make
    front = partial(_page, pages.front_page, content.feeds, content.years, content.theme)
    yield urls.FRONT_PAGE, front
    yield urls.OPML_LIST, lambda: Document(opml.render(content.feeds), urls.OPML)


def _assets(content: _Content) -> _Paths:
    """Yield what pages and feeds look like: styles, scripts, the icon, a theme's files."""
    main, accent, theme = content.main, content.accent, content.theme
    words = feed_style.words(main.language)
    bodies = {
        urls.STYLE_SHEET: (pages.style_sheet(accent, theme), urls.CSS),
        urls.FEED_STYLE_SHEET: (feed_style.feed_style_sheet(words, accent), urls.CSS),
        urls.EMBED_STYLE_SHEET: (pages.embed_style_sheet(), urls.CSS),
        urls.EMBED_SCRIPT: (pages.embed_script(main.language), urls.JAVASCRIPT),
        urls.PAGE_SCRIPT: (pages.page_script(), urls.JAVASCRIPT),
        urls.ICON: (icon.svg(main.title, accent).encode(), urls.SVG),
        urls.ROBOTS: (_ROBOTS, urls.TEXT),
        urls.SCHEMA: (content.schema.encode(), urls.JSON_SCHEMA),
    }
    for path, (body, media_type) in bodies.items():
        yield path, partial(Document, theme.of_path(path) or body, media_type)
    for name, body in theme.files:
        if f"/{name}" not in bodies:
            yield urls.theme_file(name), partial(Document, body, urls.kind_of(name))


def _on_demand(content: _Content) -> _Paths:
    """Yield what hardly anybody opens, of which there may be tens of thousands."""
    main, theme = content.main, content.theme
    for each in content.feeds:
        for document in content.documents[each.slug][1:]:
            for media_type in formats.FORMATS:
                path = urls.feed_path(each.slug, media_type, document.archive)
                if each.ended and each.is_gone:
                    yield path, partial(_notice, content, each.ended, path)
                else:
                    yield path, partial(_feed_document, document, media_type)
    around = (None, *content.years, None)
    for year, later, earlier in zip(content.years, around, around[2:], strict=False):
        page = partial(_page, pages.year_page, year, later, earlier, main, theme)
        yield urls.year_path(year.number), page
    yield urls.SEARCH_INDEX, lambda: Document(search.index(main.entries), urls.JSON)
    for entry in main.entries:
        yield urls.clipping_path(entry.slug), partial(_clipping_page, content, entry)
    for entry in main.withdrawn:
        path = urls.clipping_path(entry.slug)
        yield path, partial(_notice, content, entry, path)


def _gone(content: _Content) -> Iterator[str]:
    """Yield the paths of what was withdrawn, and of projects that ended long ago."""
    yield from (urls.clipping_path(entry.slug) for entry in content.main.withdrawn)
    for each in content.feeds:
        if each.is_gone:
            yield urls.embed_path(each.slug)
            for document in content.documents[each.slug]:
                for media_type in formats.FORMATS:
                    yield urls.feed_path(each.slug, media_type, document.archive)


def _feed_document(
    document: FeedDocument, media_type: str, entries: Mapping[str, bytes] | None = None
) -> Document:
    form = formats.FORMATS[media_type]
    if entries is None:
        entries = form.render_entries(document.entries)
    # The links of the document, which its responses have, too (WebSub §4).
    links = (
        Link(document.feed.link(media_type, document.archive), "self", media_type),
        *(Link(hub, "hub") for hub in document.hubs),
        Link(document.feed.alternate, "alternate", urls.HTML),
    )
    return Document(form.render(document, entries), media_type, links=links)


def _same(document: Document) -> Document:
    return document


def _page(write: Callable[_P, bytes], *args: _P.args, **kwargs: _P.kwargs) -> Document:
    return Document(write(*args, **kwargs), urls.HTML, policy=Policy.PAGE)


def _clipping_page(content: _Content, entry: Entry) -> Document:
    by_slug = {each.slug: each for each in content.feeds}
    projects = [by_slug[category.slug] for category in entry.categories]
    return _page(pages.clipping_page, entry, content.main, projects, content.theme)


def _embed(content: _Content, each: Feed) -> Document:
    status = 410 if each.is_gone else 200
    body = pages.embed_page(each, content.theme)
    return Document(body, urls.HTML, status, policy=Policy.EMBED)


def _notice(content: _Content, entry: Entry, path: str) -> Document:
    body = pages.notice_page(entry, path, content.main, content.theme)
    return Document(body, urls.HTML, 410, policy=Policy.PAGE)
