"""A folder of templates, style and files that is laid over the pages."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner

import support
from feedpress import create_app, snapshot
from feedpress.cli.main import main
from feedpress.errors import SettingsError
from feedpress.model import Publication
from feedpress.serving import theme_folder
from feedpress.settings import Settings
from feedpress.site.theme import PLAIN, Theme, theme_of
from servers import free_port

_FOOT = (
    '{% extends "feedpress/base.html" %}{% block footer %}<footer>My foot</footer>{% endblock %}'
)
_MINE = {
    "base.html": _FOOT,
    "style.css": "h1 { color: teal }",
    "logo.svg": "<svg/>",
    "photo.jpg": "\x00\x01",
    "NOTES.txt": "for ourselves",
    ".hidden.css": "",
}


def _published(**about: str) -> Publication:
    rows = [
        {"id": "a", "title": "A", "added": "2026-01-02", "projects": ["p"], "published": "2016"},
        {"id": "gone", "title": "B", "added": "2026-01-01", "withdrawn": "2026-02-01"},
    ]
    return support.publication(rows, {"p": {"title": "P"}}, **about)


@pytest.fixture
def folder(tmp_path: Path) -> Callable[..., Path]:
    """Make a folder of the files that are given as texts."""

    def make(files: dict[str, str]) -> Path:
        there = tmp_path / "mine"
        there.mkdir()
        for name, text in files.items():
            (there / name).write_text(text, encoding="utf-8")
        return there

    return make


def test_theme_is_laid_over_every_page(folder: Callable[..., Path]) -> None:
    """A template of ours that is extended has its say on every page, the rest stays as it was."""
    theme = theme_folder.load_theme(folder(_MINE))
    plain = snapshot.build(_published(), support.NOW).documents
    themed = snapshot.build(_published(), support.NOW, theme=theme).documents
    assert themed.keys() - plain.keys() == {"/theme/logo.svg", "/theme/photo.jpg"}
    for path, document in plain.items():
        if document.media_type == "text/html" and not path.endswith("/embed/"):
            assert b"<footer>My foot</footer>" in themed[path].body
            head, _, _ = document.body.partition(b"<footer")
            assert themed[path].body.startswith(head)
        elif path != "/style.css":
            assert themed[path] == document
    assert themed["/style.css"].body == plain["/style.css"].body + b"h1 { color: teal }"


def test_files_of_a_theme_have_their_types(folder: Callable[..., Path]) -> None:
    """What is text says that it is UTF-8, and what is a picture says no such thing."""
    theme = theme_folder.load_theme(folder(_MINE))
    documents = snapshot.build(_published(), support.NOW, theme=theme).documents
    assert documents["/theme/logo.svg"].content_type == "image/svg+xml; charset=utf-8"
    assert documents["/theme/photo.jpg"].content_type == "image/jpeg"
    assert documents["/theme/photo.jpg"].body == b"\x00\x01"


def test_a_page_may_be_replaced(folder: Callable[..., Path]) -> None:
    """A template of the same name takes the place of ours, and may extend ours."""
    front = '{% extends "feedpress/front.html" %}{% block title %}Mine{% endblock %}'
    year = "<!doctype html><title>{{ year.number }}</title>{{ link('/theme/logo.svg') }}"
    theme = theme_folder.load_theme(folder({"front.html": front, "year.html": year}))
    documents = snapshot.build(_published(), support.NOW, theme=theme).documents
    assert b"<title>Mine</title>" in documents["/"].body
    assert b"<h3" in documents["/"].body
    assert documents["/years/2016/"].body == (
        b"<!doctype html><title>2016</title>../../theme/logo.svg"
    )


def test_icons_may_be_replaced() -> None:
    """A theme's icon.svg replaces ours; other icons are files of the theme."""
    theme = theme_of([("favicon.ico", b"ico"), ("icon.svg", b"<svg/>")], "mine")
    documents = snapshot.build(_published(), support.NOW, theme=theme).documents
    assert documents["/theme/favicon.ico"].body == b"ico"
    assert documents["/icon.svg"].body == b"<svg/>"
    plain = snapshot.build(_published(), support.NOW).documents
    assert documents.keys() == {*plain, "/theme/favicon.ico"}


def test_another_theme_changes_what_was_before(folder: Callable[..., Path]) -> None:
    """Pages of the snapshot before are taken over only where the theme is the same."""
    theme = theme_folder.load_theme(folder(_MINE))
    before = snapshot.build(_published(), support.NOW)
    after = snapshot.build(_published(), support.NOW, before, theme)
    assert after == snapshot.build(_published(), support.NOW, theme=theme)
    again = snapshot.build(_published(), support.NOW, after, theme)
    assert again.documents["/projects/p/"] is after.documents["/projects/p/"]


