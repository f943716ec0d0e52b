"""manage.py privacy replay: erases again, in a restored backup, whoever was erased since."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from customers.privacy import journal, replaying


class Command(BaseCommand):
    help = "replay: erases again, after a restore, everybody whom the journal of erasures names."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("what", choices=["replay"])
        parser.add_argument("--journal", help="another journal than the one in the settings")
        parser.add_argument("--dry-run", action="store_true", help="only say how many there are")

    def handle(self, *args: Any, **options: Any) -> None:
        source = Path(options["journal"]) if options["journal"] else journal.path()
        if not source.exists():
            raise CommandError(f"There is no journal at {source}.")
        found = replaying.replay(source, dry=options["dry_run"])
        again = "would be erased again" if options["dry_run"] else "erased again"
        self.stdout.write(
            f"{found.again} {again}, {found.already} are erased already, "
            f"{found.unknown} are not in this database."
        )
