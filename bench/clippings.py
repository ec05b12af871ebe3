"""Generate a list of press clippings like a real one, the same at every run.

python bench/clippings.py 1000 > clippings.yaml
"""

import random
import sys
import textwrap
from datetime import UTC, datetime, timedelta
from pathlib import Path

_WORDS = " ".join(
    (
        "city data team social media campaign diversity police department public policy housing",
        "budget mayor innovation residents report programme health transport neighbourhood street",
        "permit open digital pilot partnership university research funding award community school",
        "climate energy water bike library youth jobs training platform national federal",
        "government results evidence equity AT&T élèves préfecture numérique citoyenneté cœur",
        "Bürger Straßen für Städte niños año más 東京都 Київ 🚲 “open”",
    )
).split()
_SOURCES = (
    "Los Angeles Times",
    "Le Monde",
    "Der Spiegel",
    "El País",
    "Next City",
    "朝日新聞",
    "R&D",
)
_HEAD = """\
publication:
  title: Press clippings
  url: https://feeds.example.org/
  home: https://example.org/
  tag: example.org,2016
  language: en
  timezone: America/Los_Angeles
  author: {name: Press office}
projects:
"""


def text(clippings: int) -> str:
    """Return the text of a file: one to three projects for each clipping, summaries of 40 words."""
    chance = random.Random(7)

    def words(number: int) -> str:
        return " ".join(chance.choices(_WORDS, k=number)).capitalize()

    # The first projects have far more clippings than the last.
    slugs = [f"project-{number}" for number in range(min(50, max(5, clippings // 10)))]
    weights = [(number + 1) ** -0.6 for number in range(len(slugs))]
    parts = [_HEAD, *(f"  {slug}:\n    title: Project {slug[8:]}\n" for slug in slugs)]
    parts.append("clippings:\n")
    added = datetime(2024, 9, 30, 17, tzinfo=UTC)
    for number in range(clippings):
        added -= timedelta(days=chance.uniform(0.2, 1.8) * 4_380 / clippings)  # 12 years in all
        projects = dict.fromkeys(chance.choices(slugs, weights, k=chance.choice((1, 1, 2, 3))))
        summary = f"{words(chance.randint(30, 50))}."
        folded = textwrap.indent(textwrap.fill(summary, 88), "    ")
        parts.append(
            f"- id: clipping-{number}\n"
            f'  title: "{words(chance.randint(6, 12))}"\n'
            f"  url: https://news.example.com/{added:%Y/%m/%d}/article-{number}\n"
            f"  source: {chance.choice(_SOURCES)}\n"
            f"  published: {added:%Y-%m-%d}\n"
            f"  added: {added:%Y-%m-%dT%H:%M:%SZ}\n"
            f"  projects: [{', '.join(projects)}]\n"
            + (f"  summary: >-\n{folded}\n" if number % 2 else f'  summary: "{summary}"\n')
        )
    return "".join(parts)


def write(path: Path, clippings: int) -> None:
    """Write the list to a file."""
    path.write_text(text(clippings), encoding="utf-8")


if __name__ == "__main__":
    sys.stdout.write(text(int(sys.argv[1])))
