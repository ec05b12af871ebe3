"""Files as they were in a revision: with real repositories of git, which are only read."""

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from feedpress.review import revisions
from feedpress.review.revisions import RevisionError
from feedpress.serving.files import Files

pytestmark = pytest.mark.slow

_IDENTITY = {
    "GIT_AUTHOR_NAME": "A",
    "GIT_AUTHOR_EMAIL": "a@example.org",
    "GIT_COMMITTER_NAME": "A",
    "GIT_COMMITTER_EMAIL": "a@example.org",
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_OPTIONAL_LOCKS": "0",  # asking for the status would write the index anew
}


class Repository:
    """A repository in a folder of the test's own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir()
        self.git("init", "-q", "-b", "main")

    def git(self, *arguments: str, date: str = "2020-01-01T00:00:00Z") -> str:
        """Run git in the repository; give what it says."""
        ran = subprocess.run(
            ["git", *arguments],  # noqa: S607 - as the project does
            cwd=self.folder,
            env=os.environ | _IDENTITY | {"GIT_COMMITTER_DATE": date},
            capture_output=True,
            check=True,
        )
        return ran.stdout.decode()

    def write(self, name: str, text: str) -> Path:
        """Write a file of the work tree; give its path."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path

    def commit(self, message: str = "more", day: int = 1) -> None:
        """Commit all that is in the work tree, on a day of January 2020."""
        self.git("add", "--all")
        self.git("commit", "-q", "-m", message, date=f"2020-01-0{day}T12:00:00Z")

    def state(self) -> tuple[str, str, dict[str, tuple[int, int]]]:
        """Return what a reader must leave alone: work tree, HEAD, and each file's time and size."""
        files = {
            str(path): (path.stat().st_mtime_ns, path.stat().st_size)
            for path in self.folder.rglob("*")
            if path.is_file()
        }
        head = (self.folder / ".git/HEAD").read_text(encoding="utf-8")
        return self.git("status", "--porcelain"), head, files


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    """An empty repository."""
    return Repository(tmp_path / "repository")


@pytest.fixture
def with_history(repository: Repository) -> Path:
    """A file with three commits, of which the first has the tag v1, and an edit on top."""
    for number in (1, 2, 3):
        repository.write("clippings.yaml", f"{number}\n")
        repository.commit(f"fix: number {number}", day=number)
        if number == 1:
            repository.git("tag", "v1")
            repository.git("tag", "-a", "-m", "annotated", "v1-annotated")
            repository.git("branch", "old/branch")
    return repository.write("clippings.yaml", "4\n")


@pytest.mark.parametrize(
    ("revision", "content"),
    [
        ("HEAD", b"3\n"),
        ("main", b"3\n"),
        ("@", b"3\n"),
        ("HEAD~1", b"2\n"),
        ("HEAD^^", b"1\n"),
        ("v1", b"1\n"),
        ("v1-annotated", b"1\n"),
        ("refs/tags/v1", b"1\n"),
        ("old/branch", b"1\n"),
        ("HEAD@{1}", b"2\n"),
    ],
)
def test_file_at_a_revision(with_history: Path, revision: str, content: bytes) -> None:
    """A file is had as it was, whatever names the revision; its name tells which it was."""
    assert revisions.read_revision(with_history, revision) == [
        (f"{revision}:clippings.yaml", content)
    ]


# A date, and a search for a commit's message.
@pytest.mark.parametrize(
    ("revision", "content"),
    [
        ("HEAD@{2020-01-02 18:00:00 +0000}", b"2\n"),
        (":/number 2", b"2\n"),
        ("HEAD^{/fix: number 2}", b"2\n"),
    ],
)
def test_revision_with_a_colon(with_history: Path, revision: str, content: bytes) -> None:
    """A revision with a colon in it that is no path is a revision like any other."""
    assert [read for _, read in revisions.read_revision(with_history, revision)] == [content]


def test_revision_with_a_colon_beside_other_files(repository: Repository) -> None:
    """Of other files in the repository none is read, whatever names the revision."""
    path = repository.write("press/clippings.yaml", "1\n")
    repository.write("other.yaml", "2\n")
    repository.write("press/other.yaml", "2\n")
    repository.commit("fix: all")
    for revision in ("HEAD^{/fix: all}", ":/fix: all", "HEAD^{/fix: all}^{tree}", "HEAD^{tree}"):
        name = f"{revision}:press/clippings.yaml"
        assert revisions.read_revision(path, revision) == [(name, b"1\n")]


