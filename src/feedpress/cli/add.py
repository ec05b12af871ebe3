"""feedpress add: a clipping from an article's address."""

import re
import sys
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from feedpress.cli.arguments import file_argument
from feedpress.errors import FeedpressError

if TYPE_CHECKING:
    from feedpress.editing.adding import Known, New
    from feedpress.editing.article import Article, Finding
    from feedpress.model import Project

_CURES = {
    "title": "give it with --title",
    "source": "give it with --source",
    "published": "give it with --published, as well as you know it: 2016-09-14, 2016-09 or 2016",
    "summary": "give a sentence or two with --summary",
}
_TO_FINISH = (
    "it is a draft, because it has no title; write the title in place of the address, "
    "take out the line draft: true, and run feedpress stamp"
)
_INSTALL = "to read pages, feedpress needs more: pip install 'feedpress[add]'"


@click.command()
@click.argument("url")
@file_argument
@click.option(
    "--project", "projects", multiple=True, help="A project it is about; may be repeated."
)
@click.option("--title", help="The headline, in place of what the page says.")
@click.option("--source", help="Who published the article, in place of what the page says.")
@click.option("--published", help="When it came out, in place of what the page says.")
@click.option("--summary", help="A sentence or two, in place of what the page says.")
@click.option("--no-fetch", is_flag=True, help="Do not look at the page.")
@click.option("--anyway", is_flag=True, help="Add it though it seems to be there already.")
@click.option("--yes", is_flag=True, help="Do not ask whether it is right.")
@click.option("--dry-run", is_flag=True, help="Print the clipping, and write nothing.")
def add(
    url: str, file: Path, projects: tuple[str, ...], no_fetch: bool, anyway: bool, yes: bool,
    dry_run: bool, **typed: str | None,
) -> None:  # fmt: skip
    """Put a clipping of the article at URL on top of the list in FILE.

    The page is read for its title, site, date, description, language and image; you see what
    was found, and where. The clipping gets its id and is dated now. Every other byte of FILE
    stays as it is. Without a title, it becomes a draft.
    """
    from feedpress.editing import adding, saving
    from feedpress.reading.problems import InvalidFile, quoted
    from feedpress.serving import files

    called = files.printable(file)
    address, given = _address(url), _given(typed)
    on_disk = files.Files(file)
    try:
        known = adding.read_known(on_disk.read())
        chosen = [adding.project(known, name) for name in projects]
        _point_out(known, adding.New(address), anyway=anyway)
        new = _known_of(address, given, known, fetch=not no_fetch, err=dry_run)
        _point_out(known, new, anyway=anyway)
        chosen = chosen or _asked_projects(known, err=dry_run)
        new = replace(new, projects=tuple(dict.fromkeys(chosen)))
        added = adding.add_clipping(known, new, now := datetime.now(UTC))
        if dry_run:
            click.echo(adding.item_of(adding.keys_of(known, new, now)), nl=False)
            return
        if not yes and _on_terminal() and not click.confirm("Add it?", default=True):
            click.echo(f"{called}: nothing was written.")
            raise SystemExit(1)
        saving.save(on_disk, added.file, added.old, added.new)
    except InvalidFile as error:
        click.echo(f"{error}\n{called}: nothing was written.")
        raise SystemExit(1) from error
    except FeedpressError as error:
        raise click.ClickException(str(error)) from error
    clipping = added.clipping
    what = _TO_FINISH if clipping.draft else f"added with id: {clipping.id}"
    click.echo(f"{added.file}:{clipping.place.line}: {quoted(clipping.title)}: {what}")


def _address(url: str) -> str:
    from feedpress.editing.tracking import without_tracking
    from feedpress.reading import values

    try:
        return without_tracking(values.address(url))
    except values.BadValue as bad:
        raise click.UsageError(f"{bad.message}; {bad.fix}") from bad


def _given(typed: Mapping[str, str | None]) -> dict[str, str]:
    """Return what was typed about the article, fit for a clipping."""
    from feedpress.editing.plain_text import LONGEST, one_line
    from feedpress.reading import values

    given = {key: one_line(value, LONGEST[key]) for key, value in typed.items() if value}
    try:
        if "published" in given:
            values.when(given["published"])
    except values.BadValue as bad:
        raise click.UsageError(f"{bad.message}; {bad.fix}") from bad
    return {key: value for key, value in given.items() if value}


