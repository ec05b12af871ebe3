"""An export on Netlify or Cloudflare Pages: `_headers`, `_redirects` and `404.html`."""

from collections.abc import Iterable, Iterator
from datetime import datetime

from feedpress import urls
from feedpress.document import Policy
from feedpress.publishing.hosts import rules
from feedpress.serving import responses
from feedpress.serving.responses import Headers
from feedpress.snapshot import Snapshot

_POLICY = "Content-Security-Policy"
#: Of the 100 rules that Cloudflare Pages allows, what is left for the Link fields of feeds.
_MOST_LINKS = 60

_PAGES = (
    urls.FRONT_PAGE,
    urls.project_path(":slug"),
    urls.clipping_path(":slug"),
    urls.year_path(":year"),
)
_EMBEDS = (urls.embed_path(None), urls.embed_path(":slug"))

#: Without it, Cloudflare Pages gives the front page for whatever is not there.
NOT_FOUND = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>Nothing here</title>
<p>There is nothing at this address. <a href="/">The front page</a> lists every feed.</p>
</html>
"""


def headers(snapshot: Snapshot, now: datetime) -> str:
    """Return the file `_headers`."""
    return "\n".join((rules.MADE, *_headers(snapshot, now), ""))


def _headers(snapshot: Snapshot, now: datetime) -> Iterator[str]:
    # The policies of all rules for a path hold together, so each path has one.
    shared = [each for each in rules.of_answers(snapshot, now) if each[0] != _POLICY]
    yield from _rule("/*", shared)
    for paths, policy in ((_PAGES, Policy.PAGE), (_EMBEDS, Policy.EMBED)):
        for path in paths:
            yield from _rule(path, _policy(responses.everywhere(policy)))
    for media_type, name in urls.FEED_NAMES.items():
        for folder in ("", "/projects/:slug"):
            for path in (f"{folder}/{name}", f"{folder}/archive/:number/{name}"):
                content_type = ("Content-Type", f"{media_type}; charset=utf-8")
                yield from _rule(path, [content_type, *_policy(responses.EVERYWHERE)])
    files = [rule for rule in rules.rules(snapshot, now) if not rule.is_archive]
    for rule in files:
        if rule.link is None:
            content_type = ("Content-Type", rule.content_type)
            yield from _rule(rule.path, [content_type, *_policy(rule.headers)])
    for rule in [rule for rule in files if rule.link][:_MOST_LINKS]:
        yield from _rule(rule.path, [("Link", rule.link or "")])


def _policy(given: Headers) -> Headers:
    return tuple(each for each in given if each[0] == _POLICY)


def _rule(path: str, given: Iterable[tuple[str, str]]) -> Iterator[str]:
    yield path
    for name, value in given:
        yield f"  {name}: {value}"


def redirects_file(snapshot: Snapshot) -> str:
    """Return the file `_redirects`."""
    return "\n".join((rules.MADE, *_redirects(snapshot), ""))


def _redirects(snapshot: Snapshot) -> Iterator[str]:
    for former, slug in snapshot.formerly.items():
        was, there = urls.project_path(former), urls.project_path(slug)
        # Netlify knows no 308.
        yield f"{was.removesuffix('/')} {there} 301"
        framed = urls.embed_path(former).removesuffix("/"), urls.embed_path(slug)
        yield f"{' '.join(framed)} 301"
        yield f"{was}* {there}:splat 301"
