"""What was found in somebody's feed or table, before it is a file of clippings."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

from feedpress.editing.yaml_writing import Value
from feedpress.errors import FeedpressError

#: More bytes than any feed or table of clippings has.
MAX_BYTES = 16 * 1024 * 1024
MAX_ITEMS = 10_000

# What no feed can carry (XML 1.0 §2.2), and white space.
_BETWEEN_WORDS = re.compile(r"[\s\x00-\x1f\x7f\ufffe\uffff]+")


class Refused(FeedpressError):
    """Something that can't be imported at all."""


class Identity(Enum):
    """What subscribers know an item by, once it is imported."""

    KEPT = "the feed's own id is kept for"
    LINK = "the address is the id, as the feed gives none, of"
    NEW = "no id could be kept for"


@dataclass(frozen=True, slots=True)
class ProjectRef:
    """A project that an item names, and the short name that it asks for, if it does."""

    title: str
    slug: str | None = None


@dataclass(frozen=True, slots=True)
class Item:
    """One entry of a feed, or one row of a table."""

    #: Where it was found: "row 7", "entry 3".
    name: str
    #: The keys of the clipping, without its projects.
    keys: Mapping[str, Value]
    projects: tuple[ProjectRef, ...] = ()
    identity: Identity = Identity.NEW
    #: Why it can't be a clipping yet.
    reason: str | None = None
    #: What has no key to stand under.
    rest: str = ""


@dataclass(frozen=True, slots=True)
class FeedInfo:
    """What a feed says of itself."""

    title: str | None = None
    subtitle: str | None = None
    home: str | None = None
    language: str | None = None
    rights: str | None = None
    author: str | None = None
    #: The feed's own id.
    id: str | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """All that was found, and what the person should be told of it."""

    head: FeedInfo
    items: tuple[Item, ...]
    notes: tuple[str, ...] = ()
    #: Whether people may have subscribed to it.
    is_feed: bool = False


def in_one_line(text: str, longest: int = 100_000) -> str:
    """Return a text without line breaks and characters that no feed can carry."""
    return _BETWEEN_WORDS.sub(" ", text).strip()[:longest].rstrip()


def several(number: int, one: str, many: str) -> str:
    """Return a number of things in words: "1 entry", "2 entries"."""
    return f"{number:,} {one if number == 1 else many}"
