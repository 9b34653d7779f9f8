"""`kliping topics test`: whether texts belong to a topic, before it goes live. Writes nothing and
alerts nobody.

    a text, a file, or a page  -> show_text   whether it matches and why, with the terms marked
    items, one JSON per line   -> try_items   one JSON line per item; if the items have labels, a
                                              table on standard error
"""

import asyncio
import gzip
import json
import re
import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, BinaryIO

from rich.console import Console
from rich.text import Text

from flows.commands.topics_outliers import MOST, FoundHit, are_enough, outlier_lines
from flows.edges.encoder import Encoder
from flows.edges.network import passing_web
from flows.errors import ConfigError, EncoderError, KlipingError
from flows.records import Article, Link, Match, Page, Rejection, Source, Topic, WarcRef
from flows.stages.discovery.links import canonical, owner
from flows.stages.extraction.extract import extract
from flows.stages.watch.topics import Explanation, compile_topic, explain, match
from flows.steps.fetching import fetch_link
from flows.terminal import console, line, marked

_MAX_PASSAGES = 12  # shown of one text
_MAX_WIDTH = 80  # characters shown of a text without a headline
_LABELS = {
    "on_topic": True,
    "mention": False,
    "off_topic": False,
    "background": False,
    True: True,
    False: False,
}
_NO_OUTLET = Source("page", "page", "https://page.invalid/", re.compile(""))
_FIELDS = {"title": "headline", "body": "text"}
_STYLES = {"subject": "green", "mention": "yellow", None: "red"}


# ---- one text ----


