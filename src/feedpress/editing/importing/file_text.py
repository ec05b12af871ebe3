"""Turn items into the text of an editor's file, and read it to make sure that it has no error.

An item that would be an error is written as a comment at the end, with the reason: nothing is lost.
"""

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import count

from feedpress import identity
from feedpress.editing import template, yaml_writing
from feedpress.editing.importing.items import Item, ProjectRef, Refused
from feedpress.editing.template import About
from feedpress.editing.yaml_writing import Value
from feedpress.reading import publication_file
from feedpress.reading.clippings import Clippings
from feedpress.reading.names import Names
from feedpress.reading.problems import InvalidFile, Problem

#: Each project has its feeds and its page; nobody keeps more of them.
MOST_PROJECTS = 500
_LONGEST_NAME = 200  # characters of a project
_FILE = "clippings.yaml"
_LINE = re.compile(r"\bline (\d+)$")


@dataclass(frozen=True, slots=True)
class LeftOut:
    """An item that stands in the file as a comment."""

    item: Item
    reason: str


@dataclass(frozen=True, slots=True)
class FileText:
    """The text of a file, and what became of each item."""

    text: str
    taken: tuple[Item, ...]
    left_out: tuple[LeftOut, ...]
    #: Those of `taken` that would have derived the same id as another one; they have one now.
    numbered: tuple[Item, ...]
    projects: int


def write_file_text(about: About, items: Iterable[Item], *, with_projects: bool = True) -> FileText:
    """Write the file. Raises Refused if there would be too many projects."""
    projects = _Projects()
    named = [_named(_own(item, about.tag), projects, with_projects) for item in items]
    if len(projects.titles) > MOST_PROJECTS:
        fix = "leave them out with --no-projects"
        message = f"there are {len(projects.titles):,} projects or categories"
        raise Refused(f"{message}, more than {MOST_PROJECTS}; {fix}")
    start = f"{template.head(about)}{projects.section()}\n{template.clippings_head()}"
    left = {index: item.reason for index, item in enumerate(named) if item.reason}
    numbered: set[int] = set()
    while True:
        kept = [index for index in range(len(named)) if index not in left]
        text = start + "".join(_lines(named[index].keys) for index in kept)
        found, errors = _read(text, start)
        if not errors:
            break
        # An item that repeats the id of one that is left out now may be good, so read it again.
        numbers = _Numbers(start, [named[index] for index in kept], kept)
        left |= numbers.reasons(each for each in errors if each.code != "duplicate")
        for index, clipping_id in numbers.ids_of_duplicates(found):
            named[index] = _with_id(named[index], clipping_id)
            numbered.add(index)
    left_out = tuple(LeftOut(named[index], reason) for index, reason in sorted(left.items()))
    return FileText(
        text + _comments(left_out),
        tuple(named[index] for index in kept),
        left_out,
        tuple(named[index] for index in kept if index in numbered),
        len(projects.titles),
    )


class _Projects:
    """The projects that items name, each with a short name of its own."""

    def __init__(self) -> None:
        self.titles: dict[str, str] = {}
        self._names = Names[str]()

    def title_of(self, project: ProjectRef) -> str:
        """Return the project's name as it was written first."""
        slug = self._names.find(project.title)
        if slug is None:
            slug = self._new_slug(project)
            self._names.claim(slug, slug)
            self._names.claim(project.title, slug)
            self.titles[slug] = project.title
        return self.titles[slug]

    def _new_slug(self, project: ProjectRef) -> str:
        whole = identity.derived_id(project.title, None, None)
        short, _, digest = whole.rpartition("-")
        candidates = filter(None, (project.slug, short or digest))
        return next((each for each in candidates if self._names.find(each) is None), whole)

    def section(self) -> str:
        """Write them."""
        heading = (
            "# The projects. Each has a feed of its own. Its first line is its short name: it is\n"
            "# part of the feed's address, and stays.\n"
            "projects:\n"
        )
        return heading + "".join(
            f"  {yaml_writing.scalar(slug)}:\n    title: {yaml_writing.scalar(title)}\n"
            for slug, title in self.titles.items()
        )


