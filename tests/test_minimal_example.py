"""The idea in one file, `examples/minimal.py`: it is short, and it runs on the real list."""

import importlib.util
from pathlib import Path
from typing import Any

import feedparser
import pytest
from flask.testing import FlaskClient

from feedpress.model import Publication

_ROOT = Path(__file__).parent.parent
_FILE = _ROOT / "examples" / "minimal.py"


@pytest.fixture(scope="module")
def minimal() -> Any:
    """The example as a module."""
    spec = importlib.util.spec_from_file_location("minimal", _FILE)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def client(minimal: Any) -> FlaskClient:
    """A client of the example's app with the repository's own list."""
    client: FlaskClient = minimal.create_app(_ROOT / "clippings.yaml").test_client()
    return client


def test_it_is_short() -> None:
    """It has at most 100 lines, so that it can be read in a minute."""
    assert len(_FILE.read_text(encoding="utf-8").splitlines()) <= 100


def test_it_has_the_same_entries(client: FlaskClient, real_list: Publication) -> None:
    """The feed of all clippings and each project's have the clippings that feedpress puts there."""
    ids = {each.id for each in real_list.clippings}
    entries = feedparser.parse(client.get("/atom.xml").data).entries
    assert len(entries) == min(len(ids), real_list.feed_size)
    assert {each.id.rpartition("/")[2] for each in entries} <= ids
    for project in real_list.projects:
        found = feedparser.parse(client.get(f"/projects/{project.slug}/atom.xml").data)
        expected = {each.id for each in real_list.clippings if project in each.projects}
        assert {each.id.rpartition("/")[2] for each in found.entries} == expected


def test_it_answers_a_conditional_request(client: FlaskClient) -> None:
    """It is a fair peer for the benchmark: a reader that has the feed gets 304."""
    tag = client.get("/atom.xml").headers["ETag"]
    assert client.get("/atom.xml", headers={"If-None-Match": tag}).status_code == 304
    assert client.get("/nothing").status_code == 404


def test_day_is_its_first_second(minimal: Any) -> None:
    """A clipping may be added on a day without a time, or at a time without a zone."""
    data = {
        "publication": {
            "title": "T",
            "url": "https://feeds.example.org/",
            "tag": "example.org,2016",
            "author": {"name": "A"},
        },
        "clippings": [
            {"id": "a", "title": "A", "added": minimal.date(2016, 9, 14)},
            {"id": "b", "title": "B", "added": minimal.datetime(2016, 9, 15, 12)},
        ],
    }
    document = minimal.build_feeds(data)["atom.xml"].decode()
    assert "<published>2016-09-14T00:00:00+00:00</published>" in document
    assert "<updated>2016-09-15T12:00:00+00:00</updated>" in document
