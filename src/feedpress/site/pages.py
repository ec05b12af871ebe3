"""Feeds to pages for people, from `templates/` and what a theme has in their place.

Every link is relative, so that a page holds wherever it is served; only the addresses to copy, and
what machines are told of a page, are absolute.
"""

import json
from collections.abc import Sequence
from functools import cache, lru_cache, partial
from importlib import resources
from urllib.parse import urlsplit

from jinja2 import (
    ChoiceLoader,
    Environment,
    FunctionLoader,
    PackageLoader,
    PrefixLoader,
    StrictUndefined,
)
from markupsafe import Markup

from feedpress import urls
from feedpress.feeds import markup
from feedpress.feeds.feed import Entry, Feed
from feedpress.site import colour, linked_data, texts
from feedpress.site.readers import readers
from feedpress.site.theme import PLAIN, Theme
from feedpress.site.years import Year

#: The formats of feeds, in the order in which pages name them.
_FORMATS = ((urls.ATOM, "Atom"), (urls.RSS, "RSS"), (urls.JSON_FEED, "JSON"))
_DESCRIPTION_ROOM = 300
#: How many clippings the page has that partners frame.
_EMBEDDED = 10


def front_page(feeds: Sequence[Feed], years: Sequence[Year], theme: Theme = PLAIN) -> bytes:
    """Return the page of the newest clippings, with all projects, years and feeds."""
    whole, *projects = feeds
    newest = whole.entries[: whole.size]
    about = {
        "title": whole.title,
        "description": whole.subtitle,
        "data": partial(
            linked_data.collection, whole.title, entries=newest, number=len(whole.entries)
        ),
    }
    return _page(
        "front.html", "/", whole, theme, **about, newest=newest, projects=projects, years=years
    )


def project_page(feed: Feed, whole: Feed, theme: Theme = PLAIN) -> bytes:
    """Return a project's page: what it is, its feeds, its clippings."""
    about = {
        "title": f"{feed.title} · {whole.title}",
        "description": feed.subtitle,
        "data": partial(
            linked_data.collection, feed.title, entries=feed.entries, number=len(feed.entries)
        ),
    }
    path = urls.project_path(feed.slug or "")
    return _page("project.html", path, whole, theme, **about, feed=feed)


def year_page(
    year: Year, later: Year | None, earlier: Year | None, whole: Feed, theme: Theme = PLAIN
) -> bytes:
    """Return the page of a year's articles, with links to the years around it."""
    path = urls.year_path(year.number)
    months = year.months
    return _page(
        "year.html",
        path,
        whole,
        theme,
        title=None,
        description=whole.subtitle,
        data=partial(
            linked_data.collection,
            whole.title,
            entries=months[0].entries,
            number=len(year.entries),
        ),
        year=year,
        months=months,
        later=later,
        earlier=earlier,
    )


def clipping_page(
    entry: Entry, whole: Feed, projects: Sequence[Feed] = (), theme: Theme = PLAIN
) -> bytes:
    """Return a clipping's own page; `projects` are those that it belongs to."""
    return _page(
        "clipping.html",
        urls.clipping_path(entry.slug),
        whole,
        theme,
        title=f"{entry.title} · {whole.title}",
        description=entry.summary or entry.title,
        data=partial(linked_data.clipping, entry),
        entry=entry,
        projects=projects,
    )


def notice_page(notice: Entry, path: str, whole: Feed, theme: Theme = PLAIN) -> bytes:
    """Return the page for the path of something that is no more."""
    return _page(
        "notice.html",
        path,
        whole,
        theme,
        title=f"{notice.title} · {whole.title}",
        description=None,
        data=None,
        notice=notice,
    )


def embed_page(feed: Feed, theme: Theme = PLAIN) -> bytes:
    """Return the page that partners frame: the newest clippings, or that the feed has ended."""
    path = urls.embed_path(feed.slug)
    whole = urls.project_path(feed.slug) if feed.slug else urls.FRONT_PAGE
    values = {
        "feed": feed,
        "direction": texts.direction(feed.language),
        "entries": () if feed.is_gone else feed.entries[:_EMBEDDED],
        "page": urls.absolute(feed.base, whole),
        "ours": _ours(feed.language),
        "written": partial(texts.date_on_page, language=feed.language),
    }
    return _render("embed.html", path, feed.language, theme, values)


def embed_script(language: str) -> bytes:
    """Return the script that partners put on their pages; it is called with its words."""
    _ = texts.catalogue(texts.language_of(language)).gettext
    told = (_("All clippings"), "" if texts.is_at_home(language) else "en")
    words = ", ".join(json.dumps(each) for each in told)
    return _file("embed.js").rstrip() + f"({words});\n".encode()


