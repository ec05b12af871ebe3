"""feedpress's app on servers that have no command: `python -m peers.feedpress_on SERVER PORT`."""

import sys
from wsgiref.types import WSGIApplication

import feedpress

_HOST = "127.0.0.1"


def bjoern(app: WSGIApplication, port: int) -> None:
    """Serve with bjoern."""
    import bjoern

    bjoern.run(app, _HOST, port)


def fastpysgi(app: WSGIApplication, port: int) -> None:
    """Serve with FastPySGI, in this process."""
    from fastpysgi import server

    server.init(app, _HOST, port, workers=1)
    server.run()


def main() -> None:
    """Serve until a signal ends it."""
    name, port = sys.argv[1:]
    {"bjoern": bjoern, "fastpysgi": fastpysgi}[name](feedpress.create_app(), int(port))


if __name__ == "__main__":
    main()
