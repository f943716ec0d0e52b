import django.contrib.postgres.fields
import django.db.models.constraints
import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("accounts", "0001_initial"),
        ("accounts", "__first__"),
        ("inbox", "0001_initial"),
        ("standards", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Capacity",
            fields=[
                (
                    "user",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="capacity",
                        serialize=False,
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "most",
                    models.PositiveSmallIntegerField(default=20, verbose_name="open conversations at most"),
                ),
                ("last_given_at", models.DateTimeField(blank=True, editable=False, null=True)),
                ("away_since", models.DateTimeField(blank=True, editable=False, null=True)),
            ],
            options={
                "verbose_name": "capacity",
                "verbose_name_plural": "capacities",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("most__lte", 1000)), name="capacity_is_within_reason"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="RuleSet",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.PositiveIntegerField(unique=True, verbose_name="version")),
                (
                    "state",
                    models.CharField(
                        choices=[("draft", "Draft"), ("active", "In use"), ("old", "Earlier")],
                        default="draft",
                        max_length=6,
                        verbose_name="state",
                    ),
                ),
                ("note", models.CharField(blank=True, max_length=200, verbose_name="what changed")),
                ("made_at", models.DateTimeField(default=django.utils.timezone.now, verbose_name="made")),
                ("activated_at", models.DateTimeField(blank=True, null=True, verbose_name="in use since")),
                (
                    "activated_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="put to use by",
                    ),
                ),
                (
                    "made_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="made by",
                    ),
                ),
            ],
            options={
                "verbose_name": "version of the rules",
                "verbose_name_plural": "versions of the rules",
                "ordering": ("-number",),
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state", "active")),
                        fields=("state",),
                        name="ruleset_in_use_is_one",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("state", "draft")), fields=("state",), name="ruleset_draft_is_one"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("activated_at", None), ("state", "draft")),
                            models.Q(
                                models.Q(("state", "draft"), _negated=True), ("activated_at__isnull", False)
                            ),
                            _connector="OR",
                        ),
                        name="ruleset_was_put_to_use_at_a_moment",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Rule",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("position", models.PositiveIntegerField()),
                ("name", models.CharField(max_length=100, verbose_name="name")),
                ("enabled", models.BooleanField(default=True, verbose_name="in use")),
                ("conditions", models.JSONField(blank=True, default=dict, verbose_name="conditions")),
                (
                    "priority",
                    models.PositiveSmallIntegerField(
                        blank=True,
                        choices=[(1, "Low"), (2, "Normal"), (3, "High"), (4, "Urgent")],
                        null=True,
                        verbose_name="priority",
                    ),
                ),
                (
                    "tags",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=50),
                        blank=True,
                        default=list,
                        size=None,
                        verbose_name="tags",
                    ),
                ),
                (
                    "prefers",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(
                            choices=[
                                ("owner", "The customer's owner"),
                                ("last", "Whoever answered this customer last"),
                            ],
                            max_length=5,
                        ),
                        blank=True,
                        default=list,
                        size=None,
                        verbose_name="first asks",
                    ),
                ),
                (
                    "spread",
                    models.CharField(
                        choices=[
                            ("least", "Whoever has the fewest open conversations"),
                            ("turns", "Everybody in turn"),
                            ("nobody", "Nobody: the department takes it itself"),
                        ],
                        default="least",
                        max_length=6,
                        verbose_name="otherwise",
                    ),
                ),
                (
                    "even_offline",
                    models.BooleanField(default=False, verbose_name="also colleagues who are not here now"),
                ),
                (
                    "team",
                    models.ForeignKey(
                        blank=True,
                        help_text="Without one: the department that the channel belongs to.",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.team",
                        verbose_name="department",
                    ),
                ),
                (
                    "ruleset",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="rules",
                        to="routing.ruleset",
                    ),
                ),
            ],
            options={
                "verbose_name": "routing rule",
                "verbose_name_plural": "routing rules",
                "ordering": ("position", "pk"),
                "constraints": [
                    models.UniqueConstraint(
                        deferrable=django.db.models.constraints.Deferrable["DEFERRED"],
                        fields=("ruleset", "position"),
                        name="rule_has_a_place_of_its_own",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("name", ""), _negated=True), name="rule_has_a_name"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Decision",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("opening", models.PositiveSmallIntegerField(default=0)),
                (
                    "moved",
                    models.CharField(
                        choices=[
                            ("opened", "Arrived"),
                            ("freed", "Somebody became free"),
                            ("away", "The colleague was away"),
                            ("waited", "The customer waited too long"),
                        ],
                        default="opened",
                        max_length=6,
                        verbose_name="occasion",
                    ),
                ),
                (
                    "why",
                    models.CharField(
                        choices=[
                            ("owner", "The customer's owner"),
                            ("last", "Answered this customer last"),
                            ("kept", "Has had this conversation already"),
                            ("least", "Has the fewest open conversations"),
                            ("turn", "It was their turn"),
                            ("team", "The department takes it itself"),
                            ("absent", "Nobody in the department is here"),
                            ("full", "Everybody in the department has enough to do"),
                            ("empty", "The department has no members who answer"),
                            ("nowhere", "No rule and no channel names a department"),
                        ],
                        max_length=10,
                        verbose_name="reason",
                    ),
                ),
                ("at", models.DateTimeField(default=django.utils.timezone.now, verbose_name="when")),
                (
                    "assignee",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="assignee",
                    ),
                ),
                (
                    "conversation",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="decisions",
                        to="inbox.conversation",
                    ),
                ),
                (
                    "team",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="accounts.team",
                        verbose_name="department",
                    ),
                ),
                (
                    "rule",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="routing.rule",
                        verbose_name="routing rule",
                    ),
                ),
                (
                    "ruleset",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="routing.ruleset",
                    ),
                ),
            ],
            options={
                "verbose_name": "routing decision",
                "verbose_name_plural": "routing decisions",
                "indexes": [models.Index(fields=["conversation", "-id"], name="decision_of_a_conversation")],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("moved", "opened")),
                        fields=("conversation", "opening"),
                        name="decision_is_made_once_per_opening",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Simulation",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("since", models.DateTimeField()),
                ("until", models.DateTimeField()),
                ("asked_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("total", models.PositiveIntegerField(default=0, verbose_name="in all")),
                ("done", models.PositiveIntegerField(default=0, verbose_name="tried")),
                ("summary", models.JSONField(default=dict)),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
                ("error", models.CharField(blank=True, max_length=200, verbose_name="error")),
                ("lease_until", models.DateTimeField(null=True)),
                ("finished_at", models.DateTimeField(null=True, verbose_name="finished")),
                (
                    "against",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="routing.ruleset",
                        verbose_name="compared with",
                    ),
                ),
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
                    "ruleset",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="simulations",
                        to="routing.ruleset",
                        verbose_name="tried out",
                    ),
                ),
            ],
            options={
                "verbose_name": "simulation",
                "verbose_name_plural": "simulations",
                "ordering": ("-pk",),
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("until__gt", models.F("since"))),
                        name="simulation_ends_after_it_begins",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Change",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("now", models.JSONField(default=dict)),
                ("then", models.JSONField(default=dict)),
                (
                    "what",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=8), default=list, size=None
                    ),
                ),
                (
                    "conversation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="inbox.conversation"
                    ),
                ),
                (
                    "simulation",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="changes",
                        to="routing.simulation",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("simulation", "conversation"), name="change_is_told_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="Department",
            fields=[
                (
                    "team",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="department",
                        serialize=False,
                        to="accounts.team",
                        verbose_name="department",
                    ),
                ),
                (
                    "away_minutes",
                    models.PositiveIntegerField(
                        blank=True,
                        help_text="Minutes; only while the customer waits. Empty: never.",
                        null=True,
                        verbose_name="give on when the colleague has been away for",
                    ),
                ),
                (
                    "waiting_minutes",
                    models.PositiveIntegerField(
                        blank=True,
                        help_text="Minutes of open time. Empty: never.",
                        null=True,
                        verbose_name="give to another department when the customer has waited for",
                    ),
                ),
                (
                    "answers",
                    models.BooleanField(
                        default=False,
                        help_text="Once in 24 hours for each conversation.",
                        verbose_name="answer automatically outside opening hours",
                    ),
                ),
                (
                    "answer_zh",
                    models.TextField(blank=True, max_length=1000, verbose_name="answer in Chinese"),
                ),
                (
                    "answer_en",
                    models.TextField(blank=True, max_length=1000, verbose_name="answer in English"),
                ),
                (
                    "calendar",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="departments",
                        to="standards.calendar",
                        verbose_name="business calendar",
                    ),
                ),
                (
                    "overflow",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.team",
                        verbose_name="that department",
                    ),
                ),
            ],
            options={
                "verbose_name": "department",
                "verbose_name_plural": "departments",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("waiting_minutes", None),
                            models.Q(("overflow__isnull", False), ("waiting_minutes__gt", 0)),
                            _connector="OR",
                        ),
                        name="department_says_where_what_waits_goes",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("overflow", models.F("team")), _negated=True),
                        name="department_does_not_give_to_itself",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("answers", False),
                            models.Q(
                                ("calendar__isnull", False),
                                models.Q(
                                    models.Q(("answer_zh", ""), _negated=True),
                                    models.Q(("answer_en", ""), _negated=True),
                                    _connector="OR",
                                ),
                            ),
                            _connector="OR",
                        ),
                        name="department_that_answers_has_hours_and_words",
                    ),
                ],
            },
        ),
    ]
