"""Whatever happens to the file and to the server, every answer is the last good version's.

Each step breaks something that goes wrong in real life, restarts or reloads the server, and saves
a good version in one of the ways in which programs save. All the while, every feed is polled
without a pause.
"""

import http.client
import os
import random
import shutil
import signal
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from threading import Event, Thread

import pytest

import support
from feedpress import snapshot
from feedpress.reading import publication_file
from servers import PATIENCE_S, SERVE, Start, eventually, starting

pytestmark = pytest.mark.slow

_PROJECTS = ("portal", "parks", "data")
_FEEDS = [
    f"{folder}{name}"
    for folder in ("/", *(f"/projects/{slug}/" for slug in _PROJECTS))
    for name in ("atom.xml", "rss.xml")
]
# Root may read what nobody may, so the server gives up that right.
_AS_ANYBODY = (
    ("setpriv", "--bounding-set=-dac_override,-dac_read_search", "--inh-caps=-all")
    if os.geteuid() == 0
    else ()
)

_Bodies = dict[str, bytes]


def _state(number: int) -> str:
    """Return a good version of the file; in each, many clippings have changed, come and gone."""
    head = support.file_text((), {slug: {"title": slug.title()} for slug in _PROJECTS})
    items = "".join(
        f"- id: c{n}\n"
        f"  title: Clipping {n} in state {number}\n"
        f"  url: https://news.example.org/{n}\n"
        f"  added: 2020-01-{1 + n % 28:02}T10:{n % 60:02}:00Z\n"
        f"  projects: [{_PROJECTS[n % 3]}]\n"
        f"  summary: {'All of it is new. ' * (n % 7)}It was in state {number}.\n"
        for n in (*range(60 + number % 7, 60, -1), *range(40))
        if (n + number) % 11
    )
    # No version is shorter than the one before, so that none is waited for.
    end = "# The end" + "!" * (number * 4096) + "\n"
    return head.replace("clippings: []\n", f"clippings:\n{items}") + end


def _documents(text: str) -> _Bodies:
    """Return the feeds of a good version."""
    publication, _ = publication_file.load([("clippings.yaml", text.encode())])
    documents = snapshot.build(publication, datetime.now(UTC)).documents
    return {path: documents[path].body for path in _FEEDS}


class _Pollers:
    """One client for each feed that asks without a pause, and notes every wrong answer."""

    def __init__(self, port: int) -> None:
        self.faults: list[str] = []
        self.answers: Counter[int] = Counter()
        #: The versions that may be published now.
        self.good: tuple[_Bodies, ...] = ()
        #: Whether the server may be down, and whether it may have nothing to publish.
        self.may_be_down = self.may_be_empty = False
        self._port = port
        self._end = Event()
        self._threads = [Thread(target=self._poll, args=(path,)) for path in _FEEDS]

    @contextmanager
    def polling(self) -> Iterator[None]:
        """Poll in threads until the block ends."""
        for thread in self._threads:
            thread.start()
        try:
            yield
        finally:
            self._end.set()
            for thread in self._threads:
                thread.join()

    @contextmanager
    def tolerating(self, *, empty: bool = False) -> Iterator[None]:
        """Allow refused connections, and if `empty` also 503, until the block ends."""
        self.may_be_down, self.may_be_empty = True, empty
        yield
        self.may_be_down = False

    def _poll(self, path: str) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=PATIENCE_S)
        chance, etag, held, is_new = random.Random(path), "", b"", True  # noqa: S311
        while not self._end.is_set():
            good, is_excused, may_be_empty = self.good, self.may_be_down, self.may_be_empty
            try:
                connection.request("GET", path, headers={"If-None-Match": etag} if etag else {})
                response = connection.getresponse()
                body = response.read()
            except (OSError, http.client.HTTPException) as error:
                connection.close()
                # A server may close an idle connection while a request is on its way, and clients
                # try again with a new one.
                if is_new and not (is_excused or self.may_be_down):
                    self.faults.append(f"{path}: {error!r}")
                is_new = True
                continue
            is_new = False
            held = body if response.status == 200 else held
            allowed = {each[path] for each in (*good, *self.good)}
            is_empty = response.status == 503 and (may_be_empty or self.may_be_empty)
            if not is_empty and (response.status not in (200, 304) or held not in allowed):
                self.faults.append(f"{path}: {response.status}, {len(held)} bytes")
            self.answers[response.status] += 1
            # Now and then somebody has lost what it had.
            etag = (response.getheader("ETag") or "") if chance.random() < 0.9 else ""
            time.sleep(0.004)  # else they would leave the test no time for the faults
        connection.close()


