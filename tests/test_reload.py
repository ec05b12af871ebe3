"""The current snapshot follows the file and the clock, whatever happens to the file."""

import errno
import gc
import logging
import multiprocessing
import os
import shutil
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
from feedpress.delivery import web
from feedpress.delivery.files import Files
from feedpress.delivery.reload import Reloader
from feedpress.delivery.state import StateFolder
from feedpress.model import Publication
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


def test_change_is_told_in_one_line(
    write: Callable[[str], Path],
    quiet: Callable[..., Reloader],
    caplog: pytest.LogCaptureFixture,
) -> None:
    """A change is told in one line, in which warnings are only counted."""
    path = write(_text("One"))
    reloader = quiet()
    same = {"url": "https://a.example/", "added": "2020"}
    clippings = [
        same | {"id": f"c{number}", "title": f"{number}", "projects": ["a"]} for number in range(3)
    ]
    path.write_text(support.file_text(clippings, {"a": {"title": "A"}}), encoding="utf-8")
    reloader.look()
    assert _lines(caplog) == [
        f"{path}: 1 clipping in 1 feed",
        f"{path}: 3 clippings in 2 feeds; 2 warnings (feedpress check tells more)",
    ]
    assert {record.levelno for record in caplog.records} == {logging.INFO}


def test_each_error_has_a_line_before_it(
    write: Callable[[str], Path],
    quiet: Callable[..., Reloader],
    caplog: pytest.LogCaptureFixture,
) -> None:
    """What costs something is told with its place and its cure; the rest is published."""
    same = {"title": "A", "url": "https://a.example/"}
    path = write(
        support.file_text(
            [same | {"id": "a", "added": "2020"}, same | {"id": "b", "added": "2020"}, {**same}]
        )
    )
    quiet()
    error, summary = _lines(caplog)
    assert error.startswith(f"{path}:4:")
    assert error.endswith("[missing-date]")
    assert summary == (
        f"{path}: 2 clippings in 1 feed; 1 error, 1 warning (feedpress check tells more)"
    )
    assert [record.levelno for record in caplog.records] == [logging.ERROR, logging.INFO]


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
    assert error.startswith(f"{path} can't be published, what was published stays:\n{path}:")
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
        f"{path}: 0 clippings in 1 feed; 1 warning (feedpress check tells more)",
        f"{path}: 1 clipping in 1 feed; what was due by the clock has changed",
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
    client = web.create_app(reloader.current, clock).test_client()
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
    """It is made once, in the last minute, and put on the air and told of once."""
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
    assert _lines(caplog)[1:] == [
        f"{path}: 2 clippings in 3 feeds; what was due by the clock has changed"
    ]


def test_new_file_wins_over_the_upcoming_snapshot(
    write: Callable[[str], Path], quiet: Callable[..., Reloader]
) -> None:
    """What was made ahead of a file that has changed since never goes on the air."""
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
        reloader.look()  # it goes on the air
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
    """The thread publishes what is written, renamed, broken, mended, taken away and put back."""
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
        assert eventually(lambda: f"this state of {path} can't be shown" in _lines(caplog))
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


@pytest.mark.parametrize("is_enabled", [True, False])
def test_process_that_was_forked_while_a_snapshot_was_made(
    write: Callable[[str], Path], quiet: Callable[..., Reloader], is_enabled: bool
) -> None:
    """A new process collects garbage if the first one did before it began."""
    path = write(_text("One"))
    reloader = quiet()
    try:
        gc.enable() if is_enabled else gc.disable()
        forked = Reloader(Settings(path), lambda: support.NOW)
        gc.disable()  # as it is while a snapshot is made
        forked.stop()
        forked.start()
        assert gc.isenabled() is is_enabled
    finally:
        gc.enable()
    assert _feed(forked) == _feed(reloader)


