"""Measure how fast `feedpress serve` answers beside nginx with the exported files.

    python bench/serving.py
    python bench/serving.py --rounds 3 --seconds 2

It needs nginx, wrk, and two cores: both servers have one worker on core 0, wrk runs on core 1. In
each round and mode wrk asks one server and then the other, so what slows the machine slows both.
The ratio is the median of the ratios within a round.
"""

import argparse
import http.client
import os
import re
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path

_HOST = "127.0.0.1"
_LIST = Path(__file__).parent.parent / "clippings.yaml"
_PATH = "/atom.xml"
_FEEDPRESS = (sys.executable, "-m", "feedpress")
_SERVER_CORE, _WRK_CORE = 0, 1
_STARTS_IN_S = 30
#: The headers that each mode sends; TAG becomes the server's own entity tag.
_MODES = {
    "identity": {},
    "gzip": {"Accept-Encoding": "gzip"},
    "304": {"Accept-Encoding": "gzip", "If-None-Match": "TAG"},
}
_NGINX = """\
daemon off;
pid {folder}/nginx.pid;
error_log stderr error;
worker_processes 1;
events {{ worker_connections 1024; }}
http {{
  access_log off;
  sendfile on;
  tcp_nopush on;
  keepalive_requests 1000000000;
  open_file_cache max=100 inactive=1h;
  open_file_cache_valid 1h;
  client_body_temp_path {folder}/body;
  proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi;
  scgi_temp_path {folder}/scgi;
  server {{
    listen {host}:{port};
    root {folder}/export;
    include {folder}/export/.feedpress/nginx.conf;
  }}
}}
"""


def _on_core(core: int, *command: str) -> list[str]:
    return ["taskset", "-c", str(core), *command]


def _free_port() -> int:
    with socket.create_server((_HOST, 0)) as listening:
        port: int = listening.getsockname()[1]
        return port


def _get(port: int, headers: dict[str, str]) -> http.client.HTTPResponse:
    with closing(http.client.HTTPConnection(_HOST, port, timeout=10)) as connection:
        connection.request("GET", _PATH, headers={"Accept-Encoding": "identity"} | headers)
        response = connection.getresponse()
        response.read()
        return response


@contextmanager
def _running(port: int, *command: str) -> Iterator[int]:
    """Run a server on its core until the end; yield its port once it answers."""
    process = subprocess.Popen(_on_core(_SERVER_CORE, *command), stdout=subprocess.DEVNULL)
    try:
        deadline = time.monotonic() + _STARTS_IN_S
        while True:
            try:
                _get(port, {})
                break
            except OSError:
                if process.poll() is not None or time.monotonic() > deadline:
                    raise SystemExit(f"{command[0]} does not answer") from None
                time.sleep(0.05)
        yield port
    finally:
        process.terminate()
        process.wait()


def _start(stack: ExitStack, folder: Path) -> dict[str, int]:
    """Start both servers; return their ports by name."""
    folder.chmod(0o755)  # nginx's worker may be another user
    build = (*_FEEDPRESS, "build", str(_LIST), "--output", str(folder / "export"))
    subprocess.run(build, check=True, capture_output=True)
    configuration, port = folder / "nginx.conf", _free_port()
    configuration.write_text(_NGINX.format(folder=folder, host=_HOST, port=port), encoding="utf-8")
    nginx = stack.enter_context(
        _running(port, "nginx", "-p", str(folder), "-c", configuration.name)
    )
    port = _free_port()
    serve = (*_FEEDPRESS, "serve", str(_LIST), "--port", str(port))
    return {"feedpress": stack.enter_context(_running(port, *serve)), "nginx": nginx}


def _headers(port: int, mode: str) -> dict[str, str]:
    """Return what a mode sends to a server, after a check that the answer is of this mode."""
    tag = _get(port, _MODES["gzip"]).headers["ETag"]
    headers = {name: value.replace("TAG", tag) for name, value in _MODES[mode].items()}
    response = _get(port, headers)
    is_packed = response.headers["Content-Encoding"] == "gzip"
    if mode == "304":
        is_right = response.status == 304
    else:
        is_right = response.status == 200 and is_packed == (mode == "gzip")
    if not is_right:
        raise SystemExit(f"unexpected answer to {mode}: {response.status}, {response.headers}")
    return headers


def _rate(port: int, headers: dict[str, str], seconds: int, connections: int) -> float:
    """Return how many requests a second wrk gets answered."""
    fields = [f"-H{name}: {value}" for name, value in headers.items()]
    url = f"http://{_HOST}:{port}{_PATH}"
    command = _on_core(_WRK_CORE, "wrk", "-t1", f"-c{connections}", f"-d{seconds}s", *fields, url)
    said = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    found = re.search(r"Requests/sec: +([\d.]+)", said)
    if not found or "Socket errors" in said or "Non-2xx" in said:
        raise SystemExit(f"wrk failed:\n{said}")
    return float(found[1])


def _print_table(rates: dict[tuple[str, str], list[float]]) -> None:
    print(f"{'':10}{'feedpress/s':>14}{'nginx/s':>12}{'ratio':>8}")
    for mode in _MODES:
        ours, theirs = rates[mode, "feedpress"], rates[mode, "nginx"]
        ratio = statistics.median(a / b for a, b in zip(ours, theirs, strict=True))
        medians = f"{statistics.median(ours):14,.0f}{statistics.median(theirs):12,.0f}"
        print(f"{mode:10}{medians}{ratio:8.2f}")


def main() -> None:
    """Start both servers, measure them in rounds, and print the medians."""
    arguments = argparse.ArgumentParser(description="Measure feedpress serve beside nginx.")
    arguments.add_argument("--rounds", type=int, default=5)
    arguments.add_argument("--seconds", type=int, default=5)
    arguments.add_argument("--connections", type=int, default=64)
    given = arguments.parse_args()
    if missing := [each for each in ("nginx", "taskset", "wrk") if not shutil.which(each)]:
        raise SystemExit(f"not found: {', '.join(missing)}")
    if not {_SERVER_CORE, _WRK_CORE} <= os.sched_getaffinity(0):
        raise SystemExit("this benchmark needs the cores 0 and 1")
    rates: dict[tuple[str, str], list[float]] = defaultdict(list)
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        ports = _start(stack, Path(folder))
        for number in range(given.rounds):
            for mode in _MODES:
                # Take turns in who goes first, too.
                for name in sorted(ports, reverse=bool(number % 2)):
                    headers = _headers(ports[name], mode)
                    rate = _rate(ports[name], headers, given.seconds, given.connections)
                    rates[mode, name].append(rate)
    print(f"{given.connections} connections, medians of {given.rounds} rounds of {given.seconds} s")
    _print_table(rates)


if __name__ == "__main__":
    main()
