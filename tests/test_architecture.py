"""The floor plan of docs/architecture.md is what the code does."""

import ast
import re
import sys
from pathlib import Path

import pytest

_ROOT = Path(__file__).parent.parent
_SRC = _ROOT / "src" / "feedpress"
_DOCS = (_ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")

_MODULES = {
    ".".join(path.relative_to(_SRC).with_suffix("").parts): path for path in _SRC.rglob("*.py")
}
_FLOOR_PLAN = re.findall(r"^\| `([a-z_.]+)` \| [A-Z]", _DOCS, re.MULTILINE)
_OWNERS = {
    package: set(re.findall(r"`([a-z_.]+)`", owners))
    for package, owners in re.findall(
        r"^\| `([a-z0-9]+)` \| (`[a-z_.]+`(?:, `[a-z_.]+`)*) \|$", _DOCS, re.MULTILINE
    )
}
#: They read what a package brings with it, not the disk of a machine.
_READS_ITS_PACKAGE = {"editors.values", "pages.feed_style", "pages.html", "pages.texts"}
#: They put the parts together, and stand outside the order.
_OUTSIDE = {"__init__", "__main__"}
_AT_THE_EDGE = {
    "settings",
    *(name for name in _FLOOR_PLAN if name.startswith(("cli.", "delivery."))),
}


def _imported(path: Path) -> set[str]:
    """Give the full names of all modules and names that a file imports, anywhere in it."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative imports hide where a name comes from"
            names.update(f"{node.module}.{alias.name}" for alias in node.names)
    return names


def _top_level(path: Path) -> set[str]:
    return {name.partition(".")[0] for name in _imported(path)}


def _own_modules(path: Path) -> set[str]:
    """Give the modules of the floor plan that a file imports."""
    names = {name.removeprefix("feedpress.") for name in _imported(path) if "feedpress" in name}
    return {module for module in _MODULES for name in names if f"{name}.".startswith(f"{module}.")}


def _is_empty(path: Path) -> bool:
    return not path.read_text(encoding="utf-8").strip()


def test_every_module_is_in_the_floor_plan() -> None:
    """The table names each module once, and none that is not there."""
    real = {name for name, path in _MODULES.items() if not _is_empty(path)} - _OUTSIDE
    assert sorted(_FLOOR_PLAN) == sorted(real)


@pytest.mark.parametrize("module", _FLOOR_PLAN)
def test_modules_import_only_from_above(module: str) -> None:
    """A module imports only from rows above its own."""
    above = set(_FLOOR_PLAN[: _FLOOR_PLAN.index(module)])
    assert _own_modules(_MODULES[module]) <= above


@pytest.mark.parametrize(("package", "owners"), _OWNERS.items())
def test_packages_belong_to_few_modules(package: str, owners: set[str]) -> None:
    """Each package that the code stands on is imported by its owners alone."""
    users = {
        name
        for name, path in _MODULES.items()
        if any(f"{each}.".startswith(f"{package}.") for each in _imported(path))
    }
    assert users - _OUTSIDE == owners


def test_every_package_has_an_owner() -> None:
    """Each package from outside that any module imports is in the table of owners."""
    imported = set().union(*map(_top_level, _MODULES.values()))
    outside = imported - sys.stdlib_module_names - {"feedpress", "pydantic_core"}
    assert set(_OWNERS) == outside


@pytest.mark.parametrize("module", [name for name in _FLOOR_PLAN if name not in _AT_THE_EDGE])
def test_only_the_edge_reads_the_clock_and_the_machine(module: str) -> None:
    """The clock, the environment and the disk belong to delivery and the command line."""
    text = _MODULES[module].read_text(encoding="utf-8")
    if module in _READS_ITS_PACKAGE:
        text = re.sub(r"resources\.files\(.*", "", text)
    assert not re.search(r"\.(now|today|open|read_text|read_bytes|stat|iterdir)\(|\bopen\(", text)
    machine = {"os", "time", "socket", "subprocess", "pathlib", "io", "sys", "locale", "random"}
    allowed = {"io"} if module in _READS_ITS_PACKAGE else set()
    assert _top_level(_MODULES[module]) & machine <= allowed


@pytest.mark.parametrize("path", sorted(_MODULES.values()), ids=lambda path: path.name)
def test_every_module_says_what_it_is_for(path: Path) -> None:
    """A module that has code begins with what it is for."""
    assert _is_empty(path) or ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))
