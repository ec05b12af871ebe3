"""An export is what is served, whole at every moment, and takes nothing that is not its own."""

import errno
import json
import os
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

import support
from feedpress import snapshot
from feedpress.model import Publication
from feedpress.publishing import export
from feedpress.publishing.hosts import every
from feedpress.serving import app
from feedpress.serving.atomic_write import NotWritten
from feedpress.snapshot import Snapshot

_PROJECTS = {
    "portal": {"title": "LA Business Portal", "formerly": ["gate", "door"]},
    "ended": {"title": "Ended", "retired": "2020-03-01"},
}
_ROWS: list[dict[str, object]] = [
    {"id": f"c{n}", "title": f"Number {n}", "added": f"2020-01-{n:02}", "projects": ["portal"]}
    for n in range(1, 9)
]
_GONE = {"id": "taken", "title": "X", "added": "2019", "withdrawn": "2020-02-01"}
_SUFFIXES = {"identity": "", "gzip": ".gz", "br": ".br"}


def _snapshot(*rows: dict[str, object], **about: object) -> Snapshot:
    loaded = support.publication([*rows, _GONE], _PROJECTS, feed_size=3, **about)
    return snapshot.build(loaded, support.NOW)


@pytest.fixture(scope="module")
def whole() -> Snapshot:
    """The documents of a publication that has one of everything."""
    return _snapshot(*_ROWS)


def _write(shown: Snapshot, folder: Path) -> export.Report:
    return export.export_snapshot(shown, folder, every.configurations(shown, support.NOW))


def _files(folder: Path) -> dict[str, bytes]:
    return {
        str(file.relative_to(folder)): file.read_bytes()
        for file in sorted(folder.rglob("*"))
        if file.is_file() and file.name not in ("lock", "writing")
    }


@pytest.mark.parametrize("of_the_real_list", [True, False], ids=["real list", "one of everything"])
def test_export_is_what_is_served(
    tmp_path: Path, whole: Snapshot, real_list: Publication, of_the_real_list: bool
) -> None:
    """Every path's file, and each coding of it beside it, has the bytes that are served."""
    shown = snapshot.build(real_list, support.NOW) if of_the_real_list else whole
    _write(shown, tmp_path)
    client = app.build_app(lambda: shown).test_client()
    for path in shown.documents:
        name = export.file_name(path, is_gone=path in shown.gone)
        for coding, suffix in _SUFFIXES.items():
            response = client.get(path, headers={"Accept-Encoding": coding})
            file = tmp_path / f"{name}{suffix}"
            if response.headers.get("Content-Encoding", "identity") == coding:
                assert file.read_bytes() == response.data
            else:
                assert not file.exists()
        assert (client.get(path).status_code == 410) is (path in shown.gone)


def test_nothing_is_written_again(tmp_path: Path, whole: Snapshot) -> None:
    """A file that is as it should be is not touched; its date is what many hosts go by."""
    first = _write(whole, tmp_path)
    assert first.written == first.files
    before = {file: file.stat().st_mtime_ns for file in tmp_path.rglob("*") if file.is_file()}
    again = _write(whole, tmp_path)
    assert (again.files, again.written, again.removed) == (first.files, 0, 0)
    private = tmp_path / export.PRIVATE
    for file, time in before.items():
        assert file.parent == private or file.stat().st_mtime_ns == time


def test_only_what_changed_is_written(tmp_path: Path, whole: Snapshot) -> None:
    """After an edit the files that it changes are written, and what is no more is taken away."""
    _write(whole, tmp_path)
    before = _files(tmp_path)
    report = _write(_snapshot(*_ROWS[1:]), tmp_path)
    after = _files(tmp_path)
    assert not (tmp_path / "clippings" / "c1").exists()
    assert (tmp_path / "clippings" / "c2" / "index.html").exists()
    gone = before.keys() - after.keys()
    assert report.removed == len(gone)
    changed = {name for name in after if after[name] != before.get(name)}
    assert report.written == len(changed - {f"{export.PRIVATE}/files.json"})


