"""What the publication section of an imported file says, and what of it is only a guess."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from urllib.parse import urlsplit

from feedpress.editing.importing.items import FeedInfo
from feedpress.editing.template import TITLE, About
from feedpress.reading import values

_STAND_IN = "example.org"
_DOMAIN = re.compile(r"[a-z0-9-]+(?:\.[a-z0-9-]+)*\.[a-z][a-z0-9-]*")
_FEEDS_OF_FEEDPRESS = re.compile(r"tag:(.+):feeds")


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the person who imports has said; it stands over what was found."""

    title: str | None = None
    url: str | None = None
    timezone: str | None = None
    language: str | None = None


def about(
    head: FeedInfo, wanted: Wanted, ids: Iterable[str], today: date
) -> tuple[About, tuple[str, ...]]:
    """Return the section, and what a person should check in it; `ids` are those of the items."""
    notes: list[str] = []
    domain = _domain(head.home)
    url = wanted.url or f"https://feeds.{domain}/"
    if not wanted.url:
        notes.append(f"url is a guess: write the address where feedpress will be public ({url})")
    if not head.home:
        notes.append("home is a stand-in: write the web page that the clippings belong to")
    tag = _tag(head, domain, list(ids), today)
    notes.append(f"tag is {tag}: it must name a domain that you owned then, and stays for good")
    if not wanted.timezone:
        notes.append("timezone is UTC: write the one where your days begin")
    title = wanted.title or head.title
    if not title:
        notes.append("title is a stand-in: write the name of the feed")
    return (
        About(
            tag=tag,
            title=title or TITLE,
            url=url,
            home=head.home or f"https://{domain}/",
            language=wanted.language or head.language or "en",
            timezone=wanted.timezone or "UTC",
            subtitle=head.subtitle,
            author=head.author,
            rights=head.rights,
        ),
        tuple(notes),
    )


def _domain(home: str | None) -> str:
    host = (urlsplit(home).hostname or "") if home else ""
    host = host.removeprefix("www.")
    return host if _DOMAIN.fullmatch(host) else _STAND_IN


def _tag(head: FeedInfo, domain: str, ids: list[str], today: date) -> str:
    if found := _FEEDS_OF_FEEDPRESS.fullmatch(head.id or ""):
        try:
            return values.tag(found[1])
        except values.BadValue:
            pass
    # What somebody else has made this year must not look like an id of feedpress' own.
    tag = f"{domain},{today.year}"
    return f"{domain},{today}" if any(each.startswith(f"tag:{tag}:") for each in ids) else tag
