"""The command line: what each command prints, and with which exit code it ends."""

import json
import os
import pty
import re
import subprocess
import sys
import termios
from collections.abc import Callable, Iterator
from contextlib import chdir
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

import feedpress
import support
from feedpress.cli.main import main

_ROOT = Path(__file__).parent.parent
_ONE = {"id": "one", "title": "One", "added": "2020"}
_GOOD = support.file_text([_ONE])
_SAME = {"title": "Same", "url": "https://a.example/", "added": "2020"}
_WARNED = support.file_text([_SAME | {"id": "one"}, _SAME | {"id": "two"}])
_BAD = support.file_text([_ONE, {"title": "No date"}])


def _run(*arguments: str | Path, **kwargs: Any) -> Result:
    return CliRunner().invoke(main, [str(each) for each in arguments], **kwargs)


@pytest.fixture
def elsewhere(tmp_path: Path) -> Iterator[Path]:
    """The current directory for the time of the test."""
    with chdir(tmp_path):
        yield tmp_path


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        ([], ["check", "diff", "schema", "serve", "stamp", "--version"]),
        (["check"], ["[FILE]", "--strict", "--format", "text|json|github", "NO_COLOR"]),
        (["diff"], ["[FILE]", "--since", "REV", "--against", "--format", "text|json|github"]),
        (["schema"], ["JSON Schema"]),
        (["serve"], ["[FILE]", "--host", "--port", "--workers", "--url", "8000", "127.0.0.1"]),
        (["stamp"], ["[FILE]", "--check", "--history"]),
    ],
    ids=["feedpress", "check", "diff", "schema", "serve", "stamp"],
)
@pytest.mark.parametrize("flag", ["-h", "--help"])
def test_help(command: list[str], flag: str, expected: list[str]) -> None:
    """The help says what a command is for and names every option, with a few words for each."""
    result = _run(*command, flag)
    assert result.exit_code == 0
    for name in expected:
        assert name in result.output
    assert "..." not in result.output.partition("\n")[2]
    undescribed = re.compile(r"^  (-\S+( [A-Z ]+)?|[a-z]+)(  +\[.*)?$", re.MULTILINE)
    assert not undescribed.findall(result.output)


def test_good_file(write: Callable[[str], Path]) -> None:
    """A file without mistakes gives one line, and exit code 0 even when warnings count."""
    path = write(_GOOD)
    for arguments in ([], ["--strict"]):
        result = _run("check", path, *arguments)
        assert result.output == (
            f"{path}: 1 clipping can be published; 0 errors, 0 warnings. All is well.\n"
        )
        assert result.exit_code == 0


def test_file_with_warnings(write: Callable[[str], Path]) -> None:
    """Warnings alone are fine, unless they are to be counted."""
    path = write(_WARNED)
    result = _run("check", path)
    assert result.exit_code == 0
    warning, line, mark, fix, more, blank, summary = result.output.splitlines()
    assert re.match(rf"{re.escape(str(path))}:4:\d+: warning: .* \[possible-duplicate\]$", warning)
    assert line.startswith("  4 | ...")
    assert re.fullmatch(r"    \| +\^+", mark)
    assert fix == "  fix: take one of them out, unless both are meant"
    assert more == "  help: docs/problems.md#possible-duplicate"
    assert blank == ""
    assert summary == f"{path}: 2 clippings can be published; 0 errors, 1 warning."
    strict = _run("check", "--strict", path)
    assert (strict.output, strict.exit_code) == (result.output, 1)


def test_file_with_an_error(write: Callable[[str], Path]) -> None:
    """An error is reported with its place, and the last line says that nothing is published."""
    path = write(_BAD)
    result = _run("check", path)
    assert result.exit_code == 1
    error, line, _, fix, *_, summary = result.output.splitlines()
    assert re.match(rf"{re.escape(str(path))}:4:\d+: error: .* \[missing-date\]$", error)
    assert "No date" in line
    assert fix.startswith("  fix: add published:")
    assert summary == (
        f"{path}: 1 error, 0 warnings. "
        "Nothing in this version is published until the error is fixed."
    )


