"""A theme's folder from the disk; it is read once, when feedpress starts."""

from collections.abc import Iterator
from pathlib import Path

from feedpress.errors import SettingsError
from feedpress.serving.files import printable
from feedpress.site import theme_check
from feedpress.site.theme import PLAIN, Theme, theme_of

#: A theme is a handful of files; somebody's home folder is none.
_MOST_FILES = 200
_MOST_BYTES = 16 * 2**20


def load_theme(folder: Path | None) -> Theme:
    """Return the theme of a folder; without one, the look that feedpress brings.

    Raises SettingsError where it can't be read, or a template of it has a mistake.
    """
    if folder is None:
        return PLAIN
    called = printable(folder)
    try:
        found = list(_files(folder, called))
    except OSError as error:
        raise SettingsError(f"the theme {called} can't be read: {error.strerror}") from error
    theme = theme_of(found, called)
    theme_check.check_theme(theme)
    return theme


def _files(folder: Path, called: str) -> Iterator[tuple[str, bytes]]:
    size = number = 0
    for path in sorted(folder.iterdir()):
        if path.name.startswith(".") or not path.is_file():
            continue
        number, size = number + 1, size + path.stat().st_size
        if number > _MOST_FILES or size > _MOST_BYTES:
            raise SettingsError(
                f"the theme {called} has more than {_MOST_FILES} files or 16 MB; "
                "name a folder that has nothing else in it"
            )
        yield path.name, path.read_bytes()
