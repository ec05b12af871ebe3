"""Try out a theme, so that a mistake in a template is reported before it is published."""

import traceback
from datetime import UTC, datetime
from itertools import product
from zoneinfo import ZoneInfo

from feedpress.errors import SettingsError
from feedpress.feeds import feed
from feedpress.model import Clipping, Person, Project, Publication, Source, When
from feedpress.site import pages
from feedpress.site.theme import Theme
from feedpress.site.years import by_year

_NOW = datetime(2020, 1, 1, tzinfo=UTC)


def check_theme(theme: Theme) -> None:
    """Make every kind of page with a theme. Raises SettingsError where that does not go."""
    for name, _ in theme.templates:
        _try(theme, name)
    for publication in _publications():
        _try(theme, None, publication)


def _try(theme: Theme, name: str | None, publication: Publication | None = None) -> None:
    try:
        if name:
            pages.compiled(name, theme)
        if publication:
            _make_pages(publication, theme)
    except Exception as error:
        # A template may go wrong in any way that Python may.
        raise SettingsError(f"{_place(error, theme, name)}: {_said(error)}") from error


def _make_pages(publication: Publication, theme: Theme) -> None:
    whole, *projects = feeds = feed.build(publication, _NOW)
    years = by_year(whole.entries)
    pages.front_page(feeds, years, theme)
    for each in feeds:
        pages.embed_page(each, theme)
    for project in projects:
        pages.project_page(project, whole, theme)
        if project.ended:
            pages.notice_page(project.ended, "/projects/b/atom.xml", whole, theme)
    for entry in whole.entries:
        pages.clipping_page(entry, whole, projects, theme)
    for year in years:
        pages.year_page(year, years[0], None, whole, theme)
        pages.year_page(year, None, years[-1], whole, theme)


def _publications() -> tuple[Publication, ...]:
    """Return an empty publication, and one with a clipping of each kind."""
    url = "https://example.org/feeds/"
    empty = Publication("Title", url, "example.org,2016", url, Person("Name"))
    projects = (
        Project("a", "Project"),
        Project("b", "Project", "Summary", url, retired=When(2019)),
    )
    kinds = product((None, url), (None, Source("Source")), (None, When(2016, 9, 14)))
    clippings = tuple(
        Clipping(
            *(f"c{number}", f"c{number}", "Title", address, source, published, When(2019)),
            projects=projects if address else (),
            summary="Summary" if source else None,
            language="ar" if published else None,
        )
        for number, (address, source, published) in enumerate(kinds)
    )
    full = Publication(
        *("Title", url, "example.org,2016", "https://example.org/", Person("Name"), "Subtitle"),
        timezone=ZoneInfo("UTC"),
        rights="Rights",
        logo=f"{url}logo.svg",
        projects=projects,
        clippings=clippings,
    )
    return empty, full


def _place(error: Exception, theme: Theme, name: str | None) -> str:
    """Return the file and line of a theme's template that an error comes from."""
    own = {f"{theme.called}/{each}" for each, _ in theme.templates}
    line = getattr(error, "lineno", None)
    if line and name:
        return f"{theme.called}/{name}, line {line}"
    frames = [each for each in traceback.extract_tb(error.__traceback__) if each.filename in own]
    if frames:
        return f"{frames[-1].filename}, line {frames[-1].lineno}"
    return f"{theme.called}/{name}" if name else theme.called


def _said(error: Exception) -> str:
    text = " ".join(str(error).split()) or type(error).__name__
    return f"this template can't be used: {text}"
