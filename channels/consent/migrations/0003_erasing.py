from django.db import migrations, models


class Migration(migrations.Migration):
    """Rows of the ledger go with their customer, when a whole import is reverted or a person erased; never else."""

    dependencies = [("consent", "0002_append_only")]

    operations = [
        migrations.RunSQL(
            """
            CREATE OR REPLACE FUNCTION consent_consententry_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN
                IF TG_OP = 'DELETE' AND coalesce(current_setting('consent.erasing', true), '') = 'yes' THEN
                    RETURN OLD;
                END IF;
                RAISE EXCEPTION 'rows of consent_consententry are never changed';
            END $$
            """,
            """
            CREATE OR REPLACE FUNCTION consent_consententry_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN
                RAISE EXCEPTION 'rows of consent_consententry are never changed';
            END $$
            """,
        ),
        migrations.AddIndex(
            model_name="consent",
            index=models.Index(fields=["entry"], name="consent_of_an_entry"),
        ),
    ]
