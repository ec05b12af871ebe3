"""Feeds to pages for people, from `templates/`. Every link is relative, so that a page holds
wherever it is served; only the addresses to copy are absolute.
"""

from functools import cache, partial
from importlib import resources

from jinja2 import Environment, PackageLoader, StrictUndefined

from feedpress import addresses
from feedpress.feeds.feed import Entry, Feed
from feedpress.pages import embed
from feedpress.pages.preview import Preview

#: How many clippings the page has that partners frame.
_EMBEDDED = 10

_FORMATS = ((addresses.ATOM, "Atom"), (addresses.RSS, "RSS"))


def front_page(feeds: tuple[Feed, ...]) -> bytes:
    """Give the page of all clippings, with every feed's address."""
    return _render("front.html", addresses.FRONT_PAGE, feed=feeds[0], projects=feeds[1:])


def project_page(feed: Feed, whole: Feed) -> bytes:
    """Give a project's page, with its feeds' addresses."""
    path = addresses.project_page(feed.slug or "")
    return _render("project.html", path, feed=feed, whole=whole)


def clipping_page(entry: Entry, whole: Feed) -> bytes:
    """Give a clipping's own page."""
    return _render("clipping.html", addresses.clipping_page(entry.slug), entry=entry, whole=whole)


def notice_page(notice: Entry, path: str, whole: Feed) -> bytes:
    """Give the page for the path of something that is no more."""
    return _render("notice.html", path, notice=notice, whole=whole)


def preview_page(preview: Preview, state: str) -> bytes:
    """Give the page for editors; `state` is what it is known by when it is asked for again."""
    return _render("preview.html", addresses.PREVIEW, preview=preview, state=state)


def embed_page(feed: Feed) -> bytes:
    """Give the page that partners frame: the newest clippings, or that the feed has ended."""
    path = addresses.embed_page(feed.slug)
    whole = addresses.project_page(feed.slug) if feed.slug else addresses.FRONT_PAGE
    return _render(
        "embed.html",
        path,
        feed=feed,
        entries=() if feed.is_gone else feed.entries[:_EMBEDDED],
        page=addresses.absolute(feed.base, whole),
        more=embed.all_clippings(feed.language),
    )


@cache
def embed_script() -> bytes:
    """Give the script that partners put on their pages."""
    return resources.files("feedpress.pages").joinpath("embed.js").read_bytes()


@cache
def embed_style_sheet() -> bytes:
    """Give the style sheet of the page that partners frame."""
    return resources.files("feedpress.pages").joinpath("embed.css").read_bytes()


@cache
def style_sheet() -> bytes:
    """Give the style sheet of all pages."""
    return resources.files("feedpress.pages").joinpath("style.css").read_bytes()


def _render(template: str, path: str, **values: object) -> bytes:
    link = partial(addresses.relative, page=path)
    text = _environment().get_template(template).render(link=link, addresses=addresses, **values)
    return text.encode()


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("feedpress.pages"),
        autoescape=True,
        auto_reload=False,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.globals["formats"] = _FORMATS
    return environment
