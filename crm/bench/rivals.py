"""Other ways to find the same pairs, each in a process of its own: python -m crm.bench.rivals NAME FOLDER.

They get the records as we standardised them, so what is compared is the matching. None of them gets labels,
but dedupe, which may ask 100 questions.
"""

import json
import logging
import os
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from customers.matching import child, engine, model

PAIRS, RESULT, TRUTH, MODEL = "rival.csv", "rival.json", "truth.json", "model.json"
NEEDS = {"splink": "splink", "tutorial": "splink", "recordlinkage": "recordlinkage", "dedupe": "dedupe"}
# From here on each says that two are one, unless told otherwise.
TUTORIAL_CHANCE = 0.95
HALF = 0.5
ANSWERS = 100
# More records than this take hours or all memory: dedupe was killed at 15 GB with 5,000.
MOST = {"dedupe": 2_000, "recordlinkage": 200_000}
TEXTS = ("name_key", "phone", "email", "born", "city", "address")
Pairs = Iterable[tuple[int, int]]


def main(name: str, folder: Path) -> None:
    # As our own child process does.
    os.nice(10)
    began = time.monotonic()
    found = list(RIVALS[name](folder))
    result = {
        "seconds": time.monotonic() - began,
        "peak_mb": child.peak_mb(),
    }
    (folder / PAIRS).write_text("".join(f"{one},{other}\n" for one, other in found), encoding="utf-8")
    (folder / RESULT).write_text(json.dumps(result), encoding="utf-8")


def is_installed(name: str) -> bool:
    return find_spec(NEEDS[name]) is not None


def bare_splink(folder: Path) -> Iterator[tuple[int, int]]:
    """Splink with our settings and our trained model: compare, then join whatever hangs together."""
    order, used = _loaded(folder)
    parameters = json.loads((folder / MODEL).read_text(encoding="utf-8"))
    used.count_rarities(parameters)
    keys = model.KEYS + used.wide_keys()
    settings = model.ready(parameters, keys) | {
        "retain_matching_columns": False,
        "retain_intermediate_calculation_columns": False,
    }
    linker = engine.linker(used, settings, "record")
    found = linker.inference.predict(threshold_match_weight=order.ask_from)
    linker.clustering.cluster_pairwise_predictions_at_threshold(found, threshold_match_weight=7)
    return _pairs(used, f"select customer_l, customer_r from {found.physical_name}")


def tutorial_splink(folder: Path) -> Iterator[tuple[int, int]]:
    """Splink as its tutorial trains it: random pairs, then blocks with the same phone, e-mail, name."""
    _order, used = _loaded(folder)
    keys = model.KEYS + used.wide_keys()
    # Under another name, so that it counts for itself how common values are.
    used.run("create table learner as select * from record")
    linker = engine.linker(used, model.settings(keys), "learner")
    linker.training.estimate_probability_two_random_records_match(
        ["l.phone = r.phone and l.name_key = r.name_key", "l.name_key = r.name_key and l.born = r.born"],
        recall=0.7,
    )
    linker.training.estimate_u_using_random_sampling(max_pairs=2e6, seed=1)
    for block in (("phone",), ("email",), ("name_key", "city"), ("born",)):
        if _has_pairs(used, block):
            rule = " and ".join(f"l.{one} = r.{one}" for one in block)
            # Of few records Splink may learn a chance that is too small for it.
            with suppress(ValueError):
                linker.training.estimate_parameters_using_expectation_maximisation(rule)
    found = linker.inference.predict(threshold_match_probability=TUTORIAL_CHANCE)
    return _pairs(used, f"select customer_l, customer_r from {found.physical_name}")


def recordlinkage(folder: Path) -> Iterator[tuple[int, int]]:
    """Its ECM classifier over our keys, which it would otherwise have to be told."""
    import pandas as pd
    import recordlinkage as toolkit

    table = _frame(folder)
    index = toolkit.Index()
    for key in (("phone",), ("email",), ("name_key", "city"), ("name_key", "born"), ("address",), ("born",)):
        index.block(list(key))
    compare = toolkit.Compare()
    for text in TEXTS:
        compare.string(text, text, method="jarowinkler", threshold=0.85, label=text)
    candidates = index.index(table)
    found = toolkit.ECMClassifier().fit_predict(compare.compute(candidates, table).fillna(0))
    known: pd.MultiIndex = found
    return ((int(one), int(other)) for one, other in known)


def dedupe(folder: Path) -> Iterator[tuple[int, int]]:
    """With a hundred questions answered from the truth."""
    import dedupe as toolkit
    from dedupe import variables

    table = _frame(folder)
    truth = json.loads((folder / TRUTH).read_text(encoding="utf-8"))
    rows = {
        int(key): {text: value if isinstance(value, str) else None for text, value in row.items()}
        for key, row in table[list(TEXTS)].to_dict("index").items()
    }
    learner = toolkit.Dedupe([variables.String(text, has_missing=True) for text in TEXTS], num_cores=1)
    learner.prepare_training({key: row | {"_id": key} for key, row in rows.items()}, sample_size=1500)
    for _question in range(ANSWERS):
        ((one, other),) = learner.uncertain_pairs()
        same = truth[str(one["_id"])] == truth[str(other["_id"])]
        learner.mark_pairs(
            {"match": [(one, other)] if same else [], "distinct": [] if same else [(one, other)]}
        )
    learner.train(recall=0.95, index_predicates=False)
    scores = learner.score(learner.pairs(rows))
    return ((int(one), int(other)) for (one, other), score in scores if score >= HALF)


RIVALS: dict[str, Callable[[Path], Pairs]] = {
    "splink": bare_splink,
    "tutorial": tutorial_splink,
    "recordlinkage": recordlinkage,
    "dedupe": dedupe,
}


def _loaded(folder: Path) -> tuple[child.Order, engine.Engine]:
    logging.getLogger("splink").setLevel(logging.ERROR)
    order = child.Order(**json.loads((folder / child.ORDER).read_text(encoding="utf-8")))
    used = engine.Engine(folder, memory=order.memory, threads=order.threads or engine.threads())
    used.load(folder / child.RECORDS, columns=order.columns, too_many=order.too_many)
    return order, used


def _has_pairs(used: engine.Engine, columns: tuple[str, ...]) -> bool:
    known = " and ".join(f"{one} is not null" for one in columns)
    return bool(
        used.rows(
            f"select 1 from record where {known} group by {', '.join(columns)} having count(*) > 1 limit 1"
        )
    )


def _pairs(used: engine.Engine, sql: str) -> Iterator[tuple[int, int]]:
    return ((min(one, other), max(one, other)) for one, other in used.rows(sql))


def _frame(folder: Path) -> Any:
    import pandas as pd

    table = pd.read_csv(folder / child.RECORDS, dtype=str).set_index("customer")
    return table.loc[~table.index.duplicated(), list(TEXTS)].astype(object)


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
