import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.db.models.deletion
import django.db.models.functions.text
import django.utils.timezone
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("accounts", "0001_initial"),
        ("accounts", "__first__"),
        ("channels", "0001_initial"),
        ("customers", "0001_initial"),
        ("direct", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Conversation",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                (
                    "token",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, help_text="Names it to strangers.", unique=True
                    ),
                ),
                ("is_unsure", models.BooleanField(default=False, verbose_name="who is this?")),
                ("is_main", models.BooleanField(default=True, editable=False)),
                ("subject", models.CharField(blank=True, max_length=300, verbose_name="subject")),
                ("kind", models.CharField(blank=True, max_length=10, verbose_name="kind")),
                ("language", models.CharField(blank=True, max_length=10, verbose_name="language")),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("open", "Open"),
                            ("pending", "Waiting for the customer"),
                            ("snoozed", "Snoozed"),
                            ("closed", "Closed"),
                        ],
                        default="open",
                        max_length=8,
                        verbose_name="status",
                    ),
                ),
                (
                    "priority",
                    models.PositiveSmallIntegerField(
                        choices=[(1, "Low"), (2, "Normal"), (3, "High"), (4, "Urgent")],
                        default=2,
                        verbose_name="priority",
                    ),
                ),
                ("assigned_because", models.CharField(blank=True, max_length=200, verbose_name="why they")),
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
                ("opened_at", models.DateTimeField(default=django.utils.timezone.now, verbose_name="opened")),
                (
                    "last_at",
                    models.DateTimeField(default=django.utils.timezone.now, verbose_name="last message"),
                ),
                ("last_in_at", models.DateTimeField(blank=True, null=True)),
                (
                    "preview",
                    models.CharField(
                        blank=True, help_text="The beginning of the last message.", max_length=200
                    ),
                ),
                ("waiting_since", models.DateTimeField(blank=True, null=True, verbose_name="waiting since")),
                ("first_reply_at", models.DateTimeField(blank=True, null=True, verbose_name="first reply")),
                ("snoozed_until", models.DateTimeField(blank=True, null=True, verbose_name="snoozed until")),
                ("closed_at", models.DateTimeField(blank=True, null=True, verbose_name="closed")),
                (
                    "closed_because",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("solved", "Solved"),
                            ("no_answer", "The customer did not answer"),
                            ("duplicate", "Belongs to another conversation"),
                            ("spam", "Unwanted mail"),
                            ("other", "Another reason"),
                        ],
                        max_length=10,
                        verbose_name="why closed",
                    ),
                ),
                ("reopened", models.PositiveSmallIntegerField(default=0, verbose_name="reopened")),
                (
                    "assignee",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="conversations",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="assignee",
                    ),
                ),
                (
                    "channel",
                    models.ForeignKey(
                        help_text="Over which the customer spoke last.",
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="channels.channel",
                        verbose_name="channel",
                    ),
                ),
                (
                    "customer",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="conversations",
                        to="customers.customer",
                    ),
                ),
                (
                    "merged_into",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="merged",
                        to="inbox.conversation",
                    ),
                ),
                (
                    "split_from",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="splits",
                        to="inbox.conversation",
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
                        verbose_name="department",
                    ),
                ),
            ],
            options={
                "verbose_name": "conversation",
                "verbose_name_plural": "conversations",
                "indexes": [
                    models.Index(fields=["customer", "-last_at", "-id"], name="conversation_of_a_customer"),
                    models.Index(
                        condition=models.Q(("status", "closed"), _negated=True),
                        fields=["-last_at", "-id"],
                        name="conversation_open",
                    ),
                    models.Index(fields=["status", "-last_at", "-id"], name="conversation_by_status"),
                    models.Index(
                        condition=models.Q(("assignee", None), ("status", "open")),
                        fields=["team", "-last_at", "-id"],
                        name="conversation_of_nobody",
                    ),
                    models.Index(
                        condition=models.Q(("status", "closed"), _negated=True),
                        fields=["assignee", "-last_at", "-id"],
                        name="conversation_of_a_person",
                    ),
                    models.Index(
                        condition=models.Q(("status", "closed"), _negated=True),
                        fields=["team", "-last_at", "-id"],
                        name="conversation_of_a_team",
                    ),
                    models.Index(
                        condition=models.Q(("status", "closed")),
                        fields=["assignee", "-last_at", "-id"],
                        name="conversation_was_a_persons",
                    ),
                    models.Index(
                        condition=models.Q(("status", "closed")),
                        fields=["team", "-last_at", "-id"],
                        name="conversation_was_a_teams",
                    ),
                    models.Index(
                        django.contrib.postgres.indexes.OpClass(
                            django.db.models.functions.text.Lower("subject"), name="text_pattern_ops"
                        ),
                        condition=models.Q(("subject", ""), _negated=True),
                        name="conversation_by_subject",
                    ),
                    models.Index(
                        condition=models.Q(("status", "snoozed")),
                        fields=["snoozed_until"],
                        name="conversation_snoozed",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("is_main", True), models.Q(("status", "closed"), _negated=True)),
                        fields=("customer",),
                        name="conversation_is_one_per_customer",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("status", "snoozed"), _negated=True),
                            ("snoozed_until__isnull", False),
                            _connector="OR",
                        ),
                        name="conversation_snoozed_has_an_end",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("status", "closed"), _negated=True),
                            models.Q(
                                ("closed_at__isnull", False), models.Q(("closed_because", ""), _negated=True)
                            ),
                            _connector="OR",
                        ),
                        name="conversation_closed_has_a_moment_and_a_reason",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("pk", models.F("merged_into")), _negated=True),
                        name="conversation_is_not_merged_into_itself",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Draft",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("is_note", models.BooleanField(default=False)),
                ("subject", models.CharField(blank=True, max_length=300, verbose_name="subject")),
                ("text", models.TextField(blank=True, verbose_name="text")),
                ("at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "channel",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="channels.channel",
                    ),
                ),
                (
                    "conversation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="drafts",
                        to="inbox.conversation",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "draft",
                "verbose_name_plural": "drafts",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("user", "conversation", "is_note"), name="draft_is_one_per_colleague"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Glance",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("last", models.BigIntegerField(default=0, help_text="The newest message that was shown.")),
                ("at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "conversation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="glances",
                        to="inbox.conversation",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "glance",
                "verbose_name_plural": "glances",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("user", "conversation"), name="glance_is_one_per_colleague"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Message",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                (
                    "direction",
                    models.CharField(
                        choices=[
                            ("in", "From the customer"),
                            ("out", "To the customer"),
                            ("note", "Internal note"),
                            ("system", "System"),
                        ],
                        max_length=6,
                        verbose_name="direction",
                    ),
                ),
                ("address", models.CharField(blank=True, max_length=254)),
                ("subject", models.CharField(blank=True, max_length=300, verbose_name="subject")),
                ("text", models.TextField(blank=True, verbose_name="text")),
                ("html", models.TextField(blank=True, help_text="Cleaned; shown in a frame of its own.")),
                ("at", models.DateTimeField(default=django.utils.timezone.now, verbose_name="when")),
                ("external_id", models.CharField(blank=True, max_length=255)),
                ("client_token", models.CharField(blank=True, max_length=64)),
                ("delivered_at", models.DateTimeField(blank=True, null=True, verbose_name="delivered")),
                ("read_at", models.DateTimeField(blank=True, null=True, verbose_name="read")),
                ("failed", models.CharField(blank=True, max_length=200, verbose_name="failed")),
                ("is_automatic", models.BooleanField(default=False, verbose_name="automatic")),
                ("kind", models.CharField(blank=True, max_length=40, verbose_name="kind")),
                ("data", models.JSONField(default=dict)),
                (
                    "author",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "channel",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="channels.channel",
                    ),
                ),
                (
                    "conversation",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="messages",
                        to="inbox.conversation",
                    ),
                ),
                (
                    "delivery",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="message",
                        to="direct.directmessage",
                    ),
                ),
            ],
            options={
                "verbose_name": "message",
                "verbose_name_plural": "messages",
                "indexes": [models.Index(fields=["conversation", "id"], name="message_of_a_conversation")],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("external_id", ""), _negated=True),
                        fields=("channel", "external_id"),
                        name="message_comes_once",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("client_token", ""), _negated=True),
                        fields=("conversation", "client_token"),
                        name="message_is_said_once",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Mention",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("seen_at", models.DateTimeField(blank=True, null=True, verbose_name="seen")),
                (
                    "conversation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="mentions",
                        to="inbox.conversation",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="colleague",
                    ),
                ),
                (
                    "message",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="mentions",
                        to="inbox.message",
                    ),
                ),
            ],
            options={
                "verbose_name": "mention",
                "verbose_name_plural": "mentions",
                "indexes": [
                    models.Index(
                        condition=models.Q(("seen_at", None)), fields=["user", "-id"], name="mention_unseen"
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("message", "user"), name="mention_is_told_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="Enclosure",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("name", models.CharField(max_length=160, verbose_name="name")),
                ("media_type", models.CharField(blank=True, max_length=100, verbose_name="type")),
                ("size", models.PositiveIntegerField(default=0, verbose_name="size")),
                ("digest", models.CharField(blank=True, max_length=64, verbose_name="SHA-256")),
                ("content_id", models.CharField(blank=True, max_length=255)),
                (
                    "reference",
                    models.CharField(blank=True, help_text="How the provider hands it out.", max_length=1000),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("kept", "Here"),
                            ("waiting", "Being fetched"),
                            ("lost", "Could not be fetched"),
                        ],
                        default="kept",
                        max_length=7,
                        verbose_name="state",
                    ),
                ),
                ("reason", models.CharField(blank=True, max_length=200, verbose_name="reason")),
                ("due_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("attempts", models.PositiveSmallIntegerField(default=0, verbose_name="attempts")),
                (
                    "message",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="enclosures",
                        to="inbox.message",
                    ),
                ),
            ],
            options={
                "verbose_name": "enclosure",
                "verbose_name_plural": "enclosures",
                "indexes": [
                    models.Index(
                        condition=models.Q(("state", "waiting")), fields=["due_at"], name="enclosure_waiting"
                    ),
                    models.Index(
                        condition=models.Q(("digest", ""), _negated=True),
                        fields=["digest"],
                        name="enclosure_by_digest",
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "kept"), _negated=True),
                            models.Q(("digest", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="enclosure_that_is_here_has_a_digest",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Reference",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("digest", models.BigIntegerField(db_index=True)),
                (
                    "message",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="references",
                        to="inbox.message",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("message", "digest"), name="reference_is_kept_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="CannedReply",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("title", models.CharField(max_length=100, verbose_name="title")),
                (
                    "shortcut",
                    models.SlugField(
                        blank=True,
                        help_text="Typed after a slash to find it at once.",
                        max_length=30,
                        verbose_name="shortcut",
                    ),
                ),
                ("text", models.TextField(max_length=5000, verbose_name="text")),
                (
                    "language",
                    models.CharField(
                        blank=True,
                        choices=[("zh-hans", "Simplified Chinese"), ("en", "English")],
                        max_length=10,
                        verbose_name="language",
                    ),
                ),
                ("used", models.PositiveIntegerField(default=0, editable=False, verbose_name="used")),
                ("changed_at", models.DateTimeField(auto_now=True, verbose_name="changed")),
                (
                    "by",
                    models.ForeignKey(
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="who",
                    ),
                ),
                (
                    "team",
                    models.ForeignKey(
                        blank=True,
                        help_text="Empty: for everybody.",
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="accounts.team",
                        verbose_name="department",
                    ),
                ),
            ],
            options={
                "verbose_name": "canned reply",
                "verbose_name_plural": "canned replies",
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("shortcut", ""), _negated=True),
                        fields=("shortcut", "team"),
                        name="canned_shortcut_is_unique",
                        nulls_distinct=False,
                    )
                ],
            },
        ),
    ]