def embed_style_sheet() -> bytes:
    """Return the style sheet of the page that partners frame."""
    return _file("embed.css")


def compiled(name: str, theme: Theme) -> None:
    """Read a template of a theme, whether any page uses it or not; it raises what jinja2 does."""
    _environment("en", theme).get_template(name)


def style_sheet(accent: str | None = None, theme: Theme = PLAIN) -> bytes:
    """Return the style sheet of all pages: the colours, what feedpress brings, the theme's."""
    shades = colour.accent(accent)
    light = f"--accent:{shades.light};--ground:{colour.LIGHT};--box:{colour.LIGHT_BOX}"
    dark = f"--accent:{shades.dark};--ground:{colour.DARK};--box:{colour.DARK_BOX}"
    colours = f":root{{{light}}}\n@media (prefers-color-scheme:dark){{:root{{{dark}}}}}\n"
    return colours.encode() + _file("style.css") + theme.style


def page_script() -> bytes:
    """Return the script of all pages: it copies addresses, and searches."""
    return _file("page.js")


@cache
def _file(name: str) -> bytes:
    return resources.files("feedpress.site").joinpath(name).read_bytes()


def _page(template: str, path: str, whole: Feed, theme: Theme, /, **values: object) -> bytes:
    here = urls.absolute(whole.base, path)
    data = values.pop("data")
    language = whole.language
    shared = {
        "whole": whole,
        "here": here,
        "logo": _logo(whole, path),
        "home": _home(whole),
        "grounds": (colour.LIGHT, colour.DARK),
        "direction": texts.direction(language),
        "ours": _ours(language),
        "locale": texts.open_graph_locale(language),
        "written": partial(texts.date_on_page, language=language),
        "data": data(here=here, whole=whole) if callable(data) else None,
    }
    return _render(template, path, language, theme, shared | values)


def _render(
    template: str, path: str, language: str, theme: Theme, values: dict[str, object]
) -> bytes:
    environment = _environment(texts.language_of(language), theme)
    link = partial(urls.relative, page=path)
    text = environment.get_template(template).render(link=link, **values)
    return text.encode()


def _logo(whole: Feed, path: str) -> str | None:
    """Return the link to the logo, if it is at the public address: pages ask no other host."""
    if not whole.logo or not whole.logo.startswith(whole.base):
        return None
    return urls.relative(f"/{whole.logo.removeprefix(whole.base)}", path)


def _home(whole: Feed) -> tuple[str, str] | None:
    """Return the address of the page that the publication belongs to, and how it is called."""
    if whole.alternate == whole.base:
        return None
    return whole.alternate, _host(whole.alternate)


def _host(address: str) -> str:
    return (urlsplit(address).hostname or address).removeprefix("www.")


def _ours(language: str) -> Markup:
    """Return the attributes of what a page says itself, where that is not the page's language."""
    if texts.is_at_home(language):
        return Markup("")
    if texts.direction(language) == "ltr":
        return Markup(' lang="en"')
    return Markup(' lang="en" dir="ltr"')


def _paragraphs(text: str) -> Markup:
    return Markup(markup.paragraphs(text))  # noqa: S704 # it escapes all of the text


def _described(text: str) -> str:
    """Return a text as one line that is no longer than a description is shown."""
    line = " ".join(text[: 4 * _DESCRIPTION_ROOM].split())
    return line if len(line) <= _DESCRIPTION_ROOM else f"{line[:_DESCRIPTION_ROOM].rstrip()}…"


@lru_cache(maxsize=16)
def _environment(language: str, theme: Theme) -> Environment:
    own = PackageLoader("feedpress.site")
    templates = {name: (text, f"{theme.called}/{name}", None) for name, text in theme.templates}
    environment = Environment(
        loader=ChoiceLoader([FunctionLoader(templates.get), own, PrefixLoader({"feedpress": own})]),
        autoescape=True,
        auto_reload=False,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        extensions=["jinja2.ext.i18n"],
    )
    environment.install_gettext_translations(  # type: ignore[attr-defined] # of the extension
        texts.catalogue(language), newstyle=True
    )
    environment.policies["json.dumps_kwargs"] = {"ensure_ascii": False, "separators": (",", ":")}
    environment.globals.update(
        urls=urls,
        formats=_FORMATS,
        host=_host,
        iso=texts.iso,
        paragraphs=_paragraphs,
        readers=readers,
    )
    environment.filters["described"] = _described
    return environment
