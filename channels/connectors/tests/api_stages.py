"""How the providers of chat and telephone channels show each of the ways a message can go."""

import json
from functools import partial
from typing import Any

from channels.connectors.base import Payload, Session
from channels.connectors.http import Origin
from channels.connectors.sms_http import GatewaySession
from channels.connectors.tests.providers import DROP, SILENT, Talk, http, http_answer
from channels.connectors.twilio import TwilioSession
from channels.connectors.wechat_oa import WeChatSession
from channels.connectors.wecom import WeComSession
from channels.connectors.whatsapp import WhatsAppSession

WRONG_HTTP = (http_answer(500), http_answer(503), http_answer(302, extra=b"Location: http://x.invalid/\r\n"))


def said(status: int, **answer: Any) -> bytes:
    return http_answer(status, json.dumps(answer).encode())


def here(host: str, port: int) -> Origin:
    return Origin(host, port, is_local=True)


def wechat(start: bytes, answer: bytes = b"", **more: Any) -> Talk:
    token = more.pop("token", said(200, access_token="T", expires_in=7200))
    file = more.pop("file", b"") or said(200, media_id="M7")
    aside = {start: token, b"POST /cgi-bin/media/upload?type=image&access_token=T ": file}
    return http(answer or said(200, errcode=0, errmsg="ok", msgid="42"), aside=aside, **more)


def numbered(start: bytes) -> dict[str, Any]:
    """WeChat and WeCom answer with 200 and the number of an error."""
    talk = partial(wechat, start)

    def error(code: int) -> Talk:
        return talk(said(200, errcode=code, errmsg="no"))

    return {
        "kind": talk(),
        "says_later": (error(-1), error(45009), talk(http_answer(429))),
        "knows_no_such_address": (error(40003), error(43004)),
        "refuses_the_message": (error(45015), error(45047), error(40037), error(47003), talk(said(400))),
        "locks_us_out": (
            error(48001),
            error(40001),
            error(42001),
            talk(http_answer(403)),
            talk(token=said(200, errcode=40125, errmsg="invalid appsecret")),
            talk(token=said(200, errcode=40164, errmsg="invalid ip")),
            talk(token=http_answer(500)),
            talk(token=said(200)),
            talk(token=SILENT),
            talk(token=DROP),
        ),
        "breaks_before": (talk(token=DROP), talk(token=SILENT)),
        "stops_reading": talk(stop_reading=True),
        "breaks_after": (talk(DROP), talk(SILENT)),
        "makes_no_sense_after": (
            *(talk(one) for one in WRONG_HTTP),
            talk(http_answer(200, b"<html>")),
            talk(http_answer(200, b"[]")),
            talk(said(200, errcode="0", msgid="42")),
            talk(b"SSH-2.0-OpenSSH_9.9\r\n"),
        ),
    }


def graph(code: int, status: int = 400) -> Talk:
    return whatsapp(said(status, error={"code": code, "message": "no"}))


def whatsapp(answer: bytes = b"", **more: Any) -> Talk:
    kind = said(200, messages=[{"id": "wamid.42"}])
    file = more.pop("file", b"") or said(200, id="M7")
    aside = {b"GET ": said(200, id="1"), b"POST /v23.0/106540352242922/media ": file}
    return http(answer or kind, aside=aside, **more)


WHATSAPP: dict[str, Any] = {
    "open_at": lambda host, port: WhatsAppSession(here(host, port), "106540352242922", "T"),
    "kind": whatsapp(),
    "says_later": (graph(130429), graph(131056), graph(4, 403), whatsapp(http_answer(429))),
    "knows_no_such_address": (graph(131026),),
    "refuses_the_message": (graph(131047), graph(100), graph(132000, 404), whatsapp(http_answer(400))),
    "locks_us_out": (graph(190, 401), graph(10, 403), graph(131042), whatsapp(http_answer(401))),
    "breaks_before": (),
    "stops_reading": whatsapp(stop_reading=True),
    "breaks_after": (whatsapp(DROP), whatsapp(SILENT)),
    "makes_no_sense_after": (
        *(whatsapp(one) for one in WRONG_HTTP),
        graph(131000, 500),
        graph(2, 503),
        whatsapp(said(200, messages=[])),
        whatsapp(http_answer(200, b"<html>")),
        whatsapp(b"SSH-2.0-OpenSSH_9.9\r\n"),
    ),
}


def twilio(answer: bytes = b"", **more: Any) -> Talk:
    return http(answer or said(201, sid="SM42"), aside={b"GET ": said(200)}, **more)


def twilio_error(code: int, status: int = 400) -> Talk:
    return twilio(said(status, code=code, message="no"))


TWILIO: dict[str, Any] = {
    "open_at": lambda host, port: TwilioSession(here(host, port), "AC" + "0" * 32, "T"),
    "kind": twilio(),
    "says_later": (twilio_error(20429, 429), twilio_error(14107, 429), twilio(http_answer(429))),
    "knows_no_such_address": (twilio_error(21211), twilio_error(21614), twilio_error(21610)),
    "refuses_the_message": (twilio_error(21408), twilio_error(21617), twilio(http_answer(400, b"x"))),
    "locks_us_out": (twilio_error(20003, 401), twilio_error(21606), twilio(http_answer(404))),
    "breaks_before": (),
    "stops_reading": twilio(stop_reading=True),
    "breaks_after": (twilio(DROP), twilio(SILENT)),
    "makes_no_sense_after": (
        *(twilio(one) for one in WRONG_HTTP),
        twilio(said(201)),
        twilio(b"SSH-2.0-OpenSSH_9.9\r\n"),
    ),
}

GATEWAY: dict[str, Any] = {
    "open_at": lambda host, port: GatewaySession(
        here(host, port), "/send", {"id_path": "data.0.id", "ok_path": "code", "ok_value": "0"}, "T"
    ),
    "kind": http(said(200, code=0, data=[{"id": "42"}])),
    "says_later": (http(http_answer(429)), http(http_answer(408))),
    "knows_no_such_address": (),
    "refuses_the_message": (http(http_answer(422)), http(said(200, code=7)), http(http_answer(400, b"no"))),
    "locks_us_out": (http(http_answer(401)), http(http_answer(404))),
    "breaks_before": (),
    "stops_reading": http(stop_reading=True),
    "breaks_after": (http(DROP), http(SILENT)),
    "makes_no_sense_after": (
        *(http(one) for one in WRONG_HTTP),
        http(http_answer(200, b"<html>")),
        http(b"SSH-2.0-OpenSSH_9.9\r\n"),
    ),
}


def wechat_session(host: str, port: int) -> Session:
    return WeChatSession(here(host, port), "wx1", "s")


def wecom_session(host: str, port: int) -> Session:
    return WeComSession(here(host, port), "ww1", "s")


def text_at(*path: str) -> Any:
    def read(payload: Payload) -> dict[str, str]:
        found = json.loads(payload.data)
        for step in path:
            found = found[step]
        return {"text": found["text"] if isinstance(found, dict) else found}

    return read
