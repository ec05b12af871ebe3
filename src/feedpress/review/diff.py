"""What subscribers will see of a change: two states of a publication, compared at one instant.

What is held back is in neither, and so is never told.
"""

from collections import defaultdict, deque
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, timedelta
from functools import partial

from feedpress import identity, times
from feedpress.feeds import feed as feeds
from feedpress.feeds import history
from feedpress.feeds.feed import Entry, Feed
from feedpress.model import Place, Project, Publication
from feedpress.reading.problems import quoted
from feedpress.review.changes import Change, Kind

_LONGEST_TITLE = 200  # characters that are compared
_ALIKE = 0.5
_ALMOST_THE_SAME = 0.8
# So many clippings without an address are compared with each other by their titles.
_MOST = 30


def compare(old: Publication, new: Publication, now: datetime) -> tuple[Change, ...]:
    """Return all changes, feed by feed in the new file's order, the feed of all clippings first."""
    # At one address, so that what only moves with it is told once.
    before, after = feeds.build(old.at(new.url), now), feeds.build(new, now)
    if old.tag != new.tag:
        detail = f"every id changed with the tag; write tag: {old.tag} again"
        return (_of_feed(Kind.ID_CHANGED, detail, after[0]),)
    changes: list[Change] = []
    if old.url != new.url:
        detail = f"all addresses begin with {new.url}; let {old.url} lead there"
        changes.append(_of_feed(Kind.FEED_MOVED, detail, after[0]))
    whole = _Whole(before[0], after[0], new)
    known = {each.id: each for each in before}
    for each in after:
        if each.id in known:
            if not (each.is_gone and known[each.id].is_gone):
                changes += _of_the_feed_itself(known[each.id], each)
            if not each.is_gone:
                changes += _Entries(known[each.id], each, whole).changes()
        elif not each.is_gone:
            changes.append(_of_feed(Kind.FEED_NEW, f"clippings in it: {len(each.entries)}", each))
    changes += _moved(old.projects, new.projects, after)
    present = {each.id for each in after}
    changes += (_feed_gone(each, after) for each in before if each.id not in present)
    return tuple(changes)


class _Whole:
    """What became of each clipping, in whatever feeds it is."""

    def __init__(self, before: Feed, after: Feed, new: Publication) -> None:
        self.after = {entry.id: entry for entry in after.entries}
        withdrawn = {entry.id for entry in after.withdrawn}
        taken_back = {entry.id for entry in before.withdrawn}
        old = {entry.id: entry for entry in before.entries}
        #: The ids of what is still published, or withdrawn.
        self.there = there = self.after.keys() | withdrawn
        gone = [entry for entry in old.values() if entry.id not in there]
        known = old.keys() | taken_back
        fresh = [entry for entry in self.after.values() if entry.id not in known]
        #: By its new id each clipping that seems to have lost the id that it had.
        self.renamed = _renamed(gone, fresh)
        renamed = {entry.id for entry in self.renamed.values()}
        #: What is no longer published, and not withdrawn.
        self.gone = [entry for entry in gone if entry.id not in renamed]
        self.gone += [entry for entry in before.withdrawn if entry.id not in there]
        pairs = ((id, old[id], entry) for id, entry in self.after.items() if id in old)
        #: By each id that belongs to another clipping now, what it belonged to.
        self.reused = {id: was for id, was, entry in pairs if _is_another(was, entry)}
        by_text = {_text(entry): entry for entry in old.values()}
        for entry in fresh:
            was = by_text.get(_text(entry))
            if was and was.id in self.after and _text(self.after[was.id]) != _text(was):
                self.reused[was.id] = was  # it has moved to another id, and something took its own
        #: The places of all rows of the file, published or not, and which of them have `added`.
        self.rows = {identity.entry_id(new.tag, each.id): each.place for each in new.clippings}
        added = (each for each in new.clippings if each.added)
        self.added = {identity.entry_id(new.tag, each.id) for each in added}


def _of_feed(kind: Kind, detail: str, feed: Feed, *, is_past: bool = False) -> Change:
    return Change(kind, detail, feed.slug, feed.title, feed.id, None, feed.place, is_past)


