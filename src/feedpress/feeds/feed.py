"""Feed and Entry: a Publication at an instant as feeds, whatever format they are written in.

Order, window, ids and instants are decided here. No format and no XML.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from operator import attrgetter

from feedpress import addresses, identity, times
from feedpress.feeds import markup
from feedpress.feeds.dateline import dateline
from feedpress.model import Clipping, Image, Person, Project, Publication, Source, When


@dataclass(frozen=True, slots=True)
class Category:
    """A project as an entry's category (RFC 4287 §4.2.2)."""

    term: str
    label: str
    scheme: str


@dataclass(frozen=True, slots=True)
class Entry:
    """A clipping as every feed that has it shows it."""

    id: str
    #: The name of the clipping's own page.
    slug: str
    title: str
    #: The article, or where it has no address the clipping's own page.
    alternate: str
    #: Whether that is the article.
    has_article: bool
    published: datetime
    updated: datetime
    author: Source | None
    categories: tuple[Category, ...]
    #: The text as typed.
    summary: str | None
    #: HTML: the line of source and date, and the summary's paragraphs; empty without any.
    details: str
    image: Image | None
    language: str | None

    @property
    def content(self) -> str:
        """HTML that is never empty, for the formats: without any text readers fetch the page."""
        return self.details or markup.paragraphs(self.title)


@dataclass(frozen=True, slots=True)
class Feed:
    """All entries of the publication, or of a project."""

    #: None for the feed of all clippings.
    slug: str | None
    id: str
    title: str
    subtitle: str
    updated: datetime
    alternate: str
    #: The public address that every path is put behind.
    base: str
    author: Person
    language: str
    rights: str | None
    logo: str | None
    icon: str | None
    #: Entries in the subscription document.
    size: int
    #: The most recently new or updated first, then by id.
    entries: tuple[Entry, ...]

    @property
    def recent(self) -> tuple[Entry, ...]:
        """The entries of the subscription document (RFC 5005 §1.2)."""
        return self.entries[: self.size]

    def self_link(self, media_type: str) -> str:
        """Give the public address of this feed in a format."""
        return addresses.absolute(self.base, addresses.feed_path(self.slug, media_type))


def build(publication: Publication, now: datetime) -> tuple[Feed, ...]:
    """Give the feed of all clippings, then one for each project in the file's order."""
    every: list[Entry] = []
    by_project: defaultdict[str, list[Entry]] = defaultdict(list)
    for clipping in on_air(publication, now):
        entry = _entry(clipping, publication, now)
        every.append(entry)
        for project in clipping.projects:
            by_project[project.slug].append(entry)
    return (
        _feed(publication, None, every),
        *(
            _feed(publication, project, by_project[project.slug])
            for project in publication.projects
        ),
    )


def on_air(publication: Publication, now: datetime) -> Iterator[Clipping]:
    """Give the clippings that people may see at an instant."""
    zone = publication.timezone

    def is_due(when: When | None) -> bool:
        return when is not None and times.due(when, zone) <= now

    for clipping in publication.clippings:
        taken_back = clipping.draft or is_due(clipping.withdrawn)
        if not taken_back and is_due(times.first_shown(clipping)):
            yield clipping


def _entry(clipping: Clipping, publication: Publication, now: datetime) -> Entry:
    zone = publication.timezone
    published = times.instant(times.first_shown(clipping), zone, clipping.id)
    updated = published
    if clipping.updated and times.due(clipping.updated, zone) <= now:
        updated = max(published, times.instant(clipping.updated, zone, clipping.id))
    own_page = addresses.absolute(publication.url, addresses.clipping_page(clipping.slug))
    scheme = addresses.category_scheme(publication.url)
    return Entry(
        id=identity.entry_id(publication.tag, clipping.id),
        slug=clipping.slug,
        title=clipping.title,
        alternate=clipping.url or own_page,
        has_article=clipping.url is not None,
        published=published,
        updated=updated,
        author=clipping.source,
        categories=tuple(Category(p.slug, p.title, scheme) for p in clipping.projects),
        summary=clipping.summary,
        details=_details(clipping, publication.language),
        image=clipping.image,
        language=clipping.language,
    )


def _details(clipping: Clipping, language: str) -> str:
    line = dateline(clipping.source, clipping.published, language)
    return "\n".join(markup.paragraphs(text) for text in (line, clipping.summary) if text)


def _feed(publication: Publication, project: Project | None, entries: list[Entry]) -> Feed:
    entries = sorted(entries, key=attrgetter("id"))
    entries.sort(key=attrgetter("updated"), reverse=True)
    slug = project.slug if project else None
    page = addresses.project_page(project.slug) if project else None
    title = project.title if project else publication.title
    subtitle = project.summary if project else publication.subtitle
    return Feed(
        slug=slug,
        id=identity.feed_id(publication.tag, project.first_slug if project else None),
        title=title,
        subtitle=subtitle or title,
        updated=entries[0].updated if entries else times.tag_instant(publication.tag),
        alternate=addresses.absolute(publication.url, page) if page else publication.home,
        base=publication.url,
        author=publication.author,
        language=publication.language,
        rights=publication.rights,
        logo=publication.logo,
        icon=publication.icon,
        size=publication.feed_size,
        entries=tuple(entries),
    )
