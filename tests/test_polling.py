"""Weeks of polling by the rules of five readers: each gets every change, and seldom the bytes.

The clock is simulated, the list is the real one. Each reader is a few lines that do what its source
does about validators, intervals and bodies; the editors are busier than the real ones, who change
the list less than once a week.
"""

import gzip
import hashlib
import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from functools import partial
from http import HTTPStatus
from pathlib import Path
from typing import Any, ClassVar

import brotli
import pytest
import yaml
from werkzeug.test import Client, TestResponse

import support
from feedpress import snapshot, times
from feedpress.delivery import web
from feedpress.model import Publication
from feedpress.snapshot import Snapshot

_ATOM, _RSS = "/atom.xml", "/rss.xml"
_BEGINNING = datetime(2026, 12, 1, 6, tzinfo=UTC)
_WEEKS = 8
_ENTRY = re.compile(rb"<(entry|item)>.*?</\1>", re.DOTALL)
_ID = re.compile(rb"<(?:id|guid[^>]*)>(.*?)</")
# What FreshRSS leaves out when it looks whether a feed is another.
_DATES = re.compile(rb"<(lastBuildDate|pubDate|updated|atom:updated)>[^<]*</\1>")
_MINUTE = timedelta(minutes=1)
_HOUR = timedelta(hours=1)


class _Press:
    """A file, a clock, and the process that publishes the one by the other."""

    def __init__(self, length: int | None = None) -> None:
        root = Path(__file__).parent.parent
        text = (root / "clippings.yaml").read_text(encoding="utf-8")
        self.file: dict[str, Any] = yaml.load(text, yaml.BaseLoader)  # noqa: S506 # texts only
        self.rows: list[dict[str, Any]] = self.file["clippings"][:length]
        self.now = _BEGINNING
        self.start()

    def start(self) -> None:
        """Start a process that knows nothing of the one before it."""
        self._snapshot: Snapshot | None = None
        self.save()
        self.client = Client(web.create_app(self.current, lambda: self.now))

    def save(self) -> None:
        """Publish the rows as they are."""
        about = self.file["publication"]
        self._publication: Publication = support.publication(
            self.rows, self.file["projects"], self.file["sources"], **about
        )
        self._snapshot = snapshot.build(self._publication, self.now, self._snapshot)

    def current(self) -> Snapshot:
        """Give the snapshot on the air; what falls due is there at its second."""
        assert self._snapshot
        while (due := self._snapshot.next_due) and due <= self.now:
            self._snapshot = snapshot.build(self._publication, due, self._snapshot)
        return self._snapshot

    def entries(self, path: str) -> dict[str, bytes]:
        """Give the entries that a feed should show now."""
        return _entries(snapshot.build(self._publication, self.now).documents[path].body)


def _entries(body: bytes) -> dict[str, bytes]:
    return {_id(entry[0]): entry[0] for entry in _ENTRY.finditer(body)}


def _id(entry: bytes) -> str:
    found = _ID.search(entry)
    assert found
    return found[1].decode()


# The readers.


