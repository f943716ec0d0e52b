import django.core.validators
import django.db.models.deletion
import django.db.models.lookups
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("accounts", "__first__"),
        ("inbox", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Calendar",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=100, unique=True, verbose_name="name")),
                ("zone", models.CharField(default="Asia/Shanghai", max_length=40, verbose_name="time zone")),
                ("week", models.JSONField(default=list, verbose_name="opening hours")),
                (
                    "china",
                    models.BooleanField(
                        default=False,
                        help_text="Closed on public holidays, open on the workdays that make up for them.",
                        verbose_name="public holidays of China",
                    ),
                ),
            ],
            options={
                "verbose_name": "business calendar",
                "verbose_name_plural": "business calendars",
                "ordering": ("name",),
                "constraints": [
                    models.CheckConstraint(
                        condition=django.db.models.lookups.Exact(
                            models.Func(
                                "week", function="jsonb_array_length", output_field=models.IntegerField()
                            ),
                            7,
                        ),
                        name="calendar_has_seven_days",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Policy",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=100, unique=True, verbose_name="name")),
                ("position", models.PositiveIntegerField(default=0)),
                ("enabled", models.BooleanField(default=True, verbose_name="in use")),
                ("conditions", models.JSONField(blank=True, default=dict, verbose_name="conditions")),
                (
                    "first_reply",
                    models.PositiveIntegerField(blank=True, null=True, verbose_name="first reply"),
                ),
                (
                    "next_reply",
                    models.PositiveIntegerField(blank=True, null=True, verbose_name="each further reply"),
                ),
                ("resolution", models.PositiveIntegerField(blank=True, null=True, verbose_name="solved")),
                (
                    "warn_at",
                    models.PositiveSmallIntegerField(
                        default=75,
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(99),
                        ],
                        verbose_name="warn at",
                    ),
                ),
                (
                    "pauses_pending",
                    models.BooleanField(
                        default=True, verbose_name="waits while the customer is asked something"
                    ),
                ),
                (
                    "pauses_snoozed",
                    models.BooleanField(
                        default=False, verbose_name="waits while the conversation is snoozed"
                    ),
                ),
                (
                    "tells",
                    models.CharField(
                        choices=[
                            ("nobody", "Nobody"),
                            ("managers", "The department's managers"),
                            ("person", "A colleague"),
                        ],
                        default="managers",
                        max_length=8,
                        verbose_name="who is told of a broken promise",
                    ),
                ),
                (
                    "calendar",
                    models.ForeignKey(
                        blank=True,
                        help_text="Only its open hours count. Without one every hour counts.",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="policies",
                        to="standards.calendar",
                        verbose_name="business calendar",
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="colleague",
                    ),
                ),
            ],
            options={
                "verbose_name": "service standard",
                "verbose_name_plural": "service standards",
                "ordering": ("position", "pk"),
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("first_reply", None), ("next_reply", None), ("resolution", None), _negated=True
                        ),
                        name="policy_promises_something",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("first_reply", 0), _negated=True),
                            models.Q(("next_reply", 0), _negated=True),
                            models.Q(("resolution", 0), _negated=True),
                        ),
                        name="policy_promises_no_miracles",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("warn_at__gte", 1), ("warn_at__lte", 99)),
                        name="policy_warns_before_the_end",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("tells", "person"), _negated=True),
                            ("person__isnull", False),
                            _connector="OR",
                        ),
                        name="policy_names_whom_it_tells",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Clock",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                (
                    "kind",
                    models.CharField(
                        choices=[("first", "First reply"), ("next", "Further reply"), ("solved", "Solved")],
                        max_length=6,
                        verbose_name="kind",
                    ),
                ),
                ("started_at", models.DateTimeField(default=django.utils.timezone.now, verbose_name="since")),
                ("target", models.PositiveIntegerField(verbose_name="seconds promised")),
                ("used", models.FloatField(default=0, verbose_name="seconds over")),
                ("counting_since", models.DateTimeField(null=True)),
                ("due_at", models.DateTimeField(null=True, verbose_name="due")),
                ("warn_at", models.DateTimeField(null=True)),
                ("warned_at", models.DateTimeField(null=True, verbose_name="warned")),
                ("breached_at", models.DateTimeField(null=True, verbose_name="broken")),
                ("escalated_at", models.DateTimeField(null=True, verbose_name="told to others")),
                ("met_at", models.DateTimeField(null=True, verbose_name="kept")),
                ("met_by", models.BigIntegerField(null=True)),
                ("dropped_at", models.DateTimeField(null=True, verbose_name="given up")),
                (
                    "conversation",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="clocks",
                        to="inbox.conversation",
                    ),
                ),
                (
                    "policy",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="standards.policy",
                    ),
                ),
            ],
            options={
                "verbose_name": "promise",
                "verbose_name_plural": "promises",
                "indexes": [
                    models.Index(
                        condition=models.Q(("breached_at", None), ("dropped_at", None), ("met_at", None)),
                        fields=["due_at"],
                        name="clock_due",
                    ),
                    models.Index(
                        condition=models.Q(("dropped_at", None), ("met_at", None)),
                        fields=["warn_at"],
                        name="clock_at_risk",
                    ),
                    models.Index(fields=["conversation", "-id"], name="clock_of_a_conversation"),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("dropped_at", None), ("met_at", None)),
                        fields=("conversation", "kind"),
                        name="clock_runs_once_per_kind",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("met_at", None), ("dropped_at", None), _connector="OR"),
                        name="clock_ends_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("counting_since", None), ("due_at", None), ("warn_at", None)),
                            models.Q(
                                ("counting_since__isnull", False),
                                ("due_at__isnull", False),
                                ("warn_at__isnull", False),
                            ),
                            ("met_at__isnull", False),
                            ("dropped_at__isnull", False),
                            _connector="OR",
                        ),
                        name="clock_that_counts_is_due",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("escalated_at", None), ("breached_at__isnull", False), _connector="OR"
                        ),
                        name="clock_is_escalated_when_broken",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("met_at", None), ("met_at__gte", models.F("started_at")), _connector="OR"
                            ),
                            models.Q(
                                ("dropped_at", None),
                                ("dropped_at__gte", models.F("started_at")),
                                _connector="OR",
                            ),
                        ),
                        name="clock_ends_after_it_began",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="OwnDay",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("on", models.DateField(verbose_name="day")),
                ("name", models.CharField(blank=True, max_length=100, verbose_name="name")),
                ("spans", models.JSONField(blank=True, default=list, verbose_name="opening hours")),
                (
                    "calendar",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="days",
                        to="standards.calendar",
                    ),
                ),
            ],
            options={
                "verbose_name": "special day",
                "verbose_name_plural": "special days",
                "ordering": ("on",),
                "constraints": [
                    models.UniqueConstraint(fields=("calendar", "on"), name="day_is_special_once")
                ],
            },
        ),
    ]
