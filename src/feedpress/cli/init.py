"""feedpress init: the beginning of a file."""

import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import click

from feedpress.errors import FeedpressError
from feedpress.settings import DEFAULT_FILE


@click.command()
@click.argument("file", default=DEFAULT_FILE, type=click.Path(path_type=Path, dir_okay=False))
@click.option("--title", help="The name of the feed of all clippings.")
@click.option("--url", help="Where feedpress will be public.")
@click.option("--tag", help="What begins every id: a domain of yours, a comma and a year.")
@click.option("--language", help="The language of the clippings, such as en or es.")
@click.option("--timezone", help="Such as Europe/Madrid.")
def init(
    file: Path,
    title: str | None,
    url: str | None,
    tag: str | None,
    language: str | None,
    timezone: str | None,
) -> None:
    """Begin a new FILE, with a note on every line that you fill in.

    At a terminal it asks for what is not given; elsewhere there are examples in its place. Beside
    FILE comes clippings.schema.json, by which text editors complete and underline. A file that is
    there already is never touched.
    """
    from feedpress.delivery import files
    from feedpress.editors import schema, template, values

    called = files.printable(file)
    now = datetime.now(UTC)
    if file.exists():
        cure = "name another file, or edit this one"
        raise click.ClickException(f"{called} is there already, and stays as it is; {cure}")
    title = _wanted("Title", title, "In the media", _text)
    url = _wanted("Public address", url, template.EXAMPLE_URL, values.base)
    language = _wanted("Language", language, "en", values.language)
    timezone = _wanted("Time zone", timezone, "UTC", lambda typed: values.time_zone(typed).key)
    tag = _good(values.tag, tag) if tag else None
    text = template.text(title, url, tag, language, timezone, now.year)
    try:
        files.create(file, text.encode())
        beside = file.with_name("clippings.schema.json")
        if not beside.exists():
            files.create(beside, schema.text().encode())
    except FeedpressError as error:
        raise click.ClickException(str(error)) from error
    click.echo(f"{called} is ready. Open it, fill it in, and see it with")
    click.echo(f"  feedpress serve --preview{'' if str(file) == DEFAULT_FILE else f' {called}'}")
    if url == template.EXAMPLE_URL:
        click.echo("Before you publish, put your own address into url: and your domain into tag:.")


def _wanted(question: str, given: str | None, default: str, read: Callable[[str], str]) -> str:
    """Give what was typed, else the answer of who sits at the terminal, else the default."""
    if given is not None:
        return _good(read, given)
    if not _is_terminal():
        return default
    answer: str = click.prompt(
        question, default=default, value_proc=lambda typed: _good(read, typed)
    )
    return answer


def _is_terminal() -> bool:
    return sys.stdin.isatty()


def _good(read: Callable[[str], str], typed: str) -> str:
    from feedpress.editors.values import BadValue

    try:
        return read(typed)
    except BadValue as bad:
        raise click.UsageError(f"{bad.message}; {bad.cure}") from bad


def _text(typed: str) -> str:
    if not typed.strip() or not typed.isprintable():
        raise click.UsageError(f"{typed!r} is no title; write one line of text")
    return typed.strip()
