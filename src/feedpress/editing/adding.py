"""A new clipping on top of the list: with an id and a date, and no other byte changed."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import chain, count

from feedpress import identity, times
from feedpress.editing import insertion, yaml_writing
from feedpress.editing.stamp import fresh_instants
from feedpress.editing.tracking import same_page
from feedpress.errors import FeedpressError
from feedpress.model import Clipping, Image, Project, Publication, Source
from feedpress.reading import nodes, publication_file, values, yaml_reader
from feedpress.reading.clippings import Clippings
from feedpress.reading.problems import InvalidFile, quoted


class UnknownProject(FeedpressError):
    """A name that the file does not know."""


class NotAdded(FeedpressError):
    """A file that was left as it was; the message has the clipping, to be put in by hand."""


@dataclass(frozen=True, slots=True)
class Known:
    """The files as they are, and what was read from them."""

    files: tuple[tuple[str, bytes], ...]
    publication: Publication
    found: Clippings


@dataclass(frozen=True, slots=True)
class New:
    """What is known of an article, as a clipping can hold it; without a title it is a draft."""

    url: str
    title: str | None = None
    source: str | None = None
    published: str | None = None
    projects: tuple[Project, ...] = ()
    summary: str | None = None
    image: Image | None = None
    language: str | None = None


@dataclass(frozen=True, slots=True)
class Duplicate:
    """A clipping that is there already, and what the new one has in common with it."""

    clipping: Clipping
    what: str

    def __str__(self) -> str:
        place, title = self.clipping.place, quoted(self.clipping.title)
        return f"{place.file}:{place.line}: {title} has the same {self.what}"


@dataclass(frozen=True, slots=True)
class Added:
    """A file with the clipping in it."""

    file: str
    old: bytes = field(repr=False)
    new: bytes = field(repr=False)
    clipping: Clipping


def read_known(files: Sequence[tuple[str, bytes]]) -> Known:
    """Read what editors have written so far. Raises InvalidFile if it has an error."""
    reading = publication_file.examine(files)
    if reading.publication is None or reading.clippings is None or reading.errors:
        raise InvalidFile(reading.errors)
    return Known(tuple(files), reading.publication, reading.clippings)


def project(known: Known, name: str) -> Project:
    """Return the project that a name means, however it is written. Raises UnknownProject."""
    names = known.found.names.projects
    if found := names.find(name):
        return found
    near = names.near(name)
    fix = f"did you mean {quoted(near)}?" if near else "describe it under projects: first"
    raise UnknownProject(f"there is no project {quoted(name)}; {fix}")


def duplicate_of(known: Known, new: New) -> Duplicate | None:
    """Return a clipping that is the same article, by its address, else by its title and source."""
    clippings = known.publication.clippings
    page, headline = same_page(new.url), _headline(new.title, _source(known, new.source))
    for each in clippings:
        if each.url and same_page(each.url) == page:
            return Duplicate(each, "address")
    for each in clippings:
        if headline and _headline(each.title, each.source) == headline:
            return Duplicate(each, "title and source")
    return None


def keys_of(known: Known, new: New, now: datetime) -> dict[str, yaml_writing.Value]:
    """Return the keys of a new clipping, in the order in which they are written.

    A draft gets its id later, when it has its title; a date it can't do without.
    """
    title, is_draft = new.title or new.url, new.title is None
    derived = identity.derived_id(title, new.url, new.source)
    every = chain([derived], (f"{derived}-{number}" for number in count(2)))
    free = next(each for each in every if each not in known.found.taken)
    keys: dict[str, yaml_writing.Value | None] = {
        "id": None if is_draft and free == derived else free,
        "title": title,
        "url": new.url,
        "source": new.source,
        "published": new.published,
        "added": None if is_draft and new.published else _now(known, now),
        "projects": [each.title for each in new.projects] or None,
        "summary": new.summary,
        "image": _image(new.image),
        "language": None if is_usual(known, new.language) else new.language,
        "draft": "true" if is_draft else None,
    }
    return {key: value for key, value in keys.items() if value is not None}


def item_of(keys: dict[str, yaml_writing.Value]) -> str:
    """Write a clipping as an item of the list."""
    # The one value that is no text: in quotation marks, other programs would not understand it.
    switch = f"  draft: {keys['draft']}\n" if "draft" in keys else ""
    return yaml_writing.item({k: v for k, v in keys.items() if k != "draft"}) + switch


def add_clipping(known: Known, new: New, now: datetime) -> Added:
    """Put a clipping on top of the list; of several files, the last has the newest.

    Raises NotAdded where that can't be done without a change of something else.
    """
    keys = keys_of(known, new, now)
    item = item_of(keys)
    name, data, document = _last_list(known.files)
    changed = insertion.insert_item(data, document, "clippings", item)
    if changed is None:
        raise _failure(name, item)
    files = [(each, changed if each == name else old) for each, old in known.files]
    clipping = _read_again(files, known, _wanted(known, new, keys))
    if clipping is None or clipping.place.file != name:
        raise _failure(name, item)
    return Added(name, data, changed, clipping)


def _last_list(
    files: Sequence[tuple[str, bytes]],
) -> tuple[str, bytes, nodes.Mapping]:
    """Return the last file that has a list of clippings, with what is read from it."""
    read = ((*each, yaml_reader.parse(each[1], each[0], [])[0]) for each in reversed(files))
    return next(each for each in read if "clippings" in each[2])


def is_usual(known: Known, language: str | None) -> bool:
    """Return whether a language is the publication's, in whatever region, or unknown."""
    usual = known.publication.language.casefold().partition("-")[0]
    return language is None or language.casefold().partition("-")[0] == usual


