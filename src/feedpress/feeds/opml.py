"""Every feed as a subscription list (OPML 2.0, "Subscription lists").

The Atom feeds alone: with those of the other formats, readers would subscribe to everything twice.
"""

from collections.abc import Iterable
from typing import Any

from lxml import etree

from feedpress import urls
from feedpress.feeds.feed import Feed


def render(feeds: Iterable[Feed]) -> bytes:
    """Return the list: all clippings first, then each project whose feed has not ended."""
    whole, *projects = feeds
    opml = etree.Element("opml", version="2.0")
    head = etree.SubElement(opml, "head")
    # No date: it would be that of another thing than the list.
    _add(head, "title", whole.title)
    _add(head, "ownerName", whole.author.name)
    _add(head, "ownerEmail", whole.author.email)
    _add(head, "ownerId", whole.author.uri)
    # Readers make a folder of it.
    folder = etree.SubElement(etree.SubElement(opml, "body"), "outline", text=whole.title)
    for feed in (whole, *(each for each in projects if not each.ended)):
        etree.SubElement(folder, "outline", _outline(feed))
    href = urls.relative(urls.FEED_STYLE_SHEET, urls.OPML_LIST)
    opml.addprevious(etree.PI("xml-stylesheet", f'type="{urls.CSS}" href="{href}"'))
    printed: bytes = etree.tostring(
        opml.getroottree(), encoding="UTF-8", xml_declaration=True, pretty_print=True
    )
    return printed


def _outline(feed: Feed) -> dict[str, str]:
    about = {"description": feed.subtitle} if feed.subtitle != feed.title else {}
    return {
        "type": "rss",  # whatever the format
        "text": feed.title,
        "title": feed.title,
        **about,
        "xmlUrl": feed.link(urls.ATOM),
        "htmlUrl": feed.alternate,
        "language": feed.language,
    }


def _add(head: Any, name: str, text: str | None) -> None:
    if text:
        etree.SubElement(head, name).text = text
