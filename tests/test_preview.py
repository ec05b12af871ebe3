"""Editors see beforehand what nobody else does, and nobody else sees it."""

import html.parser
import re
import subprocess
from collections.abc import Callable
from pathlib import Path

import html5lib
import pytest
from click.testing import CliRunner
from werkzeug.test import Client, TestResponse

import support
from feedpress import app_of
from feedpress.cli.main import main
from feedpress.serving.reload import Reloader
from feedpress.settings import PreviewMode, Settings
from servers import SERVE, eventually, starting

pytestmark = pytest.mark.slow

_LOCAL = {"Host": "localhost:8000"}
_CLIPPINGS: list[dict[str, object]] = [
    {"id": "here", "title": "Here & now", "added": "2020-01-01", "projects": ["Portal"]},
    {"id": "later", "title": "For later", "added": "2030-05-01", "url": "https://a.example/1"},
    {"id": "draft", "title": "A draft", "added": "2020-01-02", "draft": True},
    {"id": "back", "title": "Taken back", "added": "2020-01-03", "withdrawn": "2021-01-01"},
    {"id": "never", "title": "Never seen", "added": "2020-01-03", "withdrawn": "2019-01-01"},
    {
        "id": "bad",
        "title": "A bad one",
        "added": "2020-01-04",
        "summary": "A text.",
        "language": "es",
    },
]
_PROJECTS = {"portal": {"title": "Portal"}}


def _lines(clippings: list[dict[str, object]]) -> str:
    head = support.file_text((), _PROJECTS).replace("clippings: []\n", "clippings:\n")
    return head + "".join(
        "- " + "\n  ".join(f"{key}: {support.yaml_value(value)}" for key, value in each.items())
        + "\n"
        for each in clippings
    )  # fmt: skip


@pytest.fixture
def previewed(tmp_path: Path) -> Callable[..., tuple[Client, Reloader]]:
    """Make the app of a file, with a preview for this machine alone, that looks when it is told."""

    def make(text: str, shown_to: PreviewMode = PreviewMode.LOCAL) -> tuple[Client, Reloader]:
        path = tmp_path / "clippings.yaml"
        path.write_text(text, encoding="utf-8")
        reloader = Reloader(Settings(path, preview=shown_to), lambda: support.NOW)
        reloader.stop()
        return Client(app_of(reloader)), reloader

    return make


def _text(response: TestResponse) -> str:
    """Return what can be read on a page, and make sure that it is good HTML."""
    html5lib.HTMLParser(strict=True).parse(response.data)
    texts: list[str] = []
    parser = html.parser.HTMLParser()
    parser.handle_data = texts.append  # type: ignore[assignment,method-assign]
    parser.feed(response.text)
    return " ".join(" ".join(texts).split())


def test_everything_is_there_and_marked(
    previewed: Callable[..., tuple[Client, Reloader]],
) -> None:
    """Each clipping of the file is there, in its order, and says why others do not see it."""
    client, _ = previewed(_lines(_CLIPPINGS))
    response = client.get("/preview/", headers=_LOCAL)
    assert response.status_code == 200
    text = _text(response)
    clippings = text.partition("Clippings, as they stand in the file")[2]
    assert re.sub(r"(This clipping|Add projects|'withdrawn' is).*?line \d+", "!", clippings) == (
        " Here & now Portal Held back until 2030-05-01 01:00, America/Los_Angeles For later ! "
        "Draft: nobody sees it A draft ! Withdrawn: nobody sees it any more Taken back ! "
        "Withdrawn before anybody saw it Never seen ! ! A bad one A text. !"
    )
    assert "clippings.yaml: 2 clippings published as in the file, 4 marked below." in text
    assert 'lang="es"' in response.text
    assert 'href="https://a.example/1" rel="noreferrer"' in response.text


def test_nobody_else_sees_it(previewed: Callable[..., tuple[Client, Reloader]]) -> None:
    """What is not published is on no other page, and the page is kept by nobody."""
    client, reloader = previewed(_lines(_CLIPPINGS))
    response = client.get("/preview/", headers=_LOCAL)
    assert response.headers["Cache-Control"] == "no-store"
    assert "Access-Control-Allow-Origin" not in response.headers
    assert response.headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert "frame-ancestors 'none'" in response.headers["Content-Security-Policy"]
    snapshot = reloader.current()
    assert snapshot
    for path in snapshot.documents:
        other = client.get(path, headers=_LOCAL)
        assert b"For later" not in other.data
        assert b"A draft" not in other.data
        assert b"/preview" not in other.data


@pytest.mark.parametrize("path", ["/preview/", "/", "/atom.xml", "/preview/preview.js"])
@pytest.mark.parametrize(
    ("host", "is_let_in"),
    [
        ("localhost", True),
        ("localhost:8000", True),
        ("LOCALHOST:1", True),
        ("127.0.0.1:8000", True),
        ("[::1]:8000", True),
        ("evil.example", False),
        ("localhost.evil.example", False),
        ("localhost@evil.example", False),
        ("127.0.0.1.evil.example:80", False),
        ("[::1", False),
        ("", False),
    ],
)
def test_only_who_names_this_machine(
    previewed: Callable[..., tuple[Client, Reloader]], path: str, host: str, is_let_in: bool
) -> None:
    """A page of another site whose name was made to lead here learns nothing."""
    client, _ = previewed(_lines(_CLIPPINGS))
    response = client.get(path, environ_overrides={"HTTP_HOST": host})
    assert response.status_code == (200 if is_let_in else 403)
    assert is_let_in or b"Here" not in response.data


