"""A change in review: the hooks of pre-commit, GitHub's action and GitLab's job, really run in git.

What they run is taken from the files and the page that people copy from.
"""

import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

import support

pytestmark = pytest.mark.slow

_ROOT = Path(__file__).parent.parent
_BIN = Path(sys.executable).parent
_PAGE = (_ROOT / "docs" / "reviewing.md").read_text(encoding="utf-8")
_HOOKS = yaml.safe_load((_ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))
_ACTION = yaml.safe_load((_ROOT / "action.yml").read_text(encoding="utf-8"))
_STEPS = _ACTION["runs"]["steps"]

_ONE = {"id": "one", "title": "The first one", "added": "2016-09-14"}
_TWO = {"id": "two", "title": "Quite another", "added": "2016-10-14"}
_BEFORE = support.file_text([_ONE])
_GOOD = support.file_text([_TWO, _ONE])
_MISTAKEN = support.file_text([_TWO | {"link": "https://example.org/"}, _ONE])
_UNSTAMPED = support.file_text([{"title": "No id", "added": "2016-10-14"}, _ONE])
_GONE = support.file_text([_TWO])
#: What is changed, and which of the three commands finds fault with it.
_CHANGES = {
    "good": (_GOOD, None),
    "mistaken": (_MISTAKEN, "check"),
    "unstamped": (_UNSTAMPED, "stamp"),
    "gone": (_GONE, "diff"),
}


def _clean(**more: str) -> dict[str, str]:
    """Return an environment in which the command is found, and git has no settings of a person."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    return inherited | {
        "PATH": f"{_BIN}{os.pathsep}{os.environ['PATH']}",
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_AUTHOR_NAME": "A",
        "GIT_AUTHOR_EMAIL": "a@example.org",
        "GIT_COMMITTER_NAME": "A",
        "GIT_COMMITTER_EMAIL": "a@example.org",
        **more,
    }


_Ran = subprocess.CompletedProcess[str]
_Run = Callable[..., _Ran]


@pytest.fixture
def run(tmp_path: Path) -> _Run:
    """Run a command in a repository whose last commit has the list as it was before."""
    folder = tmp_path / "repository"
    folder.mkdir()

    def run_there(*command: str | Path, **environ: str) -> _Ran:
        given = _clean(PRE_COMMIT_HOME=str(tmp_path / "pre-commit"), **environ)
        return subprocess.run(
            command, cwd=folder, env=given, capture_output=True, text=True, check=False
        )

    assert run_there("git", "init", "-q", "-b", "main").returncode == 0
    _commit(run_there, folder, _BEFORE)
    return run_there


def _commit(run: _Run, folder: Path, text: str, name: str = "clippings.yaml") -> _Ran:
    (folder / name).parent.mkdir(exist_ok=True)
    (folder / name).write_text(text, encoding="utf-8")
    run("git", "add", "--all")
    return run("git", "commit", "-q", "-m", "change")


@pytest.fixture
def folder(tmp_path: Path, run: _Run) -> Path:
    """The folder of the repository."""
    return tmp_path / "repository"


# pre-commit


@pytest.fixture
def hooked(run: _Run, folder: Path) -> _Run:
    """The same repository with the three hooks, as pre-commit would run them when installed."""
    # pre-commit would fetch what feedpress stands on; here it is installed already.
    hooks = [hook | {"language": "system"} for hook in _HOOKS]
    config = {"repos": [{"repo": "local", "hooks": hooks}]}
    (folder / ".pre-commit-config.yaml").write_text(yaml.safe_dump(config), encoding="utf-8")
    assert run("pre-commit", "install").returncode == 0
    return run


def test_hooks_are_valid(run: _Run) -> None:
    """pre-commit finds nothing wrong with the list of hooks, and installs them as Python."""
    ran = run("pre-commit", "validate-manifest", _ROOT / ".pre-commit-hooks.yaml")
    assert (ran.returncode, ran.stdout, ran.stderr) == (0, "", "")
    assert {hook["language"] for hook in _HOOKS} == {"python"}


@pytest.mark.parametrize(("text", "fails"), _CHANGES.values(), ids=_CHANGES)
def test_commit(hooked: _Run, folder: Path, text: str, fails: str | None) -> None:
    """A good change is committed; a bad one is refused by the hook that finds the fault."""
    ran = _commit(hooked, folder, text)
    said = ran.stdout + ran.stderr
    assert ran.returncode == bool(fails)
    ids = re.findall(r"hook id: (\S+)(?!.*hook id)", said)
    failed = set(re.findall(r"Failed\n- hook id: feedpress-(\S+)", said))
    assert fails in failed if fails else not failed
    assert "feedpress-diff" in ids  # it tells what it has to say even where all is well
    committed = hooked("git", "show", "HEAD:clippings.yaml").stdout
    assert committed == (_BEFORE if fails else text)


def test_hooks_pass_over_other_files(hooked: _Run, folder: Path) -> None:
    """A commit that leaves the list alone waits for nothing."""
    ran = _commit(hooked, folder, "text", "notes.txt")
    assert ran.returncode == 0
    assert (ran.stdout + ran.stderr).count("Skipped") == len(_HOOKS)


@pytest.mark.parametrize(
    ("name", "is_list"),
    [
        ("clippings.yaml", True),
        ("press/clippings.yml", True),
        ("clippings/2016.yaml", True),
        ("clippings/notes.txt", False),
        ("otherclippings.yaml", False),
        ("clippings.schema.json", False),
    ],
)
def test_files_of_hooks(name: str, is_list: bool) -> None:
    """The hooks run for the list, or a file of the folder that is the list, and for no other."""
    for hook in _HOOKS:
        assert bool(re.search(hook["files"], name)) is is_list


# GitHub


def _github(
    run: _Run, tmp_path: Path, file: str = "clippings.yaml", since: str = "HEAD^"
) -> dict[str, _Ran]:
    """Run the action's steps but the first as GitHub does; give what came of each command."""
    script = tmp_path / "step.sh"
    inputs = {"file": file, "since": since}
    came: dict[str, _Ran] = {}
    for step in _STEPS[1:]:
        script.write_text(step["run"], encoding="utf-8")
        environ = {
            name: inputs[value.removeprefix("${{ inputs.").removesuffix(" }}")]
            for name, value in step["env"].items()
        }
        # https://docs.github.com/actions/reference/workflow-syntax: what `shell: bash` means
        bash = ("bash", "--noprofile", "--norc", "-eo", "pipefail", script)
        came[_command(step["run"])] = run(
            *bash, **environ, RUNNER_TEMP=str(tmp_path), GITHUB_ACTION_PATH=str(_ROOT), CI="true"
        )
    return came


