"""`manage.py dispatch`: plans and sends campaigns in one process, without Celery and without a broker."""

import logging
import signal
import threading
import time
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.db import Error, connection

from channels.campaigns import deciding, finishing, measuring, planning, sending
from channels.campaigns.finishing import Step
from crm.lib.patience import will_pass

log = logging.getLogger(__name__)
PAUSE = 1.0
SECONDS_BETWEEN_FIGURES = 30.0


class Command(BaseCommand):
    help = "Plans and sends campaigns in this process until it is stopped; run as many as you like."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--once", action="store_true", help="End when there is nothing left to do.")
        parser.add_argument("--connections", type=int, default=0, help="How many connections to send over.")

    def handle(self, *args: Any, **options: Any) -> None:
        self.stop, self.counted_at = threading.Event(), -SECONDS_BETWEEN_FIGURES
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: self.stop.set())
        while not self.stop.is_set():
            try:
                busy = self._round(options["connections"])
            except Error as error:
                if not will_pass(error):
                    raise
                log.warning("The database is away or takes nothing in; trying again.")
                connection.close()
                busy = False
            if not busy and options["once"]:
                return
            if not busy:
                self.stop.wait(PAUSE)

    def _round(self, connections: int) -> bool:
        """One look at everything; whether there is probably more to do."""
        finishing.sweep()
        if time.monotonic() - self.counted_at > SECONDS_BETWEEN_FIGURES:
            self.counted_at = time.monotonic()
            measuring.sweep()
        more = [self._work(step, pk, connections) for step, pk in finishing.to_do()]
        return any(more)

    def _work(self, step: Step, pk: int, connections: int) -> bool:
        """One step of a campaign; whether another probably follows."""
        more = True
        if step is Step.START:
            finishing.start(pk)
        elif step is Step.PLAN:
            planning.materialise(pk, stop=self.stop)
        elif step is Step.DECIDE:
            deciding.decide(pk)
        elif step is Step.CLOSE:
            finishing.close(pk)
            more = False
        else:
            more = sending.deliver(pk, connections=connections, stop=self.stop)
        finishing.finish(pk)
        return more
