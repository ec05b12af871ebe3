"""Six weeks of polls: each reader gets every change, and nearly always in a few bytes.

The readers keep to what their sources say of validators and intervals. All of them ask one
site, whose clock is simulated: one whose file is edited about once a week, which is started again
now and then, and which somebody rolls back.
"""

import gzip
import hashlib
import re
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime, parsedate_to_datetime
from heapq import heapify, heapreplace
from typing import ClassVar

import brotli
import pytest
from werkzeug.test import TestResponse

import support
from feedpress import snapshot, times
from feedpress.model import Clipping, Publication, When
from feedpress.schedule import schedule
from feedpress.serving import app

pytestmark = pytest.mark.slow

_START = datetime(2026, 11, 23, tzinfo=UTC)
_END = _START + timedelta(weeks=6)
_HOUR = timedelta(hours=1)
#: For so long after a change no Last-Modified is sent: two seconds, and one for each change more
#: that came in the same second.
_SETTLING = timedelta(seconds=5)
#: What a server puts to each answer.
_OF_THE_SERVER = {"Server": "granian", "Date": "Mon, 23 Nov 2026 00:00:00 GMT"}

_DECODERS: Mapping[str, Callable[[bytes], bytes]] = {
    "br": brotli.decompress,
    "gzip": gzip.decompress,
    "identity": bytes,
}

#: By id, what is shown of an entry: when it was updated, and its title.
_Entries = dict[str, tuple[str, str]]
_Change = Callable[[Publication], Publication]


def _at(written: str) -> datetime:
    return datetime.fromisoformat(f"2026-{written}+00:00")


def _when(instant: datetime) -> When:
    return When(instant.year, instant.month, instant.day, time=instant)


def _same(publication: Publication) -> Publication:
    return publication


def _added(name: str, added: datetime) -> _Change:
    new = Clipping(
        id=name,
        slug=name,
        title=f"The {name.title()} Story",
        added=_when(added),
        summary="The city has a new portal, and a newspaper has written about it.",
    )
    return lambda before: replace(before, clippings=(new, *before.clippings))


def _titled(name: str, title: str) -> _Change:
    return lambda before: _changed(before, name, lambda each: replace(each, title=title))


def _withdrawn(name: str, day: When) -> _Change:
    return lambda before: _changed(before, name, lambda each: replace(each, withdrawn=day))


def _corrected(name: str, title: str, instant: datetime) -> _Change:
    return lambda before: _changed(
        before,
        name,
        lambda each: replace(each, title=title, withdrawn=None, updated=_when(instant)),
    )


def _without(name: str) -> _Change:
    return lambda before: replace(
        before, clippings=tuple(each for each in before.clippings if each.id != name)
    )


def _changed(
    publication: Publication, name: str, change: Callable[[Clipping], Clipping]
) -> Publication:
    assert any(each.id == name for each in publication.clippings)
    clippings = (change(each) if each.id == name else each for each in publication.clippings)
    return replace(publication, clippings=tuple(clippings))


@dataclass(frozen=True)
class _Event:
    """Something that is done to the site: the file is changed, in the same process or not."""

    at: datetime
    change: _Change = _same
    restarts: bool = False
    #: Whether the process before this one, which is still there, serves again.
    rolls_back: bool = False


_HELD_BACK_UNTIL = _at("12-03T17:00:00")
_OLD_TOMBSTONE_ENDS = _at("12-31T04:00:00")

