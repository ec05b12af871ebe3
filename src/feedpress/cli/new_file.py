"""What init and import share: options, and a new file with its schema beside it."""

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import click

from feedpress.errors import FeedpressError

Check = Callable[[click.Context, click.Parameter, str | None], str | None]


def checked(kind: str) -> Check:
    """Return what judges an option by the function of that name in `editors.values`."""

    def check(_context: click.Context, _option: click.Parameter, typed: str | None) -> str | None:
        return None if typed is None else read_as(kind, typed)

    return check


def read_as(kind: str, typed: str) -> str:
    """Return a value as it stands in a file. Raises click.BadParameter where it can't."""
    from feedpress.reading import values

    try:
        return str(getattr(values, kind)(typed.strip()))
    except values.BadValue as bad:
        raise click.BadParameter(f"{bad.message}; {bad.fix}") from bad


def options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Return a command the options on what is published that init and import share."""
    for option in (
        click.option("--language", callback=checked("language"), help="Language, like en or es."),
        click.option("--timezone", callback=checked("time_zone"), help="Like Europe/Berlin."),
        click.option("--url", callback=checked("base"), help="Where feedpress will be public."),
        click.option("--title", callback=_not_blank, help="Name of the feed of all clippings."),
    ):
        command = option(command)
    return command


def refuse_existing(file: Path) -> None:
    """End the command where there is something of that name: before anybody answers questions."""
    if file.exists() or file.is_symlink():
        from feedpress.serving.files import printable

        message = f"{printable(file)} exists already and was left as it is"
        raise click.ClickException(f"{message}; give another name, or move the file away")


def write(file: Path, text: str) -> bool:
    """Make the file, and its schema where there is none; tell whether that was made, too."""
    from feedpress.editing import template
    from feedpress.reading import json_schema
    from feedpress.serving import atomic_write

    try:
        atomic_write.create(file, text.encode())
    except FeedpressError as error:
        raise click.ClickException(str(error)) from error
    with suppress(FeedpressError):  # the file is good without it
        atomic_write.create(
            file.with_name(template.SCHEMA_FILE), json_schema.schema_text().encode()
        )
        return True
    return False


def _not_blank(_context: click.Context, _option: click.Parameter, typed: str | None) -> str | None:
    from feedpress.editing.importing.items import in_one_line

    if typed is not None and not in_one_line(typed):
        raise click.BadParameter("a title has at least one letter")
    return in_one_line(typed, 500) if typed else None
