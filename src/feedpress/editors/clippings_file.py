"""An editor's file, or the files of a folder, to a Publication and the Problems found on the way.

A mistake costs as little as it can: the value of an optional key, else the clipping. Where it
would take something away from subscribers or change what they know (a project, an address, the
zone of all dates), the whole file is Unreadable, and what was published stays.
The files are read elsewhere, and the clock is not looked at.
"""

from collections.abc import Callable, Iterable, Iterator
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from feedpress.editors import (
    clippings,
    fitting,
    item_memory,
    parts,
    shape,
    values,
    yaml_text,
    yaml_values,
)
from feedpress.editors.names import Names
from feedpress.editors.problems import Problem, Severity, Unreadable, in_order, shown
from feedpress.garbage import uncollected
from feedpress.model import Person, Place, Project, Publication, Source

_T = TypeVar("_T")
_Parse = Callable[[bytes, yaml_values.Origin, list[Problem]], tuple[Any, Place]]


def load(files: Iterable[tuple[str, bytes]]) -> tuple[Publication, tuple[Problem, ...]]:
    """Read files, each a name and its bytes, as one publication.

    Raises Unreadable, with all problems that were found, where nothing can be published.
    """
    publication, problems, _ = load_apart(files)
    return publication, problems


def load_apart(
    files: Iterable[tuple[str, bytes]],
) -> tuple[Publication, tuple[Problem, ...], clippings.Clippings]:
    """Read files as `load` does, and tell, too, which clippings lack an id or are left out."""
    return _load(files, yaml_text.parse)


# Codes of warnings about quotation marks.
_OF_MARKS = frozenset({"curly-quotes", "quote"})


class Loader:
    """Reads files as `load` does, again and again, and parses only the clippings that are new."""

    def __init__(self) -> None:
        self._known: item_memory.Items = {}

    def load(
        self, files: Iterable[tuple[str, bytes]]
    ) -> tuple[Publication, tuple[Problem, ...], clippings.Clippings]:
        """Give what `load_apart` gives. After Unreadable, what was known before is known still."""
        parser = item_memory.Parser(self._known)
        loaded = _load(files, parser.parse)
        self._known = parser.items
        return loaded


def _load(
    files: Iterable[tuple[str, bytes]], parse: _Parse
) -> tuple[Publication, tuple[Problem, ...], clippings.Clippings]:
    reader = _Reader(parse)
    try:
        with uncollected():
            publication, found = reader.read(files)
    except Unreadable as error:
        raise Unreadable([*error.problems, *reader.problems]) from error
    return publication, in_order(_without_echoes(reader.problems)), found


def _without_echoes(problems: list[Problem]) -> Iterator[Problem]:
    """Leave out what is said of a value's quotation marks where the value is wrong anyway."""
    wrong = {problem.place for problem in problems if problem.severity is Severity.ERROR}
    for problem in problems:
        is_echo = problem.severity is Severity.WARNING and problem.code in _OF_MARKS
        if not (is_echo and problem.place in wrong):
            yield problem


