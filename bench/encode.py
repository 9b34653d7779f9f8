"""`make bench-encode`: the encoder beside plain sentence-transformers, on the same texts in the
same run.

The texts are the invented press, and, where the labelled stories lie beside the project, articles
of theirs. Every row is a process of its own, in turns: shared machines are noisy, quote the ratios.
Plain with default settings reads whole texts to 512 tokens; plain at 128 tokens reads what ours
reads, so its vectors can be compared.
"""

import json
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from itertools import islice
from pathlib import Path
from statistics import median

import numpy as np

from bench.machine import described
from bench.plain_encoder import save
from flows.edges.encoder import LEAD_CHARACTERS, MAX_TOKENS, default_model
from tests.helpers.paths import DATA, PRESS

STORIES = DATA / "stories" / "window.jsonl"
REAL = 120  # of 1,522: the default settings take minutes for more
ROUNDS = 3
BEGIN = """
import json, sys, time
import numpy as np
texts, folder, output = json.load(open(sys.argv[1])), sys.argv[2], sys.argv[3]
began = time.monotonic()
"""
END = """
encode(texts[:1])
ready = time.monotonic()
vectors = encode(texts)
took = time.monotonic() - ready
np.save(output, vectors)
print(json.dumps([ready - began, took]))
"""
PLAIN = """
from sentence_transformers import SentenceTransformer
model = SentenceTransformer(folder, device="cpu")
def encode(texts):
    return model.encode([f"query: {title}. {body}" for title, body in texts])
"""
SAME = f"""
from sentence_transformers import SentenceTransformer
model = SentenceTransformer(folder, device="cpu")
model.max_seq_length = {MAX_TOKENS}
def encode(texts):
    leads = [f"query: {{title}}. {{body[:{LEAD_CHARACTERS}]}}" for title, body in texts]
    return model.encode(leads)
"""
OURS = """
from flows.edges.encoder import Encoder, default_model
encode = Encoder(default_model()).encode
"""
ROWS = {
    "plain, default settings (512 tokens)": PLAIN,
    f"plain, {MAX_TOKENS} tokens": SAME,
    f"kliping ({MAX_TOKENS} tokens)": OURS,
}


def main() -> None:
    texts = chosen_texts()
    print(f"{described('sentence-transformers', 'torch')}; {default_model()}; ", end="")
    print(f"{len(texts)} texts, {len(set(texts))} different\n")
    with tempfile.TemporaryDirectory() as scratch:
        save(Path(scratch, "model"))
        Path(scratch, "texts.json").write_text(json.dumps(texts), encoding="utf-8")
        rounds = [
            [measure(script, Path(scratch), number) for number, script in enumerate(ROWS.values())]
            for _ in range(ROUNDS)
        ]
        vectors = [np.load(Path(scratch, f"{number}.npy")) for number in range(len(ROWS))]
    report(rounds, len(texts))
    agree(f"vectors, ours and plain at {MAX_TOKENS} tokens", vectors[2], vectors[1])
    agree(
        "vectors, ours and plain with default settings, which read more of the text",
        vectors[2],
        vectors[0],
    )


def chosen_texts() -> list[tuple[str, str]]:
    """Title and text of what is encoded."""
    texts = [
        (article["title"], "\n".join(article["paragraphs"]))
        for article in json.loads((PRESS / "gold.json").read_text(encoding="utf-8"))["articles"]
    ]
    if STORIES.exists():
        with STORIES.open(encoding="utf-8") as lines:
            rows = map(json.loads, islice(lines, REAL))
            texts += [(row["title"], row["text"]) for row in rows]
    return texts


def report(rounds: Sequence[Sequence[tuple[float, float]]], texts: int) -> None:
    """Print a row for each way to encode, from what each took in each round."""
    print(
        f"| median of {ROUNDS} | documents/s | × of plain, default | × of plain, "
        f"{MAX_TOKENS} tokens | s to the first vector |"
    )
    print("|---|---|---|---|---|")
    for number, name in enumerate(ROWS):
        figures = (
            [texts / round_[number][1] for round_ in rounds],
            [round_[0][1] / round_[number][1] for round_ in rounds],
            [round_[1][1] / round_[number][1] for round_ in rounds],
            [round_[number][0] for round_ in rounds],
        )
        print(f"| {name} | " + " | ".join(told(figure) for figure in figures) + " |")
    print()


def measure(script: str, scratch: Path, number: int) -> tuple[float, float]:
    """Seconds from the first import to the first vector, and for all texts."""
    arguments = [scratch / "texts.json", scratch / "model", scratch / f"{number}.npy"]
    out = subprocess.run(
        [sys.executable, "-c", BEGIN + script + END, *arguments],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    ready, took = json.loads(out.splitlines()[-1])
    return float(ready), float(took)


def told(figures: Sequence[float]) -> str:
    return f"{median(figures):.1f} ({min(figures):.1f}-{max(figures):.1f})"


def agree(what: str, ours: np.ndarray, theirs: np.ndarray) -> None:
    """Say how near two sets of vectors are, and by how much the cosine of any two texts differs."""
    cosines = (ours * theirs).sum(axis=1)
    moved = np.abs(ours @ ours.T - theirs @ theirs.T)
    print(f"{what}: cosine min {cosines.min():.6f}, mean {cosines.mean():.6f};", end=" ")
    print(
        f"any two texts' cosine moves by {moved.mean():.1e} in the mean, {moved.max():.1e} at most"
    )


if __name__ == "__main__":
    main()
