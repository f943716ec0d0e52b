"""Django's own command, quicker where the database is empty."""

from django.core.management.commands import migrate

from crm.embedded.first_migration import FirstExecutor

migrate.MigrationExecutor = FirstExecutor  # type: ignore[attr-defined]


class Command(migrate.Command):
    pass