def _own(item: Item, tag: str) -> Item:
    """Return an item of a feed that feedpress made the id that it had in its file."""
    own = f"tag:{tag}:clippings/"
    clipping_id = item.keys.get("id")
    if not isinstance(clipping_id, str) or not clipping_id.startswith(own):
        return item
    return replace(item, keys={**item.keys, "id": clipping_id.removeprefix(own)})


def _named(item: Item, projects: _Projects, with_projects: bool) -> Item:
    if not with_projects or not item.projects:
        return item
    if any(len(project.title) > _LONGEST_NAME for project in item.projects):
        reason = f"the name of a project has more than {_LONGEST_NAME} characters"
        return replace(item, reason=item.reason or reason)
    titles = dict.fromkeys(projects.title_of(project) for project in item.projects)
    return replace(item, keys={**item.keys, "projects": tuple(titles)})


def _with_id(item: Item, clipping_id: str) -> Item:
    keys = {key: value for key, value in item.keys.items() if key != "title"}
    return replace(item, keys={"title": item.keys["title"], "id": clipping_id, **keys})


def _read(text: str, start: str) -> tuple[Clippings, tuple[Problem, ...]]:
    # Each item that is left out has its own reason, and all are found in one reading.
    reading = publication_file.examine([(_FILE, text.encode())], every_problem=True)
    last = start.count("\n")
    if reading.clippings is None or any(each.place.line <= last for each in reading.errors):
        error = InvalidFile(reading.problems)
        raise Refused(f"what was found can't be written as a file: {error}") from error
    return reading.clippings, reading.errors


class _Numbers:
    """Find the item, by its number, that stands at a line of the text."""

    def __init__(self, start: str, items: Sequence[Item], numbers: Sequence[int]) -> None:
        self._items = items
        self._numbers = numbers
        self._firsts = [start.count("\n") + 1]
        for item in items:
            self._firsts.append(self._firsts[-1] + _lines(item.keys).count("\n"))

    def _at(self, line: int) -> int:
        return bisect_right(self._firsts, line) - 1

    def reasons(self, errors: Iterable[Problem]) -> dict[int, str]:
        """Return why each item with an error can't be a clipping."""
        found: dict[int, str] = {}
        for error in errors:
            message = error.message
            if error.code == "repeated-id":  # the line is one of this file, which nobody has seen
                message = _LINE.sub(lambda line: self._items[self._at(int(line[1]))].name, message)
            number = self._numbers[self._at(error.place.line)]
            found.setdefault(number, f"{message}; {error.fix}")
        return found

    def ids_of_duplicates(self, found: Clippings) -> Iterator[tuple[int, str]]:
        """Yield a free id for each item that derives the same id as another one."""
        taken = set(found.taken)
        for each in found.without_id:
            if each.is_duplicate:
                derived = each.clipping.id
                numbered = (f"{derived}-{number}" for number in count(2))
                clipping_id = next(name for name in numbered if name not in taken)
                taken.add(clipping_id)
                yield self._numbers[self._at(each.clipping.place.line)], clipping_id


def _lines(keys: Mapping[str, Value]) -> str:
    lines = []
    for key, value in keys.items():
        is_long = isinstance(value, str) and key == "summary" and "\n" in value
        block = yaml_writing.block_scalar(str(value), "    ") if is_long else None
        lines.append(f"{key}: {block or yaml_writing.value(value)}")
    return "- " + "\n  ".join(lines) + "\n"


def _comments(left_out: Sequence[LeftOut]) -> str:
    if not left_out:
        return ""
    parts = [
        "\n# Left out: to make one of these a clipping, fix it and remove the # and the one space"
        "\n# after it at the start of its lines.\n"
    ]
    for each in left_out:
        item = yaml_writing.item(each.item.keys)
        reason = each.reason if each.reason.isprintable() else yaml_writing.scalar(each.reason)
        parts.append(f"#\n# {each.item.name}: {reason}\n")
        parts += (f"# {line}\n" for line in item.splitlines())
        if each.item.rest:
            parts.append(f"#   # {yaml_writing.scalar(each.item.rest)}\n")
    return "".join(parts)
