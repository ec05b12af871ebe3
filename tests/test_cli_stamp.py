"""The command `stamp`: what it prints, how it ends, and that nothing can break a file."""

import json
import re
import subprocess
import sys
from collections.abc import Callable
from contextlib import chdir
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from feedpress import identity
from feedpress.cli.main import main
from feedpress.reading import publication_file
from feedpress.serving import files

_ROOT = Path(__file__).parent.parent
_HEAD = """\
publication: {title: In the media, url: 'https://feeds.example.org/', tag: 'example.org,2016'}
clippings:
"""
_ONE = "- title: One\n  published: 2016-09-14\n"
_TWO = "- title: Two\n  added: 2016-09-15\n"
_DONE = "- title: Done\n  id: done\n  added: 2016-09-15\n"
_DRAFT = "- title: Draft\n  added: 2016-09-15\n  draft: true\n"
_BROKEN = "- title: Broken\n"
_ID_OF_ONE = identity.derived_id("One", None, None)
_ID_OF_TWO = identity.derived_id("Two", None, None)


def _run(*arguments: str | Path, **kwargs: Any) -> Result:
    return CliRunner().invoke(main, ["stamp", *map(str, arguments)], **kwargs)


def test_stamping(write: Callable[[str], Path]) -> None:
    """Each clipping is told with its place and the keys that it now has."""
    path = write(_HEAD + _ONE + _DONE + _DRAFT + _TWO)
    earliest = datetime.now(UTC).replace(microsecond=0)
    result = _run(path)
    one, two, summary = result.output.splitlines()
    found = re.fullmatch(
        rf"{re.escape(str(path))}:3: 'One' now has id: {_ID_OF_ONE}, added: (\S+)", one
    )
    assert found
    assert earliest <= datetime.fromisoformat(found[1]) <= datetime.now(UTC) + timedelta(seconds=1)
    assert two == f"{path}:13: 'Two' now has id: {_ID_OF_TWO}"
    assert summary == f"{path}: 2 clippings stamped."
    assert result.exit_code == 0
    stamped = _ONE.replace("One\n", f"One\n  id: {_ID_OF_ONE}\n  added: {found[1]}\n")
    stamped += _DONE + _DRAFT + _TWO.replace("Two\n", f"Two\n  id: {_ID_OF_TWO}\n")
    assert path.read_text(encoding="utf-8") == _HEAD + stamped

    again = _run(path)
    assert (again.output, again.exit_code) == (f"{path}: 0 clippings stamped.\n", 0)
    assert path.read_text(encoding="utf-8") == _HEAD + stamped


def test_history(write: Callable[[str], Path]) -> None:
    """With --history ids alone are written."""
    path = write(_HEAD + _ONE)
    result = _run("--history", path)
    assert result.output == (
        f"{path}:3: 'One' now has id: {_ID_OF_ONE}\n{path}: 1 clipping stamped.\n"
    )
    stamped = _ONE.replace("One\n", f"One\n  id: {_ID_OF_ONE}\n")
    assert path.read_text(encoding="utf-8") == _HEAD + stamped


@pytest.mark.parametrize("arguments", [[], ["--history"]])
def test_looking_only(write: Callable[[str], Path], arguments: list[str]) -> None:
    """With --check it is told what is missing, with exit code 1, and nothing is written."""
    path = write(_HEAD + _TWO + _DRAFT)
    before = path.read_bytes(), path.stat()
    result = _run("--check", *arguments, path)
    assert result.output == (
        f"{path}:3: 'Two' lacks id: {_ID_OF_TWO}\n"
        f"{path}: 1 clipping to stamp; run feedpress stamp.\n"
    )
    assert result.exit_code == 1
    assert (path.read_bytes(), path.stat()) == before
    assert list(path.parent.iterdir()) == [path]


@pytest.mark.parametrize("clippings", [_DONE, _DONE + _DRAFT, _DRAFT, ""])
def test_nothing_is_missing(write: Callable[[str], Path], clippings: str) -> None:
    """With --check the exit code is 0 where no clipping lacks anything."""
    path = write(_HEAD + clippings)
    result = _run("--check", path)
    assert (result.output, result.exit_code) == (f"{path}: 0 clippings to stamp.\n", 0)


def test_real_list_is_stamped() -> None:
    """In the repository's own list every clipping has what it needs."""
    assert _run("--check", _ROOT / "clippings.yaml").exit_code == 0


@pytest.mark.parametrize(
    ("text", "code"),
    [("clippings: [", "bracket"), ("", "empty-file"), (_ONE, "not-a-mapping")],
)
@pytest.mark.parametrize("arguments", [[], ["--check"]])
def test_file_that_is_no_list(
    write: Callable[[str], Path], text: str, code: str, arguments: list[str]
) -> None:
    """A file that can't be read is told with its problems, and stays as it was."""
    path = write(text)
    result = _run(path, *arguments)
    problem, summary = result.output.splitlines()
    assert re.match(rf"{re.escape(str(path))}:\d+:\d+: error: .*; .* \[{code}\]$", problem)
    assert summary == f"{path}: nothing was written."
    assert result.exit_code == 1
    assert path.read_text(encoding="utf-8") == text


