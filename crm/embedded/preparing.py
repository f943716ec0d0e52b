"""What must be true before the first page: tables, translations, static files, somebody who can sign in."""

import hashlib
import secrets
from collections.abc import Callable
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from crm.accounts.models import User
from crm.accounts.policy import Role
from crm.embedded import translations

Say = Callable[[str], None]


def prepare(say: Say) -> None:
    # First: migrations and the demo company write texts of ours in both languages.
    translations.compile_stale()
    migrate(say)
    collect_static(say)


def pending_migrations() -> int:
    executor = MigrationExecutor(connection)
    return len(executor.migration_plan(executor.loader.graph.leaf_nodes()))


def migrate(say: Say) -> None:
    if steps := pending_migrations():
        say(f"Updating the database, {steps} steps …")
        call_command("migrate", interactive=False, verbosity=0, skip_checks=True)


def collect_static(say: Say) -> None:
    """Only when a file changed: hashing and compressing all of them takes many seconds."""
    stamp = Path(settings.STATIC_ROOT) / ".collected"
    wanted = _fingerprint()
    if stamp.exists() and stamp.read_text() == wanted:
        return
    say("Preparing static files …")
    call_command("collectstatic", interactive=False, verbosity=0)
    stamp.write_text(wanted)


def nobody_administers() -> bool:
    return not User.objects.filter(is_superuser=True, is_active=True).exists()


def first_account() -> tuple[str, str]:
    """Makes the administrator, who has every role until there are colleagues. The password is told once."""
    password = secrets.token_urlsafe(12)
    User.objects.create_superuser(
        "admin", "admin@localhost.localdomain", password, name="Administrator", roles=list(Role)
    )
    return "admin", password


def _fingerprint() -> str:
    found = hashlib.sha256()
    for finder in get_finders():
        for path, storage in finder.list([]):
            status = Path(storage.path(path)).stat()
            found.update(f"{path} {status.st_size} {status.st_mtime_ns}\n".encode())
    return found.hexdigest()