def _command(script: str) -> str:
    found = re.search(r'bin/feedpress" (\w+) ', script)
    assert found
    return found[1]


@pytest.fixture
def installed(tmp_path: Path) -> None:
    """The command where the action's first step puts it."""
    folder = tmp_path / "feedpress" / "bin"
    folder.mkdir(parents=True)
    (folder / "feedpress").symlink_to(_BIN / "feedpress")


@pytest.mark.usefixtures("installed")
@pytest.mark.parametrize(("text", "fails"), _CHANGES.values(), ids=_CHANGES)
def test_action(run: _Run, folder: Path, tmp_path: Path, text: str, fails: str | None) -> None:
    """In a pull request, the step fails that finds a fault, and the others still run."""
    _commit(run, folder, text)
    came = _github(run, tmp_path)
    failed = {name for name, ran in came.items() if ran.returncode}
    assert list(came) == ["check", "stamp", "diff"]
    assert fails in failed if fails else not failed
    if fails == "check":
        assert "::error " in came["check"].stdout
        assert "file=clippings.yaml,line=4" in came["check"].stdout
        assert "can't be published" in came["diff"].stderr
    else:
        assert "::notice " in came["diff"].stdout


@pytest.mark.usefixtures("installed")
def test_action_where_the_list_is_new(run: _Run, folder: Path, tmp_path: Path) -> None:
    """The pull request that brings the list is not red for want of something to compare."""
    _commit(run, folder, _GOOD, "press/list.yaml")
    came = _github(run, tmp_path, "press/list.yaml")
    assert {ran.returncode for ran in came.values()} == {0}
    assert came["diff"].stdout.startswith("::notice::The list was not there before")
    moved = _github(run, tmp_path, "press/list.yaml", "HEAD^:clippings.yaml")["diff"]
    assert moved.returncode == 0
    assert "Quite another" in moved.stdout


