"""`feedpress build`: the folder, what it says, and how it ends."""

import re
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result

import support
from feedpress.cli.main import main

_ROW = {"id": "one", "title": "One", "added": "2020-01-02"}
_LATER = {"id": "later", "title": "Later", "added": "2100-01-01T12:30:00Z"}


def _run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(main, ["build", *map(str, arguments)])


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A file with a published clipping and one that is held back."""
    path = tmp_path / "clippings.yaml"
    path.write_text(support.file_text([_LATER, _ROW]), encoding="utf-8")
    return path


def test_build_says_what_it_did(file: Path, tmp_path: Path) -> None:
    """It ends with one line of how many files there are, were written and taken away."""
    site = tmp_path / "site"
    first, again = _run(file, "--output", site), _run(file, "--output", site)
    assert (first.exit_code, again.exit_code) == (0, 0)
    number = sum(1 for each in site.rglob("*") if each.is_file()) - 2  # the list and the lock
    assert first.stderr.endswith(f"{site}: {number} files, {number} written, 0 removed.\n")
    assert again.stderr.endswith(f"{site}: {number} files, 0 written, 0 removed.\n")
    assert first.stdout == again.stdout == ""
    file.write_text(support.file_text([]), encoding="utf-8")
    # The pages of the clipping and of its year, each in three codings.
    assert "6 removed" in _run(file, "--output", site).stderr


def test_when_the_next_build_is_due(file: Path, tmp_path: Path) -> None:
    """--print-next prints the instant for a scheduler, with a build or alone."""
    alone = _run(file, "--print-next")
    assert (alone.exit_code, alone.stdout, alone.stderr) == (0, "2100-01-01T12:30:00Z\n", "")
    both = _run(file, "--print-next", "--output", tmp_path / "site")
    assert both.stdout == alone.stdout
    assert (tmp_path / "site" / "index.html").exists()
    file.write_text(support.file_text([_ROW]), encoding="utf-8")
    assert _run(file, "--print-next").stdout == ""


def test_public_address(file: Path, tmp_path: Path) -> None:
    """--url takes the place of the file's public address."""
    assert _run(file, "--output", tmp_path / "site", "--url", "https://press.example.net/").stderr
    assert b"https://press.example.net/atom.xml" in (tmp_path / "site" / "atom.xml").read_bytes()
    wrong = _run(file, "--output", tmp_path / "site", "--url", "press")
    assert wrong.exit_code == 2
    assert "the public address 'press' can't be used" in wrong.stderr


def test_file_that_cannot_be_read(file: Path, tmp_path: Path) -> None:
    """A file that can't be published writes nothing, and the exit code says so."""
    site = tmp_path / "site"
    _run(file, "--output", site)
    before = (site / "atom.xml").read_bytes()
    file.write_text("publication: [", encoding="utf-8")
    result = _run(file, "--output", site)
    assert result.exit_code == 1
    assert result.stderr.endswith("nothing was written.\n")
    assert (site / "atom.xml").read_bytes() == before


@pytest.mark.parametrize(
    "clipping", [{"title": "No date"}, _ROW, {**_ROW, "id": "b", "titel": "x"}]
)
def test_error_in_one_clipping(file: Path, tmp_path: Path, clipping: dict[str, str]) -> None:
    """An error in one clipping is enough: it is reported, and nothing is written."""
    site = tmp_path / "site"
    file.write_text(support.file_text([_ROW, clipping]), encoding="utf-8")
    result = _run(file, "--output", site, "--print-next")
    assert result.exit_code == 1
    assert re.search(r"clippings.yaml:4:\d+: error: ", result.stderr)
    assert result.stderr.endswith("nothing was written.\n")
    assert (result.stdout, site.exists()) == ("", False)


def test_warnings(file: Path, tmp_path: Path) -> None:
    """Warnings don't stop a build."""
    file.write_text(support.file_text([_ROW | {"note": "x", "language": "?"}]), encoding="utf-8")
    assert _run(file, "--output", tmp_path / "site").exit_code == 0
    assert (tmp_path / "site" / "clippings" / "one" / "index.html").exists()


def test_foreign_file_in_the_way(file: Path, tmp_path: Path) -> None:
    """What somebody else put there is named, and stays."""
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / "index.html").write_text("mine")
    result = _run(file, "--output", tmp_path / "site")
    assert result.exit_code == 1
    assert "index.html was not made by feedpress build" in result.stderr
    assert (tmp_path / "site" / "index.html").read_text() == "mine"


def test_what_was_changed_is_told(file: Path, tmp_path: Path) -> None:
    """A file that is no longer published and was changed by somebody is left, and named."""
    site = tmp_path / "site"
    _run(file, "--output", site)
    page = site / "clippings" / "one" / "index.html"
    page.write_text("mine")
    file.write_text(support.file_text([]), encoding="utf-8")
    assert f"{page} was changed by somebody, and left where it is" in (
        _run(file, "--output", site).stderr
    )
    assert page.read_text() == "mine"


def test_nothing_asked_for(file: Path) -> None:
    """Without --output and --print-next there is nothing to do, which is wrong use."""
    result = _run(file)
    assert result.exit_code == 2
    assert "say where to write with --output" in click.unstyle(result.stderr)
