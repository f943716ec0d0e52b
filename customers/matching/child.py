"""The process that learns and compares: python -m customers.matching.child FOLDER.

Everything goes through files in one private folder, so that a crash in here is an exit code out there and the
memory is given back at the end. It needs neither Django nor the database.
"""

import json
import os
import resource
import sys
import threading
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from customers.matching.model import LEARNT_ON, Parameters

RECORDS, PAIRS, RARITIES = "records.csv", "pairs.csv", "rarities.csv"
ORDER, RESULT, PROGRESS = "order.json", "result.json", "progress.json"


@dataclass(frozen=True)
class Order:
    """What the child is asked to do. Without parameters it learns them; without `compares` that is all."""

    # The texts of a record, in the order in which they are digested.
    columns: list[str]
    too_many: int
    ask_from: float
    memory: str
    threads: int = 0
    parameters: Parameters | None = None
    compares: bool = True

    def write(self, folder: Path) -> None:
        (folder / ORDER).write_text(json.dumps(asdict(self)), encoding="utf-8")


def main(folder: Path) -> None:
    # What people wait for goes first.
    os.nice(10)
    threading.Thread(target=_leave_with_parent, args=[os.getppid()], daemon=True).start()
    order = Order(**json.loads((folder / ORDER).read_text(encoding="utf-8")))
    result = work(order, folder)
    result["peak_mb"] = peak_mb()
    _write(folder / RESULT, result)


def work(order: Order, folder: Path) -> dict[str, Any]:
    from customers.matching import comparing, engine, training  # heavy, and only here

    began = time.monotonic()
    used = engine.Engine(folder, memory=order.memory, threads=order.threads or engine.threads())
    records = used.load(folder / RECORDS, columns=order.columns, too_many=order.too_many)
    result: dict[str, Any] = {"records": records, "load_seconds": time.monotonic() - began}
    began = time.monotonic()
    if order.parameters is None:
        used.run(
            f"create table sample as select * from (select * from record where ordinal = 0) "
            f"using sample reservoir({training.SAMPLE} rows) repeatable (1)"
        )
        parameters = training.learn(used) | {LEARNT_ON: records}
        used.run("drop table sample")
    else:
        parameters = order.parameters
    result |= {"parameters": parameters, "train_seconds": time.monotonic() - began}
    if order.compares:
        began = time.monotonic()
        used.count_rarities(parameters)
        result["pairs"] = comparing.compare(
            used,
            parameters,
            ask_from=order.ask_from,
            progress=lambda done, total: _write(folder / PROGRESS, {"done": done, "total": total}),
        )
        comparing.write_pairs(used, folder / PAIRS)
        comparing.write_rarities(used, parameters, folder / RARITIES)
        result["compare_seconds"] = time.monotonic() - began
    return result


def peak_mb() -> int:
    """The most memory this program had. What getrusage says begins with what its parent had."""
    status = Path("/proc/self/status")
    if status.exists():
        for line in status.read_text(encoding="ascii").splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) // 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def _write(path: Path, what: dict[str, Any]) -> None:
    """As a whole or not at all: somebody may be reading."""
    draft = path.with_suffix(".draft")
    draft.write_text(json.dumps(what), encoding="utf-8")
    draft.replace(path)


def _leave_with_parent(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(1)
    os._exit(1)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
