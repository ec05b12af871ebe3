"""Feed and Entry: a Publication at an instant as feeds, whatever format they are written in.

The order of entries, their ids and what the subscription document holds are decided here, their
instants in `schedule`. No format and no XML.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from operator import attrgetter, itemgetter

from feedpress import identity, urls
from feedpress.feeds import markup, notices
from feedpress.feeds.dateline import dateline
from feedpress.model import Clipping, Image, Person, Place, Project, Publication, Source, When
from feedpress.schedule import Dated, Schedule, schedule
from feedpress.times import GRACE, tag_instant


@dataclass(frozen=True, slots=True)
class Category:
    """A project as an entry's category (RFC 4287 §4.2.2)."""

    #: The project's first slug: it stays when the project is renamed.
    term: str
    label: str
    scheme: str
    #: The project's slug of today, which its page's address has. No reader sees it.
    slug: str = field(compare=False)


@dataclass(frozen=True, slots=True)
class Entry:
    """A clipping as every feed that has it shows it, or a notice in place of one."""

    id: str
    #: The name of the clipping's own page; of the feed's end, that of the project.
    slug: str
    title: str
    #: The article, or where it has no address the clipping's own page.
    alternate: str
    published: datetime
    updated: datetime
    #: The text as typed.
    summary: str | None
    #: HTML: the line of source and date, and the summary's paragraphs; empty without any.
    details: str
    language: str | None
    #: Whether the alternate link is the article.
    has_article: bool = False
    author: Source | None = None
    #: Who published the article and when, where something is known of it.
    dateline: str | None = None
    categories: tuple[Category, ...] = ()
    image: Image | None = None
    #: Whether it stands in the place of a clipping that was taken back.
    is_withdrawn: bool = False
    #: When the article came out, as precise as it is known.
    dated: When | None = None
    #: Where the clipping stands in its file.
    place: Place = field(default=Place("", 0, 0), compare=False)

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
    #: How many entries the subscription document, and each archive document, has.
    size: int
    #: How long it may be kept before it is asked for again.
    cache_minutes: int
    #: The WebSub hubs that tell of its changes.
    hubs: tuple[str, ...]
    #: Everything that is published: the most recently new or updated first, then by id.
    entries: tuple[Entry, ...]
    #: In the place of each clipping that was taken back, for good: an entry that says so, with
    #: its id; `updated` is when it was taken back.
    withdrawn: tuple[Entry, ...] = ()
    #: The withdrawals that feeds still report (RFC 6721 §3).
    tombstones: tuple[Entry, ...] = ()
    #: The entry that says that the project's feed has ended.
    ended: Entry | None = None
    #: Whether it ended so long ago that it is no longer served.
    is_gone: bool = False
    #: The project's own page elsewhere.
    url: str | None = None
    place: Place = field(default=Place("", 0, 0), compare=False)

    @property
    def recent(self) -> tuple[Entry, ...]:
        """The most recently new or updated entries.

        What was taken back leaves a gap. Were older entries to come in again instead, readers that
        forget what has left a feed would show them as new.
        """
        ranked = [(entry.updated, entry) for entry in self.entries]
        ranked += [(entry.published, entry) for entry in self.withdrawn]
        ranked.sort(key=lambda each: each[1].id)
        ranked.sort(key=itemgetter(0), reverse=True)
        withdrawn = {entry.id for entry in self.withdrawn}
        return tuple(each for _, each in ranked[: self.size] if each.id not in withdrawn)

    def link(self, media_type: str, archive: int | None = None) -> str:
        """Return the public address of this feed, or of one of its archive documents."""
        return urls.absolute(self.base, urls.feed_path(self.slug, media_type, archive))


def build(publication: Publication, now: datetime) -> tuple[Feed, ...]:
    """Build the feed of all clippings, then one for each project in the file's order."""
    return build_scheduled(publication, schedule(publication, now))


def build_scheduled(publication: Publication, scheduled: Schedule) -> tuple[Feed, ...]:
    """Build the same feeds from a schedule of the publication."""
    shown: list[Entry] = []
    withdrawn: list[Entry] = []
    by_project: defaultdict[str, tuple[list[Entry], list[Entry]]] = defaultdict(lambda: ([], []))
    for dated in scheduled.clippings:
        entry = (_withdrawal if dated.is_withdrawn else entry_of)(dated, publication)
        (withdrawn if dated.is_withdrawn else shown).append(entry)
        for project in dated.clipping.projects:
            by_project[project.slug][dated.is_withdrawn].append(entry)
    return (
        _feed(publication, None, shown, withdrawn, scheduled),
        *(
            _feed(publication, project, *by_project[project.slug], scheduled)
            for project in publication.projects
        ),
    )


