"""Whatever becomes of the file while a server runs, everybody gets a good state, whole.

Each step does something to the file that goes wrong in real life, and then saves a good state in
one of the ways in which programs save. All the while, every feed is polled without a pause.
"""

import http.client
import os
import random
import shutil
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from threading import Event, Thread

import pytest
from feedpress.editors.keeping import Keeper

import support
from feedpress import snapshot
from servers import PATIENCE_S, SERVE, Server, eventually, starting

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


def _state(number: int) -> str:
    """Give a good state of the file, in which many clippings have changed, come and gone."""
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
    # Mostly the end stays as it was, as in real life; else it is left alone for longer.
    end = f"# {'This is the end of the file. ' * 3}{number // 20}\n"
    return head.replace("clippings: []\n", f"clippings:\n{items}") + end


class _Pollers:
    """Somebody for each feed who asks without a pause; what is not as it should be is noted."""

    def __init__(self, server: Server) -> None:
        self.faults: list[str] = []
        self.answers: Counter[int] = Counter()
        self._server = server
        self._good: dict[str, set[bytes]] = {path: set() for path in _FEEDS}
        self._tags: dict[str, set[str]] = {path: set() for path in _FEEDS}
        self._end = Event()
        self._threads = [Thread(target=self._poll, args=(path,)) for path in _FEEDS]

    @contextmanager
    def polling(self) -> Iterator[None]:
        for thread in self._threads:
            thread.start()
        try:
            yield
        finally:
            self._end.set()
            for thread in self._threads:
                thread.join()

    def allow(self, keeper: Keeper, text: str) -> bytes:
        """Take the documents of a state for good, and give the feed of all."""
        loaded = keeper.load((("clippings.yaml", text.encode()),), datetime.now(UTC))
        documents = snapshot.build(loaded.publication, datetime.now(UTC)).documents
        for path in _FEEDS:
            self._good[path].add(documents[path].body)
        return documents["/atom.xml"].body

    def _poll(self, path: str) -> None:
        connect = http.client.HTTPConnection("127.0.0.1", self._server.port, timeout=PATIENCE_S)
        etag = ""
        with closing(connect) as connection:
            while not self._end.is_set():
                try:
                    connection.request("GET", path, headers={"If-None-Match": etag} if etag else {})
                    response = connection.getresponse()
                    self._judge(path, response.status, response.read(), etag)
                    # Now and then somebody has lost what it had.
                    etag = response.getheader("ETag", "") if random.random() < 0.9 else ""  # noqa: S311
                    time.sleep(0.002)  # else they would leave the test no time for the faults
                except (OSError, http.client.HTTPException) as error:
                    self.faults.append(f"{path}: {error!r}")
                    connection.close()

    def _judge(self, path: str, status: int, body: bytes, etag: str) -> None:
        self.answers[status] += 1
        if status == 200 and body not in self._good[path]:
            self.faults.append(f"{path}: a body of {len(body)} bytes that is no good state")
        elif status not in (200, 304) or (status == 304 and not etag):
            self.faults.append(f"{path}: {status}")


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
    """Break one clipping of a good state: it alone is concerned, and it stays as it was."""
    items = text.split("\n- ")
    number = chance.randrange(1, len(items))
    old, new = chance.choice(
        [
            ("added: 2020", "added: in 2020"),
            ("title: ", "titel: "),
            ("added: ", "addedd: "),
            ("title: ", "title: [1]\n  title: "),
        ]
    )
    items[number] = items[number].replace(old, new, 1)
    return "\n- ".join(items)


def _run(server: Server, path: Path, steps: int, seed: int) -> tuple[_Pollers, Counter[str]]:
    chance = random.Random(seed)  # noqa: S311
    file, pollers, keeper = _File(path, chance), _Pollers(server), Keeper()
    text = path.read_text(encoding="utf-8")
    pollers.allow(keeper, text)
    done: Counter[str] = Counter()
    with pollers.polling():
        for step in range(steps):
            fault = file.faults[step % len(file.faults)]
            fault(text)
            text = _state(step + 1)
            good = pollers.allow(keeper, text)
            broken = _break_one(text, chance)
            # What the broken one comes to is allowed before it is there.
            instead = pollers.allow(keeper, broken)
            save = chance.choice(file.saves)
            save(text)
            done.update((fault.__name__, save.__name__))
            assert eventually(lambda good=good: _is_on_air(server, good)), (  # type: ignore[misc]
                f"step {step}: {fault.__name__}, {save.__name__}\n{server.said()[-2000:]}"
            )
            if step % 3 == 0:
                save = chance.choice(file.saves)
                save(broken)
                done["breaks one clipping"] += 1
                assert eventually(
                    lambda instead=instead: _is_on_air(server, instead)  # type: ignore[misc]
                ), f"step {step}: broken, {save.__name__}\n{server.said()[-2000:]}"
            if pollers.faults:
                break
            for old in path.parent.glob("data-*"):
                if not path.is_symlink():
                    shutil.rmtree(old)
    return pollers, done


def _is_on_air(server: Server, feed: bytes) -> bool:
    return all(server.get("/atom.xml") == (200, feed) for _ in range(8))


@pytest.mark.parametrize(
    ("steps", "options", "environ"),
    [
        pytest.param(150, [], {}, id="one process"),
        pytest.param(
            30,
            ["--workers", "2", "--state", "state"],
            # As on a file system that tells of no change.
            {"WATCHFILES_FORCE_POLLING": "true", "WATCHFILES_POLL_DELAY_MS": "100000"},
            id="two, without notification, with a folder for the state",
        ),
    ],
)
def test_nobody_notices(
    tmp_path: Path, steps: int, options: list[str], environ: dict[str, str]
) -> None:
    """Under hundreds of faults, no answer is other than 200 or 304, no body no good state."""
    folder = tmp_path / "press"
    folder.mkdir()
    path = folder / "clippings.yaml"
    path.write_text(_state(0), encoding="utf-8")
    with ExitStack() as stack:
        start = stack.enter_context(starting(folder))
        server = start(*SERVE, *options, before=_AS_ANYBODY, **environ)
        pollers, done = _run(server, path, steps, seed=steps)
        assert pollers.faults == []
        assert server.process.poll() is None
        assert "Traceback" not in server.said()
    print(f"\n{steps} steps: {dict(pollers.answers)}; {dict(done)}")
    assert set(pollers.answers) == {200, 304}
    assert sum(pollers.answers.values()) > 20 * steps
