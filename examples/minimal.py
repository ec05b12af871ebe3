"""The idea of feedpress in one file: read clippings.yaml, build Atom feeds, serve them.

    python examples/minimal.py clippings.yaml

It needs only PyYAML, feedgen and Flask. docs/performance.md compares feedpress with it.
"""

import sys
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any

import yaml
from feedgen.feed import FeedGenerator
from flask import Flask, Response, abort, request

Clipping = dict[str, Any]


def load(path: Path) -> dict[str, Any]:
    """Parse the file."""
    data: dict[str, Any] = yaml.load(path.read_bytes(), Loader=yaml.CSafeLoader)
    return data


def build_feeds(data: dict[str, Any]) -> dict[str, bytes]:
    """Build the feed of all clippings and one for each project; return them by path."""
    about, projects = data["publication"], data.get("projects") or {}
    clippings = sorted(data["clippings"], key=_instant, reverse=True)
    slugs = {}
    for slug, project in projects.items():
        for name in (slug, project["title"], *project.get("also", [])):
            slugs[name.casefold()] = slug
    by_project: dict[str, list[Clipping]] = {slug: [] for slug in projects}
    for clipping in clippings:
        for name in clipping.get("projects", []):
            by_project[slugs[name.casefold()]].append(clipping)

    feeds = {"atom.xml": _build_feed(about, "atom.xml", about["title"], clippings)}
    for slug, belonging in by_project.items():
        path = f"projects/{slug}/atom.xml"
        feeds[path] = _build_feed(about, path, projects[slug]["title"], belonging)
    return feeds


def _build_feed(about: dict[str, Any], path: str, title: str, clippings: list[Clipping]) -> bytes:
    feed = FeedGenerator()
    feed.id(f"tag:{about['tag']}:{path}")
    feed.title(title)
    feed.author(about["author"])
    feed.link(href=about["url"] + path, rel="self")
    feed.link(href=about.get("home", about["url"]), rel="alternate")
    if clippings:
        feed.updated(_instant(clippings[0]))
    for clipping in clippings[: about.get("feed_size", 50)]:
        entry = feed.add_entry(order="append")
        entry.id(f"tag:{about['tag']}:clippings/{clipping['id']}")
        entry.title(str(clipping["title"]))
        entry.link(href=clipping.get("url", about["url"]))
        entry.published(_instant(clipping))
        entry.updated(_instant(clipping))
        if "source" in clipping:
            entry.author(name=str(clipping["source"]))
        entry.content(str(clipping.get("summary", clipping["title"])))
    document: bytes = feed.atom_str(pretty=True)
    return document


def _instant(clipping: Clipping) -> datetime:
    added = clipping["added"]
    if isinstance(added, datetime):
        return added if added.tzinfo else added.replace(tzinfo=UTC)
    assert isinstance(added, date), f"not a day or a time: {added}"  # noqa: S101
    return datetime.combine(added, time(), UTC)


def create_app(path: Path) -> Flask:
    """Build the feeds once, and return an app that serves them."""
    app = Flask(__name__)
    feeds = build_feeds(load(path))

    @app.get("/<path:name>")
    def serve(name: str) -> Response:
        if name not in feeds:
            abort(404)
        response = Response(feeds[name], content_type="application/atom+xml; charset=utf-8")
        response.add_etag()
        response.make_conditional(request)
        return response

    return app


if __name__ == "__main__":
    create_app(Path(sys.argv[1] if len(sys.argv) > 1 else "clippings.yaml")).run()