def test_whole_repository_by_a_colon(repository: Repository) -> None:
    """A revision with a colon and nothing behind it is the repository's own folder."""
    path = repository.write("press/clippings.yaml", "1\n")
    repository.write("other.yaml", "2\n")
    repository.commit()
    assert revisions.read_revision(path, "HEAD:") == [("HEAD:other.yaml", b"2\n")]
    assert revisions.read_revision(path, "HEAD:press") == [("HEAD:press/clippings.yaml", b"1\n")]


def test_commit_by_its_name(with_history: Path, repository: Repository) -> None:
    """A revision may be a commit's own name, short or long."""
    for commit in repository.git("log", "--format=%H %h", "-1", "HEAD~1").split():
        assert revisions.read_revision(with_history, commit)[0][1] == b"2\n"


@pytest.mark.parametrize(
    "name",
    [
        "clippings.yaml",
        "press/clippings.yaml",
        "a b/ç d.yaml",
        "京都/é.yml",
        "-x.yaml",
        "a'b$.yaml",
    ],
)
def test_names_of_files(repository: Repository, name: str) -> None:
    """Sub-folders, spaces, and letters of any language are as good as others."""
    path = repository.write(name, "1\n")
    repository.commit()
    path.write_text("2\n", encoding="utf-8")
    assert revisions.read_revision(path, "HEAD") == [(f"HEAD:{name}", b"1\n")]


def test_relative_path(repository: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
    """A path is taken from the current folder, which need not be the repository's own."""
    path = repository.write("press/clippings.yaml", "1\n")
    repository.commit()
    monkeypatch.chdir(path.parent)
    assert revisions.read_revision(Path("clippings.yaml"), "HEAD")[0][1] == b"1\n"
    monkeypatch.chdir("/")
    assert revisions.read_revision(path.relative_to("/"), "HEAD")[0][1] == b"1\n"


def test_link_to_a_file(repository: Repository, tmp_path: Path) -> None:
    """Behind a link from outside, it is the file in the repository."""
    path = repository.write("press/clippings.yaml", "1\n")
    repository.commit()
    link = tmp_path / "linked.yaml"
    link.symlink_to(path)
    assert revisions.read_revision(link, "HEAD") == [("HEAD:press/clippings.yaml", b"1\n")]


def test_any_bytes(repository: Repository) -> None:
    """The bytes are those that were committed, without any change of encoding or line ends."""
    path = repository.write("clippings.yaml", "")
    data = b"\xef\xbb\xbf\xff\x00a\r\nb\rc\n\n"
    path.write_bytes(data)
    repository.commit()
    path.unlink()
    assert revisions.read_revision(path, "HEAD")[0][1] == data


@pytest.mark.parametrize("under", ["press", "a b/ä", "."])
def test_folder(repository: Repository, under: str) -> None:
    """A folder gives its YAML files by name, as the folder on the disk does."""
    for number, name in enumerate(["b.yaml", "a.yml", "ä ö.yaml", "B.yaml", "c-d.yaml", "c.yaml"]):
        repository.write(f"{under}/{name}", f"{number}\n")
    for name in (".hidden.yaml", "notes.txt", "yaml", "c.yaml.bak", "below/d.yaml"):
        repository.write(f"{under}/{name}", "never\n")
    folder = repository.folder / under
    (folder / "link.yaml").symlink_to("a.yml")
    repository.commit()
    (folder / "link.yaml").unlink()
    on_disk = Files(folder).read()
    repository.write(f"{under}/a.yml", "edited\n")
    repository.write(f"{under}/untracked.yaml", "untracked\n")
    read = revisions.read_revision(folder, "HEAD")
    assert [Path(name.partition(":")[2]).name for name, _ in read] == [
        "B.yaml",
        "a.yml",
        "b.yaml",
        "c-d.yaml",
        "c.yaml",
        "ä ö.yaml",
    ]
    assert [content for _, content in read] == [content for _, content in on_disk]
    assert all(name.startswith("HEAD:") for name, _ in read)


def test_executable_file_in_a_folder(repository: Repository) -> None:
    """A file's rights play no part."""
    path = repository.write("press/a.yaml", "1\n")
    path.chmod(0o755)
    repository.commit()
    assert revisions.read_revision(path.parent, "HEAD") == [("HEAD:press/a.yaml", b"1\n")]


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("press/a\nb.yaml", r"press/a\nb.yaml"),
        ("press/a\x1b[31mb.yaml", r"press/a\x1b[31mb.yaml"),
        ("pr\ness/a.yaml", r"pr\ness/a.yaml"),
        ("press\n/a.yaml", r"press\n/a.yaml"),
    ],
)
def test_names_are_fit_for_a_terminal(repository: Repository, name: str, shown: str) -> None:
    """A name with a line break or an escape in it is given as `Files.read` gives it."""
    path = repository.write(name, "1\n")
    repository.commit()
    for given in (path, path.parent):
        assert revisions.read_revision(given, "HEAD") == [(f"HEAD:{shown}", b"1\n")]
    given_path = f"HEAD:{name}"
    assert revisions.read_revision(path, given_path) == [(f"HEAD:{shown}", b"1\n")]


