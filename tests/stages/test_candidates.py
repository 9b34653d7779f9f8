"""Which pairs are worth a closer look."""

import numpy as np
import pytest
from scipy import sparse

from flows.stages.grouping.candidates import candidates

# cosine, what rare words make of the other cosine, whether the second is in another language ->
# whether it is a candidate
CASES = {
    "near in meaning": (0.89, 0.0, False, True),
    "not near enough": (0.87, 0.0, False, False),
    "near enough for another language": (0.83, 0.0, True, True),
    "too far for any language": (0.81, 0.0, True, False),
    "rare words in common": (0.5, 0.16, False, True),
    "too few rare words in common": (0.87, 0.14, False, False),
}


@pytest.mark.parametrize("case", CASES)
def test_candidates(case: str) -> None:
    """Either likeness makes a pair a candidate; the pair is named by its positions in the two
    lists.
    """
    cosine, shared, other_language, expected = CASES[case]
    vectors = np.array([[0, 1], [1, 0], [cosine, np.sqrt(1 - cosine**2)]], np.float32)
    rare = sparse.csr_array(np.array([[0, 0], [1, 0], [shared, 0.1]], np.float32))
    first, second = candidates(
        vectors, np.array([False, False, other_language]), rare, np.array([1]), np.array([0, 2])
    )
    assert list(zip(first.tolist(), second.tolist(), strict=True)) == ([(0, 1)] if expected else [])
