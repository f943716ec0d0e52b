import django.db.models.deletion
import django.utils.timezone
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("accounts", "__first__"),
        ("channels", "0001_initial"),
        ("customers", "0001_initial"),
        ("segments", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Campaign",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=100, verbose_name="name")),
                (
                    "purpose",
                    models.CharField(
                        choices=[
                            ("marketing", "Offers and news"),
                            ("service", "Service messages"),
                            ("survey", "Surveys"),
                        ],
                        default="marketing",
                        max_length=10,
                        verbose_name="purpose",
                    ),
                ),
                ("subject", models.CharField(max_length=200, verbose_name="subject")),
                (
                    "body",
                    models.TextField(
                        help_text="Personal fields such as {{ name }} are filled in per customer.",
                        verbose_name="text",
                    ),
                ),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("draft", "Draft"),
                            ("planning", "Preparing"),
                            ("running", "Sending"),
                            ("paused", "Paused"),
                            ("done", "Done"),
                            ("cancelled", "Cancelled"),
                        ],
                        default="draft",
                        max_length=10,
                        verbose_name="status",
                    ),
                ),
                (
                    "cursor",
                    models.BigIntegerField(
                        default=0, editable=False, help_text="Last customer that got its delivery row."
                    ),
                ),
                (
                    "created_at",
                    models.DateTimeField(default=django.utils.timezone.now, verbose_name="created"),
                ),
                ("launched_at", models.DateTimeField(blank=True, null=True, verbose_name="launched")),
                ("finished_at", models.DateTimeField(blank=True, null=True, verbose_name="finished")),
                (
                    "trouble",
                    models.CharField(
                        blank=True, editable=False, help_text="Why it had to be stopped.", max_length=300
                    ),
                ),
                (
                    "planned_at",
                    models.DateTimeField(
                        editable=False, help_text="When everybody had a delivery row.", null=True
                    ),
                ),
                (
                    "lease_until",
                    models.DateTimeField(
                        editable=False,
                        help_text="Until when workers said they are on it; a sweep sends new ones to the others.",
                        null=True,
                    ),
                ),
                (
                    "channel",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="campaigns",
                        to="channels.channel",
                        verbose_name="channel",
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
                    "launched_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "segment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="campaigns",
                        to="segments.segment",
                        verbose_name="segment",
                    ),
                ),
            ],
            options={
                "verbose_name": "campaign",
                "verbose_name_plural": "campaigns",
                "indexes": [models.Index(fields=["-created_at", "-id"], name="campaign_newest_first")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("status__in", ["draft", "cancelled"]),
                            models.Q(("launched_at", None), _negated=True),
                            _connector="OR",
                        ),
                        name="campaign_that_left_draft_was_launched",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="CampaignLink",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.PositiveSmallIntegerField(default=1)),
                ("url", models.URLField(max_length=1000)),
                (
                    "campaign",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="links",
                        to="campaigns.campaign",
                    ),
                ),
            ],
            options={
                "ordering": ("number",),
                "constraints": [
                    models.UniqueConstraint(fields=("campaign", "url"), name="campaign_link_is_kept_once"),
                    models.UniqueConstraint(
                        fields=("campaign", "number"), name="campaign_link_has_its_number"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("url__regex", "^https?://")),
                        name="campaign_link_leads_to_the_web",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Delivery",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                (
                    "address",
                    models.CharField(
                        blank=True, help_text="Filled at the moment of sending.", max_length=254
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("ready", "Waiting"),
                            ("dispatching", "Being handed over"),
                            ("accepted", "Sent"),
                            ("skipped", "Left out"),
                            ("failed", "Failed"),
                            ("unknown", "Unknown"),
                        ],
                        default="ready",
                        max_length=11,
                        verbose_name="state",
                    ),
                ),
                ("reason", models.CharField(blank=True, max_length=200, verbose_name="reason")),
                ("due_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("lease_until", models.DateTimeField(blank=True, null=True)),
                ("lease_token", models.CharField(blank=True, max_length=32)),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
                (
                    "key",
                    models.UUIDField(
                        default=uuid.uuid4,
                        help_text="Message-ID, idempotency key and the root of signed links.",
                    ),
                ),
                ("provider_id", models.CharField(blank=True, max_length=200)),
                (
                    "sent_at",
                    models.DateTimeField(
                        blank=True,
                        help_text="When it was first handed over and not proven unsent.",
                        null=True,
                        verbose_name="sent",
                    ),
                ),
                ("opened_at", models.DateTimeField(blank=True, null=True, verbose_name="opened")),
                ("clicked_at", models.DateTimeField(blank=True, null=True, verbose_name="clicked")),
                ("unsubscribed_at", models.DateTimeField(blank=True, null=True, verbose_name="unsubscribed")),
                (
                    "campaign",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="deliveries",
                        to="campaigns.campaign",
                    ),
                ),
                (
                    "customer",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="deliveries",
                        to="customers.customer",
                    ),
                ),
            ],
            options={
                "verbose_name": "delivery",
                "verbose_name_plural": "deliveries",
                "indexes": [
                    models.Index(
                        condition=models.Q(("state", "ready")),
                        fields=["campaign", "due_at"],
                        name="delivery_ready",
                    ),
                    models.Index(
                        condition=models.Q(("state", "dispatching")),
                        fields=["campaign", "lease_until"],
                        name="delivery_held",
                    ),
                    models.Index(fields=["customer", "sent_at"], name="delivery_to_a_customer"),
                    models.Index(
                        condition=models.Q(("state__in", ["skipped", "failed", "unknown"])),
                        fields=["campaign", "state", "customer"],
                        name="delivery_that_went_wrong",
                    ),
                    models.Index(
                        condition=models.Q(("clicked_at", None), _negated=True),
                        fields=["campaign", "customer"],
                        name="delivery_clicked",
                    ),
                    models.Index(
                        condition=models.Q(("unsubscribed_at", None), _negated=True),
                        fields=["campaign", "customer"],
                        name="delivery_unsubscribed",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("campaign", "customer"), name="delivery_is_once_per_customer"
                    ),
                    models.UniqueConstraint(fields=("key",), name="delivery_key_is_unique"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "dispatching"), _negated=True),
                            models.Q(
                                models.Q(("lease_until", None), _negated=True),
                                models.Q(("lease_token", ""), _negated=True),
                                models.Q(("sent_at", None), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="delivery_held_has_a_lease",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state__in", ["skipped", "failed"]), _negated=True),
                            models.Q(("reason", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="delivery_left_out_has_a_reason",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="DeliveryEvent",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("open", "Opened"),
                            ("click", "Clicked"),
                            ("unsub", "Unsubscribed"),
                            ("bounce", "Bounced"),
                            ("complaint", "Reported as spam"),
                        ],
                        max_length=10,
                    ),
                ),
                ("at", models.DateTimeField(default=django.utils.timezone.now)),
                ("automatic", models.BooleanField(default=False, verbose_name="by a machine")),
                (
                    "campaign",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="events",
                        to="campaigns.campaign",
                    ),
                ),
                (
                    "delivery",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="events",
                        to="campaigns.delivery",
                    ),
                ),
                (
                    "link",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="campaigns.campaignlink",
                    ),
                ),
            ],
            options={
                "verbose_name": "delivery event",
                "indexes": [
                    models.Index(fields=["campaign", "kind", "at"], name="delivery_event_of_a_campaign")
                ],
            },
        ),
        migrations.CreateModel(
            name="Tally",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "what",
                    models.CharField(
                        choices=[
                            ("planned", "Planned"),
                            ("accepted", "Sent"),
                            ("skipped", "Left out"),
                            ("failed", "Failed"),
                            ("unknown", "Unknown"),
                            ("opened", "Opened"),
                            ("clicked", "Clicked"),
                            ("unsubscribed", "Unsubscribed"),
                        ],
                        max_length=12,
                    ),
                ),
                ("reason", models.CharField(blank=True, max_length=60)),
                ("count", models.BigIntegerField(default=0)),
                (
                    "campaign",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="tallies",
                        to="campaigns.campaign",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("campaign", "what", "reason"), name="tally_is_kept_once")
                ],
            },
        ),
    ]