def test_broken_clipping_stays_on_the_air(
    write: Callable[[str], Path],
    quiet: Callable[..., Reloader],
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Subscribers see no difference when a clipping breaks; those who run it are told."""
    path = write(_text("One", "Two"))
    reloader = quiet()
    entries = _feed(reloader).partition(b"<entry>")[2]
    path.write_text(_text("One", "Two").replace("2020-01-01", "soon", 1), encoding="utf-8")
    reloader.look()
    assert _feed(reloader).partition(b"<entry>")[2] == entries
    assert b"fh:complete" not in _feed(reloader)
    assert _lines(caplog)[-1] == (
        f"{path}: 2 clippings in 1 feed; 1 error (feedpress check tells more); 1 clipping as before"
    )
    health = reloader.health()
    assert (health.status, health.kept, len(health.errors)) == ("errors", 1, 1)


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


def test_thread_waits_for_the_rest(
    write: Callable[[str], Path], caplog: pytest.LogCaptureFixture
) -> None:
    """A file that is cut short is left alone, and told of, until the rest is there."""
    many = _text(*(f"Number {number}" for number in range(20)))
    path = write(many + "\n")
    with _watching(path) as reloader:
        first = reloader.current()
        half = many[: many.index('{"id": "c9"')].rstrip(", ") + "]"
        path.write_text(half, encoding="utf-8")
        told = f"{path} has become shorter, and ends amid a line: it is read when it has been still"
        assert eventually(lambda: any(line.startswith(told) for line in _lines(caplog)))
        assert reloader.current() is first
        path.write_text(many.replace("Number 3", "The third") + "\n", encoding="utf-8")
        assert eventually(lambda: b"<title>The third</title>" in _feed(reloader))
    assert not any("19 clippings" in line or "error" in line for line in _lines(caplog))


def test_clock_goes_on_while_a_file_is_waited_for(
    write: Callable[[str], Path], caplog: pytest.LogCaptureFixture
) -> None:
    """What is due is shown at its second, though the file is cut short at that time."""
    clock = _Clock()
    due = support.NOW + timedelta(hours=1)
    text = _held_back(due)
    path = write(text + "\n")
    with _watching(path, clock) as reloader:
        path.write_text(text[:-30], encoding="utf-8")
        assert eventually(lambda: "still for a while" in _lines(caplog)[-1])
        clock.now = due
        assert eventually(lambda: b"<title>Secret 0</title>" in _feed(reloader))


def test_state_that_is_kept_is_shown(
    write: Callable[[str], Path],
    quiet: Callable[..., Reloader],
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """After a restart with a broken file, what was on the air is on the air again."""
    path = write(_text("One", "Two"))
    state = tmp_path / "state"
    first = quiet(state=state)
    path.write_text(_text("One", "Two").replace("2020-01-01", "soon", 1), encoding="utf-8")
    first.look()
    path.write_text("publication: [", encoding="utf-8")
    again = quiet(state=state)
    assert _feed(again) == _feed(first)
    assert again.health().status == "stale"
    error, shown = _lines(caplog)[-2:]
    assert error.startswith(f"{path} can't be published, what was kept of it is published:\n")
    assert shown == f"{path}: 2 clippings in 1 feed; as it was kept"
    path.write_text(_text("One", "Two").replace("2020-01-01", "soon", 1), encoding="utf-8")
    again.look()
    assert again.health().kept == 1
    path.write_text(_text("One", "The second"), encoding="utf-8")
    again.look()
    assert b"<title>The second</title>" in _feed(again)
    assert _feed(quiet(state=state)) == _feed(again)


def test_state_is_kept_without_a_file(
    write: Callable[[str], Path], quiet: Callable[..., Reloader], tmp_path: Path
) -> None:
    """A file that is not there at the start is no reason to say nothing."""
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
    """What was kept and can't be read any more is told, and is no hindrance."""
    path = write(_text("One"))
    StateFolder(tmp_path / "state").save_files([((str(path), b"publication: ["),)])
    assert b"<title>One</title>" in _feed(quiet(state=tmp_path / "state"))
    assert _lines(caplog)[0].startswith("a state that was kept can't be read any more:\n")
