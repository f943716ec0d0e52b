"""Saved mappings: found again by the titles of a file, kept by name."""

from collections.abc import Collection
from hashlib import sha256
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from crm.accounts.models import User
from crm.audit import services as audit
from crm.lib.columns import title_key, unique_titles
from crm.lib.errors import Refused
from customers.imports import policies
from customers.imports.models import ImportJob, SavedMapping

# What a source is called when nobody said.
UNNAMED_SOURCE = "file"


def key_of(header: Collection[str]) -> str:
    """The same for the same titles, however they are written and wherever they stand."""
    keys = sorted(title_key(title) for title in unique_titles(header))
    return sha256("\x1f".join(keys).encode()).hexdigest()


def find(job: ImportJob, header: Collection[str]) -> SavedMapping | None:
    """The one that its schedule or the person chose, else the one used last for such titles."""
    if job.saved_mapping:
        return job.saved_mapping
    mine = SavedMapping.objects.visible_to(job.created_by).filter(kind=job.kind)
    return mine.filter(titles_key=key_of(header)).order_by("-used_at", "-pk").first()


def apply(saved: SavedMapping, header: Collection[str], allowed: Collection[str]) -> dict[str, int]:
    """Where the saved columns stand in this file; those it lacks are left out."""
    places = {title_key(title): index for index, title in enumerate(unique_titles(header))}
    found = {name: places.get(title_key(title)) for name, title in saved.columns.items() if name in allowed}
    return {name: index for name, index in found.items() if index is not None}


def used(job: ImportJob, saved: SavedMapping) -> dict[str, Any]:
    """What a job takes over beside its columns."""
    SavedMapping.objects.filter(pk=saved.pk).update(used_at=timezone.now())
    source = saved.source if job.source == UNNAMED_SOURCE else job.source
    return {
        "saved_mapping": saved,
        "policies": saved.policies,
        "language": saved.language,
        "source": source,
    }


@transaction.atomic
def save(job: ImportJob, name: str, *, by: User) -> SavedMapping:
    """Keeps the choices made for a job under a name; the same name again replaces them."""
    titles = unique_titles(job.header)
    known = SavedMapping.objects.select_for_update().filter(kind=job.kind, name=name).first()
    if known and not SavedMapping.objects.visible_to(by, "edit").filter(pk=known.pk).exists():
        raise Refused(_("Another team has saved columns under this name. Choose another one."))
    saved = known or SavedMapping(kind=job.kind, name=name, created_by=by)
    saved.titles_key = key_of(job.header)
    saved.columns = {field: titles[index] for field, index in job.mapping.items()}
    saved.policies, saved.language, saved.source = policies.valid(job.policies), job.language, job.source
    saved.team = by.teams.order_by("pk").first()
    saved.used_at = timezone.now()
    saved.save()
    ImportJob.objects.filter(pk=job.pk).update(saved_mapping=saved)
    return saved


@transaction.atomic
def delete(saved: SavedMapping, *, by: User) -> None:
    if saved.schedules.exists():
        raise Refused(_("A schedule still uses these columns. Change or delete it first."))
    audit.record("import_mapping.deleted", saved, by=by)
    saved.delete()
