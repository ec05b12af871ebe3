"""The JSON Schema: what every key says of itself, which names are offered, and what fits it."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml
from click.testing import CliRunner, Result

import support
from feedpress import snapshot
from feedpress.cli.main import main
from feedpress.model import Publication
from feedpress.reading import json_schema, publication_file

_ROOT = Path(__file__).parent.parent
_KEPT = _ROOT / "clippings.schema.json"
_PROJECTS = {
    "portal": {"title": "LA Business Portal", "also": ["Business Portal"]},
    "data": {"title": "Data: The Science"},
}
_CLIPPINGS: list[dict[str, Any]] = [
    {"id": "shown", "title": "A", "added": "2016", "source": "The Courier"},
    {"id": "also-shown", "title": "B", "added": "2016", "source": "GovTech"},
    {"id": "later", "title": "C", "added": "2030", "source": "The Held Back"},
    {"id": "draft", "title": "D", "added": "2016", "source": "The Draft", "draft": True},
    {"id": "gone", "title": "E", "added": "2016", "source": "The Gone", "withdrawn": "2020"},
]
_SOURCES = {"Government Technology": {"also": ["GovTech"]}, "The Described": {}}


def _objects(part: Any, path: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield every schema in a schema, with the path of keys that leads to it."""
    yield path, part
    for key, each in part.get("properties", {}).items():
        yield from _objects(each, f"{path}.{key}")
    for key, mark in (("items", "[]"), ("additionalProperties", ".*")):
        if isinstance(part.get(key), dict):
            yield from _objects(part[key], path + mark)


_SCHEMA = json.loads(json_schema.schema_text())
_ALL = dict(_objects(_SCHEMA))
_KEYS = {path: part for path, part in _ALL.items() if not path.endswith(("[]", ".*")) and path}


def test_every_key_is_there() -> None:
    """The walk goes down into what stands in lists, in projects and in sources."""
    assert {".publication.author.name", ".projects.*.formerly", ".sources.*.also"} < set(_KEYS)
    assert {".clippings[].image.alt", ".clippings[].projects"} < set(_KEYS)


@pytest.mark.parametrize("part", _KEYS.values(), ids=_KEYS)
def test_what_every_key_says(part: dict[str, Any]) -> None:
    """Each key has a title, a sentence, and examples that fit it.

    There are two at least: VS Code puts a single one into the file when the key is completed.
    """
    assert part["title"].strip()
    assert part["description"].endswith(".")
    assert len(part["examples"]) >= 2
    for example in part["examples"]:
        jsonschema.Draft7Validator(part).validate(example)


@pytest.mark.parametrize(
    "part", [part for part in _ALL.values() if "properties" in part], ids=lambda part: part["title"]
)
def test_what_every_part_says(part: dict[str, Any]) -> None:
    """Whatever has keys has a title and a sentence, and a misspelt key does not fit."""
    assert part["title"].strip()
    assert part["description"].endswith(".")
    assert part["additionalProperties"] is False


def test_draft_without_references() -> None:
    """The schema is of draft 07, valid, and needs nothing beyond itself."""
    jsonschema.Draft7Validator.check_schema(_SCHEMA)
    assert _SCHEMA["$schema"] == "http://json-schema.org/draft-07/schema#"
    assert "$ref" not in json_schema.schema_text()
    assert "$defs" not in json_schema.schema_text()


def _offered(text: str) -> tuple[list[str], list[str]]:
    """Return the names of projects and of sources that a schema offers."""
    about = json.loads(text)["properties"]["clippings"]["items"]["properties"]
    projects, sources = (
        part["anyOf"][0]["enum"] if "anyOf" in part else []
        for part in (about["projects"]["items"], about["source"])
    )
    return projects, sources


@pytest.fixture(scope="module")
def publication() -> Publication:
    """Sources that are described, shown, held back, drafts and withdrawn."""
    return support.publication(_CLIPPINGS, _PROJECTS, _SOURCES)


def test_names_that_are_offered(publication: Publication) -> None:
    """Projects and sources are offered as the file calls them, in its order, each once."""
    projects, sources = _offered(json_schema.schema_text(publication))
    assert projects == ["LA Business Portal", "Data: The Science"]
    described, others = ["Government Technology", "The Described"], ["The Courier"]
    assert sources == described + others + ["The Held Back", "The Draft", "The Gone"]
    assert _offered(json_schema.schema_text()) == ([], [])


