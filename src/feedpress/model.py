"""Publication, Project, Source, Clipping: what an editor's file says, as immutable values.

Nothing here reads, writes or decides. Texts are as the editor typed them, addresses are
absolute URIs, names of projects and sources are resolved.
"""

from dataclasses import dataclass, field, replace
from datetime import datetime
from zoneinfo import ZoneInfo


@dataclass(frozen=True, slots=True)
class When:
    """A date as precise as the editor knows it: a year, a month, a day, or a time.

    `time` is aware where the editor gave an offset, else naive: a time in the publication's zone.
    """

    year: int
    month: int | None = None
    day: int | None = None
    time: datetime | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """Where something stands: line and column count from 1."""

    file: str
    line: int
    column: int


@dataclass(frozen=True, slots=True)
class Person:
    """An Atom person construct (RFC 4287 §3.2)."""

    name: str
    email: str | None = None
    uri: str | None = None


@dataclass(frozen=True, slots=True)
class Image:
    """A picture that goes with a clipping; feedpress only passes its address on."""

    url: str
    alt: str | None = None


@dataclass(frozen=True, slots=True)
class Source:
    """Who published an article."""

    name: str
    url: str | None = None


@dataclass(frozen=True, slots=True)
class Project:
    """A project that clippings are about; its slug is part of addresses for good."""

    slug: str
    title: str
    summary: str | None = None
    url: str | None = None
    #: Slugs that it had, the oldest first.
    formerly: tuple[str, ...] = ()
    retired: When | None = None
    place: Place = field(default=Place("", 0, 0), compare=False)

    @property
    def first_slug(self) -> str:
        """The slug that its feeds' ids are made of, whatever it is called today."""
        return self.formerly[0] if self.formerly else self.slug


@dataclass(frozen=True, slots=True)
class Clipping:
    """One article about the publication's owner."""

    #: The local part of the entry's tag URI, or an absolute URI taken over from another feed.
    id: str
    #: The name of the clipping's own page. It is the id, unless that is a URI.
    slug: str
    title: str
    url: str | None = None
    source: Source | None = None
    published: When | None = None
    added: When | None = None
    updated: When | None = None
    projects: tuple[Project, ...] = ()
    summary: str | None = None
    image: Image | None = None
    language: str | None = None
    withdrawn: When | None = None
    draft: bool = False
    #: False while the id is worked out from the other keys, and so would change with them.
    has_id: bool = field(default=True, compare=False)
    place: Place = field(default=Place("", 0, 0), compare=False)


@dataclass(frozen=True, slots=True)
class Publication:
    """All that a file says, with what may be left out filled in."""

    title: str
    #: Where feedpress is public. Ends in a slash; every address in a feed starts with it.
    url: str
    #: Authority and date of the tag URIs (RFC 4151 §2.1), "example.org,2016".
    tag: str
    #: The web page that the publication belongs to.
    home: str
    author: Person
    subtitle: str | None = None
    language: str = "en"
    timezone: ZoneInfo = field(default_factory=lambda: ZoneInfo("UTC"))
    rights: str | None = None
    logo: str | None = None
    icon: str | None = None
    #: A CSS colour, "#1a5fb4".
    accent: str | None = None
    #: Entries in a subscription document.
    feed_size: int = 50
    #: How long a reader or a cache may keep a document before it asks again.
    cache_minutes: int = 30
    hubs: tuple[str, ...] = ()
    projects: tuple[Project, ...] = ()
    #: The sources that the file describes.
    sources: tuple[Source, ...] = ()
    clippings: tuple[Clipping, ...] = ()
    place: Place = field(default=Place("", 0, 0), compare=False)

    def at(self, url: str) -> "Publication":
        """Return the same publication at another public address, which ends in a slash."""
        home = url if self.home == self.url else self.home
        return replace(self, url=url, home=home)