def _read_again(
    files: Sequence[tuple[str, bytes]], known: Known, wanted: Clipping
) -> Clipping | None:
    """Return the new clipping of the changed files, or None if anything else is new."""
    try:
        after, _ = publication_file.load(files)
    except InvalidFile:
        return None
    before = known.publication
    new = [each for each in after.clippings if each.id == wanted.id]
    others = [each for each in after.clippings if each.id != wanted.id]
    is_as_wanted = (
        [(each, each.has_id) for each in new] == [(wanted, wanted.has_id)]
        and [(c, c.has_id) for c in others] == [(c, c.has_id) for c in before.clippings]
        and replace(after, clippings=()) == replace(before, clippings=())
    )
    return new[0] if is_as_wanted else None


def _wanted(known: Known, new: New, keys: dict[str, yaml_writing.Value]) -> Clipping:
    clipping_id = keys.get("id") or identity.derived_id(new.url, new.url, new.source)
    added = keys.get("added")
    return Clipping(
        id=str(clipping_id),
        slug=identity.page_slug(str(clipping_id)),
        title=new.title or new.url,
        url=new.url,
        source=_source(known, new.source),
        published=values.when(new.published) if new.published else None,
        added=values.when(str(added)) if added else None,
        projects=new.projects,
        summary=new.summary,
        image=new.image,
        language=None if is_usual(known, new.language) else new.language,
        draft="draft" in keys,
        has_id="id" in keys,
    )


def _now(known: Known, now: datetime) -> str:
    zone = known.publication.timezone
    given = (each.added for each in known.publication.clippings)
    used = {times.due(added, zone) for added in given if added and added.time}
    return times.to_rfc3339(next(fresh_instants(used, now, 1)))


def _image(image: Image | None) -> dict[str, str] | None:
    if image is None:
        return None
    return {"url": image.url} | ({"alt": image.alt} if image.alt else {})


def _source(known: Known, name: str | None) -> Source | None:
    return None if name is None else known.found.names.sources.find(name) or Source(name)


def _headline(title: str | None, source: Source | None) -> tuple[str, str] | None:
    if title is None or source is None:
        return None
    return " ".join(title.split()).casefold(), source.name.casefold()


def _failure(name: str, item: str) -> NotAdded:
    return NotAdded(
        f"the clipping can't be put into {name} safely; put it in by hand, on top of the list:\n\n"
        f"{item}"
    )
