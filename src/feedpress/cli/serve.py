"""feedpress serve: serve the feeds and follow every change."""

from pathlib import Path

import click

from feedpress.cli.arguments import file_argument, settings_of
from feedpress.errors import FeedpressError


@click.command()
@file_argument
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option(
    "--port", default=8000, show_default=True, type=click.IntRange(1, 65535), help="Port of it."
)
@click.option(
    "--workers", default=1, show_default=True, type=click.IntRange(1), help="How many processes."
)
@click.option(
    "--url",
    envvar="FEEDPRESS_URL",
    help="Public address, in place of the one in the file.  [env: FEEDPRESS_URL]",
)
@click.option(
    "--state",
    metavar="DIR",
    envvar="FEEDPRESS_STATE",
    type=click.Path(path_type=Path, file_okay=False),
    help="Folder for the last good state, which is served after a restart even if FILE is broken.",
)
def serve(
    file: Path, host: str, port: int, workers: int, url: str | None, state: Path | None
) -> None:
    """Serve the feeds of FILE, and follow every change of it.

    FILE is clippings.yaml, or a folder of such files. Where none is named, it is the one that
    the variable FEEDPRESS_FILE names, else clippings.yaml.
    """
    settings = settings_of(file, url, state)
    from feedpress.delivery import server

    shown = f"[{host}]" if ":" in host else host

    def say_where() -> None:
        click.echo(f"{file}: listening at http://{shown}:{port}/ (Ctrl-C ends it)", err=True)

    try:
        server.run(settings, host, port, workers, say_where)
    except FeedpressError as error:
        raise click.ClickException(str(error)) from error
