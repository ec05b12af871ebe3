"""feedpress schema: the JSON Schema of the file."""

import json

import click


@click.command()
def schema() -> None:
    """Print the JSON Schema of the file, for text editors."""
    from feedpress.editors import shape

    click.echo(json.dumps(shape.json_schema(), ensure_ascii=False, indent=2))
