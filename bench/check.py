"""Time of `feedpress check`, beside a process that parses the same file with PyYAML's C loader.

    make bench            10,000 clippings in 50 projects, five rounds
    python bench/check.py --clippings 1000 --rounds 9
    python bench/check.py --file clippings.yaml

Each is a whole process, from its start to its end; rounds alternate, and medians are printed with
their ratio. No figure is asserted: machines differ.
"""

import argparse
import statistics
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from pathlib import Path

from build import write_file

_PARSE = (
    "import sys, yaml\n"
    "with open(sys.argv[1], encoding='utf-8') as file:\n"
    "    yaml.load(file, Loader=yaml.CSafeLoader)\n"
)
_FEEDPRESS = [sys.executable, "-m", "feedpress", "check"]


def write_bad_file(path: Path, good: Path) -> None:
    """Write the same list with a mistake in each clipping: no id, and a misspelt key."""
    text = good.read_text(encoding="utf-8")
    text = text.replace("\n- id: clipping-", "\n- note: ").replace("\n  summary: ", "\n  sumary: ")
    path.write_text(text, encoding="utf-8")


def seconds(command: list[str]) -> float:
    """Run a command to its end and give how long it took."""
    start = time.perf_counter()
    ran = subprocess.run(command, capture_output=True, check=False)
    if ran.returncode not in (0, 1):
        raise SystemExit(f"{' '.join(command)} failed: {ran.stderr.decode()}")
    return time.perf_counter() - start


def measure(ways: dict[str, list[str]], rounds: int) -> dict[str, float]:
    """Give the median of each way; the rounds alternate."""
    taken = defaultdict(list)
    for _ in range(rounds):
        for way, command in ways.items():
            taken[way].append(seconds(command))
    return {way: statistics.median(times) for way, times in taken.items()}


def main() -> None:
    """Measure the ways and print a table."""
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    arguments.add_argument("--clippings", type=int, default=10_000)
    arguments.add_argument("--projects", type=int, default=50)
    arguments.add_argument("--rounds", type=int, default=5)
    arguments.add_argument("--file", type=Path, help="a list of your own")
    given = arguments.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path, bad = Path(folder) / "clippings.yaml", Path(folder) / "bad.yaml"
        if given.file:
            path = given.file
        else:
            write_file(path, given.clippings, given.projects, feed_size=50)
            write_bad_file(bad, path)
        ways = {
            "PyYAML's C loader": [sys.executable, "-c", _PARSE, str(path)],
            "check": [*_FEEDPRESS, str(path)],
            "an empty Python": [sys.executable, "-c", ""],
            "importing": [sys.executable, "-c", "import feedpress.reading.publication_file"],
        }
        if bad.exists():
            ways["check, all wrong"] = [*_FEEDPRESS, str(bad)]
            ways["as JSON"] = [*_FEEDPRESS, str(bad), "--format", "json"]
            ways["as SARIF"] = [*_FEEDPRESS, str(bad), "--format", "sarif"]
        medians = measure(ways, given.rounds)
    parsing = medians["PyYAML's C loader"]
    for way, median in medians.items():
        print(f"{way:20}{median:8.2f} s{median / parsing:8.2f}")


if __name__ == "__main__":
    main()