@pytest.mark.parametrize("name", [b"\xff.yaml", b"press/\xff.yaml", b"\xff/a.yaml"])
def test_name_that_is_not_utf_8(repository: Repository, name: bytes) -> None:
    """On Linux a name may be any bytes; what is read is the same, and its name can be shown."""
    path = repository.write(os.fsdecode(name), "1\n")
    repository.commit()
    for given in (path, path.parent):
        ((shown, content),) = revisions.read_revision(given, "HEAD")
        assert content == b"1\n"
        assert shown.isprintable()


def test_error_is_fit_for_a_terminal(repository: Repository) -> None:
    """Neither a revision nor a name sends anything to the terminal with an error."""
    path = repository.write("a.yaml", "1\n")
    repository.commit()
    other = repository.write("\x1b[31m.yaml", "1\n")
    for given, revision in ((path, "\x1b[31m"), (other, "HEAD"), (path, "HEAD:\x1b[31m")):
        with pytest.raises(RevisionError, match=r"^git .*\\x1b\[31m") as caught:
            revisions.read_revision(given, revision)
        assert str(caught.value).isprintable()


def test_file_that_has_moved(repository: Repository) -> None:
    """With a path behind the revision, a file or a folder is had from where it was."""
    repository.write("old place/clippings.yaml", "1\n")
    repository.commit()
    repository.git("mv", "old place", "press")
    repository.commit()
    path = repository.folder / "press/clippings.yaml"
    for_file = "HEAD~1:old place/clippings.yaml"
    assert revisions.read_revision(path, for_file) == [(for_file, b"1\n")]
    for for_folder in ("HEAD~1:old place", "HEAD~1:old place/"):
        assert revisions.read_revision(path, for_folder) == [(for_file, b"1\n")]
    assert revisions.read_revision(path, "HEAD:./clippings.yaml")[0][1] == b"1\n"


def test_what_is_staged(with_history: Path, repository: Repository) -> None:
    """A colon and a path without any revision is what is staged."""
    repository.git("add", "clippings.yaml")
    repository.write("clippings.yaml", "5\n")
    assert revisions.read_revision(with_history, ":clippings.yaml")[0][1] == b"4\n"


@pytest.mark.parametrize(
    "revision",
    ["nowhere", "HEAD~9", "HEAD:nowhere.yaml", " ", "HEAD main", "v1..main", "0" * 40, "^HEAD"],
)
def test_unknown_revision(with_history: Path, revision: str) -> None:
    """What git does not know is told with a fix."""
    with pytest.raises(
        RevisionError, match=r"^git knows no revision '.*'; look whether it is right$"
    ):
        revisions.read_revision(with_history, revision)


@pytest.mark.parametrize(
    "revision",
    ["-h", "--help", "--git-dir", "--all", "--output=made", "-C/", "--show-toplevel:x", "--"],
)
def test_revision_is_never_an_option(
    with_history: Path, repository: Repository, revision: str
) -> None:
    """What begins with a hyphen is taken for a revision, which git does not have."""
    before = repository.state()
    with pytest.raises(RevisionError, match=r"^git knows no revision '-"):
        revisions.read_revision(with_history, revision)
    assert repository.state() == before


