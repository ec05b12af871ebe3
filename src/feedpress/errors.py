"""The failures that feedpress names itself. Editors' mistakes are Problems, not these."""


class FeedpressError(Exception):
    """Something that the person who runs feedpress can fix; the message says what and how."""


class SettingsError(FeedpressError):
    """An argument or a `FEEDPRESS_…` variable that can't be used."""
