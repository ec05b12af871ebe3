"""The configuration with which a host answers from an export as feedpress itself would. Pure.

What each host can't do is told in docs/deploy.md.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from feedpress import addresses
from feedpress.delivery import responses
from feedpress.delivery.export import PRIVATE, file_name
from feedpress.delivery.responses import Headers
from feedpress.snapshot import Snapshot

_MADE = "Made by feedpress build, which makes it anew each time."
#: Of the 100 rules that Cloudflare Pages allows, what is left for the Link fields of feeds.
_MOST_LINKS = 80

_NOT_FOUND_PAGE = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>Nothing here</title>
<p>There is nothing at this address. <a href="/">The front page</a> lists every feed.</p>
</html>
"""


#: Stands for the number of an archive document where a host fills it in.
_NUMBER = "\0"


@dataclass(frozen=True, slots=True)
class _Rule:
    """The headers of a path, or of all archive documents of a feed."""

    path: str
    headers: Headers

    @property
    def is_archive(self) -> bool:
        return _NUMBER in self.path

    @property
    def pattern(self) -> str:
        return "([0-9]+)".join(map(re.escape, self.path.split(_NUMBER))).replace("\\-", "-")


def configurations(snapshot: Snapshot, now: datetime) -> Iterator[tuple[str, str]]:
    """Give every configuration by the name of its file in the export."""
    yield f"{PRIVATE}/nginx.conf", nginx(snapshot, now)
    yield f"{PRIVATE}/Caddyfile", caddy(snapshot, now)
    yield "_headers", headers_file(snapshot, now)
    yield "_redirects", redirects_file(snapshot)
    yield "404.html", _NOT_FOUND_PAGE


def nginx(snapshot: Snapshot, now: datetime) -> str:
    """Give directives for a `server` block of nginx, whose `root` is the export."""
    every, cached = responses.EVERYWHERE, _cached(snapshot, now)
    not_found, refused = responses.refusal(404), responses.refusal(405)
    lines = [
        f"# {_MADE}",
        "# Include it in a server block whose root is this folder.",
        "charset off;  # the types below name it",
        "gzip off;",
        "gzip_static on;",
        "# brotli_static on;  # with the module ngx_brotli",
        "absolute_redirect off;",
        "server_tokens off;",
        "error_page 403 404 = @feedpress_nothing;",
        "error_page 405 = @feedpress_refused;",
        "error_page 418 = @feedpress_options;",
        "if ($request_method = OPTIONS) { return 418; }",
        "if ($request_method !~ ^(GET|HEAD|OPTIONS)$) { return 405; }",
        *_nginx_text("@feedpress_nothing", not_found, (*every, *cached)),
        *_nginx_text("@feedpress_refused", refused, every),
        "location @feedpress_options {",
        *_nginx_headers(responses.options().headers),
        "  return 204;",
        "}",
        f"location ^~ /{PRIVATE}/ {{",
        "  internal;",
        *_nginx_type(f"{addresses.HTML}; charset=utf-8"),
        *_nginx_headers((*every, *cached, ("Vary", "Accept-Encoding"))),
        "}",
    ]
    for path in sorted(snapshot.gone):
        there = f"/{file_name(path, is_gone=True)}"
        lines.append(f"location = {path} {{ error_page 410 {there}; return 410; }}")
    for path, location in _redirects(snapshot):
        lines += _nginx_redirect(path, location, (*responses.EVERYWHERE, *cached))
    for rule in _rules(snapshot, now):
        lines += _nginx_rule(rule)
    lines += [
        "location ~ /$ {",
        *_nginx_type(f"{addresses.HTML}; charset=utf-8"),
        "  try_files ${uri}index.html =404;",
        *_nginx_headers((*every, *cached, ("Vary", "Accept-Encoding"))),
        "}",
        "location ~ /([^/]+)$ {",
        *_nginx_type(f"{addresses.TEXT}; charset=utf-8"),
        *_nginx_headers((*every, *cached)),
        "  if (-f $request_filename/index.html) { return 308 $1/; }",
        "  return 404;",
        "}",
    ]
    return "\n".join(lines) + "\n"


def _nginx_rule(rule: _Rule) -> list[str]:
    types = dict(rule.headers)["Content-Type"]
    where = f"~ ^{rule.pattern}$" if rule.is_archive else f"= {rule.path}"
    others = [(name, value) for name, value in rule.headers if name != "Content-Type"]
    given = _nginx_headers(others, number="$1" if rule.is_archive else "")
    return [f"location {where} {{", *_nginx_type(types), "  try_files $uri =404;", *given, "}"]


