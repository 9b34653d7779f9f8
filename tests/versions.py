"""What the extractor and the matcher make of the project's own fixtures, as digests.

`python -m tests.versions` writes tests/cases/versions.toml: for each of the two its version, and a
digest of what comes out of every fixture. tests/stages/test_versions.py compares.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

import yaml

from flows.config import load_sources, load_topics
from flows.edges.archive import ArchivedResponse, scan
from flows.records import Article, Page, Rejection, stable_id
from flows.stages.discovery.links import owner
from flows.stages.extraction.extract import EXTRACTOR_VERSION, extract
from flows.stages.watch.topics import MATCHER_VERSION, Explanation, compile_topic, explain

TESTS = Path(__file__).parent
RECORDED = TESTS / "cases" / "versions.toml"


@dataclass(frozen=True, slots=True)
class Golden:
    """A version, and by the names of its fixtures the digests of what it makes of them."""

    version: str
    outputs: Mapping[str, str]


def golden() -> dict[str, Golden]:
    """What there is now."""
    return {
        "extractor": Golden(EXTRACTOR_VERSION, dict(_extracted())),
        "matcher": Golden(str(MATCHER_VERSION), dict(_matched())),
    }


def _extracted() -> Iterator[tuple[str, str]]:
    """Every page of the invented press that is declared an article's."""
    sources = load_sources(TESTS / "press" / "sources.yaml")
    for found in scan([TESTS / "press" / "press.warc.gz"]):
        if not isinstance(found, ArchivedResponse) or found.status != 200:
            continue
        if owned := owner(found.url, sources):
            source, url = owned
            kind = found.headers.get("content-type", "")
            page = Page(
                url, source.id, found.url, found.url, found.date, kind, found.body(), found.ref
            )
            yield f"{found.url} {found.date:%Y-%m-%dT%H:%MZ}", _digest(extract(page, source))


def _matched() -> Iterator[tuple[str, str]]:
    """Every case of a match, with the reason for it in words."""
    cases = TESTS / "cases" / "topics"
    topics, _ = load_topics(cases / "topics.yaml", None)
    compiled = {topic.id: compile_topic(topic) for topic in topics}
    for case in yaml.safe_load((cases / "match.yaml").read_text(encoding="utf-8")):
        topic = compiled[case.get("topic", "russia-dprk")]
        yield case["case"], _digest(explain(topic, case.get("title", ""), case.get("body", "")))


def _digest(output: Article | Rejection | Explanation) -> str:
    return stable_id(json.dumps(asdict(output), default=str, sort_keys=True))


def main() -> None:
    lines = []
    for name, found in golden().items():
        lines += [f"[{name}]", f'version = "{found.version}"', f"[{name}.outputs]"]
        lines += [
            f"{json.dumps(key)} = {json.dumps(value)}" for key, value in found.outputs.items()
        ]
    head = "# Written by `python -m tests.versions`: see there.\n"
    RECORDED.write_text(head + "\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
