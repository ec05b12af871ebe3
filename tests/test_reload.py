"""The current snapshot follows the file and the clock, whatever happens to the file."""

import errno
import gc
import logging
import multiprocessing
import os
import shutil
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import watchfiles

import support
from feedpress import snapshot as snapshots
from feedpress.model import Publication
from feedpress.serving import app
from feedpress.serving.files import Files
from feedpress.serving.reload import Reloader
from feedpress.serving.state import GoodFiles, StateFolder
from feedpress.settings import Settings
from feedpress.snapshot import Snapshot
from servers import PATIENCE_S, eventually

_LOG = "feedpress"


class _Clock:
    """A clock that stands still until it is set."""

    def __init__(self) -> None:
        self.now = support.NOW

    def __call__(self) -> datetime:
        return self.now


def _text(*titles: str) -> str:
    clippings = [
        {"id": f"c{number}", "title": title, "added": "2020-01-01"}
        for number, title in enumerate(titles)
    ]
    return support.file_text(clippings)


def _replace(path: Path, text: str) -> None:
    """Save as many editors do: write another file, and rename it."""
    other = path.with_name(".saving")
    other.write_text(text, encoding="utf-8")
    other.rename(path)


def _feed(reloader: Reloader) -> bytes:
    snapshot = reloader.current()
    assert snapshot is not None
    return snapshot.documents["/atom.xml"].body


def _watchers() -> set[threading.Thread]:
    return {each for each in threading.enumerate() if each.name == "feedpress-reload"}


@contextmanager
def _watching(
    path: Path, clock: Callable[[], datetime] = lambda: datetime.now(UTC)
) -> Iterator[Reloader]:
    """Watch a file; at the end, wait until the thread has ended."""
    before = _watchers()
    reloader = Reloader(Settings(path), clock)
    reloader.start()
    try:
        yield reloader
    finally:
        reloader.stop()
        assert eventually(lambda: _watchers() <= before)


@pytest.fixture
def quiet(tmp_path: Path) -> Iterator[Callable[..., Reloader]]:
    """Make a reloader of clippings.yaml that looks only when it is told to."""

    def make(path: Path = tmp_path / "clippings.yaml", **kwargs: object) -> Reloader:
        clock = kwargs.pop("clock", lambda: support.NOW)
        assert callable(clock)
        reloader = Reloader(Settings(path, **kwargs), clock)  # type: ignore[arg-type] # objects
        reloader.stop()  # the thread ends before its first look
        reloader.start()
        return reloader

    before = _watchers()
    yield make
    assert eventually(lambda: _watchers() <= before)


