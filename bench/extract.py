"""`make bench-extract`: what mutated pages do to extraction: the saved real pages, or, where they
are not here, the invented press.
"""

import random
import time
from collections import Counter
from collections.abc import Sequence
from statistics import median

from bench.machine import described
from flows.records import Article, Page, Source
from flows.stages.extraction.extract import extract
from tests.helpers.pages import mutated, page
from tests.helpers.samples import SETS, Sample

MUTATIONS = 5000


def main() -> None:
    print(f"{described('lxml', 'trafilatura')}\n")
    pages = SETS["saved"].samples() or SETS["press"].samples()
    fuzz(pages)


def fuzz(samples: Sequence[Sample]) -> None:
    """Exceptions, rejections and times of pages with bytes lost, doubled and swapped."""
    normal = median(timed(sample.page, sample.source)[0] for sample in samples)
    times: list[float] = []
    ends: Counter[str] = Counter()
    for number in range(MUTATIONS):
        sample = samples[number % len(samples)]
        body = mutated(sample.page.body, random.Random(number))
        changed = page(body, sample.page.url)
        try:
            took, end = timed(changed, sample.source)
            if took > 50 * normal:
                took = min(
                    took, *(timed(changed, sample.source)[0] for _ in range(2))
                )  # a busy machine is no slow page
        except Exception as error:  # what is counted here
            took, end = 0.0, f"exception {error!r} on mutation {number} of {sample.name}"
        times.append(took)
        ends[end] += 1
    counted = ", ".join(f"{count} {end}" for end, count in ends.most_common())
    print(f"## {MUTATIONS} mutated pages\n\n{counted}")
    print(
        f"\nmedian {1000 * median(times):.1f} ms, slowest {max(times) / normal:.1f} x the median "
        f"of the unchanged pages ({1000 * normal:.1f} ms)"
    )


def timed(saved: Page, source: Source) -> tuple[float, str]:
    began = time.perf_counter()
    found = extract(saved, source)
    return time.perf_counter() - began, "article" if isinstance(
        found, Article
    ) else f"rejected as {found.reason}"


if __name__ == "__main__":
    main()
