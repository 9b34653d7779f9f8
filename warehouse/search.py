"""The index of words, by which articles are found."""

from collections.abc import Callable
from dataclasses import dataclass

from warehouse.engine import Engine

# Postings of older texts are joined by nothing, so they only take room; removing them reads and
# writes the whole index, which shall not cost every night
MOST_ORPHANS = 1 / 3


@dataclass(frozen=True, slots=True)
class SearchIndex:
    """What the warehouse knows of the words of articles."""

    engine: Engine

    def index_next(self, batch: int, stem: Callable[[str], str]) -> int:
        """Take in the words of the next articles whose text is not indexed; how many there were.

        `stem`: what forms of one word have in common; it is asked once for each new word.
        """
        self.engine.execute("tokenise_articles", batch=batch)
        [found] = self.engine.rows("count_tokenised")
        count: int = found["articles"]
        if count:
            self._record(stem)
        return count

    def _record(self, stem: Callable[[str], str]) -> None:
        words = [row["word"] for row in self.engine.rows("new_words")]
        with self.engine.transaction():
            self.engine.write(
                [{"word": word, "stem": stem(word)} for word in words], "record_search_words"
            )
            self.engine.execute("forget_documents")
            self.engine.execute("record_documents_indexed")
            self.engine.execute("record_postings")
            [size] = self.engine.rows("orphaned_postings")
            if size["orphans"] > MOST_ORPHANS * size["postings"]:
                self.engine.execute("forget_orphans")