def test_file_that_is_not_there(tmp_path: Path) -> None:
    """Without a file, it is told which one was looked for, and none is made."""
    with chdir(tmp_path):
        result = _run()
    assert result.output.startswith("clippings.yaml:1:1: error: the file can't be opened: No such ")
    assert result.output.endswith("\nclippings.yaml: nothing was written.\n")
    assert result.exit_code == 1
    assert list(tmp_path.iterdir()) == []


def test_which_file_is_stamped(tmp_path: Path) -> None:
    """The file is the argument, else the one in FEEDPRESS_FILE, else clippings.yaml."""
    for name in ("clippings.yaml", "named.yaml", "argued.yaml"):
        (tmp_path / name).write_text(_HEAD + _TWO, encoding="utf-8")
    environ = {"FEEDPRESS_FILE": "named.yaml"}
    with chdir(tmp_path):
        for arguments, env, name in (
            (["argued.yaml"], environ, "argued.yaml"),
            ([], environ, "named.yaml"),
            ([], {}, "clippings.yaml"),
        ):
            assert _run(*arguments, env=env).output.endswith(f"{name}: 1 clipping stamped.\n")
            assert "id:" in (tmp_path / name).read_text(encoding="utf-8")
            left = [each for each in tmp_path.iterdir() if "id:" not in each.read_text("utf-8")]
            assert len(left) == ["argued.yaml", "named.yaml", "clippings.yaml"][::-1].index(name)


@pytest.mark.parametrize("arguments", [[], ["--check"], ["--keep-both"], ["--history"]])
def test_file_with_an_error(write: Callable[[str], Path], arguments: list[str]) -> None:
    """While the file has an error, it is reported, and no clipping is stamped."""
    path = write(_HEAD + _BROKEN + _TWO)
    result = _run(path, *arguments)
    problem, summary = result.output.splitlines()
    assert re.match(rf"{re.escape(str(path))}:3:3: error: .* \[missing-date\]$", problem)
    assert summary == f"{path}: nothing was written."
    assert result.exit_code == 1
    assert path.read_text(encoding="utf-8") == _HEAD + _BROKEN + _TWO


def test_duplicates(write: Callable[[str], Path]) -> None:
    """A duplicate is refused, and --keep-both gives it an id of its own."""
    path = write(_HEAD + _TWO + _TWO)
    refused = _run(path)
    assert "[duplicate]" in refused.output
    assert "feedpress stamp --keep-both" in refused.output
    assert refused.exit_code == 1
    looked = _run(path, "--keep-both", "--check")
    assert f"lacks id: {_ID_OF_TWO}-2" in looked.output
    assert path.read_text(encoding="utf-8") == _HEAD + _TWO + _TWO
    result = _run(path, "--keep-both")
    assert [line.rpartition(" id: ")[2] for line in result.output.splitlines()[:2]] == [
        _ID_OF_TWO,
        f"{_ID_OF_TWO}-2",
    ]
    assert result.exit_code == 0
    assert publication_file.load(files.Files(path).read())[1] == ()
    assert _run(path).output == f"{path}: 0 clippings stamped.\n"


def test_folder_of_files(tmp_path: Path) -> None:
    """Each file of a folder gets its own keys; what lacks nothing is not written anew."""
    texts = {"a.yaml": _HEAD + _TWO, "b.yml": f"clippings:\n{_DONE}", "c.yaml": "clippings:\n- "}
    texts["c.yaml"] += "{title: One, added: 2016}\n"
    for name, text in texts.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    untouched = (tmp_path / "b.yml").stat()
    result = _run(tmp_path)
    assert result.output == (
        f"{tmp_path / 'a.yaml'}:3: 'Two' now has id: {_ID_OF_TWO}\n"
        f"{tmp_path / 'c.yaml'}:2: 'One' now has id: {_ID_OF_ONE}\n"
        f"{tmp_path}: 2 clippings stamped.\n"
    )
    assert (tmp_path / "b.yml").stat() == untouched
    assert f"{{title: One, id: {_ID_OF_ONE}, added: 2016}}" in (tmp_path / "c.yaml").read_text()
    assert sorted(each.name for each in tmp_path.iterdir()) == sorted(texts)


def test_title_can_do_no_harm(write: Callable[[str], Path]) -> None:
    """A title is printed without what a terminal would act upon, and not too long."""
    path = write(
        _HEAD + f'- title: "\\e[2J\\u202E{"x" * 100}"\n  added: 2016\n'.replace("\\e", "\\u200f")
    )
    line = _run("--check", path).output.splitlines()[0]
    assert line.isprintable()
    assert "x...' lacks" in line