def test_errors_stand_before_warnings(write: Callable[[str], Path]) -> None:
    """All problems are reported at once, errors first."""
    clippings = [_SAME | {"id": "one"}, _SAME | {"id": "two"}, {"title": "No date"}]
    result = _run("check", write(support.file_text(clippings)))
    assert re.findall(r": (error|warning): ", result.output) == ["error", "warning"]
    assert ": 1 error, 1 warning. Nothing in this version is published" in result.output


@pytest.mark.parametrize(
    ("text", "code"), [("clippings: [", "bracket"), ("", "empty-file"), ("- a\n", "not-a-mapping")]
)
def test_file_that_is_no_list(write: Callable[[str], Path], text: str, code: str) -> None:
    """A file that can't be read at all is a problem with a place."""
    path = write(text)
    result = _run("check", path)
    assert result.exit_code == 1
    assert f"[{code}]" in result.output
    assert f"\n{path}: 1 error, 0 warnings. Nothing in this version is" in result.output


def test_file_that_is_not_there(elsewhere: Path) -> None:
    """Without a file, it is told which one was looked for."""
    result = _run("check")
    assert result.exit_code == 1
    assert result.output.startswith("clippings.yaml:1:1: error: the file can't be opened: No such ")
    (elsewhere / "clippings.yaml").mkdir()
    assert "the folder has no YAML file in it" in _run("check").output


def test_which_file_is_checked(elsewhere: Path) -> None:
    """The file is the argument, else the one in FEEDPRESS_FILE, else clippings.yaml."""
    for name in ("clippings.yaml", "named.yaml", "argued.yaml"):
        (elsewhere / name).write_text(_GOOD, encoding="utf-8")
    environ = {"FEEDPRESS_FILE": "named.yaml"}
    assert _run("check").output.startswith("clippings.yaml: 1 clipping")
    assert _run("check", env=environ).output.startswith("named.yaml: 1 clipping")
    assert _run("check", "argued.yaml", env=environ).output.startswith("argued.yaml: 1 clipping")


def test_folder_of_files(tmp_path: Path) -> None:
    """The files of a folder are checked as one publication."""
    (tmp_path / "a.yaml").write_text(_GOOD, encoding="utf-8")
    (tmp_path / "b.yaml").write_text("clippings: [{title: Two}]\n", encoding="utf-8")
    result = _run("check", tmp_path)
    assert result.exit_code == 1
    assert result.output.startswith(f"{tmp_path / 'b.yaml'}:1:13: error: ")
    assert f"\n{tmp_path}: 1 error, 0 warnings. Nothing in this version is" in result.output


def test_real_list_is_good() -> None:
    """The repository's own list can be published as it is, and is told so in a few lines."""
    result = _run("check", _ROOT / "clippings.yaml")
    assert result.exit_code == 0
    assert re.search(r": \d+ clippings can be published; 0 errors", result.output)
    assert result.output.count("[no-project]") == 1
    assert re.search(r"^  also: in lines (\d+, )+\d+ and \d+ more$", result.output, re.MULTILINE)


_FORMATS = ["text", "json", "github"]


@pytest.mark.parametrize("form", _FORMATS)
@pytest.mark.parametrize(
    ("text", "codes", "exit_code"),
    [
        (_GOOD, [], 0),
        (_WARNED, ["possible-duplicate"], 0),
        (_BAD, ["missing-date"], 1),
        ("clippings: [", ["bracket"], 1),
        (None, ["unreadable"], 1),
    ],
    ids=["good", "warned", "bad", "unreadable", "not there"],
)
def test_every_format(
    tmp_path: Path, form: str, text: str | None, codes: list[str], exit_code: int
) -> None:
    """Each form tells the same problems and has the same exit code, be the file ever so bad."""
    path = tmp_path / "clippings.yaml"
    if text is not None:
        path.write_text(text, encoding="utf-8")
    result = _run("check", path, "--format", form)
    assert result.exit_code == exit_code
    assert _codes_told(form, result.stdout) == codes
    summary = (result.stdout if form == "text" else result.stderr).splitlines()[-1]
    number = r"\d errors?, \d warnings?\."
    end = "Nothing in this version is published until" if exit_code else ""
    assert re.match(rf"{re.escape(str(path))}: (. clippings? can .*; )?{number} ?{end}", summary)
    assert "Traceback" not in result.output


