"""The configuration of every host, by the name of its file in an export.

With it a host answers as feedpress itself would; docs/deploy.md tells what each can't do. Pure.
"""

from collections.abc import Iterator
from datetime import datetime

from feedpress.publishing.export import PRIVATE
from feedpress.publishing.hosts import nginx, pages_hosts
from feedpress.snapshot import Snapshot


def configurations(snapshot: Snapshot, now: datetime) -> Iterator[tuple[str, str]]:
    """Yield name and text of each file."""
    yield f"{PRIVATE}/nginx.conf", nginx.configuration(snapshot, now)
    yield "_headers", pages_hosts.headers(snapshot, now)
    yield "_redirects", pages_hosts.redirects_file(snapshot)
    yield "404.html", pages_hosts.NOT_FOUND
