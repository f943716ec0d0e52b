"""Keeping and dropping files of a customer."""

import errno
import hashlib
import re
import unicodedata
from collections.abc import Iterable
from functools import partial
from pathlib import PurePosixPath

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from crm.accounts.models import User
from crm.audit import services as audit
from crm.lib.errors import BadInput, Refused
from customers.files.models import Attachment
from customers.files.sniffing import kind_of
from customers.models import Customer
from customers.timeline import services as timeline

LONGEST_NAME = 120
MOST_FILES = 200
# Separators, what Windows forbids, and what turns the writing direction to hide an ending.
FORBIDDEN = re.compile(r'[\\/:*?"<>|]')
SPACES = re.compile(r"\s+")


def keep(customer: Customer, upload: "UploadedFile[bytes]", *, by: User) -> Attachment:
    """Stores an uploaded file. The bytes are written first, so that a row never points to nothing."""
    name, digest, media_type = _inspect(upload)
    attachment = Attachment(
        customer=customer, name=name, size=upload.size or 0, media_type=media_type, digest=digest, by=by
    )
    _check_room(customer, digest)
    _write(attachment, upload)
    try:
        with transaction.atomic():
            _check_room(Customer.objects.select_for_update().get(pk=customer.pk), digest)
            attachment.save(force_insert=True)
            timeline.record(customer, "file.added", summary=name, by=by, file=attachment.pk)
            audit.record("file.added", customer, by=by, file=attachment.pk)
    except BaseException:
        attachment.file.delete(save=False)
        raise
    return attachment


@transaction.atomic
def drop(attachment: Attachment, *, by: User) -> None:
    """The row goes now, the bytes when that is sure."""
    removed, _rows = Attachment.objects.filter(pk=attachment.pk).delete()
    if not removed:
        raise Refused(_("This file was already deleted."))
    timeline.record(attachment.customer, "file.removed", summary=attachment.name, by=by)
    audit.record("file.removed", attachment.customer, by=by, file=attachment.pk)
    transaction.on_commit(partial(attachment.file.delete, save=False))


def cleaned_name(name: str, endings: tuple[str, ...]) -> str:
    """One line that any system can store, ending the way its content says."""
    name = unicodedata.normalize("NFC", PurePosixPath(name.replace("\\", "/")).name)
    name = "".join(sign for sign in name if unicodedata.category(sign) not in ("Cc", "Cf", "Cs", "Co", "Cn"))
    name = SPACES.sub(" ", FORBIDDEN.sub("_", name)).rstrip(" .")
    stem, dot, ending = name.rpartition(".")
    if not dot or ending.lower() not in endings:
        raise BadInput(
            _("The name of this file says something else than its content, which is %(kinds)s.")
            % {"kinds": ", ".join(endings)}
        )
    return f"{stem[:LONGEST_NAME].strip(' .') or 'file'}.{ending.lower()}"


def digest_of(chunks: Iterable[bytes]) -> str:
    """By which the same file is known again."""
    digest = hashlib.sha256()
    for chunk in chunks:
        digest.update(chunk)
    return digest.hexdigest()


def _write(attachment: Attachment, upload: "UploadedFile[bytes]") -> None:
    try:
        attachment.file.save(attachment.name, upload, save=False)
    except OSError as error:
        if error.errno != errno.ENOSPC:
            raise
        # What was written of it is found by the sweep.
        raise Refused(_("There is no room for this file. Please tell your administrator.")) from None


def _inspect(upload: "UploadedFile[bytes]") -> tuple[str, str, str]:
    if not upload.size or upload.file is None:
        raise BadInput(_("This file is empty."))
    if upload.size > settings.ATTACHMENT_MAX_BYTES:
        raise BadInput(
            _("This file is too large. At most %(most)s fit.")
            % {"most": filesizeformat(settings.ATTACHMENT_MAX_BYTES)}
        )
    kind = kind_of(upload.file)
    if kind is None:
        raise BadInput(_("Files of this kind are not kept here: documents, pictures, sound and text are."))
    digest = digest_of(upload.chunks())
    upload.seek(0)
    return cleaned_name(upload.name or "", kind.endings), digest, kind.media_type


def _check_room(customer: Customer, digest: str) -> None:
    kept = Attachment.objects.filter(customer=customer)
    if kept.filter(digest=digest).exists():
        raise Refused(_("This very file is here already."))
    if kept.count() >= MOST_FILES:
        raise Refused(
            ngettext(
                "A customer has room for %(number)s file.",
                "A customer has room for %(number)s files.",
                MOST_FILES,
            )
            % {"number": MOST_FILES}
        )
