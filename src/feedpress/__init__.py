"""Press clippings from one YAML file, published as Atom and RSS feeds."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import os

    from flask import Blueprint, Flask

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


def blueprint(settings: "Settings | str | os.PathLike[str] | None" = None) -> "Blueprint":
    """Make a blueprint, which has all of feedpress under the prefix that it is registered at.

    It takes settings or the path of the file; without them, `FEEDPRESS_…` has the settings. The
    file is read when the blueprint is registered, and watched from the first request on.
    `app.extensions["feedpress"].stop()` ends that. Raises SettingsError, as registering it does.
    """
    import os
    from pathlib import Path

    from feedpress.delivery import blueprint
    from feedpress.settings import Settings

    if settings is None:
        settings = Settings.from_environ(os.environ)
    elif not isinstance(settings, Settings):
        settings = Settings(Path(settings))
    return blueprint.of(settings)
