from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from crm.accounts import factories as people
from crm.accounts.models import User
from crm.accounts.policy import Role
from customers import factories
from customers.imports import runner
from customers.imports.models import ImportJob

DATA = Path(settings.BASE_DIR).parent / "shared" / "data"
Import = Callable[..., ImportJob]


@pytest.fixture(autouse=True)
def _own_files(tmp_path: Path, settings: Any) -> None:
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def operator() -> User:
    return people.user(Role.OPERATIONS, username="operator")


@pytest.fixture
def as_operator(client: Client, operator: User) -> Client:
    client.force_login(operator)
    return client


@pytest.fixture
def look(operator: User) -> Import:
    """Uploads a file and has it looked at."""

    def look(content: bytes | str | Path, **fields: Any) -> ImportJob:
        by = fields.pop("by", operator)
        if isinstance(content, Path):
            fields.setdefault("file_name", content.name)
            content = content.read_bytes()
        raw = content.encode() if isinstance(content, str) else content
        job = factories.import_job(raw, by=by, **fields)
        runner.read(job.pk)
        job.refresh_from_db()
        return job

    return look


@pytest.fixture
def take(look: Import) -> Import:
    """Takes a file over, from upload to result."""

    def take(content: bytes | str | Path, **fields: Any) -> ImportJob:
        mapping = fields.pop("mapping", None)
        job = look(content, **fields)
        if job.status == ImportJob.Status.PREVIEW:
            ImportJob.objects.filter(pk=job.pk).update(
                status=ImportJob.Status.QUEUED, mapping=job.mapping if mapping is None else mapping
            )
            runner.run(job.pk)
            job.refresh_from_db()
        return job

    return take


def shared(path: str) -> Path:
    """A file or folder of the shared data, or the reason to skip."""
    found = DATA / path
    if not found.exists():
        pytest.skip(f"{found} is not on this machine")
    return found


def counts(job: ImportJob) -> tuple[int, int, int, int, int]:
    """Created, updated, unchanged, skipped, with errors."""
    return job.created_rows, job.updated_rows, job.unchanged_rows, job.skipped_rows, job.error_rows


def reasons(job: ImportJob) -> list[tuple[int, str, str]]:
    return list(job.problems.order_by("line", "column").values_list("line", "column", "reason"))
