"""aiosmtpd reads a message line by line and parses each address at length: half of what a message costs."""

import asyncio
import re

from aiosmtpd.smtp import SMTP

LARGEST = 32 * 1024 * 1024
END = b".\r\n"
PLAIN_ADDRESS = re.compile(r"\s*<([A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9.-]+)>(.*)")


class SmtpLine(SMTP):
    """One connection that takes a message in one piece."""

    ends_after_answer = False
    # Also the limit of the buffer that a whole message must fit.
    line_length_limit = LARGEST

    async def smtp_DATA(self, arg: str) -> None:  # noqa: N802 - aiosmtpd finds its commands by name
        if arg or self.envelope is None or not self.envelope.rcpt_tos:
            await super().smtp_DATA(arg)  # it knows how to refuse
            return
        await self.push("354 End data with <CR><LF>.<CR><LF>")
        message = await self._message()
        if message is None:
            await self.push("552 5.3.4 Too large")
            self.abort()
            return
        self.envelope.content = self.envelope.original_content = message
        answer = await self._call_handler_hook("DATA")
        self._set_post_data_state()  # type: ignore[no-untyped-call]
        await self.push(answer)
        if self.ends_after_answer:
            self.abort()

    def abort(self) -> None:
        """Breaks the connection without a word."""
        if isinstance(self.transport, asyncio.WriteTransport):
            self.transport.abort()

    async def _message(self) -> bytes | None:
        """What came up to the line with one dot, without the dots that only protected others."""
        raw = bytearray()
        while raw != END and not raw.endswith(b"\r\n" + END):
            try:
                raw += await self._reader.readuntil(END)
            except asyncio.LimitOverrunError:
                return None
            if len(raw) > LARGEST:
                return None
        text = b"\r\n" + raw.removesuffix(END)
        return bytes(text.replace(b"\r\n.", b"\r\n")[2:])

    def _getaddr(self, arg: str) -> tuple[str | None, str | None]:
        plain = PLAIN_ADDRESS.fullmatch(arg)
        if plain is None or len(plain[1]) > 254:
            return super()._getaddr(arg)
        return plain[1], plain[2]
