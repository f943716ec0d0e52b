"""The sandbox as a mail server."""

import asyncio
from weakref import WeakSet

from aiosmtpd.smtp import Envelope
from aiosmtpd.smtp import Session as SmtpSession
from django.utils import timezone

from channels.sandbox.arrivals import Arrival, Journal, Kept
from channels.sandbox.misbehaving import Mood
from channels.sandbox.reading import subject_and_key
from channels.sandbox.smtp_line import SmtpLine

ANSWERS = {
    Kept.STORED: "250 2.0.0 OK, kept as {key}",
    Kept.NOT_STORED: "451 4.3.0 The sandbox cannot store it now",
}


class SmtpSide:
    """Hooks of aiosmtpd. One instance serves all connections."""

    def __init__(self, journal: Journal) -> None:
        self.mood = Mood()
        self.lines: WeakSet[SmtpLine] = WeakSet()
        self._journal = journal

    def line(self) -> SmtpLine:
        """A new connection's protocol."""
        made = SmtpLine(self, hostname="sandbox", ident="Sandbox", enable_SMTPUTF8=True)
        self.lines.add(made)
        return made

    def hang_up(self) -> None:
        for line in list(self.lines):
            line.abort()

    async def handle_EHLO(  # noqa: N802 - aiosmtpd finds its hooks by name
        self, line: SmtpLine, session: SmtpSession, envelope: Envelope, name: str, answers: list[str]
    ) -> list[str]:
        session.host_name = name
        return [answers[0], "250-PIPELINING", "250-ENHANCEDSTATUSCODES", *answers[1:]]

    async def handle_RCPT(  # noqa: N802
        self, line: SmtpLine, session: SmtpSession, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self.mood.knows_no(address):
            return "550 5.1.1 There is nobody of that name"
        if self.mood.asks_to_come_back():
            return "450 4.2.0 Please come back later"
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 OK"

    async def handle_DATA(self, line: SmtpLine, session: SmtpSession, envelope: Envelope) -> str:  # noqa: N802
        mood = self.mood
        raw = envelope.original_content or b""
        if mood.delay:
            await asyncio.sleep(mood.delay)
        if mood.fails():
            return "451 4.3.0 Out of order"
        subject, key = subject_and_key(raw)
        dropped = mood.drops()
        kept = await asyncio.gather(
            *(
                self._journal.keep(
                    Arrival(
                        received_at=timezone.now(),
                        protocol="smtp",
                        sender=envelope.mail_from or "",
                        recipient=recipient,
                        subject=subject,
                        key=key,
                        raw=raw,
                        answered=not dropped,
                    )
                )
                for recipient in envelope.rcpt_tos
            )
        )
        if dropped or Kept.UNCERTAIN in kept:
            await _vanish(line)
        line.ends_after_answer = mood.cuts()
        return ANSWERS[Kept.NOT_STORED if Kept.NOT_STORED in kept else Kept.STORED].format(key=key)


async def _vanish(line: SmtpLine) -> None:
    """Breaks the connection without a word; aiosmtpd then ends this very task."""
    line.abort()
    await asyncio.Event().wait()
