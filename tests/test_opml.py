"""The list of every feed (OPML 2.0)."""

from typing import Any

from lxml import etree

import support
from feedpress.feeds import feed, opml

_PROJECTS = {
    "portal": {"title": "R&D <Portal>", "summary": "What it is"},
    "empty": {"title": "Nothing yet"},
    "ended": {"title": "Ended", "retired": "2026-11-01"},
}


def _list(**about: Any) -> Any:
    loaded = support.publication([], _PROJECTS, **about)
    return etree.fromstring(opml.render(feed.build(loaded, support.NOW)))


def test_outlines() -> None:
    """One folder has the Atom feed of all and those of the projects that have not ended."""
    (folder,) = _list(subtitle="All of it").findall("body/outline")
    assert dict(folder.attrib) == {"text": "In the media"}
    assert [dict(each.attrib) for each in folder] == [
        {
            "type": "rss",
            "text": "In the media",
            "title": "In the media",
            "description": "All of it",
            "xmlUrl": "https://feeds.example.org/atom.xml",
            "htmlUrl": support.publication([]).home,
            "language": "en",
        },
        {
            "type": "rss",
            "text": "R&D <Portal>",
            "title": "R&D <Portal>",
            "description": "What it is",
            "xmlUrl": "https://feeds.example.org/projects/portal/atom.xml",
            "htmlUrl": "https://feeds.example.org/projects/portal/",
            "language": "en",
        },
        {
            "type": "rss",
            "text": "Nothing yet",
            "title": "Nothing yet",
            "xmlUrl": "https://feeds.example.org/projects/empty/atom.xml",
            "htmlUrl": "https://feeds.example.org/projects/empty/",
            "language": "en",
        },
    ]


def test_head_names_the_owner_and_no_date() -> None:
    """Who keeps the list is said as far as it is known."""
    author = {"name": "Team", "email": "team@example.org", "uri": "https://example.org/"}
    said = {each.tag: each.text for each in _list(author=author).find("head")}
    assert said == {
        "title": "In the media",
        "ownerName": "Team",
        "ownerEmail": "team@example.org",
        "ownerId": "https://example.org/",
    }
    without = {each.tag for each in _list(author={"name": "Team"}).find("head")}
    assert without == {"title", "ownerName"}
