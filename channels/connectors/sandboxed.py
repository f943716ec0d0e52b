"""How the sandbox answers over HTTP, and whoever takes messages as it does."""

from urllib.parse import quote

from channels.connectors.base import Outcome, Payload, Rejected, Trouble, reason
from channels.connectors.http import JSON, ApiSession, Call, Origin, Reply, usual_verdict
from channels.sandbox import location


class SandboxSession(ApiSession):
    """A message a call, with a key by which a second try is known."""

    def call(self, payload: Payload, key: str) -> Call:
        return Call("POST", "/messages", {**JSON, "Idempotency-Key": quote(key)}, payload.data)

    def verdict(self, reply: Reply) -> Outcome:
        answer = reply.json()
        words = str(answer.get("error", ""))
        if reply.status == 422 and answer.get("field") == "to":
            return Rejected("422", permanent=True, reason=reason(Trouble.RECIPIENT, f"422 {words}"))
        return usual_verdict(reply, str(answer.get("id", "")), words)


def here() -> SandboxSession:
    """With our own sandbox, wherever it listens at the moment."""
    return SandboxSession(Origin(location.HOST, location.current().http_port, is_local=True))
