"""Plain Flask, and feedgen at each request: what somebody writes in an afternoon."""

import gzip
import hashlib

from feedgen.feed import FeedGenerator
from flask import Flask, Response, make_response, request

from peers import clippings


def create_app() -> Flask:
    """Make the app; the list is read once."""
    app = Flask("flask_feedgen", static_folder=None)
    the_list = clippings.read()

    @app.get("/atom.xml")
    def atom() -> Response:
        body = _feed(the_list)
        response = make_response(body)
        response.content_type = "application/atom+xml; charset=utf-8"
        response.vary.add("Accept-Encoding")
        tag = hashlib.sha256(body).hexdigest()[:16]
        if request.accept_encodings.quality("gzip"):
            response.set_data(gzip.compress(body))
            response.content_encoding = "gzip"
            tag = f"{tag}-gzip"
        response.set_etag(tag)
        response.make_conditional(request)
        return response

    return app


def _feed(the_list: clippings.Clippings) -> bytes:
    about = the_list.publication
    generator = FeedGenerator()
    generator.id(f"tag:{about['tag']}:feeds")
    generator.title(about["title"])
    generator.subtitle(about["subtitle"])
    generator.author(about["author"])
    generator.updated(the_list.newest[0]["added"])
    generator.link(href=f"{about['url']}atom.xml", rel="self")
    generator.link(href=about["home"], rel="alternate")
    for clipping in the_list.newest:
        entry = generator.add_entry(order="append")
        entry.id(the_list.entry_id(clipping))
        entry.title(clipping["title"])
        entry.link(href=the_list.link(clipping))
        entry.published(clipping["added"])
        entry.updated(clipping["added"])
        titles = clipping.get("projects", ())
        entry.category([{"term": the_list.slugs.get(t, t), "label": t} for t in titles])
        if source := clipping.get("source"):
            entry.author({"name": source, "uri": the_list.sources.get(source, {}).get("url")})
        if summary := clipping.get("summary"):
            entry.summary(summary)
        entry.content(the_list.content(clipping) or clipping["title"], type="html")
    made: bytes = generator.atom_str(pretty=True)
    return made