def _point_out(known: "Known", new: "New", *, anyway: bool) -> None:
    from feedpress.editing import adding

    double = adding.duplicate_of(known, new)
    if double and not anyway:
        fix = "the article is in the list already; to add it again, use --anyway"
        click.echo(f"{double}; {fix}\nnothing was written.")
        raise SystemExit(1)


def _known_of(
    address: str, given: dict[str, str], known: "Known", *, fetch: bool, err: bool
) -> "New":
    """Look at the page, tell what it says and what is missing, and give what is known."""
    from feedpress.editing.adding import New
    from feedpress.model import Image

    article = _read(address, err=err) if fetch else None
    found = article.found if article else {}
    _tell(given, found, known, err=err)
    values = {key: each.value for key, each in found.items()} | given
    if "title" not in values and _on_terminal():
        values["title"] = click.prompt("Title, or nothing", "", show_default=False, err=err)
    image = Image(values["image"], values.get("alt")) if "image" in values else None
    return New(
        url=values.get("url", address),
        title=_given({"title": values.get("title")}).get("title"),
        source=values.get("source"),
        published=values.get("published"),
        summary=values.get("summary"),
        image=image,
        language=values.get("language"),
    )


def _read(address: str, *, err: bool) -> "Article | None":
    try:
        from feedpress.editing import article, fetching
    except ImportError as error:
        raise click.UsageError(f"{_INSTALL}; or do without the page: --no-fetch") from error

    try:
        page = fetching.fetch(address)
    except fetching.NotFetched as error:
        click.echo(f"The page can't be fetched: {error}", err=err)
        return None
    found = article.read_article(page.data, page.charset, page.url, datetime.now(UTC))
    for misfit in found.misfits:
        click.echo(f"Left out: {misfit.key} ({misfit.where}): {misfit.why}", err=err)
    if found.damaged:
        click.echo("A part of what the page says for machines (JSON-LD) is damaged.", err=err)
    return found


def _tell(
    given: dict[str, str], found: "Mapping[str, Finding]", known: "Known", *, err: bool
) -> None:
    """Show each value with where it was found, and what is missing with how to give it."""
    from feedpress.editing.adding import is_usual

    say = partial(click.echo, err=err)
    for key in ("title", "source", "published", "summary", "language", "image", "alt", "url"):
        if key in given:
            say(f"{key}: {given[key]} (as you gave it)")
        elif key in found:
            finding = found[key]
            same = key == "language" and is_usual(known, finding.value)
            note = ", which is the publication's: it is not written" if same else ""
            say(f"{key}: {finding.value} ({finding.where}{note})")
        elif key in _CURES:
            say(f"{key}: not known; {_CURES[key]}")


def _asked_projects(known: "Known", *, err: bool) -> "list[Project]":
    """Have the person at the terminal choose; where there is none, no project is."""
    from feedpress.editing.adding import UnknownProject

    projects = known.publication.projects
    if not projects:
        return []
    if not _on_terminal():
        click.echo("projects: none; give each with --project", err=err)
        return []
    for number, each in enumerate(projects, 1):
        click.echo(f"{number:3}  {each.title}", err=err)
    while True:
        question = "Projects: numbers or names, with commas between, or nothing"
        answer = click.prompt(question, "", show_default=False, err=err)
        try:
            return _chosen(known, answer)
        except UnknownProject as error:
            click.echo(str(error), err=err)


def _chosen(known: "Known", answer: str) -> "list[Project]":
    from feedpress.editing import adding

    projects = known.publication.projects
    names = re.split(r"[,\s]+" if re.fullmatch(r"[\d,\s]*", answer) else ",", answer)
    return [
        projects[int(name) - 1]
        if re.fullmatch(r"[1-9]\d{0,5}", name, re.ASCII) and int(name) <= len(projects)
        else adding.project(known, name)
        for name in filter(None, map(str.strip, names))
    ]


def _on_terminal() -> bool:
    return sys.stdin.isatty()
