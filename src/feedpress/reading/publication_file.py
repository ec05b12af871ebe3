"""Parse an editor's file, or the files of a folder, into a Publication and Problems.

A file with an error is never published: `load` returns only what has none, and is what everything
that publishes calls. `examine` also returns what it understood of a broken file, for diagnosis.
The files are read elsewhere, and nothing here looks at the clock.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from feedpress.model import Person, Place, Project, Publication, Source
from feedpress.reading import clippings, nodes, schema_models, validation, values, yaml_reader
from feedpress.reading.names import Names
from feedpress.reading.problems import (
    InvalidFile,
    Problem,
    Problems,
    Severity,
    quoted,
    sorted_problems,
)

#: The name and bytes of each file of one publication.
Files = tuple[tuple[str, bytes], ...]

_T = TypeVar("_T")

# Codes of warnings about quotation marks.
_OF_MARKS = frozenset({"curly-quotes", "quote"})


@dataclass(frozen=True, slots=True)
class Reading:
    """What was understood of the files, and everything that is wrong with them."""

    #: Without what has an error; None if not even the publication's own section is good.
    publication: Publication | None
    clippings: clippings.Clippings | None
    #: Errors first, then by file and line.
    problems: tuple[Problem, ...]

    @property
    def errors(self) -> tuple[Problem, ...]:
        """The problems that keep the files from being published."""
        return tuple(each for each in self.problems if each.severity is Severity.ERROR)


def load(files: Iterable[tuple[str, bytes]]) -> tuple[Publication, tuple[Problem, ...]]:
    """Return the publication that files, each a name and its bytes, hold, and the warnings.

    Raises InvalidFile, with all problems, if there is any error.
    """
    reading = examine(files)
    if reading.publication is None or reading.errors:
        raise InvalidFile(reading.problems)
    return reading.publication, reading.problems


def examine(files: Iterable[tuple[str, bytes]], *, every_problem: bool = False) -> Reading:
    """Return what can be understood of files, whatever is wrong with them.

    Nothing that publishes may use it: it is for tools that show editors their mistakes. With
    `every_problem`, those beyond the limits of `Problems` are not only counted.
    """
    reader = _Reader([] if every_problem else Problems())
    publication, found = reader.read(files)
    return Reading(publication, found, sorted_problems(_without_echoes(reader.problems)))


def _without_echoes(problems: list[Problem]) -> Iterator[Problem]:
    """Leave out warnings about the quotation marks of a value that has an error anyway."""
    wrong = {problem.place for problem in problems if problem.severity is Severity.ERROR}
    for problem in problems:
        is_echo = problem.severity is Severity.WARNING and problem.code in _OF_MARKS
        if not (is_echo and problem.place in wrong):
            yield problem


class _Reader:
    def __init__(self, problems: list[Problem]) -> None:
        self.problems = problems
        # Whether a section may be missing only because of a mistake that is reported already.
        self._is_unclear = False
        self._knows_projects = True  # see `clippings.KnownNames`
        self._projects = Names[Project]()
        self._sources = Names[Source]()
        self._described: list[Source] = []
        self._slugs: set[str] = set()

    def read(
        self, files: Iterable[tuple[str, bytes]]
    ) -> tuple[Publication | None, clippings.Clippings | None]:
        documents = list(self._documents(files))
        if not documents:
            return None, None
        section = self._section(documents, "publication")
        about = self._about(section, documents)
        own_ids = f"tag:{about.tag}:" if about else None
        projects = tuple(self._read_projects(self._section(documents, "projects")))
        self._read_sources(self._section(documents, "sources"))
        found = self._read_clippings(documents, own_ids)
        if about is None or section is None:
            return None, found
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
            place=section.place_of_key("tag"),
        )
        return publication, found

    def _documents(self, files: Iterable[tuple[str, bytes]]) -> Iterator[nodes.Mapping]:
        documents, is_readable = [], True
        for name, data in files:
            try:
                documents.append(self._document(name, data))
            except InvalidFile as error:
                self.problems += error.problems
                is_readable = False
        # A file that can't be parsed may hold what the others seem to lack.
        return iter(documents if is_readable else ())

    def _document(self, name: str, data: bytes) -> nodes.Mapping:
        document, place = yaml_reader.parse(data, name, self.problems)
        if document is None:
            fix = "begin it with publication: and clippings:, see the README"
            raise InvalidFile([Problem("empty-file", "there is nothing in the file", fix, place)])
        if document is nodes.SPOILT:
            raise InvalidFile(())
        if not isinstance(document, nodes.Mapping):
            message = "the file has no sections"
            fix = "put publication: on top and clippings: before the list"
            raise InvalidFile([Problem("not-a-mapping", message, fix, place)])
        if not validation.check_keys(schema_models.FileShape, document, self.problems):
            self._is_unclear = True
            about = document.get("publication")
            if isinstance(about, nodes.Mapping):
                for key in document.spoilt - about.keys():
                    about.spoil(key)  # it may have slipped out of there
        self._is_unclear |= not document.is_whole
        self._is_unclear |= not document.spoilt.isdisjoint(schema_models.FileShape.model_fields)
        self._knows_projects &= document.is_whole and "projects" not in document.spoilt
        return document

    def _section(self, documents: list[nodes.Mapping], key: str) -> nodes.Mapping | None:
        found: nodes.Mapping | None = None
        for document in documents:
            section = document.get(key)
            if section is None:
                continue
            if found is None and isinstance(section, nodes.Mapping):
                found = section
                continue
            self._knows_projects &= key != "projects"
            if found is None:
                fix = "indent the lines below it, each with a key and a colon"
                if key == "projects" and isinstance(section, nodes.Sequence):
                    fix = (
                        "write a short name and a colon, like technology:, above each title: "
                        "and remove the hyphens"
                    )
                place = document.place_of(key)
                self._report("not-a-mapping", f"{key!r} must have keys", fix, place)
                self._is_unclear |= key == "publication"
            else:
                message = f"{key!r} is in {found.place.file} as well"
                fix = "keep it in one of the files"
                self._report("duplicate-section", message, fix, document.place_of_key(key))
        return found

    def _about(
        self, typed: nodes.Mapping | None, documents: list[nodes.Mapping]
    ) -> schema_models.PublicationShape | None:
        if typed is not None:
            return validation.validate(schema_models.PublicationShape, typed, self.problems)
        # Another value than a mapping has been reported.
        is_missing = all(document.get("publication") is None for document in documents)
        if is_missing and not self._is_unclear:
            message = "the file has no section publication:"
            fix = "begin it with publication: and, indented below, its title, url and tag"
            self._report("publication-missing", message, fix, documents[0].place)
        return None

    def _read_projects(self, section: nodes.Mapping | None) -> Iterator[Project]:
        if section is None:
            return
        if section.spoilt or not section.is_whole:
            self._knows_projects = False
        for slug, typed in section.items():
            if project := self._project(slug, typed, section):
                yield project
            else:
                self._knows_projects = False

    def _project(self, slug: str, typed: Any, section: nodes.Mapping) -> Project | None:
        try:
            values.slug(slug)
        except values.BadValue as bad:
            self._report(bad.code, bad.message, bad.fix, section.place_of_key(slug))
            return None
        if not isinstance(typed, nodes.Mapping):
            fix = "write title: and the project's name below it, indented"
            message = f"the project {quoted(slug)} has no title"
            place = section.place_of(slug) if typed else section.place_of_key(slug)
            self._report("not-a-mapping", message, fix, place)
            return None
        part = validation.validate(schema_models.ProjectShape, typed, self.problems)
        if part is None:
            return None
        formerly = tuple(part.formerly or ())
        if not self._slugs.isdisjoint({slug, *formerly}) or slug in formerly:
            message = (
                f"{quoted(slug)} has a short name, now or formerly, that is used elsewhere too"
            )
            fix = "use each short name once, in projects: or in one formerly:"
            self._report("ambiguous-name", message, fix, section.place_of_key(slug))
            return None
        self._slugs |= {slug, *formerly}
        place = section.place_of_key(slug)
        project = Project(slug, part.title, part.summary, part.url, formerly, part.retired, place)
        names = [slug, part.title, *formerly, *(part.also or ())]
        self._claim(self._projects, names, project, place)
        return project

    def _read_sources(self, section: nodes.Mapping | None) -> None:
        if section is None:
            return
        for name, typed in section.items():
            place = section.place_of_key(name)
            part = None
            if isinstance(typed, nodes.Mapping):
                part = validation.validate(schema_models.SourceShape, typed, self.problems)
            elif typed is not None:
                fix = "write {url: …} behind the colon, or nothing"
                self._report(
                    "not-a-mapping",
                    f"the source {quoted(name)} has a text where keys must be",
                    fix,
                    place,
                )
            known = part or schema_models.SourceShape()
            source = Source(name, known.url)
            self._described.append(source)
            self._claim(self._sources, [name, *(known.also or ())], source, place)

    def _claim(self, known: Names[_T], names: list[str], thing: _T, place: Place) -> None:
        for name in names:
            if not known.claim(name, thing):
                message = f"{quoted(name)} is also the name of another one"
                self._report("ambiguous-name", message, "let only one of them have it", place)

    def _read_clippings(
        self, documents: list[nodes.Mapping], own_ids: str | None
    ) -> clippings.Clippings:
        if not self._is_unclear and not any("clippings" in document for document in documents):
            fix = "write clippings: and the list below it; nothing behind it is an empty list"
            place = documents[0].place
            self._report("clippings-missing", "there is no list of clippings", fix, place)
        lists: list[nodes.Sequence] = []
        for document in documents:
            items = document.get("clippings")
            if isinstance(items, nodes.Sequence):
                lists.append(items)
            elif items is not None:
                fix = "begin each clipping with a hyphen and a space"
                place = document.place_of("clippings")
                self._report("not-a-list", "'clippings' must be a list", fix, place)
        names = clippings.KnownNames(self._projects, self._sources, self._knows_projects)
        return clippings.read_clippings(lists, names, own_ids, self.problems)

    def _report(self, code: str, message: str, fix: str, place: Place) -> None:
        self.problems.append(Problem(code, message, fix, place))