def test_what_is_gone_is_not_given_as_if_it_were_there(tmp_path: Path, whole: Snapshot) -> None:
    """The page of what was withdrawn is where no host gives it with 200 by mistake."""
    _write(whole, tmp_path)
    assert "/clippings/taken/" in whole.gone
    assert not (tmp_path / "clippings" / "taken").exists()
    assert (tmp_path / ".feedpress" / "gone" / "clippings" / "taken" / "index.html").exists()
    assert not (tmp_path / "projects" / "ended" / "atom.xml").exists()


def test_what_others_put_there_stays(tmp_path: Path, whole: Snapshot) -> None:
    """A file that feedpress did not make is neither changed nor taken away."""
    (tmp_path / "humans.txt").write_text("mine")
    (tmp_path / "clippings" / "c1").mkdir(parents=True)
    (tmp_path / "clippings" / "c1" / "notes.txt").write_text("mine")
    _write(whole, tmp_path)
    _write(_snapshot(*_ROWS[1:]), tmp_path)
    assert (tmp_path / "humans.txt").read_text() == "mine"
    assert (tmp_path / "clippings" / "c1" / "notes.txt").read_text() == "mine"
    assert not (tmp_path / "clippings" / "c1" / "index.html").exists()


def test_what_somebody_changed_is_left(tmp_path: Path, whole: Snapshot) -> None:
    """What is to be taken away and is no longer what feedpress made is left, and told of."""
    _write(whole, tmp_path)
    page = tmp_path / "clippings" / "c1" / "index.html"
    page.write_text("mine")
    report = _write(_snapshot(*_ROWS[1:]), tmp_path)
    assert report.left == ["clippings/c1/index.html"]
    assert page.read_text() == "mine"


@pytest.mark.parametrize("name", ["index.html", "projects/portal/atom.xml", "atom.xml.gz"])
def test_nothing_foreign_is_overwritten(tmp_path: Path, whole: Snapshot, name: str) -> None:
    """Where a file stands that feedpress did not make, it says so, and writes nothing at all."""
    file = tmp_path / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text("mine")
    with pytest.raises(NotWritten, match=f"{name} was not made by feedpress build; move it"):
        _write(whole, tmp_path)
    assert [each for each in _files(tmp_path) if not each.endswith("lock")] == [name]
    assert file.read_text() == "mine"


def test_what_is_as_it_should_be_is_taken_for_its_own(tmp_path: Path, whole: Snapshot) -> None:
    """An export whose list was lost goes on where it is."""
    _write(whole, tmp_path)
    before = _files(tmp_path)
    (tmp_path / ".feedpress" / "files.json").unlink()
    report = _write(whole, tmp_path)
    assert (report.written, report.removed) == (0, 0)
    assert _files(tmp_path) == before


@pytest.mark.parametrize("name", ["projects", "clippings/c1", "archive", ".feedpress/gone"])
def test_no_link_is_followed_out_of_the_folder(tmp_path: Path, whole: Snapshot, name: str) -> None:
    """A folder that is a link to elsewhere is refused: nothing is written behind it."""
    elsewhere, folder = tmp_path / "elsewhere", tmp_path / "site"
    elsewhere.mkdir()
    (folder / name).parent.mkdir(parents=True)
    (folder / name).symlink_to(elsewhere)
    with pytest.raises(NotWritten, match=name):
        _write(whole, folder)
    assert list(elsewhere.iterdir()) == []


def test_link_in_place_of_a_file(tmp_path: Path, whole: Snapshot) -> None:
    """A file of its own that became a link is replaced, or left, and what it leads to is not."""
    _write(whole, tmp_path)
    kept = tmp_path.parent / f"{tmp_path.name}-kept.txt"
    kept.write_text("mine")
    for name in ("atom.xml", "clippings/c1/index.html"):
        (tmp_path / name).unlink()
        (tmp_path / name).symlink_to(kept)
    report = _write(_snapshot(*_ROWS[1:]), tmp_path)
    assert kept.read_text() == "mine"
    assert not (tmp_path / "atom.xml").is_symlink()
    assert report.left == ["clippings/c1/index.html"]


@pytest.mark.parametrize("damage", ["{", "[]", ""])
def test_list_that_is_damaged(tmp_path: Path, whole: Snapshot, damage: str) -> None:
    """Without its list feedpress can't tell what is its own, and says so."""
    _write(whole, tmp_path)
    (tmp_path / ".feedpress" / "files.json").write_text(damage)
    with pytest.raises(NotWritten, match="is damaged"):
        _write(whole, tmp_path)


