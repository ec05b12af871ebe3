"""A small Flask site that has feedpress at /press. Run it from anywhere:

flask --app examples/site/app run
"""

from pathlib import Path

from flask import Flask, render_template, url_for

import feedpress
from feedpress.settings import Settings

HERE = Path(__file__).parent


def create_app(
    file: str | Path = HERE / "clippings.yaml", theme: str | Path | None = HERE / "templates/press"
) -> Flask:
    """Make the site; Flask calls this without arguments."""
    app = Flask(__name__)

    # This is all that it takes. The file is watched: a change is on the air within a second,
    # and nothing has to be restarted.
    settings = Settings(Path(file), theme=Path(theme) if theme else None)
    app.register_blueprint(feedpress.blueprint(settings), url_prefix="/press")

    @app.context_processor
    def layout() -> dict[str, str]:
        # What the layout needs, and what templates/press/base.html gives it, too.
        return {"site": url_for("home")}

    @app.get("/")
    def home() -> str:
        return render_template("home.html")

    @app.errorhandler(404)
    def not_found(error: Exception) -> tuple[str, int]:
        # For the site's own addresses. Whatever is below /press is answered by feedpress.
        return render_template("not_found.html"), 404

    return app
