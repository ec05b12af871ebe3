"""Django's syndication view over the same clippings, compressed and conditional by middleware."""

from datetime import datetime
from typing import Any
from wsgiref.types import WSGIApplication

from django.conf import settings
from django.contrib.syndication.views import Feed
from django.core.wsgi import get_wsgi_application
from django.urls import path
from django.utils.feedgenerator import Atom1Feed

from peers import clippings

settings.configure(
    ALLOWED_HOSTS=["127.0.0.1"],
    DEBUG=False,
    MIDDLEWARE=[  # in the order that Django's documentation asks for
        "django.middleware.gzip.GZipMiddleware",
        "django.middleware.http.ConditionalGetMiddleware",
    ],
    ROOT_URLCONF=__name__,
    SECRET_KEY="of no use here",
    USE_TZ=True,
)

_list = clippings.read()


class AtomFeed(Feed):  # type: ignore[misc] # Django has no types
    """The feed of all clippings, made at each request."""

    feed_type = Atom1Feed
    title = _list.publication["title"]
    subtitle = _list.publication["subtitle"]
    link = _list.publication["home"]
    feed_url = f"{_list.publication['url']}atom.xml"
    feed_guid = f"tag:{_list.publication['tag']}:feeds"
    author_name = _list.publication["author"]["name"]
    author_email = _list.publication["author"]["email"]
    author_link = _list.publication["author"]["uri"]

    def items(self) -> list[dict[str, Any]]:
        """Give the newest clippings."""
        return _list.newest

    def item_title(self, item: dict[str, Any]) -> str:
        """Give the title as it is; Django's own would escape it."""
        return str(item["title"])

    def item_description(self, item: dict[str, Any]) -> str:
        """Give the source, the date and the summary."""
        return _list.content(item)

    def item_link(self, item: dict[str, Any]) -> str:
        """Give the address of the article."""
        return _list.link(item)

    def item_guid(self, item: dict[str, Any]) -> str:
        """Give the tag URI."""
        return _list.entry_id(item)

    def item_author_name(self, item: dict[str, Any]) -> str | None:
        """Give the source."""
        return item.get("source")

    def item_categories(self, item: dict[str, Any]) -> list[str]:
        """Give the projects."""
        return list(item.get("projects", ()))

    def item_pubdate(self, item: dict[str, Any]) -> datetime:
        """Give the instant of the adding."""
        added: datetime = item["added"]
        return added

    item_updateddate = item_pubdate


urlpatterns = [path("atom.xml", AtomFeed())]


def create_app() -> WSGIApplication:
    """Make the WSGI app."""
    app: WSGIApplication = get_wsgi_application()
    return app
