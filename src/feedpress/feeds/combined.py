"""Several projects' feeds as one, for those who want just these.

It has what the subscribers of each of them have, every entry once. There are too many of such feeds
to list them or to make them ahead: which there are can be told of any name at once.
"""

from collections.abc import Container, Mapping, Sequence
from dataclasses import replace

from feedpress import identity, times
from feedpress.addresses import AND
from feedpress.feeds.feed import Feed, in_order
from feedpress.feeds.history import FeedDocument
from feedpress.model import Project

#: How many projects there can be in one: that many documents are put together for an answer.
MOST = 5


def members(name: str, slugs: Container[str]) -> tuple[str, ...]:
    """Give the slugs of the projects that a name combines, or none where it is no such name.

    Each stands in it once, the lowest code points first; `slugs` are those that there are.
    """
    found = tuple(name.split(AND, MOST))
    is_name = 1 < len(found) <= MOST and all(each in slugs for each in found)
    return found if is_name and list(found) == sorted(set(found)) else ()


def canonical(name: str, formerly: Mapping[str, str]) -> str:
    """Give the name of the same projects, whatever slugs they had and in whatever order.

    Of a single project, be it repeated, it is the slug.
    """
    return AND.join(sorted({formerly.get(each, each) for each in name.split(AND)}))


def document(
    projects: Sequence[Project], documents: Sequence[FeedDocument], whole: Feed, tag: str
) -> FeedDocument:
    """Put the subscription documents of projects together; all else is as in the feed of all."""
    # A project's last entry tells of its own feed, and here more may come of the others.
    entries = in_order(
        {e.id: e for each in documents for e in each.entries if e != each.feed.ended}.values()
    )
    tombstones = in_order({e.id: e for each in documents for e in each.tombstones}.values())
    newest = [
        shown[0].updated
        for each in documents
        for shown in (each.feed.entries, each.feed.withdrawn)
        if shown
    ]
    title = " + ".join(each.title for each in projects)
    feed = replace(
        whole,
        slug=AND.join(each.slug for each in projects),
        id=identity.feed_id(tag, AND.join(sorted(each.first_slug for each in projects))),
        title=title,
        subtitle=title,
        updated=max(newest, default=times.tag_instant(tag)),
        hubs=(),  # nobody tells them of a feed that is not known before somebody asks for it
        entries=entries,
        withdrawn=(),
        tombstones=tombstones,
    )
    return FeedDocument(feed, None, 0, feed.updated, entries, tombstones)
