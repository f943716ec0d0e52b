import django.contrib.postgres.fields
import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("accounts", "__first__"),
        ("customers", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="BulkJob",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "query",
                    models.TextField(
                        blank=True, help_text="The list's address; all that match it are meant."
                    ),
                ),
                (
                    "ids",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.BigIntegerField(),
                        blank=True,
                        default=list,
                        help_text="Or just these.",
                        size=None,
                    ),
                ),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now, verbose_name="asked")),
                ("started_at", models.DateTimeField(blank=True, null=True, verbose_name="started")),
                ("finished_at", models.DateTimeField(blank=True, null=True, verbose_name="finished")),
                ("error", models.CharField(blank=True, help_text="A code.", max_length=60)),
                ("lease_until", models.DateTimeField(blank=True, null=True)),
                ("lease_token", models.CharField(blank=True, max_length=32)),
                (
                    "attempts",
                    models.PositiveSmallIntegerField(
                        default=0, help_text="Starts since anything was committed."
                    ),
                ),
                (
                    "action",
                    models.CharField(
                        help_text="A key of customers.bulk.actions.", max_length=20, verbose_name="what"
                    ),
                ),
                ("params", models.JSONField(default=dict, help_text="As the action's form gave them.")),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("draft", "Being prepared"),
                            ("queued", "Queued"),
                            ("running", "Running"),
                            ("done", "Done"),
                            ("failed", "Failed"),
                            ("cancelled", "Cancelled"),
                            ("undo", "Undo is queued"),
                            ("undoing", "Being undone"),
                            ("undone", "Undone"),
                        ],
                        default="draft",
                        max_length=10,
                        verbose_name="status",
                    ),
                ),
                (
                    "is_gathered",
                    models.BooleanField(default=False, help_text="Whether every chosen customer has a row."),
                ),
                ("position", models.BigIntegerField(default=0, help_text="The last customer dealt with.")),
                ("total", models.BigIntegerField(default=0, verbose_name="chosen")),
                ("changed", models.BigIntegerField(default=0, verbose_name="changed")),
                ("same", models.BigIntegerField(default=0, verbose_name="already so")),
                ("denied", models.BigIntegerField(default=0, verbose_name="left out")),
                ("undone", models.BigIntegerField(default=0, verbose_name="undone")),
                ("kept", models.BigIntegerField(default=0, verbose_name="changed since, so kept")),
                (
                    "created_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="asked by",
                    ),
                ),
            ],
            options={
                "verbose_name": "bulk change",
                "verbose_name_plural": "bulk changes",
                "indexes": [
                    models.Index(fields=["created_by", "-created_at", "-id"], name="bulk_of_a_colleague")
                ],
            },
        ),
        migrations.CreateModel(
            name="BulkItem",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                (
                    "outcome",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("", "Waiting"),
                            ("changed", "Changed"),
                            ("same", "Was so already"),
                            ("denied", "Not yours to change"),
                            ("undone", "Undone"),
                            ("kept", "Changed since, so kept"),
                        ],
                        default="",
                        max_length=7,
                    ),
                ),
                ("old", models.JSONField(help_text="The columns as they were.", null=True)),
                (
                    "version",
                    models.PositiveIntegerField(help_text="The customer's after the change.", null=True),
                ),
                (
                    "customer",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="customers.customer",
                    ),
                ),
                (
                    "job",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="items",
                        to="bulk.bulkjob",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("job", "customer"), name="customer_is_chosen_once")
                ],
            },
        ),
    ]
