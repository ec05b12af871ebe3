"""The app that answers with what a Reloader has on the air."""

from flask import Flask

from feedpress.delivery import web
from feedpress.delivery.memory import Memory
from feedpress.delivery.preview import Previewer
from feedpress.delivery.reload import Reloader


def app_of(reloader: Reloader) -> Flask:
    """Make the app; what it remembers outlives it where the Reloader has a folder for that."""
    app = web.create_app(reloader.current, memory=Memory(reloader.folder), healthy=reloader.health)
    if reloader.settings.preview:
        app.wsgi_app = Previewer(app.wsgi_app, reloader)  # type: ignore[method-assign] # as in web
    return app