@pytest.mark.parametrize(
    ("name", "text", "place", "said"),
    [
        ("front.html", "\n\n{% if %}", "front.html, line 3", "Expected an expression"),
        ("year.html", "a\n{{ nobody }}", "year.html, line 2", "'nobody' is undefined"),
        ("base.html", "{{ whole.tilte }}", "base.html, line 1", "no attribute 'tilte'"),
        ("project.html", "{{ 1 / 0 }}", "project.html, line 1", "division by zero"),
        ("clipping.html", "\n{% extends 'no.html' %}", "clipping.html, line 2", "no.html"),
        ("notice.html", "{{ notice.nothing }}", "notice.html, line 1", "no attribute"),
        ("unused.html", "{% for %}", "unused.html, line 1", "Expected an expression"),
        ("parts.html", "", "", "has no attribute 'discovery'"),
    ],
)
def test_a_mistake_in_a_template_is_told_at_the_start(
    folder: Callable[..., Path], name: str, text: str, place: str, said: str
) -> None:
    """A template that can't be used is refused with its file and line, and is never published."""
    there = folder({name: text})
    with pytest.raises(SettingsError) as caught:
        theme_folder.load_theme(there)
    message = str(caught.value)
    assert message.startswith(f"{there}/{place}" if place else f"{there}: ")
    assert "this template can't be used: " in message
    assert said in message
    assert "\n" not in message


def test_an_error_without_words_is_named(folder: Callable[..., Path]) -> None:
    """An error that says nothing is told by its kind."""
    there = folder({"front.html": "{{ [].pop }}{{ whole.entries.index(1, 2, 3, 4, 5) }}"})
    with pytest.raises(SettingsError, match="line 1: this template can't be used: index expected"):
        theme_folder.load_theme(there)
    there.joinpath("front.html").write_text("{{ [1].__iter__().__next__() }}{{ dict().popitem }}")
    theme_folder.load_theme(there)
    there.joinpath("front.html").write_text("{% set i = [].__iter__() %}{{ i.__next__() }}")
    with pytest.raises(SettingsError, match="StopIteration"):
        theme_folder.load_theme(there)


def test_texts_are_utf_8() -> None:
    """A template or style that is not UTF-8 is refused with its line; a mark in front is none."""
    for name in ("base.html", "style.css"):
        with pytest.raises(SettingsError, match=f"mine/{name}, line 2: this is not UTF-8"):
            theme_of([(name, b"a\n\xff")], "mine")
    assert theme_of([("style.css", b"\xef\xbb\xbfa {}")], "mine") == Theme("mine", style=b"a {}")


@pytest.mark.parametrize("name", ["my logo.svg", "-a.css", "é.png", "a\nb.js"])
def test_names_are_good_in_addresses(name: str) -> None:
    """A file whose name would have to be escaped in an address is refused, with the fix."""
    with pytest.raises(SettingsError, match="can't be part of a web address; call it by letters"):
        theme_of([(name, b"")], "mine")


def test_a_folder_that_is_no_theme(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No folder is no theme; one that is not there, or has too much in it, is an error."""
    assert theme_folder.load_theme(None) is PLAIN
    with pytest.raises(SettingsError, match="can't be read: No such file"):
        theme_folder.load_theme(tmp_path / "nowhere")
    (tmp_path / "folder.css").mkdir()
    assert theme_folder.load_theme(tmp_path) == Theme(str(tmp_path))
    (tmp_path / "a.css").write_bytes(b"12345")
    monkeypatch.setattr(theme_folder, "_MOST_BYTES", 4)
    with pytest.raises(SettingsError, match="more than 200 files or 16 MB"):
        theme_folder.load_theme(tmp_path)
    monkeypatch.setattr(theme_folder, "_MOST_BYTES", 5)
    monkeypatch.setattr(theme_folder, "_MOST_FILES", 0)
    with pytest.raises(SettingsError, match="more than 0 files"):
        theme_folder.load_theme(tmp_path)


def test_theme_of_the_settings_is_served(folder: Callable[..., Path], tmp_path: Path) -> None:
    """The app reads the theme that its settings name, once, and says at the start what is wrong."""
    file, there = tmp_path / "clippings.yaml", folder(_MINE)
    file.write_text(support.file_text(), encoding="utf-8")
    settings = Settings.from_environ({"FEEDPRESS_FILE": str(file), "FEEDPRESS_THEME": str(there)})
    assert settings.to_environ()["FEEDPRESS_THEME"] == str(there)
    app = create_app(settings)
    try:
        assert b"My foot" in app.test_client().get("/").data
    finally:
        app.extensions["feedpress"].stop()
    (there / "base.html").write_text("{{ nobody }}")
    with pytest.raises(SettingsError, match=r"base\.html, line 1"):
        create_app(settings)


def test_theme_on_the_command_line(folder: Callable[..., Path], tmp_path: Path) -> None:
    """Build and serve take a theme, and neither does anything with one that is wrong."""
    file, there = tmp_path / "clippings.yaml", folder(_MINE)
    file.write_text(support.file_text(), encoding="utf-8")
    build = ["build", str(file), "--output", str(tmp_path / "out"), "--theme", str(there)]
    assert CliRunner().invoke(main, build).exit_code == 0
    assert "My foot" in (tmp_path / "out" / "index.html").read_text(encoding="utf-8")
    (there / "base.html").write_text("{% if %}")
    broken = CliRunner().invoke(main, build)
    assert (broken.exit_code, "base.html, line 1" in broken.output) == (2, True)
    options = ["--theme", str(there), "--port", str(free_port())]
    serve = CliRunner().invoke(main, ["serve", str(file), *options])
    assert (serve.exit_code, "base.html, line 1" in serve.output) == (1, True)


def test_trial_takes_no_notice_of_the_clock() -> None:
    """What a theme is tried out on is the same at every start."""
    now = datetime(2020, 1, 1, tzinfo=UTC)
    assert snapshot.build(_published(), now).clippings == 0
