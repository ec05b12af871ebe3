"""The command `diff`: what it compares, in which format, and with which exit code it ends."""

import json
import os
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

import support
from feedpress.cli.main import main
from feedpress.review.changes import MEANING, Kind

pytestmark = pytest.mark.slow

_ONE = {"id": "one", "title": "The first one", "added": "2020"}
_TWO = {"id": "two", "title": "Quite another", "added": "2021"}
_OLD = support.file_text([_ONE])
_NEW = support.file_text([_TWO, _ONE])
_GONE = support.file_text([_TWO])
_UNREADABLE = "clippings: ["
_MISTAKEN = support.file_text([_TWO, _ONE, {"id": "three", "title": "No date"}])


def _diff(*arguments: str | Path, **kwargs: Any) -> Result:
    return CliRunner().invoke(main, ["diff", *map(str, arguments)], **kwargs)


def _write(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


def _git(folder: Path, *arguments: str) -> None:
    identity = ("-c", "user.name=A", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false")
    subprocess.run(
        ["git", *identity, *arguments],  # noqa: S607 - as the project does
        cwd=folder,
        env=os.environ | {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"},
        check=True,
        capture_output=True,
    )


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A file with two commits: one with nothing in its list, one as _OLD has it."""
    path = _write(tmp_path / "clippings.yaml", support.file_text())
    _git(tmp_path, "init", "-q")
    for text in (support.file_text(), _OLD):
        _write(path, text)
        _git(tmp_path, "add", ".")
        _git(tmp_path, "commit", "-q", "-m", "more")
    return path


def test_since_head_is_the_default(file: Path) -> None:
    """Without any option the file is compared with the last commit."""
    _write(file, _NEW)
    result = _diff(file)
    assert result.exit_code == 0
    assert result.stderr == ""
    assert result.stdout.splitlines() == [
        "In the media (/atom.xml)",
        f"  new: {MEANING[Kind.NEW]}",
        f"    {file}:4: 'Quite another'",
        "",
        f"{file}: new: 1; 0 errors.",
    ]
    assert _diff(file, "--since", "HEAD").stdout == result.stdout


def test_since_a_revision(file: Path) -> None:
    """With --since it is compared with that revision, which may name a path."""
    _write(file, _NEW)
    for revision in ("HEAD~1", "HEAD~1:clippings.yaml"):
        result = _diff(file, "--since", revision)
        assert result.stdout.endswith(f"{file}: new: 2; 0 errors.\n")
        assert result.exit_code == 0


def test_against_a_file(tmp_path: Path) -> None:
    """With --against it is compared with another file, without any git."""
    old, new = _write(tmp_path / "old.yaml", _OLD), _write(tmp_path / "new.yaml", _NEW)
    result = _diff(new, "--against", old, env={"PATH": ""})
    assert result.exit_code == 0
    assert result.stdout.endswith(f"{new}: new: 1; 0 errors.\n")


def test_against_a_folder(tmp_path: Path) -> None:
    """A file may be compared with a folder that it was split into."""
    folder = tmp_path / "folder"
    folder.mkdir()
    _write(folder / "a.yaml", support.file_text())
    for each in (_ONE, _TWO):
        _write(folder / f"{each['id']}.yaml", f"clippings: [{support.yaml_value(each)}]")
    new = _write(tmp_path / "new.yaml", _NEW)
    for arguments in ((new, "--against", folder), (folder, "--against", new)):
        result = _diff(*arguments)
        assert result.stdout == f"{arguments[0]}: subscribers will see no change.\n"
        assert result.exit_code == 0


def test_since_and_against(file: Path) -> None:
    """Both at once are a mistake in the command."""
    result = _diff(file, "--since", "HEAD", "--against", file)
    assert result.exit_code == 2
    assert result.stdout == ""
    assert "--since and --against" in result.stderr


def test_against_nothing(file: Path) -> None:
    """A file to compare with that is not there is a mistake in the command."""
    result = _diff(file, "--against", file.parent / "nowhere.yaml")
    assert result.exit_code == 2
    assert "nowhere.yaml" in result.stderr


def test_unknown_format(file: Path) -> None:
    """The formats that there are, are told."""
    result = _diff(file, "--format", "xml")
    assert result.exit_code == 2
    for name in ("text", "json", "github"):
        assert name in result.stderr


@pytest.mark.parametrize("form", ["text", "json", "github"])
@pytest.mark.parametrize(
    ("new", "code"), [(_OLD, 0), (_NEW, 0), (_GONE, 1)], ids=["same", "notices", "errors"]
)
def test_exit_code(file: Path, form: str, new: str, code: int) -> None:
    """It is 1 where there are errors and 0 else, in every format."""
    _write(file, new)
    assert _diff(file, "--format", form).exit_code == code


def test_text_with_an_error(file: Path) -> None:
    """An error is marked as one, with its line in the file that has it."""
    _write(file, _GONE)
    result = _diff(file)
    assert result.stdout.splitlines() == [
        "In the media (/atom.xml)",
        f"  error: gone: {MEANING[Kind.GONE]}",
        "    HEAD:clippings.yaml:4: 'The first one'",
        f"  new: {MEANING[Kind.NEW]}",
        f"    {file}:4: 'Quite another'",
        "",
        f"{file}: gone: 1, new: 1; 1 error.",
    ]
    assert result.exit_code == 1


def test_json(file: Path) -> None:
    """As JSON, nothing else is printed."""
    _write(file, _GONE)
    result = _diff(file, "--format", "json")
    told = [(each["kind"], each["file"], each["is_past"]) for each in json.loads(result.stdout)]
    assert told == [("new", str(file), False), ("gone", "HEAD:clippings.yaml", True)]
    assert result.stderr == ""
    _write(file, _OLD)
    assert json.loads(_diff(file, "--format", "json").stdout) == []


def test_github(file: Path) -> None:
    """For GitHub there is a command on each line, and nothing else."""
    _write(file, _GONE)
    result = _diff(file, "--format", "github")
    first, second = result.stdout.splitlines()
    assert first.startswith(f"::notice file={file},line=4,col=")
    assert second == f"::error title=gone::'The first one': {MEANING[Kind.GONE]} (In the media)"
    assert result.stderr == ""


@pytest.mark.parametrize("form", ["text", "json", "github"])
def test_old_version_that_can_not_be_read(file: Path, form: str) -> None:
    """If nothing of the old version can be understood, its error is reported with its place."""
    for arguments, name in _commit_broken(file, _UNREADABLE):
        result = _diff(file, *arguments, "--format", form)
        assert result.exit_code == 1
        assert result.stdout == ""
        assert "the version to compare with can't be read; name another with" in result.stderr
        assert re.search(rf"^{re.escape(name)}:\d:\d+: error: ", result.stderr, re.MULTILINE)


@pytest.mark.parametrize("form", ["text", "json", "github"])
def test_old_version_with_an_error(file: Path, form: str) -> None:
    """A change that repairs a version with an error is compared with the rest of that version."""
    for arguments, name in _commit_broken(file, _MISTAKEN):
        result = _diff(file, *arguments, "--format", form)
        assert result.exit_code == 0
        assert "the old version has errors; only its other clippings are compared" in result.stderr
        assert re.search(rf"^{re.escape(name)}:\d+:\d+: error: ", result.stderr, re.MULTILINE)
        changes = _diff(file, *arguments, "--format", "json").stdout
        assert json.loads(changes) == []


def _commit_broken(file: Path, text: str) -> list[tuple[tuple[str | Path, ...], str]]:
    """Commit a broken version, and give the arguments that compare a good one with it."""
    _write(file, text)
    _git(file.parent, "commit", "-q", "-a", "-m", "broken")
    broken = _write(file.with_name("broken.yaml"), text)
    _write(file, _NEW)
    return [((), "HEAD:clippings.yaml"), (("--against", broken), str(broken))]


@pytest.mark.parametrize(
    ("revision", "expected"),
    [
        ("nowhere", "git knows no revision 'nowhere'"),
        ("-h", "git knows no revision '-h'"),
        ("HEAD~2", "git knows no revision 'HEAD~2'"),
        ("HEAD:nowhere.yaml", "git knows no revision 'HEAD:nowhere.yaml'"),
    ],
)
def test_revision_that_is_not_there(file: Path, revision: str, expected: str) -> None:
    """A revision that git does not have is told."""
    result = _diff(file, f"--since={revision}")
    assert result.exit_code == 1
    assert result.stdout == ""
    assert result.stderr.startswith(f"Error: {expected}; ")


def test_without_git(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without git it is told that --against needs none."""
    monkeypatch.setenv("PATH", "")
    result = _diff(file)
    assert (result.exit_code, result.stdout) == (1, "")
    assert "--against" in result.stderr


@pytest.mark.parametrize("form", ["text", "json", "github"])
@pytest.mark.parametrize(
    "new", [_UNREADABLE, _MISTAKEN, None], ids=["unreadable", "mistaken", "deleted"]
)
def test_new_version_with_an_error(file: Path, new: str | None, form: str) -> None:
    """If the new version has an error, nothing of it is published, and nothing is compared."""
    if new is None:
        file.unlink()
    else:
        _write(file, new)
    result = _diff(file, "--format", form)
    assert result.exit_code == 1
    assert result.stdout == ""
    assert f"{file} can't be published: subscribers see no change until its errors" in result.stderr
    assert re.search(rf"^{re.escape(str(file))}:\d:\d+: error: ", result.stderr, re.MULTILINE)


def test_warnings_are_not_reported(file: Path) -> None:
    """A version with warnings is compared as what is published of it."""
    new = support.file_text([_TWO | {"note": "x", "image": {"url": "x"}}, _ONE])
    result = _diff(_write(file, new))
    assert result.stdout.endswith(f"{file}: new: 1; 0 errors.\n")
    assert (result.stderr, result.exit_code) == ("", 0)


def test_draft_is_gone_where_it_stands_now(file: Path) -> None:
    """A clipping that is a draft now is gone for its subscribers, at its line of today."""
    _write(file, support.file_text([_ONE | {"draft": True}]))
    result = _diff(file, "--format", "github")
    assert result.stdout.startswith(f"::error file={file},line=4,col=")
    assert "'The first one': it is in the file, but not shown; " in result.stdout
    assert result.exit_code == 1


def test_new_state_is_read_first(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """If neither version can be read, the error is about the one that the editor can fix."""
    broken = _write(file.with_name("broken.yaml"), _UNREADABLE)
    _write(file, _UNREADABLE)
    monkeypatch.setenv("PATH", "")
    for arguments in ((), ("--since", "nowhere"), ("--against", broken)):
        result = _diff(file, *arguments)
        assert result.stderr.startswith(f"Error: {file} can't be published: ")
        assert (result.exit_code, result.stdout) == (1, "")


@pytest.mark.parametrize("form", ["text", "json", "github"])
def test_what_is_held_back_is_not_printed(file: Path, form: str) -> None:
    """Adding, changing, deleting a held-back clipping prints the same as no change."""
    nothing = _diff(file, "--format", form).output
    held = {"id": "held", "title": "Held-back", "added": "2999-01-01"}
    other = file.with_name("other.yaml")
    states = [[_ONE], [held, _ONE], [held | {"title": "Held"}, _ONE], [held | {"id": "h"}, _ONE]]
    for state in states:
        _write(file, support.file_text(state))
        for before in states:
            _write(other, support.file_text(before))
            result = _diff(file, "--against", other, "--format", form)
            assert (result.output, result.exit_code) == (nothing, 0)


def test_folder(file: Path) -> None:
    """A folder is compared with what it was."""
    folder = file.parent
    _write(folder / "more.yaml", f"clippings: [{support.yaml_value(_TWO)}]")
    result = _diff(folder)
    assert result.stdout.endswith(f"{folder}: new: 1; 0 errors.\n")


def test_nothing_is_written(file: Path) -> None:
    """The command leaves every file as it is."""
    _write(file, _NEW)
    before = {path: path.stat().st_mtime_ns for path in file.parent.rglob("*")}
    _diff(file)
    assert before == {path: path.stat().st_mtime_ns for path in file.parent.rglob("*")}
