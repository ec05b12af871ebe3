"""The map of docs/architecture.md is what the code does."""

import ast
import re
import sys
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

_ROOT = Path(__file__).parent.parent
_SRC = _ROOT / "src" / "feedpress"
_DOCS = (_ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")

_MODULES = {
    ".".join(path.relative_to(_SRC).with_suffix("").parts): path for path in _SRC.rglob("*.py")
}
_MAP = re.findall(r"^\| `([a-z_.]+)` \| [^|]+ \|$", _DOCS, re.MULTILINE)
_OWNERS = {
    package: set(re.findall(r"`([a-z_.]+)`", owners))
    for package, owners in re.findall(
        r"^\| `([a-z0-9]+)` \| [^|]+ \| [^|]+ \| (`[^|]+`) \|$", _DOCS, re.MULTILINE
    )
}
#: What serving needs: it never imports a tool for editors.
_CORE = ("reading", "feeds", "site", "serving")
_TOOLS = ("publishing", "editing", "review", "cli")
#: They read what their package brings with it, not the disk of a machine.
_READ_THEIR_PACKAGE = {"reading.values", "site.feed_style", "site.pages", "site.texts"}
#: They connect the parts, and stand outside the order.
_OUTSIDE = {"__init__", "__main__"}
_AT_THE_EDGE = {
    "settings",
    "editing.fetching",
    "editing.saving",
    "review.preview_app",
    "review.reports.problems",
    "review.revisions",
    *(name for name in _MAP if name.startswith(("cli.", "publishing.", "serving."))),
}
#: They show editors their mistakes, or refuse to write if there are any.
_EXAMINERS = {
    "cli.check",
    "cli.diff",
    "cli.schema",
    "editing.adding",
    "editing.importing.file_text",
    "editing.stamp",
    "reading.publication_file",
    "review.preview_app",
}


@cache
def _imported(path: Path) -> frozenset[str]:
    """Return the full names of all modules and names that a file imports, anywhere in it."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative imports hide where a name comes from"
            names.update(f"{node.module}.{alias.name}" for alias in node.names)
    return frozenset(names)


def _top_level(path: Path) -> set[str]:
    return {name.partition(".")[0] for name in _imported(path)}


@cache
def _own_modules(path: Path) -> frozenset[str]:
    """Return the modules of the map that a file imports."""
    names = {name.removeprefix("feedpress.") for name in _imported(path) if "feedpress" in name}
    return frozenset(
        module for module in _MODULES for name in names if f"{name}.".startswith(f"{module}.")
    )


def _is_empty(path: Path) -> bool:
    return not path.read_text(encoding="utf-8").strip()


def _closure(module: str) -> set[str]:
    """Return a module and all that it imports, directly or not."""
    found, waiting = set[str](), [module]
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting += _own_modules(_MODULES[name])
    return found


def _lines(module: str) -> int:
    return len(_MODULES[module].read_text(encoding="utf-8").splitlines())


def test_every_module_is_on_the_map() -> None:
    """The table names each module once, and none that doesn't exist."""
    real = {name for name, path in _MODULES.items() if not _is_empty(path)} - _OUTSIDE
    assert sorted(_MAP) == sorted(real)


@pytest.mark.parametrize("module", _MAP)
def test_modules_import_only_from_above(module: str) -> None:
    """A module imports only from rows above its own."""
    above = set(_MAP[: _MAP.index(module)])
    assert _own_modules(_MODULES[module]) <= above


@pytest.mark.parametrize("module", [name for name in _MAP if not name.startswith(_TOOLS)])
def test_core_imports_no_tool(module: str) -> None:
    """What serving needs can be read, and works, without the tools for editors."""
    assert not any(each.startswith(_TOOLS) for each in _closure(module))


def test_snapshot_needs_no_reading() -> None:
    """Building a snapshot needs no YAML, and no more code than can be read in an afternoon."""
    closure = _closure("snapshot")
    lines = sum(map(_lines, closure))
    print(f"\nimporting feedpress.snapshot loads {len(closure)} modules, {lines:,} lines:")
    print(" ".join(sorted(closure)))
    assert not any(each.startswith(("reading.", "serving.")) for each in closure)
    assert lines <= 3_300


def test_sizes() -> None:
    """Print the lines of each folder (`pytest -s`); the spine stays short enough to read."""
    folders = Counter[str]()
    for module in _MODULES:
        folder = module.partition(".")[0] if "." in module else "top level"
        folders[folder] += _lines(module)
    print()
    for folder, lines in folders.most_common():
        print(f"{folder:12}{lines:7,}")
    print(f"{'all':12}{folders.total():7,}")
    print(f"{'core':12}{sum(folders[each] for each in (*_CORE, 'top level')):7,}")
    spine = [
        *("model", "reading.publication_file", "feeds.feed", "feeds.history", "feeds.atom"),
        *("snapshot", "serving.app", "serving.reload"),
    ]
    assert sum(map(_lines, spine)) <= 1_700


@pytest.mark.parametrize(("package", "owners"), _OWNERS.items())
def test_packages_belong_to_few_modules(package: str, owners: set[str]) -> None:
    """Each package that the code depends on is imported by its owners alone."""
    users = {
        name
        for name, path in _MODULES.items()
        if any(f"{each}.".startswith(f"{package}.") for each in _imported(path))
    }
    assert users - _OUTSIDE == owners


def test_every_package_has_an_owner() -> None:
    """Each package from outside that any module imports is in the table of dependencies."""
    imported = set().union(*map(_top_level, _MODULES.values()))
    outside = imported - sys.stdlib_module_names - {"feedpress", "pydantic_core"}
    assert set(_OWNERS) == outside


@pytest.mark.parametrize("module", [name for name in _MAP if name not in _AT_THE_EDGE])
def test_only_the_edge_reads_the_clock_and_the_machine(module: str) -> None:
    """The clock, the environment and the disk belong to a few modules at the edge."""
    text = _MODULES[module].read_text(encoding="utf-8")
    if module in _READ_THEIR_PACKAGE:
        text = re.sub(r"resources\.files\(.*", "", text)
    assert not re.search(r"\.(now|today|open|read_text|read_bytes|stat|iterdir)\(|\bopen\(", text)
    machine = {"os", "time", "socket", "subprocess", "pathlib", "io", "sys", "locale", "random"}
    allowed = {"io"} if module in _READ_THEIR_PACKAGE else set()
    assert _top_level(_MODULES[module]) & machine <= allowed


def _calls(path: Path, name: str) -> bool:
    tree = ast.walk(ast.parse(path.read_text(encoding="utf-8")))
    names = (
        node.attr if isinstance(node, ast.Attribute) else node.id
        for node in tree
        if isinstance(node, ast.Attribute | ast.Name)
    )
    return name in names or any(each.endswith(f".{name}") for each in _imported(path))


def test_nothing_that_publishes_examines_broken_files() -> None:
    """Only tools for editors may have what was understood of a file with an error."""
    examiners = {name for name, path in _MODULES.items() if _calls(path, "examine")}
    assert examiners <= _EXAMINERS


def _definitions(path: Path) -> Iterator[str]:
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.ClassDef | ast.FunctionDef):
            yield node.name


#: The same thing in another format, or the command of a function of that name.
_SAME_EVERYWHERE = {"as_json", "build", "github", "render", "render_items", "summary", "text"}


def test_public_names_are_unique() -> None:
    """No public class or function has a name that means something else in another module."""
    public = Counter(
        name
        for module, path in _MODULES.items()
        if not module.startswith("cli.") and module != "__init__"
        for name in _definitions(path)
        if not name.startswith("_")
    )
    repeated = {name for name, count in public.items() if count > 1}
    assert repeated <= _SAME_EVERYWHERE


@pytest.mark.parametrize("path", sorted(_MODULES.values()), ids=lambda path: path.name)
def test_every_module_says_what_it_is_for(path: Path) -> None:
    """A module that has code begins with what it is for."""
    assert _is_empty(path) or ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))
