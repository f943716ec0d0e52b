"""Open pairs by what agrees and differs in them, as customers.duplicates.patterns asks for them."""

from django.db import migrations

FORWARDS = """
    CREATE INDEX pair_of_a_pattern ON matching_pair
        (md5(jsonb_path_query_array(reasons, '$[*].level')::text), bits, id) WHERE state = 'open'
"""


class Migration(migrations.Migration):
    dependencies = [("duplicates", "0001_initial"), ("matching", "0001_initial")]

    operations = [migrations.RunSQL(FORWARDS, "DROP INDEX pair_of_a_pattern")]
