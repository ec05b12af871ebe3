"""What the commands share: the file that they are about, and the settings that were typed."""

from pathlib import Path

import click

from feedpress.errors import SettingsError
from feedpress.settings import DEFAULT_FILE, PreviewMode, Settings

file_argument = click.argument(
    "file", default=DEFAULT_FILE, envvar="FEEDPRESS_FILE", type=click.Path(path_type=Path)
)


theme_option = click.option(
    "--theme",
    metavar="DIR",
    envvar="FEEDPRESS_THEME",
    type=click.Path(path_type=Path, file_okay=False),
    help="Folder of templates, style and images that are laid over the pages.",
)


def settings_of(
    file: Path,
    url: str | None,
    state: Path | None = None,
    preview: PreviewMode = PreviewMode.NO,
    theme: Path | None = None,
) -> Settings:
    """Return the settings that were typed. Raises click.UsageError where they can't be right."""
    kept, look = (str(each) if each else None for each in (state, theme))
    try:
        return Settings.of(str(file), url, kept, preview, look)
    except SettingsError as error:
        raise click.UsageError(str(error)) from error