def read_text(given: str, sources: Sequence[Source], contact: str) -> tuple[str, str]:
    """The headline and body of a web page, a file, or a text whose first line is its headline.
    Raises KlipingError.
    """
    if re.match(r"https?://", given, re.IGNORECASE):
        return _extracted(asyncio.run(_fetched(given, sources, contact)), given)
    if not _is_file(given):
        return _split(given)
    try:
        data = Path(given).read_bytes()
    except OSError as error:
        raise ConfigError(f"{given}: cannot be read: {error.strerror}") from error
    if re.search(r"\.html?$", given, re.IGNORECASE):
        return _extracted(extract(_saved_page(Path(given), data), _NO_OUTLET), given)
    try:
        return _split(data.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise ConfigError(
            f"{given}: expected text in UTF-8; a page's name ends in .html"
        ) from error


def _is_file(given: str) -> bool:
    """Whether the argument names a file, which need not exist if its name ends like one."""
    if given.endswith((".txt", ".htm", ".html")) and not re.search(r"\s", given):
        return True
    try:
        return Path(given).is_file()
    except OSError:  # a text that is too long for a file name
        return False


def _split(text: str) -> tuple[str, str]:
    title, _, body = text.strip().partition("\n")
    return title.strip(), body.strip()


def _saved_page(path: Path, data: bytes) -> Page:
    url = f"{_NO_OUTLET.home}{path.name}"
    now = datetime.now(UTC)
    return Page(url, _NO_OUTLET.id, url, url, now, "text/html", data, WarcRef("", 0))


async def _fetched(url: str, sources: Sequence[Source], contact: str) -> Article | Rejection:
    """The article at an address, extracted with the rules of the source that it belongs to."""
    try:
        source, form = owner(url, sources) or (_NO_OUTLET, canonical(url, _NO_OUTLET))
    except ValueError as error:
        raise ConfigError(f"{url}: expected the address of an article: {error}") from error
    async with passing_web(contact) as web:
        _, found = await fetch_link(web, source, Link(form, source.id, url))
    if isinstance(found, Page):
        return extract(found, source)
    assert found is not None, "only a conditional request is told that nothing has changed"
    return found


def _extracted(found: Article | Rejection, given: str) -> tuple[str, str]:
    if isinstance(found, Rejection):
        reasons = filter(None, (found.reason, found.detail))
        raise KlipingError(f"{given}: no article: {': '.join(reasons)}")
    return found.title, found.body


def show_text(topics: Sequence[Topic], title: str, body: str) -> None:
    """Print whether an article belongs to each of the topics, and why."""
    out = console()
    for topic in topics:
        explanation = explain(compile_topic(topic), title, body)
        out.print(_verdict(topic, explanation))
        for group in topic.all_of:
            spans = [span for span in explanation.terms if span.group == group.name]
            terms = dict.fromkeys(span.text for span in spans)
            out.print(line(f"  {group.name:<12}{', '.join(terms) or '-'}"))
        _show_passages(out, explanation, {"title": title, "body": body})


def _verdict(topic: Topic, explanation: Explanation) -> Text:
    found, reason = explanation.match, explanation.reason
    if found is None:
        return line(f"{topic.id}: ", ("no match", _STYLES[None]), f": {reason}")
    verdict = (found.strength, _STYLES[found.strength])
    return line(f"{topic.id}: ", verdict, f", score {found.score:.2f}: {reason}")


def _show_passages(out: Console, explanation: Explanation, fields: Mapping[str, str]) -> None:
    """The passages that match or, if none do, those with any of the terms."""
    spans = explanation.match.evidence if explanation.match else explanation.terms
    passages = list(dict.fromkeys((span.field, span.sentence) for span in spans))
    for passage in passages[:_MAX_PASSAGES]:
        terms = [span for span in explanation.terms if (span.field, span.sentence) == passage]
        shown = marked(fields[passage[0]], terms, out)
        out.print(line(f"  {_FIELDS[passage[0]]:<12}", *shown))
    if (more := len(passages) - _MAX_PASSAGES) > 0:
        out.print(line(f"  ({more} more)"))


# ---- many items ----


@dataclass(frozen=True, slots=True)
class _Item:
    """One line of a file. `label`: whether it should match, None if it has no label."""

    id: str | int
    title: str
    text: str
    label: bool | None
    given_label: str  # as the file has it
    language: str
    ambiguous: bool  # left out of the table


@dataclass(slots=True)
class _Tally:
    """How a topic did on the labelled items. `counts`: items by language (or "all"), label, and
    whether they matched.
    """

    counts: Counter[tuple[str, bool, bool]] = field(default_factory=Counter)
    errors: list[str] = field(default_factory=list)

    def add(self, item: _Item, found: Match | None) -> None:
        """Count an item that has a label."""
        matched = _alerts(found)
        for language in filter(None, ("all", item.language)):
            self.counts[language, bool(item.label), matched] += 1
        if matched != item.label:
            error = "missed" if item.label else "false"
            strength = found.strength if found else "no match"
            text = item.title or item.text[:_MAX_WIDTH]
            self.errors.append(f"{error:<7} {item.id}  {item.given_label}, {strength}: {text}")

    def lines(self) -> Iterator[str]:
        """The table and the errors."""
        yield _row("", "items", "true", "found", "wrong", "missed", "P", "R", "F1")
        languages = {language for language, *_ in self.counts}
        for language in ["all", *sorted(languages - {"all"})]:
            right, wrong, missed, rest = (
                self.counts[language, label, matched]
                for label, matched in ((True, True), (False, True), (True, False), (False, False))
            )
            yield _row(
                language,
                right + wrong + missed + rest,
                right + missed,
                right,
                wrong,
                missed,
                _rate(right, right + wrong),
                _rate(right, right + missed),
                _rate(2 * right, 2 * right + wrong + missed),
            )
        yield from sorted(self.errors)


def _row(language: str, *values: int | str) -> str:
    widths = (8, 7, 7, 7, 8, 8, 8, 8)
    columns = (f"{value:>{width}}" for value, width in zip(values, widths, strict=True))
    return f"{language:<8}{''.join(columns)}"


def _rate(part: int, whole: int) -> str:
    return f"{part / whole:.3f}" if whole else "-"


def _alerts(found: Match | None) -> bool:
    """Whether a match counts: a mention does not alert."""
    return found is not None and found.strength == "subject"


def try_items(topics: Sequence[Topic], path: Path, encoder: Encoder) -> None:
    """Print one JSON line for each item of a file (`-`: standard input) and topic.

    If items have labels, a table goes to standard error; items marked `ambiguous` are left out of
    it. So do the articles found that are least like the others. Raises ConfigError at the first
    line that is not an item.
    """
    rules = [(topic, compile_topic(topic), _Tally()) for topic in topics]
    hits: dict[str, list[FoundHit]] = {topic.id: [] for topic in topics}
    for item in _items(path):
        for topic, rule, tally in rules:
            found = match(rule, item.title, item.text)
            answer = {"topic": topic.id} if len(topics) > 1 else {}
            sys.stdout.write(json.dumps(answer | _answer(item, found), ensure_ascii=False) + "\n")
            if item.label is not None and not item.ambiguous:
                tally.add(item, found)
            if found and _alerts(found) and len(hits[topic.id]) < MOST:
                hits[topic.id].append(FoundHit(str(item.id), item.title, item.text, found))
    sys.stdout.flush()
    for topic, _, tally in rules:
        if tally.counts:
            sys.stderr.write("\n".join([topic.id, *tally.lines()]) + "\n")
    for topic, _, _ in rules:
        for said in _outliers(topic.id, hits[topic.id], encoder):
            sys.stderr.write(f"{said}\n")


def _outliers(topic_id: str, hits: Sequence[FoundHit], encoder: Encoder) -> list[str]:
    """What is said of the hits that are least like the others."""
    if not are_enough(hits):
        return []
    try:
        vectors = encoder.encode([(hit.title, hit.body) for hit in hits])
    except EncoderError as error:
        return [f"{topic_id}: the hits were not compared: {error}"]
    return outlier_lines(topic_id, hits, vectors)


def _answer(item: _Item, found: Match | None) -> dict[str, Any]:
    if found is None:
        return {"id": item.id, "matched": False, "strength": None, "score": 0.0, "evidence": []}
    return {
        "id": item.id,
        "matched": _alerts(found),
        "strength": found.strength,
        "score": found.score,
        "evidence": [asdict(span) for span in found.evidence],
    }


def _items(path: Path) -> Iterator[_Item]:
    try:
        with _opened(path) as lines:
            for number, given in enumerate(lines, 1):
                if given.strip():
                    yield _item(given, f"{path}:{number}")
    except (OSError, EOFError) as error:
        why = getattr(error, "strerror", None) or error
        raise ConfigError(f"{path}: cannot be read: {why}") from error


def _opened(path: Path) -> "gzip.GzipFile | BinaryIO | nullcontext[BinaryIO]":
    if str(path) == "-":
        return nullcontext(sys.stdin.buffer)
    return gzip.open(path, "rb") if path.suffix == ".gz" else path.open("rb")


def _item(line: bytes, place: str) -> _Item:
    try:
        given = json.loads(line)
    except ValueError as error:
        raise ConfigError(f"{place}: expected a JSON object on one line: {error}") from error
    if not isinstance(given, dict) or not isinstance(given.get("id"), str | int):
        raise ConfigError(
            f'{place}: expected a JSON object such as {{"id": "1", "title": "…", "text": "…"}}'
        )
    title, text, language = (given.get(key) or "" for key in ("title", "text", "lang"))
    are_texts = all(isinstance(value, str) for value in (title, text, language))
    if not are_texts or not given.keys() & {"title", "text"}:
        raise ConfigError(f"{place}: expected `title` and `text`, both text")
    label = given.get("label")
    return _Item(
        given["id"],
        title,
        text,
        None if label is None else _label(label, place),
        str(label),
        language,
        bool(given.get("ambiguous")),
    )


def _label(given: object, place: str) -> bool:
    if not isinstance(given, str | bool) or given not in _LABELS:
        raise ConfigError(
            f"{place}: label: expected true, false, on_topic, mention, off_topic or background; "
            f"got {given!r}"
        )
    return _LABELS[given]
