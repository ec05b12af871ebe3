"""The only place that knows a public path or a media type, and what makes an address good.

Paths are what the snapshot is keyed by; they start with a slash and know no host.
"""

import re
from ipaddress import IPv6Address
from urllib.parse import SplitResult, quote, urlsplit, urlunsplit

import idna

FRONT_PAGE = "/"
STYLE_SHEET = "/style.css"
FEED_STYLE_SHEET = "/feed.css"
PAGE_SCRIPT = "/page.js"
SEARCH_INDEX = "/search.json"
ICON = "/icon.svg"
SCHEMA = "/clippings.schema.json"
OPML_LIST = "/opml.xml"
ROBOTS = "/robots.txt"
EMBED_SCRIPT = "/embed.js"
EMBED_STYLE_SHEET = "/embed.css"
HEALTH = "/healthz"
STRICT_HEALTH = "/healthz/strict"
PREVIEW = "/preview/"
PREVIEW_SCRIPT = "/preview/preview.js"
PREVIEW_STYLE_SHEET = "/preview/preview.css"

ATOM = "application/atom+xml"
RSS = "application/rss+xml"
JSON_FEED = "application/feed+json"
OPML = "text/x-opml"
XML = "text/xml"
HTML = "text/html"
CSS = "text/css"
JAVASCRIPT = "text/javascript"
JSON_SCHEMA = "application/schema+json"
JSON = "application/json"
PROBLEM = "application/problem+json"
TEXT = "text/plain"
SVG = "image/svg+xml"

#: The files of a theme that are published, by how their names end.
THEME_KINDS = {
    "css": CSS,
    "ico": "image/x-icon",
    "jpg": "image/jpeg",
    "js": JAVASCRIPT,
    "png": "image/png",
    "svg": SVG,
    "webp": "image/webp",
    "woff2": "font/woff2",
}

#: File name of a feed in each format that is written.
FEED_NAMES = {ATOM: "atom.xml", RSS: "rss.xml", JSON_FEED: "feed.json"}

#: Media types that browsers show as plain text, though the documents have a style sheet: as a page
#: they are XML and nothing else.
STYLED = frozenset({ATOM, RSS, OPML})

# What a path, query or fragment may hold (RFC 3986 §3.3 to §3.5), and the percent sign of escapes.
_PART_CHARACTERS = "!$%&'()*+,/:;=?@~"
# Most addresses are good as they stand.
_GOOD_AS_IT_STANDS = re.compile(
    r"https?://[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?/[\w.~!$&'()*+,;=:@/-]*", re.ASCII
)
#: What is not seen, and stays between letters that are copied from web pages and word processors.
UNSEEN = re.compile("[\u00ad\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]")
_SPACE_OR_CONTROL = re.compile(r"[\s\x00-\x1f\x7f]")
_STRAY_PERCENT = re.compile(r"%(?![0-9A-Fa-f]{2})")
_HOST_IN_BRACKETS = re.compile(r"\[[0-9A-Fa-f:.]+\](?::\d*)?")


def feed_path(slug: str | None, media_type: str, archive: int | None = None) -> str:
    """Return the path of a project's feed, or without a slug that of the feed of all clippings.

    With a number it is that of an archive document, of which 1 is the oldest.
    """
    folder = f"archive/{archive}/" if archive else ""
    return f"{project_path(slug) if slug else '/'}{folder}{FEED_NAMES[media_type]}"


def project_path(slug: str) -> str:
    """Return the path of a project's page."""
    return f"/projects/{slug}/"


def clipping_path(slug: str) -> str:
    """Return the path of a clipping's own page."""
    return f"/clippings/{slug}/"


def year_path(year: int | str | None) -> str:
    """Return the path of a year's page; without a year, of the page of those whose year is unknown.

    It is the year in which the article came out.
    """
    return f"/years/{year if year is not None else 'undated'}/"


def theme_file(name: str) -> str:
    """Return the path of a file of the theme."""
    return f"/theme/{name}"


def kind_of(name: str) -> str:
    """Return the media type of a file of the theme."""
    return THEME_KINDS[name.rpartition(".")[2]]