def sorted_entries(entries: Iterable[Entry]) -> tuple[Entry, ...]:
    """Sort entries: the most recently new or updated first, those of one instant by id."""
    by_id = sorted(entries, key=attrgetter("id"))
    return tuple(sorted(by_id, key=attrgetter("updated"), reverse=True))


def entry_of(dated: Dated, publication: Publication) -> Entry:
    """Return the entry of a clipping."""
    clipping = dated.clipping
    line = dateline(clipping.source, clipping.published, publication.language)
    scheme = urls.category_scheme(publication.url)
    return Entry(
        id=identity.entry_id(publication.tag, clipping.id),
        slug=clipping.slug,
        title=clipping.title,
        alternate=clipping.url or _own_page(clipping, publication),
        has_article=clipping.url is not None,
        published=dated.published,
        updated=dated.updated,
        author=clipping.source,
        dateline=line,
        categories=tuple(
            Category(p.first_slug, p.title, scheme, p.slug) for p in clipping.projects
        ),
        summary=clipping.summary,
        details=_details(line, clipping.summary),
        image=clipping.image,
        dated=clipping.published,
        language=clipping.language,
        place=clipping.place,
    )


def _withdrawal(dated: Dated, publication: Publication) -> Entry:
    # It says nothing of what was withdrawn: that may be why it was.
    clipping = dated.clipping
    notice = notices.withdrawn(publication.language)
    return Entry(
        id=identity.entry_id(publication.tag, clipping.id),
        slug=clipping.slug,
        title=notice.title,
        alternate=_own_page(clipping, publication),
        published=dated.published,
        updated=dated.updated,
        summary=notice.text,
        details=markup.paragraphs(notice.text),
        language=notice.language,
        is_withdrawn=True,
        place=clipping.place,
    )


def _last_entry(project: Project, publication: Publication, instant: datetime) -> Entry:
    notice = notices.ended(publication.language)
    page = urls.project_path(project.slug)
    return Entry(
        id=identity.ending_id(publication.tag, project.first_slug),
        slug=project.slug,
        title=notice.title,
        alternate=urls.absolute(publication.url, page),
        published=instant,
        updated=instant,
        summary=notice.text,
        details=markup.paragraphs(notice.text),
        language=notice.language,
        place=project.place,
    )


def _own_page(clipping: Clipping, publication: Publication) -> str:
    return urls.absolute(publication.url, urls.clipping_path(clipping.slug))


def _details(line: str | None, summary: str | None) -> str:
    return "\n".join(markup.paragraphs(text) for text in (line, summary) if text)


def _feed(
    publication: Publication,
    project: Project | None,
    shown: list[Entry],
    taken_back: list[Entry],
    scheduled: Schedule,
) -> Feed:
    entries, withdrawn = sorted_entries(shown), sorted_entries(taken_back)
    page = urls.project_path(project.slug) if project else None
    title = project.title if project else publication.title
    subtitle = project.summary if project else publication.subtitle
    ending = scheduled.endings.get(project.slug) if project else None
    ended = _last_entry(project, publication, ending.instant) if project and ending else None
    changes = [newest.updated for newest in (*entries[:1], *withdrawn[:1], ended) if newest]
    return Feed(
        slug=project.slug if project else None,
        id=identity.feed_id(publication.tag, project.first_slug if project else None),
        title=title,
        subtitle=subtitle or title,
        updated=max(changes, default=tag_instant(publication.tag)),
        alternate=urls.absolute(publication.url, page) if page else publication.home,
        base=publication.url,
        author=publication.author,
        language=publication.language,
        rights=publication.rights,
        logo=publication.logo,
        icon=publication.icon,
        size=publication.feed_size,
        cache_minutes=publication.cache_minutes,
        hubs=publication.hubs,
        entries=entries,
        withdrawn=withdrawn,
        tombstones=tuple(each for each in withdrawn if scheduled.now < each.updated + GRACE),
        ended=ended,
        is_gone=ending is not None and ending.is_gone,
        url=project.url if project else None,
        place=project.place if project else publication.place,
    )
