import django.core.validators
import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("accounts", "0001_initial"),
        ("accounts", "__first__"),
    ]

    operations = [
        migrations.CreateModel(
            name="SavedMapping",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=80, verbose_name="name")),
                (
                    "kind",
                    models.CharField(
                        choices=[("customers", "Customers"), ("orders", "Orders")],
                        max_length=10,
                        verbose_name="what",
                    ),
                ),
                (
                    "titles_key",
                    models.CharField(
                        help_text="Made of all titles, in whichever order they stand.", max_length=64
                    ),
                ),
                ("columns", models.JSONField(default=dict, help_text="Field name → title in the file.")),
                (
                    "policies",
                    models.JSONField(default=dict, help_text="Field name → what happens when values differ."),
                ),
                ("source", models.CharField(max_length=40, verbose_name="numbering system")),
                (
                    "language",
                    models.CharField(blank=True, max_length=10, verbose_name="language of new customers"),
                ),
                (
                    "used_at",
                    models.DateTimeField(default=django.utils.timezone.now, verbose_name="last used"),
                ),
                (
                    "created_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="created by",
                    ),
                ),
                (
                    "team",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="accounts.team",
                    ),
                ),
            ],
            options={
                "verbose_name": "saved mapping",
                "verbose_name_plural": "saved mappings",
                "indexes": [models.Index(fields=["kind", "titles_key"], name="mapping_by_titles")],
                "constraints": [
                    models.UniqueConstraint(fields=("kind", "name"), name="mapping_name_is_unique"),
                    models.CheckConstraint(
                        condition=models.Q(("name", ""), _negated=True), name="mapping_has_a_name"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ImportJob",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[("customers", "Customers"), ("orders", "Orders")],
                        max_length=10,
                        verbose_name="what",
                    ),
                ),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("uploaded", "Uploaded"),
                            ("reading", "Being read"),
                            ("preview", "Waiting for its columns"),
                            ("to_check", "Waiting for its check"),
                            ("checking", "Being checked"),
                            ("checked", "Waiting for your go"),
                            ("queued", "Queued"),
                            ("running", "Running"),
                            ("done", "Done"),
                            ("failed", "Failed"),
                            ("cancelled", "Cancelled"),
                            ("to_review", "Revert asked for"),
                            ("reviewing", "Revert being prepared"),
                            ("reviewed", "Revert waits for your go"),
                            ("to_revert", "Revert queued"),
                            ("reverting", "Being reverted"),
                            ("reverted", "Reverted"),
                        ],
                        default="uploaded",
                        max_length=10,
                        verbose_name="status",
                    ),
                ),
                ("file_name", models.CharField(max_length=255, verbose_name="file")),
                ("file", models.FileField(max_length=255, upload_to="imports/%Y/%m/")),
                ("file_bytes", models.BigIntegerField(default=0)),
                (
                    "source",
                    models.CharField(
                        default="file",
                        help_text="Customer and order numbers are unique within one source, such as the shop or the till.",
                        max_length=40,
                        verbose_name="numbering system",
                    ),
                ),
                ("encoding", models.CharField(blank=True, max_length=20, verbose_name="encoding")),
                ("delimiter", models.CharField(blank=True, max_length=4)),
                (
                    "header",
                    models.JSONField(default=list, help_text="Column titles as they stand in the file."),
                ),
                ("sample", models.JSONField(default=list, help_text="The first rows, as read.")),
                ("mapping", models.JSONField(default=dict, help_text="Field name → column index.")),
                (
                    "policies",
                    models.JSONField(
                        default=dict, help_text="Field name → Policy, where it is not the first."
                    ),
                ),
                (
                    "duplicates",
                    models.CharField(
                        choices=[
                            ("review", "Create, and put to the possible duplicates"),
                            ("link", "Add to the customer we have"),
                            ("create", "Create as somebody else"),
                        ],
                        default="review",
                        max_length=6,
                        verbose_name="new rows that resemble somebody",
                    ),
                ),
                (
                    "language",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("guess", "Guess from name and phone"),
                            ("zh-hans", "Simplified Chinese"),
                            ("en", "English"),
                            ("", "Leave empty"),
                        ],
                        default="guess",
                        help_text="For customers whose language the file does not say: mail to them is written in it.",
                        max_length=10,
                        verbose_name="language of new customers",
                    ),
                ),
                (
                    "findings",
                    models.JSONField(
                        default=dict, help_text="What the check counted, before anything was written."
                    ),
                ),
                ("total_bytes", models.BigIntegerField(default=0)),
                ("done_bytes", models.BigIntegerField(default=0)),
                (
                    "done_rows",
                    models.BigIntegerField(
                        default=0,
                        help_text="Rows whose fate is committed; a restart goes on here.",
                        verbose_name="rows done",
                    ),
                ),
                ("created_rows", models.BigIntegerField(default=0, verbose_name="created")),
                ("updated_rows", models.BigIntegerField(default=0, verbose_name="updated")),
                ("unchanged_rows", models.BigIntegerField(default=0, verbose_name="unchanged")),
                ("skipped_rows", models.BigIntegerField(default=0, verbose_name="skipped")),
                ("error_rows", models.BigIntegerField(default=0, verbose_name="with errors")),
                ("error", models.TextField(blank=True, help_text="Why the whole file could not be used.")),
                (
                    "warnings",
                    models.JSONField(
                        default=list, help_text="Codes; customers.imports.problems has the words."
                    ),
                ),
                (
                    "created_at",
                    models.DateTimeField(default=django.utils.timezone.now, verbose_name="uploaded"),
                ),
                ("started_at", models.DateTimeField(blank=True, null=True, verbose_name="started")),
                ("finished_at", models.DateTimeField(blank=True, null=True, verbose_name="finished")),
                ("lease_until", models.DateTimeField(blank=True, null=True)),
                ("lease_token", models.CharField(blank=True, max_length=32)),
                (
                    "attempts",
                    models.PositiveSmallIntegerField(
                        default=0,
                        help_text="Starts since anything was last committed; too many of them end the job.",
                        verbose_name="attempts",
                    ),
                ),
                (
                    "ended_as",
                    models.CharField(blank=True, help_text="The status a revert began at.", max_length=10),
                ),
                (
                    "keeps_edits",
                    models.BooleanField(default=True, help_text="A revert leaves what was edited since."),
                ),
                ("reversal", models.JSONField(default=dict, help_text="What a revert found and did.")),
                (
                    "forgotten_at",
                    models.DateTimeField(
                        blank=True, help_text="When the file and the traces were deleted.", null=True
                    ),
                ),
                (
                    "created_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="created by",
                    ),
                ),
                (
                    "reverted_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "saved_mapping",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="imports.savedmapping",
                    ),
                ),
            ],
            options={
                "verbose_name": "import",
                "verbose_name_plural": "imports",
                "indexes": [models.Index(fields=["-created_at", "-id"], name="import_newest_first")],
            },
        ),
        migrations.CreateModel(
            name="Schedule",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=80, unique=True, verbose_name="name")),
                (
                    "origin",
                    models.CharField(
                        choices=[("folder", "A folder on the server"), ("url", "A web address")],
                        default="folder",
                        max_length=6,
                        verbose_name="comes from",
                    ),
                ),
                (
                    "pattern",
                    models.CharField(
                        blank=True,
                        default="*.csv",
                        help_text="Such as customers-*.csv.",
                        max_length=100,
                        verbose_name="file names",
                    ),
                ),
                (
                    "url",
                    models.URLField(
                        blank=True, help_text="https only.", max_length=500, verbose_name="web address"
                    ),
                ),
                (
                    "every",
                    models.CharField(
                        choices=[
                            ("quarter", "Every 15 minutes"),
                            ("hour", "Every hour"),
                            ("day", "Every day"),
                            ("week", "Every Monday"),
                        ],
                        default="day",
                        max_length=8,
                        verbose_name="how often",
                    ),
                ),
                ("at_time", models.TimeField(default="03:00", verbose_name="time of day")),
                (
                    "most_errors",
                    models.PositiveSmallIntegerField(
                        default=10,
                        help_text="Such a file waits for somebody to look at it, and nothing of it is written.",
                        validators=[
                            django.core.validators.MinValueValidator(0),
                            django.core.validators.MaxValueValidator(100),
                        ],
                        verbose_name="stop above so many faulty rows, in per cent",
                    ),
                ),
                ("is_active", models.BooleanField(default=True, verbose_name="active")),
                ("next_at", models.DateTimeField(default=django.utils.timezone.now, verbose_name="next")),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "created_by",
                    models.ForeignKey(
                        help_text="Files are imported with this colleague's rights.",
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="acts for",
                    ),
                ),
                (
                    "mapping",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="schedules",
                        to="imports.savedmapping",
                        verbose_name="saved mapping",
                    ),
                ),
            ],
            options={
                "verbose_name": "scheduled import",
                "verbose_name_plural": "scheduled imports",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("origin", "folder"), models.Q(("pattern", ""), _negated=True)),
                            models.Q(("origin", "url"), ("url__startswith", "https://")),
                            _connector="OR",
                        ),
                        name="schedule_says_where_from",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Arrival",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("at", models.DateTimeField(default=django.utils.timezone.now, verbose_name="when")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("taken", "Taken in"),
                            ("done", "Imported"),
                            ("waits", "Waits for you"),
                            ("failed", "Failed"),
                        ],
                        default="taken",
                        max_length=6,
                        verbose_name="state",
                    ),
                ),
                ("file_name", models.CharField(blank=True, max_length=255, verbose_name="file")),
                (
                    "file_key",
                    models.CharField(
                        help_text="Of name, size and time: a file that comes again is known.",
                        max_length=64,
                        null=True,
                    ),
                ),
                (
                    "error",
                    models.CharField(
                        blank=True,
                        help_text="A code; customers.imports.problems has the words.",
                        max_length=40,
                    ),
                ),
                (
                    "is_seen",
                    models.BooleanField(default=False, help_text="Somebody has acknowledged the error."),
                ),
                (
                    "job",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="arrival",
                        to="imports.importjob",
                        verbose_name="import",
                    ),
                ),
                (
                    "schedule",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="arrivals",
                        to="imports.schedule",
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["schedule", "-at"], name="arrival_newest_first")],
                "constraints": [
                    models.UniqueConstraint(fields=("schedule", "file_key"), name="file_arrives_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="Trace",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                (
                    "chunk",
                    models.BigIntegerField(help_text="Rows of the file that were done before the chunk."),
                ),
                ("at", models.DateTimeField(help_text="The moment that everything the chunk wrote carries.")),
                ("table", models.CharField(max_length=63)),
                (
                    "made",
                    models.JSONField(
                        default=list, help_text="Pairs of first and last key of rows that were made."
                    ),
                ),
                (
                    "changed",
                    models.JSONField(default=list, help_text="Pairs of key and {column: [before, after]}."),
                ),
                ("is_undone", models.BooleanField(default=False)),
                (
                    "job",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="traces",
                        to="imports.importjob",
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["job", "chunk", "table"], name="trace_of_a_chunk")],
            },
        ),
        migrations.CreateModel(
            name="ImportProblem",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                (
                    "line",
                    models.BigIntegerField(
                        help_text="Row of the data; the header is row 0.", verbose_name="row"
                    ),
                ),
                ("column", models.CharField(blank=True, max_length=255, verbose_name="column")),
                (
                    "reason",
                    models.CharField(
                        help_text="A code; customers.imports.problems has the words.",
                        max_length=60,
                        verbose_name="reason",
                    ),
                ),
                ("cells", models.JSONField(default=list, verbose_name="the row")),
                (
                    "alike",
                    models.BigIntegerField(
                        help_text="The customer whom a new one resembles; 0: one of the file.", null=True
                    ),
                ),
                (
                    "evidence",
                    models.JSONField(help_text="Why: score, reasons, whether it is sure.", null=True),
                ),
                (
                    "choice",
                    models.CharField(
                        choices=[
                            ("review", "Create, and put to the possible duplicates"),
                            ("link", "Add to the customer we have"),
                            ("create", "Create as somebody else"),
                        ],
                        help_text="For this row, instead of the import's.",
                        max_length=6,
                        null=True,
                    ),
                ),
                (
                    "job",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="problems",
                        to="imports.importjob",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("job", "line", "column"), name="import_problem_is_said_once"
                    )
                ],
            },
        ),
    ]
