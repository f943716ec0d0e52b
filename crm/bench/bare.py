"""Bare clients: they send a ready message over open connections and do nothing else."""

import http.client
import smtplib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from channels.connectors.base import Payload
from crm.bench.sink import HOST

Connection = Callable[[int, Payload, int], None]
HEADERS = {"Content-Type": "application/json"}


def hammer(one: Connection, port: int, payload: Payload, messages: int, lines: int) -> None:
    """So many messages over so many connections at once."""
    with ThreadPoolExecutor(lines) as pool:
        list(pool.map(lambda share: one(port, payload, share), [messages // lines] * lines))


def smtp(port: int, payload: Payload, messages: int) -> None:
    with smtplib.SMTP(HOST, port, local_hostname="bench") as client:
        for number in range(messages):
            client.sendmail(payload.sender, f"reader{number}@mail.example", payload.data)


def smtp_ahead(port: int, payload: Payload, messages: int) -> None:
    """The same, announcing each message with the end of the one before, as our own connector does."""
    data = payload.data.replace(b"\r\n.", b"\r\n..") + b".\r\n"
    envelopes = [
        f"MAIL FROM:<{payload.sender}>\r\nRCPT TO:<reader{number}@mail.example>\r\nDATA\r\n".encode()
        for number in range(messages)
    ]
    with smtplib.SMTP(HOST, port, local_hostname="bench") as client:
        client.ehlo()
        client.send(envelopes[0])
        for following in [*envelopes[1:], b""]:
            for _ in range(3):
                client.getreply()
            client.send(data + following)
            client.getreply()


def over_http(port: int, payload: Payload, messages: int) -> None:
    line = http.client.HTTPConnection(HOST, port)
    for number in range(messages):
        line.request("POST", "/messages", payload.data, HEADERS | {"Idempotency-Key": str(number)})
        line.getresponse().read()
    line.close()
