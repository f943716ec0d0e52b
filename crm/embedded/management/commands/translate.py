"""Compiles the translations that changed; with --collect, first brings new texts into the catalogues."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from crm.embedded import translations


class Command(BaseCommand):
    help = __doc__
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--collect", action="store_true", help="collect new texts first")

    def handle(self, **options: Any) -> None:
        if options["collect"]:
            for catalogue in translations.collect():
                self.stdout.write(f"Collected into {catalogue}")
        for catalogue in translations.compile_stale():
            self.stdout.write(f"Compiled {catalogue}")
