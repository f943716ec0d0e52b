import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.db.models.deletion
import django.utils.timezone
import uuid
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
            name="Quality",
            fields=[
                (
                    "customer",
                    models.OneToOneField(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="quality",
                        serialize=False,
                        to="customers.customer",
                    ),
                ),
                ("score", models.PositiveSmallIntegerField(verbose_name="data quality")),
                ("completeness", models.PositiveSmallIntegerField(verbose_name="completeness")),
                ("accuracy", models.PositiveSmallIntegerField(verbose_name="accuracy")),
                ("timeliness", models.PositiveSmallIntegerField(verbose_name="timeliness")),
                (
                    "problems",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=20),
                        default=list,
                        size=None,
                        verbose_name="problems",
                    ),
                ),
            ],
            options={
                "verbose_name": "data quality",
                "verbose_name_plural": "data quality",
                "indexes": [
                    models.Index(fields=["score", "customer"], name="quality_worst_first"),
                    django.contrib.postgres.indexes.GinIndex(
                        fields=["problems"], name="quality_with_a_problem"
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("accuracy__lte", 100),
                            ("completeness__lte", 100),
                            ("score__lte", 100),
                            ("timeliness__lte", 100),
                        ),
                        name="quality_is_a_percentage",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Refresh",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("key", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("open", "Waiting for the customer"),
                            ("answered", "Answered"),
                            ("expired", "Not answered"),
                        ],
                        default="open",
                        max_length=8,
                        verbose_name="status",
                    ),
                ),
                ("asked_at", models.DateTimeField(default=django.utils.timezone.now, verbose_name="asked")),
                ("expires_at", models.DateTimeField(verbose_name="until")),
                ("answered_at", models.DateTimeField(null=True, verbose_name="answered")),
                (
                    "asked_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="asked by",
                    ),
                ),
                (
                    "customer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="refreshes",
                        to="customers.customer",
                    ),
                ),
            ],
            options={
                "verbose_name": "refresh request",
                "verbose_name_plural": "refresh requests",
                "indexes": [
                    models.Index(
                        condition=models.Q(("status", "open")),
                        fields=["expires_at"],
                        name="refresh_running_out",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("status", "open")),
                        fields=("customer",),
                        name="refresh_is_open_once_per_customer",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("status", "answered"), _negated=True),
                            models.Q(("answered_at", None), _negated=True),
                            _connector="OR",
                        ),
                        name="refresh_answered_says_when",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Proposal",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("field", models.CharField(max_length=20, verbose_name="field")),
                ("value", models.CharField(max_length=300, verbose_name="new value")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("unverified", "Waits for the customer's confirmation"),
                            ("waiting", "Waiting"),
                            ("accepted", "Accepted"),
                            ("refused", "Refused"),
                        ],
                        default="waiting",
                        max_length=10,
                        verbose_name="state",
                    ),
                ),
                ("key", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("made_at", models.DateTimeField(default=django.utils.timezone.now, verbose_name="proposed")),
                ("verified_at", models.DateTimeField(null=True, verbose_name="verified")),
                ("decided_at", models.DateTimeField(null=True, verbose_name="decided")),
                (
                    "decided_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="decided by",
                    ),
                ),
                (
                    "refresh",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="proposals",
                        to="quality.refresh",
                    ),
                ),
            ],
            options={
                "verbose_name": "correction",
                "verbose_name_plural": "corrections",
                "indexes": [
                    models.Index(
                        condition=models.Q(("state", "waiting")), fields=["id"], name="proposal_to_decide"
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("refresh", "field"), name="proposal_is_made_once_per_field"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("value", ""), _negated=True), name="proposal_has_a_value"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("field", "email"), ("state", "accepted"), _negated=True),
                            models.Q(("verified_at", None), _negated=True),
                            _connector="OR",
                        ),
                        name="proposal_of_an_address_is_verified",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state__in", ["accepted", "refused"]), _negated=True),
                            models.Q(("decided_at", None), _negated=True),
                            _connector="OR",
                        ),
                        name="proposal_decided_says_when",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Assessment",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "started_at",
                    models.DateTimeField(default=django.utils.timezone.now, verbose_name="started"),
                ),
                ("finished_at", models.DateTimeField(null=True, verbose_name="finished")),
                ("cursor", models.BigIntegerField(default=0)),
                ("lease_until", models.DateTimeField(null=True)),
                (
                    "summary",
                    models.JSONField(
                        default=dict, help_text="What all scores add up to, so pages need not count."
                    ),
                ),
                (
                    "asked_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "assessment",
                "verbose_name_plural": "assessments",
                "constraints": [
                    models.UniqueConstraint(
                        models.Value(1),
                        condition=models.Q(("finished_at", None)),
                        name="assessment_is_made_one_at_a_time",
                    )
                ],
            },
        ),
    ]
