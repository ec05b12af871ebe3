"""Settings: what the person who runs feedpress decides, from arguments and `FEEDPRESS_…`."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from feedpress.addresses import to_base
from feedpress.errors import SettingsError

DEFAULT_FILE = "clippings.yaml"


@dataclass(frozen=True, slots=True)
class Settings:
    """Where the clippings are, the public address if it is not the file's, what is remembered."""

    file: Path = Path(DEFAULT_FILE)
    url: str | None = None
    #: The folder for what is to outlive the process.
    state: Path | None = None

    @classmethod
    def of(cls, file: str | None, url: str | None, state: str | None = None) -> "Settings":
        """Make settings of what was typed; nothing or an empty text means the default.

        Raises SettingsError where the public address can't be one.
        """
        try:
            return cls(
                Path(file or DEFAULT_FILE),
                to_base(url) if url else None,
                Path(state) if state else None,
            )
        except ValueError as error:
            raise SettingsError(f"the public address {url!r} can't be used: {error}") from error

    @classmethod
    def from_environ(cls, environ: Mapping[str, str]) -> "Settings":
        """Read `FEEDPRESS_FILE`, `FEEDPRESS_URL` and `FEEDPRESS_STATE`. Raises SettingsError."""
        return cls.of(
            environ.get("FEEDPRESS_FILE"),
            environ.get("FEEDPRESS_URL"),
            environ.get("FEEDPRESS_STATE"),
        )

    def to_environ(self) -> dict[str, str]:
        """Give the variables that a process which is started with these settings needs."""
        values = {"FILE": self.file, "URL": self.url, "STATE": self.state}
        return {f"FEEDPRESS_{name}": str(value) for name, value in values.items() if value}
