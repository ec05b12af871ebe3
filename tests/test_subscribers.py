"""Subscribers over years of edits: whatever is done to the file, nobody sees a clipping twice.

A state machine edits a publication as editors do. Two subscribers only poll the subscription
document, one of each format; a third reads all archives afresh each time, as somebody does who
subscribes today; a fourth reads an archive once and never again.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

import support
from feedpress import identity, snapshot, times, urls
from feedpress.editing import stamp
from feedpress.feeds import notices
from feedpress.model import When
from feedpress.reading import publication_file
from feedpress.snapshot import Snapshot

pytestmark = pytest.mark.slow

_ZONE = ZoneInfo("America/Los_Angeles")
_TAG = "example.org,2016"
_SECOND, _HOUR = timedelta(seconds=1), timedelta(hours=1)
_TITLES = st.sampled_from(["A & B", "<C>", "Ä", "News", "Über", "京"])


def _written(instant: datetime) -> str:
    return instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _day(instant: datetime) -> str:
    return instant.astimezone(_ZONE).strftime("%Y-%m-%d")


def _start(instant: datetime) -> datetime:
    """Return the beginning of the day, which is at midnight in Los Angeles."""
    midnight = datetime.combine(instant.astimezone(_ZONE).date(), time(), _ZONE)
    return midnight.astimezone(UTC)


@dataclass
class _Seen:
    """What one subscriber has: by id, when what he has was last changed."""

    entries: dict[str, str] = field(default_factory=dict)
    #: Of all that was ever told of, also what was taken away, when it last changed.
    ever: dict[str, str] = field(default_factory=dict)
    new: Counter[str] = field(default_factory=Counter)
    corrected: Counter[str] = field(default_factory=Counter)

    def show(self, entry_id: str, updated: str) -> None:
        known = self.ever.get(entry_id, "")
        if updated <= known and entry_id not in self.entries:
            return  # taken away, and nothing newer: it stays away (RFC 6721 §3)
        if not self.new[entry_id]:
            self.new[entry_id] += 1
        elif updated > known:
            self.corrected[entry_id] += 1
        self.ever[entry_id] = max(updated, self.ever.get(entry_id, ""))
        self.entries[entry_id] = updated

    def take_away(self, entry_id: str, when: str) -> None:
        if self.ever.get(entry_id, when) <= when:
            self.entries.pop(entry_id, None)
            self.ever[entry_id] = when


class Publishing(RuleBasedStateMachine):
    """A publication, its editors, the clock, and those who subscribe."""

    @initialize(size=st.integers(2, 5))
    def begin(self, size: int) -> None:
        self.size = size
        self.now = datetime(2026, 1, 5, 20, tzinfo=UTC)
        self.base = "https://feeds.example.org/"
        self.rows: list[dict[str, Any]] = []
        self.projects: dict[str, dict[str, Any]] = {"p": {"title": "P"}, "q": {"title": "Q"}}
        self.files = 1
        self.atom, self.rss, self.keeper = _Seen(), _Seen(), _Seen()
        self.archives_read: set[str] = set()
        self.archived: dict[str, set[str]] = {}
        #: Clippings dated in the past, which are promised to nobody but who reads the archives.
        self.history: set[str] = set()
        self.was_recut = False
        self.on_air_at_poll: dict[str, str] = {}
        self.corrections: Counter[str] = Counter()
        self.polled = self.now
        self.published: Snapshot | None = None
        #: When the earliest of the changes is dated that no subscriber has seen yet.
        self.unseen_since = self.now
        self.poll()

    # What editors do.

    @rule(
        titles=st.lists(_TITLES, min_size=1, max_size=2),
        has_address=st.booleans(),
        project=st.sampled_from([[], ["P"], ["P", "Q"]]),
    )
    def add(self, titles: list[str], has_address: bool, project: list[str]) -> None:
        """Put clippings on top, and stamp them before they are published."""
        self._make_room(len(titles))
        for title in titles:
            row: dict[str, Any] = {"title": title, "published": _day(self.now), "projects": project}
            if has_address:
                row["url"] = f"https://news.example.org/{len(self.rows)}"
            self.rows.insert(0, row)
        stamped = stamp.stamp_files(self._texts(), self.now, keep_both=True)
        lacking = [row for row in self.rows if "id" not in row]
        for row, lacks in zip(lacking, stamped.stamps, strict=True):
            row |= dict(lacks.keys)
        # A batch right after another is dated a few seconds ahead.
        self._wait_until(max(each.added or self.now for each in stamped.stamps))

    @rule(title=_TITLES, days=st.integers(1, 20))
    def hold_back(self, title: str, days: int) -> None:
        """Put in a clipping that is to appear later; no two at the same time."""
        appears = self.now + timedelta(days=days, seconds=len(self.rows))
        row = {"id": f"held-{len(self.rows)}", "title": title, "added": _written(appears)}
        self.rows.insert(0, row)

    @rule(title=_TITLES, year=st.integers(2000, 2020))
    def fill_in_history(self, title: str, year: int) -> None:
        """Put in an article of the past without `added`."""
        row = {"id": f"past-{len(self.rows)}", "title": title, "published": f"{year}-05-06"}
        self.history.add(self._entry_id(row))
        self.was_recut = True
        self.rows.append(row)

    @precondition(lambda self: len(self.rows) > 1)
    @rule(data=st.data())
    def reorder(self, data: st.DataObject) -> None:
        """Put the rows in another order."""
        self.rows = list(data.draw(st.permutations(self.rows)))

    @precondition(lambda self: self._on_air())
    @rule(data=st.data(), title=_TITLES)
    def retitle_and_readdress(self, data: st.DataObject, title: str) -> None:
        """Change what a clipping is called and where the article is."""
        row = self._one_on_air(data)
        row["title"] = title
        row["url"] = f"https://news.example.org/moved/{data.draw(st.integers(0, 3))}"

    @precondition(lambda self: self._on_air())
    @rule(data=st.data(), names=st.sampled_from([[], ["P"], ["Q"], ["Q", "P"]]))
    def retag(self, data: st.DataObject, names: list[str]) -> None:
        """Put a clipping into other projects."""
        self._one_on_air(data)["projects"] = names

    @precondition(lambda self: self._on_air())
    @rule(data=st.data(), precisely=st.booleans())
    def correct(self, data: st.DataObject, precisely: bool) -> None:
        """Let subscribers see a clipping again, by the second or by the day."""
        self._pass(_SECOND)  # a time of added is corrected in the next second at the earliest
        self._make_room(1, by_day=not precisely)
        row = self._one_on_air(data)
        is_first_hour = self.now < _start(self.now) + _HOUR  # the day is not yet due
        row["updated"] = _written(self.now) if precisely or is_first_hour else _day(self.now)

    @precondition(lambda self: self._on_air())
    @rule(data=st.data(), days=st.integers(-400, 3))
    def redate_article(self, data: st.DataObject, days: int) -> None:
        """Look up when an article came out; what was new stays where it is."""
        row = self._one_on_air(data)
        if "added" in row:
            row["published"] = _day(self.now + timedelta(days=days))

    @precondition(lambda self: self._on_air())
    @rule(data=st.data(), days=st.integers(1, 400))
    def redate(self, data: st.DataObject, days: int) -> None:
        """Say that a clipping was added earlier, after all have seen it."""
        row = self._one_on_air(data)
        if "added" in row:
            self.poll()
            added = datetime.fromisoformat(row["added"]) - timedelta(days=days)
            row["added"] = _written(added)
            self.was_recut = True

    @precondition(lambda self: self._on_air())
    @rule(data=st.data())
    def withdraw(self, data: st.DataObject) -> None:
        """Withdraw a clipping, in a later second than the one in which it was last changed.

        After `added` was moved back, this has to be on a later day than the one that readers saw:
        nothing in the file remembers that date.
        """
        self._pass(_SECOND)
        row = self._one_on_air(data)
        seen = self.on_air_at_poll.get(self._entry_id(row), "")
        if self._updated(row) < seen and _written(_start(self.now)) <= seen:
            self._pass(timedelta(days=1))
        row["withdrawn"] = _day(self.now)

    @precondition(lambda self: any("withdrawn" in row for row in self.rows))
    @rule(data=st.data())
    def restore(self, data: st.DataObject) -> None:
        """Bring a clipping back that was taken back, so that it is seen again."""
        self._make_room(1)
        row = data.draw(st.sampled_from([row for row in self.rows if "withdrawn" in row]))
        self._pass(_SECOND)  # what brings it back is later than the withdrawal
        del row["withdrawn"]
        row["updated"] = _written(self.now)

    @rule(slug=st.sampled_from("pq"))
    def rename_project(self, slug: str) -> None:
        """Give a project another slug; the old ones redirect."""
        current = next(
            s for s in self.projects if slug in (s, *self.projects[s].get("formerly", ()))
        )
        about = self.projects.pop(current)
        about["formerly"] = [*about.get("formerly", ()), current]
        self.projects[f"{slug}{len(about['formerly'])}"] = about

    @rule(slug=st.integers(0, 1))
    def retire_project(self, slug: int) -> None:
        """End a project's feeds."""
        about = list(self.projects.values())[slug]
        about.setdefault("retired", _day(self.now))

    @rule(host=st.sampled_from(["feeds.example.org", "press.example.net/feeds"]))
    def move(self, host: str) -> None:
        """Publish at another address."""
        self.base = f"https://{host}/"

    @rule(files=st.integers(1, 4))
    def split(self, files: int) -> None:
        """Divide the file into several of a folder, or put them together."""
        self.files = files

    # What the clock and the subscribers do.

    @rule(hours=st.integers(1, 24 * 8))
    def wait(self, hours: int) -> None:
        """Let time pass; subscribers poll whenever a feed full of changes may have come."""
        self._pass(timedelta(hours=hours))

    @rule()
    def poll(self) -> None:
        """Let all who poll look at the feeds, and see whether they have all that they should."""
        published = self._snapshot()
        self.polled = self.unseen_since = self.now
        _read_atom(self.atom, published.documents["/atom.xml"].body)
        _read_rss(self.rss, published.documents["/rss.xml"].body)
        self._keep(published)
        on_air = {self._entry_id(row): self._updated(row) for row in self._on_air()}
        for entry_id, updated in on_air.items():
            if updated > self.on_air_at_poll.get(entry_id, updated):
                self.corrections[entry_id] += 1
            self.on_air_at_poll[entry_id] = max(updated, self.on_air_at_poll.get(entry_id, ""))
        promised = on_air.keys() - self.history
        for seen in (self.atom, self.rss):
            assert seen.entries.keys() - self.history == promised
            for entry_id in promised:
                assert seen.new[entry_id] == 1
                assert seen.corrected[entry_id] == self.corrections[entry_id]
            assert all(number == 1 for number in seen.new.values())
        if not self.was_recut:
            assert self.keeper.entries.keys() == on_air.keys()

    @invariant()
    def everything_is_in_the_archives(self) -> None:
        """Who reads the feed and its archives today has exactly what is published."""
        published = self._snapshot()
        found = dict(self._everything(published))
        assert found == {self._entry_id(row): self._updated(row) for row in self._on_air()}
        for project in self.projects.values():
            for former in project.get("formerly", ()):
                path = published.moved(urls.feed_path(former, urls.ATOM))
                assert path in published.documents

    def _everything(self, published: Snapshot) -> Iterator[tuple[str, str]]:
        path: str | None = "/atom.xml"
        later: str | None = None
        while path:
            root = support.parse(published.documents[path].body)
            yield from _entries(root)
            links = {link.get("rel"): link.get("href") for link in root.findall("{*}link")}
            assert links["self"] == urls.absolute(self.base, path)
            if path != "/atom.xml":
                self._require_no_stranger(path, {entry_id for entry_id, _ in _entries(root)})
                assert links["current"] == urls.absolute(self.base, "/atom.xml")
                assert links.get("next-archive") == later
                later = links["self"]
            before = links.get("prev-archive")
            assert (root.find("{*}complete") is not None) == (path == "/atom.xml" and not before)
            path = before and f"/{before.removeprefix(self.base)}"

    def _require_no_stranger(self, path: str, ids: set[str]) -> None:
        """Nothing comes into an archive: only what is withdrawn leaves it, and may come back."""
        if self.was_recut:
            self.archived.clear()
        else:
            away = {self._entry_id(row) for row in self.rows if "withdrawn" in row}
            assert ids <= self.archived.setdefault(path, ids | away)

    def _keep(self, published: Snapshot) -> None:
        """Read the subscription document, and of the archives those that were never read."""
        _read_atom(self.keeper, published.documents["/atom.xml"].body)
        for path, document in published.documents.items():
            is_archive = path.startswith("/archive/") and path.endswith("atom.xml")
            if is_archive and path not in self.archives_read:
                self.archives_read.add(path)
                _read_atom(self.keeper, document.body)

    # The file and what it says.

    def _texts(self) -> list[tuple[str, bytes]]:
        parts = [self.rows[part :: self.files] for part in range(self.files)]
        whole = support.file_text(parts[0], self.projects, url=self.base, feed_size=self.size)
        rest = [f"clippings: {support.yaml_value(part)}\n" for part in parts[1:]]
        return [(f"{n}.yaml", text.encode()) for n, text in enumerate([whole, *rest])]

    def _snapshot(self) -> Snapshot:
        loaded, problems = publication_file.load(self._texts())
        assert not problems
        # As a server does it, after edit upon edit.
        self.published = snapshot.build(loaded, self.now, self.published)
        return self.published

    @staticmethod
    def _entry_id(row: dict[str, Any]) -> str:
        return identity.entry_id(_TAG, row["id"])

    def _on_air(self) -> list[dict[str, Any]]:
        return [
            row
            for row in self.rows
            if "withdrawn" not in row
            and ("added" not in row or datetime.fromisoformat(row["added"]) <= self.now)
        ]

    def _one_on_air(self, data: st.DataObject) -> dict[str, Any]:
        row: dict[str, Any] = data.draw(st.sampled_from(self._on_air()))
        return row

    def _updated(self, row: dict[str, Any]) -> str:
        return self._last_change(row).isoformat()

    @staticmethod
    def _last_change(row: dict[str, Any]) -> datetime:
        published = _instant(row.get("added") or row["published"], row["id"])
        if "updated" not in row:
            return published
        if "added" in row and row["updated"] == _day(published):
            return published + _SECOND
        return max(published, _instant(row["updated"], row["id"]))

    # How much may change before somebody polls.

    def _crowd(self) -> int:
        """Count what is dated since the first change that is not seen."""
        dates = [self._last_change(row) for row in self._on_air()]
        # What was withdrawn leaves a gap.
        taken = (row for row in self.rows if "withdrawn" in row)
        dates += [_instant(row.get("added") or row["published"], row["id"]) for row in taken]
        return sum(date >= self.unseen_since for date in dates)

    def _make_room(self, number: int, *, by_day: bool = False) -> None:
        """Poll before so much changes that a subscription document can't hold it."""

        def earliest() -> datetime:
            # A batch is dated second by second, and ends now; a day lies in its first hour.
            return _start(self.now) if by_day else self.now - number * _SECOND

        self.unseen_since = min(self.unseen_since, earliest())
        if self._crowd() + number > self.size:
            self.poll()
            self.unseen_since = earliest()
        while self._crowd() + number > self.size:
            self._pass(timedelta(days=2))
            self.poll()
            self.unseen_since = earliest()

    def _pass(self, span: timedelta) -> None:
        self._wait_until(self.now + span)

    def _wait_until(self, end: datetime) -> None:
        held = (row["added"] for row in self.rows if "added" in row)
        for instant in sorted({*map(datetime.fromisoformat, held), end}):
            if self.now < instant <= end:
                # What appears then must not drive out what nobody has seen.
                if self._crowd() >= self.size or self.now - self.polled > timedelta(days=30):
                    self.poll()
                self.now = instant


