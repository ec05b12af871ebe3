"""The app that answers with what a Reloader has on the air."""

from flask import Flask

from feedpress.delivery import web
from feedpress.delivery.preview import Previewer
from feedpress.delivery.reload import Reloader
from feedpress.delivery.validators import ValidatorHistory


def app_of(reloader: Reloader) -> Flask:
    """Make the app; what it remembers outlives it where the Reloader has a folder for that."""
    history = ValidatorHistory(reloader.folder)
    app = web.create_app(reloader.current, history=history, healthy=reloader.health)
    if reloader.settings.preview:
        app.wsgi_app = Previewer(app.wsgi_app, reloader)  # type: ignore[method-assign] # as in web
    return app
