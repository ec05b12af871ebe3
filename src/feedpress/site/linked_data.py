"""What pages tell machines about themselves (JSON-LD with the words of schema.org).

A page is about articles that others wrote and published: none of them is said to be ours.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from feedpress import urls
from feedpress.feeds.feed import Entry, Feed
from feedpress.site import texts

#: How many clippings a list names.
_LISTED = 10

Data = Mapping[str, Any]


def collection(name: str, here: str, whole: Feed, entries: Iterable[Entry], number: int) -> Data:
    """Describe a page that lists clippings, with the first of them."""
    listed = [
        {
            "@type": "ListItem",
            "position": position,
            "name": entry.title,
            "url": _page(entry, whole),
        }
        for position, entry in enumerate(list(entries)[:_LISTED], 1)
    ]
    return {
        **_page_of(whole, here, name),
        "@type": "CollectionPage",
        "mainEntity": {"@type": "ItemList", "numberOfItems": number, "itemListElement": listed},
    }


def clipping(entry: Entry, here: str, whole: Feed) -> Data:
    """Describe a clipping's own page, which is about an article."""
    article: dict[str, Any] = {
        "@type": "Article",
        "headline": entry.title,
        "url": entry.alternate if entry.has_article else None,
        "datePublished": texts.iso(entry.dated) if entry.dated else None,
        "inLanguage": entry.language,
        "abstract": entry.summary,
    }
    if entry.author:
        publisher = {"@type": "Organization", "name": entry.author.name, "url": entry.author.url}
        article["publisher"] = _known(publisher)
    return {**_page_of(whole, here, entry.title), "@type": "WebPage", "about": _known(article)}


def _page_of(whole: Feed, here: str, name: str) -> Data:
    site = {
        "@type": "WebSite",
        "name": whole.title,
        "url": whole.base,
        "publisher": _known(
            {"@type": "Organization", "name": whole.author.name, "url": whole.author.uri}
        ),
    }
    return {
        "@context": "https://schema.org",
        "@id": here,
        "url": here,
        "name": name,
        "inLanguage": whole.language,
        "isPartOf": site,
    }


def _page(entry: Entry, whole: Feed) -> str:
    return urls.absolute(whole.base, urls.clipping_path(entry.slug))


def _known(data: dict[str, Any]) -> Data:
    return {key: value for key, value in data.items() if value is not None}