def _instant(date: str, clipping_id: str) -> datetime:
    if len(date) > 10:
        return datetime.fromisoformat(date)
    day = datetime.fromisoformat(date)
    return times.instant(When(day.year, day.month, day.day), _ZONE, clipping_id)


def _entries(root: Any) -> Iterator[tuple[str, str]]:
    for entry in root.findall("{*}entry"):
        entry_id = support.text_at(entry, "a:id") or ""
        yield entry_id, support.text_at(entry, "a:updated") or ""


def _read_atom(seen: _Seen, body: bytes) -> None:
    root = support.parse(body)
    for entry_id, updated in _entries(root):
        seen.show(entry_id, updated)
    for deleted in root.findall("{*}deleted-entry"):
        seen.take_away(deleted.get("ref"), deleted.get("when"))


def _read_rss(seen: _Seen, body: bytes) -> None:
    for item in support.parse(body).findall("channel/item"):
        guid, updated = (support.text_at(item, path) or "" for path in ("guid", "atom:updated"))
        if support.text_at(item, "title") == notices.withdrawn("en").title:
            seen.take_away(guid, updated)
        else:
            seen.show(guid, updated)


TestPublishing = Publishing.TestCase
TestPublishing.settings = settings(max_examples=200, stateful_step_count=30, deadline=None)