@dataclass
class _Reader:
    """What all readers do: poll, keep validators, and read what they are sent."""

    path: ClassVar[str] = _RSS
    interval: ClassVar[timedelta] = _HOUR
    accepts: ClassVar[str] = "gzip"

    entries: dict[str, bytes] = field(default_factory=dict)
    etag: str | None = None
    last_modified: str | None = None
    #: The instant of the next request.
    next: datetime = _BEGINNING
    answers: Counter[int] = field(default_factory=Counter)
    sent: int = 0
    sizes: set[int] = field(default_factory=set)
    longest: timedelta = timedelta()

    def poll(self, press: _Press) -> None:
        """Make a request, and read the answer."""
        response = press.client.get(self.path, headers=self.request(press.now))
        size = _size(response)
        self.answers[response.status_code] += 1
        self.sent += size
        if response.status_code == 304:
            self.sizes.add(size)
            self.not_modified(response)
        else:
            self.read(_decoded(response), response)
        wait = self.wait(response)
        self.longest = max(wait, self.longest)
        self.next = press.now + wait

    def request(self, now: datetime) -> dict[str, str]:
        """Give the fields of the next request: both validators."""
        fields = {"Accept-Encoding": self.accepts}
        if self.etag:
            fields["If-None-Match"] = self.etag
        if self.last_modified:
            fields["If-Modified-Since"] = self.last_modified
        return fields

    def not_modified(self, response: TestResponse) -> None:
        """Do nothing about a 304."""

    def store_validators(self, response: TestResponse) -> None:
        """Keep what an answer says, and nothing where it says nothing."""
        self.etag = response.headers.get("ETag")
        self.last_modified = response.headers.get("Last-Modified")

    def read(self, body: bytes, response: TestResponse) -> None:
        """Take the whole feed; what has left it stays."""
        self.store_validators(response)
        self.entries |= _entries(body)

    def wait(self, response: TestResponse) -> timedelta:
        """Give the time until the next request."""
        return self.interval

    def lacks(self, current: dict[str, bytes]) -> set[str]:
        """Give the entries that should be there as they are now, and are not."""
        return {each for each, entry in current.items() if self.entries.get(each) != entry}


class Miniflux(_Reader):
    """It waits for the longest of ttl, max-age and its own hour, and reads these from a 200."""

    accepts = "br,gzip"

    def wait(self, response: TestResponse) -> timedelta:
        if response.status_code == 304:
            return self.interval
        ttl = re.search(rb"<ttl>(\d+)</ttl>", _decoded(response))
        assert ttl
        return max(self.interval, int(ttl[1]) * _MINUTE, _max_age(response))


