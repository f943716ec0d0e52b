"""What e-mail services have in common, by way of django-anymail: it knows how each of them wants a message,
what it answers, and how it signs and words its news. The lines to them are ours.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from html import escape
from typing import Any

import requests  # noqa: TID251 - only to put requests together and to hold answers
from anymail.backends import mailersend, mailgun, postmark, resend
from anymail.backends.base_requests import AnymailRequestsBackend
from anymail.exceptions import AnymailError, AnymailWebhookValidationFailure
from anymail.webhooks import mailersend as mailersend_news
from anymail.webhooks import mailgun as mailgun_news
from anymail.webhooks import postmark as postmark_news
from anymail.webhooks import resend as resend_news
from django.core.mail import EmailMultiAlternatives
from django.http import HttpRequest

from channels.connectors import crypto, marks
from channels.connectors.arriving import Request
from channels.connectors.base import (
    Accepted,
    CannotRender,
    Content,
    Envelope,
    Outcome,
    Payload,
    Prepared,
    Rejected,
    Trouble,
    Unknown,
    reason,
)
from channels.connectors.calls import content_type_of, django_request
from channels.connectors.fields import Slots, clean, one_line
from channels.connectors.http import ApiSession, Call, Origin, Reply, usual_verdict
from channels.connectors.mime import KEY, WEB_ADDRESS, Sender, ascii_address, thread_ids

# Placed where a secret will stand; what is rendered holds none.
NO_SECRET = "none"  # noqa: S105
REFUSED = {"rejected", "invalid", "failed"}


@dataclass(frozen=True)
class Provider:
    key: str
    label: str
    backend: type[AnymailRequestsBackend]
    # How the backend calls its key.
    key_setting: str
    api_url: str
    # Makes the views that judge and read its news, tracking first.
    news: Callable[[str], tuple[Any, ...]]
    # Empty if the call is proven to be theirs.
    verify: Callable[["Provider", Request, str], str]

    def made(self, api_key: str = NO_SECRET, api_url: str = "") -> AnymailRequestsBackend:
        settings = {self.key_setting: api_key, "api_url": api_url or self.api_url}
        # What one of them cannot take along, such as our key, it leaves out.
        return self.backend(**settings, ignore_unsupported_features=True)


def by_signature(provider: Provider, request: Request, secret: str) -> str:
    """As the provider's own scheme has it, by anymail's code."""
    call = django_request(request.raw, request.headers)
    for view in provider.news(secret):
        try:
            view.run_validators(call)
        except (AnymailWebhookValidationFailure, ValueError, KeyError, TypeError, AttributeError):
            continue
        return ""
    return crypto.WRONG


def by_standard(provider: Provider, request: Request, secret: str) -> str:
    """Standard Webhooks under the names that Svix gives its headers."""
    names = {name.replace("svix-", "webhook-", 1): value for name, value in request.headers.items()}
    return crypto.standard_webhook(replace(request, headers=names), [secret])


PROVIDERS = {
    one.key: one
    for one in (
        Provider(
            "mailgun",
            "Mailgun",
            mailgun.EmailBackend,
            "api_key",
            "https://api.mailgun.net/v3/",
            lambda secret: (
                mailgun_news.MailgunTrackingWebhookView(webhook_signing_key=secret),
                mailgun_news.MailgunInboundWebhookView(webhook_signing_key=secret),
            ),
            by_signature,
        ),
        Provider(
            "postmark",
            "Postmark",
            postmark.EmailBackend,
            "server_token",
            "https://api.postmarkapp.com/",
            lambda secret: (
                postmark_news.PostmarkTrackingWebhookView(webhook_secret=[secret]),
                postmark_news.PostmarkInboundWebhookView(webhook_secret=[secret]),
            ),
            by_signature,
        ),
        Provider(
            "mailersend",
            "MailerSend",
            mailersend.EmailBackend,
            "api_token",
            "https://api.mailersend.com/v1/",
            lambda secret: (
                mailersend_news.MailerSendTrackingWebhookView(signing_secret=secret, webhook_secret=[]),
                mailersend_news.MailerSendInboundWebhookView(inbound_secret=secret, webhook_secret=[]),
            ),
            by_signature,
        ),
        Provider(
            "resend",
            "Resend",
            resend.EmailBackend,
            "api_key",
            "https://api.resend.com/",
            lambda secret: (resend_news.ResendTrackingWebhookView(webhook_secret=[secret]),),
            by_standard,
        ),
    )
}


class EspTemplate(Prepared):
    """A message as the provider's API takes it, without its key. Raises CannotRender for an odd sender."""

    def __init__(self, content: Content, sender: Sender, provider: Provider, api_url: str) -> None:
        self._subject = Slots(one_line(content.subject))
        self._text, self._html = Slots(clean(content.text)), Slots(clean(content.html))
        self._sender = replace(sender, address=ascii_address(sender.address))
        self._backend = provider.made(api_url=api_url)
        self.fields = frozenset(self._subject.names | self._text.names | self._html.names)

    def render(self, envelope: Envelope) -> Payload:
        to = ascii_address(envelope.to)
        if not KEY.fullmatch(envelope.key):
            raise CannotRender("key")
        try:
            message = self._message(envelope, to)
            request = _request(self._backend, message)
        except KeyError as missing:
            raise CannotRender(f"missing_{missing.args[0]}") from None
        except (AnymailError, ValueError) as problem:
            raise CannotRender(type(problem).__name__) from None
        return Payload(self._sender.address, to, _body(request, envelope.key), request.path_url)

    def _message(self, envelope: Envelope, to: str) -> EmailMultiAlternatives:
        fields = envelope.fields
        message = EmailMultiAlternatives(
            subject=self._subject.fill(fields, one_line).strip(),
            body=self._text.fill(fields, clean).replace("\r\n", "\n"),
            from_email=_named(self._sender.name, self._sender.address),
            to=[_named(envelope.to_name, to)],
            reply_to=[one] if (one := envelope.reply_to or self._sender.reply_to) else None,
            headers=self._headers(envelope),
        )
        if html := self._html.fill(fields, lambda value: escape(clean(value))):
            message.attach_alternative(html.replace("\r\n", "\n"), "text/html")
        for file in envelope.files:
            message.attach(one_line(file.name)[:120], file.data, file.content_type)
        # The provider says it again with all news of this message.
        message.metadata = {"key": envelope.key}  # type: ignore[attr-defined]
        return message

    def _headers(self, envelope: Envelope) -> dict[str, str]:
        domain = self._sender.address.rpartition("@")[2]
        found = {"Message-ID": f"<{marks.message_id(envelope.key, domain)}>"}
        answered, known = thread_ids(envelope)
        if answered:
            found["In-Reply-To"] = f"<{answered}>"
        if known:
            found["References"] = " ".join(f"<{one}>" for one in known)
        if envelope.is_automatic:
            found |= {
                "Auto-Submitted": "auto-replied",
                "X-Auto-Response-Suppress": "All",
                "X-Loop": marks.instance(),
            }
        if link := envelope.unsubscribe_url:
            if len(link) > 900 or not WEB_ADDRESS.fullmatch(link):
                raise CannotRender("unsubscribe_url")
            found |= {
                "List-Unsubscribe": f"<{link}>",
                "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
            }
        return found