def test_for_anybody(previewed: Callable[..., tuple[Client, Reloader]]) -> None:
    """Who says so shows it to anybody."""
    client, _ = previewed(_lines(_CLIPPINGS), PreviewMode.ANYBODY)
    assert client.get("/preview/", headers={"Host": "press.example"}).status_code == 200


def test_no_preview_unless_asked_for(previewed: Callable[..., tuple[Client, Reloader]]) -> None:
    """A server that everybody may ask has no such page."""
    client, _ = previewed(_lines(_CLIPPINGS), PreviewMode.NO)
    for path in ("/preview/", "/preview/preview.js", "/preview/preview.css"):
        assert client.get(path, headers=_LOCAL).status_code == 404


def test_files_of_the_page(previewed: Callable[..., tuple[Client, Reloader]]) -> None:
    """The script and the style sheet that the page names are there; HEAD is GET without a body."""
    client, _ = previewed(_lines(_CLIPPINGS))
    page = client.get("/preview/", headers=_LOCAL)
    named = re.findall(r'(?:src|href)="(?:\.\./)?((?:preview/)?\w+\.(?:js|css))"', page.text)
    types = {"preview/preview.css": "text/css", "preview/preview.js": "text/javascript"}
    assert {*named} == {"style.css", *types}
    for name, media_type in types.items():
        response = client.get(f"/{name}", headers=_LOCAL)
        assert (response.status_code, response.mimetype) == (200, media_type)
        head = client.head(f"/{name}", headers=_LOCAL)
        assert (head.data, head.headers) == (b"", response.headers)
    assert client.post("/preview/", headers=_LOCAL).status_code == 405


def test_page_is_another_after_a_save(
    previewed: Callable[..., tuple[Client, Reloader]], tmp_path: Path
) -> None:
    """Its entity tag, which its script asks for, changes with the file and with nothing else."""
    client, reloader = previewed(_lines(_CLIPPINGS))

    def tag() -> str:
        reloader.look()
        return client.head("/preview/", headers=_LOCAL).headers["ETag"]

    first = tag()
    assert tag() == first
    page = client.get("/preview/", headers=_LOCAL)
    assert f'data-state="{first[1:-1]}"' in page.text
    path = tmp_path / "clippings.yaml"
    tags = {first}
    for text in (
        _lines(_CLIPPINGS[1:]),
        "publication: [",
        "publication: {{{",
        _lines(_CLIPPINGS).replace("2020", "soon"),
    ):
        path.write_text(text, encoding="utf-8")
        tags.add(tag())
        assert tag() in tags
    assert len(tags) == 5


def test_problems_are_on_top_and_at_their_clipping(
    previewed: Callable[..., tuple[Client, Reloader]], tmp_path: Path
) -> None:
    """Errors are on top, with a link to the clipping if it can be shown, and at the clipping."""
    good = _lines(_CLIPPINGS)
    client, reloader = previewed(good)
    client.get("/preview/", headers=_LOCAL)
    bad = good.replace("2020-01-04", "soon").replace('"Portal"]', '"Portla"]')
    (tmp_path / "clippings.yaml").write_text(bad, encoding="utf-8")
    reloader.look()
    page = client.get("/preview/", headers=_LOCAL)
    top, _, clippings = page.text.partition('<h2 id="clippings">')
    assert re.findall(r'class="error">\s*<strong>(.*?)</strong>', top) == [
        "There is no project &#39;Portla&#39;.",
        "&#39;soon&#39; is not a date.",
    ]
    assert re.findall(r'yaml, <a href="#(.*?)">', top) == ["clipping-here"]
    assert re.findall(r"<pre>(.*?)\n *(.*?)</pre>", top) == [
        ("  projects: [&#34;Portla&#34;]", "^^^^^^^^"),
        ("  added: &#34;soon&#34;", "^^^^^^"),
    ]
    articles = dict(re.findall(r'<article id="(.*?)"(.*?)</article>', clippings, re.DOTALL))
    assert "&#39;Portla&#39;" in articles["clipping-here"]
    assert "clipping-bad" not in articles
    assert "is not a date" not in clippings
    assert "clippings.yaml: nothing in this version is published." in page.text
    assert "Subscribers see the last good version, if there is one." in top
    assert "Fix the errors to see what subscribers will see." in top
    atom = client.get("/atom.xml", headers=_LOCAL).text
    assert "A bad one" in atom


