"""Lists show who is present: an index of those alone can say who lives in a city without reading anybody."""

from django.contrib.postgres.operations import AddIndexConcurrently, RemoveIndexConcurrently
from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    # A large table stays open to everybody meanwhile.
    atomic = False
    dependencies = [
        ("customers", "0002_lunar_birthday"),
    ]

    operations = [
        AddIndexConcurrently(
            model_name="customer",
            index=models.Index(
                fields=["city", "touched_at", "id"],
                name="customer_present_in_a_city",
                condition=Q(deleted_at=None),
            ),
        ),
        RemoveIndexConcurrently(model_name="customer", name="customer_in_a_city"),
    ]
