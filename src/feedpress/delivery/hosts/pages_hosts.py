"""An export on Netlify or Cloudflare Pages: `_headers`, `_redirects` and `404.html`."""

from collections.abc import Iterable, Iterator
from datetime import datetime

from feedpress import addresses
from feedpress.delivery.hosts import rules
from feedpress.snapshot import Snapshot

#: Of the 100 rules that Cloudflare Pages allows, what is left for the Link fields of feeds.
_MOST_LINKS = 80

#: Without it, Cloudflare Pages gives the front page for whatever is not there.
NOT_FOUND = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>Nothing here</title>
<p>There is nothing at this address. <a href="/">The front page</a> lists every feed.</p>
</html>
"""


def headers(snapshot: Snapshot, now: datetime) -> str:
    """Give the file `_headers`."""
    return "\n".join((rules.MADE, *_headers(snapshot, now), ""))


def _headers(snapshot: Snapshot, now: datetime) -> Iterator[str]:
    yield from _rule("/*", rules.of_answers(snapshot, now))
    for media_type, name in addresses.FEED_NAMES.items():
        for folder in ("", "/projects/:slug"):
            for path in (f"{folder}/{name}", f"{folder}/archive/:number/{name}"):
                yield from _rule(path, [("Content-Type", f"{media_type}; charset=utf-8")])
    files = [rule for rule in rules.rules(snapshot, now) if not rule.is_archive]
    for rule in files:
        if rule.link is None:
            yield from _rule(rule.path, [("Content-Type", rule.content_type)])
    for rule in [rule for rule in files if rule.link][:_MOST_LINKS]:
        yield from _rule(rule.path, [("Link", rule.link or "")])


def _rule(path: str, given: Iterable[tuple[str, str]]) -> Iterator[str]:
    yield path
    for name, value in given:
        yield f"  {name}: {value}"


def redirects(snapshot: Snapshot) -> str:
    """Give the file `_redirects`."""
    return "\n".join((rules.MADE, *_redirects(snapshot), ""))


def _redirects(snapshot: Snapshot) -> Iterator[str]:
    for former, slug in snapshot.formerly.items():
        was, there = addresses.project_page(former), addresses.project_page(slug)
        # Netlify knows no 308.
        yield f"{was.removesuffix('/')} {there} 301"
        yield f"{was}* {there}:splat 301"