_EVENTS = (
    # Two edits within one second, and some poll in between.
    _Event(_at("11-25T10:00:00.250"), _added("market", _at("11-25T09:58:00"))),
    _Event(_at("11-25T10:00:00.750"), _titled("market", "The Market, Corrected")),
    # Held back until an instant at which some poll.
    _Event(_at("11-30T15:20:00"), _added("held", _HELD_BACK_UNTIL)),
    # Put back to what it was: a day later, within the hour, within the second.
    _Event(_at("12-07T09:30:00"), _titled("market", "A Mistake")),
    _Event(_at("12-08T09:30:00"), _titled("market", "The Market, Corrected")),
    _Event(_at("12-09T12:10:00"), _added("too-early", _at("12-09T12:09:00"))),
    _Event(_at("12-09T12:25:00"), _without("too-early")),
    _Event(_at("12-10T09:00:00.250"), _titled("held", "Another Mistake")),
    _Event(_at("12-10T09:00:00.750"), _titled("held", "The Held Story")),
    # Taken back on the day, and weeks later shown again.
    _Event(_at("12-14T20:00:00.100"), _withdrawn("market", When(2026, 12, 14))),
    # Started again: as it was, and between two edits of one second.
    _Event(_at("12-17T03:00:00"), restarts=True),
    _Event(_at("12-18T16:00:00.200"), _added("bridge", _at("12-18T15:59:00"))),
    _Event(_at("12-18T16:00:00.800"), _titled("bridge", "The Bridge"), restarts=True),
    # A roll-out with a change, which is rolled back.
    _Event(_at("12-22T10:40:00"), _titled("bridge", "Rolled Out"), restarts=True),
    _Event(_at("12-22T14:10:00"), rolls_back=True),
    _Event(_at("12-28T18:30:00"), _corrected("market", "Back Again", _at("12-28T18:29:00"))),
)


class _Process:
    """One process of feedpress, with a memory of its own."""

    def __init__(self, publication: Publication, clock: Callable[[], datetime]) -> None:
        self.publication = publication
        self.current = snapshot.build(publication, clock())
        self.client = app.build_app(lambda: self.current, clock).test_client()
        self._clock = clock

    def turn(self, change: _Change = _same) -> None:
        """Publish the file as it is after a change, or as the clock has it now."""
        self.publication = change(self.publication)
        self.current = snapshot.build(self.publication, self._clock(), self.current)


class _Site:
    """What is public at an instant, when it last changed, and when by the clock alone."""

    def __init__(self, publication: Publication) -> None:
        self.now = self.changed_at = self.turned_at = _START
        self._events = list(_EVENTS)
        self._processes = [self._process(publication)]
        self._read: dict[str, tuple[_Entries, dict[str, str]]] = {}

    def go_to(self, now: datetime) -> None:
        """Let everything happen that happens until then, in its order."""
        while True:
            due = self._processes[-1].current.next_due or _END
            event = self._events[0].at if self._events else _END
            if min(due, event) > now or min(due, event) == _END:
                break
            self.now = self.changed_at = min(due, event)
            if event <= due:
                self._meet(self._events.pop(0))
            else:
                self.turned_at = due
                self._processes[-1].turn()
            self._read.clear()
        self.now = now

    def get(self, path: str, headers: Mapping[str, str]) -> TestResponse:
        """Ask for a path, now."""
        return self._processes[-1].client.get(path, headers=headers)

    def published(self, path: str) -> tuple[_Entries, dict[str, str]]:
        """Return the entries and tombstones that a feed has now."""
        if path not in self._read:
            self._read[path] = _read(self._processes[-1].current.documents[path].body)
        return self._read[path]

    def _meet(self, event: _Event) -> None:
        process = self._processes[-1]
        if event.rolls_back:
            self._processes.pop()
        elif event.restarts:
            self._processes.append(self._process(event.change(process.publication)))
        else:
            process.turn(event.change)

    def _process(self, publication: Publication) -> _Process:
        return _Process(publication, lambda: self.now)


def _read(body: bytes) -> tuple[_Entries, dict[str, str]]:
    """Return what a feed of either format shows, and of what it says that it was taken back."""
    root = support.parse(body)
    entries: _Entries = {}
    for each in (*root.iterfind("{*}entry"), *root.iterfind("channel/item")):
        found = [
            support.text_at(each, path)
            for path in ("a:id | guid", "a:updated | atom:updated", "a:title | title")
        ]
        entry_id, updated, title = (text or "" for text in found)
        entries[entry_id] = updated, title
    tombstones = {each.get("ref"): each.get("when") for each in root.iterfind("{*}deleted-entry")}
    return entries, tombstones


