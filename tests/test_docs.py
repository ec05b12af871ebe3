"""The docs say what is true: every command, option, variable and address is in the README."""

import re
from pathlib import Path

import click
import pytest

import support
from feedpress import snapshot
from feedpress.cli.main import main
from feedpress.model import Publication
from feedpress.settings import Settings

_ROOT = Path(__file__).parent.parent
_README = (_ROOT / "README.md").read_text(encoding="utf-8")
_MAKEFILE = (_ROOT / "Makefile").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", sorted(main.commands))
def test_every_command_is_in_the_readme_and_has_help(name: str) -> None:
    """Each command has a help text, and it and its options stand in the README."""
    command = main.commands[name]
    assert command.help
    assert f"feedpress {name}" in _README
    for parameter in command.params:
        if isinstance(parameter, click.Option):
            assert parameter.help
            assert all(option in _README for option in parameter.opts)


def test_readme_names_no_command_that_is_not_there() -> None:
    """What the README calls a command of feedpress is one."""
    named = set(re.findall(r"^    feedpress ([a-z]+)", _README, re.MULTILINE))
    assert named == set(main.commands)


def test_every_variable_is_in_the_readme() -> None:
    """Each variable that is read from the environment stands in the README."""
    variables = Settings.of("a.yaml", "https://example.org/").to_environ()
    assert variables
    assert all(variable in _README for variable in variables)


@pytest.mark.parametrize("name", re.findall(r"`?make ([a-z]+)", _README))
def test_make_targets_of_the_readme_are_there(name: str) -> None:
    """What the README makes, the Makefile has."""
    assert re.search(rf"^{name}:", _MAKEFILE, re.MULTILINE)


def test_every_kind_of_address_is_in_the_readme(real_list: Publication) -> None:
    """Each path that is served is one of the README's table."""
    slugs = r"[a-z0-9][a-z0-9._-]*"
    for path in snapshot.build(real_list, support.NOW).documents:
        kind = re.sub(rf"/projects/{slugs}/", "/projects/SLUG/", path)
        kind = re.sub(rf"/clippings/{slugs}/", "/clippings/ID/", kind)
        kind = re.sub(r"/years/\d+/", "/years/2016/", kind)
        kind = re.sub(r".*/archive/\d+/", "/archive/N/", kind)
        page, slash, name = kind.rpartition("/")
        assert f"`{kind}`" in _README or (f"`{page}{slash}`" in _README and f"`{name}`" in _README)


_PAGES = sorted([*_ROOT.glob("*.md"), *_ROOT.glob("docs/*.md")])


@pytest.mark.parametrize("path", _PAGES, ids=lambda path: path.name)
def test_links_between_docs_lead_somewhere(path: Path) -> None:
    """Every relative link of a page leads to a file."""
    for target in re.findall(r"\]\((?!https?:)([^)#]+)", path.read_text(encoding="utf-8")):
        assert (path.parent / target).exists(), target
