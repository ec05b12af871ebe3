"""The command `init`: a file that a person can fill in, and that can be published at once."""

import os
import pty
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import chdir
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

import servers
from feedpress.cli.init import zone_of
from feedpress.cli.main import main
from feedpress.editing import template
from feedpress.model import Publication
from feedpress.reading import publication_file
from feedpress.reading.schema_models import ClippingShape, PublicationShape

_YEAR = datetime.now(UTC).year


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path) -> Iterator[Path]:
    """The current directory for the time of the test."""
    with chdir(tmp_path):
        yield tmp_path


def _run(*arguments: str, **kwargs: Any) -> Result:
    return CliRunner().invoke(main, ["init", *arguments], **kwargs)


def _loaded(text: str) -> Publication:
    publication, problems = publication_file.load([("clippings.yaml", text.encode())])
    assert problems == ()
    return publication


def test_without_a_terminal(elsewhere: Path) -> None:
    """Without questions, stand-ins are written, and what to do next is said."""
    result = _run()
    assert result.exit_code == 0
    assert result.output.startswith("clippings.yaml: made. clippings.schema.json beside it")
    assert len(result.output.splitlines()) == 4
    text = (elsewhere / "clippings.yaml").read_text(encoding="utf-8")
    assert text.startswith("# yaml-language-server: $schema=clippings.schema.json\n")
    assert text.count("example.org") > 3
    publication = _loaded(text)
    assert (publication.title, publication.clippings) == ("In the media", ())
    assert publication.tag in (f"example.org,{_YEAR}", f"example.org,{_YEAR + 1}")
    schema = (elsewhere / "clippings.schema.json").read_text(encoding="utf-8")
    assert schema == CliRunner().invoke(main, ["schema"]).output
    assert "0 errors, 0 warnings" in CliRunner().invoke(main, ["check"]).output


def test_options(elsewhere: Path) -> None:
    """What is said in options stands in the file."""
    options = {
        "title": "Cities: today",
        "url": "https://a.example",
        "timezone": "Europe/Madrid",
        "language": "es",
        "home": "https://b.example/",
        "tag": "b.example,2020",
    }
    arguments = [part for key, value in options.items() for part in (f"--{key}", value)]
    assert _run("my.yaml", *arguments).exit_code == 0
    publication = _loaded((elsewhere / "my.yaml").read_text(encoding="utf-8"))
    assert publication.title == "Cities: today"
    assert (publication.url, publication.home) == ("https://a.example/", "https://b.example/")
    assert (publication.timezone.key, publication.language) == ("Europe/Madrid", "es")
    assert publication.tag == "b.example,2020"


def test_nothing_is_overwritten(elsewhere: Path) -> None:
    """A file that is there stays as it is, and so does a schema."""
    (elsewhere / "clippings.schema.json").write_text("{}", encoding="utf-8")
    assert "beside it" not in _run().output
    before = (elsewhere / "clippings.yaml").read_bytes()
    result = _run("--title", "Other")
    assert result.exit_code == 1
    assert "clippings.yaml exists already and was left as it is" in result.output
    assert (elsewhere / "clippings.yaml").read_bytes() == before
    assert (elsewhere / "clippings.schema.json").read_text(encoding="utf-8") == "{}"


@pytest.mark.parametrize("arguments", [["--tag", "x"], ["--home", "x"], ["--language", "1"]])
def test_wrong_use(arguments: list[str]) -> None:
    """An option that can't be right is wrong use, and nothing is written."""
    assert _run(*arguments).exit_code == 2
    assert not Path("clippings.yaml").exists()


def test_examples_are_good() -> None:
    """What stands there as an example is right, once the sign and the space are taken out."""
    text = template.file_text(template.About(tag="example.org,2026"))
    head, mark, body = text.partition("publication:\n")
    freed = head + mark + re.sub(r"^# (?=[ -])", "", body, flags=re.MULTILINE)
    publication = _loaded_with_warnings(freed)
    assert publication.subtitle == "What others write about our work"
    assert publication.author.name == "Innovation Team"
    assert [project.title for project in publication.projects] == ["LA Business Portal"]
    (clipping,) = publication.clippings
    assert clipping.projects == publication.projects
    assert clipping.summary


def _loaded_with_warnings(text: str) -> Publication:
    publication, problems = publication_file.load([("clippings.yaml", text.encode())])
    assert not [each for each in problems if each.severity == "error"]
    return publication


def test_each_key_has_its_note() -> None:
    """Above each key of the publication and of the example stands what it is."""
    lines = template.file_text(template.About(tag="example.org,2026")).splitlines()
    keys = {*PublicationShape.model_fields, *ClippingShape.model_fields}
    seen = set()
    for before, line in pairwise(lines):
        found = re.match(r"^#? +([a-z]+): ", line)
        if found and found[1] in keys and found[1] not in seen:
            seen.add(found[1])
            assert re.match(r"^(# +|  )# \w|^  # begins", before), line
    assert seen >= {"title", "subtitle", "url", "home", "tag", "language", "timezone", "author"}
    assert seen >= {"source", "published", "summary"}


@pytest.mark.slow
def test_empty_publication_is_served(elsewhere: Path) -> None:
    """What init has made can be served at once: a feed with nothing in it."""
    _run()
    with servers.starting(elsewhere) as start:
        server = start(*servers.SERVE)
        status, body = server.get("/atom.xml")
        assert status == 200
        assert b"<entry" not in body
        assert b"In the media" in body


@pytest.mark.slow
def test_questions_on_a_terminal(elsewhere: Path) -> None:
    """On a terminal a few things are asked; a wrong answer is asked again, an empty one is fine."""
    answers = ["News", "city", "https://www.city.example/press", "", "", "Europe/Berlin"]
    said, code = _on_a_terminal(["--language", "de"], answers)
    assert code == 0, said
    assert "can't be published" in said
    publication = _loaded((elsewhere / "clippings.yaml").read_text(encoding="utf-8"))
    assert publication.title == "News"
    assert publication.home == "https://www.city.example/press"
    assert publication.url == "https://feeds.city.example/"
    assert publication.tag.startswith("city.example,2")
    assert (publication.timezone.key, publication.language) == ("Europe/Berlin", "de")


def _on_a_terminal(arguments: list[str], answers: list[str]) -> tuple[str, int]:
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "feedpress", "init", *arguments]
    process = subprocess.Popen(command, stdin=theirs, stdout=theirs, stderr=theirs)
    os.close(theirs)
    os.write(ours, "".join(f"{answer}\n" for answer in answers).encode())
    said = b""
    try:
        while chunk := os.read(ours, 1024):
            said += chunk
    except OSError:  # so Linux says that nobody writes there any more
        pass
    os.close(ours)
    return said.decode(), process.wait(60)


def test_zone_of_the_machine(tmp_path: Path) -> None:
    """The machine's zone is the one that its link leads to; UTC where that tells nothing."""
    zones = tmp_path / "zoneinfo" / "Europe"
    zones.mkdir(parents=True)
    (zones / "Madrid").touch()
    (tmp_path / "localtime").symlink_to(zones / "Madrid")
    assert zone_of(tmp_path / "localtime") == "Europe/Madrid"
    assert zone_of(tmp_path / "nothing") == "UTC"
