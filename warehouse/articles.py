"""Articles and their versions, lines learned as clutter, and vectors."""

import dataclasses
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from flows.records import (
    Article,
    DoubtfulVersion,
    Rejection,
    Removed,
    StoredPage,
    Text,
    Uncleaned,
    identity_key,
    one_line,
    stable_id,
)
from warehouse.engine import Engine
from warehouse.named import Row
from warehouse.pages import write_rejections


@dataclass(frozen=True, slots=True)
class Articles:
    """What the warehouse knows of articles."""

    engine: Engine

    def record_extracted(
        self,
        outcomes: Iterable[tuple[StoredPage, Article | DoubtfulVersion | Rejection]],
        extractor_version: str,
        now: datetime,
    ) -> None:
        """Record what pages gave: articles with their URLs, versions, and removed lines; texts of
        known articles that are kept aside; or rejections.
        """
        outcomes = list(outcomes)
        read = [(page, each) for page, each in outcomes if isinstance(each, Article)]
        aside = [(page, each) for page, each in outcomes if isinstance(each, DoubtfulVersion)]
        rejections = [
            (each, page.fetched_at) for page, each in outcomes if isinstance(each, Rejection)
        ]
        articles = [*(article for _, article in read), *(each.article for _, each in aside)]
        urls = {url: article.id for article in articles for url in article.urls}
        done = [
            {"url": page.url, "fetched_at": page.fetched_at, "extracted_with": extractor_version}
            for page, _ in outcomes
        ]
        with self.engine.transaction():
            self._record_texts(read, now)
            self.engine.write(
                [{"url": url, "article_id": article_id} for url, article_id in urls.items()],
                "record_pending",
                "record_article_urls",
                "clear_rejections",
            )
            self.engine.write(
                [_answer(page, each, now) for page, each in aside],
                "replace_doubtful_answers",
                "forget_doubtful_versions",
                "number_versions",
                "record_doubtful_answers",
            )
            write_rejections(self.engine, rejections, now)
            self.engine.write(done, "record_extracted")

    def _record_texts(self, read: Sequence[tuple[StoredPage, Article]], now: datetime) -> None:
        """Write articles with their newest text, what was cut from it, where its fields were read,
        and all versions.
        """
        # The oldest first. Of two captures at one instant, such as a first page and the whole
        # article, the longer counts as newer.
        read = sorted(read, key=lambda pair: (pair[0].fetched_at, len(pair[1].body)))
        newest = {article.id: (page, article) for page, article in read}
        first_seen = {article.id: page.fetched_at for page, article in reversed(read)}
        versions = {
            (article.id, article.text_hash): (page, article) for page, article in reversed(read)
        }
        self.engine.write(
            [
                _row(page, article) | {"first_seen_at": first_seen[article.id], "landed_at": now}
                for page, article in newest.values()
            ],
            "forget_removed",
            "forget_origins",
            "forget_cleanings",
            "record_articles",
        )
        self.engine.write(
            [row for pair in newest.values() for row in _removed(*pair)], "record_removed"
        )
        self.engine.write(
            [row for pair in newest.values() for row in _origins(*pair)], "record_origins"
        )
        self.engine.write(
            [_text(page, article) for page, article in versions.values()],
            "replace_doubtful_answers",
            "replace_versions",
            "record_versions",
            "number_versions",
        )

    def texts_of(self, articles: Iterable[str]) -> list[Row]:
        """The recorded texts of these articles, given their ids, including those kept aside."""
        return self.engine.rows("texts_of", article_ids=list(articles))

    def same_texts(self, texts: Iterable[str]) -> list[tuple[str, str, str]]:
        """The articles with these texts, each as source, text hash, and identity key."""
        rows = self.engine.rows("same_texts", texts=list(texts))
        return [(row["source_id"], row["text_hash"], row["identity_key"]) for row in rows]

    # what is pending

    def reopen_unprocessed(self, versions: Mapping[str, str]) -> None:
        """Make all articles pending unless all were processed with each of these models and
        versions of topics.
        """
        with self.engine.transaction():
            self.engine.write(_versions(versions))
            if self.engine.rows("unprocessed"):
                self.engine.execute("reopen_articles", since="-infinity")

    def settle(self, versions: Mapping[str, str]) -> None:
        """Record that no step has anything left to do with these models and versions."""
        with self.engine.transaction():
            self.engine.execute("settle_articles")
            self.engine.execute("forget_processed")
            self.engine.write(_versions(versions), "record_processed")

    # learned lines

    def lessons(self, samples: Sequence[int]) -> list[Row]:
        """How many articles each source has, and had when its lines were last learned from samples
        of these sizes.
        """
        return self.engine.rows("lessons", samples=list(samples))

    def repeats(
        self, sources: Sequence[str], sample: int, counting: Mapping[str, object]
    ) -> list[Row]:
        """What recurs on the newest articles of each of these sources, at most `sample`, with how
        often. `counting`: parameters.
        """
        given = {"sources": list(sources), "sample": sample, **counting}
        for relation, names in _SAMPLING.items():
            self.engine.execute(relation, **{name: given[name] for name in names})
        return self.engine.rows("repeats", branching=given["branching"])

    def learned_lines(self, source_id: str | None = None) -> list[Row]:
        """The learned lines of one source or of all."""
        return self.engine.rows("learned_lines", source_id=source_id)

    def record_learned(self, lines: Sequence[Row], lessons: Sequence[Row], now: datetime) -> None:
        """Record all learned lines, and from what they were learned. Articles with a line that is
        new, or whose `kept` has changed, become pending.
        """
        kept = {row["line_id"]: row["kept"] for row in self.learned_lines()}
        rows = [line | {"learned_at": now} for line in lines]
        with self.engine.transaction():
            self.engine.write(rows, "record_learned_lines")
            self.engine.write(
                [row for row in rows if kept.get(row["line_id"]) != row["kept"]],
                "reopen_cleanings",
                "reopen_stale",
            )
            self.engine.write(lessons, "record_lessons")

    def uncleaned(self, batch: int) -> list[Uncleaned]:
        """Articles that were not cleaned since their text arrived, or a line of theirs was learned
        or overruled.
        """
        return [Uncleaned(**row) for row in self.engine.rows("pending_cleanings", batch=batch)]

    def titles(self, source_id: str) -> list[str]:
        """The headlines of a source's articles."""
        return [row["title"] for row in self.engine.rows("titles", source_id=source_id)]

    def record_cleaned(self, cleaned: Sequence[tuple[Uncleaned, str, Sequence[Removed]]]) -> None:
        """Record cleaned bodies, and what was cut. Cleaning makes no new version."""
        with self.engine.transaction():
            self.engine.write(
                [
                    {
                        "article_id": article.article_id,
                        "body": body,
                        "word_count": len(body.split()),
                        "text_hash": stable_id(article.title, body),
                        "extracted_hash": article.extracted_hash,
                    }
                    for article, body, _ in cleaned
                ],
                "record_cleaned",
                "record_cleanings",
                "forget_learned_cuts",
            )
            self.engine.write(
                [
                    {"article_id": article.article_id, "rule": cut.rule, "text": cut.text}
                    for article, _, removed in cleaned
                    for cut in removed
                ],
                "record_learned_cuts",
            )

    def pending_texts(self, model: str, batch: int) -> list[Text]:
        """Articles whose current text has no vector from a model."""
        return [
            Text(r["article_id"], r["text_hash"], r["title"], r["body"])
            for r in self.engine.rows("pending_vectors", model=model, batch=batch)
        ]

    def forget_vectors(self, model: str, since: datetime) -> None:
        """Make the articles published since an instant pending for a model."""
        with self.engine.transaction():
            self.engine.execute("forget_vectors", model=model, since=since)
            self.engine.execute("reopen_articles", since=since)

    def record_vectors(self, model: str, texts: Sequence[Text], vectors: np.ndarray) -> None:
        """Record one vector, a row of `vectors`, for each text."""
        with self.engine.transaction():
            self.engine.write(
                [
                    {
                        "article_id": text.article_id,
                        "model": model,
                        "text_hash": text.hash,
                        "vector": vector,
                    }
                    for text, vector in zip(texts, vectors.tolist(), strict=True)
                ],
                "record_vectors",
            )


