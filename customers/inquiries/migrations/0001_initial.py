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
            name="Check",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("asked_at", models.DateTimeField(default=django.utils.timezone.now, verbose_name="asked")),
                (
                    "about",
                    models.CharField(
                        help_text="The name, as it was typed.", max_length=200, verbose_name="asked about"
                    ),
                ),
                (
                    "asked_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "customer check",
                "verbose_name_plural": "customer checks",
                "indexes": [models.Index(fields=["asked_at"], name="check_oldest_first")],
            },
        ),
        migrations.CreateModel(
            name="Inquiry",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "wish",
                    models.CharField(
                        choices=[
                            ("cooperate", "Work on this customer together"),
                            ("take_over", "Take this customer over"),
                        ],
                        max_length=10,
                        verbose_name="asks to",
                    ),
                ),
                (
                    "about",
                    models.CharField(
                        help_text="The name, as whoever asks had typed it.",
                        max_length=200,
                        verbose_name="asked about",
                    ),
                ),
                ("note", models.CharField(max_length=500, verbose_name="why")),
                ("asked_at", models.DateTimeField(default=django.utils.timezone.now, verbose_name="asked")),
                ("due_at", models.DateTimeField(verbose_name="to be answered by")),
                (
                    "passed_on_at",
                    models.DateTimeField(
                        help_text="When it went from the owner to the managers.",
                        null=True,
                        verbose_name="passed on",
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("open", "Waiting for an answer"),
                            ("granted", "Agreed"),
                            ("refused", "Declined"),
                            ("withdrawn", "Withdrawn"),
                            ("lapsed", "No longer there"),
                        ],
                        default="open",
                        max_length=10,
                        verbose_name="state",
                    ),
                ),
                ("closed_at", models.DateTimeField(null=True, verbose_name="closed at")),
                ("answer", models.CharField(blank=True, max_length=500, verbose_name="answer")),
                (
                    "answered_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="answered by",
                    ),
                ),
                (
                    "asked_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="inquiries",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="asked by",
                    ),
                ),
                (
                    "customer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="inquiries",
                        to="customers.customer",
                    ),
                ),
            ],
            options={
                "verbose_name": "question about a customer",
                "verbose_name_plural": "questions about customers",
                "indexes": [
                    models.Index(
                        condition=models.Q(("state", "open")), fields=["due_at"], name="inquiry_running_out"
                    ),
                    models.Index(fields=["asked_by", "-asked_at", "-id"], name="inquiry_of_a_colleague"),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state", "open")),
                        fields=("customer", "asked_by"),
                        name="inquiry_is_open_once_per_colleague",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("closed_at", None), ("state", "open")),
                            models.Q(
                                models.Q(("state", "open"), _negated=True),
                                models.Q(("closed_at", None), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="inquiry_closed_says_when",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("state__in", ["granted", "refused"]),
                                models.Q(("answered_by", None), _negated=True),
                            ),
                            models.Q(
                                models.Q(("state__in", ["granted", "refused"]), _negated=True),
                                ("answered_by", None),
                            ),
                            _connector="OR",
                        ),
                        name="inquiry_answered_says_by_whom",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "refused"), _negated=True),
                            models.Q(("answer", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="inquiry_declined_says_why",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("answered_by", None),
                            models.Q(("answered_by", models.F("asked_by")), _negated=True),
                            _connector="OR",
                        ),
                        name="inquiry_is_not_answered_by_who_asks",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("due_at__gt", models.F("asked_at"))), name="inquiry_leaves_time"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Match",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("key", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("is_same", models.BooleanField(help_text="Surely the same, not only alike.")),
                (
                    "check_of",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="matches",
                        to="inquiries.check",
                    ),
                ),
                (
                    "customer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="customers.customer"
                    ),
                ),
            ],
            options={
                "verbose_name": "match of a check",
                "verbose_name_plural": "matches of checks",
                "constraints": [
                    models.UniqueConstraint(fields=("check_of", "customer"), name="match_is_told_once")
                ],
            },
        ),
    ]
