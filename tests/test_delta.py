"""What somebody is sent who has an earlier state of a feed (RFC 3229, "feed").

First by itself, then through the app, and last over random edits: a state machine edits a
publication, and subscribers that are sent nothing but what is new have all that there is.
"""

import copy
import re
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import event, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from lxml import etree
from werkzeug.test import Client, TestResponse

import support
from feedpress import addresses, identity, snapshot, times
from feedpress.delivery import web
from feedpress.feeds import notices
from feedpress.feeds.delta import Polled, State
from feedpress.snapshot import Snapshot

_SCHEMA = etree.RelaxNG(etree.parse(Path(__file__).parent / "data" / "atom.rng"))
_ATOM, _RSS = "/atom.xml", "/rss.xml"
_BOTH = pytest.mark.parametrize("path", [_ATOM, _RSS])
_TITLES = st.sampled_from(["A & B", "<C>", "Ä", "News", "Über", "京"])
_TAG = "example.org,2016"

# An entry as it stands in a document, and its id in either format.
_ENTRY = re.compile(rb"<(entry|item)>.*?</\1>", re.DOTALL)
_ID = re.compile(rb"<(?:id|guid isPermaLink=\"false\")>(.*?)</")
_TOMBSTONE = re.compile(rb'<at:deleted-entry ref="(.*?)"')


def _entries(body: bytes) -> dict[str, bytes]:
    found = (entry[0] for entry in _ENTRY.finditer(body))
    return {_id(entry): entry for entry in found}


def _id(entry: bytes) -> str:
    found = _ID.search(entry)
    assert found
    return found[1].decode()


def _tombstones(body: bytes) -> set[str]:
    return {ref.decode() for ref in _TOMBSTONE.findall(body)}


def _entry_id(name: str) -> str:
    return identity.entry_id(_TAG, name)


# By itself.


def _row(name: str, day: int, **more: Any) -> dict[str, Any]:
    return {"id": name, "title": name.upper(), "added": f"2026-11-{day:02}T12:00:00Z"} | more


_ROWS = [_row("c", 3), _row("b", 2), _row("a", 1, projects=["P"])]


def _built(rows: list[dict[str, Any]], before: Snapshot | None = None, **about: Any) -> Snapshot:
    loaded = support.publication(rows, {"p": {"title": "P"}}, **about)
    return snapshot.build(loaded, support.NOW, before)


def _polled(built: Snapshot, path: str) -> Polled:
    polled = built.documents[path].polled
    assert polled
    return polled


def _state(path: str, rows: list[dict[str, Any]] = _ROWS, **about: Any) -> State:
    return _polled(_built(rows, **about), path).state()


def _since(path: str, state: State, rows: list[dict[str, Any]], **about: Any) -> bytes | None:
    delta = _polled(_built(rows, **about), path).since(state)
    if delta is not None:
        root = support.parse(delta)
        assert not root.xpath("//fh:complete", namespaces=support.NAMESPACES)
        if path.endswith(_ATOM):
            _SCHEMA.assertValid(root)
    return delta


def _news(path: str, rows: list[dict[str, Any]], **about: Any) -> set[str] | None:
    delta = _since(path, _state(path), rows, **about)
    return None if delta is None else set(_entries(delta))


@_BOTH
def test_new_entry(path: str) -> None:
    """A clipping that was added is alone in what is new, as it stands in the whole feed."""
    rows = [_row("d", 4), *_ROWS]
    delta = _since(path, _state(path), rows)
    assert delta
    whole = _entries(_built(rows).documents[path].body)
    assert _entries(delta) == {_entry_id("d"): whole[_entry_id("d")]}


@_BOTH
@pytest.mark.parametrize(
    "change", [{"title": "Another"}, {"updated": "2026-11-20"}, {"projects": []}]
)
def test_changed_entry(path: str, change: dict[str, Any]) -> None:
    """An entry that has other bytes is sent, whether or not it is to be seen again."""
    assert _news(path, [*_ROWS[:2], _ROWS[2] | change]) == {_entry_id("a")}


def test_withdrawn_entry_in_atom() -> None:
    """What was taken back is a tombstone in Atom, and no entry."""
    delta = _since(_ATOM, _state(_ATOM), [_ROWS[0] | {"withdrawn": "2026-11-20"}, *_ROWS[1:]])
    assert delta
    assert _entries(delta) == {}
    assert _tombstones(delta) == {_entry_id("c")}


