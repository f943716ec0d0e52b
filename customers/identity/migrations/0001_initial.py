import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("customers", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Profile",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("source", models.CharField(max_length=40, verbose_name="came from")),
                (
                    "source_key",
                    models.CharField(
                        blank=True,
                        help_text="Empty when the source has no numbers.",
                        max_length=120,
                        verbose_name="number in the source",
                    ),
                ),
                ("raw", models.JSONField(default=dict, verbose_name="as received")),
                (
                    "digest",
                    models.BigIntegerField(
                        editable=False,
                        help_text="Of what was last taken over; a row that says the same is no news.",
                        null=True,
                    ),
                ),
                (
                    "first_seen_at",
                    models.DateTimeField(default=django.utils.timezone.now, verbose_name="first seen"),
                ),
                (
                    "last_seen_at",
                    models.DateTimeField(default=django.utils.timezone.now, verbose_name="last seen"),
                ),
                (
                    "customer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="profiles",
                        to="customers.customer",
                    ),
                ),
            ],
            options={
                "verbose_name": "source profile",
                "verbose_name_plural": "source profiles",
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("source_key", ""), _negated=True),
                        fields=("source", "source_key"),
                        name="profile_number_is_unique",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Identity",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("phone", "Phone"),
                            ("email", "E-mail"),
                            ("number", "Customer number"),
                            ("card", "Member card"),
                            ("openid", "WeChat openid"),
                            ("unionid", "WeChat unionid"),
                            ("wecom", "WeCom contact"),
                            ("whatsapp", "WhatsApp"),
                            ("visitor", "Website visitor"),
                            ("order", "Order number"),
                        ],
                        max_length=10,
                        verbose_name="kind",
                    ),
                ),
                (
                    "scope",
                    models.CharField(
                        blank=True,
                        help_text="The account or numbering system it is unique in.",
                        max_length=60,
                        verbose_name="belongs to",
                    ),
                ),
                (
                    "value",
                    models.CharField(
                        help_text="Normalised: E.164, lower case.", max_length=254, verbose_name="value"
                    ),
                ),
                ("source", models.CharField(max_length=40, verbose_name="came from")),
                (
                    "confidence",
                    models.PositiveSmallIntegerField(
                        default=100, help_text="0 to 100.", verbose_name="confidence"
                    ),
                ),
                ("verified_at", models.DateTimeField(blank=True, null=True, verbose_name="verified")),
                (
                    "first_seen_at",
                    models.DateTimeField(default=django.utils.timezone.now, verbose_name="first seen"),
                ),
                (
                    "last_seen_at",
                    models.DateTimeField(default=django.utils.timezone.now, verbose_name="last seen"),
                ),
                ("detached_at", models.DateTimeField(blank=True, null=True, verbose_name="detached")),
                (
                    "profile",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="identities",
                        to="identity.profile",
                    ),
                ),
            ],
            options={
                "verbose_name": "identity",
                "verbose_name_plural": "identities",
                "indexes": [models.Index(fields=["value", "kind"], name="identity_by_value")],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(
                            models.Q(("kind__in", ["phone", "email"]), _negated=True), ("detached_at", None)
                        ),
                        fields=("kind", "scope", "value"),
                        name="identity_of_a_channel_is_unique",
                    ),
                    models.UniqueConstraint(
                        fields=("profile", "kind", "scope", "value"), name="identity_is_said_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("confidence__lte", 100)),
                        name="identity_confidence_is_a_percentage",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("value", ""), _negated=True), name="identity_has_a_value"
                    ),
                ],
            },
        ),
    ]
