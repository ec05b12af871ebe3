"""What the commands share: the file that they are about, and the settings that were typed."""

from pathlib import Path

import click

from feedpress.errors import SettingsError
from feedpress.settings import DEFAULT_FILE, Preview, Settings

file_argument = click.argument(
    "file", default=DEFAULT_FILE, envvar="FEEDPRESS_FILE", type=click.Path(path_type=Path)
)


def settings_of(
    file: Path, url: str | None, state: Path | None = None, preview: Preview = Preview.NO
) -> Settings:
    """Give the settings that were typed. Raises click.UsageError where they can't be right."""
    try:
        return Settings.of(str(file), url, str(state) if state else None, preview)
    except SettingsError as error:
        raise click.UsageError(str(error)) from error
