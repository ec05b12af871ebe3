"""The command `import`: what it reads, what it says, and that it overwrites nothing."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import chdir
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from click.testing import CliRunner, Result

import feedpress.editing
from feedpress.cli.main import main
from feedpress.serving import atomic_write

_DATA = Path(__file__).parent / "data" / "imports"


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path) -> Iterator[Path]:
    """The current directory for the time of the test."""
    with chdir(tmp_path):
        yield tmp_path


def _run(*arguments: str | Path, **kwargs: Any) -> Result:
    return CliRunner().invoke(main, ["import", *map(str, arguments)], **kwargs)


def test_feed(elsewhere: Path) -> None:
    """A feed becomes a file that can be checked, and what subscribers will see is said."""
    result = _run(_DATA / "wordpress.xml", "--url", "https://feeds.city.example", "--title", "News")
    assert result.exit_code == 0
    assert "clippings.yaml: made, with 2 clippings and 2 projects.\n" in result.output
    assert "own id is kept for 2 entries: subscribers see nothing twice" in result.output
    assert "url is a guess" not in result.output
    assert "let the old feed's address redirect" in result.output
    text = (elsewhere / "clippings.yaml").read_text(encoding="utf-8")
    assert text.startswith("# yaml-language-server: $schema=clippings.schema.json\n")
    assert "  url: https://feeds.city.example/\n" in text
    assert "  title: News\n" in text
    assert (elsewhere / "clippings.schema.json").exists()
    check = CliRunner().invoke(main, ["check"])
    assert "2 clippings can be published; 0 errors" in check.output


def test_what_could_not_be_taken() -> None:
    """What was left out is told with its reason, and the exit code is 1."""
    result = _run(_DATA / "odd.xml", "odd.yaml")
    assert result.exit_code == 1
    assert "5 left out; at the end of the file, as comments:" in result.output
    assert "entry 7: 'No date': it has no date" in result.output
    assert "no id could be kept for 3 entries: subscribers will see them once more" in result.output
    assert "entry 1: 'Number'" in result.output


def test_entries_that_look_exactly_alike() -> None:
    """Entries that got an id because they look like another one are named."""
    result = _run("-", input="Title,Date\nSame,2016\nSame,2016\nOther,2016\n")
    assert "made, with 3 clippings" in result.output
    one = "1 entry looks exactly like another one, so it got an id of its own:\n"
    assert f"{one}  row 3: 'Same': same-d711bbbc9e-2\n" in result.output
    assert result.exit_code == 0
    checked = CliRunner().invoke(main, ["check"])
    assert (checked.exit_code, "0 errors" in checked.output) == (0, True)
    result = _run("-", "b.yaml", input="Title,Date\n" + "Same,2016\n" * 20)
    assert (
        "19 entries look exactly like another one, so each got an id of its own:" in result.output
    )
    assert "  row 3: 'Same': same-d711bbbc9e-2\n" in result.output
    assert "  and 9 more\n" in result.output


def test_lists_end() -> None:
    """What is told of many is bounded."""
    rows = "".join(f"Title {number},\n" for number in range(30))
    result = _run("-", input="Title,Date\n" + rows)
    assert "row 11: 'Title 9'" in result.output
    assert "  and 20 more\n" in result.output
    assert "row 12" not in result.output


def test_table_from_standard_input(elsewhere: Path) -> None:
    """A table is known by what it is; its clippings get their ids by stamp."""
    result = _run(
        "-", "--timezone", "Europe/Berlin", "--language", "de", input="Titel,Datum\nA,2016"
    )
    assert result.exit_code == 0
    assert "feedpress stamp --history clippings.yaml" in result.output
    text = (elsewhere / "clippings.yaml").read_text(encoding="utf-8")
    assert "  timezone: Europe/Berlin\n" in text
    assert "  language: de\n" in text


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_feed_is_known_by_its_beginning(encoding: str, elsewhere: Path) -> None:
    """A feed is a feed in whatever encoding, and --as stands over what it looks like."""
    rss = "<rss version='2.0'><channel><title>A</title></channel></rss>"
    (elsewhere / "a").write_text(rss, encoding=encoding)
    assert "0 clippings" in _run("a").output
    assert "no column is called title" in _run("a", "b.yaml", "--as", "csv").output
    assert "this is no feed" in _run("-", "b.yaml", "--as", "feed", input="Title,Date").output


def test_projects_can_be_left_out() -> None:
    """Without projects, categories are passed over."""
    result = _run(_DATA / "wordpress.xml", "--no-projects")
    assert "2 clippings and 0 projects" in result.output


def test_order_of_dates() -> None:
    """Where dates may be read in two ways, nothing is written until it is said which."""
    table = "Title,Date\nA,1/2/2016\n"
    result = _run("-", input=table)
    assert (result.exit_code, Path("clippings.yaml").exists()) == (1, False)
    assert "--dates dmy (day) or --dates mdy (month)" in result.output
    assert _run("-", "--dates", "mdy", input=table).exit_code == 0
    assert "published: 2016-01-02" in Path("clippings.yaml").read_text(encoding="utf-8")


def test_what_is_dated_ahead() -> None:
    """Entries of the future are told, for nobody will see them until then."""
    result = _run("-", input="Title,Added\nA,2999-01-01T00:00:00Z\n")
    assert "1 entry dated in the future: held back until then" in result.output


def test_nothing_is_overwritten(elsewhere: Path) -> None:
    """A file that is there stays, whatever it is."""
    (elsewhere / "clippings.yaml").write_text("mine", encoding="utf-8")
    (elsewhere / "link.yaml").symlink_to("nowhere")
    for name in ("clippings.yaml", "link.yaml"):
        result = _run(_DATA / "wordpress.xml", name)
        assert result.exit_code == 1
        assert f"{name} exists already and was left as it is" in result.output
    assert (elsewhere / "clippings.yaml").read_text(encoding="utf-8") == "mine"
    assert not (elsewhere / "nowhere").exists()


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["nowhere.csv"], "'nowhere.csv' can't be opened: No such file"),
        (["https://user@a.example/feed"], "nothing secret belongs into a feed"),
        (["-"], "there is nothing in '-'"),
        ([str(_DATA / "laughs.xml")], "declares entities"),
        ([str(_DATA / "rdf.xml"), "no/folder.yaml"], "can't be created: No such file"),
    ],
)
def test_what_can_not_be_read(arguments: list[str], told: str, elsewhere: Path) -> None:
    """What can't be read or created is reported, and nothing is written."""
    result = _run(*arguments)
    assert result.exit_code == 1
    assert told in result.output
    assert list(elsewhere.iterdir()) == []


