"""manage.py demo: fills an empty base with a company that has been in business for years."""

import os
import time
from argparse import ArgumentParser
from contextlib import nullcontext
from datetime import datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from crm.demo import building, company, showing, world
from crm.demo.world import Wish
from customers.models import Customer

PER_CUSTOMER = 10


class Command(BaseCommand):
    help = "Fills an empty base with the demo company and its customers, orders and conversations."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--customers", type=int, default=2000)
        parser.add_argument("--orders", type=int, help="ten for each customer by default")
        parser.add_argument("--touchpoints", type=int, help="ten for each customer by default")
        parser.add_argument("--seed", type=int, default=1, help="the same seed makes the same company")
        parser.add_argument(
            "--until", help="the moment at which the story ends, such as 2026-11-22T12:00; now by default"
        )
        parser.add_argument("--password", default="", help="lets the colleagues sign in with it")
        parser.add_argument("--workers", type=int, default=os.cpu_count() or 1, help="for very large bases")
        parser.add_argument("--add", action="store_true", help="beside the customers that are there")
        parser.add_argument("--if-empty", action="store_true", help="do nothing where there are customers")

    def handle(self, *args: Any, **options: Any) -> None:
        self.quiet = options["verbosity"] == 0
        building.put_back(self._say)
        if Customer.objects.exists() and not options["add"]:
            if options["if_empty"]:
                return
            raise CommandError(
                "This base already has customers, so the demo company stays out of it. "
                "Give it an empty base, or say --add to put it beside them."
            )
        wish = _wish(options)
        # All or nothing where that is possible: a large base takes several connections.
        with transaction.atomic() if wish.is_small else nullcontext():
            self._make(wish, options["password"], options["workers"])

    def _make(self, wish: Wish, password: str, workers: int) -> None:
        began = time.monotonic()
        with transaction.atomic():
            staff = company.found(password)
        self._say(f"Imagining {wish.customers:,} customers …")
        imagined = world.imagine(wish, staff)
        building.build(imagined, workers=0 if wish.is_small else workers, say=self._say)
        rows = sum(imagined.sizes().values())
        del imagined
        showing.show(staff, seed=wish.seed, until=wish.until, say=self._say)
        seconds = time.monotonic() - began
        self._say(f"The demo company is there: {rows:,} rows in {seconds:,.1f} s.")

    def _say(self, text: str) -> None:
        if not self.quiet:
            self.stdout.write(text)
            self.stdout.flush()


def _wish(options: dict[str, Any]) -> Wish:
    usual = PER_CUSTOMER * options["customers"]
    orders, touchpoints = options["orders"], options["touchpoints"]
    return Wish(
        customers=options["customers"],
        orders=usual if orders is None else orders,
        touchpoints=usual if touchpoints is None else touchpoints,
        seed=options["seed"],
        until=_moment(options["until"]),
    )


def _moment(text: str | None) -> datetime:
    if not text:
        return timezone.localtime().replace(microsecond=0)
    found = parse_datetime(text)
    if found is None:
        raise CommandError(f"--until wants a moment such as 2026-11-22T12:00, not {text}.")
    return found if timezone.is_aware(found) else timezone.make_aware(found)
