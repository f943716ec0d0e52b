"""Chance that repeats: every part of the demo rolls its own dice, made of the seed and the part's name."""

import zlib
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
Columns = dict[str, npt.NDArray[Any]]


def dice(seed: int, part: str) -> np.random.Generator:
    return np.random.default_rng([seed, zlib.crc32(part.encode())])


def pick(rng: np.random.Generator, weights: Sequence[float] | Floats, size: int) -> Ints:
    """Indexes of `weights`, each as often as its weight says. Many times quicker than Generator.choice."""
    edges = np.cumsum(weights)
    found: Ints = np.searchsorted(edges, rng.random(size) * edges[-1], side="right").astype(np.int64)
    return found


def falling(size: int, steepness: float = 0.5) -> Floats:
    """Weights for a list whose first entries are the commonest."""
    return 1 / np.arange(1, size + 1) ** steepness