class _File:
    """The editors' file, what happens to it, and the ways in which it is saved."""

    def __init__(self, path: Path, chance: random.Random) -> None:
        self.path, self.chance = path, chance
        self._other = path.with_name(".other")

    def pause(self, longest: float = 0.3) -> None:
        time.sleep(self.chance.random() * longest)

    def clear(self) -> None:
        """Take away whatever is there."""
        if self.path.is_dir() and not self.path.is_symlink():
            self.path.rmdir()
        else:
            self.path.unlink(missing_ok=True)

    def whole(self, text: str) -> None:
        """Save in place, in one go."""
        if not self.path.is_file() or self.path.is_symlink():
            self.clear()
        self.path.write_text(text, encoding="utf-8")

    def by_rename(self, text: str) -> None:
        """Write another file and rename it, as rsync and careful editors do."""
        self._other.write_text(text, encoding="utf-8")
        if self.path.is_dir():
            self.clear()
        self._other.rename(self.path)

    def anew(self, text: str) -> None:
        """Take the old one away and write the new one, as git does it."""
        self.clear()
        self.pause()
        self.path.write_text(text, encoding="utf-8")

    def behind_backup(self, text: str) -> None:
        """Rename the old one and write the new one piece by piece."""
        if self.path.is_file():
            self.path.rename(self.path.with_name("clippings.yaml~"))
        self.in_pieces(text)

    def in_pieces(self, text: str) -> None:
        """Write in place, piece by piece, as rsync --inplace or a slow network does it."""
        if not self.path.is_file() or self.path.is_symlink():
            self.clear()
        data, done = text.encode(), 0
        with self.path.open("wb", buffering=0) as written:
            while done < len(data):
                size = self.chance.randrange(1, len(data))
                written.write(data[done : done + size])
                done += size
                self.pause(0.15)

    def switched(self, text: str) -> None:
        """Switch a symbolic link in the path to a new folder, as Kubernetes does it."""
        folder = self.path.with_name(f"data-{self.chance.randrange(10**9)}")
        folder.mkdir()
        (folder / self.path.name).write_text(text, encoding="utf-8")
        self._other.unlink(missing_ok=True)
        self._other.symlink_to(folder.name)
        self._other.rename(self.path.with_name("..data"))
        if not (self.path.is_symlink() and self.path.exists()):
            self.clear()
            self.path.symlink_to(f"..data/{self.path.name}")

    def nothing_happens(self, _good: str) -> None:
        """Only the save comes."""

    def breaks(self, good: str) -> None:
        """Somebody saves a file that is no YAML, or no list of clippings."""
        broken = self.chance.choice(
            [
                good.replace("publication: {", "publication: [{"),
                good.replace("clippings:\n", "clipings:\n"),
                good.replace("  title:", " title:", 3),
                good.replace("- id: c1\n", "<<<<<<< HEAD\n- id: c1\n=======\n>>>>>>> theirs\n"),
                good.replace("title: ", 'title: "', 1),
                "",
                "- nothing but a list\n",
                "\0\0\0",
            ]
        )
        self.chance.choice([self.whole, self.by_rename])(broken)
        self.pause()

    def is_written_in_utf_16(self, good: str) -> None:
        """An editor saves it in another encoding."""
        self.whole("")
        self.path.write_bytes(good.encode("utf-16"))
        self.pause()

    def vanishes(self, _good: str) -> None:
        """It is not there for a while."""
        self.clear()
        self.pause(0.8)

    def is_cut(self, good: str) -> None:
        """Only the first part of it is there, be it good YAML or not, as after a crash."""
        at = self.chance.randrange(len(good))
        if self.chance.random() < 0.5:  # the worst place: all that is there is good
            at = good.find("\n- id", at) + 1
        self.chance.choice([self.whole, self.by_rename])(good[:at])
        self.pause(0.8)

    def loses_its_rights(self, good: str) -> None:
        """Nobody may read it, while it is saved, too."""
        self.whole(good)
        self.path.chmod(0)
        self.pause()
        self.path.chmod(0o644)

    def becomes_a_folder(self, _good: str) -> None:
        """A folder has its name."""
        self.clear()
        self.path.mkdir()
        self.pause()

    def becomes_a_pipe(self, _good: str) -> None:
        """A pipe, which would never end, has its name."""
        self.clear()
        os.mkfifo(self.path)
        self.pause()

    def is_a_link_to_nothing(self, _good: str) -> None:
        """A link has its name that leads nowhere."""
        self.clear()
        self.path.symlink_to("nowhere")
        self.pause()

    @property
    def faults(self) -> list[Callable[[str], None]]:
        return [
            self.nothing_happens, self.breaks, self.is_written_in_utf_16, self.vanishes,
            self.is_cut, self.loses_its_rights, self.becomes_a_folder, self.becomes_a_pipe,
            self.is_a_link_to_nothing,
        ]  # fmt: skip

    @property
    def saves(self) -> list[Callable[[str], None]]:
        return [
            self.whole, self.by_rename, self.anew, self.behind_backup, self.in_pieces,
            self.switched,
        ]  # fmt: skip


