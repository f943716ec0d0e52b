"""Files that go out with what we write: sniffed like all others, kept by their digest."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _

from channels.connectors.base import Caps
from channels.connectors.files import kind_of
from channels.inbox.models import Enclosure, Message
from channels.mail import blobs
from crm.lib.errors import BadInput, Refused
from customers.files import sniffing
from customers.files.services import cleaned_name

MOST = 10


@dataclass(frozen=True)
class Kept:
    """A file that is safe on the disk."""

    name: str
    media_type: str
    size: int
    digest: str


def keep(uploads: Iterable["UploadedFile[bytes]"]) -> list[Kept]:
    """Stores what was chosen. Raises BadInput for what may not go along."""
    chosen = [one for one in uploads if one.name]
    if len(chosen) > MOST:
        raise BadInput(_("At most %(most)s files can be sent at once.") % {"most": MOST})
    return [_keep(one) for one in chosen]


def enclose(message: Message, files: Sequence[Kept]) -> None:
    Enclosure.objects.bulk_create(
        [
            Enclosure(
                message=message, name=one.name, media_type=one.media_type, size=one.size, digest=one.digest
            )
            for one in files
        ]
    )


def fit(files: Sequence[Kept], caps: Caps) -> None:
    """Raises Refused, and says why, for what a channel does not take."""
    if not caps.attachments:
        raise Refused(_("No files can be sent over this channel."))
    if not caps.file_kinds and sum(one.size for one in files) > caps.attachments:
        raise Refused(_("These files are too many or too large for this channel."))
    for one in files if caps.file_kinds else ():
        kind = kind_of(caps.file_kinds, one.media_type)
        if kind is None:
            raise Refused(
                _("%(name)s cannot be sent over this channel: it takes %(kinds)s.")
                % {"name": one.name, "kinds": endings(caps)}
            )
        if one.size > kind.most:
            raise Refused(
                _("%(name)s is too large for this channel, which takes at most %(most)s of its kind.")
                % {"name": one.name, "most": filesizeformat(kind.most)}
            )


def endings(caps: Caps) -> str:
    """What a channel takes, as people know files: by their endings."""
    types = {one for kind in caps.file_kinds for one in kind.types}
    return ", ".join(
        sorted(known[0].upper() for media_type, known in sniffing.ENDINGS_OF.items() if media_type in types)
    )


def parcels(files: Sequence[Kept]) -> list[dict[str, Any]]:
    """As a single message keeps them."""
    return [{"name": one.name, "type": one.media_type, "digest": one.digest} for one in files]


def _keep(upload: "UploadedFile[bytes]") -> Kept:
    if not upload.size or upload.file is None:
        raise BadInput(_("This file is empty."))
    if upload.size > settings.ATTACHMENT_MAX_BYTES:
        raise BadInput(
            _("This file is too large. At most %(most)s fit.")
            % {"most": filesizeformat(settings.ATTACHMENT_MAX_BYTES)}
        )
    kind = sniffing.kind_of(upload.file)
    if kind is None:
        raise BadInput(_("Files of this kind are not sent: documents, pictures, sound and text are."))
    name = cleaned_name(upload.name or "", kind.endings)
    upload.seek(0)
    return Kept(name, kind.media_type, upload.size, blobs.keep(upload.read()))
