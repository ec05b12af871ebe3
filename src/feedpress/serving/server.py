"""Run the built-in server: granian, with a Reloader in each worker."""

import gc
import logging
import os
import signal
import socket
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from functools import partial
from itertools import count
from pathlib import Path

from granian import Granian
from granian.constants import Interfaces
from granian.http import HTTP1Settings
from granian.log import LogLevels

from feedpress.errors import SettingsError
from feedpress.serving.reload import Reloader
from feedpress.settings import Settings

#: How long an answer that is under way may take when the server ends.
_KILL_AFTER_S = 5

#: How many connections may be open, idle and slow ones included. Each takes a file descriptor;
#: granian asks for all that the system allows.
_CONNECTIONS = 16_384

_HEADERS_WITHIN_MS = 10_000

_BUILDS_UNSEARCHED = 10
# The defaults let the garbage collector run hundreds of times while a snapshot is built.
_GC_THRESHOLDS = (50_000, 20, 100)
# Threads that answer wait for the one that builds no longer than this, a tenth of the default.
_SWITCH_INTERVAL_S = 0.0005

#: What the first process has read, for the workers that are forked from it.
_loaded: Reloader | None = None


def run(
    settings: Settings,
    host: str,
    port: int,
    workers: int,
    worker_app: str,
    on_listening: Callable[[], None],
) -> None:
    """Serve until a signal stops it. Raises SettingsError if the port can't be used.

    `worker_app` names a function, as "module:name", that creates the app of `start_worker()`.
    SIGHUP replaces the workers. They go on from the last good version that any of them published,
    which is in the state folder: without one in the settings, in a temporary one.
    """
    global _loaded
    address = _address(host, port)
    _log_to_standard_error()
    with ExitStack() as stack:
        if settings.state is None:
            folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="feedpress-"))
            settings = replace(settings, state=Path(folder))
        # Before the port is open, so that nobody has to wait for the first snapshot.
        _loaded = _reloader(settings)
        _loaded.look_once()
        os.environ.update(settings.to_environ())  # for workers that are not forked
        server = Granian(
            worker_app,
            factory=True,
            address=address,
            port=port,
            interface=Interfaces.WSGI,
            workers=workers,
            # An answer is a look-up of microseconds that waits for nothing. Further threads would
            # only queue for the interpreter's lock (granian would start up to 512); the network is
            # the business of granian's own threads.
            blocking_threads=1,
            # It counts connections and not requests: a thousand slow ones must not keep others out.
            backpressure=_CONNECTIONS,
            websockets=False,
            # Where the system allows few connections, slow ones keep others out for no longer.
            http1_settings=HTTP1Settings(header_read_timeout=_HEADERS_WITHIN_MS),
            # Without it, a worker that a signal reaches while it starts is waited for without end.
            workers_kill_timeout=_KILL_AFTER_S,
            log_level=LogLevels.warning,
        )
        server.on_startup(on_listening)
        server.serve()


def _address(host: str, port: int) -> str:
    """Return the numbers of an address, which is all that granian takes, if its port can be had."""
    # Granian's sockets share their port (SO_REUSEPORT), so that a second feedpress would answer
    # every other request of the first; other faults are a RuntimeError with a backtrace (2.8).
    try:
        # Of several the one of four numbers, which most programs try first.
        found = min(socket.getaddrinfo(host, port, type=socket.SOCK_STREAM))
        family, address = found[0], str(found[4][0])
        socket.create_server((address, port), family=family).close()
        return address
    except OSError as error:
        fix = "choose another with --host or --port"
        why = str(error.strerror or error).partition(" (while attempting")[0]
        raise SettingsError(f"port {port} of {host} can't be used: {why}; {fix}") from error


def start_worker() -> Reloader:
    """Return the running Reloader of a worker process, which logs to standard error."""
    # Until granian installs its own, a forked worker has the handlers of the process that started
    # it, which only note a signal there. Ctrl-C reaches both, and the second signal makes it hang:
    # it is enough that the other process passes it on (granian 2.8).
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    _log_to_standard_error()
    reloader = _loaded or _reloader(Settings.from_environ(os.environ))
    reloader.start()
    return reloader


def _reloader(settings: Settings) -> Reloader:
    gc.set_threshold(*_GC_THRESHOLDS)
    sys.setswitchinterval(_SWITCH_INTERVAL_S)
    return Reloader(settings, on_built=partial(_freeze, count(1)))


def _freeze(builds: Iterator[int]) -> None:
    # A snapshot stays until it is replaced, and has no cycles. To search it for garbage would
    # take a tenth of a second with 10,000 clippings. Requests leave cycles, so everything is
    # searched now and then.
    if next(builds) % _BUILDS_UNSEARCHED == 0:
        gc.unfreeze()
        gc.collect()
    gc.freeze()


def _log_to_standard_error() -> None:
    logging.basicConfig(format="%(asctime)s %(message)s", datefmt="%H:%M:%S", level=logging.INFO)
    logging.getLogger("watchfiles").setLevel(logging.WARNING)
