"""Measure `feedpress build` beside Hugo with the same list: from the sources to all files.

    python bench/whole_job.py
    python bench/whole_job.py --clippings 1000 --rounds 3

It needs Hugo. Both write into an empty folder; rounds alternate, and the table has medians. Hugo's
site has a page for each clipping, and for all and each project a page and feeds of the newest 50 in
RSS, Atom and JSON. feedpress's has, beyond these, all archives, pages by year, a search index, and
each file in gzip and br, too.
"""

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from pathlib import Path
from typing import NamedTuple

import yaml

import clippings

_CONFIGURATION = """\
baseURL: https://feeds.example.org/
title: Press clippings
disableKinds: [sitemap, 404, robotsTXT]
taxonomies: {project: projects}
outputs:
  home: [HTML, RSS, ATOM, JSONFEED]
  taxonomy: [HTML]
  term: [HTML, RSS, ATOM, JSONFEED]
  section: [HTML]
  page: [HTML]
mediaTypes:
  application/atom+xml: {suffixes: [atom]}
  application/feed+json: {suffixes: [feed.json]}
outputFormats:
  ATOM: {mediaType: application/atom+xml, baseName: atom, isPlainText: false}
  JSONFEED: {mediaType: application/feed+json, baseName: feed, isPlainText: true}
"""
_PAGE_HEAD = """\
<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{{ .Title }}</title>
<link rel="stylesheet" href="/style.css"><link rel="canonical" href="{{ .Permalink }}">
<link rel="alternate" type="application/atom+xml" href="/atom.atom"></head><body>
<header><a href="/">{{ .Site.Title }}</a> <a href="/projects/">Projects</a></header>
"""
_ARTICLE = """\
<h1><a href="{{ .Params.link }}">{{ .Title }}</a></h1>
<p>{{ .Params.source }}, <time datetime="{{ .Date.Format "2006-01-02" }}">\
{{ .Date.Format "2 January 2006" }}</time></p><p>{{ .Params.summary }}</p>
"""
_SINGLE = f"""{_PAGE_HEAD}<main>{_ARTICLE}<ul>{{{{ range .Params.projects }}}}
<li><a href="/projects/{{{{ . }}}}/">{{{{ . }}}}</a></li>{{{{ end }}}}</ul></main></body></html>
"""
_ALL = f"""{_PAGE_HEAD}<main>{{{{ range first 50 .Data.Pages }}}}{_ARTICLE}{{{{ end }}}}</main>
</body></html>
"""
_ATOM = """\
{{ printf "<?xml version=\\"1.0\\" encoding=\\"utf-8\\"?>" | safeHTML }}
<feed xmlns="http://www.w3.org/2005/Atom"><id>{{ .Permalink }}</id><title>{{ .Title }}</title>
{{ $pages := first 50 .Data.Pages }}{{ with index $pages 0 }}
<updated>{{ .Date.Format "2006-01-02T15:04:05Z07:00" }}</updated>{{ end }}{{ range $pages }}
<entry><id>{{ .Permalink }}</id><title>{{ .Title }}</title>
<updated>{{ .Date.Format "2006-01-02T15:04:05Z07:00" }}</updated>
<author><name>{{ .Params.source }}</name></author><link href="{{ .Params.link }}"/>
<summary>{{ .Params.summary }}</summary><content type="html">
{{ printf "<p>%s</p><p>%s</p>" .Params.source .Params.summary | html }}</content></entry>
{{ end }}</feed>
"""
_JSON = """\
{{ $items := slice }}{{ range first 50 .Data.Pages }}{{ $items = $items | append (dict
"id" .Permalink "url" .Params.link "title" .Title "content_text" .Params.summary
"date_published" (.Date.Format "2006-01-02T15:04:05Z07:00")) }}{{ end }}
{{ dict "version" "https://jsonfeed.org/version/1.1" "title" .Title "items" $items | jsonify }}
"""
_LAYOUTS = {
    "single.html": _SINGLE,
    **dict.fromkeys(("list.html", "terms.html", "taxonomy.html"), _ALL),
    "list.atom.atom": _ATOM,
    "list.jsonfeed.feed.json": _JSON,
}


class Measured(NamedTuple):
    """What a run took, and what it made."""

    seconds: float
    cpu_seconds: float
    peak_mb: float
    files: int
    mb: float


def _write_hugo_site(file: Path, site: Path) -> None:
    """Write a list as a Hugo site: a content file for each clipping, front matter in JSON."""
    data = yaml.load(file.read_bytes(), Loader=yaml.CSafeLoader)
    for folder in ("content/clippings", "content/projects", "layouts/_default"):
        (site / folder).mkdir(parents=True)
    (site / "config.yaml").write_text(_CONFIGURATION, encoding="utf-8")
    for name, text in _LAYOUTS.items():
        (site / "layouts" / "_default" / name).write_text(text, encoding="utf-8")
    for slug, project in data["projects"].items():
        _write_content(site / "content" / "projects" / slug / "_index.md", title=project["title"])
    for clipping in data["clippings"]:
        _write_content(
            site / "content" / "clippings" / f"{clipping['id']}.md",
            title=clipping["title"],
            date=clipping["added"].isoformat(),
            projects=clipping["projects"],
            source=clipping["source"],
            link=clipping["url"],
            summary=clipping["summary"],
        )


def _write_content(path: Path, **front_matter: object) -> None:
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(front_matter, ensure_ascii=False) + "\n", encoding="utf-8")


def _measure(output: Path, *command: str) -> Measured:
    """Run a command that fills a folder, and remove the folder."""
    start = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, used = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - start
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{' '.join(command)} failed")
    sizes = [path.stat().st_size for path in output.rglob("*") if path.is_file()]
    shutil.rmtree(output)
    cpu_seconds = used.ru_utime + used.ru_stime
    return Measured(seconds, cpu_seconds, used.ru_maxrss / 1024, len(sizes), sum(sizes) / 1e6)


def main() -> None:
    """Build the same list both ways in rounds, and print a table for each size of list."""
    arguments = argparse.ArgumentParser(description="Measure feedpress build beside Hugo.")
    arguments.add_argument("--clippings", type=int, nargs="+", default=[1_000, 10_000])
    arguments.add_argument("--rounds", type=int, default=3)
    given = arguments.parse_args()
    if not shutil.which("hugo"):
        raise SystemExit("not found: hugo")
    for size in given.clippings:
        with tempfile.TemporaryDirectory() as name:
            file, site, output = Path(name, "clippings.yaml"), Path(name, "site"), Path(name, "out")
            clippings.write(file, size)
            _write_hugo_site(file, site)
            build = (sys.executable, "-m", "feedpress", "build", str(file), "--output", str(output))
            hugo = ("hugo", "--quiet", "--source", str(site), "--destination", str(output))
            results = defaultdict(list)
            for _ in range(given.rounds):
                results["feedpress"].append(_measure(output, *build))
                results["hugo"].append(_measure(output, *hugo))
        print(f"\n{size:,} clippings, medians of {given.rounds} rounds")
        print(f"{'':10}" + "".join(f"{each:>14}" for each in Measured._fields))
        for way, rounds in results.items():
            medians = map(statistics.median, zip(*rounds, strict=True))
            print(f"{way:10}" + "".join(f"{each:14,.2f}" for each in medians))


if __name__ == "__main__":
    main()