def _nginx_redirect(path: str, location: str, headers: Headers) -> list[str]:
    return [f"location = {path} {{", *_nginx_headers(headers), f"  return 308 {location};", "}"]


def _nginx_text(name: str, answer: responses.Answer, headers: Headers) -> list[str]:
    allowed = [each for each in answer.headers if each[0] == "Allow"]
    text = answer.body.decode().replace("\n", "\\n")
    return [
        f"location {name} {{",
        *_nginx_type(f"{addresses.TEXT}; charset=utf-8"),
        *_nginx_headers((*headers, *allowed)),
        f"  return {answer.status[:3]} {_nginx_quoted(text)};",
        "}",
    ]


def _nginx_type(content_type: str) -> list[str]:
    return ["  types { }", f"  default_type {_nginx_quoted(content_type)};"]


def _nginx_headers(headers: Iterable[tuple[str, str]], number: str = "") -> list[str]:
    return [
        f"  add_header {name} {_nginx_quoted(value, number)} always;" for name, value in headers
    ]


def _nginx_quoted(text: str, number: str = "") -> str:
    # nginx has no way to write a dollar sign that begins no variable; only an address can have one.
    quoted = text.replace('"', '\\"').replace("$", "%24").replace(_NUMBER, number)
    return f'"{quoted}"'


def caddy(snapshot: Snapshot, now: datetime) -> str:
    """Give directives for a site of Caddy 2, whose `root` is the export."""
    every, cached = responses.EVERYWHERE, _cached(snapshot, now)
    shown = (*every, *cached, ("Vary", "Accept-Encoding"))
    lines = [f"# {_MADE}", "# Import it into a site whose root is this folder.", "route {"]
    lines += ["@options method OPTIONS", "handle @options {"]
    lines += [*_caddy_headers(responses.options().headers), "  respond 204", "}"]
    lines += ["@refused not method GET HEAD", "handle @refused {"]
    lines += _caddy_text(responses.refusal(405), every)
    lines += ["}", f"@private path /{PRIVATE} /{PRIVATE}/* *.gz *.br */index.html", ""]
    lines += ["handle @private {", *_caddy_text(responses.refusal(404), (*every, *cached)), "}"]
    for path in sorted(snapshot.gone):
        lines += [f"handle {path} {{", *_caddy_headers(shown)]
        lines += [f'  header Content-Type "{addresses.HTML}; charset=utf-8"']
        lines += [f"  rewrite * /{file_name(path, is_gone=True)}"]
        lines += ["  file_server { ", "    status 410", "    precompressed br gzip", "  }", "}"]
    for path, location in _redirects(snapshot):
        lines += _caddy_redirect(path, location, (*responses.EVERYWHERE, *cached))
    for index, rule in enumerate(_rules(snapshot, now)):
        lines += _caddy_rule(index, rule)
    lines += ["@page {", "  path */", "  file {path}index.html", "}", "handle @page {"]
    lines += [*_caddy_headers(shown), f'  header Content-Type "{addresses.HTML}; charset=utf-8"']
    lines += ["  rewrite * {path}index.html", "  file_server { ", "    precompressed br gzip"]
    lines += ["  }", "}", "@bare {", "  not path */", "  file {path}/index.html", "}"]
    lines += ["handle @bare {", *_caddy_headers((*every, *cached))]
    lines += ["  header Location {file}/", "  respond 308", "}"]
    lines += ["handle {", *_caddy_text(responses.refusal(404), (*every, *cached)), "}", "}"]
    return "\n".join(lines) + "\n"


def _caddy_rule(index: int, rule: _Rule) -> list[str]:
    if rule.is_archive:
        lines = [f"@feed{index} {{", f"  path_regexp feed{index} ^{rule.pattern}$", "  file", "}"]
    else:
        lines = [f"@feed{index} {{", f"  path {rule.path}", "  file", "}"]
    number = f"{{re.feed{index}.1}}" if rule.is_archive else ""
    return [
        *lines,
        f"handle @feed{index} {{",
        *_caddy_headers(rule.headers, number),
        "  file_server {",
        "    precompressed br gzip",
        "  }",
        "}",
    ]


