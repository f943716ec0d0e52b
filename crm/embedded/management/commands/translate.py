"""Compiles the translations that changed."""

from typing import Any

from django.core.management.base import BaseCommand

from crm.embedded import translations


class Command(BaseCommand):
    help = __doc__
    requires_system_checks = ()

    def handle(self, **options: Any) -> None:
        for catalogue in translations.compile_stale():
            self.stdout.write(f"Compiled {catalogue}")
