"""`kliping topics test`: what a topic makes of texts, before it goes live. Nothing is written,
nobody is alerted.

a text, a file or a page -> show_text    match or not and why, with the terms marked
items, one JSON a line   -> try_items    one JSON line an item; where the items have labels, a table
on standard error
"""

import asyncio
import gzip
import json
import re
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import nullcontext
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, BinaryIO, cast

from flows.edges.network import passing_web
from flows.errors import ConfigError, KlipingError
from flows.records import Article, Link, Match, Page, Rejection, Source, Topic, WarcRef
from flows.stages.discovery.links import canonical
from flows.stages.extraction.extract import extract
from flows.stages.watch.topics import compile_topic, explain, match
from flows.steps.fetching import fetch_link
from flows.terminal import console, line, marked

_SHOWN = 12  # passages of one text
_LABELS = {
    "on_topic": True,
    "mention": False,
    "off_topic": False,
    "background": False,
    True: True,
    False: False,
}
_NO_OUTLET = Source(
    "page", "page", "https://page.invalid/", re.compile("")
)  # for a page that none of the sources has
_STYLES = {"subject": "green", "mention": "yellow", None: "red"}


# ---- one text ----


def read_text(given: str, sources: Sequence[Source], contact: str) -> tuple[str, str]:
    """Headline and body of a web page, of a file, or of a text, whose first line is the headline.
    Raises KlipingError.
    """
    if re.match(r"https?://", given, re.IGNORECASE):
        return _extracted(asyncio.run(_fetched(given, sources, contact)), given)
    if _is_file(given) or (
        given.endswith((".txt", ".htm", ".html")) and not re.search(r"\s", given)
    ):
        try:
            data = Path(given).read_bytes()
        except OSError as error:
            raise ConfigError(f"{given}: cannot be read: {error.strerror}") from error
        if re.search(r"\.html?$", given, re.IGNORECASE):
            url = f"{_NO_OUTLET.home}{Path(given).name}"
            page = Page(
                url, _NO_OUTLET.id, url, url, datetime.now(UTC), "text/html", data, WarcRef("", 0)
            )
            return _extracted(extract(page, _NO_OUTLET), given)
        try:
            given = data.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            raise ConfigError(
                f"{given}: expected text in UTF-8; a page's name ends in .html"
            ) from error
    title, _, body = given.strip().partition("\n")
    return title.strip(), body.strip()


def _is_file(given: str) -> bool:
    try:
        return Path(given).is_file()
    except OSError:  # a text that is too long for a name
        return False


async def _fetched(url: str, sources: Sequence[Source], contact: str) -> Article | Rejection:
    """The article at an address, as its source extracts it."""
    try:
        owned = [
            (source, form)
            for source in sources
            if source.articles.search(form := canonical(url, source))
        ]
        source, form = owned[0] if owned else (_NO_OUTLET, canonical(url, _NO_OUTLET))
    except ValueError as error:
        raise ConfigError(f"{url}: expected the address of an article: {error}") from error
    async with passing_web(contact) as web:
        _, found = await fetch_link(web, source, Link(form, source.id, url))
    return (
        extract(found, source) if isinstance(found, Page) else cast("Rejection", found)
    )  # nothing was conditional


def _extracted(found: Article | Rejection, given: str) -> tuple[str, str]:
    if isinstance(found, Rejection):
        raise KlipingError(
            f"{given}: no article: {found.reason}{f': {found.detail}' if found.detail else ''}"
        )
    return found.title, found.body


def show_text(topics: Sequence[Topic], title: str, body: str) -> None:
    """Print what each topic says of an article."""
    out = console()
    for topic in topics:
        told = explain(compile_topic(topic), title, body)
        strength = told.match.strength if told.match else None
        score = f", score {told.match.score:.2f}" if told.match else ""
        out.print(
            line(
                f"{topic.id}: ",
                (strength or "no match", _STYLES[strength]),
                f"{score}: {told.reason}",
            )
        )
        for group in topic.all_of:
            terms = dict.fromkeys(span.text for span in told.terms if span.group == group.name)
            out.print(line(f"  {group.name:<12}{', '.join(terms) or '-'}"))
        spans = told.match.evidence if told.match else told.terms
        passages = list(dict.fromkeys((span.field, span.sentence) for span in spans))
        for place, passage in passages[:_SHOWN]:
            of = [span for span in told.terms if (span.field, span.sentence) == (place, passage)]
            out.print(line(f"  {'headline' if place == 'title' else 'text':<12}", *marked(of, out)))
        if len(passages) > _SHOWN:
            out.print(line(f"  ({len(passages) - _SHOWN} more)"))


# ---- many items ----


@dataclass(frozen=True, slots=True)
class _Item:
    """One line of a file. `label`: whether it should match, None where nobody said."""

    id: str | int
    title: str
    text: str
    label: bool | None
    named: str  # the label as it stands there
    language: str


