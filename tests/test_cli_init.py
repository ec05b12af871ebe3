"""A new file can be filled in by somebody who never saw one, and nothing is ever written over."""

import json
import re
from datetime import UTC, datetime
from pathlib import Path

import jsonschema
import pytest
import yaml
from click.testing import CliRunner, Result

from feedpress.cli.main import main
from feedpress.delivery import files
from feedpress.editors import check, clippings_file


def _run(folder: Path, *arguments: str) -> Result:
    return CliRunner().invoke(main, ["init", str(folder / "clippings.yaml"), *arguments])


def _lines_as_yaml(text: str) -> str:
    """Take the first sign out of every line that the notes say to take it out of."""
    return re.sub(r"^#(?=[- ] )(?! yaml)(?=(?:- |  ))", "", text, flags=re.MULTILINE)


def test_new_file_is_good(tmp_path: Path) -> None:
    """What is written can be published as it stands, with a year that is this one."""
    result = _run(tmp_path)
    assert result.exit_code == 0, result.output
    data = (tmp_path / "clippings.yaml").read_bytes()
    publication, problems = clippings_file.load([("clippings.yaml", data)])
    assert (problems, check.warnings(publication)) == ((), ())
    assert publication.title == "In the media"
    assert publication.tag == f"feeds.example.org,{datetime.now(UTC).year}"
    assert (publication.clippings, publication.projects) == ((), ())
    assert result.output.splitlines() == [
        f"{tmp_path / 'clippings.yaml'} is ready. Open it, fill it in, and see it with",
        f"  feedpress serve --preview {tmp_path / 'clippings.yaml'}",
        "Before you publish, put your own address into url: and your domain into tag:.",
    ]
    assert CliRunner().invoke(main, ["check", str(tmp_path / "clippings.yaml")]).exit_code == 0


def test_examples_are_good(tmp_path: Path) -> None:
    """Who takes the signs out, as the notes say, has a project and a clipping without a mistake."""
    _run(tmp_path)
    text = _lines_as_yaml((tmp_path / "clippings.yaml").read_text(encoding="utf-8"))
    publication, problems = clippings_file.load([("clippings.yaml", text.encode())])
    assert problems == ()
    assert [project.slug for project in publication.projects] == ["my-project"]
    (clipping,) = publication.clippings
    assert clipping.title == "The headline: as it stands there"
    assert clipping.published
    schema = json.loads((tmp_path / "clippings.schema.json").read_text(encoding="utf-8"))
    jsonschema.validate(json.loads(json.dumps(yaml.safe_load(text), default=str)), schema)


def test_options_stand_in_the_file(tmp_path: Path) -> None:
    """What is given is in the file, and nothing is left to be told."""
    result = _run(
        tmp_path, "--title", 'The "Portal": news', "--url", "https://press.example.net/a",
        "--language", "es-MX", "--timezone", "America/Mexico_City", "--tag", "example.net,2020",
    )  # fmt: skip
    data = (tmp_path / "clippings.yaml").read_bytes()
    publication, problems = clippings_file.load([("clippings.yaml", data)])
    assert not problems
    assert publication.title == 'The "Portal": news'
    assert publication.url == "https://press.example.net/a/"
    assert publication.language == "es-MX"
    assert publication.timezone.key == "America/Mexico_City"
    assert publication.tag == "example.net,2020"
    assert "Before you publish" not in result.output


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--url", "press"], "can't be the public address"),
        (["--timezone", "Mexico"], "'Mexico' is not a time zone; write continent and city"),
        (["--language", "Spanish!"], "is not a language"),
        (["--tag", "me"], "can't begin the ids"),
        (["--title", " "], "is no title"),
    ],
)
def test_wrong_use(tmp_path: Path, arguments: list[str], told: str) -> None:
    """What can't be is told with its cure, and nothing is written."""
    result = _run(tmp_path, *arguments)
    assert result.exit_code == 2
    assert told in result.output
    assert not [*tmp_path.iterdir()]


def test_file_that_is_there(tmp_path: Path) -> None:
    """Neither the file nor the schema beside it is ever written over."""
    for name in ("clippings.yaml", "clippings.schema.json"):
        (tmp_path / name).write_text("mine")
    result = _run(tmp_path)
    assert result.exit_code == 1
    assert "is there already, and stays as it is; name another file" in result.output
    (tmp_path / "clippings.yaml").unlink()
    assert _run(tmp_path).exit_code == 0
    assert (tmp_path / "clippings.schema.json").read_text() == "mine"


def test_questions_at_a_terminal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """At a terminal it asks, says what is wrong with an answer, and asks again."""
    monkeypatch.setattr("feedpress.cli.init._is_terminal", lambda: True)
    result = CliRunner().invoke(
        main,
        ["init", str(tmp_path / "clippings.yaml"), "--title", "Given"],
        input="nowhere\nhttps://press.example.net\n\nMexico\nEurope/Madrid\n",
    )
    assert result.exit_code == 0, result.output
    assert "Error: 'nowhere' can't be the public address" in result.output
    assert "Title" not in result.output
    data = (tmp_path / "clippings.yaml").read_bytes()
    publication, _ = clippings_file.load([("clippings.yaml", data)])
    assert publication.url == "https://press.example.net/"
    assert publication.timezone.key == "Europe/Madrid"


def test_folder_that_is_not_there(tmp_path: Path) -> None:
    """Where nothing can be made, that is told."""
    result = _run(tmp_path / "nowhere")
    assert result.exit_code == 1
    assert "can't be made: No such file or directory; name another file" in result.output


def test_somebody_is_faster(tmp_path: Path) -> None:
    """A file that has come meanwhile is not written over, and nothing is left beside it."""
    path = tmp_path / "new.yaml"
    path.write_text("mine")
    with pytest.raises(files.NotWritten, match="File exists"):
        files.create(path, b"yours")
    assert [each.name for each in tmp_path.iterdir()] == ["new.yaml"]
    assert path.read_text() == "mine"


def test_rights_are_those_of_any_new_file(tmp_path: Path) -> None:
    """Others may read it as they may read any file that is made here."""
    files.create(tmp_path / "one", b"a")
    (tmp_path / "other").write_bytes(b"a")
    assert (tmp_path / "one").stat().st_mode == (tmp_path / "other").stat().st_mode