def test_withdrawn_entry_in_rss() -> None:
    """What was taken back is an item in RSS that says so, and stands for what had its id."""
    delta = _since(_RSS, _state(_RSS), [_ROWS[0] | {"withdrawn": "2026-11-20"}, *_ROWS[1:]])
    assert delta
    items = support.parse(delta).findall("channel/item")
    assert [support.text_at(item, "guid") for item in items] == [_entry_id("c")]
    assert support.text_at(items[0], "title") == notices.withdrawn("en").title


@_BOTH
def test_known_tombstone(path: str) -> None:
    """Who has been told of a withdrawal is not told of it again."""
    rows = [_ROWS[0] | {"withdrawn": "2026-11-20"}, *_ROWS[1:]]
    delta = _since(path, _state(path, rows), [*rows, _row("d", 4)])
    assert delta
    assert set(_entries(delta)) == {_entry_id("d")}
    assert _tombstones(delta) == set()


@_BOTH
def test_another_day_of_withdrawal(path: str) -> None:
    """A withdrawal that is dated anew is told anew."""
    earlier, later = (
        [_ROWS[0] | {"withdrawn": day}, *_ROWS[1:]] for day in ("2026-11-19", "2026-11-20")
    )
    delta = _since(path, _state(path, earlier), later)
    assert delta
    assert {*_entries(delta), *_tombstones(delta)} == {_entry_id("c")}


@_BOTH
def test_restored_entry(path: str) -> None:
    """A clipping that is brought back is sent as it is now."""
    rows = [_ROWS[0] | {"withdrawn": "2026-11-19"}, *_ROWS[1:]]
    delta = _since(path, _state(path, rows), [_ROWS[0] | {"updated": "2026-11-20"}, *_ROWS[1:]])
    assert delta
    assert set(_entries(delta)) == {_entry_id("c")}
    assert _tombstones(delta) == set()


@_BOTH
def test_entry_that_left_the_window(path: str) -> None:
    """What is on the air, and too old for the subscription document, needs no word."""
    state = _state(path, feed_size=3)
    delta = _since(path, state, [_row("e", 5), _row("d", 4), *_ROWS], feed_size=3)
    assert delta
    assert set(_entries(delta)) == {_entry_id("e"), _entry_id("d")}


@_BOTH
def test_row_that_vanished(path: str) -> None:
    """Only the whole feed tells that something has left it without a withdrawal."""
    assert _news(path, _ROWS[:2]) is None


def test_row_that_left_a_project() -> None:
    """A clipping that was put into other projects is gone from a project's feed, and no other."""
    rows = [*_ROWS[:2], _ROWS[2] | {"projects": []}]
    assert _news("/projects/p/atom.xml", rows) is None
    assert _news(_ATOM, rows) == {_entry_id("a")}


@_BOTH
def test_row_that_vanished_from_behind_the_window(path: str) -> None:
    """The same holds where the removal changes no byte of the subscription document."""
    rows = [_row("e", 5), _row("d", 4), *_ROWS]
    first = _built(rows[3:], feed_size=2)
    second = _built(rows, first, feed_size=2)
    third = _built(rows[:4], second, feed_size=2)
    assert third.documents[path] == second.documents[path]
    state = _polled(first, path).state()
    assert _polled(second, path).since(state) is not None
    assert _polled(third, path).since(state) is None


@_BOTH
def test_retitled_feed(path: str) -> None:
    """Where nothing but the feed's own title has changed, its head comes alone."""
    delta = _since(path, _state(path), _ROWS, title="Another")
    assert delta
    assert _entries(delta) == {}
    root = support.parse(delta)
    assert (support.text_at(root, "a:title") or support.text_at(root, "channel/title")) == "Another"


@_BOTH
def test_same_state(path: str) -> None:
    """Who has everything gets a head without entries."""
    assert _news(path, _ROWS) == set()