def _break_one(text: str, chance: random.Random) -> str:
    """Break one clipping of a good version; nothing else is wrong with it."""
    items = text.split("\n- ")
    number = chance.randrange(1, len(items))
    old, new = chance.choice(
        [
            ("added: 2020", "added: in 2020"),
            ("title: ", "titel: "),
            ("added: ", "addedd: "),
            ("title: ", "title: [1]\n  title: "),
            ("projects: [", "projects: [Zoo, "),
        ]
    )
    items[number] = items[number].replace(old, new, 1)
    return "\n- ".join(items)


class _Service:
    """The server, and what its operator does to it."""

    def __init__(self, start: Start, options: list[str], environ: dict[str, str]) -> None:
        self._start, self._options, self._environ = start, options, environ
        self.server = start(*SERVE, *options, before=_AS_ANYBODY, **environ)
        self.keeps_state = "--state" in options

    def reload(self) -> None:
        """Replace the workers, as `systemctl reload` does."""
        self.server.process.send_signal(signal.SIGHUP)

    def restart(self) -> None:
        """End the server and start it again."""
        self.server.end()
        self._start_again()

    def crash(self) -> None:
        """Kill every process of the server, and start it again."""
        os.killpg(self.server.process.pid, signal.SIGKILL)
        self.server.process.wait()
        self._start_again()

    def _start_again(self) -> None:
        self.server = self._start(
            *SERVE,
            *self._options,
            before=_AS_ANYBODY,
            port=self.server.port,
            **self._environ,
        )

    def publishes(self, feed: bytes) -> bool:
        """Return whether every worker answers with a feed.

        The system gives each connection to one of two workers by chance, so eight would now and
        then all meet the same one.
        """
        try:
            return all(self.server.get("/atom.xml") == (200, feed) for _ in range(40))
        except (OSError, http.client.HTTPException):
            return False


def _run(service: _Service, path: Path, pollers: _Pollers, steps: int) -> Counter[str]:
    chance = random.Random(steps)  # noqa: S311
    file, done = _File(path, chance), Counter[str]()
    text = path.read_text(encoding="utf-8")
    current = _documents(text)
    for step in range(steps):
        broken, fault = _break_one(text, chance), chance.choice([*file.faults, *[None] * 4])
        # A reload is the likeliest of what an operator does.
        operate = chance.choice([service.reload, service.restart, service.crash, service.reload])
        if fault:
            fault(text)
        elif operate == service.reload:
            chance.choice(file.saves)(broken)
            operate()
        else:
            is_broken = chance.random() < 0.5
            chance.choice([file.whole, file.by_rename])(broken if is_broken else text)
            with pollers.tolerating(empty=is_broken and not service.keeps_state):
                operate()
        if step % 3 == 0:
            chance.choice(file.saves)(broken)
            file.pause(0.5)
        text = _state(step + 1)
        after = _documents(text)
        pollers.good = (current, after)
        save = chance.choice(file.saves)
        save(text)
        what = fault or operate
        done.update((what.__name__, save.__name__))
        assert eventually(lambda after=after: service.publishes(after["/atom.xml"])), (  # type: ignore[misc]
            f"step {step}: {what.__name__}, {save.__name__}\n{service.server.said()[-2000:]}"
        )
        pollers.may_be_empty = False
        pollers.good, current = (after,), after
        if pollers.faults:
            break
        for old in path.parent.glob("data-*"):
            if not path.is_symlink():
                shutil.rmtree(old)
    return done


@pytest.mark.parametrize(
    ("steps", "options", "environ"),
    [
        pytest.param(75, [], {}, id="one process"),
        pytest.param(45, ["--workers", "2"], {}, id="two processes"),
        pytest.param(
            30,
            ["--workers", "2", "--state", "state"],
            # As on a file system that reports no changes.
            {"WATCHFILES_FORCE_POLLING": "true", "WATCHFILES_POLL_DELAY_MS": "100000"},
            id="two processes, a state folder, no notification",
        ),
    ],
)
def test_every_answer_is_the_last_good_version(
    tmp_path: Path, steps: int, options: list[str], environ: dict[str, str]
) -> None:
    """Broken saves, kills, reloads and restarts in random order change no answer.

    Without a state folder, a server that starts with a broken file answers 503 until it is fixed.
    """
    folder = tmp_path / "press"
    folder.mkdir()
    path = folder / "clippings.yaml"
    path.write_text(_state(0), encoding="utf-8")
    with starting(folder) as start:
        service = _Service(start, options, environ)
        pollers = _Pollers(service.server.port)
        pollers.good = (_documents(_state(0)),)
        with pollers.polling():
            done = _run(service, path, pollers, steps)
        assert pollers.faults == []
        assert service.server.process.poll() is None
        assert "Traceback" not in service.server.said()
    print(f"\n{steps} steps: {dict(pollers.answers)}; {dict(done)}")
    assert pollers.answers.keys() <= {200, 304, 503}
    assert sum(pollers.answers.values()) > 20 * steps