def test_names_that_are_served(publication: Publication) -> None:
    """What is served names no source of unpublished clippings, described or not."""
    built = snapshot.build(publication, support.NOW, write_schema=json_schema.schema_text)
    text = built.documents["/clippings.schema.json"].body.decode()
    assert _offered(text) == (
        ["LA Business Portal", "Data: The Science"],
        ["Government Technology", "The Courier"],
    )
    for name in ("The Described", "The Held Back", "The Draft", "The Gone"):
        assert name not in text


def test_served_schema_follows_the_file(publication: Publication) -> None:
    """The same file gives the same bytes, whatever was before; a new project is offered."""
    path = "/clippings.schema.json"
    before = snapshot.build(publication, support.NOW, write_schema=json_schema.schema_text)
    more = support.publication(_CLIPPINGS, _PROJECTS | {"new": {"title": "New"}}, _SOURCES)
    after = snapshot.build(more, support.NOW, before, write_schema=json_schema.schema_text)
    assert _offered(after.documents[path].body.decode())[0][-1] == "New"
    again = snapshot.build(publication, support.NOW, after, write_schema=json_schema.schema_text)
    assert again.documents[path] == before.documents[path]
    assert again.documents[path].body == before.documents[path].body


def test_served_schema_is_the_printed_one(real_list: Publication) -> None:
    """Where nothing is held back and every source is in use, both are the same bytes."""
    later = support.NOW.replace(year=2027)
    built = snapshot.build(real_list, later, write_schema=json_schema.schema_text)
    body = built.documents["/clippings.schema.json"].body
    assert body.decode() == json_schema.schema_text(real_list)


def test_names_within_bounds() -> None:
    """What nobody can choose from is left out: names beyond a length, and beyond a number."""
    projects = {f"p{n}": {"title": f"Number {n}"} for n in range(1002)}
    projects["p0"] = {"title": "x" * 201}
    names, _ = _offered(json_schema.schema_text(support.publication((), projects)))
    assert names == [f"Number {n}" for n in range(1, 1001)]


def _as_editors_see_it(text: str) -> Any:
    # Dates stay texts, as they are in YAML 1.2, and so do `no` and `12:30`.
    class Loader(yaml.SafeLoader):
        yaml_implicit_resolvers = {  # noqa: RUF012 - so it is called in PyYAML
            letter: [each for each in resolvers if not each[0].endswith((":timestamp", ":merge"))]
            for letter, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
        }

    return yaml.load(text, Loader)  # noqa: S506 - a SafeLoader that knows less


def _faults(text: str, by: str | None = None) -> list[str]:
    validator = jsonschema.Draft7Validator(json.loads(by or json_schema.schema_text()))
    return [error.message for error in validator.iter_errors(_as_editors_see_it(text))]


@pytest.mark.parametrize("path", ["clippings.yaml", "tests/data/golden/clippings.yaml"])
def test_files_that_fit(path: str) -> None:
    """A file without problems fits the general schema and its own."""
    text = (_ROOT / path).read_text(encoding="utf-8")
    loaded, _ = publication_file.load([(path, text.encode())])
    assert _faults(text) == []
    assert _faults(text, json_schema.schema_text(loaded)) == []


@pytest.mark.parametrize(
    "clipping",
    [
        "{title: 1984, added: 2016}",
        "{title: No, published: 2016-09-14 17:05:00 +01:00, updated: 2016-09}",
        "{title: A, added: 2016, source: Nobody, projects: [A new project, 2016]}",
        "{title: A, added: 2016, url: 'HTTPS://example.com/é?a=[1]', id: 2016}",
        "{title: A, added: 2016, id: 'urn:uuid:1', draft: false, language: zh-Hant-TW}",
        "{title: A, added: 2016, url: , source: , projects: , summary: , image: }",
    ],
)
def test_clippings_that_fit(publication: Publication, clipping: str) -> None:
    """What is read without a problem fits, be it unusual, empty, or a name nobody has offered."""
    projects = "projects: {a: {title: A new project}, b: {title: '2016'}}\n"
    text = f"{support.file_text()}".partition("projects:")[0] + projects
    text += f"clippings:\n- {clipping}\n"
    assert publication_file.load([("a.yaml", text.encode())])[1] == ()
    assert _faults(text) == []
    assert _faults(text, json_schema.schema_text(publication)) == []