def test_branch_that_begins_with_a_hyphen(with_history: Path, repository: Repository) -> None:
    """Git does not make such a branch, but it can be there."""
    head = repository.git("rev-parse", "HEAD~1")
    (repository.folder / ".git/refs/heads/-q").write_text(head, encoding="ascii")
    assert revisions.read_revision(with_history, "-q") == [("-q:clippings.yaml", b"2\n")]


def test_path_that_was_not_there(with_history: Path, repository: Repository) -> None:
    """A file that the revision does not have is told, with both names."""
    path = repository.write("new.yaml", "1\n")
    why = r"^git has no 'HEAD:new\.yaml', so all of it would be new; .*REVISION:PATH.*--against$"
    with pytest.raises(RevisionError, match=why):
        revisions.read_revision(path, "HEAD")
    repository.commit()
    with pytest.raises(RevisionError, match=r"^git has no 'v1:new\.yaml', so"):
        revisions.read_revision(path, "v1")


def test_repository_without_a_commit(repository: Repository) -> None:
    """Before the first commit there is no revision."""
    path = repository.write("clippings.yaml", "1\n")
    with pytest.raises(RevisionError, match=r"^git knows no revision 'HEAD'; look"):
        revisions.read_revision(path, "HEAD")


@pytest.mark.parametrize("name", ["clippings.yaml", "nowhere/clippings.yaml", "."])
def test_no_repository(tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Outside of any repository there is another way, which is told."""
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    (tmp_path / "clippings.yaml").touch()
    why = rf"^git can't be asked about {tmp_path}.*: fatal: .*; name .* --against FILE$"
    with pytest.raises(RevisionError, match=why):
        revisions.read_revision(tmp_path / name, "HEAD")


def test_folder_without_yaml_files(repository: Repository) -> None:
    """A folder that had no YAML file in the revision is told."""
    repository.write("press/notes.txt", "1\n")
    repository.commit()
    repository.write("press/a.yaml", "1\n")
    with pytest.raises(RevisionError, match=r"^'HEAD:press' has no YAML file in it; name"):
        revisions.read_revision(repository.folder / "press", "HEAD")


@pytest.mark.parametrize("revision", ["HEAD", "HEAD:clippings.yaml"])
def test_without_git(
    with_history: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, revision: str
) -> None:
    """Where git is not to be found, there is another way, which is told."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PATH", "")
    with pytest.raises(RevisionError, match=r"git can't be run; .* --against"):
        revisions.read_revision(with_history, revision)


@pytest.mark.parametrize(
    "read",
    [
        lambda path: revisions.read_revision(path, "HEAD"),
        lambda path: revisions.read_revision(path, "v1"),
        lambda path: revisions.read_revision(path.parent, "HEAD~1"),
        lambda path: revisions.read_revision(path, "HEAD~1:clippings.yaml"),
    ],
    ids=["file", "tag", "folder", "path"],
)
def test_repository_is_only_read(
    with_history: Path, repository: Repository, read: Callable[[Path], object]
) -> None:
    """Work tree, index and HEAD are the same before and after, and so is every file of .git."""
    repository.write("staged.yaml", "1\n")
    repository.git("add", "staged.yaml")
    repository.write("untracked.yaml", "1\n")
    repository.git("status")  # which may refresh the index by itself
    before = repository.state()
    assert before[0]
    assert read(with_history)
    assert repository.state() == before


def test_hook_of_another_repository(
    with_history: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The repository is the file's, whatever a hook says that it runs in."""
    expected = revisions.read_revision(with_history, "HEAD")
    monkeypatch.setenv("GIT_DIR", str(tmp_path_factory.mktemp("other")))
    assert revisions.read_revision(with_history, "HEAD") == expected


def test_file_that_was_too_large(with_history: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file is read from git no further than from the disk."""
    monkeypatch.setattr(revisions, "MAX_BYTES", 1)
    with pytest.raises(RevisionError, match="larger than 1 bytes"):
        revisions.read_revision(with_history, "HEAD")
