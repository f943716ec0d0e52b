"""The parameters at which a cost is lowest."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from scipy.optimize import minimize
from threadpoolctl import threadpool_limits

from segments.predicting.known import Floats

Cost = Callable[..., tuple[float, Floats]]


def lowest(
    cost: Cost, starts: Sequence[Any], arguments: tuple[Any, ...], bounds: tuple[float, float] | None = None
) -> Floats:
    """From the best of several starts. `cost` tells its slope as well; `bounds` hold for each parameter.

    With one thread: a handful of parameters needs no more, and threads of linear algebra that wait for each
    other stand still for minutes on a machine whose cores are all busy.
    """
    ends = [bounds] * len(starts[0]) if bounds else None
    options = {"maxiter": 500, "ftol": 1e-12, "gtol": 1e-7}
    with threadpool_limits(1):
        found = [
            minimize(cost, start, arguments, "L-BFGS-B", jac=True, bounds=ends, options=options)
            for start in starts
        ]
    best = min(found, key=lambda one: float(one.fun))
    return np.asarray(best.x, dtype=float)