def test_problem_of_what_can_not_be_shown(
    previewed: Callable[..., tuple[Client, Reloader]],
) -> None:
    """A mistake in a clipping that was never good is not that of the one before it."""
    broken: dict[str, object] = {"id": "x", "title": "X", "added": "soon"}
    text = _lines([_CLIPPINGS[0], broken]).replace(
        '{"title": "Portal"}', '{"title": "Portal", "url": "x"}'
    )
    client, _ = previewed(text)
    page = client.get("/preview/", headers=_LOCAL).text
    assert page.count("is not a date") == 1
    assert re.findall(r"clippings.yaml, (.*)</span>", page) == ["line 2", "line 11"]


def test_file_that_can_not_be_parsed(
    previewed: Callable[..., tuple[Client, Reloader]], tmp_path: Path
) -> None:
    """If nothing of the file can be understood, the page shows the errors alone."""
    client, reloader = previewed(_lines(_CLIPPINGS))
    client.get("/preview/", headers=_LOCAL)
    (tmp_path / "clippings.yaml").write_text("publication: [\n", encoding="utf-8")
    reloader.look()
    text = _text(client.get("/preview/", headers=_LOCAL))
    assert "Mistakes This version of the file has errors, so nothing in it is published." in text
    assert "Fix the errors to see what subscribers will see." in text
    assert "Here & now" not in text
    assert "Here &amp; now" in client.get("/", headers=_LOCAL).text


def test_file_that_can_not_be_opened_any_more(
    previewed: Callable[..., tuple[Client, Reloader]], tmp_path: Path
) -> None:
    """The page says that the file is missing, even if the last version had a warning."""
    client, reloader = previewed(support.file_text([{"title": "One", "added": "2020-01-01"}]))
    client.get("/preview/", headers=_LOCAL)
    (tmp_path / "clippings.yaml").unlink()
    reloader.look()
    page = client.get("/preview/", headers=_LOCAL).text
    assert "No such file" in page
    assert '<span class="place">line 4</span>' in page


def test_nothing_yet(previewed: Callable[..., tuple[Client, Reloader]]) -> None:
    """While nothing was ever published, the page shows the errors; it says if the list is empty."""
    client, _ = previewed("publication: [\n")
    assert "nothing in this version is published." in _text(client.get("/preview/", headers=_LOCAL))
    client, _ = previewed(_lines([]))
    assert "There are no clippings yet." in _text(client.get("/preview/", headers=_LOCAL))


def test_change_since_the_start(
    previewed: Callable[..., tuple[Client, Reloader]], tmp_path: Path
) -> None:
    """Where git knows nothing, the change is told against the state at the start."""
    client, reloader = previewed(_lines(_CLIPPINGS))
    assert "No change since the preview was started." in _text(
        client.get("/preview/", headers=_LOCAL)
    )
    (tmp_path / "clippings.yaml").write_text(_lines(_CLIPPINGS[1:]), encoding="utf-8")
    reloader.look()
    text = _text(client.get("/preview/", headers=_LOCAL))
    assert "In the media: gone Subscribers keep it for ever; put it back" in text


def test_change_since_the_last_commit(
    previewed: Callable[..., tuple[Client, Reloader]], tmp_path: Path
) -> None:
    """In a repository of git, the change is told against the last commit."""
    (tmp_path / "clippings.yaml").write_text(_lines(_CLIPPINGS[1:]), encoding="utf-8")
    git = ("git", "-C", str(tmp_path), "-c", "user.name=A", "-c", "user.email=a@a.example")
    for command in (("init", "-q"), ("add", "."), ("commit", "-qm", "first")):
        subprocess.run([*git, *command], check=True)
    client, reloader = previewed(_lines(_CLIPPINGS))
    text = _text(client.get("/preview/", headers=_LOCAL))
    assert "Portal: new" in text
    subprocess.run([*git, "commit", "-qam", "second"], check=True)
    (tmp_path / "clippings.yaml").touch()
    reloader.look()
    assert "No change since the last commit." in _text(client.get("/preview/", headers=_LOCAL))


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--preview", "--host", "192.0.2.1"], "--preview is only for this machine, and 192.0.2.1"),
        (["--preview", "--host", "press.example"], "and press.example is not"),
        (["--anybody"], "--anybody is for --preview"),
    ],
)  # fmt: skip
def test_wrong_use(arguments: list[str], told: str) -> None:
    """It listens at no address that others can reach, unless that is said."""
    result = CliRunner().invoke(main, ["serve", *arguments])
    assert result.exit_code == 2
    assert told in result.output


@pytest.mark.parametrize(
    "options", [("--host", "localhost"), ("--anybody",)], ids=["for oneself", "for anybody"]
)
def test_real_server(tmp_path: Path, options: tuple[str, ...]) -> None:
    """The command says where the page is, and it follows the file."""
    path = tmp_path / "clippings.yaml"
    path.write_text(_lines(_CLIPPINGS), encoding="utf-8")
    with starting(tmp_path) as start:
        server = start(*SERVE, "--preview", *options)
        assert f":{server.port}/preview/ (Ctrl-C ends it)" in server.said()
        assert b"A draft" in server.get("/preview/")[1]
        path.write_text(_lines(_CLIPPINGS).replace("A draft", "Another"), encoding="utf-8")
        assert eventually(lambda: b"Another" in server.get("/preview/")[1])
