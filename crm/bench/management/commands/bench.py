"""manage.py bench NAME…: how fast we are, next to the same machine's bare tools."""

from argparse import ArgumentParser
from collections.abc import Iterable
from importlib import import_module
from typing import Any

from django.core.management.base import BaseCommand

from crm.bench import running
from crm.bench.harness import BENCHES, Result

MODULES = [
    *("importing", "rfm", "scoring", "segments", "campaign", "pages", "api", "identity", "inbound"),
    *("recommending", "insights", "journeys"),
]


class Command(BaseCommand):
    help = "Measures parts of the product against a baseline measured in the same run."

    def add_arguments(self, parser: ArgumentParser) -> None:
        for module in MODULES:
            import_module(f"crm.bench.{module}")
        parser.add_argument(
            "names",
            nargs="+",
            choices=sorted(BENCHES),
            metavar="name",
            help=f"what to measure, one after the other on the same base: {', '.join(sorted(BENCHES))}",
        )
        parser.add_argument("--rows", type=int, help="how many customers or recipients")
        parser.add_argument("--json", action="store_true", help="one JSON object a line")
        parser.add_argument(
            "--database",
            default="",
            help="use this PostgreSQL, migrate it, and fill it where it is empty",
        )
        parser.add_argument(
            "--compare", type=int, help="measure at this size as well and say how each page grows"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        names, rows, compare = options["names"], options["rows"], options["compare"]
        if running.is_child():
            self._show(running.here(names, rows), as_json=True)
            return
        small = list(running.in_child(names, compare, "")) if compare else []
        large = self._show(running.in_child(names, rows, options["database"]), as_json=options["json"])
        self._show(running.growth(small, large), as_json=options["json"])

    def _show(self, results: Iterable[Result], *, as_json: bool) -> list[Result]:
        shown = []
        for result in results:
            self.stdout.write(result.as_json() if as_json else result.as_text())
            self.stdout.flush()
            shown.append(result)
        return shown
