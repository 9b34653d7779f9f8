"""What other tools make of articles that may be copies or one story: run by bench.stories, one a
process; it knows nothing of us.

    python -m bench.story_peers TOOL FOLDER

Reads FOLDER/texts.json, a list of articles' texts, and FOLDER/vectors.npy, a unit vector for each,
and writes FOLDER/TOOL.json: the tool's version, and for each threshold the groups (lists of
positions), the seconds and the peak memory in MB. Each tool is called as its documentation shows.
Where it gives pairs, what is connected by pairs is a group.
"""

import importlib
import json
import re
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterable
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

from bench.machine import peak_megabytes

PERMUTATIONS = 128
Groups = list[list[int]]


def main(name: str, folder: Path) -> None:
    package, tool, thresholds = TOOLS[name]
    texts = json.loads((folder / "texts.json").read_text(encoding="utf-8"))
    vectors = np.load(folder / "vectors.npy")
    results = []
    for threshold in thresholds:
        began = time.perf_counter()
        groups = tool(texts, vectors, threshold)
        results.append(
            {"threshold": threshold, "groups": groups, "seconds": time.perf_counter() - began}
        )
    memory = peak_megabytes()
    found = {"tool": f"{package} {version(package)}", "memory": memory, "results": results}
    (folder / f"{name}.json").write_text(json.dumps(found), encoding="utf-8")


def connected(pairs: Iterable[tuple[int, int]]) -> Groups:
    parent: dict[int, int] = {}

    def root(i: int) -> int:
        while parent.setdefault(i, i) != i:
            i = parent[i]
        return i

    for i, j in pairs:
        parent[root(i)] = root(j)
    groups = defaultdict(list)
    for i in parent:
        groups[root(i)].append(i)
    return list(groups.values())


def community_detection(texts: list[str], vectors: Any, threshold: float) -> Groups:
    util, torch = (
        importlib.import_module("sentence_transformers.util"),
        importlib.import_module("torch"),
    )
    found = util.community_detection(
        torch.from_numpy(vectors), threshold=threshold, min_community_size=2
    )
    return [[int(i) for i in group] for group in found]


def single_link(texts: list[str], vectors: Any, threshold: float) -> Groups:
    return connected(
        zip(
            *(found.tolist() for found in np.nonzero(np.triu(vectors @ vectors.T, 1) >= threshold)),
            strict=True,
        )
    )


def semhash(texts: list[str], vectors: Any, threshold: float) -> Groups:
    """With the vectors of the same model as the others: its own model knows little Indonesian."""
    records = [
        {"text": str(i)} for i in range(len(texts))
    ]  # its records are told apart by their text alone

    class Given:
        def encode(self, inputs: Any, **_: Any) -> Any:
            return vectors[[int(text) for text in inputs]]

    found = (
        importlib.import_module("semhash")
        .SemHash.from_records(records, columns=["text"], model=Given())
        .self_deduplicate(threshold)
    )
    return connected(
        (int(copy.record["text"]), int(copy.duplicate_of["text"])) for copy in found.filtered
    )


def shingles(text: str) -> set[str]:
    words = re.findall(r"\w+", text.lower())
    return {" ".join(words[i : i + 3]) for i in range(len(words) - 2)}


def datasketch(texts: list[str], vectors: Any, threshold: float) -> Groups:
    library = importlib.import_module("datasketch")
    index = library.MinHashLSH(threshold=threshold, num_perm=PERMUTATIONS)
    pairs = []
    for i, text in enumerate(texts):
        signature = library.MinHash(num_perm=PERMUTATIONS)
        signature.update_batch([shingle.encode() for shingle in shingles(text)])
        pairs += [(i, int(j)) for j in index.query(signature)]
        index.insert(str(i), signature)
    return connected(pairs)


def rensa(texts: list[str], vectors: Any, threshold: float) -> Groups:
    library = importlib.import_module("rensa")
    index = library.RMinHashLSH(
        threshold=threshold, num_perm=PERMUTATIONS, num_bands=PERMUTATIONS // 2
    )
    signatures: list[Any] = []
    pairs = []
    for i, text in enumerate(texts):
        signature = library.RMinHash(num_perm=PERMUTATIONS, seed=42)
        signature.update(sorted(shingles(text)))
        pairs += [
            (i, j) for j in index.query(signature) if signature.jaccard(signatures[j]) >= threshold
        ]
        index.insert(i, signature)
        signatures.append(signature)
    return connected(pairs)


COSINES = (0.9, 0.905, 0.915, 0.93, 0.945, 0.96)
SHARES = (0.1, 0.2, 0.3, 0.4, 0.5, 0.7)
TOOLS: dict[str, tuple[str, Callable[[list[str], Any, float], Groups], tuple[float, ...]]] = {
    "community_detection": ("sentence-transformers", community_detection, COSINES),
    "single_link": ("numpy", single_link, COSINES),
    "semhash": ("semhash", semhash, COSINES),
    "datasketch": ("datasketch", datasketch, SHARES),
    "rensa": ("rensa", rensa, SHARES),
}

if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
