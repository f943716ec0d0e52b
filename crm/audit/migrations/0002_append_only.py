from django.db import migrations


class Migration(migrations.Migration):
    """The audit log is only ever added to, whoever asks: corrections are new rows."""

    dependencies = [("audit", "0001_initial")]

    operations = [
        migrations.RunSQL(
            """
            CREATE FUNCTION audit_auditentry_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN
                RAISE EXCEPTION 'rows of audit_auditentry are never changed';
            END $$;
            CREATE TRIGGER audit_auditentry_is_append_only BEFORE UPDATE OR DELETE ON audit_auditentry
                FOR EACH ROW EXECUTE FUNCTION audit_auditentry_is_append_only();
            """,
            "DROP FUNCTION audit_auditentry_is_append_only() CASCADE",
        )
    ]