@dataclass
class _Reader:
    """Somebody who polls one feed: the rules of a reader, what it has, and what that cost."""

    path: str
    #: When the first poll is.
    next_at: datetime
    entries: _Entries = field(default_factory=dict)
    etag: str | None = None
    last_modified: str | None = None
    statuses: Counter[int] = field(default_factory=Counter)
    #: Each answer with a body: when it came, its status and its bytes.
    sent: list[tuple[datetime, int, int]] = field(default_factory=list)
    cost: int = 0
    largest_304: int = 0
    #: When it had something else than what was published, though it had just asked or was told
    #: that there was no need to.
    behind: list[datetime] = field(default_factory=list)
    #: Which answers had no validator, of which it could have been told one.
    unvalidated: list[datetime] = field(default_factory=list)
    #: Polls by the names of the conditions that they had.
    asked_with: Counter[tuple[str, ...]] = field(default_factory=Counter)
    #: How many answers came while the last change was still settling.
    unsettled: int = 0

    headers: ClassVar[Mapping[str, str]] = {"Accept-Encoding": "gzip, deflate"}
    #: Whether it forgets what a whole feed no longer has.
    forgets: ClassVar[bool] = False

    def wake(self, site: _Site) -> None:
        """Poll, unless the rules say that there is no need; note when to wake again."""
        self.poll(site)

    def poll(self, site: _Site) -> TestResponse:
        """Ask, read what comes, and compare with what is published."""
        conditions = self.conditions()
        response = site.get(self.path, {**self.headers, **conditions})
        self._account(response, conditions, site)
        self.remember(response, site.now)
        if response.status_code != 304:
            self.take(_decoded(response))
        self.next_at = site.now + self.interval(response)
        if not self._is_up_to_date(*site.published(self.path)):
            self.behind.append(site.now)
        return response

    def conditions(self) -> dict[str, str]:
        """Return the fields that make the request a conditional one."""
        fields = {"If-None-Match": self.etag, "If-Modified-Since": self.last_modified}
        return {name: value for name, value in fields.items() if value}

    def remember(self, response: TestResponse, now: datetime) -> None:
        """Keep the validators of an answer: here those of whole feeds."""
        if response.status_code == 200:
            self.etag = response.headers.get("ETag")
            self.last_modified = response.headers.get("Last-Modified")

    def take(self, body: bytes) -> None:
        """Read a feed."""
        entries, tombstones = _read(body)
        kept = {} if self.forgets else self.entries
        self.entries = {
            entry_id: entry
            for entry_id, entry in {**kept, **entries}.items()
            if entry_id in entries or entry[0] > tombstones.get(entry_id, "")
        }

    def interval(self, response: TestResponse) -> timedelta:
        """Return how long it waits after an answer."""
        return _HOUR

    def _is_up_to_date(self, entries: _Entries, tombstones: Mapping[str, str]) -> bool:
        has_all = entries.items() <= self.entries.items()
        has_nothing_else = self.entries.keys() <= entries.keys()
        was_told_to_forget = self.entries.keys() & tombstones.keys()
        return has_all and not was_told_to_forget and (has_nothing_else or not self.forgets)

    def _account(self, response: TestResponse, conditions: Mapping[str, str], site: _Site) -> None:
        size = _on_the_wire(response)
        self.statuses[response.status_code] += 1
        self.asked_with[tuple(sorted(conditions))] += 1
        self.cost += size
        if response.status_code == 304:
            self.largest_304 = max(self.largest_304, size)
        else:
            self.sent.append((site.now, response.status_code, size))
        is_settled = site.now >= site.changed_at + _SETTLING
        self.unsettled += not is_settled
        promised = {"ETag", "Last-Modified"} if is_settled else {"ETag"}
        if not promised <= {*response.headers.keys()}:
            self.unvalidated.append(site.now)


class _Miniflux(_Reader):
    """What a whole feed says of intervals, in its fields and its body, holds if it is longer."""

    headers: ClassVar[Mapping[str, str]] = {"Accept-Encoding": "br, gzip"}

    def interval(self, response: TestResponse) -> timedelta:
        if response.status_code != 200:
            return _HOUR
        found = re.search(rb"<ttl>(\d+)</ttl>", _decoded(response))
        ttl = timedelta(minutes=int(found[1])) if found else timedelta()
        return max(ttl, _max_age(response), _HOUR)


class _FreshRSS(_Reader):
    """What any answer says of its age holds if it is longer."""

    def interval(self, response: TestResponse) -> timedelta:
        return max(_max_age(response), _HOUR)