class _Reader:
    def __init__(self, parse: _Parse) -> None:
        self.problems: list[Problem] = []
        self._parse = parse
        self._fatal = False
        self._knows_projects = True  # see `clippings.KnownNames`
        self._projects = Names[Project]()
        self._sources = Names[Source]()
        self._described: list[Source] = []
        self._slugs: set[str] = set()
        #: What every id begins with that is minted here.
        self._own_ids: str | None = None

    def read(self, files: Iterable[tuple[str, bytes]]) -> tuple[Publication, clippings.Clippings]:
        documents = list(self._documents(files))
        section = self._section(documents, "publication")
        about = self._about(section, documents[0].place)
        self._own_ids = f"tag:{about.tag}:" if about else None
        projects = tuple(self._read_projects(self._section(documents, "projects")))
        self._read_sources(self._section(documents, "sources"))
        found = self._read_clippings(documents)
        if about is None or section is None or self._fatal:
            raise Unreadable(())
        author = about.author
        publication = Publication(
            title=about.title,
            url=about.url,
            tag=about.tag,
            home=about.home or about.url,
            author=Person(author.name, author.email, author.uri) if author else Person(about.title),
            subtitle=about.subtitle,
            language=about.language or "en",
            timezone=about.timezone or ZoneInfo("UTC"),
            rights=about.rights,
            logo=about.logo,
            icon=about.icon,
            accent=about.accent,
            feed_size=about.feed_size or 50,
            cache_minutes=about.cache_minutes or 30,
            hubs=tuple(about.hubs or ()),
            projects=projects,
            sources=tuple(self._described),
            clippings=found.clippings,
            is_whole=all(problem.severity is Severity.WARNING for problem in self.problems),
            place=section.place_of_key("tag"),
        )
        return publication, found

    def _documents(self, files: Iterable[tuple[str, bytes]]) -> Iterator[yaml_values.Mapping]:
        is_readable = True
        for name, data in files:
            try:
                yield self._document(name, data)
            except Unreadable as error:
                self.problems += error.problems
                is_readable = False
        if not is_readable:
            raise Unreadable(())

    def _document(self, name: str, data: bytes) -> yaml_values.Mapping:
        document, place = self._parse(data, yaml_values.Origin(name), self.problems)
        if document is None:
            cure = "begin it with publication: and clippings:, see the README"
            raise Unreadable([Problem("empty-file", "there is nothing in the file", cure, place)])
        if document is yaml_values.SPOILT:
            raise Unreadable(())
        if not isinstance(document, yaml_values.Mapping):
            message = "the file holds something else than sections"
            cure = "put publication: on top and clippings: before the list"
            raise Unreadable([Problem("not-a-mapping", message, cure, place)])
        for fault in fitting.unknown_keys(shape.FileShape, document):
            parts.report(fault, document, self.problems)
            # Half a file must not pass for the whole: subscribers would lose the rest.
            if fault.meant is not None:
                self._fatal = True
                if fault.meant not in document:
                    document.spoil(fault.meant)
                about = document.get("publication")
                if isinstance(about, yaml_values.Mapping) and fault.meant not in about:
                    about.spoil(fault.meant)  # it may have slipped out of there
        self._fatal |= not document.is_whole
        self._fatal |= not document.spoilt.isdisjoint(shape.FileShape.model_fields)
        self._knows_projects &= document.is_whole and "projects" not in document.spoilt
        return document

    def _section(
        self, documents: list[yaml_values.Mapping], key: str
    ) -> yaml_values.Mapping | None:
        found: yaml_values.Mapping | None = None
        for document in documents:
            section = document.get(key)
            if section is None:
                continue
            if found is None and isinstance(section, yaml_values.Mapping):
                found = section
                continue
            self._knows_projects &= key != "projects"
            if found is None:
                cure = "indent the lines below it, each with a key and a colon"
                if key == "projects" and isinstance(section, yaml_values.Sequence):
                    cure = (
                        "write a short name and a colon, like technology:, above each title: "
                        "and take the hyphens out"
                    )
                place = document.place_of(key)
                self._report_fatal("not-a-mapping", f"{key!r} wants keys", cure, place)
            else:
                message = f"{key!r} stands in {found.place.file}, too"
                cure = "keep it in one of the files"
                self._report_fatal("duplicate-section", message, cure, document.place_of_key(key))
        return found

    def _about(
        self, typed: yaml_values.Mapping | None, place: Place
    ) -> shape.PublicationShape | None:
        if typed is not None:
            return parts.read(shape.PublicationShape, typed, self.problems)
        if not self._fatal:
            message = "the file does not say what it publishes"
            cure = "begin it with publication: and, indented below, its title, url and tag"
            self._report_fatal("publication-missing", message, cure, place)
        return None

    def _read_projects(self, section: yaml_values.Mapping | None) -> Iterator[Project]:
        if section is None:
            return
        if section.spoilt or not section.is_whole:
            self._fatal, self._knows_projects = True, False
        for slug, typed in section.items():
            if project := self._project(slug, typed, section):
                yield project
            else:
                self._fatal, self._knows_projects = True, False

    def _project(self, slug: str, typed: Any, section: yaml_values.Mapping) -> Project | None:
        try:
            values.slug(slug)
        except values.BadValue as bad:
            self._report(bad.code, bad.message, bad.cure, section.place_of_key(slug))
            return None
        if not isinstance(typed, yaml_values.Mapping):
            cure = "write title: and the project's name below it, indented"
            message = f"the project {shown(slug)} has no title"
            place = section.place_of(slug) if typed else section.place_of_key(slug)
            self._report("not-a-mapping", message, cure, place)
            return None
        part = parts.read(shape.ProjectShape, typed, self.problems)
        # The first of the slugs that it had is what its feeds' ids are made of.
        if part is None or _has_gaps(typed.get("formerly")):
            return None
        formerly = tuple(part.formerly or ())
        if not self._slugs.isdisjoint({slug, *formerly}) or slug in formerly:
            message = f"{shown(slug)} has a short name, now or formerly, that stands elsewhere too"
            cure = "let each short name stand once, in projects: or in one formerly:"
            self._report("ambiguous-name", message, cure, section.place_of_key(slug))
            return None
        self._slugs |= {slug, *formerly}
        place = section.place_of_key(slug)
        project = Project(slug, part.title, part.summary, part.url, formerly, part.retired, place)
        names = [slug, part.title, *formerly, *(part.also or ())]
        self._claim(self._projects, names, project, place)
        return project

    def _read_sources(self, section: yaml_values.Mapping | None) -> None:
        if section is None:
            return
        for name, typed in section.items():
            place = section.place_of_key(name)
            part = None
            if isinstance(typed, yaml_values.Mapping):
                part = parts.read(shape.SourceShape, typed, self.problems)
            elif typed is not None:
                cure = "write {url: …} behind the colon, or nothing"
                self._report("not-a-mapping", f"the source {shown(name)} wants keys", cure, place)
            known = part or shape.SourceShape()
            source = Source(name, known.url)
            self._described.append(source)
            self._claim(self._sources, [name, *(known.also or ())], source, place)

    def _claim(self, known: Names[_T], names: list[str], thing: _T, place: Place) -> None:
        for name in names:
            if not known.claim(name, thing):
                message = f"{shown(name)} is also the name of another one"
                self._report("ambiguous-name", message, "let only one of them have it", place)

    def _read_clippings(self, documents: list[yaml_values.Mapping]) -> clippings.Clippings:
        if not self._fatal and not any("clippings" in document for document in documents):
            cure = "write clippings: and the list below it; nothing behind it is an empty list"
            place = documents[0].place
            self._report_fatal("clippings-missing", "there is no list of clippings", cure, place)
        lists: list[yaml_values.Sequence] = []
        for document in documents:
            items = document.get("clippings")
            if isinstance(items, yaml_values.Sequence):
                lists.append(items)
            elif items is not None:
                cure = "begin each clipping with a hyphen and a space"
                place = document.place_of("clippings")
                self._report_fatal("not-a-list", "'clippings' wants a list", cure, place)
        names = clippings.KnownNames(self._projects, self._sources, self._knows_projects)
        return clippings.read(lists, names, self._own_ids, self.problems)

    def _report_fatal(self, code: str, message: str, cure: str, place: Place) -> None:
        self._fatal = True
        self._report(code, message, cure, place)

    def _report(self, code: str, message: str, cure: str, place: Place) -> None:
        self.problems.append(Problem(code, message, cure, place))


def _has_gaps(value: Any) -> bool:
    return isinstance(value, yaml_values.Sequence) and not value.is_whole
