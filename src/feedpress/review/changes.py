"""Change: one thing that subscribers will see of an edit, and what each kind means to them."""

from dataclasses import dataclass
from enum import StrEnum

from feedpress.model import Place


class Kind(StrEnum):
    """What a change is to subscribers, errors first."""

    ID_CHANGED = "id changed"
    ID_REUSED = "id used again"
    GONE = "gone"
    NOT_RESTORED = "not restored"
    FEED_GONE = "feed gone"
    #: Added, and yet dated before what subscribers have seen.
    LATE = "too late"
    NEW = "new"
    AGAIN = "seen again"
    SILENT = "changed silently"
    WITHDRAWN = "withdrawn"
    #: New or changed, and yet in no document that subscribers poll.
    MISSED = "missed"
    #: Out of a project's feed, and still somewhere else.
    KEPT = "kept"
    FEED_NEW = "new feed"
    FEED_CHANGED = "feed changed"
    FEED_MOVED = "feed moved"
    FEED_ENDED = "feed ended"
    HISTORY_RECUT = "history changed"


#: What each kind means for people who subscribe, and what to do if it was not meant.
MEANING = {
    Kind.NEW: "subscribers see it as new",
    Kind.AGAIN: "subscribers see it once more",
    Kind.SILENT: (
        "people who have it keep the old version; to show it once more, set updated: to today, "
        "or to a time if that is today already"
    ),
    Kind.WITHDRAWN: "it goes from readers that can; in RSS a note is in its place for 90 days",
    Kind.MISSED: "too old for people who subscribe already; to show it, set updated: to today",
    Kind.LATE: "nobody sees it who subscribes already; write the time of today into added:",
    Kind.KEPT: "it left this feed, but people who have it keep it",
    Kind.FEED_NEW: "people can subscribe to it from now on",
    Kind.FEED_CHANGED: "readers may show it in another way",
    Kind.FEED_MOVED: "subscribers follow, as long as the old addresses lead to the new ones",
    Kind.FEED_ENDED: "its readers are told; 90 days after the end its addresses are given up",
    Kind.HISTORY_RECUT: "older clippings moved within its archives; if you meant it, do nothing",
    Kind.ID_CHANGED: "subscribers see it twice; give it back the id that it had",
    Kind.ID_REUSED: "subscribers may never see it; give it an id of its own",
    Kind.GONE: "subscribers keep it for ever; put it back, with withdrawn: to take it away",
    Kind.NOT_RESTORED: "readers that took it away do not show it without a later updated:",
    Kind.FEED_GONE: "its subscribers hear nothing more",
}
_ERRORS = {
    *(Kind.LATE, Kind.ID_CHANGED, Kind.ID_REUSED, Kind.GONE, Kind.NOT_RESTORED),
    Kind.FEED_GONE,
}


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that subscribers of one feed will see, or will be hurt by."""

    kind: Kind
    #: What only holds for this one, in plain words; it may be empty.
    detail: str
    #: None for the feed of all clippings.
    slug: str | None
    feed_title: str
    #: Of the entry, or of the feed.
    id: str
    #: The clipping's title; None for what concerns the feed.
    title: str | None
    place: Place
    #: Whether the place is in the state before, for there is none in the state after.
    is_past: bool = False

    @property
    def is_error(self) -> bool:
        """Whether somebody would see something twice, or keep or lose what nobody meant."""
        return self.kind in _ERRORS

    @property
    def message(self) -> str:
        """What it means, in plain words."""
        return "; ".join(filter(None, (self.detail, MEANING[self.kind])))
