"""Press clippings from one YAML file, published as Atom and RSS feeds."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flask import Flask

    from feedpress.settings import Settings

__version__ = "0.1.0"


def create_app(settings: "Settings | None" = None) -> "Flask":
    """Make the WSGI app, which watches its file; without settings, `FEEDPRESS_…` has them.

    Raises SettingsError. The file itself may be broken: then the app answers 503 until it is
    mended. `app.extensions["feedpress"].stop()` ends the watching.
    """
    # Imported here, so that a command that serves nothing does not wait for Flask.
    import os

    from feedpress.delivery import wsgi
    from feedpress.delivery.reload import Reloader
    from feedpress.settings import Settings

    reloader = Reloader(settings or Settings.from_environ(os.environ))
    reloader.start()
    app = wsgi.app_of(reloader)
    app.extensions["feedpress"] = reloader
    return app