def _caddy_redirect(path: str, location: str, headers: Headers) -> list[str]:
    given = _caddy_headers((*headers, ("Location", location)))
    return [f"handle {path} {{", *given, "  respond 308", "}"]


def _caddy_text(answer: responses.Answer, headers: Headers) -> list[str]:
    own = [each for each in answer.headers if each[0] in ("Allow", "Content-Type")]
    text = answer.body.decode().removesuffix("\n")
    return [*_caddy_headers((*headers, *own)), f'  respond "{text}\n" {answer.status[:3]}']


def _caddy_headers(headers: Iterable[tuple[str, str]], number: str = "") -> list[str]:
    return [f"  header {name} {_caddy_quoted(value, number)}" for name, value in headers]


def _caddy_quoted(text: str, number: str = "") -> str:
    # Braces are placeholders; where nothing has that name they are taken as they stand.
    quoted = text.replace("\\", "\\\\").replace('"', '\\"').replace("{", "%7B").replace("}", "%7D")
    return f'"{quoted.replace(_NUMBER, number)}"'


def headers_file(snapshot: Snapshot, now: datetime) -> str:
    """Give the `_headers` of Netlify and Cloudflare Pages."""
    lines = [f"# {_MADE}", "/*", *_listed((*responses.EVERYWHERE, *_cached(snapshot, now)))]
    for media_type, name in addresses.FEED_NAMES.items():
        content_type = (("Content-Type", f"{media_type}; charset=utf-8"),)
        for folder in (
            "",
            "/archive/:number",
            "/projects/:slug",
            "/projects/:slug/archive/:number",
        ):
            lines += [f"{folder}/{name}", *_listed(content_type)]
    for path, document in snapshot.documents.ready.items():
        if not document.links and not path.endswith("/") and path not in snapshot.gone:
            lines += [path, *_listed((("Content-Type", document.content_type),))]
    linked = [rule for rule in _rules(snapshot, now) if "Link" in dict(rule.headers)]
    for rule in [rule for rule in linked if not rule.is_archive][:_MOST_LINKS]:
        lines += [rule.path, *_listed((("Link", dict(rule.headers)["Link"]),))]
    return "\n".join(lines) + "\n"


def _listed(headers: Iterable[tuple[str, str]]) -> list[str]:
    return [f"  {name}: {value}" for name, value in headers]


def redirects_file(snapshot: Snapshot) -> str:
    """Give the `_redirects` of Netlify and Cloudflare Pages."""
    lines = [f"# {_MADE}"]
    for former, slug in snapshot.formerly.items():
        # Netlify knows no 308.
        was, there = addresses.project_page(former), addresses.project_page(slug)
        lines += [f"{was.removesuffix('/')} {there} 301", f"{was}* {there}:splat 301"]
    return "\n".join(lines) + "\n"


def _rules(snapshot: Snapshot, now: datetime) -> Iterator[_Rule]:
    """Give what is neither a page nor gone, the archive documents of a feed as one."""
    shared = (*responses.EVERYWHERE, *_cached(snapshot, now), ("Vary", "Accept-Encoding"))
    documents = snapshot.documents
    for path, document in documents.ready.items():
        if path.endswith("/") or path in snapshot.gone:
            continue
        content_type = ("Content-Type", document.content_type)
        link = ", ".join(map(str, document.links))
        yield _Rule(path, (content_type, *shared, *((("Link", link),) if link else ())))
        folder, _, name = path.rpartition("/")
        if (first := f"{folder}/archive/1/{name}") in documents:
            of_first = ", ".join(map(str, documents[first].links))
            numbered = of_first.replace("/archive/1/", f"/archive/{_NUMBER}/", 1)
            rule = f"{folder}/archive/{_NUMBER}/{name}"
            yield _Rule(rule, (content_type, *shared, ("Link", numbered)))


def _redirects(snapshot: Snapshot) -> Iterator[tuple[str, str]]:
    """Give each path that leads elsewhere, and where to, as seen from it.

    But not the pages that lack only their slash: a host sees their folders.
    """
    for path, there in snapshot.redirects():
        yield path, addresses.relative(there, path)
    for path in sorted(snapshot.gone):
        if path.endswith("/"):
            bare = path.removesuffix("/")
            yield bare, f"{bare.rpartition('/')[2]}/"


def _cached(snapshot: Snapshot, now: datetime) -> Headers:
    return (("Cache-Control", responses.cache_control(snapshot, now)),)