def test_list_that_names_what_is_outside(tmp_path: Path, whole: Snapshot) -> None:
    """A list that somebody made up takes nothing away outside the folder."""
    folder, outside = tmp_path / "site", tmp_path / "outside.txt"
    outside.write_text("mine")
    _write(whole, folder)
    listed = folder / ".feedpress" / "files.json"
    names = json.loads(listed.read_text())
    listed.write_text(json.dumps(names | {"../outside.txt": "", str(outside): ""}))
    _write(whole, folder)
    assert outside.read_text() == "mine"


def test_folder_that_is_none(tmp_path: Path, whole: Snapshot) -> None:
    """A folder that can't be written is told in words."""
    (tmp_path / "site").write_text("mine")
    with pytest.raises(NotWritten, match=r"can't be written: .*; look whether it is a folder"):
        _write(whole, tmp_path / "site")


def test_two_at_once(tmp_path: Path, whole: Snapshot, monkeypatch: pytest.MonkeyPatch) -> None:
    """While one build writes, another one is told to wait, and changes nothing."""
    _write(whole, tmp_path)

    def taken(*_: object) -> None:
        raise BlockingIOError(errno.EAGAIN, "taken")

    monkeypatch.setattr("feedpress.publishing.export.fcntl.flock", taken)
    before = _files(tmp_path)
    with pytest.raises(NotWritten, match="another build"):
        _write(_snapshot(*_ROWS[1:]), tmp_path)
    assert _files(tmp_path) == before


_KILLED = """
import os, signal, sys
from datetime import UTC, datetime
from pathlib import Path
from feedpress import snapshot
from feedpress.publishing import export
from feedpress.publishing.hosts import every
from feedpress.reading import publication_file
file, folder, last = Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3])
now = datetime(2026, 11, 22, 18, tzinfo=UTC)
loaded, _ = publication_file.load([("clippings.yaml", file.read_bytes())])
shown = snapshot.build(loaded, now)
left = last
def count(event, arguments):
    global left
    if event in ("open", "os.rename", "os.remove", "os.rmdir", "os.mkdir"):
        left -= 1
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)
sys.addaudithook(count)
export.export_snapshot(shown, folder, every.configurations(shown, now))
print(last - left)
"""


