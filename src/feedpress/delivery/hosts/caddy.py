"""An export on Caddy 2: directives for a site whose `root` is the folder."""

import re
from collections.abc import Iterable
from datetime import datetime

from feedpress import addresses
from feedpress.delivery import responses
from feedpress.delivery.export import PRIVATE, file_name
from feedpress.delivery.hosts import rules
from feedpress.delivery.hosts.rules import NUMBER, Rule, block
from feedpress.delivery.responses import Answer, Headers
from feedpress.documents import Policy
from feedpress.snapshot import Snapshot

_HEAD = f"{rules.MADE}\n# Import it into a site whose root is this folder."
_PRIVATE = rf"^/{re.escape(PRIVATE)}(/|$)|\.[a-z0-9]+\.(br|gz)$|/index\.html$"
_FILES = block("file_server", "precompressed br gzip")
_GONE_FILES = block("file_server", "status 410", "precompressed br gzip")
_SHOWN = f'Content-Type "{addresses.XML}; charset=utf-8"'
_HTML = ("Content-Type", f"{addresses.HTML}; charset=utf-8")


def configuration(snapshot: Snapshot, now: datetime) -> str:
    """Give the directives."""
    answers, pages = rules.of_answers(snapshot, now), (*rules.of_pages(snapshot, now), _HTML)
    embeds = set(rules.embeds(snapshot))
    framed = (*rules.of_pages(snapshot, now, Policy.EMBED), _HTML)
    nothing, refused = responses.refusal(404), responses.refusal(405)
    handlers = [
        "@options method OPTIONS",
        block("handle @options", *_headers(responses.options().headers), "respond 204"),
        "@refused not method GET HEAD",
        block("handle @refused", *_text(refused, responses.EVERYWHERE)),
        f"@private path_regexp {_PRIVATE}",
        block("handle @private", *_text(nothing, answers)),
        *(_gone(path, framed if path in embeds else pages) for path in sorted(snapshot.gone)),
        *(_redirect(path, there, answers) for path, there in rules.redirects(snapshot)),
        *(_file(number, rule) for number, rule in enumerate(rules.rules(snapshot, now))),
        *(_embed(path, framed) for path in sorted(embeds - snapshot.gone)),
        block("@page", "path */", "file {path}index.html"),
        block("handle @page", *_headers(pages), "rewrite * {path}index.html", _FILES),
        block("@bare", "not path */", "file {path}/index.html"),
        block("handle @bare", *_headers(answers), "header Location {file}/", "respond 308"),
        block("handle", *_text(nothing, answers)),
    ]
    return f"{_HEAD}\n{block('route', *handlers)}\n"


def _gone(path: str, headers: Headers) -> str:
    there = file_name(path, is_gone=True)
    return block(f"handle {path}", *_headers(headers), f"rewrite * /{there}", _GONE_FILES)


def _redirect(path: str, location: str, headers: Headers) -> str:
    return block(f"handle {path}", *_headers((*headers, ("Location", location))), "respond 308")


def _file(number: int, rule: Rule) -> str:
    name = f"feed{number}"
    where = f"path_regexp {name} {rule.pattern}" if rule.is_archive else f"path {rule.path}"
    given = (*rule.headers, ("Content-Type", rule.content_type))
    headers = _headers(given, number=f"{{re.{name}.1}}")
    found = [block(f"@{name}", where, "file"), block(f"handle @{name}", *headers, _FILES)]
    if rule.is_styled:
        is_shown = block(f"@{name}shown", where, "file", "header Sec-Fetch-Dest document")
        as_page = [*headers, f"header {_SHOWN}"]
        found = [is_shown, block(f"handle @{name}shown", *as_page, _FILES), *found]
    return "\n".join(found)


def _embed(path: str, headers: Headers) -> str:
    """Give a page that anybody may frame, which is said of no other."""
    return block(f"handle {path}", *_headers(headers), f"rewrite * /{file_name(path)}", _FILES)


def _text(answer: Answer, headers: Headers) -> list[str]:
    own = (each for each in answer.headers if each[0] in ("Allow", "Content-Type"))
    # A text in backquotes may go on behind a line end.
    return [*_headers((*headers, *own)), f"respond `{answer.body.decode()}` {answer.status[:3]}"]


def _headers(headers: Iterable[tuple[str, str]], number: str = "") -> list[str]:
    return [f"header {name} {_quoted(value, number)}" for name, value in headers]


def _quoted(text: str, number: str = "") -> str:
    # Braces are placeholders here. Only an address can have them.
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    safe = escaped.replace("{", "%7B").replace("}", "%7D")
    return f'"{safe.replace(NUMBER, number)}"'