@pytest.mark.usefixtures("installed")
def test_action_on_a_folder(run: _Run, folder: Path, tmp_path: Path) -> None:
    """The list may be a folder, written as one likes."""
    _commit(run, folder, _BEFORE, "press/2016.yaml")
    _commit(run, folder, _GOOD, "press/2016.yaml")
    for name in ("press", "press/", "./press"):
        came = _github(run, tmp_path, name)
        assert {ran.returncode for ran in came.values()} == {0}
        assert "Quite another" in came["diff"].stdout


@pytest.mark.usefixtures("installed")
def test_action_without_history(run: _Run, folder: Path, tmp_path: Path) -> None:
    """Where the checkout has no commit before, the comparison says what to do."""
    ran = _github(run, tmp_path)["diff"]
    assert ran.returncode == 1
    assert re.match(r"::error::The revision .* fetch-depth: 2", ran.stdout)


_HOSTILE = ('$(touch pwned)`touch pwned`"; touch pwned; ', "'; touch pwned #", "--help")


@pytest.mark.usefixtures("installed")
@pytest.mark.parametrize("value", _HOSTILE)
def test_inputs_are_no_commands(run: _Run, folder: Path, tmp_path: Path, value: str) -> None:
    """Whatever an input holds, it is the name of a file or a revision and nothing else."""
    _commit(run, folder, _GOOD)
    came = _github(run, tmp_path, file=value, since=value)
    assert not list(tmp_path.rglob("pwned"))
    assert all("Usage:" not in ran.stdout for ran in came.values())
    assert {name: ran.returncode for name, ran in came.items()} == {
        "check": 1,
        "stamp": 1,
        "diff": 1,
    }


def test_scripts_of_the_action_are_fixed() -> None:
    """No expression of GitHub's stands in a script: inputs come as variables of the environment."""
    for step in _STEPS:
        assert "${{" not in step["run"]
        assert step["shell"] == "bash"
        assert set(re.findall(r"\$\{?([A-Z_]+)", step["run"])) <= {
            *step["env"],
            "RUNNER_TEMP",
            "GITHUB_ACTION_PATH",
        }


def test_steps_run_after_one_that_failed() -> None:
    """Each step after the first runs whatever the one before said, if feedpress is installed."""
    first, *others = _STEPS
    condition = f"${{{{ !cancelled() && steps.{first['id']}.outcome == 'success' }}}}"
    assert {step["if"] for step in others} == {condition}


def test_inputs_are_in_the_docs() -> None:
    """The page has each input with its default."""
    for name, about in _ACTION["inputs"].items():
        assert re.search(rf"^\| `{name}` \| .* \| `{re.escape(about['default'])}` \|$", _PAGE, re.M)


# GitLab, and the page


def _snippets() -> list[Any]:
    return [yaml.safe_load(each) for each in re.findall(r"```yaml\n(.*?)```", _PAGE, re.DOTALL)]


@pytest.mark.parametrize(("text", "fails"), _CHANGES.values(), ids=_CHANGES)
def test_gitlab_job(run: _Run, folder: Path, text: str, fails: str | None) -> None:
    """The job's lines end well for a good change, and stop where a command finds fault."""
    (job,) = (each["clippings"] for each in _snippets() if "clippings" in each)
    base = run("git", "rev-parse", "HEAD").stdout.strip()
    _commit(run, folder, text)
    given = {**job["variables"], "CI_MERGE_REQUEST_DIFF_BASE_SHA": base}
    ran = None
    for line in job["script"]:
        ran = run("bash", "-eo", "pipefail", "-c", line, **given)
        if ran.returncode:
            assert fails
            assert line.startswith(f"feedpress {fails} ")
            return
    assert ran
    assert fails is None
    assert "Quite another" in ran.stdout


def test_snippets_name_what_is_there() -> None:
    """The hooks and inputs that the page's examples name are there."""
    snippets = _snippets()
    (config,) = (each for each in snippets if "repos" in each)
    assert [hook["id"] for hook in config["repos"][0]["hooks"]] == [hook["id"] for hook in _HOOKS]
    (workflow,) = (each for each in snippets if "jobs" in each)
    checkout, action = workflow["jobs"]["look"]["steps"]
    assert checkout["with"] == {"fetch-depth": 2, "persist-credentials": False}
    assert set(action["with"]) <= set(_ACTION["inputs"])
    assert workflow["permissions"] == {"contents": "read"}