class _NetNewsWire(_Reader):
    """It wakes often, asks seldom, and now and then asks as if for the first time."""

    headers: ClassVar[Mapping[str, str]] = {"Accept-Encoding": "gzip, deflate, br"}
    forgets = True
    _wakes_every = timedelta(minutes=10)
    _longest_age = timedelta(hours=5)
    _drops_every = timedelta(days=8)

    asked_at = fresh_until = _START
    dropped_at = _START
    drops = 0
    body_hash = b""
    skipped = 0

    def wake(self, site: _Site) -> None:
        if site.now >= self.dropped_at + self._drops_every:
            self.etag = self.last_modified = None
            self.dropped_at = site.now
            self.drops += 1
        if site.now >= self.fresh_until:
            response = self.poll(site)
            self.fresh_until = site.now + min(_max_age(response), self._longest_age)
            self.asked_at = site.now
        elif site.turned_at > self.asked_at:
            self.behind.append(site.now)
        self.next_at = site.now + self._wakes_every

    def remember(self, response: TestResponse, now: datetime) -> None:
        self.etag = response.headers.get("ETag")
        self.last_modified = response.headers.get("Last-Modified")

    def take(self, body: bytes) -> None:
        body_hash = hashlib.sha256(body).digest()
        if body_hash == self.body_hash:
            self.skipped += 1
            return
        self.body_hash = body_hash
        super().take(body)


class _Newsboat(_Reader):
    """It writes the date in its own way; what an answer lacks it keeps."""

    headers: ClassVar[Mapping[str, str]] = {"Accept-Encoding": "gzip, deflate"}

    def remember(self, response: TestResponse, now: datetime) -> None:
        self.etag = response.headers.get("ETag") or self.etag
        if told := response.headers.get("Last-Modified"):
            self.last_modified = format_datetime(parsedate_to_datetime(told))


class _CurlWithDate(_Reader):
    """`curl -R -z file -o file`: the date is the file's, or without any that of the download."""

    headers: ClassVar[Mapping[str, str]] = {}
    forgets = True

    def remember(self, response: TestResponse, now: datetime) -> None:
        if response.status_code == 200:
            downloaded = format_datetime(now, usegmt=True)
            self.last_modified = response.headers.get("Last-Modified", downloaded)


class _CurlWithTag(_Reader):
    """`curl --etag-save file --etag-compare file`: no date at all."""

    headers: ClassVar[Mapping[str, str]] = {}
    forgets = True

    def remember(self, response: TestResponse, now: datetime) -> None:
        if response.status_code == 200:
            self.etag = response.headers.get("ETag")


def _decoded(response: TestResponse) -> bytes:
    coding = response.headers.get("Content-Encoding", "identity")
    body: bytes = _DECODERS[coding](response.data)
    return body


def _max_age(response: TestResponse) -> timedelta:
    found = re.search(r"max-age=(\d+)", response.headers["Cache-Control"])
    return timedelta(seconds=int(found[1])) if found else timedelta()


def _on_the_wire(response: TestResponse) -> int:
    """Count the bytes of an answer in HTTP/1.1, with what a server puts to it."""
    fields = [*response.headers.items(), *_OF_THE_SERVER.items()]
    lines = [f"HTTP/1.1 {response.status}", *(f"{name}: {value}" for name, value in fields), ""]
    return sum(len(line.encode()) + len("\r\n") for line in lines) + len(response.data)


_KINDS: Mapping[str, type[_Reader]] = {
    "Miniflux": _Miniflux,
    "FreshRSS": _FreshRSS,
    "NetNewsWire": _NetNewsWire,
    "newsboat": _Newsboat,
    "curl, date": _CurlWithDate,
    "curl, tag": _CurlWithTag,
}
#: On the hour, between two edits of one second, and while some edits are not yet undone.
_PHASES = {
    "00:00": ("/atom.xml", timedelta()),
    "00:00.5": ("/atom.xml", timedelta(seconds=0.5)),
    "00:00.5 RSS": ("/rss.xml", timedelta(seconds=0.5)),
    "17:00 RSS": ("/rss.xml", timedelta(minutes=17)),
}
_NAMES = [f"{kind}, {phase}" for kind in _KINDS for phase in _PHASES]


