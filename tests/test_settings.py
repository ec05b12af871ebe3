"""Settings from what was typed and from the environment."""

from pathlib import Path

import pytest

from feedpress.errors import SettingsError
from feedpress.settings import PreviewMode, Settings


@pytest.mark.parametrize(
    ("environ", "expected"),
    [
        pytest.param({}, Settings(Path("clippings.yaml"), None), id="nothing"),
        pytest.param(
            {"FEEDPRESS_FILE": "", "FEEDPRESS_URL": ""},
            Settings(Path("clippings.yaml"), None),
            id="empty texts",
        ),
        pytest.param(
            {"FEEDPRESS_FILE": "a/press.yaml", "HOME": "/"},
            Settings(Path("a/press.yaml")),
            id="a file",
        ),
        pytest.param(
            {"FEEDPRESS_URL": "https://example.org/press"},
            Settings(url="https://example.org/press/"),
            id="an address",
        ),
        pytest.param(
            {"FEEDPRESS_STATE": "/var/lib/press"},
            Settings(state=Path("/var/lib/press")),
            id="a folder for the state",
        ),
        pytest.param({"FEEDPRESS_THEME": "look"}, Settings(theme=Path("look")), id="a theme"),
        pytest.param(
            {"FEEDPRESS_PREVIEW": "local"}, Settings(preview=PreviewMode.LOCAL), id="a preview"
        ),
    ],
)
def test_from_environ(environ: dict[str, str], expected: Settings) -> None:
    """A variable that is missing or empty means the default; an address ends in a slash."""
    assert Settings.from_environ(environ) == expected


@pytest.mark.parametrize(
    "settings",
    [
        Settings(),
        Settings(
            *(Path("b.yaml"), "https://example.org/press/", Path("state"), PreviewMode.ANYBODY),
            theme=Path("look"),
        ),
    ],
    ids=["file alone", "all"],
)
def test_another_process_has_the_same_settings(settings: Settings) -> None:
    """The variables for a process that is started lead to the same settings there."""
    assert Settings.from_environ(settings.to_environ()) == settings


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("example.org", "starts with https://"),
        ("javascript:alert(1)", "starts with https://"),
        ("https://example.org/?a", "ends before any"),
        ("https://example.org/#a", "ends before any"),
        ("https://", "names no web site"),
        ("https://example.org/a b", "no spaces"),
        ("https://example.org:port/", "not a web address"),
    ],
)
def test_public_address_that_can_not_be_one(url: str, why: str) -> None:
    """A public address that can't be used is named, and the reason is told."""
    with pytest.raises(SettingsError, match=why) as raised:
        Settings.from_environ({"FEEDPRESS_URL": url})
    assert repr(url) in str(raised.value)


def test_preview_for_nobody_known() -> None:
    """Who is to see the preview is said in one of two words."""
    with pytest.raises(SettingsError, match="no preview for 'yes'; write local or anybody, or"):
        Settings.from_environ({"FEEDPRESS_PREVIEW": "yes"})