def _codes_told(form: str, told: str) -> list[str]:
    """Return the codes that a report tells; all of it must be of its form."""
    if form == "json":
        return [each["code"] for each in json.loads(told)]
    if form == "github":
        commands = re.compile(r"::(?:error|warning) file=.*,title=([a-z-]+)::.+")
        return [found[1] for line in told.splitlines() if (found := commands.fullmatch(line))]
    return re.findall(r"^\S+:\d+:\d+: (?:error|warning): .* \[([a-z-]+)\]$", told, re.MULTILINE)


def test_code_hosts_get_paths_of_the_project(elsewhere: Path) -> None:
    """A file in the current folder is named from there, however it was typed."""
    (elsewhere / "lists").mkdir()
    path = elsewhere / "lists" / "clippings.yaml"
    path.write_text(_BAD, encoding="utf-8")
    typed = _run("check", "lists/clippings.yaml", "--format", "github")
    assert _run("check", path, "--format", "github").stdout == typed.stdout
    assert str(elsewhere) not in typed.stdout
    assert "lists/clippings.yaml" in typed.stdout


_ESCAPE = re.compile(r"\x1b\[[0-9;]*m")


def _environment(**more: str) -> dict[str, str]:
    ours = {"NO_COLOR", "FORCE_COLOR", "TERM", "COLUMNS", "LINES"}
    return {key: value for key, value in os.environ.items() if key not in ours} | more


def _on_a_terminal(path: Path, width: int, **environ: str) -> str:
    """Run the command on a pseudo-terminal and give what arrives there."""
    terminal, end = pty.openpty()
    termios.tcsetwinsize(end, (24, width))
    command = [sys.executable, "-m", "feedpress", "check", str(path)]
    with subprocess.Popen(command, stdout=end, stderr=end, env=_environment(**environ)) as process:
        os.close(end)
        told = b"".join(iter(lambda: _received(terminal), b""))
        process.wait(60)
    os.close(terminal)
    return told.decode().replace("\r\n", "\n")


def _received(terminal: int) -> bytes:
    try:
        return os.read(terminal, 4096)
    except OSError:  # so Linux says that the other end is closed
        return b""


def _through_a_pipe(path: Path, **environ: str) -> str:
    command = [sys.executable, "-m", "feedpress", "check", str(path)]
    ran = subprocess.run(
        command, capture_output=True, env=_environment(**environ), timeout=60, check=False
    )
    assert ran.stderr == b""
    return ran.stdout.decode()


@pytest.mark.slow
def test_terminal_gets_colour(write: Callable[[str], Path]) -> None:
    """On a terminal the report has colour and fits its width; without it, it is the same text."""
    path = write(_BAD)
    told = _on_a_terminal(path, 60, TERM="xterm")
    assert "\x1b[31m\x1b[1merror:\x1b[0m" in told
    plain = _ESCAPE.sub("", told)
    assert plain.isascii()
    assert plain.replace("\n", "").isprintable()
    line = next(line for line in plain.splitlines() if line.startswith("  4 | "))
    assert len(line) == 60
    for environ in ({"NO_COLOR": "1"}, {"TERM": "dumb"}, {"NO_COLOR": "1", "FORCE_COLOR": "1"}):
        assert _on_a_terminal(path, 60, **{"TERM": "xterm"} | environ) == plain


