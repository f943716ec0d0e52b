"""Runs the product: servers, web, workers, in one terminal until Ctrl-C."""

import contextlib
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from crm.embedded.processes import CannotStart
from crm.embedded.up import up


class Command(BaseCommand):
    help = __doc__
    requires_system_checks = ()

    def handle(self, **options: Any) -> None:
        try:
            up(self._say)
        except CannotStart as error:
            raise CommandError(str(error)) from error

    def _say(self, text: str) -> None:
        with contextlib.suppress(OSError):  # the terminal may be gone while we still stop in order
            self.stdout.write(text)
            self.stdout.flush()
