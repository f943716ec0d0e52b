"""Handing a file to a provider before the message that shows it."""

import json
from dataclasses import replace
from hashlib import sha256

from channels.connectors.base import Outcome, Payload, Rejected, Retry, Trouble, Unknown, reason
from channels.connectors.files import Upload

LATER = 60


def parcel(upload: Upload) -> Payload:
    """The file as a form with parts, the way browsers send one."""
    file = upload.file
    boundary = b"file-" + sha256(file.data).hexdigest()[:32].encode()
    parts = [
        b'Content-Disposition: form-data; name="%s"\r\n\r\n%s\r\n' % (name.encode(), value.encode())
        for name, value in upload.fields.items()
    ]
    parts.append(
        b'Content-Disposition: form-data; name="%s"; filename="%s"; filelength=%d\r\n'
        b"Content-Type: %s\r\n\r\n%s\r\n"
        % (upload.part.encode(), _quoted(file.name), len(file.data), file.content_type.encode(), file.data)
    )
    body = b"".join(b"--" + boundary + b"\r\n" + part for part in parts) + b"--" + boundary + b"--\r\n"
    kind = f"multipart/form-data; boundary={boundary.decode()}"
    return Payload("", "", body, upload.path, content_type=kind)


def with_file(payload: Payload, upload: Upload, number: str) -> Payload:
    """The message with the provider's name of the file in its place."""
    message, (kind, slot) = json.loads(payload.data), upload.slot
    message[kind] = {**message.get(kind, {}), slot: number}
    data = json.dumps(message, ensure_ascii=False, separators=(",", ":")).encode(errors="replace")
    return replace(payload, data=data, upload=None)


def for_the_message(outcome: Outcome) -> Retry | Rejected:
    """What became of the file, as what it means for its message: that was certainly not sent."""
    if isinstance(outcome, Retry):
        return outcome
    if isinstance(outcome, Rejected):
        return replace(outcome, permanent=False)
    words = outcome.reason if isinstance(outcome, Unknown) else reason(Trouble.PROTOCOL, "file")
    return Retry(LATER, words)


def _quoted(name: str) -> bytes:
    """As the standard of forms wants names: as they are, but for what would end them."""
    return name.replace("\r", "").replace("\n", "").replace('"', "%22").encode(errors="replace")
