"""Theme: what somebody lays over the pages: templates, style, files of their own.

It is made of a folder's files, whose names are told here from their bytes alone.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from feedpress import urls
from feedpress.errors import SettingsError

_STYLE = "style.css"
_GOOD_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")


@dataclass(frozen=True, slots=True)
class Theme:
    """A theme, or with nothing in it the look that feedpress brings."""

    #: What the folder is called in messages.
    called: str = ""
    #: Templates by name; they take the place of ours.
    templates: tuple[tuple[str, str], ...] = ()
    #: What is put behind our style sheet.
    style: bytes = b""
    #: All other files, by name.
    files: tuple[tuple[str, bytes], ...] = ()

    def of_path(self, path: str) -> bytes | None:
        """Return the file that takes the place of one of ours, if there is one."""
        return dict(self.files).get(path.removeprefix("/"))


PLAIN = Theme()


def theme_of(files: Iterable[tuple[str, bytes]], called: str) -> Theme:
    """Make a theme of files by name. Raises SettingsError where one can't be used.

    What is of no kind that pages use is passed over.
    """
    templates: list[tuple[str, str]] = []
    others: list[tuple[str, bytes]] = []
    style = b""
    for name, body in sorted(files):
        kind = name.rpartition(".")[2]
        if kind == "html":
            templates.append((name, _text(name, body, called)))
        elif name == _STYLE:
            style = _text(name, body, called).encode()
        elif kind in urls.THEME_KINDS:
            others.append((_checked(name, called), body))
    return Theme(called, tuple(templates), style, tuple(others))


def _text(name: str, body: bytes, called: str) -> str:
    try:
        return body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = body.count(b"\n", 0, error.start) + 1
        raise SettingsError(
            f"{called}/{name}, line {line}: this is not UTF-8; save the file as UTF-8"
        ) from error


def _checked(name: str, called: str) -> str:
    if not _GOOD_NAME.fullmatch(name):
        raise SettingsError(
            f"{called}: the file {name!r} can't be part of a web address; "
            "call it by letters, digits, dots, hyphens and underscores alone"
        )
    return name
