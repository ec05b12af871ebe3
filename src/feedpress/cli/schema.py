"""feedpress schema: the JSON Schema of the file."""

import os
import tempfile
from pathlib import Path

import click

from feedpress.cli.arguments import file_argument


@click.command()
@file_argument
@click.option(
    "--output",
    metavar="PATH",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write it into this file.  [default: print it]",
)
def schema(file: Path, output: Path | None) -> None:
    """Print the JSON Schema of FILE, for text editors.

    It offers the projects and sources that FILE names, and refuses no others. Where FILE can't
    be read, it is the schema of any file.
    """
    from feedpress.delivery import files
    from feedpress.editors import clippings_file
    from feedpress.editors import schema as schemas
    from feedpress.editors.problems import Unreadable

    try:
        publication, _ = clippings_file.load(files.Files(file).read())
        text = schemas.text(publication)
    except Unreadable:
        name = files.printable(file)
        click.echo(f"{name} can't be read, so no names of it are offered", err=True)
        text = schemas.text()
    if output is None:
        click.echo(text, nl=False)
        return
    try:
        _write(output, text)
    except OSError as error:
        name = files.printable(output)
        raise click.ClickException(f"{name} can't be written: {error.strerror}") from error


def _write(path: Path, text: str) -> None:
    """Write a file whole or not at all: a text editor may be reading it."""
    path = path.resolve()
    descriptor, beside = tempfile.mkstemp(".tmp", f".{path.name}.", path.parent)
    try:
        with open(descriptor, "w", encoding="utf-8", newline="\n") as written:
            written.write(text)
        os.chmod(beside, path.stat().st_mode & 0o777 if path.exists() else 0o644)
        os.replace(beside, path)
    except BaseException:
        os.unlink(beside)
        raise