def _run(file: Path, folder: Path, last: int = 0) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-c", _KILLED, str(file), str(folder), str(last)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_killed_at_any_step(tmp_path: Path) -> None:
    """Wherever a build is killed, each file is an old or a new one, and the next build goes on."""
    old, new = tmp_path / "old.yaml", tmp_path / "new.yaml"
    old.write_text(support.file_text([*_ROWS[:4], _GONE], _PROJECTS, feed_size=3))
    new.write_text(support.file_text([*_ROWS[2:6], _GONE], _PROJECTS, feed_size=3))
    for name, file in (("before", old), ("after", new)):
        assert _run(file, tmp_path / name).returncode == 0
    before, after = (_files(tmp_path / name) for name in ("before", "after"))
    assert _run(old, tmp_path / "whole").returncode == 0
    steps = int(_run(new, tmp_path / "whole", -1).stdout)
    for step in range(1, steps + 1, max(1, steps // 8)):
        folder = tmp_path / f"killed-{step}"
        assert _run(old, folder).returncode == 0
        assert _run(new, folder, step).returncode == -signal.SIGKILL
        for name, data in _files(folder).items():
            listed = name == f"{export.PRIVATE}/files.json"
            assert json.loads(data) if listed else data in (before.get(name), after.get(name))
        assert _run(new, folder).returncode == 0
        assert _files(folder) == after


def test_same_export_everywhere(tmp_path: Path) -> None:
    """Processes in other zones, locales and with other hashes write the same bytes."""
    file = tmp_path / "clippings.yaml"
    file.write_text(support.file_text([*_ROWS, _GONE], _PROJECTS, feed_size=3))
    exports = []
    for index, (zone, locale, seed) in enumerate(
        [("UTC", "C", "1"), ("Asia/Tokyo", "C.UTF-8", "2"), ("America/New_York", "POSIX", "3")]
    ):
        environ = os.environ | {"TZ": zone, "LC_ALL": locale, "PYTHONHASHSEED": seed}
        folder = tmp_path / str(index)
        command = [sys.executable, "-c", _KILLED, str(file), str(folder), "0"]
        subprocess.run(command, env=environ, check=True, capture_output=True)
        exports.append(_files(folder))
    assert exports[0] == exports[1] == exports[2]


def test_each_document_is_told_of(tmp_path: Path, whole: Snapshot) -> None:
    """Whoever waits is told of each document, once."""
    told: list[int] = []
    configured = every.configurations(whole, support.NOW)
    export.export_snapshot(whole, tmp_path, configured, on_document=lambda: told.append(1))
    assert len(told) == len(whole.documents)


def test_moved_publication(tmp_path: Path, real_list: Publication) -> None:
    """An export of another public address names that one."""
    shown = snapshot.build(replace(real_list, url="https://press.example.net/a/"), support.NOW)
    _write(shown, tmp_path)
    assert b"https://press.example.net/a/atom.xml" in (tmp_path / "atom.xml").read_bytes()
    assert "https://press.example.net/a/atom.xml" in (tmp_path / "_headers").read_text()


@pytest.mark.parametrize("name", ["projects", "clippings/c1", ".feedpress/gone"])
def test_file_where_a_folder_is_wanted(tmp_path: Path, whole: Snapshot, name: str) -> None:
    """A foreign file in the place of a folder is told before anything is written."""
    file = tmp_path / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text("mine")
    with pytest.raises(NotWritten, match=f"{name} was not made by feedpress build"):
        _write(whole, tmp_path)
    assert list(_files(tmp_path)) == [name]


@pytest.mark.parametrize("name", ["lock", "writing"])
def test_links_among_its_own_files(tmp_path: Path, whole: Snapshot, name: str) -> None:
    """What the names that it works with lead to is never written."""
    folder, victim = tmp_path / "site", tmp_path / "victim"
    victim.write_text("mine")
    (folder / ".feedpress").mkdir(parents=True)
    (folder / ".feedpress" / name).symlink_to(victim)
    if name == "lock":
        with pytest.raises(NotWritten):
            _write(whole, folder)
    else:
        _write(whole, folder)
    assert victim.read_text() == "mine"


def test_its_own_folder_is_a_link(tmp_path: Path, whole: Snapshot) -> None:
    """Where .feedpress leads elsewhere, nothing is written there."""
    folder, elsewhere = tmp_path / "site", tmp_path / "elsewhere"
    folder.mkdir()
    elsewhere.mkdir()
    (folder / ".feedpress").symlink_to(elsewhere)
    with pytest.raises(NotWritten, match="was not made by feedpress build"):
        _write(whole, folder)
    assert list(elsewhere.iterdir()) == []


def test_nothing_is_taken_away_behind_a_link(tmp_path: Path, whole: Snapshot) -> None:
    """A listed name that has come to lie behind a link is left where it is."""
    folder, elsewhere = tmp_path / "site", tmp_path / "elsewhere"
    _write(whole, folder)
    (folder / "clippings" / "c1").rename(elsewhere)
    (folder / "clippings" / "c1").symlink_to(elsewhere)
    report = _write(_snapshot(*_ROWS[1:]), folder)
    assert "clippings/c1/index.html" in report.left
    assert (elsewhere / "index.html").exists()


def test_what_an_interrupted_build_has_put_is_its_own(tmp_path: Path, whole: Snapshot) -> None:
    """Files that were new when a build was interrupted are taken away when they are no more."""
    _write(whole, tmp_path)
    left = [len(whole.documents) - 3]

    def interrupt() -> None:
        left[0] -= 1
        if not left[0]:
            raise KeyboardInterrupt

    changed = _snapshot(*({**row, "title": f"Changed {row['title']}"} for row in _ROWS))
    with pytest.raises(KeyboardInterrupt):
        export.export_snapshot(changed, tmp_path, on_document=interrupt)
    report = _write(_snapshot(*_ROWS[5:]), tmp_path)
    assert report.left == []
    assert not (tmp_path / "clippings" / "c1").exists()