@pytest.fixture(scope="module")
def readers(real_list: Publication) -> Mapping[str, _Reader]:
    """All readers after six weeks of polling the real list, by name."""
    scheduled = schedule(real_list, _START).clippings
    shown = [each.clipping for each in scheduled if not each.is_withdrawn]
    taken_back = _OLD_TOMBSTONE_ENDS - times.GRACE
    old = replace(
        shown[0],
        id="old",
        slug="old",
        added=_when(taken_back - timedelta(days=9)),
        withdrawn=_when(taken_back),
    )
    site = _Site(replace(real_list, clippings=(*shown, old)))
    everybody = {
        f"{kind}, {phase}": _KINDS[kind](path, _START + delay)
        for kind in _KINDS
        for phase, (path, delay) in _PHASES.items()
    }
    asleep = [(each.next_at, name) for name, each in everybody.items()]
    heapify(asleep)
    while asleep[0][0] < _END:
        now, name = asleep[0]
        site.go_to(now)
        everybody[name].wake(site)
        heapreplace(asleep, (everybody[name].next_at, name))
    return everybody


@pytest.mark.parametrize("name", _NAMES)
def test_every_change_is_received(readers: Mapping[str, _Reader], name: str) -> None:
    """After each poll a reader has what is published at that moment, and nothing taken back."""
    assert readers[name].behind == []


@pytest.mark.parametrize("name", _NAMES)
def test_nearly_all_polls_are_answered_in_a_few_bytes(
    readers: Mapping[str, _Reader], name: str
) -> None:
    """At least 95 of 100 polls are told that nothing has changed, in less than 700 bytes."""
    reader = readers[name]
    assert reader.statuses.keys() <= {200, 304}
    assert reader.statuses[304] >= 0.95 * reader.statuses.total() > 0.95 * 900
    assert 0 < reader.largest_304 < 700


@pytest.mark.parametrize("name", _NAMES)
def test_every_answer_has_its_validators(readers: Mapping[str, _Reader], name: str) -> None:
    """Each answer has a tag and, once a change has settled, a date; a 304 has them, too."""
    assert readers[name].unvalidated == []


@pytest.mark.parametrize("phase", _PHASES)
def test_validators_of_304_are_as_good_as_those_of_200(
    readers: Mapping[str, _Reader], phase: str
) -> None:
    """NetNewsWire, which takes them from either, asks without one only where it dropped it."""
    reader = readers[f"NetNewsWire, {phase}"]
    assert isinstance(reader, _NetNewsWire)
    assert reader.drops == 5
    assert reader.asked_with[()] == 1 + reader.drops
    assert reader.asked_with["If-None-Match",] <= reader.unsettled
    assert reader.asked_with.keys() <= {
        (),
        ("If-None-Match",),
        ("If-Modified-Since", "If-None-Match"),
    }
    # What it asked for without need it has already.
    assert reader.skipped >= reader.drops - 1


def test_the_weeks_have_what_they_are_to_have(readers: Mapping[str, _Reader]) -> None:
    """Readers were there between two edits of one second, and saw what was put back later."""
    for phase in ("00:00.5", "00:00.5 RSS"):
        assert readers[f"curl, date, {phase}"].unsettled >= 3
    assert readers["curl, tag, 00:00.5"].statuses[200] > readers["curl, tag, 00:00"].statuses[200]
    # To who has a date alone the feed comes again where it was put back (twice while he was
    # away), where feedpress was started again, and where he had no date to keep.
    for phase in _PHASES:
        date, tag = (readers[f"curl, {kind}, {phase}"] for kind in ("date", "tag"))
        assert 0 < date.statuses[200] - tag.statuses[200] <= date.unsettled + 3


def test_what_it_costs(readers: Mapping[str, _Reader]) -> None:
    """Six weeks of polls cost less than an eighth of what they would without validators."""
    print()  # for `pytest -s`
    print(f"{'reader':26}{'polls':>7}{'304':>7}{'200':>5}{'bytes':>11}", end="")
    print(f"{'a poll':>8}{'largest 304':>13}")
    for name, each in readers.items():
        polls, whole = each.statuses.total(), each.sent[0][2]
        counts = f"{polls:7}{each.statuses[304]:7}{each.statuses[200]:5}"
        print(f"{name:26}{counts}{each.cost:11,}{each.cost / polls:8.0f}{each.largest_304:13}")
        assert each.cost < polls * whole / 8