def _of_the_feed_itself(before: Feed, after: Feed) -> Iterator[Change]:
    about = {
        "title": "title",
        "subtitle": "summary" if after.slug else "subtitle",
        "author": "author",
        "language": "language",
        "rights": "rights",
        "logo": "logo",
        "icon": "icon",
    }
    changed = [
        word for name, word in about.items() if getattr(before, name) != getattr(after, name)
    ]
    if after.slug is None and before.alternate != after.alternate:
        changed.append("home")
    if (before.ended and not after.ended) or before.is_gone > after.is_gone:
        yield _of_feed(Kind.FEED_CHANGED, "it had ended, and goes on", after)
    if changed:
        yield _of_feed(Kind.FEED_CHANGED, f"its {_listed(changed)} changed", after)
    if (after.ended and not before.ended) or after.is_gone > before.is_gone:
        yield _of_feed(Kind.FEED_ENDED, "", after)
    was, now = (
        [{entry.id for entry in archive} for archive in history.archives(feed)]
        for feed in (before, after)
    )
    if first := next((n for n, ids in enumerate(was, 1) if now[n - 1 : n] != [ids]), None):
        yield _of_feed(Kind.HISTORY_RECUT, f"from archive {first} on", after)


class _Entries:
    """What one feed's subscribers see; errors are told once, in the feed of all clippings."""

    def __init__(self, before: Feed, after: Feed, whole: _Whole) -> None:
        self._before = before
        self._after = after
        self._whole = whole
        self._is_whole = after.slug is None
        self._old = {entry.id: entry for entry in before.entries}
        self._deleted = {entry.id: entry for entry in before.withdrawn}
        self._polled = {entry.id for entry in history.documents(after)[0].entries}

    def changes(self) -> Iterator[Change]:
        for entry in self._after.entries:
            yield from self._of_shown(entry)
        for entry in self._after.withdrawn:
            if was := self._old.get(entry.id):
                # It says nothing any more of what it was.
                yield self._of(Kind.WITHDRAWN, entry, title=was.title)
        here = {entry.id for entry in (*self._after.entries, *self._after.withdrawn)}
        for entry in self._before.entries:
            if entry.id in self._whole.there and entry.id not in here:
                now = self._whole.after.get(entry.id)
                detail = (
                    "" if now else "it is withdrawn; leave projects: as it was, so that it goes"
                )
                place = self._whole.rows[entry.id]
                yield self._of(Kind.KEPT, now or entry, detail, place=place)
        if self._is_whole:
            for entry in self._whole.gone:
                yield self._gone(entry)

    def _of_shown(self, entry: Entry) -> Iterator[Change]:
        was = self._old.get(entry.id)
        if renamed := self._whole.renamed.get(entry.id):
            if self._is_whole:
                line = f"line {renamed.place.line} of {renamed.place.file}"
                id = renamed.id.rpartition(":clippings/")[2]
                yield self._of(Kind.ID_CHANGED, entry, f"its id was {id!r} in {line}")
        elif entry.id in self._whole.reused:
            if self._is_whole:
                was = self._whole.reused[entry.id]
                yield self._of(Kind.ID_REUSED, entry, f"its id belonged to {quoted(was.title)}")
        elif deleted := self._deleted.get(entry.id):
            if entry.updated > deleted.updated:
                yield self._seen(Kind.AGAIN, entry, "it is back")
            elif self._is_whole:
                later = times.to_rfc3339(deleted.updated + timedelta(seconds=1))
                yield self._of(Kind.NOT_RESTORED, entry, f"write updated: {later}")
        elif was is None:
            is_late = self._is_whole and entry.id in self._whole.added
            yield self._seen(Kind.NEW, entry, missed=Kind.LATE if is_late else Kind.MISSED)
        elif entry.updated > was.updated:
            yield self._seen(Kind.AGAIN, entry)
        elif changed := self._what_changed(was, entry):
            yield self._of(Kind.SILENT, entry, f"its {_listed(changed)} changed")

    def _what_changed(self, was: Entry, entry: Entry) -> list[str]:
        def terms(each: Entry) -> set[str]:
            # Another label is told with its project.
            return {category.term for category in each.categories}

        parts = {
            "title": (was.title, entry.title),
            "address": (was.alternate, entry.alternate),
            "source": (was.author, entry.author),
            "projects": (terms(was), terms(entry)),
            "summary": (was.summary, entry.summary),
            "image": (was.image, entry.image),
            "language": (was.language, entry.language),
            "place in time": ((was.published, was.updated), (entry.published, entry.updated)),
        }
        changed = [name for name, (one, other) in parts.items() if one != other]
        # Where every line of source and date changed with the language, that is told once.
        is_dated_anew = was.details != entry.details and not {"source", "summary"} & {*changed}
        if is_dated_anew and self._before.language == self._after.language:
            changed.append("date of the article")
        return changed

    def _gone(self, entry: Entry) -> Change:
        place = self._whole.rows.get(entry.id)
        if place is None:
            return self._of(Kind.GONE, entry, is_past=True)
        return self._of(Kind.GONE, entry, "it is in the file, but not shown", place=place)

    def _seen(
        self, kind: Kind, entry: Entry, detail: str = "", missed: Kind = Kind.MISSED
    ) -> Change:
        return self._of(kind if entry.id in self._polled else missed, entry, detail)

    def _of(
        self,
        kind: Kind,
        entry: Entry,
        detail: str = "",
        *,
        title: str | None = None,
        place: Place | None = None,
        is_past: bool = False,
    ) -> Change:
        feed = self._after
        title, place = title or entry.title, place or entry.place
        return Change(kind, detail, feed.slug, feed.title, entry.id, title, place, is_past)