class FreshRSS(_Reader):
    """It keeps max-age within bounds, and passes over a feed in which only dates are others."""

    accepts = "gzip, deflate"
    interval = 20 * _MINUTE  # how often its cron job runs

    seen = b""

    def wait(self, response: TestResponse) -> timedelta:
        kept = min(max(_max_age(response), _MINUTE), 24 * _HOUR)
        return -(-kept // self.interval) * self.interval or self.interval

    def read(self, body: bytes, response: TestResponse) -> None:
        self.store_validators(response)
        seen = hashlib.sha256(_DATES.sub(b"", body)).digest()
        if seen != self.seen:
            self.seen = seen
            self.entries |= _entries(body)

    def lacks(self, current: dict[str, bytes]) -> set[str]:
        held = {each: _DATES.sub(b"", entry) for each, entry in self.entries.items()}
        return {each for each, e in current.items() if held.get(each) != _DATES.sub(b"", e)}


class NetNewsWire(_Reader):
    """It takes validators from a 304, too, drops them after eight days, and forgets what left."""

    path = _ATOM
    interval = 30 * _MINUTE

    stored = _BEGINNING
    seen = b""
    fresh_until = _BEGINNING

    def request(self, now: datetime) -> dict[str, str]:
        if now - self.stored >= timedelta(days=8):
            self.stored = now
            self.etag = self.last_modified = None
        return super().request(now)

    def not_modified(self, response: TestResponse) -> None:
        self.store_validators(response)

    def read(self, body: bytes, response: TestResponse) -> None:
        self.store_validators(response)
        seen = hashlib.md5(body, usedforsecurity=False).digest()
        if seen != self.seen:
            self.seen = seen
            self.entries = _entries(body)

    def wait(self, response: TestResponse) -> timedelta:
        fresh = min(_max_age(response), 5 * _HOUR)
        return max(self.interval, -(-fresh // self.interval) * self.interval)


class Newsboat(_Reader):
    """It writes the date anew, and takes a feed of what is new."""

    accepts = "gzip, deflate"

    def request(self, now: datetime) -> dict[str, str]:
        fields = super().request(now)
        if "If-Modified-Since" in fields:
            since = parsedate_to_datetime(fields["If-Modified-Since"])
            fields["If-Modified-Since"] = since.strftime("%a, %d %b %Y %H:%M:%S GMT")
        if len(fields) > 1:
            fields["A-IM"] = "feed"
        return fields

    def not_modified(self, response: TestResponse) -> None:
        self.store_validators(response)

    def store_validators(self, response: TestResponse) -> None:
        # It never forgets the one because an answer has but the other, as a 226 has.
        self.etag = response.headers.get("ETag") or self.etag
        self.last_modified = response.headers.get("Last-Modified") or self.last_modified


class CurlByDate(_Reader):
    """`curl --remote-time --time-cond FILE --output FILE`: the file's date, and no tag."""

    path = _ATOM
    interval = 15 * _MINUTE
    accepts = ""

    def read(self, body: bytes, response: TestResponse) -> None:
        self.last_modified = response.headers.get("Last-Modified")
        self.entries = _entries(body)


class CurlByTag(_Reader):
    """`curl --etag-save TAG --etag-compare TAG`: the tag alone."""

    path = _ATOM
    interval = 15 * _MINUTE
    accepts = ""

    def read(self, body: bytes, response: TestResponse) -> None:
        self.etag = response.headers["ETag"]
        self.entries = _entries(body)


_READERS = (Miniflux, FreshRSS, NetNewsWire, Newsboat, CurlByDate, CurlByTag)
#: Those whose entries are those of the last document that they read.
_FORGETFUL = (NetNewsWire, CurlByDate, CurlByTag)


def _max_age(response: TestResponse) -> timedelta:
    return timedelta(seconds=response.cache_control.max_age or 0)


def _decoded(response: TestResponse) -> bytes:
    match response.headers.get("Content-Encoding"):
        case "br":
            decoded: bytes = brotli.decompress(response.data)
            return decoded
        case "gzip":
            return gzip.decompress(response.data)
        case _:
            return response.get_data()


def _size(response: TestResponse) -> int:
    """Count what goes over the line, without what a server adds (Date, Server)."""
    status = f"HTTP/1.1 {response.status_code} {HTTPStatus(response.status_code).phrase}\r\n"
    fields = sum(len(f"{name}: {value}\r\n") for name, value in response.headers.items())
    return len(status) + fields + len("\r\n") + len(response.data)


# The editors.

_Edit = Callable[[_Press], None]


def _add(press: _Press, name: str, added: datetime | None = None) -> None:
    row = {
        "id": f"replay-{name}",
        "title": f"City Hall Opens Its Books: {name}",
        "added": times.typed(added or press.now),
        "url": f"https://news.example.org/{name}",
        "published": press.now.strftime("%Y-%m-%d"),
        "projects": ["Data Science"],
        "summary": "The city has put its accounts where everybody can read them.",
    }
    press.rows.insert(0, row)
    press.save()


def _change(press: _Press, index: int, **more: str) -> None:
    press.rows[index] = press.rows[index] | more
    press.save()


def _put_back(press: _Press, index: int, key: str) -> None:
    press.rows[index] = {each: v for each, v in press.rows[index].items() if each != key}
    press.save()


def _edit_and_restart(press: _Press) -> None:
    press.rows[3] = press.rows[3] | {"summary": "This was written while nothing ran."}
    press.start()


def _edits() -> Iterator[tuple[datetime, _Edit]]:
    """Give what editors do in eight weeks: about four edits a week, and some at odd moments."""
    for week in range(_WEEKS):
        monday = _BEGINNING + timedelta(weeks=week)
        noon, on_the_hour = monday.replace(hour=20, minute=4, second=31), monday.replace(hour=23)
        yield noon, partial(_add, name=f"week-{week}")
        corrected = noon + timedelta(days=1, minutes=9)
        yield corrected, partial(_change, index=0, title="City Hall Opens Its Accounts")
        when = noon + timedelta(days=2, seconds=7)
        match week % 4:
            case 0:  # edits within a second; everybody polls between the first and the second
                for number, seconds in enumerate((-0.3, 0.3, 0.6)):
                    at = on_the_hour + timedelta(days=2, seconds=seconds)
                    yield at, partial(_change, index=1, summary=f"Try {number}.")
            case 1:  # held back: due at the second of a poll, by the clock alone
                due = on_the_hour + timedelta(days=4)
                yield when, partial(_add, name=f"held-back-{week}", added=due)
            case 2:  # taken back
                yield when, partial(_change, index=1, withdrawn=when.strftime("%Y-%m-%d"))
            case _:  # put back to what it was, after it has been seen
                yield when, partial(_change, index=2, language="fr")
                yield when + timedelta(hours=5), partial(_put_back, index=2, key="language")
        if week % 2:
            restart = _Press.start if week % 4 == 1 else _edit_and_restart
            yield when + timedelta(days=2, hours=1), restart
        else:
            again = when + timedelta(days=3)
            yield again, partial(_change, index=0, updated=times.typed(again))


@dataclass
class _Replayed:
    readers: tuple[_Reader, ...]
    edits: int


@pytest.fixture(scope="module")
def replayed() -> _Replayed:
    """Eight weeks of edits and polls; after each poll a reader has what it should have."""
    press, readers = _Press(), tuple(reader() for reader in _READERS)
    edits = sorted(_edits(), key=lambda edit: edit[0])
    number, end = len(edits), _BEGINNING + timedelta(weeks=_WEEKS)
    should: dict[str, dict[str, bytes]] = {}
    as_of: Snapshot | None = None
    while (reader := min(readers, key=lambda each: each.next)).next < end:
        if edits and edits[0][0] < reader.next:
            press.now, edit = edits.pop(0)
            edit(press)
            continue
        press.now = reader.next
        reader.poll(press)
        if press.current() is not as_of:
            as_of = press.current()
            should = {path: press.entries(path) for path in (_ATOM, _RSS)}
        name = f"{type(reader).__name__} at {press.now}"
        assert not reader.lacks(should[reader.path]), name
        if isinstance(reader, _FORGETFUL):
            assert reader.entries.keys() == should[reader.path].keys(), name
    assert not edits
    return _Replayed(readers, number)


def test_every_change_is_received(replayed: _Replayed) -> None:
    """Each reader has each change an hour later at most: the replay looks after every poll."""
    for reader in replayed.readers:
        assert reader.entries
        assert reader.longest <= _HOUR


def test_nineteen_polls_of_twenty_are_304(replayed: _Replayed) -> None:
    """At least 95 % of each reader's polls cost a head alone; `pytest -s` shows the bytes."""
    print(f"\n{_WEEKS} weeks, {replayed.edits} edits and restarts")
    print(f"{'reader':12} polls    304    226    200      bytes  a poll  a 304")
    total: Counter[int] = Counter()
    for reader in replayed.readers:
        polls, unchanged = reader.answers.total(), reader.answers[304]
        total += reader.answers
        name, answers, sizes = type(reader).__name__, reader.answers, reader.sizes
        print(
            f"{name:12} {polls:5}  {unchanged / polls:5.1%}  {answers[226]:4}   {answers[200]:4} "
            f"{reader.sent:10,} {reader.sent / polls:7.0f}  {min(sizes)} to {max(sizes)}"
        )
        assert unchanged >= 0.95 * polls
        assert 200 <= min(reader.sizes) <= max(reader.sizes) <= 700
        assert reader.answers.keys() <= {200, 226, 304}
    assert total[304] >= 0.95 * total.total()


def test_newsboat_is_sent_what_is_new(replayed: _Replayed) -> None:
    """Who takes a feed of what is new gets a whole one first, and when a new process differs."""
    newsboat = next(each for each in replayed.readers if isinstance(each, Newsboat))
    restarts_with_an_edit = _WEEKS // 4
    assert newsboat.answers[200] == 1 + restarts_with_an_edit
    assert newsboat.answers[226] > 20


# One thing at a time.


def _settled(reader: _Reader, press: _Press) -> _Press:
    """Let a reader poll until it knows a date, and once more."""
    for _ in range(3):
        press.now += timedelta(seconds=10)
        reader.poll(press)
    assert reader.answers[304] >= 1
    return press


@pytest.mark.parametrize("reader", [each() for each in _READERS], ids=lambda r: type(r).__name__)
def test_edits_within_one_second(reader: _Reader) -> None:
    """Who polls between two edits of one second gets the second one at the next poll."""
    press = _settled(reader, _Press(5))
    press.now = press.now.replace(microsecond=100_000) + timedelta(seconds=30)
    for step, title in enumerate(["First", "Second", "Third", "Second", "Fourth"]):
        _change(press, 0, title=title)
        reader.poll(press)
        assert not reader.lacks(press.entries(reader.path)), step
        press.now += timedelta(milliseconds=150)
    for _ in range(4):
        press.now += timedelta(seconds=5)
        reader.poll(press)
        assert not reader.lacks(press.entries(reader.path))
    assert reader.answers[304] >= 2


@pytest.mark.parametrize("seconds", [0.2, 1, 1.9, 2, 60])
def test_edit_and_restart_are_seen_by_date_alone(seconds: float) -> None:
    """A process that begins right after another one tells other bytes by another date."""
    reader = CurlByDate()
    press = _settled(reader, _Press(5))
    for title in ("First", "Second", "Third"):
        _change(press, 0, title=title)
        reader.poll(press)
        press.now += timedelta(seconds=seconds)
        reader.poll(press)
        press.rows[0] = press.rows[0] | {"title": f"{title}, and another"}
        press.start()
        for _ in range(4):
            reader.poll(press)
            assert not reader.lacks(press.entries(_ATOM))
            press.now += timedelta(seconds=1)


@pytest.mark.parametrize("hours", [1, 24])
def test_clock_that_was_put_back_is_seen_by_date_alone(hours: int) -> None:
    """A date is another date, not a later one: the machine's clock may have been wrong."""
    reader = CurlByDate()
    press = _settled(reader, _Press(5))
    press.now -= timedelta(hours=hours, seconds=7)
    press.rows[0] = press.rows[0] | {"title": "Another"}
    press.start()
    for _ in range(3):
        press.now += timedelta(seconds=3)
        reader.poll(press)
        assert not reader.lacks(press.entries(_ATOM))


def test_clock_that_is_put_back_while_running() -> None:
    """A process never tells the date that it has told before."""
    reader = CurlByDate()
    press = _settled(reader, _Press(5))
    told = {reader.last_modified}
    for title in ("First", "Second"):
        press.now -= 2 * _HOUR
        _change(press, 0, title=title)
        press.now += timedelta(hours=9)
        reader.poll(press)
        assert not reader.lacks(press.entries(_ATOM))
        assert reader.last_modified not in told
        told.add(reader.last_modified)


def test_due_by_the_clock() -> None:
    """What is held back is there at its second, and no answer is kept beyond it."""
    readers = [each() for each in _READERS]
    press = _Press(5)
    due = press.now + timedelta(hours=3, minutes=1)
    _add(press, "held-back", due)
    for reader in readers:
        while reader.next < due:
            press.now = reader.next
            reader.poll(press)
            assert not any("held-back" in each for each in reader.entries)
    for reader in readers:
        press.now = due
        reader.poll(press)
        assert any("held-back" in each for each in reader.entries)


def test_validators_are_on_every_304() -> None:
    """Who takes validators from a 304 has both of them for ever (NetNewsWire)."""
    reader = NetNewsWire()
    press = _settled(reader, _Press(5))
    for _ in range(5):
        assert {"If-None-Match", "If-Modified-Since"} <= reader.request(press.now).keys()
        press.now += _HOUR
        reader.poll(press)
    assert reader.answers[304] >= 5