def test_place_that_cant_be_written(write: Callable[[str], Path]) -> None:
    """Where keys can't be put in without harm, the file stays, and it is told what to write."""
    path = write(_HEAD + "- title: Two\n  added: 2016\n  ? id\n" + _ONE)
    before = path.read_bytes()
    result = _run("--history", path)
    assert result.output.splitlines()[1:] == [
        f"{path}:3: id: {_ID_OF_TWO}",
        f"{path}:6: id: {_ID_OF_ONE}",
    ]
    assert result.output.startswith("Error: ")
    assert result.exit_code == 1
    assert path.read_bytes() == before


def test_file_that_cant_be_replaced(tmp_path: Path) -> None:
    """Where no file can be written, it is told which one was left as it was."""
    path = tmp_path / ("x" * 250 + ".yaml")
    path.write_text(_HEAD + _TWO, encoding="utf-8")
    result = _run(path)
    assert result.output.startswith(f"Error: {path} was left as it was: File name too long; ")
    assert result.exit_code == 1
    assert path.read_text(encoding="utf-8") == _HEAD + _TWO


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--loud"], "No such option"),
        (["a.yaml", "b.yaml"], "unexpected extra argument"),
        (["--check", "--url", "x"], "No such option"),
    ],
)
def test_wrong_use(arguments: list[str], told: str) -> None:
    """Wrong use is told, with a hint at the help, and ends with 2."""
    result = _run(*arguments)
    assert result.exit_code == 2
    assert told in result.output
    assert "--help" in result.output


# Stamps a file in child after child, each of which kills itself, or is killed, a little later
# than the one before; tells for each how it ended and what became of the file.
_KILLER = """
import json, os, signal, sys, threading, time
from pathlib import Path
from feedpress.cli.main import main
from feedpress.serving import files
from feedpress.editing import stamp
from feedpress.reading import publication_file

path, new, way = Path(sys.argv[1]), Path(sys.argv[2]).read_bytes(), sys.argv[3]
old = path.read_bytes()
states = {old: "old", new: "new"}

def run(at):
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    seen = 0
    def die(event, arguments):
        nonlocal seen
        # From the first look at the file on, everything counts that leaves a trace.
        if seen or (event == "open" and str(arguments[0]) == str(path)):
            seen += 1
            if seen == at:
                os.kill(os.getpid(), signal.SIGKILL)
    if way == "events":
        sys.addaudithook(die)
    try:
        main(["stamp", "--history", str(path)], standalone_mode=False)
    except BaseException:
        os._exit(1)
    os._exit(0)

outcomes = []
at = 0
while not outcomes or (outcomes[-1][0] != 0 if way == "events" else at < 25):
    at += 1
    path.write_bytes(old)
    if not (child := os.fork()):
        run(at)
    if way == "delays":
        time.sleep(at * 0.004)
        os.kill(child, signal.SIGKILL)
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    outcomes.append((code, states.get(path.read_bytes(), "broken")))
    assert [name for name, _ in files.Files(path.parent).read()] == [str(path)]
print(json.dumps(outcomes))
"""


def _outcomes(folder: Path, way: str) -> list[tuple[int, str]]:
    """Return for each child its exit code, and whether the file was then old, new or broken."""
    (folder / "list").mkdir()
    path, after = folder / "list" / "clippings.yaml", folder / "after.yaml"
    clippings = (f"- title: Title {each}\n  added: 2016\n  url:\n" for each in range(300))
    path.write_text(_HEAD + "".join(clippings), encoding="utf-8")
    after.write_bytes(path.read_bytes())
    assert _run("--history", after).exit_code == 0
    for each in (path, after):
        assert publication_file.load(files.Files(each).read())[1] == ()
    command = [sys.executable, "-c", _KILLER, str(path), str(after), way]
    run = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert (run.stderr, run.returncode) == ("", 0)
    return [(code, state) for code, state in json.loads(run.stdout)]


@pytest.mark.slow
def test_killed_at_any_step(tmp_path: Path) -> None:
    """Whatever step it is killed at, the file is whole: what it was, or what it was to be."""
    *killed, last = _outcomes(tmp_path, "events")
    assert last == (0, "new")
    assert len(killed) > 10
    assert {code for code, _ in killed} == {-9}
    states = [state for _, state in killed]
    assert states == sorted(states, reverse=True)  # first old, then new
    assert set(states) <= {"old", "new"}


@pytest.mark.slow
def test_killed_at_any_time(tmp_path: Path) -> None:
    """Killed between two steps, it leaves the file whole as well."""
    outcomes = _outcomes(tmp_path, "delays")
    assert {state for _, state in outcomes} <= {"old", "new"}
    assert {code for code, _ in outcomes} <= {-9, 0}


def test_name_that_would_be_a_command(tmp_path: Path) -> None:
    """A file's name can't end a line of what is printed and begin a command of GitHub."""
    path = tmp_path / "a\n::error::b.yaml"
    path.write_text("publication: [", encoding="utf-8")
    for command in (["stamp", "--check"], ["diff", "--against", str(path)], ["check"]):
        result = CliRunner().invoke(main, [*command, str(path)])
        assert result.exit_code == 1
        assert "\n::" not in f"\n{result.output}"
