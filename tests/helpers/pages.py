"""Pages as they were fetched, and what extraction makes of one."""

import random
import re
from datetime import UTC, datetime
from typing import Any

from flows.records import Article, Page, Source, WarcRef
from flows.stages.extraction.extract import extract

SOURCE = Source(
    id="kabarangin",
    name="Kabar Angin",
    home="https://www.kabarangin.example/",
    articles=re.compile(r"/berita/."),
)
URL = "https://www.kabarangin.example/berita/perkara-901"


def page(body: bytes, url: str = URL, **fields: Any) -> Page:
    """A page as it was fetched; `fields` override what follows from its address."""
    given = {
        "source_id": "kabarangin",
        "found_url": url,
        "final_url": url,
        "content_type": "text/html",
        "warc": WarcRef("a.warc.gz", 0),
        "fetched_at": datetime(2026, 3, 1, tzinfo=UTC),
    }
    return Page(url=url, body=body, **{**given, **fields})


def article(body: bytes | str, source: Source = SOURCE, **fields: Any) -> Article:
    """What comes of a page that is an article."""
    found = extract(page(body if isinstance(body, bytes) else body.encode(), **fields), source)
    assert isinstance(found, Article), found
    return found


def mutated(body: bytes, chance: random.Random) -> bytes:
    """A page with bytes lost, doubled and swapped in forty places."""
    changed = bytearray(body)
    for _ in range(40):
        at = chance.randrange(len(changed))
        pieces = [
            b"",
            b"<",
            b"</div>",
            b"<div>",
            b"\xff",
            bytes(changed[:50]),
            b"<script>",
            bytes(changed[at : at + 2000]),
        ]
        changed[at : at + chance.randrange(60)] = chance.choice(pieces)
    return bytes(changed)
