from django.db import migrations


class Migration(migrations.Migration):
    """The history is only ever added to. Erasing a person is the one exception, and it must say so."""

    dependencies = [("record", "0001_initial")]

    operations = [
        migrations.RunSQL(
            """
            CREATE FUNCTION record_change_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN
                IF coalesce(current_setting('record.erasing', true), '') <> 'yes' THEN
                    RAISE EXCEPTION 'rows of record_change are never changed';
                END IF;
                RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
            END $$;
            CREATE TRIGGER record_change_is_append_only BEFORE UPDATE OR DELETE ON record_change
                FOR EACH ROW EXECUTE FUNCTION record_change_is_append_only();
            """,
            "DROP FUNCTION record_change_is_append_only() CASCADE",
        )
    ]