@pytest.mark.parametrize(
    "clipping",
    [
        "{title: A, added: 2016, sumary: B}",
        "{added: 2016}",
        "{title: A}",
        "{title: , added: 2016}",
        "{title: [A], added: 2016}",
        "{title: A, added: 9/14/2016}",
        "{title: A, added: 16}",
        "{title: A, added: 2016, url: www.example.com}",
        "{title: A, added: 2016, url: 'javascript:alert(1)'}",
        "{title: A, added: 2016, id: Portal Opens}",
        "{title: A, added: 2016, draft: perhaps}",
        "{title: A, added: 2016, language: Spanish please}",
        "{title: A, added: 2016, projects: A}",
        "{title: A, added: 2016, projects: [[A]]}",
        "{title: A, added: 2016, source: [A]}",
        "{title: A, added: 2016, image: {alt: A}}",
    ],
)
def test_clippings_that_do_not_fit(publication: Publication, clipping: str) -> None:
    """What `check` finds in a clipping by itself does not fit, with names offered or without."""
    text = f"clippings:\n- {clipping}\n"
    assert _faults(text)
    assert _faults(text, json_schema.schema_text(publication))


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("accent", "blue"),
        ("cache_minutes", 0),
        ("feed_size", "many"),
        ("tag", "example.org"),
        ("timezone", "Los Angeles"),
        ("url", "feeds.example.org"),
    ],
)
def test_publications_that_do_not_fit(key: str, value: Any) -> None:
    """A value that the publication can't have does not fit."""
    assert not _faults(support.file_text())
    assert _faults(support.file_text(**{key: value}))


def test_schema_beside_the_list(real_list: Publication) -> None:
    """The list names the file beside it as its schema, and that is what the code makes.

    Names that are newer than it do no harm: an editor need not write it anew for a clipping.
    """
    first, _, _ = (_ROOT / "clippings.yaml").read_text(encoding="utf-8").partition("\n")
    assert first == f"# yaml-language-server: $schema={_KEPT.name}"
    kept = _KEPT.read_text(encoding="utf-8")
    projects, sources = _offered(kept)
    fix = "run: feedpress schema --output clippings.schema.json"
    assert json_schema._text(tuple(projects), tuple(sources)) == kept, fix
    assert set(projects) <= {project.title for project in real_list.projects}, fix


def _run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(main, ["schema", *map(str, arguments)])


def test_printed_for_a_file(write: Callable[[str], Path], publication: Publication) -> None:
    """The command prints the schema with the names of the file, and nothing else."""
    path = write(support.file_text(_CLIPPINGS, _PROJECTS, _SOURCES))
    result = _run(path)
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout == json_schema.schema_text(publication)


def test_printed_for_no_file(tmp_path: Path, write: Callable[[str], Path]) -> None:
    """If nothing of the file can be understood, the general schema is printed, and why."""
    for path in (tmp_path / "none.yaml", write("clippings: [")):
        result = _run(path)
        assert (result.exit_code, result.stdout) == (0, json_schema.schema_text())
        assert result.stderr == f"{path} can't be read, so no names of it are offered\n"


def test_printed_for_a_file_with_an_error(write: Callable[[str], Path]) -> None:
    """While the file has an error, its names are offered all the same."""
    text = support.file_text([*_CLIPPINGS, {"title": "No date"}], _PROJECTS, _SOURCES)
    result = _run(write(text))
    assert (result.exit_code, result.stderr) == (0, "")
    assert _offered(result.stdout)[0] == ["LA Business Portal", "Data: The Science"]


def test_written_into_a_file(tmp_path: Path, write: Callable[[str], Path]) -> None:
    """With --output it is put in the place of a file, whose rights stay; nothing else is left."""
    path = write(support.file_text(_CLIPPINGS, _PROJECTS))
    output = tmp_path / "clippings.schema.json"
    assert _run(path, "--output", output).output == ""
    assert output.read_text(encoding="utf-8") == _run(path).stdout
    assert output.stat().st_mode & 0o777 == 0o644
    output.chmod(0o600)
    output.write_text("old", encoding="utf-8")
    assert _run(path, "--output", output).exit_code == 0
    assert output.read_text(encoding="utf-8") == _run(path).stdout
    assert output.stat().st_mode & 0o777 == 0o600
    assert {each.name for each in tmp_path.iterdir()} == {path.name, output.name}


def test_not_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the file can't be written, that is told, and no half of one is left."""
    result = _run("--output", tmp_path / "no" / "such.json")
    assert result.exit_code == 1
    assert "such.json can't be written: No such file or directory" in result.output
    monkeypatch.setattr("os.replace", lambda *_: (_ for _ in ()).throw(OSError(28, "No space")))
    assert "can't be written: No space" in _run("--output", tmp_path / "full.json").output
    assert list(tmp_path.iterdir()) == []
