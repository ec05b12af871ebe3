"""Measure the work behind a start, an edit and an export, in process and without a server.

    python bench/in_process.py
    python bench/in_process.py --clippings 1000 --rounds 3

Each way runs in a process of its own, all ways one after the other in each round. The table has
medians. "minimal" is examples/minimal.py, which has no pages, only Atom and no history; "PyYAML" is
its C parser alone. The memory is the peak of the process until the end of the step.
"""

import argparse
import json
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import clippings

_STEPS = ("read", "build", "rebuild", "export")
_MINIMAL = Path(__file__).parent.parent / "examples"

#: The seconds of each step, and the peak memory after it in MB.
Measured = dict[str, tuple[float, float]]


class _Stopwatch:
    def __init__(self) -> None:
        self.measured: Measured = {}

    @contextmanager
    def __call__(self, step: str) -> Iterator[None]:
        start = time.perf_counter()
        yield
        seconds = time.perf_counter() - start
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        self.measured[step] = (seconds, peak)


def _edited(data: bytes) -> bytes:
    """Change the title of the clipping in the middle."""
    middle = data.index(b"\n  title: ", len(data) // 2) + len('\n  title: "')
    return data[:middle] + b"Edited " + data[middle:]


def _feedpress(data: bytes, folder: Path, watch: _Stopwatch) -> None:
    # All that this benchmark knows of feedpress's modules is in this function.
    from feedpress import snapshot
    from feedpress.publishing import export
    from feedpress.reading import publication_file

    def load(data: bytes) -> Any:
        publication, problems = publication_file.load([("clippings.yaml", data)])
        assert not problems
        return publication

    now = datetime.now(UTC)
    with watch("read"):
        publication = load(data)
    with watch("build"):
        before = snapshot.build(publication, now)
    with watch("rebuild"):
        after = snapshot.build(load(_edited(data)), now, before)
    with watch("export"):
        export.export_snapshot(after, folder)


def _minimal(data: bytes, folder: Path, watch: _Stopwatch) -> None:
    sys.path.insert(0, str(_MINIMAL))
    import minimal

    path = folder / "clippings.yaml"
    path.write_bytes(data)
    with watch("read"):
        loaded = minimal.load(path)
    with watch("build"):
        minimal.build_feeds(loaded)
    path.write_bytes(_edited(data))
    with watch("rebuild"):
        feeds = minimal.build_feeds(minimal.load(path))
    with watch("export"):
        for name, body in feeds.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_bytes(body)


def _pyyaml(data: bytes, folder: Path, watch: _Stopwatch) -> None:
    import yaml

    with watch("read"):
        yaml.load(data, Loader=yaml.CSafeLoader)


_WAYS: dict[str, Callable[[bytes, Path, _Stopwatch], None]] = {
    "feedpress": _feedpress,
    "minimal": _minimal,
    "PyYAML": _pyyaml,
}


def _measure_here(way: str, file: Path) -> Measured:
    watch = _Stopwatch()
    with tempfile.TemporaryDirectory() as folder:
        _WAYS[way](file.read_bytes(), Path(folder), watch)
    return watch.measured


def _measure(way: str, file: Path) -> Measured:
    command = [sys.executable, __file__, "--one", way, str(file)]
    ran = subprocess.run(command, check=True, stdout=subprocess.PIPE)
    measured: Measured = json.loads(ran.stdout)
    return measured


def _print_table(size: int, rounds: dict[str, list[Measured]]) -> None:
    print(f"\n{size:,} clippings: seconds (peak MB)")
    print(f"{'':10}" + "".join(f"{step:>16}" for step in _STEPS))
    for way, measured in rounds.items():
        cells = []
        for step in measured[0]:
            seconds = statistics.median(each[step][0] for each in measured)
            peak = statistics.median(each[step][1] for each in measured)
            cells.append(f"{seconds:.3f} ({peak:.0f})")
        print(f"{way:10}" + "".join(f"{cell:>16}" for cell in cells))


def main() -> None:
    """Measure all ways in rounds, and print a table for each size of list."""
    arguments = argparse.ArgumentParser(description="Measure a start, an edit and an export.")
    arguments.add_argument("--clippings", type=int, nargs="+", default=[1_000, 10_000])
    arguments.add_argument("--rounds", type=int, default=5)
    arguments.add_argument("--one", nargs=2, metavar=("WAY", "FILE"), help=argparse.SUPPRESS)
    given = arguments.parse_args()
    if given.one:
        print(json.dumps(_measure_here(given.one[0], Path(given.one[1]))))
        return
    for size in given.clippings:
        rounds = defaultdict(list)
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "clippings.yaml"
            clippings.write(file, size)
            for _ in range(given.rounds):
                for way in _WAYS:
                    rounds[way].append(_measure(way, file))
        _print_table(size, rounds)


if __name__ == "__main__":
    main()