def test_ended_project() -> None:
    """The last entry of a project's feed is news once."""
    ended = support.publication(_ROWS, {"p": {"title": "P", "retired": "2026-11-20"}})
    path = "/projects/p/atom.xml"
    polled = _polled(snapshot.build(ended, support.NOW), path)
    delta = polled.since(_state(path))
    assert delta
    assert set(_entries(delta)) == {identity.ending_id(_TAG, "p")}
    again = polled.since(polled.state())
    assert again
    assert _entries(again) == {}


@_BOTH
def test_whole_feed_is_complete_and_its_delta_is_not(path: str) -> None:
    """Who took a delta for all that there is would take everything else away (RFC 5005 §2)."""
    built = _built(_ROWS)
    delta = _polled(built, path).since({})
    assert delta
    assert b"<fh:complete/>" in built.documents[path].body
    assert b"complete" not in delta
    assert _entries(delta) == _entries(built.documents[path].body)


# Through the app.


class _Press:
    """An app whose snapshot changes."""

    def __init__(self, rows: list[dict[str, Any]] = _ROWS) -> None:
        self.snapshot = _built(rows)
        self.client = Client(web.create_app(lambda: self.snapshot, lambda: support.NOW))

    def edit(self, rows: list[dict[str, Any]], **about: Any) -> None:
        self.snapshot = _built(rows, self.snapshot, **about)

    def get(self, path: str, tag: str | None, **more: str) -> TestResponse:
        headers = {"A-IM": "feed"} | {key.replace("_", "-"): each for key, each in more.items()}
        if tag:
            headers["If-None-Match"] = tag
        return self.client.get(path, headers=headers)


@_BOTH
@pytest.mark.parametrize("coding", ["identity", "gzip", "br"])
def test_answer_of_what_is_new(path: str, coding: str) -> None:
    """A 226 says what it is, is kept by no cache, and has the tag of the whole feed."""
    press = _Press([*_ROWS, *(_row(f"x{n}", n) for n in range(6, 20))])
    tag = press.get(path, None, Accept_Encoding=coding).headers["ETag"]
    press.edit([*_ROWS, *(_row(f"x{n}", n) for n in range(6, 21))])
    response = press.get(path, tag, Accept_Encoding=coding)
    whole = press.get(path, None, Accept_Encoding=coding)
    assert response.status_code == 226
    assert response.status == "226 IM Used"
    assert response.headers["IM"] == "feed"
    assert response.headers["ETag"] == whole.headers["ETag"] != tag
    assert response.headers["Cache-Control"] == "no-store, im"
    assert (
        response.headers["Vary"]
        == whole.headers["Vary"]
        == ("Accept-Encoding, A-IM, Sec-Fetch-Dest")
    )
    assert response.headers["Content-Type"] == whole.headers["Content-Type"]
    assert response.headers.get("Content-Encoding") == whole.headers.get("Content-Encoding")
    assert response.headers["Content-Length"] == str(len(response.data))
    assert response.headers["Link"] == whole.headers["Link"]
    assert response.headers["Access-Control-Allow-Origin"] == "*"
    assert len(response.data) < len(whole.data)
    assert press.get(path, response.headers["ETag"]).status_code == 304


@_BOTH
@pytest.mark.parametrize(
    "tag", ['"0123456789abcdef"', "nonsense", '""', 'W/"', "*-gzip", '"-br"', ", ,"]
)
def test_unknown_tag(path: str, tag: str) -> None:
    """A tag that nobody was given gets the whole feed."""
    press = _Press()
    press.edit([_row("d", 4), *_ROWS])
    response = press.get(path, tag)
    assert response.status_code == 200
    assert "IM" not in response.headers
    assert response.data == press.snapshot.documents[path].body


def test_tag_of_another_feed() -> None:
    """A tag tells what somebody has of one feed in one format, and of no other."""
    press = _Press()
    tag = press.get(_ATOM, None).headers["ETag"]
    press.edit([_row("d", 4), *_ROWS])
    assert press.get(_ATOM, tag).status_code == 226
    for path in (_RSS, "/projects/p/atom.xml", "/projects/p/rss.xml"):
        assert press.get(path, tag).status_code == 200


@_BOTH
@pytest.mark.parametrize("a_im", ["", "vcdiff", "feed;q=0", "feeds", "diffe, gzip"])
def test_nobody_is_sent_a_delta_who_does_not_ask(path: str, a_im: str) -> None:
    """Without the manipulation "feed" in A-IM there is the whole feed."""
    press = _Press()
    tag = press.get(path, None).headers["ETag"]
    press.edit([_row("d", 4), *_ROWS])
    assert press.get(path, tag, A_IM=a_im).status_code == 200