class EspSession(ApiSession):
    def __init__(self, origin: Origin, provider: Provider, api_key: str, api_url: str) -> None:
        super().__init__(origin)
        self._backend = provider.made(api_key, api_url)
        self._signed = _authorisation(self._backend)

    def call(self, payload: Payload, key: str) -> Call:
        headers = {**self._signed, "Content-Type": content_type_of(payload.data)}
        return Call("POST", payload.path or "/", headers, payload.data)

    def verdict(self, reply: Reply) -> Outcome:
        said = reply.json()
        usual = usual_verdict(reply, words=str(said.get("Message") or said.get("message") or ""))
        if isinstance(usual, Unknown) or reply.status in (401, 403, 404, 405, 408, 425, 429):
            return usual
        try:
            state, message_id = self._state(reply)
        except (AnymailError, KeyError, ValueError, TypeError, AttributeError):
            state, message_id = "", ""
        if state in ("sent", "queued"):
            return Accepted(message_id[:200])
        if state in REFUSED and said:
            # They remember the dead and let nothing go to them.
            return Rejected(state, permanent=state != "failed", reason=reason(Trouble.RECIPIENT, state))
        # Taken, it says, but not in words that make sense.
        nonsense = Unknown(reason(Trouble.PROTOCOL, str(reply.status)))
        return nonsense if isinstance(usual, Accepted) else usual

    def _state(self, reply: Reply) -> tuple[str, str]:
        """What the provider's answer means for the one recipient, as anymail reads it."""
        message = _anything()
        payload = self._backend.build_message_payload(message, {})
        answer = requests.Response()
        answer.status_code, answer._content = reply.status, reply.body
        answer.headers.update({"content-type": "", **reply.headers})
        self._backend.raise_for_status(answer, payload, message)
        found = self._backend.parse_recipient_status(answer, payload, message)
        # Who it went to stands in the answer only.
        best = next((one for one in found.values() if one.status != "unknown"), next(iter(found.values())))
        return str(best.status or ""), str(best.message_id or "").strip("<>")


def _anything() -> EmailMultiAlternatives:
    return EmailMultiAlternatives("x", "x", "a@example.com", ["b@example.com"])


def _request(backend: AnymailRequestsBackend, message: EmailMultiAlternatives) -> requests.PreparedRequest:
    payload = backend.build_message_payload(message, {})
    return requests.Request(**payload.get_request_params(backend.api_url)).prepare()


def _body(request: requests.PreparedRequest, key: str) -> bytes:
    """The bytes of the request. A boundary that was drawn by lot becomes one that the message gives."""
    body = request.body or b""
    data = body.encode() if isinstance(body, str) else body if isinstance(body, bytes) else b""
    drawn = content_type_of(data).partition("boundary=")[2].encode()
    return data.replace(drawn, b"crm-" + key.encode()) if drawn else data


@lru_cache(maxsize=8)
def _ignored() -> frozenset[str]:
    return frozenset({"content-type", "content-length", "user-agent", "accept-encoding", "connection"})


def _authorisation(backend: AnymailRequestsBackend) -> Mapping[str, str]:
    """The headers by which the provider knows us."""
    headers = _request(backend, _anything()).headers
    return {name: str(value) for name, value in headers.items() if name.lower() not in _ignored()}


def _named(name: str, address: str) -> str:
    shown = " ".join(one_line(name).split()).replace("\\", "").replace('"', "")
    return f'"{shown}" <{address}>' if shown else address


def call_of(raw: bytes) -> HttpRequest:
    """A stored call as anymail's views want it."""
    return django_request(raw, {})
