import django.contrib.postgres.indexes
import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("channels", "0001_initial"),
        ("inbox", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Cursor",
            fields=[
                (
                    "channel",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="cursor",
                        serialize=False,
                        to="channels.channel",
                    ),
                ),
                ("position", models.JSONField(default=dict)),
                ("fetched_at", models.DateTimeField(blank=True, null=True)),
                ("due_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("failures", models.PositiveSmallIntegerField(default=0)),
            ],
        ),
        migrations.CreateModel(
            name="Event",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("dedupe_key", models.CharField(max_length=255)),
                ("raw", models.BinaryField()),
                (
                    "received_at",
                    models.DateTimeField(default=django.utils.timezone.now, verbose_name="arrived"),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("new", "Waiting"),
                            ("done", "Taken in"),
                            ("ignored", "Of no interest"),
                            ("parked", "Set aside"),
                        ],
                        default="new",
                        max_length=7,
                        verbose_name="state",
                    ),
                ),
                ("reason", models.CharField(blank=True, max_length=300, verbose_name="reason")),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
                ("due_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("done_at", models.DateTimeField(blank=True, null=True)),
                (
                    "channel",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="events",
                        to="channels.channel",
                    ),
                ),
            ],
            options={
                "verbose_name": "event",
                "verbose_name_plural": "events",
                "indexes": [
                    models.Index(
                        condition=models.Q(("state", "new")), fields=["due_at", "id"], name="event_new"
                    ),
                    models.Index(fields=["channel", "-id"], name="event_of_a_channel"),
                    models.Index(
                        condition=models.Q(("state", "done"), _negated=True),
                        fields=["channel", "state", "-id"],
                        name="event_not_done",
                    ),
                    django.contrib.postgres.indexes.BrinIndex(
                        autosummarize=True, fields=["received_at"], name="event_by_time"
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("channel", "dedupe_key"), name="event_comes_once"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state__in", ["parked", "ignored"]), _negated=True),
                            models.Q(("reason", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="event_set_aside_has_a_reason",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Taken",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("dedupe_key", models.CharField(max_length=255)),
                ("why", models.CharField(blank=True, help_text="Why it was ignored.", max_length=200)),
                (
                    "channel",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="channels.channel",
                    ),
                ),
                (
                    "event",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="taken", to="inbound.event"
                    ),
                ),
                (
                    "message",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="taken",
                        to="inbox.message",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("channel", "dedupe_key"), name="part_is_taken_once")
                ],
            },
        ),
    ]
