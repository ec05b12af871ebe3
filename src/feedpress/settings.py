"""Settings: what the person who runs feedpress decides, from arguments and `FEEDPRESS_…`."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from feedpress.addresses import to_base
from feedpress.errors import SettingsError

DEFAULT_FILE = "clippings.yaml"


@dataclass(frozen=True, slots=True)
class Settings:
    """Where the clippings are, and the public address if it is not the one in the file."""

    file: Path = Path(DEFAULT_FILE)
    url: str | None = None

    @classmethod
    def of(cls, file: str | None, url: str | None) -> "Settings":
        """Make settings of what was typed; nothing or an empty text means the default.

        Raises SettingsError where the public address can't be one.
        """
        try:
            return cls(Path(file or DEFAULT_FILE), to_base(url) if url else None)
        except ValueError as error:
            raise SettingsError(f"the public address {url!r} can't be used: {error}") from error

    @classmethod
    def from_environ(cls, environ: Mapping[str, str]) -> "Settings":
        """Read `FEEDPRESS_FILE` and `FEEDPRESS_URL`. Raises SettingsError."""
        return cls.of(environ.get("FEEDPRESS_FILE"), environ.get("FEEDPRESS_URL"))

    def to_environ(self) -> dict[str, str]:
        """Give the variables that a process which is started with these settings needs."""
        environ = {"FEEDPRESS_FILE": str(self.file)}
        return environ | ({"FEEDPRESS_URL": self.url} if self.url else {})