def is_text(media_type: str) -> bool:
    """Return whether what has a media type is text, which is in UTF-8 everywhere here."""
    return media_type.startswith("text/") or media_type.endswith(("xml", "json"))


def embed_path(slug: str | None) -> str:
    """Return the path of the page that partners frame: a project's, or that of all clippings."""
    return f"{project_path(slug) if slug else '/'}embed/"


def project_of(path: str) -> str:
    """Return the slug of the project that a path belongs to, or nothing."""
    return path.split("/", 3)[2] if path.startswith("/projects/") else ""


def is_archive(path: str) -> bool:
    """Return whether a path is that of an archive document."""
    return re.search(r"/archive/\d+/[^/]+$", path) is not None


def is_embed_page(path: str) -> bool:
    """Return whether a path is that of a page that partners frame."""
    return re.fullmatch(r"(?:/projects/[^/]+)?/embed/", path) is not None


def renamed(path: str, slug: str) -> str:
    """Return what a path of a project is when the project has another slug."""
    _, _, _, *below = path.split("/", 3)
    return "/".join(("/projects", slug, *below))


def category_scheme(base: str) -> str:
    """Return the address that the projects share: the scheme of their categories."""
    return absolute(base, "/projects/")


def absolute(base: str, path: str) -> str:
    """Return the public address of a path; `base` ends in a slash."""
    return base + path.removeprefix("/")


def relative(path: str, page: str) -> str:
    """Return the link from a page to a path, so that it holds wherever the site is mounted."""
    return "../" * (page.count("/") - 1) + path.removeprefix("/") or "./"


def to_uri(typed: str) -> str:
    """Turn a web address as people type it into an absolute URI (RFC 3986, RFC 3987 §3.1).

    Raises ValueError with a message for the editor.
    """
    if _GOOD_AS_IT_STANDS.fullmatch(typed):
        return typed
    if _SPACE_OR_CONTROL.search(typed):
        raise ValueError("a web address has no spaces in it")
    if UNSEEN.search(typed):
        raise ValueError("a character in it can't be seen")
    try:
        parts = urlsplit(typed)
        if parts.port == 0:
            raise ValueError(typed)
    except ValueError as error:
        raise ValueError("this is not a web address") from error
    if parts.scheme not in ("http", "https"):
        raise ValueError("a web address starts with https:// or http://")
    if not parts.hostname:
        raise ValueError("this address names no web site")
    try:
        host = _ascii_host(parts, parts.hostname)
    except ValueError as error:
        raise ValueError("what stands behind :// can't be the name of a web site") from error
    user, at, _ = parts.netloc.rpartition("@")
    port = f":{parts.port}" if parts.port else ""
    netloc = _escaped(user).replace("@", "%40") + at + host + port
    escaped = (_escaped(part) for part in (parts.path, parts.query, parts.fragment))
    return urlunsplit((parts.scheme, netloc, *escaped))


def to_base(typed: str) -> str:
    """Turn a typed public address into one that every path can be put behind.

    Raises ValueError with a message for the editor.
    """
    uri = to_uri(typed)
    if "?" in uri or "#" in uri:
        raise ValueError("a public address ends before any ? or #")
    return uri if uri.endswith("/") else f"{uri}/"


def _escaped(part: str) -> str:
    return quote(_STRAY_PERCENT.sub("%25", part), safe=_PART_CHARACTERS)


def _ascii_host(parts: SplitResult, host: str) -> str:
    if "[" in parts.netloc:
        # urlsplit passes over text around the brackets, and lets other things than IPv6 in.
        if not _HOST_IN_BRACKETS.fullmatch(parts.netloc.rpartition("@")[2]):
            raise UnicodeError(host)
        IPv6Address(host)
        return f"[{host}]"
    ascii_host = host if host.isascii() else idna.encode(host, uts46=True).decode()
    if not re.fullmatch(r"[a-z0-9_]([a-z0-9._-]*[a-z0-9_.])?", ascii_host, re.IGNORECASE):
        raise UnicodeError(host)
    return ascii_host
