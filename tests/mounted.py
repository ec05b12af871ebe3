"""A WSGI app that has feedpress under a prefix, for servers that tests start."""

from werkzeug.exceptions import NotFound
from werkzeug.middleware.dispatcher import DispatcherMiddleware

import feedpress

app = DispatcherMiddleware(NotFound(), {"/press": feedpress.create_app()})
