"""Press clippings from one YAML file, published as Atom and RSS feeds."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import os

    from flask import Blueprint, Flask

    from feedpress.serving.reload import Reloader
    from feedpress.settings import Settings

__version__ = "0.1.0"

# Modules are imported in the functions, so that a command that serves nothing does not wait for
# Flask.


def create_app(settings: "Settings | None" = None) -> "Flask":
    """Create the WSGI app, which watches its file; by default, `FEEDPRESS_…` has the settings.

    Raises SettingsError. The file itself may be broken: then the app answers 503 until it is
    fixed. `app.extensions["feedpress"].stop()` ends the watching.
    """
    import os

    from feedpress.serving.reload import Reloader
    from feedpress.settings import Settings

    reloader = Reloader(settings or Settings.from_environ(os.environ))
    reloader.start()
    return app_of(reloader)


def app_of(reloader: "Reloader") -> "Flask":
    """Create the app of a Reloader, with the preview for editors if the settings ask for it."""
    from feedpress.serving import app

    created = app.app_for(reloader)
    created.extensions["feedpress"] = reloader
    if reloader.settings.preview:
        from feedpress.review.preview_app import PreviewMiddleware

        with_preview = PreviewMiddleware(created.wsgi_app, reloader)
        created.wsgi_app = with_preview  # type: ignore[method-assign] # as Flask documents it
    return created


def blueprint(settings: "Settings | str | os.PathLike[str] | None" = None) -> "Blueprint":
    """Create a blueprint, which has all of feedpress under the prefix that it is registered at.

    It takes settings or the path of the file; by default, `FEEDPRESS_…` has the settings. The
    file is read when the blueprint is registered, and watched from the first request on.
    `app.extensions["feedpress"].stop()` ends that. Raises SettingsError, as registering it does.
    """
    import os
    from pathlib import Path

    from feedpress.serving import blueprint
    from feedpress.settings import Settings

    if settings is None:
        settings = Settings.from_environ(os.environ)
    elif not isinstance(settings, Settings):
        settings = Settings(Path(settings))
    return blueprint.create_blueprint(settings, app_of)
