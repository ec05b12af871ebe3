"""Turn the lists as they were typed into Clippings: resolve names, derive ids, find duplicates."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from feedpress import identity
from feedpress.model import Clipping, Image, Place, Project, Source
from feedpress.reading import nodes, schema_models, validation, values
from feedpress.reading.names import Names
from feedpress.reading.problems import Problem, line_of, quoted


@dataclass(frozen=True, slots=True)
class KnownNames:
    """What clippings may call their projects and sources."""

    projects: Names[Project]
    sources: Names[Source]
    #: False if a project has an error: then an unknown name is no second one.
    knows_projects: bool


@dataclass(frozen=True, slots=True)
class WithoutId:
    """A clipping without an id of its own, and how it stands in its file."""

    clipping: Clipping
    typed: nodes.Mapping
    #: Whether the id that it derives belongs to another clipping.
    is_duplicate: bool


@dataclass(frozen=True, slots=True)
class Clippings:
    """What the lists of all files contain."""

    clippings: tuple[Clipping, ...]
    #: In the order of the files.
    without_id: tuple[WithoutId, ...]
    #: Where the clippings begin that have an error.
    broken: tuple[Place, ...]
    #: Every id and page name in use, also by a clipping that has an error.
    taken: frozenset[str]
    #: What a clipping may call its projects and its source.
    names: KnownNames


def read_clippings(
    lists: Iterable[nodes.Sequence],
    names: KnownNames,
    own_ids: str | None,
    problems: list[Problem],
) -> Clippings:
    """Read the lists of all files; `own_ids` is what every id begins with that is minted here."""
    reader = _Reader(names, own_ids, problems)
    found = tuple(reader.clippings(list(lists)))
    return Clippings(found, tuple(reader.without_id), tuple(reader.broken), reader.taken, names)


class _Reader:
    def __init__(self, names: KnownNames, own_ids: str | None, problems: list[Problem]) -> None:
        self.without_id: list[WithoutId] = []
        self.broken: list[Place] = []
        self._names = names
        self._own_ids = own_ids
        self._problems = problems
        # By id and by the name of the page: those that have an id, and all that were read.
        self._pinned: dict[str, nodes.Mapping] = {}
        self._ids: dict[str, nodes.Mapping] = {}

    @property
    def taken(self) -> frozenset[str]:
        return frozenset(self._pinned) | frozenset(self._ids)

    def clippings(self, lists: list[nodes.Sequence]) -> Iterator[Clipping]:
        for typed in (typed for items in lists for typed in items):
            clipping_id = typed.get("id") if isinstance(typed, nodes.Mapping) else None
            if isinstance(clipping_id, str):
                for name in (clipping_id, identity.page_slug(clipping_id)):
                    self._pinned.setdefault(name, typed)
        every = [(items, index, typed) for items in lists for index, typed in enumerate(items)]
        found: dict[int, Clipping] = {}
        # Drafts come last: if one derives the id of a published clipping, the draft is reported.
        for position in sorted(range(len(every)), key=lambda each: _is_draft(every[each][2])):
            items, index, typed = every[position]
            if clipping := self._clipping(typed, items, index):
                found[position] = clipping
            elif isinstance(typed, nodes.Mapping):
                self.broken.append(typed.place)
        position_of = {id(typed): position for position, (_, _, typed) in enumerate(every)}
        self.without_id.sort(key=lambda each: position_of[id(each.typed)])
        return (found[position] for position in sorted(found))

    def _clipping(self, typed: Any, items: nodes.Sequence, index: int) -> Clipping | None:
        if not isinstance(typed, nodes.Mapping):
            fix = "write title: and the other keys behind the hyphen, each on a line of its own"
            message = "this item of the list is no clipping"
            self._report("not-a-mapping", message, fix, items.place_of(index))
            return None
        has_id = typed.get("id") is not None
        part = validation.validate(schema_models.ClippingShape, typed, self._problems)
        projects = self._projects_of(typed)
        if not self._is_dated(part, typed) or part is None:
            return None
        clipping_id = part.id or identity.derived_id(
            part.title, _text(typed, "url"), _text(typed, "source")
        )
        slug = identity.page_slug(clipping_id)
        if self._own_ids and clipping_id.startswith(self._own_ids):
            message = f"{quoted(clipping_id)} is an id of this publication, written out"
            fix = "write only what stands behind clippings/, or take the key out"
            self._report("bad-id", message, fix, typed.place_of("id"))
            return None
        clipping = Clipping(
            id=clipping_id,
            slug=slug,
            title=part.title,
            url=part.url,
            source=self._source(part.source),
            published=part.published,
            added=part.added,
            updated=part.updated,
            projects=projects,
            summary=part.summary,
            image=Image(part.image.url, part.image.alt) if part.image else None,
            language=part.language,
            withdrawn=part.withdrawn,
            draft=part.draft or False,
            has_id=has_id,
            place=typed.place,
        )
        is_new = self._is_new(clipping, typed)
        if not has_id:
            self.without_id.append(WithoutId(clipping, typed, is_duplicate=not is_new))
        return clipping if is_new else None

    def _is_dated(self, part: schema_models.ClippingShape | None, typed: nodes.Mapping) -> bool:
        if part and (part.published or part.added):
            return True
        # A date that is there and can't be read has been reported already.
        keys = ("published", "added")
        is_blank = typed.is_whole and all(typed.get(key) is None for key in keys)
        if is_blank and typed.spoilt.isdisjoint(keys):
            title = _text(typed, "title")
            clipping = f"the clipping {quoted(title)}" if title else "this clipping"
            message = f"{clipping} has no date"
            fix = "add published: with the article's date, or added: with today's"
            self._report("missing-date", message, fix, typed.place)
        return False

    def _is_new(self, clipping: Clipping, typed: nodes.Mapping) -> bool:
        names = (clipping.id, clipping.slug)
        # What has an id of its own comes before what only happens to derive it.
        known = (self._ids,) if clipping.has_id else (self._pinned, self._ids)
        other = next((ids[name] for ids in known for name in names if name in ids), None)
        if other is None:
            self._ids |= dict.fromkeys(names, typed)
            return True
        place = typed.place
        where = line_of(other.place, place)
        if clipping.has_id:
            message = f"{quoted(clipping.id)} is already the id of the clipping in {where}"
            place = typed.place_of("id")
            fix = "if one is a copy, take id and added out of the newer one and run feedpress stamp"
            self._report("repeated-id", message, fix, place)
        else:
            message = f"this clipping has the same title and address as the one in {where}"
            if not clipping.url:
                message = f"this clipping has the same title and source as the one in {where}"
            fix = "delete one of them, or give this one its own id with feedpress stamp --keep-both"
            self._report("duplicate", message, fix, place)
        return False

    def _projects_of(self, typed: nodes.Mapping) -> tuple[Project, ...]:
        names = typed.get("projects")
        if not isinstance(names, nodes.Sequence):
            return ()
        found: dict[str, Project] = {}
        for index, name in enumerate(names):
            if not isinstance(name, str) or not name.strip():
                continue  # reported with the shape
            if project := self._names.projects.find(name):
                found[project.slug] = project
            elif self._names.knows_projects:
                near = self._names.projects.near(name)
                fix = f"did you mean {quoted(near)}?" if near else "describe it under projects:"
                if self._names.projects.find(name.strip("“”„‘’\"'")):
                    fix = "type straight quotation marks around it, or none"
                message = f"there is no project {quoted(name)}"
                self._report("unknown-project", message, fix, names.place_of(index))
        return tuple(found.values())

    def _source(self, name: str | None) -> Source | None:
        return None if name is None else self._names.sources.find(name) or Source(name)

    def _report(self, code: str, message: str, fix: str, place: Place) -> None:
        self._problems.append(Problem(code, message, fix, place))


def _is_draft(typed: Any) -> bool:
    return isinstance(typed, nodes.Mapping) and _text(typed, "draft") in values.TRUE


def _text(typed: nodes.Mapping, key: str) -> str | None:
    value = typed.get(key)
    return value if isinstance(value, str) else None
