"""The command `add`: what it shows, asks, writes and refuses."""

import os
import pty
import subprocess
import sys
from collections.abc import Callable, Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from click.testing import CliRunner, Result

from feedpress.cli.main import main
from feedpress.reading import publication_file

_PAGES = Path(__file__).parent / "data" / "pages"
_HEAD = """\
publication: {title: In the media, url: 'https://feeds.example.org/', tag: 'example.org,2016'}
projects:
  portal: {title: Business Portal}
  trees: {title: "Trees, streets"}
clippings:
"""
_ONE = "- id: one\n  title: One\n  added: 2016-09-15\n"
_AWAY = "https://nobody.example.invalid/a"


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def site(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The address of a site that has the saved pages."""
    monkeypatch.setenv("no_proxy", "*")
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=_PAGES)) as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()
        thread.join()


def _add(*arguments: str | Path, **kwargs: Any) -> Result:
    return CliRunner().invoke(main, ["add", *map(str, arguments)], **kwargs)


def _at_a_terminal(typed: str, *arguments: str | Path, **environment: str) -> tuple[str, int]:
    """Run the command where somebody types; give what is on the screen, and how it ended."""
    ours, theirs = pty.openpty()
    os.write(ours, typed.encode())
    command = [sys.executable, "-m", "feedpress", "add", *map(str, arguments)]
    ended = subprocess.run(
        command, stdin=theirs, capture_output=True, env=os.environ | environment, check=False
    )
    os.close(ours)
    os.close(theirs)
    return (ended.stdout + ended.stderr).decode(), ended.returncode


def test_adding(write: Callable[[str], Path], site: str) -> None:
    """What is found is shown with its place, and the clipping comes on top."""
    path = write(_HEAD + _ONE)
    result = _add(f"{site}json_ld.html?utm_source=a", path, "--project", "business portal")
    *shown, last = result.output.splitlines()
    assert shown == [
        "title: Harbor City’s shade maps: a trial (JSON-LD)",
        "source: The Example Ledger (JSON-LD)",
        "published: 2026-11-20 (JSON-LD)",
        "summary: Maps of shade help bus riders. (JSON-LD)",
        "language: en-US (JSON-LD, which is the publication's: it is not written)",
        "image: https://news.example.org/img/shade.jpg (JSON-LD)",
        f"url: {site}json_ld.html (the page's address)",
    ]
    publication, problems = publication_file.load([(str(path), path.read_bytes())])
    clipping = publication.clippings[0]
    assert last == (f"{path}:6: 'Harbor City’s shade maps: a trial': added with id: {clipping.id}")
    assert (problems, clipping.url) == ((), f"{site}json_ld.html")
    assert clipping.projects == publication.projects[:1]
    text = path.read_text(encoding="utf-8")
    assert text.startswith(f"{_HEAD}- id: {clipping.id}\n")
    assert text.endswith(_ONE)
    assert result.exit_code == 0


def test_given_by_hand(write: Callable[[str], Path], site: str) -> None:
    """What is given comes before what the page says, and what is missing comes with its fix."""
    path = write(_HEAD)
    result = _add(
        f"{site}damaged.html", path, "--title", " Mine\n", "--source", "GovTech",
        "--published", "2016-09", "--summary", "",
    )  # fmt: skip
    misfits, damaged, shown = (result.output.splitlines()[each] for each in (0, 3, slice(4, 9)))
    assert misfits == "Left out: published (JSON-LD): '0001-01-01' is not of our time"
    assert damaged == "A part of what the page says for machines (JSON-LD) is damaged."
    assert shown == [
        "title: Mine (as you gave it)",
        "source: GovTech (as you gave it)",
        "published: 2016-09 (as you gave it)",
        "summary: not known; give a sentence or two with --summary",
        f"url: {site}damaged.html (the page's address)",
    ]
    assert "projects: none; give each with --project\n" in result.output
    text = path.read_text(encoding="utf-8")
    assert "  title: Mine\n" in text
    assert "  source: GovTech\n  published: 2016-09\n" in text


def test_page_that_can_not_be_had(write: Callable[[str], Path], site: str) -> None:
    """Without the page a draft is written, and it is said how to finish it."""
    path = write(_HEAD)
    result = _add(f"{site}no.html", path)
    assert "The page can't be fetched: 127.0.0.1 answered 404 (Not Found)" in result.output
    assert "take out the line draft: true, and run feedpress stamp" in result.output
    assert result.exit_code == 0
    publication, problems = publication_file.load([("a", path.read_bytes())])
    assert (problems, publication.clippings[0].draft) == ((), True)


def test_without_looking(write: Callable[[str], Path]) -> None:
    """With --no-fetch nothing is asked of the web, and what is given makes a clipping."""
    path = write(_HEAD)
    result = _add(_AWAY, path, "--no-fetch", "--title", "One", "--project", "Trees, streets")
    assert (result.exit_code, "can't be fetched" in result.output) == (0, False)
    assert '  projects: ["Trees, streets"]\n' in path.read_text(encoding="utf-8")


def test_dry_run(write: Callable[[str], Path], site: str) -> None:
    """With --dry-run the clipping alone is printed, all talk goes elsewhere, nothing is written."""
    path = write(_HEAD + _ONE)
    result = _add(f"{site}dublin_core.html", path, "--dry-run")
    assert result.stdout.startswith("- id: measuring-shade-at-bus-stops-")
    assert result.stdout.endswith("  summary: A study.\n")
    assert "title: Measuring shade at bus stops (meta)" in result.stderr
    assert path.read_text(encoding="utf-8") == _HEAD + _ONE


@pytest.mark.parametrize("saved", ["json_ld.html?fbclid=x", "json_ld.html"])
def test_double(write: Callable[[str], Path], site: str, saved: str) -> None:
    """An article that is there already is pointed out, and added again only if it is meant."""
    path = write(_HEAD)
    assert _add(f"{site}json_ld.html", path).exit_code == 0
    once = path.read_bytes()
    again = _add(site + saved, path)
    assert again.output.endswith(
        f"{path}:6: 'Harbor City’s shade maps: a trial' has the same address; "
        "the article is in the list already; to add it again, use --anyway\nnothing was written.\n"
    )
    assert (again.exit_code, path.read_bytes()) == (1, once)
    assert _add(site + saved, path, "--anyway").exit_code == 0
    assert path.read_bytes() != once


def test_double_by_its_headline(write: Callable[[str], Path], site: str) -> None:
    """An article at another address is known by its title and source."""
    path = write(_HEAD + "- {title: library  Opens late, source: inland example, added: 2016}\n")
    result = _add(f"{site}graph.html", path)
    assert f"{path}:6: 'library  Opens late' has the same title and source" in result.output
    assert result.exit_code == 1


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (["javascript:alert(1)"], "a web address starts with https://"),
        ([_AWAY, "--published", "soon"], "'soon' is not a date"),
    ],
)
def test_wrong_use(write: Callable[[str], Path], arguments: list[str], why: str) -> None:
    """An address or a date that is none is refused before anything is asked for."""
    result = _add(arguments[0], write(_HEAD), *arguments[1:])
    assert (result.exit_code, why in result.output) == (2, True)


def test_unknown_project(write: Callable[[str], Path]) -> None:
    """A project that the file does not know is refused with the nearest one."""
    path = write(_HEAD)
    result = _add(_AWAY, path, "--project", "Busines portal")
    assert "there is no project 'Busines portal'; did you mean 'Business Portal'?" in result.output
    assert (result.exit_code, path.read_text(encoding="utf-8")) == (1, _HEAD)


def test_unreadable_file(write: Callable[[str], Path]) -> None:
    """A file that can't be read is left alone, and its problems are told."""
    path = write("clippings: [")
    result = _add(_AWAY, path)
    assert "[bracket]\n" in result.output
    assert result.output.endswith(f"{path}: nothing was written.\n")
    assert (result.exit_code, path.read_text(encoding="utf-8")) == (1, "clippings: [")


def test_file_that_may_not_be_changed(write: Callable[[str], Path]) -> None:
    """A file that is read-only, or has another form, stays; it is said what can be done."""
    path = write(_HEAD)
    path.chmod(0o444)
    result = _add(_AWAY, path, "--no-fetch", "--title", "One")
    assert (result.exit_code, "it is read-only" in result.output) == (1, True)
    path.chmod(0o644)
    path.write_text(_HEAD + "  [{title: One, added: 2016}]\n", encoding="utf-8")
    result = _add(_AWAY, path, "--no-fetch", "--title", "Two")
    assert (result.exit_code, "put it in by hand" in result.output) == (1, True)


@pytest.mark.slow
def test_without_the_extra(write: Callable[[str], Path], tmp_path: Path) -> None:
    """Where what reads pages is not installed, it is said how to get it; --no-fetch needs none."""
    path = write(_HEAD)
    folder = tmp_path / "none"
    folder.mkdir()
    (folder / "httpx.py").write_text("raise ImportError\n", encoding="utf-8")
    places = os.pathsep.join((str(folder), *filter(None, sys.path)))
    run = partial(_at_a_terminal, PYTHONPATH=places)
    shown, ended = run("", _AWAY, path)
    assert (ended, "pip install 'feedpress[add]'; or do without" in shown) == (2, True)
    assert run("\n", _AWAY, path, "--no-fetch", "--title", "One", "--yes")[1] == 0


@pytest.mark.slow
@pytest.mark.parametrize(
    ("answer", "slugs"),
    [
        ("2, 1\n", ("trees", "portal")),
        ("1 2 1\n", ("portal", "trees")),
        ("business  PORTAL\n", ("portal",)),
        ("3\ntrees\n", ("trees",)),
        ("\n", ()),
    ],
)
def test_asking(write: Callable[[str], Path], answer: str, slugs: tuple[str, ...]) -> None:
    """At a terminal title and projects are asked for, and whether it is right."""
    path = write(_HEAD + _ONE)
    shown, ended = _at_a_terminal(f"Typed\n{answer}\n", _AWAY, path, "--no-fetch")
    assert "  1  Business Portal\n  2  Trees, streets\n" in shown
    assert ("there is no project '3'" in shown) is answer.startswith("3")
    assert ended == 0
    publication, problems = publication_file.load([("a", path.read_bytes())])
    clipping = publication.clippings[0]
    assert (problems, clipping.title) == ((), "Typed")
    assert tuple(each.slug for each in clipping.projects) == slugs


@pytest.mark.slow
def test_declining(write: Callable[[str], Path]) -> None:
    """Who says no, or gives no title, has nothing published."""
    path = write(_HEAD)
    shown, ended = _at_a_terminal(
        "n\n", _AWAY, path, "--no-fetch", "--title", "A", "--project", "trees"
    )
    assert shown.endswith(f"Add it? [Y/n]: {path}: nothing was written.\n")
    assert (ended, path.read_text(encoding="utf-8")) == (1, _HEAD)
    assert _at_a_terminal("\n\n", _AWAY, path, "--no-fetch", "--yes")[1] == 0
    assert "draft: true" in path.read_text(encoding="utf-8")


def test_no_projects_to_choose(write: Callable[[str], Path]) -> None:
    """Where the file has no projects, none are asked for."""
    path = write(_HEAD.partition("projects:")[0] + "clippings:\n")
    result = _add(_AWAY, path, "--no-fetch", "--title", "One")
    assert (result.exit_code, "projects:" in result.output) == (0, False)
