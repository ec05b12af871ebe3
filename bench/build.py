"""Time from the file to all feeds, beside a plain script of PyYAML's C loader and feedgen.

    make bench            10,000 clippings in 50 projects, three rounds
    python bench/build.py --clippings 1000 --rounds 5

Both make the same feeds from the same file, complete, in one process each; rounds alternate, and
medians are printed with their ratio. No figure is asserted: machines differ.
"""

import argparse
import json
import random
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

_WORDS = (
    *("city", "mayor", "portal", "business", "housing", "data", "police", "diversity", "team"),
    *("innovation", "backyard", "renters", "campaign", "award", "open", "source", "small"),
    *("neighborhood", "displacement", "academy", "youth", "equity", "program"),
)


def write_file(path: Path, clippings: int, projects: int, feed_size: int | None = None) -> None:
    """Write a list like a real one: one to three projects each, a summary of about 40 words.

    Without a size, each feed has all its clippings in one document.
    """
    chance = random.Random(1)
    lines = [
        "publication:",
        "  title: In the media",
        "  url: https://feeds.example.org/",
        "  tag: example.org,2016",
        "  author: {name: Innovation Team}",
        f"  feed_size: {feed_size or clippings}",
        "projects:",
    ]
    for number in range(projects):
        lines += [f"  project-{number}:", f"    title: Project {number}"]
    lines.append("clippings:")
    for number in range(clippings):
        title = " ".join(chance.choices(_WORDS, k=8)).capitalize()
        chosen = chance.sample(range(projects), chance.randint(1, 3))
        day = f"{chance.randint(2000, 2025)}-{chance.randint(1, 12):02}-{chance.randint(1, 28):02}"
        lines += [
            f"- id: clipping-{number}",
            f"  title: {title} & {number}",
            f"  url: https://news.example.org/articles/{number}",
            f"  source: Source {number % 200}",
            f"  published: {day}",
            f"  added: {day}T{number // 3600 % 24:02}:{number // 60 % 60:02}:{number % 60:02}Z",
            f"  projects: [{', '.join(f'Project {each}' for each in chosen)}]",
            f"  summary: {' '.join(chance.choices(_WORDS, k=40)).capitalize()}.",
        ]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def feedpress_feeds(path: Path) -> dict[str, float]:
    """Make all feeds with feedpress; give the seconds of each step."""
    from feedpress.feeds import atom, feed, history, rss
    from feedpress.reading import publication_file

    start = time.perf_counter()
    publication, problems = publication_file.load([(str(path), path.read_bytes())])
    if problems:
        raise SystemExit(f"the generated file has problems: {problems[0]}")
    read = time.perf_counter()
    feeds = feed.build(publication, datetime.now(UTC))
    entries, items = atom.render_entries(feeds[0].recent), rss.render_items(feeds[0].recent)
    documents = [document for each in feeds for document in history.documents(each)]
    size = sum(len(atom.render(each, entries)) + len(rss.render(each, items)) for each in documents)
    end = time.perf_counter()
    return {"seconds": end - start, "reading": read - start, "bytes": size}


def plain_feeds(path: Path) -> dict[str, float]:
    """Make the same feeds as a plain script does."""
    import yaml
    from feedgen.feed import FeedGenerator

    start = time.perf_counter()
    with path.open(encoding="utf-8") as file:
        data = yaml.load(file, Loader=yaml.CSafeLoader)
    read = time.perf_counter()
    about, projects = data["publication"], data["projects"]
    slugs = {project["title"]: slug for slug, project in projects.items()}
    by_feed = defaultdict(list)
    for clipping in sorted(data["clippings"], key=lambda each: each["added"], reverse=True):
        by_feed[""].append(clipping)
        for title in clipping["projects"]:
            by_feed[slugs[title]].append(clipping)
    size = 0
    for slug, clippings in by_feed.items():
        generator = FeedGenerator()
        generator.load_extension("dc")
        generator.id(f"tag:{about['tag']}:{slug or 'feeds'}")
        generator.title(projects[slug]["title"] if slug else about["title"])
        generator.subtitle(about["title"])
        generator.author(about["author"])
        generator.updated(clippings[0]["added"])
        generator.link(href=f"{about['url']}{slug}/atom.xml", rel="self")
        generator.link(href=about["url"], rel="alternate")
        for clipping in clippings:
            entry = generator.add_entry(order="append")
            entry.id(f"tag:{about['tag']}:clippings/{clipping['id']}")
            entry.title(clipping["title"])
            entry.link(href=clipping["url"])
            entry.published(clipping["added"])
            entry.updated(clipping["added"])
            entry.category([{"term": slugs[t], "label": t} for t in clipping["projects"]])
            entry.author({"name": clipping["source"]})
            entry.dc.dc_creator(clipping["source"])
            entry.summary(clipping["summary"])
            line = f"{clipping['source']}, {clipping['published']:%d %B %Y}"
            entry.content(f"<p>{line}</p>\n<p>{clipping['summary']}</p>", type="html")
        size += len(generator.atom_str(pretty=True)) + len(generator.rss_str(pretty=True))
    end = time.perf_counter()
    return {"seconds": end - start, "reading": read - start, "bytes": size}


_WAYS: dict[str, Callable[[Path], dict[str, float]]] = {
    "plain": plain_feeds,
    "feedpress": feedpress_feeds,
}


def main() -> None:
    """Alternate the two ways in processes of their own and print a table."""
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    arguments.add_argument("--clippings", type=int, default=10_000)
    arguments.add_argument("--projects", type=int, default=50)
    arguments.add_argument("--rounds", type=int, default=3)
    arguments.add_argument("--one", nargs=2, metavar=("WAY", "FILE"), help=argparse.SUPPRESS)
    given = arguments.parse_args()
    if given.one:
        way, file = given.one
        result = _WAYS[way](Path(file))
        result["peak MB"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(json.dumps(result))
        return
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "clippings.yaml"
        write_file(path, given.clippings, given.projects)
        results = defaultdict(list)
        for _ in range(given.rounds):
            for way in _WAYS:
                command = [sys.executable, __file__, "--one", way, str(path)]
                ran = subprocess.run(command, check=True, capture_output=True, text=True)
                results[way].append(json.loads(ran.stdout))
    print(f"{given.clippings:,} clippings in {given.projects} projects, {given.rounds} rounds")
    print(f"{'':12}{'seconds':>10}{'reading':>10}{'MB of XML':>12}{'peak MB':>10}")
    medians = {}
    for way, rounds in results.items():
        middle = {key: statistics.median(each[key] for each in rounds) for key in rounds[0]}
        medians[way] = middle["seconds"]
        print(
            f"{way:12}{middle['seconds']:10.2f}{middle['reading']:10.2f}"
            f"{middle['bytes'] / 1e6:12.1f}{middle['peak MB']:10.0f}"
        )
    print(
        f"feedpress takes {medians['feedpress'] / medians['plain']:.2f} of the plain script's time"
    )


if __name__ == "__main__":
    main()
