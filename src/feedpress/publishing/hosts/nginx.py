"""An export on nginx: directives for a `server` block whose `root` is the folder."""

from collections.abc import Iterable
from datetime import datetime

from feedpress import urls
from feedpress.document import Policy
from feedpress.publishing.export import PRIVATE, file_name
from feedpress.publishing.hosts import rules
from feedpress.publishing.hosts.rules import NUMBER, Rule, config_block
from feedpress.serving import responses
from feedpress.serving.responses import Headers, Response
from feedpress.snapshot import Snapshot

_HEAD = f"""{rules.MADE}
# Include it in a server block whose root is this folder.
charset off;  # the types below name it
gzip off;
gzip_static on;
# brotli_static on;  # with the module ngx_brotli
absolute_redirect off;
server_tokens off;
error_page 403 404 = @feedpress_nothing;
error_page 405 = @feedpress_refused;
error_page 418 = @feedpress_options;
error_page 419 = @feedpress_shown;
if ($request_method = OPTIONS) {{ return 418; }}
if ($request_method !~ ^(GET|HEAD|OPTIONS)$) {{ return 405; }}"""

_HTML = f"{urls.HTML}; charset=utf-8"
_TEXT = f"{urls.TEXT}; charset=utf-8"
_XML = f"{urls.XML}; charset=utf-8"


def configuration(snapshot: Snapshot, now: datetime) -> str:
    """Return the directives."""
    answers, pages = rules.of_answers(snapshot, now), rules.of_pages(snapshot, now)
    refused, options = responses.refusal(405), responses.preflight()
    blocks = [
        _HEAD,
        _text("@feedpress_nothing", responses.refusal(404), answers),
        _text("@feedpress_refused", refused, responses.EVERYWHERE),
        config_block("location @feedpress_options", *_headers(options.headers), "return 204;"),
        _shown(snapshot, now),
        config_block(f"location ^~ /{PRIVATE}/", "internal;", *_type(_HTML), *_headers(pages)),
        *(_gone(path) for path in sorted(snapshot.gone)),
        *(_redirect(path, there, answers) for path, there in rules.redirects(snapshot)),
        *(_file(rule) for rule in rules.rules(snapshot, now)),
        *_embeds(snapshot, now),
        config_block(
            "location ~ /$", *_type(_HTML), "try_files ${uri}index.html =404;", *_headers(pages)
        ),
        config_block(
            "location ~ /([^/]+)$",
            *_headers(answers),
            "if (-f $request_filename/index.html) { return 308 $1/; }",
            "return 404;",
        ),
    ]
    return "\n".join(blocks) + "\n"


def _gone(path: str) -> str:
    there = file_name(path, is_gone=True)
    return config_block(f"location = {path}", f"error_page 410 /{there};", "return 410;")


def _redirect(path: str, location: str, headers: Headers) -> str:
    return config_block(f"location = {path}", *_headers(headers), f"return 308 {location};")


def _file(rule: Rule) -> str:
    where = f"~ {rule.pattern}" if rule.is_archive else f"= {rule.path}"
    headers = _headers(rule.headers, number="$1")
    given = (*_type(rule.content_type), "try_files $uri =404;", *headers)
    return config_block(f"location {where}", *(_to_shown(rule) if rule.is_styled else ()), *given)


def _to_shown(rule: Rule) -> tuple[str, str]:
    """Send a browser that shows a feed to the same file of another type, with its Link field."""
    link = f"set $feedpress_link {_quoted(rule.link or '', number='$1')};"
    return link, "if ($http_sec_fetch_dest = document) { return 419; }"


def _shown(snapshot: Snapshot, now: datetime) -> str:
    # All feeds have the same headers but for the link. nginx leaves a field out that is empty.
    rule = next(each for each in rules.rules(snapshot, now) if each.is_styled)
    same = [each for each in rule.headers if each[0] != "Link"]
    link = "add_header Link $feedpress_link always;"
    given = (*_type(_XML), "try_files $uri @feedpress_nothing;", *_headers(same), link)
    return config_block("location @feedpress_shown", *given)


def _embeds(snapshot: Snapshot, now: datetime) -> list[str]:
    """Return the pages that anybody may frame, which is said of no other."""
    given = (*_type(_HTML), *_headers(rules.of_pages(snapshot, now, Policy.EMBED)))
    return [
        config_block(f"location = /{file_name(path, is_gone=True)}", "internal;", *given)
        if path in snapshot.gone
        else config_block(f"location = {path}", "try_files ${uri}index.html =404;", *given)
        for path in rules.embeds(snapshot)
    ]


def _text(name: str, answer: Response, headers: Headers) -> str:
    allowed = (each for each in answer.headers if each[0] == "Allow")
    text = _quoted(answer.body.decode().replace("\n", "\\n"))
    given = (*_type(_TEXT), *_headers((*headers, *allowed)))
    return config_block(f"location {name}", *given, f"return {answer.status[:3]} {text};")


def _type(content_type: str) -> tuple[str, str]:
    return "types { }", f"default_type {_quoted(content_type)};"


def _headers(headers: Iterable[tuple[str, str]], number: str = "") -> list[str]:
    return [f"add_header {name} {_quoted(value, number)} always;" for name, value in headers]


def _quoted(text: str, number: str = "") -> str:
    # nginx has no way to write a dollar sign that begins no variable. Only an address can have one.
    escaped = text.replace('"', '\\"').replace("$", "%24")
    return f'"{escaped.replace(NUMBER, number)}"'
