"""Stored files that no row knows: left by a crash between writing and recording, or after a deletion."""

from collections.abc import Iterator
from datetime import timedelta

from django.core.files.storage import default_storage
from django.utils import timezone

from customers.files.models import FOLDER, Attachment

# Younger ones may belong to an upload that is still going on.
OLD = timedelta(days=1)


def sweep() -> int:
    """Deletes them and returns how many there were."""
    gone = 0
    for folder in _folders():
        names = {f"{folder}/{name}" for name in default_storage.listdir(folder)[1]}
        known = set(Attachment.objects.filter(file__in=names).values_list("file", flat=True))
        before = timezone.now() - OLD
        for name in names - known:
            if default_storage.get_modified_time(name) < before:
                default_storage.delete(name)
                gone += 1
    return gone


def _folders() -> Iterator[str]:
    if default_storage.exists(FOLDER):
        yield from (f"{FOLDER}/{name}" for name in sorted(default_storage.listdir(FOLDER)[0]))