def _versions(versions: Mapping[str, str]) -> list[Row]:
    return [{"what": what, "processed_with": each} for what, each in versions.items()]


# The relations that `repeats` reads, in the order in which they are created, with their parameters.
_SAMPLING = {
    "sample_articles": ("sources", "sample"),
    "sample_sentences": ("boundary",),
    "sample_sizes": ("articles", "most", "least", "share"),
    "sample_texts": ("marks",),
    "sample_counts": ("openers",),
}
# Fields of an article that go to other tables, or have another form in the table.
_ELSEWHERE = ("urls", "removed", "origins", "doubts")


def _row(page: StoredPage, article: Article) -> Row:
    """An article as a row of its table, without what depends on its other captures."""
    fields = {
        field.name: getattr(article, field.name)
        for field in dataclasses.fields(article)
        if field.name not in _ELSEWHERE
    }
    return fields | {
        "article_id": article.id,
        "identity_key": identity_key(article.url),
        "published_from": article.published_from,
        "word_count": len(article.body.split()),
        "doubts": "; ".join(article.doubts) or None,
        "text_hash": article.text_hash,
        "arrived_by": page.arrived_by,
        "seen_at": page.fetched_at,
    }


def _removed(page: StoredPage, article: Article) -> Iterator[Row]:
    for removed in article.removed:
        yield {
            "article_id": article.id,
            "seen_at": page.fetched_at,
            "rule": removed.rule,
            "text": removed.text,
        }


def _origins(page: StoredPage, article: Article) -> Iterator[Row]:
    for name, origins in article.origins.items():
        for origin in origins:
            yield {
                "article_id": article.id,
                "seen_at": page.fetched_at,
                "field": name,
                "place": origin.place,
                "text": one_line(origin.text),
                "taken": origin.taken,
            }


def _text(page: StoredPage, article: Article) -> Row:
    return {
        "article_id": article.id,
        "text_hash": article.text_hash,
        "seen_at": page.fetched_at,
        "title": article.title,
        "body": article.body,
    }


def _answer(page: StoredPage, kept_aside: DoubtfulVersion, now: datetime) -> Row:
    more = {"url": page.url, "reason": kept_aside.doubt, "detail": "", "noted_at": now}
    return _text(page, kept_aside.article) | more
