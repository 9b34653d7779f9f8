"""Which pairs of clippings are worth a closer look: those that are near in meaning, and those that
share rare words.

Of all pairs of a real week that is one in a hundred, with all of its links among them; each of the
two alone misses one in a hundred. Texts of one wording share their rare words, so shingles would
find nothing more.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

# the least cosine: of a real week's pairs one in 150 has as much, of its links all but one in a
# hundred
MEANING = 0.88
# what it may lack where one of the two is not in Indonesian: such vectors lie farther from the
# others, words say nothing
FOREIGN = 0.06
RARE = 0.02  # the share of the articles that may have a word for it to be rare
SHARED = 0.15  # what rare words must make of the cosine of the TF-IDF vectors


def candidates(
    vectors: NDArray[np.float32],
    foreign: NDArray[np.bool_],
    rare: Any,
    rows: NDArray[np.intp],
    columns: NDArray[np.intp],
) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """The positions in `rows` and `columns` of each candidate pair; the two name articles by their
    rows in the tables.

    `vectors`: unit vectors; `foreign`: not in Indonesian; `rare`: the sparse TF-IDF vectors without
    all words that are not rare.
    """
    near = vectors[rows] @ vectors[columns].T
    near += FOREIGN * (foreign[rows, None] | foreign[columns])
    found = near >= MEANING
    shared = (rare[rows] @ rare[columns].T).tocoo()
    enough = shared.data >= SHARED
    found[shared.row[enough], shared.col[enough]] = True
    first, second = np.nonzero(found)
    return first, second
