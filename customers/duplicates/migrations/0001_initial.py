import django.contrib.postgres.fields
import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("accounts", "__first__"),
        ("matching", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Batch",
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
                    "verdict",
                    models.CharField(
                        choices=[("join", "The same: join them"), ("apart", "Not the same")],
                        max_length=5,
                        verbose_name="decision",
                    ),
                ),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("queued", "Queued"),
                            ("running", "Running"),
                            ("done", "Done"),
                            ("failed", "Failed"),
                            ("undo", "Undo is queued"),
                            ("undoing", "Being undone"),
                            ("undone", "Undone"),
                        ],
                        default="queued",
                        max_length=10,
                        verbose_name="status",
                    ),
                ),
                ("total", models.PositiveIntegerField(default=0, verbose_name="chosen")),
                ("decided", models.PositiveIntegerField(default=0, verbose_name="decided")),
                ("left_out", models.PositiveIntegerField(default=0, verbose_name="left out")),
                ("undone", models.PositiveIntegerField(default=0, verbose_name="undone")),
                ("kept", models.PositiveIntegerField(default=0, verbose_name="changed since, so kept")),
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
                "verbose_name": "decision about many pairs",
                "verbose_name_plural": "decisions about many pairs",
                "indexes": [
                    models.Index(fields=["created_by", "-created_at", "-id"], name="batch_of_a_colleague")
                ],
            },
        ),
        migrations.CreateModel(
            name="BatchItem",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "outcome",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("", "Waiting"),
                            ("decided", "Decided"),
                            ("left", "Left out"),
                            ("undone", "Undone"),
                            ("kept", "Changed since, so kept"),
                        ],
                        default="",
                        max_length=7,
                    ),
                ),
                (
                    "merges",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.BigIntegerField(), blank=True, default=list, size=None
                    ),
                ),
                (
                    "batch",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="items",
                        to="duplicates.batch",
                    ),
                ),
                (
                    "pair",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="matching.pair"
                    ),
                ),
            ],
            options={
                "verbose_name": "decision about a pair",
                "verbose_name_plural": "decisions about pairs",
                "constraints": [
                    models.UniqueConstraint(fields=("batch", "pair"), name="pair_is_in_a_batch_once")
                ],
            },
        ),
    ]