def test_json_feed_is_refused(elsewhere: Path) -> None:
    """A JSON feed is no source; the message names the ones that are."""
    source = elsewhere / "feed.json"
    source.write_text('{"version": "https://jsonfeed.org/version/1.1"}', encoding="utf-8")
    result = _run(source)
    assert result.exit_code == 1
    assert "this is JSON; give the RSS or Atom feed" in result.output
    assert list(elsewhere.iterdir()) == [source]


@pytest.mark.parametrize(
    "arguments", [["--title", " "], ["--url", "ftp://x"], ["--timezone", "Mars"], ["--dates", "x"]]
)
def test_wrong_use(arguments: list[str]) -> None:
    """An option that can't be right is wrong use."""
    assert _run(_DATA / "rdf.xml", *arguments).exit_code == 2


@pytest.fixture
def site() -> Iterator[str]:
    """A web server that has the examples."""
    handler = partial(SimpleHTTPRequestHandler, directory=_DATA)
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


@pytest.mark.parametrize(("name", "taken"), [("blogger.atom", 2), ("american.csv", 2)])
def test_from_the_web(elsewhere: Path, site: str, name: str, taken: int) -> None:
    """What stands at an address is read as if it were a file, whatever its server calls it."""
    _run(_DATA / name, "file.yaml")
    result = _run(f"{site}/{name}")
    assert f"clippings.yaml: made, with {taken} clipping" in result.output
    web, file = (
        (elsewhere / each).read_text(encoding="utf-8") for each in ("clippings.yaml", "file.yaml")
    )
    assert web == file