@dataclass(slots=True)
class _Tally:
    """What a topic made of the labelled items: how many, of all and by language, and the errors."""

    counts: Counter[tuple[str, bool, bool]] = field(default_factory=Counter)
    errors: list[str] = field(default_factory=list)

    def add(self, item: _Item, found: Match | None) -> None:
        """`item.label` is not None."""
        matched = found is not None and found.strength == "subject"
        for part in ("all", item.language) if item.language else ("all",):
            self.counts[part, bool(item.label), matched] += 1
        if matched != item.label:
            what = "missed" if item.label else "false"
            self.errors.append(
                f"{what:<7} {item.id}  {item.named}, {found.strength if found else 'no match'}: {item.title or item.text[:80]}"
            )

    def lines(self) -> Iterator[str]:
        """The table and the errors."""
        yield f"{'':<8}{'items':>8}{'true':>7}{'found':>7}{'wrong':>7}{'missed':>8}{'P':>8}{'R':>8}{'F1':>8}"
        for part in sorted(
            {part for part, *_ in self.counts}, key=lambda part: (part != "all", part)
        ):
            right, wrong, missed = (
                self.counts[part, *pair] for pair in ((True, True), (False, True), (True, False))
            )
            items = right + wrong + missed + self.counts[part, False, False]
            rates = [
                _rate(right, right + wrong),
                _rate(right, right + missed),
                _rate(2 * right, 2 * right + wrong + missed),
            ]
            yield f"{part:<8}{items:>8}{right + missed:>7}{right:>7}{wrong:>7}{missed:>8}{''.join(f'{rate:>8}' for rate in rates)}"
        yield from sorted(self.errors)


def _rate(part: int, whole: int) -> str:
    return f"{part / whole:.3f}" if whole else "-"


def try_items(topics: Sequence[Topic], path: Path) -> None:
    """Print one JSON line for each item of a file, `-` for standard input, or one for each topic
    where there are several.

    Items marked `ambiguous` are left out of the table. Raises ConfigError at the first line that is
    no item.
    """
    rules = [(topic, compile_topic(topic), _Tally()) for topic in topics]
    for item, ambiguous in _items(path):
        for topic, rule, tally in rules:
            found = match(rule, item.title, item.text)
            answer = {"topic": topic.id} if len(topics) > 1 else {}
            sys.stdout.write(json.dumps(answer | _answer(item, found), ensure_ascii=False) + "\n")
            if item.label is not None and not ambiguous:
                tally.add(item, found)
    sys.stdout.flush()
    for topic, _, tally in rules:
        if tally.counts:
            sys.stderr.write("\n".join([topic.id, *tally.lines()]) + "\n")


def _answer(item: _Item, found: Match | None) -> dict[str, Any]:
    return {
        "id": item.id,
        "matched": found is not None and found.strength == "subject",
        "strength": found.strength if found else None,
        "score": found.score if found else 0.0,
        "evidence": [asdict(span) for span in found.evidence] if found else [],
    }


def _items(path: Path) -> Iterator[tuple[_Item, bool]]:
    """The file's items, and whether each is ambiguous."""
    try:
        with _opened(path) as lines:
            for number, given in enumerate(lines, 1):
                if given.strip():
                    yield _item(given, f"{path}:{number}")
    except (OSError, EOFError) as error:
        raise ConfigError(
            f"{path}: cannot be read: {getattr(error, 'strerror', None) or error}"
        ) from error


def _opened(path: Path) -> "gzip.GzipFile | BinaryIO | nullcontext[BinaryIO]":
    if str(path) == "-":
        return nullcontext(sys.stdin.buffer)
    return gzip.open(path, "rb") if path.suffix == ".gz" else path.open("rb")


def _item(line: bytes, place: str) -> tuple[_Item, bool]:
    try:
        given = json.loads(line)
    except ValueError as error:
        raise ConfigError(f"{place}: expected a JSON object in one line: {error}") from error
    if not isinstance(given, dict) or not isinstance(given.get("id"), str | int):
        raise ConfigError(
            f'{place}: expected a JSON object such as {{"id": "1", "title": "…", "text": "…"}}'
        )
    title, text, language = (given.get(key) or "" for key in ("title", "text", "lang"))
    if not all(isinstance(value, str) for value in (title, text, language)) or not (
        "title" in given or "text" in given
    ):
        raise ConfigError(f"{place}: expected `title` and `text`, both text")
    label = given.get("label")
    if label is not None and (not isinstance(label, str | bool) or label not in _LABELS):
        raise ConfigError(
            f"{place}: label: expected true, false, on_topic, mention, off_topic or background; got {label!r}"
        )
    wanted = None if label is None else _LABELS[label]
    return _Item(given["id"], title, text, wanted, str(label), language), bool(
        given.get("ambiguous")
    )