@pytest.mark.slow
def test_all_is_well_in_green(write: Callable[[str], Path]) -> None:
    """On a terminal, that all is well is green."""
    told = _on_a_terminal(write(_GOOD), 80, TERM="xterm")
    assert re.fullmatch(r"\x1b\[32m.* All is well\.\x1b\[0m\n", told)


@pytest.mark.slow
def test_pipe_gets_plain_text(write: Callable[[str], Path]) -> None:
    """In a pipe there is no colour, unless somebody asks for it."""
    path = write(_BAD)
    plain = _through_a_pipe(path, TERM="xterm")
    assert "\x1b" not in plain
    assert "error: " in plain
    coloured = _through_a_pipe(path, FORCE_COLOR="1")
    assert "\x1b[31m" in coloured
    assert _ESCAPE.sub("", coloured) == plain


@pytest.mark.slow
def test_terminal_without_the_letters(write: Callable[[str], Path]) -> None:
    """Letters that the terminal's encoding has not become question marks, and nothing breaks."""
    about = "publication: {title: T, url: 'https://a.example/', tag: 'a.example,2016'}\n"
    path = write(f"{about}clippings:\n- titel: 京都é\n  added: 2016\n")
    told = _through_a_pipe(path, PYTHONIOENCODING="ascii")
    assert "  3 | - titel: ???\n    |   ^^^^^\n" in told
    for form in ("json", "github"):
        assert _run("check", path, "--format", form).stdout.isascii()


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["frobnicate"], "No such command"),
        (["check", "--loud"], "No such option"),
        (["check", "a.yaml", "b.yaml"], "unexpected extra argument"),
        (["serve", "--port", "http"], "'http' is not a valid integer"),
        (["serve", "--port", "0"], "0 is not in the range"),
        (["serve", "--port", "65536"], "65536 is not in the range"),
        (["serve", "--workers", "0"], "0 is not in the range"),
        (["serve", "--url", "feeds.example.org"], "a web address starts with https://"),
        (["serve", "--url", "https://example.org/?a"], "ends before any ? or #"),
    ],
)
def test_wrong_use(arguments: list[str], told: str) -> None:
    """Wrong use is told, with a hint at the help, and ends with 2."""
    result = _run(*arguments)
    assert result.exit_code == 2
    assert told in " ".join(result.output.split())
    assert "--help" in result.output
    assert "Traceback" not in result.output


def test_wrong_address_in_the_environment() -> None:
    """A variable that can't be used is wrong use, too."""
    result = _run("serve", env={"FEEDPRESS_URL": "nowhere"})
    assert result.exit_code == 2
    assert "the public address 'nowhere' can't be used" in result.output


def _python(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *arguments], capture_output=True, text=True, timeout=60, check=False
    )


@pytest.mark.slow
def test_version() -> None:
    """`python -m feedpress` is the command, and tells its version."""
    result = _python("-m", "feedpress", "--version")
    assert result.stdout == f"feedpress, version {feedpress.__version__}\n"
    assert (result.stderr, result.returncode) == ("", 0)
    assert "Usage: python -m feedpress" in _python("-m", "feedpress", "--help").stdout


@pytest.mark.slow
def test_check_loads_no_more_than_it_needs() -> None:
    """Looking for mistakes does not wait for the server, the feeds or the pages to be loaded."""
    result = _python("-X", "importtime", "-m", "feedpress", "check", str(_ROOT / "clippings.yaml"))
    assert result.returncode == 0
    loaded = set(re.findall(r"^import time:.*\| +([\w.]+)$", result.stderr, re.MULTILINE))
    packages = {name.partition(".")[0] for name in loaded}
    assert {"feedpress", "yaml", "pydantic"} <= packages
    assert not packages & {"flask", "granian", "feedgen", "jinja2", "watchfiles", "lxml"}
    assert {name for name in loaded if name.startswith("feedpress.")} >= {"feedpress.cli.main"}
    assert "feedpress.snapshot" not in loaded
    assert not {name for name in loaded if name.startswith("feedpress.feeds")}
