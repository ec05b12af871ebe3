"""Items to the text of an editor's file, which is read before anybody else sees it.

What would be a problem in it stands as comments at the end, with the reason: nothing is lost.
"""

import re
from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from feedpress import identity
from feedpress.editing import template, yaml_writing
from feedpress.editing.importing.items import Item, Refused, Wish
from feedpress.editing.template import About
from feedpress.editing.yaml_writing import Value
from feedpress.reading import publication_file
from feedpress.reading.names import Names
from feedpress.reading.problems import Problem, Severity

#: Each project has its feeds and its page; nobody keeps more of them.
MOST_PROJECTS = 500
_LONGEST_NAME = 200  # characters of a project
_FILE = "clippings.yaml"
_ABOUT_ANOTHER = frozenset({"duplicate", "repeated-id"})
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
    #: Those that look exactly like another one, and so got an id that tells them apart.
    numbered: tuple[Item, ...]
    projects: int
    #: How many things a person should look at, though all can be published.
    warnings: int


def write(about: About, items: Iterable[Item], *, with_projects: bool = True) -> FileText:
    """Write the file. Raises Refused where there would be too many projects."""
    projects = _Projects()
    named = [_named(_own(item, about.tag), projects, with_projects) for item in items]
    numbered = _numbered(named)
    named = [numbered.get(index, item) for index, item in enumerate(named)]
    if len(projects.titles) > MOST_PROJECTS:
        cure = "leave them out with --no-projects"
        message = f"there are {len(projects.titles):,} projects or categories"
        raise Refused(f"{message}, more than {MOST_PROJECTS}; {cure}")
    start = f"{template.head(about)}{projects.section()}\n{template.clippings_head()}"
    left = {index: item.reason for index, item in enumerate(named) if item.reason}
    while True:
        kept = [index for index in range(len(named)) if index not in left]
        text = start + "".join(_lines(named[index].keys) for index in kept)
        problems = _read(text)
        errors = [each for each in problems if each.severity is Severity.ERROR]
        if not errors:
            break
        # What was a double of one of these may be good now, so they are left out for good and
        # the rest is read again.
        left |= _by_item(errors, start, [named[index] for index in kept], kept)
    left_out = tuple(LeftOut(named[index], reason) for index, reason in sorted(left.items()))
    return FileText(
        text + _comments(left_out),
        tuple(named[index] for index in kept),
        left_out,
        tuple(numbered[index] for index in kept if index in numbered),
        len(projects.titles),
        len(problems),
    )


class _Projects:
    """The projects that items name, each with a short name of its own."""

    def __init__(self) -> None:
        self.titles: dict[str, str] = {}
        self._names = Names[str]()

    def title_of(self, wish: Wish) -> str:
        """Give the project's name as it was written first."""
        slug = self._names.find(wish.title)
        if slug is None:
            slug = self._new_slug(wish)
            self._names.claim(slug, slug)
            self._names.claim(wish.title, slug)
            self.titles[slug] = wish.title
        return self.titles[slug]

    def _new_slug(self, wish: Wish) -> str:
        whole = identity.derived_id(wish.title, None, None)
        short, _, digest = whole.rpartition("-")
        candidates = filter(None, (wish.slug, short or digest))
        return next((each for each in candidates if self._names.find(each) is None), whole)

    def section(self) -> str:
        """Write them."""
        heading = (
            "# The projects. Each has a feed of its own. Its first line is its short name: it is\n"
            "# part of the feed's address, and stays.\n"
            "projects:\n"
        )
        return heading + "".join(
            f"  {yaml_writing.text(slug)}:\n    title: {yaml_writing.text(title)}\n"
            for slug, title in self.titles.items()
        )


def _own(item: Item, tag: str) -> Item:
    """Give an item of a feed that feedpress made the id that it had in its file."""
    own = f"tag:{tag}:clippings/"
    clipping_id = item.keys.get("id")
    if not isinstance(clipping_id, str) or not clipping_id.startswith(own):
        return item
    return replace(item, keys={**item.keys, "id": clipping_id.removeprefix(own)})


def _numbered(items: Sequence[Item]) -> dict[int, Item]:
    """Return, by position, each item that would derive another one's id, with its own id."""
    taken = {str(item.keys["id"]) for item in items if "id" in item.keys}
    taken |= {identity.page_slug(each) for each in taken}
    numbered: dict[int, Item] = {}
    for index, item in enumerate(items):
        if "id" in item.keys or item.reason:
            continue
        title, url, source = (item.keys.get(key) for key in ("title", "url", "source"))
        own = derived = identity.derived_id(
            str(title or ""), str(url) if url else None, str(source) if source else None
        )
        number = 2
        while own in taken:
            own, number = f"{derived}-{number}", number + 1
        taken.add(own)
        if own != derived:
            numbered[index] = replace(item, keys={"id": own, **item.keys})
    return numbered


def _named(item: Item, projects: _Projects, with_projects: bool) -> Item:
    if not with_projects or not item.projects:
        return item
    if any(len(wish.title) > _LONGEST_NAME for wish in item.projects):
        reason = f"the name of a project has more than {_LONGEST_NAME} characters"
        return replace(item, reason=item.reason or reason)
    titles = dict.fromkeys(projects.title_of(wish) for wish in item.projects)
    return replace(item, keys={**item.keys, "projects": tuple(titles)})


def _read(text: str) -> Sequence[Problem]:
    reading = publication_file.examine([(_FILE, text.encode())])
    if reading.publication is None:
        errors = "\n".join(map(str, reading.errors))
        raise Refused(f"what was found can't be written as a file: {errors}")
    return reading.problems


def _by_item(
    errors: Iterable[Problem], start: str, items: Sequence[Item], numbers: Sequence[int]
) -> dict[int, str]:
    """Give the reason for each item that has an error, by its number."""
    firsts = [start.count("\n") + 1]
    for item in items:
        firsts.append(firsts[-1] + _lines(item.keys).count("\n"))

    def item_at(line: int) -> int:
        return bisect_right(firsts, line) - 1

    found: dict[int, str] = {}
    for error in errors:
        message = error.message
        if error.code in _ABOUT_ANOTHER:  # lines of this file mean nothing to anybody
            message = _LINE.sub(lambda line: items[item_at(int(line[1]))].name, message)
        found.setdefault(numbers[item_at(error.place.line)], f"{message}; {error.cure}")
    return found


def _lines(keys: Mapping[str, Value]) -> str:
    lines = []
    for key, value in keys.items():
        is_long = isinstance(value, str) and key == "summary" and "\n" in value
        block = yaml_writing.block(str(value), "    ") if is_long else None
        lines.append(f"{key}: {block or yaml_writing.value(value)}")
    return "- " + "\n  ".join(lines) + "\n"


def _comments(left_out: Sequence[LeftOut]) -> str:
    if not left_out:
        return ""
    parts = [
        "\n# Left out: each of these becomes a clipping when you mend it and take out the # and"
        "\n# the one space behind it in front of its lines.\n"
    ]
    for each in left_out:
        item = yaml_writing.item(each.item.keys)
        reason = each.reason if each.reason.isprintable() else yaml_writing.text(each.reason)
        parts.append(f"#\n# {each.item.name}: {reason}\n")
        parts += (f"# {line}\n" for line in item.splitlines())
        if each.item.rest:
            parts.append(f"#   # {yaml_writing.text(each.item.rest)}\n")
    return "".join(parts)
