"""Says what runs and where, and what is wrong. Ends with 0 when all is well, with 1 when not."""

import json
import sys
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from crm.embedded import health


class Command(BaseCommand):
    help = __doc__
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="for programs")

    def handle(self, **options: Any) -> None:
        findings = health.examine()
        healthy = all(one.healthy for one in findings)
        if options["json"]:
            self.stdout.write(json.dumps({"healthy": healthy, "findings": [asdict(one) for one in findings]}))
        else:
            for one in findings:
                style = self.style.SUCCESS if one.healthy else self.style.ERROR
                self.stdout.write(f"{style('well ' if one.healthy else 'wrong')} {one.what:<11} {one.text}")
        if not healthy:
            sys.exit(1)
