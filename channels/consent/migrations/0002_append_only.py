from django.db import migrations


class Migration(migrations.Migration):
    """The consent ledger is only ever added to, whoever asks: corrections are new rows.

    Two exceptions, which must say so: rows go with their customer when a whole import is reverted, and erasing
    a person empties the proof and nothing else. Published wordings never change.
    """

    dependencies = [("consent", "0001_initial")]

    operations = [
        migrations.RunSQL(
            """
            CREATE FUNCTION consent_consententry_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN
                IF TG_OP = 'DELETE' AND coalesce(current_setting('consent.erasing', true), '') = 'yes' THEN
                    RETURN OLD;
                END IF;
                IF TG_OP = 'UPDATE' AND coalesce(current_setting('consent.erasing', true), '') = 'yes'
                    AND to_jsonb(OLD) - 'evidence' = to_jsonb(NEW) - 'evidence' AND NEW.evidence = '{}'
                THEN
                    RETURN NEW;
                END IF;
                RAISE EXCEPTION 'rows of consent_consententry are never changed';
            END $$;
            CREATE TRIGGER consent_consententry_is_append_only BEFORE UPDATE OR DELETE ON consent_consententry
                FOR EACH ROW EXECUTE FUNCTION consent_consententry_is_append_only();
            CREATE FUNCTION consent_consenttext_stays_as_published() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN
                RAISE EXCEPTION 'a published wording is never changed';
            END $$;
            CREATE TRIGGER consent_consenttext_stays_as_published BEFORE UPDATE OR DELETE ON consent_consenttext
                FOR EACH ROW WHEN (OLD.published_at IS NOT NULL)
                EXECUTE FUNCTION consent_consenttext_stays_as_published();
            """,
            """
            DROP FUNCTION consent_consententry_is_append_only() CASCADE;
            DROP FUNCTION consent_consenttext_stays_as_published() CASCADE;
            """,
        )
    ]
