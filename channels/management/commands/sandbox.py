import asyncio
import signal
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser

from channels.sandbox import server
from channels.sandbox.location import HOST


class Command(BaseCommand):
    help = "Runs the local provider that plays the outside world: a mail server and a sending service."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--smtp-port", type=int, default=settings.SANDBOX_SMTP_PORT)
        parser.add_argument("--http-port", type=int, default=settings.SANDBOX_HTTP_PORT)

    def handle(self, *args: Any, smtp_port: int, http_port: int, **options: Any) -> None:
        asyncio.run(self._serve(smtp_port, http_port))

    async def _serve(self, smtp_port: int, http_port: int) -> None:
        serving = asyncio.create_task(server.run(smtp_port, http_port, self._greet))
        for way in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(way, serving.cancel)
        try:
            await serving
        except asyncio.CancelledError:
            self.stdout.write("The sandbox has stopped.")

    def _greet(self, sandbox: server.Sandbox) -> None:
        here = sandbox.location
        self.stdout.write(
            f"The sandbox listens: SMTP on {HOST}:{here.smtp_port}, HTTP on {HOST}:{here.http_port}"
        )
        self.stdout.flush()