@_BOTH
def test_another_process_knows_none_of_the_states(path: str) -> None:
    """A tag that another process gave is a tag of nothing, or of the very same bytes."""
    one, other = _Press(), _Press()
    tag = one.get(path, None).headers["ETag"]
    assert other.get(path, tag).status_code == 304
    one.edit([_row("d", 4), *_ROWS])
    later = one.get(path, tag).headers["ETag"]
    assert other.get(path, later).status_code == 200
    fresh = _Press([_row("e", 5), *_ROWS])
    assert fresh.get(path, tag).status_code == 200


@_BOTH
def test_what_vanished_is_told_by_the_whole_feed(path: str) -> None:
    """Where a delta would not do, the answer is a plain 200 that caches may keep."""
    press = _Press()
    tag = press.get(path, None).headers["ETag"]
    press.edit(_ROWS[1:])
    response = press.get(path, tag)
    assert response.status_code == 200
    assert response.headers["Cache-Control"].startswith("public")
    assert set(_entries(response.data)) == {_entry_id("a"), _entry_id("b")}


@_BOTH
def test_feed_put_back_to_what_it_was(path: str) -> None:
    """Who missed an edit and its undoing has the feed; who saw the edit gets a delta or all."""
    press = _Press()
    first = press.get(path, None).headers["ETag"]
    press.edit([_ROWS[0] | {"title": "Oops"}, *_ROWS[1:]])
    second = press.get(path, first).headers["ETag"]
    press.edit(_ROWS)
    assert press.get(path, first).status_code == 304
    back = press.get(path, second)
    assert (back.status_code, back.headers["ETag"]) == (226, first)
    assert set(_entries(back.data)) == {_entry_id("c")}


# Over random edits.


@dataclass
class _Subscriber:
    """Somebody who polls one feed, and puts what is sent to what he has."""

    #: The first slug of a project, or None for all clippings.
    project: str | None
    media_type: str
    tag: str | None = None
    held: dict[str, bytes] = field(default_factory=dict)
    #: What the whole feed had when he polled last.
    listed: set[str] = field(default_factory=set)
    answers: list[int] = field(default_factory=list)

    def take(self, response: TestResponse) -> None:
        """Put what is sent to what he has, by the rules of RFC 3229 and RFC 6721."""
        self.answers.append(response.status_code)
        if response.status_code == 304:
            assert response.data == b""
            return
        self.tag = response.headers["ETag"]
        if response.status_code == 200:
            self.held = {}
        else:
            assert response.status_code == 226
            for entry_id in _tombstones(response.data):
                self.held.pop(entry_id, None)
        self.held |= _entries(response.data)


