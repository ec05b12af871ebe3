"""Settings: what the person who runs feedpress decides, from arguments and `FEEDPRESS_…`."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from feedpress.errors import SettingsError
from feedpress.urls import to_base

DEFAULT_FILE = "clippings.yaml"

_VARIABLES = ("FILE", "URL", "STATE", "PREVIEW", "THEME")


class PreviewMode(StrEnum):
    """Who is shown a page with what is not published yet."""

    NO = ""
    #: Whoever sits at this machine.
    LOCAL = "local"
    #: Whoever can reach the server.
    ANYBODY = "anybody"


@dataclass(frozen=True, slots=True)
class Settings:
    """The file of the clippings, its public address if another, and the folder for the state."""

    file: Path = Path(DEFAULT_FILE)
    url: str | None = None
    #: The folder for what is to outlive the process.
    state: Path | None = None
    preview: PreviewMode = PreviewMode.NO
    #: The folder of what is laid over the pages.
    theme: Path | None = None

    @classmethod
    def of(
        cls,
        file: str | None,
        url: str | None,
        state: str | None = None,
        preview: str | None = None,
        theme: str | None = None,
    ) -> "Settings":
        """Make settings of what was typed; nothing or an empty text means the default.

        Raises SettingsError where the public address can't be one.
        """
        if preview not in (*PreviewMode, "", None):
            fixes = " or ".join(each for each in PreviewMode if each)
            raise SettingsError(f"there is no preview for {preview!r}; write {fixes}, or nothing")
        try:
            return cls(
                Path(file or DEFAULT_FILE),
                to_base(url) if url else None,
                Path(state) if state else None,
                PreviewMode(preview or ""),
                Path(theme) if theme else None,
            )
        except ValueError as error:
            raise SettingsError(f"the public address {url!r} can't be used: {error}") from error

    @classmethod
    def from_environ(cls, environ: Mapping[str, str]) -> "Settings":
        """Read the variables, `FEEDPRESS_FILE` and so on. Raises SettingsError."""
        return cls.of(*(environ.get(f"FEEDPRESS_{name}") for name in _VARIABLES))

    def to_environ(self) -> dict[str, str]:
        """Return the variables that a process which is started with these settings needs."""
        values = (self.file, self.url, self.state, self.preview, self.theme)
        named = zip(_VARIABLES, values, strict=True)
        return {f"FEEDPRESS_{name}": str(value) for name, value in named if value}
