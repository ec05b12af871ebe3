"""The formats that feeds are written in, and entries written in each of them once."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from feedpress import urls
from feedpress.feeds import atom, json_feed, rss
from feedpress.feeds.feed import Entry
from feedpress.feeds.history import FeedDocument

#: Entries as one format has them, by id, each with the entry that it is of.
Printed = Mapping[str, tuple[Entry, bytes]]

Render = Callable[[FeedDocument, Mapping[str, bytes]], bytes]
RenderEntries = Callable[[Iterable[Entry]], dict[str, bytes]]


@dataclass(frozen=True, slots=True)
class Format:
    """How a feed is written."""

    render: Render
    render_entries: RenderEntries
    #: Whether an entry says that something was taken back.
    has_notices: bool = True


FORMATS: Mapping[str, Format] = {
    urls.ATOM: Format(atom.render, atom.render_entries, has_notices=False),
    urls.RSS: Format(rss.render, rss.render_items),
    urls.JSON_FEED: Format(json_feed.render, json_feed.render_items),
}


def printed(entries: Iterable[Entry], render: RenderEntries, before: Printed) -> Printed:
    """Write entries in a format; what is the same as before is not written again."""
    every = tuple(entries)
    old = {e.id: before[e.id] for e in every if e.id in before and before[e.id][0] == e}
    new = [entry for entry in every if entry.id not in old]
    written = render(new)
    return old | {entry.id: (entry, written[entry.id]) for entry in new}


def of_id(printed: Printed) -> Mapping[str, bytes]:
    """Return what was written of each entry by its id."""
    return MappingProxyType({entry_id: text for entry_id, (_, text) in printed.items()})