def _moved(
    before: tuple[Project, ...], after: tuple[Project, ...], built: tuple[Feed, ...]
) -> Iterator[Change]:
    """Yield changes of slugs, and whether all former slugs still redirect."""
    by_first = {project.first_slug: project for project in before}
    claimed = {slug for project in after for slug in (project.slug, *project.formerly)}
    for project, feed in zip(after, built[1:], strict=True):
        was = by_first.get(project.first_slug)
        if was is None:
            continue
        lost = {was.slug, *was.formerly} - {project.slug, *project.formerly}
        if given_away := sorted(lost & claimed):
            detail = f"the addresses of {_listed(given_away)} lead to another project now"
            yield _of_feed(Kind.FEED_GONE, f"{detail}; give that one another short name", feed)
        elif lost:
            detail = f"its old addresses are not found any more; add {_listed(sorted(lost))}"
            yield _of_feed(Kind.FEED_GONE, f"{detail} to its formerly:", feed)
        elif was.slug != project.slug:
            yield _of_feed(Kind.FEED_MOVED, f"{was.slug} is {project.slug} now", feed)


def _feed_gone(feed: Feed, after: Iterable[Feed]) -> Change:
    first_slug = feed.id.rpartition("/")[2]
    same_slug = next((each for each in after if each.slug == feed.slug), None)
    if same_slug:
        fix = f"write {first_slug} first in its formerly:"
        if first_slug == feed.slug:
            fix = "take its formerly: out again"
        detail = f"readers take it for another feed; {fix}"
        return _of_feed(Kind.FEED_GONE, detail, same_slug)
    if feed.is_gone:
        detail = "its addresses are not found any more, which is fine"
        return _of_feed(Kind.FEED_ENDED, detail, feed, is_past=True)
    detail = (
        f"put the project back; if it has another short name now, add formerly: [{feed.slug}] to "
        "it, and if it has ended, retired: with today's date"
    )
    return _of_feed(Kind.FEED_GONE, detail, feed, is_past=True)


def _renamed(gone: list[Entry], fresh: list[Entry]) -> dict[str, Entry]:
    """Pair what is gone with what is new: by address, then by title, then by a similar title."""
    left = {entry.id: entry for entry in gone}
    renamed: dict[str, Entry] = {}

    def pair(new: Entry, old: Entry) -> None:
        renamed[new.id] = left.pop(old.id)

    keys: tuple[Callable[[Entry], str | None], ...] = (
        lambda entry: entry.alternate if entry.has_article else None,
        lambda entry: entry.title,
    )
    for key in keys:
        waiting: defaultdict[str | None, deque[Entry]] = defaultdict(deque)
        for entry in left.values():
            waiting[key(entry)].append(entry)
        for entry in fresh:
            if entry.id not in renamed and key(entry) and waiting[key(entry)]:
                pair(entry, waiting[key(entry)].popleft())
    unpaired = [entry for entry in fresh if entry.id not in renamed]
    if len(left) <= _MOST and len(unpaired) <= _MOST:
        for entry in unpaired:
            best = max(left.values(), key=partial(_likeness, entry), default=None)
            if best and _likeness(entry, best) >= _ALMOST_THE_SAME:
                pair(entry, best)
    return renamed


def _text(entry: Entry) -> tuple[str, str, str]:
    return entry.title, entry.alternate if entry.has_article else "", entry.details


def _is_another(was: Entry, entry: Entry) -> bool:
    if was.title == entry.title:
        return False
    has_same_address = was.has_article and was.alternate == entry.alternate
    has_same_text = was.summary is not None and was.summary == entry.summary
    return not (has_same_address or has_same_text or _likeness(was, entry) >= _ALIKE)


def _likeness(one: Entry, other: Entry) -> float:
    """Return from 0 to 1 how many pairs of neighbouring letters two titles share (Dice)."""
    pairs, other_pairs = _pairs(one.title), _pairs(other.title)
    return 2 * len(pairs & other_pairs) / (len(pairs) + len(other_pairs))


def _pairs(title: str) -> set[str]:
    # With an end, so that a title of one letter has a pair; linear, for titles are a stranger's.
    text = f"{title[:_LONGEST_TITLE].casefold()} "
    return {text[at : at + 2] for at in range(len(text) - 1)}


def _listed(names: list[str]) -> str:
    return " and ".join(filter(None, (", ".join(names[:-1]), names[-1])))
