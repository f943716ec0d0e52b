from django.db import migrations


class Migration(migrations.Migration):
    """The consent ledger is only ever added to, whoever asks: corrections are new rows."""

    dependencies = [("consent", "0001_initial")]

    operations = [
        migrations.RunSQL(
            """
            CREATE FUNCTION consent_consententry_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN
                RAISE EXCEPTION 'rows of consent_consententry are never changed';
            END $$;
            CREATE TRIGGER consent_consententry_is_append_only BEFORE UPDATE OR DELETE ON consent_consententry
                FOR EACH ROW EXECUTE FUNCTION consent_consententry_is_append_only();
            """,
            "DROP FUNCTION consent_consententry_is_append_only() CASCADE",
        )
    ]