def _lines(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [record.getMessage() for record in caplog.records if record.name == _LOG]


@pytest.fixture(autouse=True)
def _log_everything(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, _LOG)


def test_first_load(write: Callable[[str], Path], quiet: Callable[..., Reloader]) -> None:
    """When the start has returned, the first snapshot is there."""
    write(_text("One"))
    assert b"<title>One</title>" in _feed(quiet())


def test_first_request_starts_it(write: Callable[[str], Path]) -> None:
    """Whoever asks in a process in which nobody has looked yet gets the first snapshot."""
    path = write(_text("One"))
    before = _watchers()
    reloader = Reloader(Settings(path), lambda: support.NOW)
    reloader.stop()  # the thread ends before its first look
    assert b"<title>One</title>" in _feed(reloader)
    assert eventually(lambda: _watchers() <= before)


def test_public_address_of_the_settings_wins(
    write: Callable[[str], Path], quiet: Callable[..., Reloader]
) -> None:
    """The address of the settings stands in every feed in place of the file's."""
    write(_text("One"))
    feed = _feed(quiet(url="https://press.example.net/a/"))
    assert b"https://press.example.net/a/atom.xml" in feed
    assert b"https://feeds.example.org/" not in feed


def test_change_is_seen_at_the_next_look(
    write: Callable[[str], Path], quiet: Callable[..., Reloader]
) -> None:
    """A changed file is published at the next look."""
    path = write(_text("One"))
    reloader = quiet()
    path.write_text(_text("One", "The second"), encoding="utf-8")
    reloader.look()
    assert b"<title>The second</title>" in _feed(reloader)


def test_unchanged_file_is_not_read_again(
    write: Callable[[str], Path],
    quiet: Callable[..., Reloader],
    caplog: pytest.LogCaptureFixture,
) -> None:
    """While nothing changes and nothing is due, looking costs next to nothing."""
    write(_text("One"))
    reloader = quiet()
    first, told = reloader.current(), _lines(caplog)
    for _ in range(3):
        reloader.look()
    assert reloader.current() is first
    assert _lines(caplog) == told


def test_change_is_logged_in_one_line(
    write: Callable[[str], Path],
    quiet: Callable[..., Reloader],
    caplog: pytest.LogCaptureFixture,
) -> None:
    """A change is logged in one line, in which warnings are only counted."""
    path = write(_text("One"))
    quiet_one = quiet()
    path.write_text(_text("One", "Two") + "notes: 7\n", encoding="utf-8")
    quiet_one.look()
    assert _lines(caplog) == [
        f"{path}: 1 clipping in 1 feed",
        f"{path}: 2 clippings in 1 feed; 1 warning, see feedpress check",
    ]
    assert {record.levelno for record in caplog.records} == {logging.INFO}
    assert quiet_one.health().warnings == 1


def test_any_error_changes_nothing(
    write: Callable[[str], Path],
    quiet: Callable[..., Reloader],
    caplog: pytest.LogCaptureFixture,
) -> None:
    """One error in one clipping keeps the last good version, and is reported with its place."""
    path = write(_text("One", "Two"))
    reloader = quiet()
    first = reloader.current()
    path.write_text(_text("One", "Changed").replace("2020-01-01", "soon", 1), encoding="utf-8")
    reloader.look()
    assert reloader.current() is first
    assert _lines(caplog)[-1].startswith(
        f"{path} can't be published, the last good version stays:\n{path}:4:"
    )
    assert _lines(caplog)[-1].endswith("[date]")
    assert reloader.health().status == "stale"
    assert [error.code for error in reloader.health().errors] == ["date"]


def test_errors_are_repeated_hourly(
    write: Callable[[str], Path],
    quiet: Callable[..., Reloader],
    caplog: pytest.LogCaptureFixture,
) -> None:
    """While a file stays broken, the log says so once an hour, and since when it is known."""
    path = write(_text("One"))
    clock = _Clock()
    reloader = quiet(clock=clock)
    path.write_text("{", encoding="utf-8")
    for minutes, expected in ((0, 1), (59, 1), (60, 2), (90, 2), (125, 3)):
        clock.now = support.NOW + timedelta(minutes=minutes)
        reloader.look()
        assert sum("can't be published" in line for line in _lines(caplog)) == expected
    assert reloader.health().since == support.NOW
    path.write_text("publication: 7\n", encoding="utf-8")
    reloader.look()
    assert reloader.health().since == support.NOW
    path.write_text(_text("Fixed"), encoding="utf-8")
    reloader.look()
    assert reloader.health().since is None
    clock.now += timedelta(days=1)
    reloader.look()
    assert sum("can't be published" in line for line in _lines(caplog)) == 4


@pytest.mark.parametrize(
    ("broken", "expected"),
    [
        pytest.param("publication: {title: [\n", ":1:", id="syntax"),
        pytest.param("", "empty", id="emptied"),
        pytest.param("- nothing but a list\n", "not-a-mapping", id="a list"),
    ],
)
def test_broken_file_changes_nothing(
    broken: str,
    expected: str,
    write: Callable[[str], Path],
    quiet: Callable[..., Reloader],
    caplog: pytest.LogCaptureFixture,
) -> None:
    """A file that can't be read keeps what was published, and it is told where it is broken."""
    path = write(_text("One"))
    reloader = quiet()
    first = reloader.current()
    path.write_text(broken, encoding="utf-8")
    reloader.look()
    reloader.look()
    assert reloader.current() is first
    (error,) = (each.getMessage() for each in caplog.records if each.levelno == logging.ERROR)
    assert error.startswith(f"{path} can't be published, the last good version stays:\n{path}:")
    assert expected in error
    path.write_text(_text("Mended"), encoding="utf-8")
    reloader.look()
    assert b"<title>Mended</title>" in _feed(reloader)


def test_vanished_file_comes_back(
    write: Callable[[str], Path],
    quiet: Callable[..., Reloader],
    caplog: pytest.LogCaptureFixture,
) -> None:
    """While the file is not there, what was published stays; when it is back, it is followed."""
    path = write(_text("One"))
    reloader = quiet()
    first = reloader.current()
    path.unlink()
    reloader.look()
    assert reloader.current() is first
    assert "No such file" in _lines(caplog)[-1]
    path.write_text(_text("Back again"), encoding="utf-8")
    reloader.look()
    assert b"<title>Back again</title>" in _feed(reloader)


def test_folder_in_the_place_of_the_file(
    write: Callable[[str], Path],
    quiet: Callable[..., Reloader],
    caplog: pytest.LogCaptureFixture,
) -> None:
    """What can't be a file of clippings changes nothing."""
    path = write(_text("One"))
    reloader = quiet()
    first = reloader.current()
    path.unlink()
    path.mkdir()
    reloader.look()
    assert reloader.current() is first
    assert "the file can't be opened: it is no file" in _lines(caplog)[-1]


def test_save_by_rename(write: Callable[[str], Path], quiet: Callable[..., Reloader]) -> None:
    """A file that is replaced by another one is seen, even at the same time and size."""
    path = write(_text("One"))
    stat = path.stat()
    reloader = quiet()
    other = path.with_name("other")
    other.write_text(_text("Two"), encoding="utf-8")
    os.utime(other, ns=(stat.st_atime_ns, stat.st_mtime_ns))
    other.rename(path)
    assert path.stat().st_mtime_ns == stat.st_mtime_ns
    reloader.look()
    assert b"<title>Two</title>" in _feed(reloader)


def test_symbolic_link_to_another_target(tmp_path: Path, quiet: Callable[..., Reloader]) -> None:
    """A link that is switched to another folder is followed, as containers change their files."""
    for name in ("first", "second"):
        folder = tmp_path / name
        folder.mkdir()
        (folder / "clippings.yaml").write_text(_text(f"The {name}"), encoding="utf-8")
    data, path = tmp_path / "data", tmp_path / "clippings.yaml"
    data.symlink_to("first")
    path.symlink_to("data/clippings.yaml")
    reloader = quiet()
    assert b"<title>The first</title>" in _feed(reloader)
    (tmp_path / "data.new").symlink_to("second")
    (tmp_path / "data.new").rename(data)
    reloader.look()
    assert b"<title>The second</title>" in _feed(reloader)


def test_folder_of_files(tmp_path: Path, quiet: Callable[..., Reloader]) -> None:
    """All YAML files of a folder are one publication, and each of them is followed."""
    folder = tmp_path / "press"
    folder.mkdir()
    (folder / "a.yaml").write_text(_text("One"), encoding="utf-8")
    (folder / "b.yml").write_text("clippings: [{title: Two, added: 2019}]\n", encoding="utf-8")
    for passed_over in (".c.yaml", "c.yaml~", "notes.txt"):
        (folder / passed_over).write_text("{", encoding="utf-8")
    (folder / "d.yaml").mkdir()
    reloader = quiet(folder)
    first = reloader.current()
    assert first is not None
    assert first.clippings == 2
    (folder / "e.yaml").write_text("clippings: [{title: E, added: 2018}]\n", encoding="utf-8")
    reloader.look()
    assert b"<title>E</title>" in _feed(reloader)
    (folder / "b.yml").unlink()
    reloader.look()
    assert b"<title>Two</title>" not in _feed(reloader)


def test_change_of_rights(
    write: Callable[[str], Path],
    quiet: Callable[..., Reloader],
    caplog: pytest.LogCaptureFixture,
) -> None:
    """When the rights of the file change, it is read again: feedpress may be let in now."""
    path = write(_text("One"))
    reloader = quiet()
    first = _feed(reloader)
    for rights in (0o000, 0o600):
        told = len(_lines(caplog))
        path.chmod(rights)
        reloader.look()
        assert len(_lines(caplog)) == told + 1
        assert _feed(reloader) == first
    assert _lines(caplog)[-1] == f"{path}: 1 clipping in 1 feed"


def test_held_back_clipping_appears_by_the_clock(
    write: Callable[[str], Path],
    quiet: Callable[..., Reloader],
    caplog: pytest.LogCaptureFixture,
) -> None:
    """What is due is published at its second, without any change of the file."""
    due = support.NOW + timedelta(hours=1)
    path = write(support.file_text([{"title": "Held back", "added": due.isoformat()}]))
    clock = _Clock()
    reloader = quiet(clock=clock)
    first = reloader.current()
    clock.now = due - timedelta(microseconds=1)
    reloader.look()
    assert reloader.current() is first
    clock.now = due
    reloader.look()
    assert b"<title>Held back</title>" in _feed(reloader)
    assert _lines(caplog) == [
        f"{path}: 0 clippings in 1 feed",
        f"{path}: 1 clipping in 1 feed; something was due",
    ]


def _held_back(*dues: datetime, **keys: object) -> str:
    clippings: list[dict[str, object]] = [
        {"id": "here", "title": "Here", "added": "2020-01-01", "projects": ["portal"]}
    ]
    clippings += [
        {"id": f"secret-{n}", "title": f"Secret {n}", "added": due.isoformat(), **keys}
        for n, due in enumerate(dues)
    ]
    projects = {"portal": {"title": "Portal", "formerly": ["old"]}, "other": {"title": "Other"}}
    return support.file_text(clippings, projects)


def test_held_back_clipping_is_there_at_its_second(
    write: Callable[[str], Path], quiet: Callable[..., Reloader]
) -> None:
    """Nothing shows it a second before, and everything at its second, without another look."""
    due = support.NOW + timedelta(hours=1)
    write(_held_back(due, projects=["portal"]))
    clock = _Clock()
    reloader = quiet(clock=clock)
    client = app.build_app(reloader.current, clock).test_client()
    clock.now = due - timedelta(seconds=30)
    reloader.look()
    snapshot = reloader.current()
    assert snapshot is not None
    paths = [*snapshot.documents]
    clock.now = due - timedelta(seconds=1)
    before = {path: client.get(path) for path in paths}
    for path, response in before.items():
        told = f"{path} {response.headers}".encode() + response.data
        assert b"Secret" not in told
        assert b"secret-" not in told
        assert (
            response.headers["Cache-Control"]
            == "public, max-age=1, stale-while-revalidate=0, stale-if-error=604800"
        )
    assert client.get("/clippings/secret-0/").status_code == 404
    assert snapshot.clippings == 1
    clock.now = due
    changed = {path for path in snapshot.documents if client.get(path).data != before[path].data}
    names = ("", "atom.xml", "rss.xml", "feed.json", "embed/")
    listed = {folder + name for folder in ("/", "/projects/portal/") for name in names}
    assert changed == {*listed, "/years/undated/", "/search.json"}
    for path in snapshot.documents:
        same = client.get(path).headers["ETag"] == before[path].headers["ETag"]
        assert same is (path not in changed)
    for path in changed:
        assert b"Secret 0" in client.get(path).data
        etag = before[path].headers["ETag"]
        assert client.get(path, headers={"If-None-Match": etag}).status_code == 200
    assert client.get("/clippings/secret-0/").status_code == 200
    control = client.get("/atom.xml").headers["Cache-Control"]
    assert control.startswith("public, max-age=1800, stale-while-revalidate=3600, ")


def test_upcoming_snapshot_is_made_a_minute_ahead(
    write: Callable[[str], Path],
    quiet: Callable[..., Reloader],
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """It is built once, in the last minute, and published and logged once."""
    due = support.NOW + timedelta(hours=1)
    path = write(_held_back(due))
    clock = _Clock()
    built: list[datetime] = []
    build = snapshots.build

    def note(publication: Publication, now: datetime, *more: Any) -> Snapshot:
        built.append(now)
        return build(publication, now, *more)

    monkeypatch.setattr(snapshots, "build", note)
    reloader = quiet(clock=clock)
    expected = [support.NOW]
    assert built == expected
    clock.now = due - timedelta(minutes=1, microseconds=1)
    reloader.look()
    assert built == expected
    expected = [support.NOW, due]
    for seconds in (60, 30, 0, -1):
        clock.now = due - timedelta(seconds=seconds)
        reloader.look()
        assert built == expected
        assert (b"Secret" in _feed(reloader)) is (seconds <= 0)
    assert _lines(caplog)[1:] == [f"{path}: 2 clippings in 3 feeds; something was due"]


def test_new_file_wins_over_the_upcoming_snapshot(
    write: Callable[[str], Path], quiet: Callable[..., Reloader]
) -> None:
    """What was built before the file changed is never published."""
    due = support.NOW + timedelta(hours=1)
    path = write(_held_back(due))
    clock = _Clock()
    reloader = quiet(clock=clock)
    clock.now = due - timedelta(seconds=30)
    reloader.look()
    path.write_text(_text("Nothing is held back any more"), encoding="utf-8")
    reloader.look()
    for seconds in (1, 0, -1):
        clock.now = due - timedelta(seconds=seconds)
        assert b"Secret" not in _feed(reloader)
        assert b"Nothing is held back any more" in _feed(reloader)


def test_several_dues_in_a_row(
    write: Callable[[str], Path], quiet: Callable[..., Reloader]
) -> None:
    """Each is there at its second; a look between two of them makes the next one ready."""
    dues = [support.NOW + timedelta(seconds=10 * n) for n in (1, 2, 3)]
    write(_held_back(*dues))
    clock = _Clock()
    reloader = quiet(clock=clock)
    reloader.look()
    for number, due in enumerate(dues):
        for second in (due - timedelta(seconds=1), due):
            clock.now = second
            assert _feed(reloader).count(b"<title>Secret") == number + (second == due)
        reloader.look()  # it is published
        reloader.look()  # and the next one is made


def test_several_dues_since_the_last_look(
    write: Callable[[str], Path], quiet: Callable[..., Reloader]
) -> None:
    """When the thread was late, the next look shows all that has become due meanwhile."""
    dues = [support.NOW + timedelta(seconds=10 * n) for n in (1, 2, 3)]
    write(_held_back(*dues))
    clock = _Clock()
    reloader = quiet(clock=clock)
    reloader.look()
    clock.now = dues[-1]
    reloader.look()
    assert _feed(reloader).count(b"<title>Secret") == 3


def test_broken_file_does_not_stop_the_clock(
    write: Callable[[str], Path], quiet: Callable[..., Reloader]
) -> None:
    """What is due appears even while the file is broken."""
    due = support.NOW + timedelta(hours=1)
    path = write(support.file_text([{"title": "Held back", "added": due.isoformat()}]))
    clock = _Clock()
    reloader = quiet(clock=clock)
    path.write_text("{", encoding="utf-8")
    clock.now = due
    reloader.look()
    reloader.look()
    assert b"<title>Held back</title>" in _feed(reloader)


def test_broken_from_the_start(
    write: Callable[[str], Path],
    quiet: Callable[..., Reloader],
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Nothing is published until the file can be read for the first time."""
    path = write("publication: [")
    reloader = quiet()
    assert reloader.current() is None
    assert "can't be published, nothing is published yet:\n" in _lines(caplog)[0]
    reloader.look()
    assert reloader.current() is None
    path.write_text(_text("One"), encoding="utf-8")
    reloader.look()
    assert b"<title>One</title>" in _feed(reloader)


def test_thread_sees_changes(write: Callable[[str], Path]) -> None:
    """The thread publishes what is written, renamed, broken, fixed, removed and put back."""
    path = write(_text("One"))
    with _watching(path) as reloader:
        path.write_text(_text("Written over"), encoding="utf-8")
        assert eventually(lambda: b"<title>Written over</title>" in _feed(reloader))
        _replace(path, _text("Renamed"))
        assert eventually(lambda: b"<title>Renamed</title>" in _feed(reloader))
        _replace(path, "{")
        _replace(path, _text("Mended"))
        assert eventually(lambda: b"<title>Mended</title>" in _feed(reloader))
        path.unlink()
        _replace(path, _text("Put back"))
        assert eventually(lambda: b"<title>Put back</title>" in _feed(reloader))


def test_thread_sees_the_clock(write: Callable[[str], Path]) -> None:
    """The thread publishes what is due by the clock alone."""
    due = support.NOW + timedelta(hours=1)
    path = write(support.file_text([{"title": "Held back", "added": due.isoformat()}]))
    clock = _Clock()
    with _watching(path, clock) as reloader:
        assert b"<title>Held back</title>" not in _feed(reloader)
        clock.now = due
        assert eventually(lambda: b"<title>Held back</title>" in _feed(reloader))


def test_thread_outlives_the_folder(tmp_path: Path) -> None:
    """When the whole folder is replaced, the file in the new one is followed."""
    folder = tmp_path / "folder"
    folder.mkdir()
    path = folder / "clippings.yaml"
    path.write_text(_text("One"), encoding="utf-8")
    with _watching(path) as reloader:
        shutil.rmtree(folder)
        assert b"<title>One</title>" in _feed(reloader)
        folder.mkdir()
        path.write_text(_text("In a new folder"), encoding="utf-8")
        assert eventually(lambda: b"<title>In a new folder</title>" in _feed(reloader))


def test_thread_waits_for_the_folder(tmp_path: Path) -> None:
    """A folder that is not there yet is waited for."""
    path = tmp_path / "later" / "clippings.yaml"
    with _watching(path) as reloader:
        assert reloader.current() is None
        path.parent.mkdir()
        path.write_text(_text("At last"), encoding="utf-8")
        assert eventually(lambda: reloader.current() is not None)


def test_system_without_watches(
    write: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the system tells of no changes, because all its watches are taken, they are seen."""

    def refuse(*_args: object, **_kwargs: object) -> Iterator[None]:
        raise RuntimeError("no watch left")

    monkeypatch.setattr(watchfiles, "watch", refuse)
    path = write(_text("One"))
    with _watching(path) as reloader:
        path.write_text(_text("Seen all the same"), encoding="utf-8")
        assert eventually(lambda: b"<title>Seen all the same</title>" in _feed(reloader))


def test_failure_in_one_state_does_not_end_the_watching(
    write: Callable[[str], Path],
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Where feedpress itself fails with one state of the file, it says so and sees the next."""
    path = write(_text("One"))
    build = snapshots.build

    def fail_with_the_second(publication: Publication, *more: Any) -> Snapshot:
        if publication.clippings[0].title == "The second":
            raise ZeroDivisionError("a mistake of our own")
        return build(publication, *more)

    monkeypatch.setattr(snapshots, "build", fail_with_the_second)
    with _watching(path) as reloader:
        path.write_text(_text("The second"), encoding="utf-8")
        assert eventually(lambda: f"this version of {path} can't be published" in _lines(caplog))
        assert b"<title>One</title>" in _feed(reloader)
        path.write_text(_text("The third of them"), encoding="utf-8")
        assert eventually(lambda: b"<title>The third of them</title>" in _feed(reloader))


def test_failure_at_the_start_does_not_end_the_watching(
    write: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where feedpress itself fails with the first state, it waits for the next one."""
    path = write(_text("One"))

    def fail(*_: Any) -> Snapshot:
        raise ZeroDivisionError("a mistake of our own")

    with monkeypatch.context() as patch:
        patch.setattr(snapshots, "build", fail)
        watching = _watching(path)
        reloader = watching.__enter__()
    assert reloader.current() is None
    path.write_text(_text("The second"), encoding="utf-8")
    assert eventually(lambda: reloader.current() is not None)
    watching.__exit__(None, None, None)


def test_stop_ends_the_thread(write: Callable[[str], Path]) -> None:
    """After a stop there is no thread, and what was published is still there."""
    before = _watchers()
    path = write(_text("One"))
    with _watching(path) as reloader:
        assert len(_watchers() - before) == 1
        reloader.start()
        assert len(_watchers() - before) == 1
    assert _watchers() <= before
    assert b"<title>One</title>" in _feed(reloader)


def _follow_in_child(
    reloader: Reloader, ready: str, marker: Path
) -> None:  # pragma: no cover - in a process that ends without a word
    feed = _feed(reloader)  # a first request, which finds that no thread has followed
    marker.write_bytes(feed)
    if not eventually(lambda: ready.encode() in _feed(reloader)):
        os._exit(1)
    os._exit(0)


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:.*multi-threaded.*fork:DeprecationWarning")
def test_forked_process_watches_too(write: Callable[[str], Path], tmp_path: Path) -> None:
    """A server may fork after the app was made: each process follows the file by itself."""
    path = write(_text("One"))
    marker = tmp_path / "first-answer"
    with _watching(path) as reloader:
        arguments = (reloader, "<title>After the fork</title>", marker)
        context = multiprocessing.get_context("fork")
        child = context.Process(target=_follow_in_child, args=arguments)
        child.start()
        assert eventually(lambda: marker.exists() and marker.stat().st_size > 0)
        path.write_text(_text("After the fork"), encoding="utf-8")
        child.join(PATIENCE_S + 10)
        assert child.exitcode == 0
    assert b"<title>One</title>" in marker.read_bytes()


def test_health_follows(write: Callable[[str], Path], quiet: Callable[..., Reloader]) -> None:
    """What is told of the state is that of the newest file."""
    path = write("publication: [")
    reloader = quiet()
    told = []
    for text in ("", _text("One"), "publication: [", _text("Two")):
        path.write_text(text, encoding="utf-8")
        reloader.look()
        told.append((reloader.health().status, len(reloader.health().errors)))
    assert told == [("down", 1), ("ok", 0), ("stale", 1), ("ok", 0)]


def test_reading_that_fails_is_tried_again(
    write: Callable[[str], Path],
    quiet: Callable[..., Reloader],
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """What keeps a file from being read may pass and leave no trace on it; it is told once."""
    path = write(_text("One"))
    reloader = quiet()
    path.write_text(_text("The second"), encoding="utf-8")
    with monkeypatch.context() as patched:
        patched.setattr(Path, "open", _fail_to_open)
        for _ in range(3):
            reloader.look()
    assert "Stale file handle" in _lines(caplog)[-1]
    assert len(_lines(caplog)) == 2
    reloader.look()
    assert b"<title>The second</title>" in _feed(reloader)


def _fail_to_open(*_args: object, **_kwargs: object) -> None:
    raise OSError(errno.ESTALE, os.strerror(errno.ESTALE), "clippings.yaml")


def test_file_that_changes_while_it_is_read(
    write: Callable[[str], Path],
    quiet: Callable[..., Reloader],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Of what was read while somebody wrote, nothing is shown; the next look sees all."""
    path = write(_text("One"))
    reloader = quiet()
    first = reloader.current()
    path.write_text(_text("Half"), encoding="utf-8")
    read = Files.read

    def read_too_soon(self: Files) -> list[tuple[str, bytes]]:
        found = read(self)
        path.write_text(_text("The whole"), encoding="utf-8")
        return found

    with monkeypatch.context() as patched:
        patched.setattr(Files, "read", read_too_soon)
        reloader.look()
    assert reloader.current() is first
    reloader.look()
    assert b"<title>The whole</title>" in _feed(reloader)


_MANY = _text(*(f"Number {number}" for number in range(20))) + "\n"
_HALF = _MANY[: _MANY.index('{"id": "c9"')].rstrip(", ") + "]"


@pytest.mark.parametrize(
    ("text", "seconds", "reason"),
    [
        pytest.param(_MANY.replace("Number 3", "Number three"), 0.1, None, id="longer"),
        pytest.param(_MANY.replace("Number 3", "Number X"), 0.1, None, id="as long"),
        pytest.param(_MANY.replace("Number 3", "No 3"), 3, "has become shorter;", id="shorter"),
        pytest.param(_HALF, 30, "has become shorter and ends within a line;", id="cut"),
        pytest.param("{" + _MANY, 0.1, None, id="broken"),
        pytest.param(None, 3, "is missing;", id="missing"),
    ],
)
def test_slow_writer_is_waited_for(
    text: str | None,
    seconds: float,
    reason: str | None,
    write: Callable[[str], Path],
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Files are read once they have been unchanged for a while, longer if they look incomplete."""
    path, moment = write(_MANY), [100.0]
    reloader = Reloader(Settings(path), lambda: support.NOW, monotonic=lambda: moment[0])
    reloader.look()
    reported = len(_lines(caplog))
    path.unlink() if text is None else path.write_text(text, encoding="utf-8")
    reloader.look(wait=True)
    for passed in (0.09, 0.1, seconds - 0.01):
        moment[0] = 100 + passed
        if passed < seconds:
            reloader.look(wait=True)
    waiting = _lines(caplog)[reported:]
    if reason:
        (line,) = waiting
        assert line == f"{path} {reason} waiting {seconds} s for the rest of it"
    else:
        assert not waiting
    moment[0] = 100.001 + seconds
    reloader.look(wait=True)
    assert len(_lines(caplog)) == reported + len(waiting) + 1


def test_missing_file_of_a_folder_is_waited_for(tmp_path: Path) -> None:
    """A file that is missing from the folder may come back; its clippings stay for 3 seconds."""
    moment = [100.0]
    (tmp_path / "a.yaml").write_text(_text("One"), encoding="utf-8")
    (tmp_path / "b.yaml").write_text("clippings: [{title: Two, added: 2019}]\n", encoding="utf-8")
    reloader = Reloader(Settings(tmp_path), lambda: support.NOW, monotonic=lambda: moment[0])
    reloader.look()
    (tmp_path / "b.yaml").unlink()
    for passed, expected in ((0, True), (0.2, True), (2.9, True), (3, False)):
        moment[0] = 100 + passed
        reloader.look(wait=True)
        assert (b"<title>Two</title>" in _feed(reloader)) is expected


def test_clock_goes_on_while_the_file_keeps_changing(write: Callable[[str], Path]) -> None:
    """A file that is written again and again holds up what is due for a tenth of a second."""
    clock, moment, due = _Clock(), [100.0], support.NOW + timedelta(hours=1)
    path = write(_held_back(due))
    reloader = Reloader(Settings(path), clock, monotonic=lambda: moment[0])
    reloader.stop()
    reloader.look()
    clock.now = due
    for number, expected in enumerate((False, False, False, True)):
        path.write_text(_held_back(due) + f"# {number}\n", encoding="utf-8")
        reloader.look(wait=True)
        assert (b"<title>Secret 0</title>" in _feed(reloader)) is expected
        moment[0] += 0.05


def test_change_that_was_undone_holds_up_nothing_later(tmp_path: Path) -> None:
    """After a change that was undone, what is due waits for the next change all the same."""
    clock, moment, due = _Clock(), [100.0], support.NOW + timedelta(hours=1)
    path = tmp_path / "clippings.yaml"
    for name, text in (("good", _held_back(due)), ("other", _held_back(due, due))):
        (tmp_path / name).mkdir()
        (tmp_path / name / "clippings.yaml").write_text(text, encoding="utf-8")
    path.symlink_to("good/clippings.yaml")
    reloader = Reloader(Settings(path), clock, monotonic=lambda: moment[0])
    reloader.stop()
    reloader.look()
    for target in ("other", "good"):
        path.unlink()
        path.symlink_to(f"{target}/clippings.yaml")
        reloader.look(wait=True)
    moment[0] += 60
    clock.now = due
    path.unlink()
    path.symlink_to("other/clippings.yaml")
    reloader.look(wait=True)
    assert b"Secret" not in _feed(reloader)


def test_file_that_comes_back_unchanged(
    write: Callable[[str], Path], quiet: Callable[..., Reloader]
) -> None:
    """A good file that could not be opened for a while is good again, though nothing wrote it."""
    path = write(_text("One"))
    reloader = quiet()
    other = path.rename(path.with_name("away.yaml"))
    reloader.look()
    assert reloader.health().status == "stale"
    other.rename(path)
    reloader.look()
    assert reloader.health().status == "ok"


def test_health_has_errors_alone(
    write: Callable[[str], Path], quiet: Callable[..., Reloader]
) -> None:
    """Warnings beside an error are no reason why nothing is published."""
    write(support.file_text([{"title": "One", "added": "soon", "comment": "x"}]))
    (error,) = quiet().health().errors
    assert error.code == "date"


def test_restored_version_has_no_errors_of_before(
    write: Callable[[str], Path], quiet: Callable[..., Reloader], tmp_path: Path
) -> None:
    """`since` is not of an error that another process has seen fixed in the meantime."""
    clock, state = _Clock(), tmp_path / "state"
    path = write(_text("One"))
    parent = Reloader(Settings(path, state=state), clock)
    parent.stop()  # its thread ends before its first look
    parent.look_once()
    for good in (_text("The second"), _text("The second")):
        path.write_text("{", encoding="utf-8")
        parent.look()
        path.write_text(good, encoding="utf-8")
        quiet(state=state, clock=clock).look()
        path.write_text("[", encoding="utf-8")
        clock.now += timedelta(hours=1)
        parent.look_once()  # as in a process that is forked from it now
        parent.look()
        assert parent.health().since == clock.now


def test_restart_with_another_name_of_the_file(
    write: Callable[[str], Path],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """A file that is named by another path after a restart is not taken for a missing one."""
    path = write(_text("One"))
    Reloader(Settings(path, state=tmp_path / "state"), lambda: support.NOW).look_once()
    monkeypatch.chdir(tmp_path)
    path.write_text(_text("The second"), encoding="utf-8")
    again = Reloader(Settings(Path(path.name), state=Path("state")), lambda: support.NOW)
    again.look_once()
    again.stop()
    assert b"<title>The second</title>" in _feed(again)
    assert not [line for line in _lines(caplog) if "missing" in line]


def test_thread_waits_for_the_rest(
    write: Callable[[str], Path], caplog: pytest.LogCaptureFixture
) -> None:
    """A file that is cut short is left alone until the rest of it is there."""
    path = write(_MANY)
    with _watching(path) as reloader:
        first = reloader.current()
        path.write_text(_HALF, encoding="utf-8")
        assert eventually(lambda: "waiting 30 s" in _lines(caplog)[-1])
        assert reloader.current() is first
        path.write_text(_MANY.replace("Number 3", "The third"), encoding="utf-8")
        assert eventually(lambda: b"<title>The third</title>" in _feed(reloader))
    assert not any("9 clippings" in line or "error" in line for line in _lines(caplog))


def test_clock_goes_on_while_a_file_is_waited_for(
    write: Callable[[str], Path], caplog: pytest.LogCaptureFixture
) -> None:
    """What is due appears at its second, even if the file is cut short at that time."""
    clock = _Clock()
    due = support.NOW + timedelta(hours=1)
    text = _held_back(due)
    path = write(text + "\n")
    with _watching(path, clock) as reloader:
        path.write_text(text[:-30], encoding="utf-8")
        assert eventually(lambda: "waiting 30 s" in _lines(caplog)[-1])
        clock.now = due
        assert eventually(lambda: b"<title>Secret 0</title>" in _feed(reloader))


def test_last_good_version_survives_a_restart(
    write: Callable[[str], Path], quiet: Callable[..., Reloader], tmp_path: Path
) -> None:
    """After a restart with a broken file, the last good version is published again."""
    path, state = write(_text("One", "Two")), tmp_path / "state"
    first = quiet(state=state)
    path.write_text("{" + _text("One", "Two"), encoding="utf-8")
    again = quiet(state=state)
    assert _feed(again) == _feed(first)
    again.look()
    assert _feed(again) == _feed(first)
    assert again.health().status == "stale"
    path.write_text(_text("One", "The second"), encoding="utf-8")
    again.look()
    assert b"<title>The second</title>" in _feed(again)
    path.write_text("publication: {", encoding="utf-8")
    assert _feed(quiet(state=state)) == _feed(again)


def test_restored_version_follows_the_clock(
    write: Callable[[str], Path], quiet: Callable[..., Reloader], tmp_path: Path
) -> None:
    """What comes due after a restart appears, even while the file is broken."""
    clock, due = _Clock(), support.NOW + timedelta(hours=1)
    path = write(_held_back(due))
    quiet(state=tmp_path / "state", clock=clock)
    path.write_text("{", encoding="utf-8")
    again = quiet(state=tmp_path / "state", clock=clock)
    assert b"Secret" not in _feed(again)
    clock.now = due
    again.look()
    assert b"<title>Secret 0</title>" in _feed(again)


def test_restart_during_a_save(
    write: Callable[[str], Path], quiet: Callable[..., Reloader], tmp_path: Path
) -> None:
    """A process that starts while the file is cut short goes on from the last good version."""
    path = write(_MANY)
    first = quiet(state=tmp_path / "state")
    path.write_text(_HALF, encoding="utf-8")
    assert _feed(quiet(state=tmp_path / "state")) == _feed(first)


def test_forked_process_takes_the_newest_version(
    write: Callable[[str], Path], quiet: Callable[..., Reloader], tmp_path: Path
) -> None:
    """A worker that was loaded before others published newer files never goes back in time."""
    path, state = write(_text("One")), tmp_path / "state"
    settings = Settings(path, state=state)
    parent = Reloader(settings, lambda: support.NOW)
    parent.look_once()
    worker = quiet(state=state)
    path.write_text(_text("The second"), encoding="utf-8")
    worker.look()
    path.write_text("{", encoding="utf-8")
    parent.stop()
    parent.start()  # as in a process that is forked from it now
    assert _feed(parent) == _feed(worker)
    assert b"<title>The second</title>" in _feed(parent)
    saved = StateFolder(state).files()
    assert saved is not None
    assert b"The second" in saved.files[0][1]


def test_forked_process_with_the_newest_content(
    write: Callable[[str], Path], quiet: Callable[..., Reloader], tmp_path: Path
) -> None:
    """A worker whose files are what was published last publishes the next change after it."""
    path, state = write(_text("One")), tmp_path / "state"
    parent = Reloader(Settings(path, state=state), lambda: support.NOW)
    parent.look_once()
    other = quiet(state=state)
    for title in ("The second", "One"):
        path.write_text(_text(title), encoding="utf-8")
        other.look()
    folder = StateFolder(state)
    newest = folder.files()
    assert newest is not None
    parent.stop()
    parent.start()  # as in a process that is forked from it now
    assert _feed(parent) == _feed(other)
    path.write_text(_text("The third"), encoding="utf-8")
    parent.look()
    saved = folder.files()
    assert saved is not None
    assert saved.number > newest.number
    assert b"The third" in saved.files[0][1]


def test_missing_file_at_the_start(
    write: Callable[[str], Path], quiet: Callable[..., Reloader], tmp_path: Path
) -> None:
    """The last good version is published even if the file is missing at the start."""
    path = write(_text("One"))
    first = quiet(state=tmp_path / "state")
    path.unlink()
    assert _feed(quiet(state=tmp_path / "state")) == _feed(first)


def test_state_of_another_release(
    write: Callable[[str], Path],
    quiet: Callable[..., Reloader],
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """A saved version that has an error by today's rules is reported and ignored."""
    path = write(_text("One"))
    saved = GoodFiles(1, ((str(path), b"publication: ["),))
    StateFolder(tmp_path / "state").save_files(saved)
    assert b"<title>One</title>" in _feed(quiet(state=tmp_path / "state"))
    assert _lines(caplog)[0].startswith("the saved version can't be published any more:\n")


def test_nothing_process_wide_changes(tmp_path: Path) -> None:
    """Overlapping rebuilds leave the interpreter's settings as they are: the app may be a guest."""
    before = sys.getswitchinterval(), gc.isenabled(), gc.get_threshold(), gc.get_freeze_count()
    reloaders = []
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        path = tmp_path / name / "clippings.yaml"
        path.write_text(_MANY, encoding="utf-8")
        reloaders.append(Reloader(Settings(path), lambda: support.NOW))
    seen = []

    def build_a_lot(reloader: Reloader) -> None:
        for number in range(10):
            text = _MANY.replace("Number 3", f"Edit {number}" + "!" * number)
            reloader.settings.file.write_text(text, encoding="utf-8")
            reloader.look()
            seen.append((sys.getswitchinterval(), gc.isenabled()))

    threads = [threading.Thread(target=build_a_lot, args=(each,)) for each in reloaders]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert set(seen) == {before[:2]}
    after = sys.getswitchinterval(), gc.isenabled(), gc.get_threshold(), gc.get_freeze_count()
    assert after == before
