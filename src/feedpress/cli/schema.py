"""feedpress schema: the JSON Schema of the file."""

from pathlib import Path

import click

from feedpress.cli.arguments import file_argument
from feedpress.errors import FeedpressError


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
    from feedpress.reading import json_schema as schemas
    from feedpress.reading import publication_file
    from feedpress.reading.problems import InvalidFile
    from feedpress.serving import atomic_write, files

    try:
        publication = publication_file.examine(files.Files(file).read()).publication
    except InvalidFile:
        publication = None
    if publication is None:
        name = files.printable(file)
        click.echo(f"{name} can't be read, so no names of it are offered", err=True)
    text = schemas.schema_text(publication)
    if output is None:
        click.echo(text, nl=False)
        return
    try:
        atomic_write.put(output, text.encode())
    except FeedpressError as error:
        raise click.ClickException(str(error)) from error