class Editing(RuleBasedStateMachine):
    """A publication, its editors, the clock, and those who are sent what is new."""

    @initialize(size=st.sampled_from([1, 2, 3, 4, 100]))
    def begin(self, size: int) -> None:
        self.about: dict[str, Any] = {"feed_size": size}
        self.is_roomy = size == 100
        self.now = datetime(2026, 1, 5, 20, tzinfo=UTC)
        self.rows: list[dict[str, Any]] = []
        self.projects: dict[str, dict[str, Any]] = {"p": {"title": "P"}, "q": {"title": "Q"}}
        self.number = self.steps = 0
        for days in (30, 20, 10):
            self._put("News", self.now - timedelta(days=days), "P")
        self.saved: tuple[Any, ...] = copy.deepcopy(self._file())
        self.snapshot: Snapshot | None = None
        self.client = Client(web.create_app(lambda: self.snapshot, lambda: self.now))
        feeds = [(slug, each) for slug in (None, "p") for each in (addresses.ATOM, addresses.RSS)]
        self.eager = [_Subscriber(*each) for each in feeds]
        self.lazy = [_Subscriber(*each) for each in feeds]
        self.given: dict[str, set[str]] = {}

    # What editors do.

    @rule(
        titles=st.lists(_TITLES, min_size=1, max_size=3), project=st.sampled_from(["", "P", "PQ"])
    )
    def add(self, titles: list[str], project: str) -> None:
        """Put clippings on top."""
        for title in titles:
            self._put(title, self.now, project)

    @rule(title=_TITLES, days=st.integers(1, 20))
    def hold_back(self, title: str, days: int) -> None:
        """Put in a clipping that is to appear later."""
        self._put(title, self.now + timedelta(days=days), "P")

    @rule(title=_TITLES, days=st.integers(1, 2000))
    def fill_in_history(self, title: str, days: int) -> None:
        """Put in something old."""
        self._put(title, self.now - timedelta(days=days), "P")

    @precondition(lambda self: self.rows)
    @rule(data=st.data(), title=_TITLES)
    def retitle(self, data: st.DataObject, title: str) -> None:
        """Change a title, and do not tell."""
        self._one(data)["title"] = title

    @precondition(lambda self: self.rows)
    @rule(data=st.data(), title=_TITLES)
    def correct(self, data: st.DataObject, title: str) -> None:
        """Change a title, and let subscribers see it again."""
        self._one(data).update(title=title, updated=times.typed(self.now))

    @precondition(lambda self: self.rows)
    @rule(data=st.data(), days=st.integers(0, 100))
    def withdraw(self, data: st.DataObject, days: int) -> None:
        """Take a clipping back, as of today or of an earlier day."""
        day = self.now - timedelta(days=days)
        self._one(data)["withdrawn"] = day.strftime("%Y-%m-%d")

    @precondition(lambda self: any("withdrawn" in row for row in self.rows))
    @rule(data=st.data(), is_told=st.booleans())
    def restore(self, data: st.DataObject, is_told: bool) -> None:
        """Bring a clipping back, as one should or without a word."""
        row = data.draw(st.sampled_from([row for row in self.rows if "withdrawn" in row]))
        del row["withdrawn"]
        if is_told:
            row["updated"] = times.typed(self.now)

    @precondition(lambda self: self.rows)
    @rule(data=st.data())
    def remove(self, data: st.DataObject) -> None:
        """Delete a row, which nobody should."""
        self.rows.remove(self._one(data))

    @precondition(lambda self: self.rows)
    @rule(data=st.data(), project=st.sampled_from(["", "P", "Q", "PQ"]))
    def retag(self, data: st.DataObject, project: str) -> None:
        """Put a clipping into other projects."""
        self._one(data)["projects"] = list(project)

    @precondition(lambda self: len(self.rows) > 1)
    @rule(data=st.data())
    def reorder(self, data: st.DataObject) -> None:
        """Put the rows in another order."""
        self.rows = list(data.draw(st.permutations(self.rows)))

    @rule()
    def rename_project(self) -> None:
        """Give the project another slug; the old ones redirect."""
        slug = self._slug("p")
        about = self.projects.pop(slug)
        former = [*about.get("formerly", ()), slug]
        self.projects[f"p{len(former)}"] = about | {"formerly": former}

    @rule(title=st.sampled_from(["In the media", "Press"]))
    def retitle_feed(self, title: str) -> None:
        """Give the publication another title."""
        self.about["title"] = title

    @rule(size=st.integers(1, 4))
    def resize(self, size: int) -> None:
        """Have more or fewer entries in a feed."""
        self.about["feed_size"] = 100 + size if self.is_roomy else size

    @rule()
    def save(self) -> None:
        """Keep a copy of the file."""
        self.saved = copy.deepcopy(self._file())

    @rule()
    def put_back(self) -> None:
        """Make the file what it was."""
        self.rows, self.projects, self.about = copy.deepcopy(self.saved)

    # What the clock and the subscribers do.

    @rule(hours=st.integers(1, 24 * 40))
    def wait(self, hours: int) -> None:
        """Let time pass."""
        self.now += timedelta(hours=hours)

    @invariant()
    def poll_at_every_step(self) -> None:
        """Publish the file, and let those look who look all the time."""
        loaded = support.publication(self.rows, self.projects, **self.about)
        self.snapshot = snapshot.build(loaded, self.now, self.snapshot)
        self.steps += 1
        for every, subscriber in enumerate(self.lazy, 3):
            if self.steps % every == 0:
                self._poll(subscriber)
        for subscriber in self.eager:
            self._poll(subscriber)

    @rule(data=st.data())
    def poll_now_and_then(self, data: st.DataObject) -> None:
        """Let some look who seldom do."""
        for subscriber in data.draw(st.sets(st.sampled_from(range(4)), min_size=1)):
            self._poll(self.lazy[subscriber])

    @rule(data=st.data(), path=st.sampled_from([_ATOM, _RSS]))
    def ask_with_a_strange_tag(self, data: st.DataObject, path: str) -> None:
        """Ask with a tag of another feed, or one that nobody has."""
        strange = sorted(set().union(*self.given.values()) - self.given[path])
        tag = data.draw(st.sampled_from([*strange, '"0123456789abcdef"']))
        assert self._get(path, tag).status_code == 200

    def teardown(self) -> None:
        """Whoever never had less in view than all has what the whole feed has, and no more."""
        if not hasattr(self, "eager"):
            return  # it was given up before it began
        for subscriber in (*self.eager, *self.lazy) if self.is_roomy else ():
            whole = self._poll(subscriber)
            assert subscriber.held == _entries(whole)
        for status in {each for subscriber in self.eager for each in subscriber.answers[1:]}:
            event(f"answered {status}")
        for status in {each for subscriber in self.lazy for each in subscriber.answers[1:]}:
            event(f"now and then answered {status}")

    def _poll(self, subscriber: _Subscriber) -> bytes:
        slug = self._slug(subscriber.project) if subscriber.project else None
        path = addresses.feed_path(slug, subscriber.media_type)
        whole = self._get(path, None)
        response = self._get(path, subscriber.tag)
        known = self.given.setdefault(path, set())
        if response.status_code == 226:
            assert subscriber.tag in known
            support.parse(response.data)
            assert b"fh:complete" not in response.data
            assert len(response.data) <= len(whole.data)
        known.add(whole.headers["ETag"])
        subscriber.take(response)
        assert subscriber.tag == whole.headers["ETag"]

        shown = _entries(whole.data)
        assert {each: subscriber.held.get(each) for each in shown} == shown
        more = subscriber.held.keys() - shown.keys()
        # Of what had left the feed before he looked last, a deletion without a word is not told.
        assert more & subscriber.listed <= self._on_air(subscriber.project)
        assert not more & _tombstones(whole.data)
        if self.is_roomy:
            assert not more
        subscriber.listed = set(shown)
        return whole.get_data()

    def _get(self, path: str, tag: str | None) -> TestResponse:
        headers = {"A-IM": "feed"} | ({"If-None-Match": tag} if tag else {})
        return self.client.get(path, headers=headers)

    # The file and what it says.

    def _put(self, title: str, added: datetime, project: str) -> None:
        self.number += 1
        row = {"id": f"c{self.number}", "title": title, "added": times.typed(added)}
        self.rows.insert(0, row | {"projects": list(project)})

    def _one(self, data: st.DataObject) -> dict[str, Any]:
        row: dict[str, Any] = data.draw(st.sampled_from(self.rows))
        return row

    def _file(self) -> tuple[Any, ...]:
        return self.rows, self.projects, self.about

    def _slug(self, first: str) -> str:
        return next(s for s in self.projects if first in (s, *self.projects[s].get("formerly", ())))

    def _on_air(self, project: str | None) -> set[str]:
        return {
            _entry_id(row["id"])
            for row in self.rows
            if "withdrawn" not in row
            and datetime.fromisoformat(row["added"]) <= self.now
            and (project is None or project.upper() in row["projects"])
        }


TestEditing = Editing.TestCase
TestEditing.settings = settings(max_examples=70, stateful_step_count=30, deadline=None)


def test_deltas_are_really_sent() -> None:
    """In a history of edits as editors make them, nobody who asks for deltas gets a feed twice."""
    machine = Editing()
    machine.begin(100)
    machine.poll_at_every_step()
    for number in range(12):
        machine.add(["News"], "P")
        machine.poll_at_every_step()
        machine.rows[0]["title"] = f"News {number}"
        machine.poll_at_every_step()
        machine.poll_at_every_step()
    machine.rows[3]["withdrawn"] = "2026-01-05"
    machine.poll_at_every_step()
    for subscriber in machine.eager:
        assert subscriber.answers == [200, *[226, 226, 304] * 12, 226]