def test_relative_links_of_the_web(elsewhere: Path, site: str, tmp_path: Path) -> None:
    """Links that are relative to a feed lead to where it came from."""
    _run(f"{site}/odd.xml")
    assert site in (elsewhere / "clippings.yaml").read_text(encoding="utf-8")


def test_address_that_leads_nowhere(elsewhere: Path, site: str) -> None:
    """What can't be fetched is reported with a fix, and nothing is created."""
    result = _run(f"{site}/nothing.xml")
    assert result.exit_code == 1
    assert "127.0.0.1 answered 404 (File not found)" in result.output or "404" in result.output
    assert [*elsewhere.iterdir()] == []


def test_without_httpx(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the package that fetches is missing, that is told."""
    monkeypatch.delattr(feedpress.editing, "fetching", raising=False)
    monkeypatch.setitem(sys.modules, "feedpress.editing.fetching", None)
    result = _run("https://a.example/feed")
    assert result.exit_code == 1
    assert "the package httpx is needed: pip install 'feedpress[import]'" in result.output


def test_without_feedparser(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the optional package, it is said how to get it."""
    for name in [each for each in sys.modules if each.endswith("importing.feed_items")]:
        monkeypatch.delitem(sys.modules, name)
    import feedpress.editing.importing as package

    monkeypatch.delattr(package, "feed_items", raising=False)
    monkeypatch.setitem(sys.modules, "feedparser", None)
    result = _run(_DATA / "rdf.xml")
    assert result.exit_code == 1
    assert "pip install 'feedpress[import]'" in result.output


def test_new_file_is_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A new file has the rights of new files, and nothing is left beside it."""
    file = tmp_path / "new.yaml"
    old = os.umask(0o027)
    try:
        atomic_write.create(file, b"one")
    finally:
        os.umask(old)
    assert (file.read_bytes(), file.stat().st_mode & 0o777) == (b"one", 0o640)
    with pytest.raises(atomic_write.NotWritten, match="exists already"):
        atomic_write.create(file, b"two")
    # A file system without links, like that of a memory card.
    monkeypatch.setattr(os, "link", _no_links)
    with pytest.raises(atomic_write.NotWritten, match="exists already"):
        atomic_write.create(file, b"two")
    atomic_write.create(tmp_path / "other.yaml", b"three")
    assert (tmp_path / "other.yaml").read_bytes() == b"three"
    assert file.read_bytes() == b"one"
    assert sorted(each.name for each in tmp_path.iterdir()) == ["new.yaml", "other.yaml"]


def _no_links(*_arguments: object) -> None:
    raise PermissionError(1, "Operation not permitted")


@pytest.mark.slow
def test_two_at_once(tmp_path: Path) -> None:
    """Of many that make the same file, one does, and nobody sees half of it."""
    code = (
        "import sys; from pathlib import Path; from feedpress.serving import atomic_write\n"
        "try: atomic_write.create(Path(sys.argv[1]), sys.argv[2].encode() * 100_000)\n"
        "except atomic_write.NotWritten: sys.exit(1)"
    )
    started = [
        subprocess.Popen([sys.executable, "-c", code, str(tmp_path / "a.yaml"), str(number)])
        for number in range(6)
    ]
    codes = [process.wait(60) for process in started]
    assert sorted(codes) == [0, 1, 1, 1, 1, 1]
    winner = str(codes.index(0)).encode()
    assert (tmp_path / "a.yaml").read_bytes() == winner * 100_000
