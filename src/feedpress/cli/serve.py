"""feedpress serve: serve the feeds and follow every change."""

from ipaddress import ip_address
from pathlib import Path
from typing import TYPE_CHECKING

import click

from feedpress import urls
from feedpress.cli.arguments import file_argument, settings_of, theme_option
from feedpress.errors import FeedpressError
from feedpress.settings import PreviewMode

if TYPE_CHECKING:
    from wsgiref.types import WSGIApplication


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
    help="Folder for the last good version, to serve after a restart even if FILE is broken.",
)
@theme_option
@click.option(
    "--preview",
    is_flag=True,
    help="Show editors, on a page of their own, what is not published yet.",
)
@click.option(
    "--anybody",
    is_flag=True,
    help="Show the preview to whoever can reach the server, and not only at this machine.",
)
def serve(
    file: Path,
    host: str,
    port: int,
    workers: int,
    url: str | None,
    state: Path | None,
    theme: Path | None,
    preview: bool,
    anybody: bool,
) -> None:
    """Serve the feeds of FILE, and follow every change of it.

    FILE is clippings.yaml, or a folder of such files. Where none is named, it is the one that
    the variable FEEDPRESS_FILE names, else clippings.yaml.
    """
    if anybody and not preview:
        raise click.UsageError("--anybody is for --preview; give both or none")
    if preview and not anybody and not _is_loopback(host):
        fix = "take --host out, or add --anybody if others may see what is held back"
        raise click.UsageError(f"--preview is only for this machine, and {host} is not; {fix}")
    shown_to = PreviewMode.ANYBODY if anybody else PreviewMode.LOCAL
    settings = settings_of(file, url, state, shown_to if preview else PreviewMode.NO, theme)
    from feedpress.serving import files, server

    called = files.printable(file)
    shown = f"[{host}]" if ":" in host else host

    def say_where() -> None:
        path = urls.PREVIEW if preview else urls.FRONT_PAGE
        click.echo(f"{called}: listening at http://{shown}:{port}{path} (Ctrl-C ends it)", err=True)

    try:
        server.run(settings, host, port, workers, f"{__name__}:worker_app", say_where)
    except FeedpressError as error:
        raise click.ClickException(str(error)) from error


def worker_app() -> "WSGIApplication":
    """Create the app of a worker process."""
    from feedpress import app_of
    from feedpress.serving import server

    return app_of(server.start_worker())


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False
