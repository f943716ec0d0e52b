"""manage.py match: looks for duplicates in the whole base now, in this process, and says what it found."""

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from customers.matching import running
from customers.matching.models import Run


class Command(BaseCommand):
    help = (
        "Matches the whole base by hand. What may be joined by itself is joined, the rest waits for people."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--join-many",
            action="store_true",
            help="join even when it is a larger part of the base than the settings allow in one run",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        run = running.queue(by=None, may_join_many=options["join_many"])
        run = run or Run.objects.unheld().first()
        if run is None:
            raise CommandError("Another run is under way.")
        running.run(run.pk, seconds=float("inf"))
        run.refresh_from_db()
        self.stdout.write(json.dumps(run.figures, ensure_ascii=False, indent=1))
        if run.step == Run.Step.FAILED:
            raise CommandError(run.reason)
